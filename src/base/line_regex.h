/*
 * Regular expressions over the lines of a text, in linear time.
 *
 * A pattern becomes a set of positions (K. Thompson, "Regular expression search
 * algorithm", 1968), and sets of positions become states of an automaton that
 * is built while the text is read (as in RE2), so that each byte costs one
 * look-up and no pattern can make a search take more than time proportional to
 * the text.  What needs memory of what was matched (back references,
 * look-around) is refused.
 *
 * Syntax: literals; . [a-z] [^a-z] \d \w \s and their opposites; ^ $ \b \B;
 * ( ) (?: ) |; * + ? {m} {m,} {m,n}; \t and \ before any punctuation.  Bytes
 * are matched, a match lies within one line.  Letters of ASCII are folded if
 * asked for.
 *
 * Everything lives in the arena given.  One thread at a time: searching
 * changes the automaton.
 */
#ifndef BASE_LINE_REGEX_H
#define BASE_LINE_REGEX_H

#include "base/arena.h"

#define LINE_REGEX_MAX_PATTERN 500 /* bytes */
#define LINE_REGEX_MAX_THREES 64

struct line_regex;

struct line_regex_options {
	bool literal;	/* the pattern is a text, not an expression */
	bool fold_case; /* letters of either case */
	bool shapes;	/* of lines are read, not lines: see below */
};

/* ERR_INVALID with what is wrong and where; ERR_LIMIT if it is too large. */
enum err_code line_regex_compile(struct arena *a, const char *pattern,
    struct line_regex_options options, struct line_regex **ret,
    struct err *e) must_check;

/* Three bytes that stand together in every match: one of these, in small
 * letters. */
struct line_regex_three {
	const char (*any)[3];
	size_t n;
};

/* All that are known; may be none. */
size_t line_regex_threes(
    const struct line_regex *re, const struct line_regex_three **ret);

/* The first line in [p, end) that holds a match; NULL if none does.  *ret_len
 * is its length without the newline. */
const char *line_regex_next(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len);

/* Every line in [p, end) that holds a match, in any order.  The function
 * answers false when it has enough; then line_regex_each() answers false too.
 * Several places of the text are read at once: of a text without a match this
 * is the fastest way to know it. */
typedef bool (*line_regex_fn)(void *ctx, const char *line, size_t len);
bool line_regex_each(struct line_regex *re, const char *p, const char *end,
    line_regex_fn fn, void *ctx);

/*
 * The shape of a line is the line with a 0 for each digit: lines of a fleet are
 * many, their shapes few.  If a line holds a match, its shape holds a match of
 * the expression made here from the same pattern, but not the reverse.
 */
enum err_code line_regex_for_shapes(const struct line_regex *re,
    struct line_regex **ret, struct err *e) must_check;
void line_regex_shape(char *to, const char *line, size_t len);

/* Does the line hold a match? */
bool line_regex_matches(struct line_regex *re, const char *line, size_t len);

/* The leftmost longest match in a line, from `from`; false if there is none.
 * Costs up to len * len: for lines that are shown. */
bool line_regex_find(struct line_regex *re, const char *line, size_t len,
    size_t from, size_t *ret_start, size_t *ret_end);

#endif
