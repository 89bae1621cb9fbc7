/*
 * The texts of all records that a search looks at, a line each (or more, where
 * a text has lines), one record after the other: what does not match is passed
 * over without a look at the records.
 *
 * Made at the first question to a snapshot, and as immutable as that.  Any
 * thread.
 */
#ifndef APP_RECORD_LINES_H
#define APP_RECORD_LINES_H

#include "app/snapshot.h"

struct record_lines {
	const char *text;      /* each line ends in a newline */
	const uint32_t *start; /* of each record's lines; one more: the end */
	const struct record *const *records;
	size_t n;
};

/* Lives as long as the snapshot; NULL: out of memory. */
const struct record_lines *snapshot_lines(const struct snapshot *s);

/* The fields of a kind in which is searched, in the order in which they are
 * told; -1 ends. */
const int *record_lines_fields(enum kind_id kind);

/* The record that the byte of the text at `at` belongs to. */
size_t record_lines_find(const struct record_lines *lines, size_t at);

/* --- for the snapshot ----------------------------------------------------- */

void record_lines_free(struct record_lines *lines); /* NULL is fine */

#endif
