/*
 * Regular expressions in Python's syntax, by PCRE2.
 *
 * Compiled ones are kept until the render ends; all their memory is the
 * render's arena.  Matching is bounded by the limits of the environment.
 */
#ifndef JINJA_REGEX_H
#define JINJA_REGEX_H

#include "jinja/ops.h"

enum { REGEX_IGNORECASE = 1, REGEX_MULTILINE = 2, REGEX_ANCHORED = 4 };

struct regex;

struct regex *regex_get(struct run *r, struct jv pattern, unsigned flags);

/* From an offset; *ret_found says whether there is a match. */
bool regex_match(struct run *r, struct regex *x, struct jv text, size_t from,
    bool *ret_found);
unsigned regex_groups(const struct regex *x);
/* Of the last match.  False: the group took no part. */
bool regex_group(
    const struct regex *x, unsigned group, size_t *ret_from, size_t *ret_to);
/* The number of a named group, or -1. */
int regex_group_number(const struct regex *x, const char *name, size_t len);

#endif
