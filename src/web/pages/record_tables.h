/*
 * What the tables of records show, one row for each kind that has one; and
 * what a table needs whose rows are no records of the store, but have fields
 * by a schema all the same.
 */
#ifndef WEB_PAGES_RECORD_TABLES_H
#define WEB_PAGES_RECORD_TABLES_H

#include "domain/kind.h"

/* How rows are read that are no records.  Texts live as long as the row. */
struct record_table_source {
	const char *name; /* of the table: "servers"; its files, its views */
	const struct schema *schema;
	const char *(*key)(const void *row);
	/* "" if absent; booleans "true" or "false"; not asked of lists */
	const char *(*text)(const void *row, int field);
	/* of lists; NULL if no field is one */
	size_t (*count)(const void *row, int field);
	const char *(*item)(const void *row, int field, size_t i);
};

/* A column that is no field and that the page fills. */
struct record_table_extra {
	const char *name, *label;
};
#define RECORD_TABLE_EXTRAS 4

struct record_table_spec {
	enum kind_id kind; /* KIND_NONE: `source` tells */
	/* Fields that are shown unless the query names others; the first is
	 * always shown and orders the rows.  -1 ends. */
	const int *columns;
	const int *search;  /* fields that q looks into, -1 ends */
	const int *filters; /* fields offered as controls, -1 ends */
	const struct record_table_extra *extras; /* NULL name ends; or NULL */
	const char *order; /* without `sort`: "-time"; NULL: the first column */
	const char *path;  /* of the page; NULL: "/" and the table's name */
	const struct record_table_source *source;
	bool rows_have_no_page;
};

/* NULL: records of this kind have no table. */
const struct record_table_spec *record_table_spec_of(enum kind_id kind);

#endif
