/*
 * Runs chosen from the index as a table needs them: those that a filter meets,
 * in an order, one page of them, and how many there are.
 *
 * Costs a pass over the entries in memory, without reading any document: of
 * 100,000 runs a few milliseconds.  Any thread; the lists of runs.h are made of
 * this.
 */
#ifndef APP_RUN_SELECT_H
#define APP_RUN_SELECT_H

#include "app/run_fields.h"

struct run_query {
	const struct row_filter *filter; /* run_fields_filter(); NULL: all */
	const char *before; /* only runs with a smaller id; NULL: any */
	/* Anything but a name, an id or a number of devices stands for the
	 * time.  Within what is equal the newest stands first, what is empty
	 * last. */
	enum run_field sort;
	bool down;
	size_t first; /* past the end: the last page of `limit` */
	size_t limit;
};

/* Holds its rows, which stay as they are whatever the index does. */
struct run_selection {
	const struct run_entry **rows;
	size_t n;
	size_t first; /* how many stand before rows[0] */
	size_t total; /* that the filter meets */
	size_t n_all; /* without it */
};

enum err_code run_index_select(struct run_index *index,
    const struct run_query *query, struct run_selection *ret,
    struct err *e) must_check;
void run_selection_release(struct run_selection *s);

/* One run, held: run_entry_unref() ends it.  NULL: there is none. */
const struct run_entry *run_index_hold(struct run_index *index, const char *id);

#endif
