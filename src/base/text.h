/*
 * Questions about text: UTF-8, control characters, numbers.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/err.h"

/* Length in bytes of the valid UTF-8 sequence at p (RFC 3629: no overlong
 * forms, no surrogates, at most U+10FFFF); 0 if it is invalid or cut off. */
size_t utf8_sequence(const char *p, size_t len);
bool utf8_is_valid(const char *text, size_t len);

/* True if there is no byte below 0x20 (but `\n` and `\t` where allowed) and
 * no 0x7f. */
bool text_has_no_control(const char *text, size_t len, bool multiline);

/* A whole decimal integer within [min, max]; nothing else around it. */
bool text_to_long(const char *text, long min, long max, long *ret);

bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

/* Is the word in the text?  ASCII letters of either case are the same. */
bool text_contains(const char *text, const char *word);

/* ASCII letters become small ones, in place. */
void text_lower(char *text);

/* "line" after 1, "lines" after any other number. */
static inline const char *text_lines(size_t n)
{
	return n == 1 ? "line" : "lines";
}

/* Copies at most size-1 bytes, always terminated; false if it was cut. */
bool text_copy(char *to, size_t size, const char *from);

/* Appends one line of whole characters, whatever was given: control bytes and
 * bytes that are no UTF-8 become spaces, what does not fit in `size` bytes with
 * the end mark is cut at a character.  to: terminated within size. */
void text_append_line(char *to, size_t size, const char *text);

/* text without "name: " before it, which a row that has a column for the name
 * would say twice; all of it if it does not begin so. */
const char *text_after_name(const char *text, const char *name);

#endif
