/*
 * What the tables of records show, one row for each kind that has one.
 */
#ifndef WEB_PAGES_RECORD_TABLES_H
#define WEB_PAGES_RECORD_TABLES_H

#include "domain/kind.h"

struct record_table_spec {
	enum kind_id kind;
	/* Fields that are shown unless the query names others; the first is
	 * always shown and orders the rows.  -1 ends. */
	const int *columns;
	const int *search;  /* fields that q looks into, -1 ends */
	const int *filters; /* fields offered as controls, -1 ends */
	/* A column that is no field and that the page fills; NULL: none. */
	const char *extra, *extra_label;
};

/* NULL: records of this kind have no table. */
const struct record_table_spec *record_table_spec_of(enum kind_id kind);

#endif
