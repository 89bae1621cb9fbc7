#include "app/row_filter.h"

#include "base/text.h"

#include <string.h>

/* --- records ------------------------------------------------------------- */

static const char *text_of(const void *ctx, const void *row, int field)
{
	(void)ctx;
	return record_text(row, field);
}

static size_t count_of(const void *ctx, const void *row, int field)
{
	(void)ctx;
	return record_count(row, field);
}

static const char *item_of(
    const void *ctx, const void *row, int field, size_t i)
{
	(void)ctx;
	return record_item(row, field, i);
}

struct row_reader row_reader_of_kind(enum kind_id kind)
{
	return (struct row_reader){ &kind_get(kind)->schema, NULL, text_of,
		count_of, item_of };
}

/* --- what is asked ------------------------------------------------------- */

void row_filter_init(
    struct row_filter *f, const struct row_reader *reader, const int *search)
{
	memset(f, 0, sizeof(*f));
	f->reader = *reader;
	f->search = search;
	f->q = "";
}

bool row_filter_takes(const struct field *f)
{
	return !f->hidden && f->type != FIELD_OBJECT && f->type != FIELD_LINES;
}

static struct row_criterion *criterion_of(struct row_filter *f, int field)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->items[i].field == field)
			return &f->items[i];
	}
	if (f->n == ROW_FILTER_FIELDS)
		return NULL;
	f->items[f->n].field = field;
	return &f->items[f->n++];
}

/* "yes" and "no" are what pages say. */
static const char *value_of(const struct field *f, const char *text)
{
	if (f->type != FIELD_BOOL)
		return text;
	return strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 ? "true"
								     : "false";
}

bool row_filter_add(struct row_filter *f, const char *name, const char *value)
{
	const struct schema *schema = f->reader.schema;
	int field = schema_find(schema, name);
	struct row_criterion *one;

	if (!*value)
		return false;
	if (strcmp(name, "q") == 0 && !*f->q) {
		f->q = value;
		return true;
	}
	if (field < 0 || !row_filter_takes(&schema->fields[field]))
		return false;
	one = criterion_of(f, field);
	if (!one || one->n == ROW_FILTER_VALUES)
		return false;
	one->values[one->n++] = value_of(&schema->fields[field], value);
	return true;
}

/* --- rows ---------------------------------------------------------------- */

static bool list_has(
    const struct row_reader *r, const void *row, int field, const char *value)
{
	size_t n = r->count(r->ctx, row, field);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(r->item(r->ctx, row, field, i), value) == 0)
			return true;
	}
	return false;
}

static bool holds(
    const struct row_reader *r, const void *row, const struct row_criterion *c)
{
	const struct field *f = &r->schema->fields[c->field];
	bool list = record_field_is_list(f);
	const char *text = list ? "" : r->text(r->ctx, row, c->field);

	if (f->type == FIELD_BOOL && !*text)
		text = "false";
	for (size_t i = 0; i < c->n; i++) {
		if (list ? list_has(r, row, c->field, c->values[i])
			 : strcmp(text, c->values[i]) == 0)
			return true;
	}
	return false;
}

static bool field_contains(
    const struct row_reader *r, const void *row, int field, const char *q)
{
	size_t n;

	if (!record_field_is_list(&r->schema->fields[field]))
		return text_contains(r->text(r->ctx, row, field), q);
	n = r->count(r->ctx, row, field);
	for (size_t i = 0; i < n; i++) {
		if (text_contains(r->item(r->ctx, row, field, i), q))
			return true;
	}
	return false;
}

bool row_filter_shows(const struct row_filter *f, const void *row)
{
	for (size_t i = 0; i < f->n; i++) {
		if (!holds(&f->reader, row, &f->items[i]))
			return false;
	}
	if (!*f->q)
		return true;
	for (const int *field = f->search; *field >= 0; field++) {
		if (field_contains(&f->reader, row, *field, f->q))
			return true;
	}
	return false;
}
