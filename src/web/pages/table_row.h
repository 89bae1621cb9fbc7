/*
 * A table's rows, read alike whether they are records of the store or not
 * (record_tables.h).  Texts live as long as the row.
 */
#ifndef WEB_PAGES_TABLE_ROW_H
#define WEB_PAGES_TABLE_ROW_H

#include "base/arena.h"
#include "domain/record.h"
#include "web/pages/record_tables.h"

/* "devices": its files, its views, what REST calls it. */
const char *table_name(const struct record_table_spec *spec);
/* "/devices" */
const char *table_path(struct arena *a, const struct record_table_spec *spec);
const struct schema *table_schema(const struct record_table_spec *spec);

const char *table_row_key(
    const struct record_table_spec *spec, const void *row);
/* As record_text(), record_count() and record_item(). */
const char *table_row_text(
    const struct record_table_spec *spec, const void *row, int field);
size_t table_row_count(
    const struct record_table_spec *spec, const void *row, int field);
const char *table_row_item(
    const struct record_table_spec *spec, const void *row, int field, size_t i);

#endif
