/*
 * A field of a row as a table, or a list of facts, shows it.
 */
#ifndef WEB_PAGES_RECORD_CELL_H
#define WEB_PAGES_RECORD_CELL_H

#include "domain/record.h"
#include "web/pages/record_tables.h"
#include "web/pages/view.h"

/* {name, label, help, value, type, url}; type: text, number, bool, ref (url
 * leads to it), status, address, words (value is a list), code. */
struct jv table_cell(struct arena *a, const struct record_table_spec *spec,
    const void *row, int field);
struct jv record_cell(struct arena *a, const struct record *r, int field);

/* The field as text, items of a list separated by ", ". */
const char *table_cell_text(struct arena *a,
    const struct record_table_spec *spec, const void *row, int field);

#endif
