/*
 * Patterns over command lines, word by word.
 *
 *   neighbor * route-map ? in
 *
 * A plain word stands for itself, `*` for any one word that tells lines apart
 * (part of the key), `?` for any one word that does not (a value), and `...`
 * at the end for any number of words, values too.
 *
 * Lines are single-spaced, without leading or trailing blanks, as in
 * struct config_node.  Pure; nothing is allocated.
 */
#ifndef DOMAIN_CONFIG_PATTERN_H
#define DOMAIN_CONFIG_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

bool config_pattern_match(const char *pattern, const char *line);

/* The first of the NULL-terminated list that matches, or NULL. */
const char *config_pattern_find(const char *const *list, const char *line);

/* "write ...", "write": all lines that begin with a word. */
bool config_pattern_is_one_word(const char *pattern);

/* The line begins with the word, or with an abbreviation of it. */
bool config_word_abbreviated(const char *word, const char *line);

/* The words of the line that the pattern does not call values, joined by
 * spaces.  The line matches.  False if `size` does not suffice. */
bool config_pattern_key(
    const char *pattern, const char *line, char *key, size_t size);

/* Bytes of the first n words, without the space behind; the whole line if it
 * has no more. */
size_t config_words_length(const char *line, size_t n);
size_t config_words_count(const char *line);

/* Is the line equal to the prefix, or does it go on with further words? */
bool config_words_begin(
    const char *line, const char *prefix, size_t prefix_len);

#endif
