#include "web/pages/record_export.h"

#include "base/escape.h"
#include "base/text.h"
#include "web/pages/record_cell.h"

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

static void write_csv(struct request *r, const struct record_table *t,
    const struct schema *schema, struct buf *out)
{
	for (const int *c = t->columns; *c >= 0; c++)
		csv_add(out, schema->fields[*c].name, c[1] < 0 ? "\r\n" : ",");
	for (size_t i = 0; i < t->n; i++) {
		for (const int *c = t->columns; *c >= 0; c++)
			csv_add(out, record_cell_text(r->arena, t->rows[i], *c),
			    c[1] < 0 ? "\r\n" : ",");
	}
}

static void add_string(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	escape_json(out, text, strlen(text));
	buf_putc(out, '"');
}

/* Numbers, booleans and objects are JSON as the record holds them. */
static void add_value(struct buf *out, const struct record *r, int field)
{
	const struct field *f = &record_kind(r)->schema.fields[field];

	if (record_field_is_list(f)) {
		buf_putc(out, '[');
		for (size_t i = 0; i < record_count(r, field); i++) {
			buf_puts(out, i ? ", " : "");
			if (f->type == FIELD_NUMBERS)
				buf_puts(out, record_item(r, field, i));
			else
				add_string(out, record_item(r, field, i));
		}
		buf_putc(out, ']');
	} else if (!record_has(r, field)) {
		buf_puts(out, "null");
	} else if (f->type == FIELD_INT || f->type == FIELD_BOOL ||
		   f->type == FIELD_OBJECT) {
		buf_puts(out, record_text(r, field));
	} else {
		add_string(out, record_text(r, field));
	}
}

static void write_json(
    const struct record_table *t, const struct schema *schema, struct buf *out)
{
	buf_puts(out, "{\"items\": [");
	for (size_t i = 0; i < t->n; i++) {
		buf_puts(out, i ? ",\n{" : "\n{");
		for (const int *c = t->columns; *c >= 0; c++) {
			add_string(out, schema->fields[*c].name);
			buf_puts(out, ": ");
			add_value(out, t->rows[i], *c);
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

enum err_code record_export(struct request *r, struct response *out,
    const struct record_table_spec *spec, struct err *e)
{
	const struct kind *kind = kind_get(spec->kind);
	struct buf text = BUF_INIT(EXPORT_MAX);
	bool csv = text_ends_with(r->path, ".csv");
	struct record_table t;
	enum err_code rc;

	rc = record_table_select(r, spec, RECORD_TABLE_ALL, &t, e);
	if (rc != ERR_OK)
		return rc;
	if (csv)
		write_csv(r, &t, &kind->schema, &text);
	else
		write_json(&t, &kind->schema, &text);
	rc = record_export_send(out, r->arena, kind->plural, csv, &text, e);
	buf_release(&text);
	return rc;
}
