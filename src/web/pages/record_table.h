/*
 * Tables of records, and of what is read like them: searched, filtered, sorted
 * and paged by the query, so that a view has an address and needs no script.
 *
 *   q=text  <field>=value  sort=<field> or sort=-<field>  page=2  size=100
 *   col=<field>, once for each column that is shown
 *
 * Any field filters.  Values of one field given twice are alternatives;
 * fields must all be met.  Costs a pass over the records of the kind; only the
 * rows of one page are ordered and become view models.
 */
#ifndef WEB_PAGES_RECORD_TABLE_H
#define WEB_PAGES_RECORD_TABLE_H

#include "web/pages/query_link.h"
#include "web/pages/record_tables.h"
#include "web/pages/view.h"

#define RECORD_TABLE_COLUMNS 32 /* as many fields as a kind may have */

/* The matching records, and where the page lies in them. */
struct record_table {
	/* In order where they were asked for; those before `base` are not
	 * there, nor those behind the page if there is a base. */
	const void **rows;
	size_t base;
	size_t n;		/* that match */
	const void *const *all; /* what was chosen from; may be NULL */
	size_t n_all;
	size_t first; /* index of the page's first row */
	size_t size;  /* rows a page */
	int columns[RECORD_TABLE_COLUMNS + 1]; /* that are shown; -1 ends */
	bool extras[RECORD_TABLE_EXTRAS];      /* which of the spec's */
};

enum record_table_extent {
	RECORD_TABLE_PAGE, /* order the rows of the page */
	RECORD_TABLE_ALL,  /* order all of them */
};

/* Which fields the query orders by, and where its page begins, for rows that
 * are chosen elsewhere. */
struct record_table_order {
	int field;
	bool down;
};
struct record_table_order record_table_order(
    struct request *r, const struct record_table_spec *spec);
/* Columns and size of a page; `first` as if there were rows enough. */
void record_table_frame(struct request *r, const struct record_table_spec *spec,
    struct record_table *ret);

/* Of all records of the spec's kind. */
enum err_code record_table_select(struct request *r,
    const struct record_table_spec *spec, enum record_table_extent extent,
    struct record_table *ret, struct err *e) must_check;

/* Of these rows, which live as long as the request. */
struct record_table_rows {
	const void *const *list;
	size_t n;
};
enum err_code record_table_select_of(struct request *r,
    const struct record_table_spec *spec, const struct record_table_rows *rows,
    enum record_table_extent extent, struct record_table *ret,
    struct err *e) must_check;

/* The table for the macros of tables.html:
 * {rows: [{record (where they are), key, url, cells}], total, n_all, from, to,
 *  size, prev, next, columns: [{name, label, url, aria, type}], choices:
 * [{name, label, shown}], extras: [{name, label}] that are shown, sizes:
 * [{size, url, current}], filters: [{name, label, value, options or none}],
 * kept and unkept: hidden fields, filtered, q, sort, path, query, csv, json,
 * views, keeps_views, kind}. For each row the page may set more before the
 * template is rendered. */
struct jv record_table_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *table);

#endif
