#include "web/pages/record_export.h"

#include "base/escape.h"
#include "base/text.h"
#include "web/pages/record_cell.h"
#include "web/pages/table_row.h"

#include <string.h>

#define EXPORT_MAX ((size_t)30 * 1024 * 1024)

void csv_add(struct buf *out, const char *text, const char *end)
{
	bool formula = *text && strchr("=+-@\t", *text);

	buf_putc(out, '"');
	if (formula)
		buf_putc(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_putc(out, '"');
		buf_putc(out, *text);
	}
	buf_putc(out, '"');
	buf_puts(out, end);
}

/* A table that is handed out. */
struct handing {
	struct request *r;
	const struct record_table_spec *spec;
	const struct record_table *table;
	const struct schema *schema;
};

static void write_csv(const struct handing *h, struct buf *out)
{
	const int *columns = h->table->columns;

	for (const int *c = columns; *c >= 0; c++)
		csv_add(
		    out, h->schema->fields[*c].name, c[1] < 0 ? "\r\n" : ",");
	for (size_t i = 0; i < h->table->n; i++) {
		for (const int *c = columns; *c >= 0; c++)
			csv_add(out,
			    table_cell_text(
				h->r->arena, h->spec, h->table->rows[i], *c),
			    c[1] < 0 ? "\r\n" : ",");
	}
}

static void add_string(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	escape_json(out, text, strlen(text));
	buf_putc(out, '"');
}

/* Numbers, booleans and objects are JSON as the row holds them. */
static void add_value(
    const struct handing *h, struct buf *out, const void *row, int field)
{
	const struct field *f = &h->schema->fields[field];
	const char *text = table_row_text(h->spec, row, field);

	if (record_field_is_list(f)) {
		buf_putc(out, '[');
		for (size_t i = 0; i < table_row_count(h->spec, row, field);
		     i++) {
			const char *item =
			    table_row_item(h->spec, row, field, i);

			buf_puts(out, i ? ", " : "");
			if (f->type == FIELD_NUMBERS)
				buf_puts(out, item);
			else
				add_string(out, item);
		}
		buf_putc(out, ']');
	} else if (!*text) {
		buf_puts(out, "null");
	} else if (f->type == FIELD_INT || f->type == FIELD_BOOL ||
		   f->type == FIELD_OBJECT) {
		buf_puts(out, text);
	} else {
		add_string(out, text);
	}
}

static void write_json(const struct handing *h, struct buf *out)
{
	buf_puts(out, "{\"items\": [");
	for (size_t i = 0; i < h->table->n; i++) {
		buf_puts(out, i ? ",\n{" : "\n{");
		for (const int *c = h->table->columns; *c >= 0; c++) {
			add_string(out, h->schema->fields[*c].name);
			buf_puts(out, ": ");
			add_value(h, out, h->table->rows[i], *c);
			buf_puts(out, c[1] < 0 ? "}" : ", ");
		}
	}
	buf_puts(out, "\n]}\n");
}

enum err_code record_export_send(struct response *out, struct arena *a,
    const char *name, bool csv, const struct buf *text, struct err *e)
{
	enum err_code rc = buf_check(text, "the table", e);

	if (rc != ERR_OK)
		return rc;
	response_header(out, "Content-Disposition",
	    arena_printf(a, "attachment; filename=\"%s.%s\"", name,
		csv ? "csv" : "json"));
	return response_text(out, 200,
	    csv ? "text/csv; charset=utf-8" : "application/json",
	    buf_text(text), text->len, e);
}

enum err_code record_export_table(struct request *r, struct response *out,
    const struct record_table_spec *spec, const struct record_table *table,
    struct err *e)
{
	const struct handing h = { r, spec, table, table_schema(spec) };
	struct buf text = BUF_INIT(EXPORT_MAX);
	bool csv = text_ends_with(r->path, ".csv");
	enum err_code rc;

	if (csv)
		write_csv(&h, &text);
	else
		write_json(&h, &text);
	rc = record_export_send(out, r->arena, table_name(spec), csv, &text, e);
	buf_release(&text);
	return rc;
}

enum err_code record_export(struct request *r, struct response *out,
    const struct record_table_spec *spec, struct err *e)
{
	struct record_table t;
	enum err_code rc =
	    record_table_select(r, spec, RECORD_TABLE_ALL, &t, e);

	return rc == ERR_OK ? record_export_table(r, out, spec, &t, e) : rc;
}
