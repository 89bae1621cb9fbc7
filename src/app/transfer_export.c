#include "app/transfer.h"

#include "base/json.h"

#include <string.h>

/* RFC 4180; a cell that a spreadsheet would take for a formula gets an
 * apostrophe in front. */
static void add_cell(struct buf *out, const char *text)
{
	bool quoted = strpbrk(text, ",;\t\"\r\n") != NULL;

	if (quoted)
		buf_putc(out, '"');
	if (*text && strchr("=+-@", *text))
		buf_putc(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_putc(out, '"');
		buf_putc(out, *text);
	}
	if (quoted)
		buf_putc(out, '"');
}

static void add_field(struct buf *out, const struct record *r, int field)
{
	const struct field *f = &record_kind(r)->schema.fields[field];
	struct buf list = BUF_INIT((size_t)256 * 1024);

	if (f->type != FIELD_REFS && f->type != FIELD_LABELS &&
	    f->type != FIELD_NUMBERS) {
		add_cell(out, record_text(r, field));
		return;
	}
	for (size_t i = 0; i < record_count(r, field); i++)
		buf_printf(
		    &list, "%s%s", i ? ", " : "", record_item(r, field, i));
	add_cell(out, buf_text(&list));
	buf_release(&list);
}

static enum err_code export_csv(const struct kind *kind,
    const struct record *const *all, size_t n, struct buf *out, struct err *e)
{
	const struct schema *s = &kind->schema;

	for (size_t i = 0; i <= n; i++) {
		bool first = true;

		for (size_t k = 0; k < s->n_fields; k++) {
			if (s->fields[k].hidden)
				continue;
			if (!first)
				buf_putc(out, ',');
			first = false;
			if (i == 0)
				add_cell(out, s->fields[k].name);
			else
				add_field(out, all[i - 1], (int)k);
		}
		buf_puts(out, "\r\n");
	}
	return buf_check(out, "the export", e);
}

static enum err_code export_json(const struct kind *kind,
    const struct record *const *all, size_t n, struct buf *out, struct err *e)
{
	json_t *list = json_array();
	enum err_code rc;

	for (size_t i = 0; i < n; i++) {
		json_t *o = record_to_json(all[i]);

		for (size_t k = 0; o && k < kind->schema.n_fields; k++) {
			if (kind->schema.fields[k].hidden)
				json_object_del(o, kind->schema.fields[k].name);
		}
		if (!o || json_array_append_new(list, o) != 0) {
			json_decref(list);
			return err_set(e, ERR_SYSTEM, "out of memory");
		}
	}
	rc = json_write(list, out, e);
	json_decref(list);
	return rc;
}

enum err_code transfer_export(const struct snapshot *s, const struct kind *kind,
    bool csv, struct buf *out, struct err *e)
{
	size_t n;
	const struct record *const *all = snapshot_all(s, kind->id, &n);

	return csv ? export_csv(kind, all, n, out, e)
		   : export_json(kind, all, n, out, e);
}
