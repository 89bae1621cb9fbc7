/*
 * A patch as rows, and what is left of them when differences of no interest are
 * taken out.
 *
 * Rows borrow the patch.  Bounded: rows, bytes of a row.
 */
#ifndef WEB_PAGES_DIFF_ROWS_H
#define WEB_PAGES_DIFF_ROWS_H

#include "base/arena.h"

#define DIFF_MAX_ROWS 4000
#define DIFF_MAX_LINE 2000 /* bytes of a line that are shown */

enum diff_row_kind {
	DIFF_ROW_SAME,
	DIFF_ROW_DEL,
	DIFF_ROW_ADD,
	DIFF_ROW_HUNK,
	DIFF_ROW_NOTE,
};

struct diff_row {
	enum diff_row_kind kind;
	unsigned long old_line, new_line; /* 0: none */
	unsigned long gap; /* of a hunk: lines between it and the last one */
	const char *text;  /* into the patch, without the sign */
	size_t len;
	const char *html;    /* made later */
	const char *section; /* of a hunk: the sections around it, or NULL */
};

struct diff_rows {
	struct diff_row *list;
	size_t n;
	size_t added, removed; /* lines */
	size_t left_out;       /* rows past the bound */
	size_t ignored;	       /* lines that were taken out */
};

/* From a patch in the unified format, or lines with a sign and no hunks.
 * old_text: the left side whole, for the sections; NULL: those that the patch
 * itself names.  False when the arena is full. */
bool diff_rows_read(struct arena *a, const char *patch, size_t len,
    const char *old_text, struct diff_rows *ret);

/* Takes out what differs in white space alone: it becomes a common line. */
void diff_rows_ignore_space(struct arena *a, struct diff_rows *rows);
/* Takes out lines that change by themselves (times, counters), as the dialects
 * of the drivers name them. */
void diff_rows_ignore_volatile(struct diff_rows *rows);

#endif
