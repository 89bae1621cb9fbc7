#include "web/pages/record_table.h"

#include "base/escape.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const long sizes[] = { 50, 100, 250 };

bool text_contains(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

/* --- links -----------------------------------------------------------------
 */

static void add_parameter(
    struct buf *out, char *separator, const char *name, const char *value)
{
	buf_putc(out, *separator);
	*separator = '&';
	escape_url(out, name, strlen(name));
	buf_putc(out, '=');
	escape_url(out, value, strlen(value));
}

const char *query_link(
    struct request *r, const char *path, const char *name, const char *value)
{
	struct buf out = BUF_INIT(16384);
	const struct request_pair *all;
	const char *link;
	char separator = '?';
	size_t n;

	buf_puts(&out, path);
	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].name, name) != 0 && *all[i].value &&
		    strcmp(all[i].name, "page") != 0)
			add_parameter(
			    &out, &separator, all[i].name, all[i].value);
	}
	if (value)
		add_parameter(&out, &separator, name, value);
	link = buf_ok(&out) ? arena_strdup(r->arena, buf_text(&out)) : path;
	buf_release(&out);
	return link;
}

/* --- choosing --------------------------------------------------------------
 */

struct criteria {
	const char *q;
	const char *filter[RECORD_TABLE_MAX]; /* beside spec->filters */
};

static bool holds(const struct record *r, int field, const char *value)
{
	switch (record_kind(r)->schema.fields[field].type) {
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
		return record_contains(r, field, value);
	case FIELD_NAME:
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_CHOICE:
	case FIELD_REF:
	case FIELD_IPV4:
	case FIELD_OBJECT:
		break;
	}
	return strcmp(record_text(r, field), value) == 0;
}

static bool field_contains(const struct record *r, int field, const char *q)
{
	switch (record_kind(r)->schema.fields[field].type) {
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
		for (size_t i = 0; i < record_count(r, field); i++) {
			if (text_contains(record_item(r, field, i), q))
				return true;
		}
		return false;
	case FIELD_NAME:
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_CHOICE:
	case FIELD_REF:
	case FIELD_IPV4:
	case FIELD_OBJECT:
		break;
	}
	return text_contains(record_text(r, field), q);
}

static bool matches(const struct record *r,
    const struct record_table_spec *spec, const struct criteria *c)
{
	for (size_t i = 0; spec->filters[i] >= 0; i++) {
		if (*c->filter[i] && !holds(r, spec->filters[i], c->filter[i]))
			return false;
	}
	if (!*c->q)
		return true;
	for (size_t i = 0; spec->search[i] >= 0; i++) {
		if (field_contains(r, spec->search[i], c->q))
			return true;
	}
	return false;
}

/* --- sorting ---------------------------------------------------------------
 */

struct order {
	int field;
	bool down;
};

static int sort_field(
    struct request *r, const struct record_table_spec *spec, bool *ret_down)
{
	const struct schema *schema = &kind_get(spec->kind)->schema;
	const char *sort = request_query(r, "sort", "");

	*ret_down = *sort == '-';
	sort += *ret_down;
	for (size_t i = 0; spec->columns[i] >= 0; i++) {
		if (strcmp(schema->fields[spec->columns[i]].name, sort) == 0)
			return spec->columns[i];
	}
	*ret_down = false;
	return spec->columns[0];
}

/* Numbers within names count as numbers: r2 stands before r10.  What is empty
 * comes last either way. */
static int compare(const void *a, const void *b, void *ctx)
{
	const struct record *x = *(const struct record *const *)a;
	const struct record *y = *(const struct record *const *)b;
	const struct order *order = ctx;
	const char *s = record_text(x, order->field);
	const char *t = record_text(y, order->field);
	int c;

	if (!*s != !*t)
		return !*s ? 1 : -1;
	c = strverscmp(s, t);
	if (c != 0)
		return order->down ? -c : c;
	return strverscmp(record_key(x), record_key(y));
}

static size_t page_size(struct request *r)
{
	long wanted;

	if (!text_to_long(request_query(r, "size", ""), 1, 1000, &wanted))
		return (size_t)sizes[0];
	for (size_t i = 0; i < COUNT(sizes); i++) {
		if (sizes[i] == wanted)
			return (size_t)wanted;
	}
	return (size_t)sizes[0];
}

enum err_code record_table_select(struct request *r,
    const struct record_table_spec *spec, struct record_table *ret,
    struct err *e)
{
	const struct schema *schema = &kind_get(spec->kind)->schema;
	struct criteria c = { .q = request_query(r, "q", "") };
	struct record_table t = { .size = page_size(r) };
	struct order order;
	const struct record *const *all;
	long page = 1;
	size_t n;

	for (size_t i = 0; spec->filters[i] >= 0; i++)
		c.filter[i] =
		    request_query(r, schema->fields[spec->filters[i]].name, "");
	all = snapshot_all(r->snapshot, spec->kind, &n);
	t.rows = arena_alloc(r->arena, (n + 1) * sizeof(const void *));
	if (!t.rows)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (matches(all[i], spec, &c))
			t.rows[t.n++] = all[i];
	}
	order.field = sort_field(r, spec, &order.down);
	qsort_r(t.rows, t.n, sizeof(const void *), compare, &order);
	if (text_to_long(request_query(r, "page", "1"), 1, 1000000, &page))
		t.first = (size_t)(page - 1) * t.size;
	if (t.first >= t.n)
		t.first = t.n ? (t.n - 1) / t.size * t.size : 0;
	*ret = t;
	return ERR_OK;
}

/* --- showing ---------------------------------------------------------------
 */

static struct jv columns_view(
    struct request *r, const struct record_table_spec *spec)
{
	const struct schema *schema = &kind_get(spec->kind)->schema;
	struct jv list = jv_list(r->arena, RECORD_TABLE_MAX);
	bool down;
	int by = sort_field(r, spec, &down);

	for (size_t i = 0; spec->columns[i] >= 0; i++) {
		const struct field *f = &schema->fields[spec->columns[i]];
		struct jv c = jv_dict(r->arena, 5);
		bool current = spec->columns[i] == by;
		const char *next = current && !down
				       ? arena_printf(r->arena, "-%s", f->name)
				       : f->name;

		jv_dict_set(r->arena, c, "name", jv_text(f->name));
		jv_dict_set(r->arena, c, "label", jv_text(f->label));
		jv_dict_set(r->arena, c, "url",
		    jv_text(query_link(r, r->path, "sort", next)));
		jv_dict_set(r->arena, c, "aria",
		    jv_text(!current ? ""
			    : down   ? "descending"
				     : "ascending"));
		jv_list_append(r->arena, list, c);
	}
	return list;
}

static struct jv sizes_view(struct request *r, size_t current)
{
	struct jv list = jv_list(r->arena, COUNT(sizes));

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct jv s = jv_dict(r->arena, 3);
		const char *text = arena_printf(r->arena, "%ld", sizes[i]);

		jv_dict_set(r->arena, s, "size", jv_int(sizes[i]));
		jv_dict_set(r->arena, s, "current",
		    jv_bool((size_t)sizes[i] == current));
		jv_dict_set(r->arena, s, "url",
		    jv_text(query_link(r, r->path, "size", text)));
		jv_list_append(r->arena, list, s);
	}
	return list;
}

static struct jv page_link(
    struct request *r, const struct record_table *t, long step)
{
	long page = (long)(t->first / t->size) + 1 + step;
	const char *text;

	if (page < 1 || (size_t)(page - 1) * t->size >= t->n)
		return jv_text("");
	text = arena_printf(r->arena, "%ld", page);
	return jv_text(query_link(r, r->path, "page", text));
}

static bool is_filtered(struct request *r, const struct record_table_spec *spec)
{
	const struct schema *schema = &kind_get(spec->kind)->schema;

	if (*request_query(r, "q", ""))
		return true;
	for (size_t i = 0; spec->filters[i] >= 0; i++) {
		if (*request_query(
			r, schema->fields[spec->filters[i]].name, ""))
			return true;
	}
	return false;
}

struct jv record_table_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *t)
{
	struct arena *a = r->arena;
	struct jv view = jv_dict(a, 12), rows = jv_list(a, t->size);
	size_t end = t->first + t->size < t->n ? t->first + t->size : t->n;

	for (size_t i = t->first; i < end; i++)
		jv_list_append(a, rows, view_record(a, t->rows[i]));
	jv_dict_set(a, view, "rows", rows);
	jv_dict_set(a, view, "total", jv_int((int64_t)t->n));
	jv_dict_set(
	    a, view, "from", jv_int((int64_t)(t->n ? t->first + 1 : 0)));
	jv_dict_set(a, view, "to", jv_int((int64_t)end));
	jv_dict_set(a, view, "columns", columns_view(r, spec));
	jv_dict_set(a, view, "sizes", sizes_view(r, t->size));
	jv_dict_set(a, view, "size", jv_int((int64_t)t->size));
	jv_dict_set(a, view, "prev", page_link(r, t, -1));
	jv_dict_set(a, view, "next", page_link(r, t, 1));
	jv_dict_set(a, view, "filtered", jv_bool(is_filtered(r, spec)));
	jv_dict_set(a, view, "q", jv_text(request_query(r, "q", "")));
	jv_dict_set(a, view, "sort", jv_text(request_query(r, "sort", "")));
	return view;
}
