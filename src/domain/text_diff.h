/*
 * Line differences between two texts, and the unified format.
 *
 * Method: E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986),
 * the linear-space variant, after common head and tail are set aside and lines
 * that occur on one side only are taken out.  The search for a middle point
 * is bounded: past the bound the furthest point reached is taken, so that two
 * texts with nothing in common cost O((N+M) * bound) and yield a correct but
 * perhaps not shortest difference.
 *
 * A block that could as well be shown further down is, so that an added section
 * begins with its header and ends with its exit line.
 *
 * Pure.  Everything is allocated in the arena given and borrows the texts.
 * Lines end at `\n`; a last line without one differs from the same line with
 * one, and the formatter marks it as diff(1) does.
 */
#ifndef DOMAIN_TEXT_DIFF_H
#define DOMAIN_TEXT_DIFF_H

#include "base/arena.h"
#include "base/buf.h"

#define TEXT_DIFF_MAX_LINES 1000000 /* a side */

struct text_line {
	const char *text; /* not terminated */
	size_t len;	  /* with the `\n`, if there is one */
};

/* a[a_start, a_start + a_len) becomes b[b_start, b_start + b_len).  Both
 * starts count lines from 0; one of the lengths may be 0, never both. */
struct text_change {
	size_t a_start;
	size_t a_len;
	size_t b_start;
	size_t b_len;
};

struct text_diff {
	const struct text_line *a;
	size_t n_a;
	const struct text_line *b;
	size_t n_b;
	const struct text_change *changes; /* ascending, never touching */
	size_t n_changes;
	size_t added;	/* lines */
	size_t removed; /* lines */
};

struct text_diff_input {
	const char *text;
	size_t len;
};

/* ERR_LIMIT past TEXT_DIFF_MAX_LINES, ERR_SYSTEM when the arena is full. */
enum err_code text_diff_compute(struct arena *arena,
    const struct text_diff_input *a, const struct text_diff_input *b,
    struct text_diff *ret, struct err *e) must_check;

/* Appends the unified format with `context` lines around each hunk; nothing at
 * all if there is no change.  A hunk that begins with an indented line names
 * the last line before it that is not, after the second `@@`. */
enum err_code text_diff_format(const struct text_diff *d, const char *name_a,
    const char *name_b, size_t context, struct buf *out,
    struct err *e) must_check;

#endif
