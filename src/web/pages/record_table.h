/*
 * Tables of records: searched, filtered, sorted and paged by the query, so
 * that a view has an address and needs no script.
 *
 *   q=text  <field>=value  sort=<field> or sort=-<field>  page=2  size=100
 *
 * Costs a pass over the records of the kind; only the rows of one page become
 * view models.
 */
#ifndef WEB_PAGES_RECORD_TABLE_H
#define WEB_PAGES_RECORD_TABLE_H

#include "web/pages/view.h"

#define RECORD_TABLE_MAX 10 /* columns, filters */

struct record_table_spec {
	enum kind_id kind;
	const int *columns; /* fields, -1 ends; all can be sorted by */
	const int *search;  /* fields that q looks into, -1 ends */
	const int *filters; /* fields compared as a whole, -1 ends */
};

/* The matching records in order, and where the page lies in them. */
struct record_table {
	const struct record **rows;
	size_t n;
	size_t first; /* index of the page's first row */
	size_t size;  /* rows a page */
};

enum err_code record_table_select(struct request *r,
    const struct record_table_spec *spec, struct record_table *ret,
    struct err *e) must_check;

/* {rows, total, from, to, size, prev, next, columns: [{name, label, url,
 * aria}], sizes: [{size, url, current}], filtered, q}; rows are records. */
struct jv record_table_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *table);

/* `path` with the request's query, one parameter replaced (value NULL: left
 * out); always without the page's number. */
const char *query_link(
    struct request *r, const char *path, const char *name, const char *value);

/* Does the text contain the word, letters of either case (ASCII)? */
bool text_contains(const char *text, const char *word);

#endif
