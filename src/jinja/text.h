/*
 * Operations on text that filters and methods share.
 */
#ifndef JINJA_TEXT_H
#define JINJA_TEXT_H

#include "jinja/ops.h"

/* The bytes from … to of a text. */
struct jv text_part(struct jv s, size_t from, size_t to);
/* The last place of sep in the first `end` bytes, or NULL. */
const char *text_last_hit(struct jv s, size_t end, struct jv sep);

enum strip_side { STRIP_LEFT = 1, STRIP_RIGHT = 2, STRIP_BOTH = 3 };
/* chars: none for white space, or a string: a set of characters. */
struct jv text_strip(struct jv v, struct jv chars, enum strip_side side);

/* args: text, old, new, count (missing: all). */
bool text_replace(struct run *r, const struct call *c, struct jv *ret);

enum pad_side { PAD_LEFT, PAD_RIGHT, PAD_CENTER };
bool text_pad(struct run *r, struct jv v, int64_t width, enum pad_side side,
    struct jv fill, struct jv *ret);

/* The first line and its separator, as str.splitlines() cuts them. */
void text_line(const char *p, size_t len, size_t *ret_line, size_t *ret_sep);

/* An indention given as a number of blanks or as a text. */
bool text_indention(
    struct run *r, const struct call *c, size_t i, bool markup, struct jv *ret);

/* Appends v without what stands between the marks. */
bool text_strip_markup(
    struct run *r, struct jv v, const char *from, const char *to);
bool text_squeeze_unescape(struct run *r, struct jv v);

/* int(text, base) and float(text); false: not a number.  Overflow of an
 * integer sets *ret_overflow. */
bool text_to_int(struct jv v, int base, int64_t *ret, bool *ret_overflow);
bool text_to_real(struct jv v, double *ret);

#endif
