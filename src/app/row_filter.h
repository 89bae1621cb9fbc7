/*
 * Which rows a table's query chooses: q=text and <field>=value.  Values of one
 * field given twice are alternatives; fields must all be met.
 *
 * Tables use it for what they show, runs and hooks for the devices of a saved
 * view: both mean the same rows.
 *
 * Owns nothing: all texts are the caller's and outlive it.  Plain data; no
 * locks.
 */
#ifndef APP_ROW_FILTER_H
#define APP_ROW_FILTER_H

#include "domain/record.h"

#define ROW_FILTER_FIELDS 16
#define ROW_FILTER_VALUES 16

/* How rows are read, which need not be records. */
struct row_reader {
	const struct schema *schema;
	const void *ctx;
	/* as record_text(), record_count() and record_item() */
	const char *(*text)(const void *ctx, const void *row, int field);
	size_t (*count)(const void *ctx, const void *row, int field);
	const char *(*item)(
	    const void *ctx, const void *row, int field, size_t i);
};

/* Of records of a kind. */
struct row_reader row_reader_of_kind(enum kind_id kind);

struct row_filter {
	struct row_reader reader;
	const int *search; /* fields that q looks into, -1 ends */
	const char *q;
	struct row_criterion {
		int field;
		const char *values[ROW_FILTER_VALUES];
		size_t n;
	} items[ROW_FILTER_FIELDS];
	size_t n;
};

void row_filter_init(
    struct row_filter *f, const struct row_reader *reader, const int *search);

/* One parameter of the query.  False, and nothing changes: it is no filter (an
 * order, a column, an unknown field, an empty value), or one too many. */
bool row_filter_add(struct row_filter *f, const char *name, const char *value);

bool row_filter_shows(const struct row_filter *f, const void *row);

/* Can a field of this type be filtered and ordered by? */
bool row_filter_takes(const struct field *f);

#endif
