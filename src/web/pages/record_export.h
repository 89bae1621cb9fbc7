/*
 * The rows of a table as a file: all that match, in the table's order, with
 * the columns that are shown.  Which format the end of the path tells: ".csv"
 * (RFC 4180) or ".json" ({"items": […]}).
 */
#ifndef WEB_PAGES_RECORD_EXPORT_H
#define WEB_PAGES_RECORD_EXPORT_H

#include "web/pages/record_table.h"

enum err_code record_export(struct request *r, struct response *out,
    const struct record_table_spec *spec, struct err *e) must_check;

/* The same of rows that were chosen from elsewhere, all of them ordered. */
enum err_code record_export_table(struct request *r, struct response *out,
    const struct record_table_spec *spec, const struct record_table *table,
    struct err *e) must_check;

/* A CSV field, quoted, with what follows it; a leading sign is kept from being
 * a formula by an apostrophe. */
void csv_add(struct buf *out, const char *text, const char *end);

/* Answers with the file <name>.csv or <name>.json. */
enum err_code record_export_send(struct response *out, struct arena *a,
    const char *name, bool csv, const struct buf *text,
    struct err *e) must_check;

#endif
