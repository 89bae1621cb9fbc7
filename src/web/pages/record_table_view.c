#include "web/pages/record_table.h"

#include "app/row_filter.h"
#include "base/escape.h"
#include "web/pages/record_cell.h"
#include "web/pages/saved_views.h"
#include "web/pages/table_row.h"

#include <string.h>

static const long sizes[] = { 50, 100, 250 };

/* Longer lists of records are typed, not chosen. */
#define MAX_OPTIONS 250
#define MAX_FOUND 50
#define MAX_URL ((size_t)1024)

/* --- columns ------------------------------------------------------------- */

static struct jv column_view(struct request *r, const struct field *f,
    const struct record_table_order *order, bool current)
{
	const char *next = current && !order->down
			       ? arena_printf(r->arena, "-%s", f->name)
			       : f->name;
	struct jv c = jv_dict(r->arena, 5);

	jv_dict_set(r->arena, c, "name", jv_text(f->name));
	jv_dict_set(r->arena, c, "label", jv_text(f->label));
	jv_dict_set(r->arena, c, "number", jv_bool(f->type == FIELD_INT));
	jv_dict_set(r->arena, c, "url",
	    jv_text(row_filter_takes(f) ? query_link(r, r->path, "sort", next)
					: ""));
	jv_dict_set(r->arena, c, "aria",
	    jv_text(!current	  ? ""
		    : order->down ? "descending"
				  : "ascending"));
	return c;
}

static struct jv columns_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *t)
{
	struct record_table_order order = record_table_order(r, spec);
	const struct schema *schema = table_schema(spec);
	struct jv list = jv_list(r->arena, RECORD_TABLE_COLUMNS);

	for (const int *c = t->columns; *c >= 0; c++)
		jv_list_append(r->arena, list,
		    column_view(
			r, &schema->fields[*c], &order, *c == order.field));
	return list;
}

static bool is_shown(const struct record_table *t, int field)
{
	for (const int *c = t->columns; *c >= 0; c++) {
		if (*c == field)
			return true;
	}
	return false;
}

static void add_choice(struct arena *a, struct jv list, const char *name,
    const char *label, bool shown)
{
	struct jv v = jv_dict(a, 3);

	jv_dict_set(a, v, "name", jv_text(name));
	jv_dict_set(a, v, "label", jv_text(label));
	jv_dict_set(a, v, "shown", jv_bool(shown));
	jv_list_append(a, list, v);
}

/* All but the first column, which is always there. */
static struct jv choices_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *t)
{
	const struct schema *schema = table_schema(spec);
	struct jv list = jv_list(r->arena, schema->n_fields);

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];

		if ((int)i != spec->columns[0] && !f->hidden)
			add_choice(r->arena, list, f->name, f->label,
			    is_shown(t, (int)i));
	}
	for (size_t i = 0; spec->extras && spec->extras[i].name; i++)
		add_choice(r->arena, list, spec->extras[i].name,
		    spec->extras[i].label, t->extras[i]);
	return list;
}

/* {name, label} of the columns that are no fields and are shown. */
static struct jv extras_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *t)
{
	struct jv list = jv_list(r->arena, RECORD_TABLE_EXTRAS);

	for (size_t i = 0; spec->extras && spec->extras[i].name; i++) {
		struct jv v;

		if (!t->extras[i])
			continue;
		v = jv_dict(r->arena, 2);
		jv_dict_set(r->arena, v, "name", jv_text(spec->extras[i].name));
		jv_dict_set(
		    r->arena, v, "label", jv_text(spec->extras[i].label));
		jv_list_append(r->arena, list, v);
	}
	return list;
}

/* --- filters ------------------------------------------------------------- */

struct filtering {
	struct request *r;
	const struct record_table_spec *spec;
	const struct record_table *table;
};

static bool is_among(struct jv list, const char *text)
{
	for (size_t i = 0; i < jv_list_len(list); i++) {
		const char *word = "";
		size_t len = 0;

		if (jv_as_text(jv_list_at(list, i), &word, &len) &&
		    len == strlen(text) && memcmp(word, text, len) == 0)
			return true;
	}
	return false;
}

/* What the rows hold, where nothing else says what they may hold; none where
 * that is too much to choose from. */
static struct jv values_of(const struct filtering *f, int field)
{
	const struct record_table *t = f->table;
	struct jv list = jv_list(f->r->arena, 8);

	for (size_t i = 0; t->all && i < t->n_all; i++) {
		const char *text = table_row_text(f->spec, t->all[i], field);

		if (!*text || is_among(list, text))
			continue;
		if (jv_list_len(list) == MAX_FOUND)
			return jv_none();
		jv_list_append(f->r->arena, list, jv_text(text));
	}
	return list;
}

static struct jv records_of(struct request *r, enum kind_id kind)
{
	const struct record *const *all;
	struct jv list;
	size_t n;

	all = snapshot_all(r->snapshot, kind, &n);
	if (n > MAX_OPTIONS)
		return jv_none();
	list = jv_list(r->arena, n);
	for (size_t i = 0; i < n; i++)
		jv_list_append(r->arena, list, jv_text(record_key(all[i])));
	return list;
}

static struct jv options_of(const struct filtering *f, int field)
{
	static const char *const flags[] = { "yes", "no", NULL };
	const struct field *of = &table_schema(f->spec)->fields[field];
	const char *const *words = of->type == FIELD_BOOL ? flags : of->choices;
	struct jv list;

	if (of->type == FIELD_REF)
		return records_of(f->r, of->ref);
	if (of->type != FIELD_CHOICE && of->type != FIELD_BOOL &&
	    of->type != FIELD_NAME)
		return jv_none();
	if (!words)
		return values_of(f, field);
	list = jv_list(f->r->arena, 8);
	for (; *words; words++)
		jv_list_append(f->r->arena, list, jv_text(*words));
	return list;
}

static void add_filter(
    const struct filtering *f, struct jv list, int field, const char *value)
{
	const struct field *of = &table_schema(f->spec)->fields[field];
	struct arena *a = f->r->arena;
	struct jv v = jv_dict(a, 4), options = options_of(f, field);

	/* a control must be able to show what is in force */
	if (options.kind == JV_LIST && *value && !is_among(options, value))
		jv_list_append(a, options, jv_text(value));
	jv_dict_set(a, v, "name", jv_text(of->name));
	jv_dict_set(a, v, "label", jv_text(of->label));
	jv_dict_set(a, v, "value", jv_text(value));
	jv_dict_set(a, v, "options", options);
	jv_list_append(a, list, v);
}

static bool is_offered(const struct record_table_spec *spec, int field)
{
	for (const int *f = spec->filters; *f >= 0; f++) {
		if (*f == field)
			return true;
	}
	return false;
}

/* Those that are offered, then any other that is in force. */
static struct jv filters_view(const struct filtering *f, bool *ret_filtered)
{
	const struct schema *schema = table_schema(f->spec);
	struct request *r = f->r;
	struct jv list = jv_list(r->arena, 6);
	const struct request_pair *all;
	size_t n;

	*ret_filtered = *request_query(r, "q", "") != '\0';
	for (const int *o = f->spec->filters; *o >= 0; o++)
		add_filter(
		    f, list, *o, request_query(r, schema->fields[*o].name, ""));
	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		int field = schema_find(schema, all[i].name);

		if (field < 0 || !*all[i].value || schema->fields[field].hidden)
			continue;
		*ret_filtered = true;
		if (!is_offered(f->spec, field) ||
		    request_query(r, all[i].name, "") != all[i].value)
			add_filter(f, list, field, all[i].value);
	}
	return list;
}

/* --- pages --------------------------------------------------------------- */

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

static void add_pages(
    struct request *r, const struct record_table *t, struct jv view)
{
	struct arena *a = r->arena;
	size_t end = t->first + t->size < t->n ? t->first + t->size : t->n;

	jv_dict_set(a, view, "total", jv_int((int64_t)t->n));
	jv_dict_set(a, view, "n_all", jv_int((int64_t)t->n_all));
	jv_dict_set(
	    a, view, "from", jv_int((int64_t)(t->n ? t->first + 1 : 0)));
	jv_dict_set(a, view, "to", jv_int((int64_t)end));
	jv_dict_set(a, view, "sizes", sizes_view(r, t->size));
	jv_dict_set(a, view, "size", jv_int((int64_t)t->size));
	jv_dict_set(a, view, "prev", page_link(r, t, -1));
	jv_dict_set(a, view, "next", page_link(r, t, 1));
}

/* --- rows ---------------------------------------------------------------- */

/* "/servers/n%201"; record keys are made of what needs no escape, and of the
 * slash between an area and a VLAN. */
static const char *row_url(
    struct request *r, const struct record_table_spec *spec, const char *key)
{
	struct buf text = BUF_INIT(MAX_URL);
	const char *url;

	if (spec->rows_have_no_page)
		return "";
	buf_puts(&text, table_path(r->arena, spec));
	buf_putc(&text, '/');
	if (spec->source)
		escape_url(&text, key, strlen(key));
	else
		buf_puts(&text, key);
	url = buf_ok(&text) ? arena_strdup(r->arena, buf_text(&text)) : "";
	buf_release(&text);
	return url;
}

static struct jv row_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *t,
    const void *row)
{
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 6), cells = jv_list(a, 8);
	const char *key = table_row_key(spec, row);

	for (const int *c = t->columns; *c >= 0; c++)
		jv_list_append(a, cells, table_cell(a, spec, row, *c));
	if (!spec->source)
		jv_dict_set(a, v, "record", view_record(a, row));
	jv_dict_set(a, v, "key", jv_text(key));
	jv_dict_set(a, v, "url", jv_text(row_url(r, spec, key)));
	jv_dict_set(a, v, "cells", cells);
	return v;
}

static const char *with_suffix(struct request *r, const char *suffix)
{
	const char *path = arena_printf(r->arena, "%s%s", r->path, suffix);

	return path ? query_link(r, path, "size", NULL) : "";
}

struct jv record_table_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *t)
{
	static const char *const kept[] = { "sort", "size", "col", NULL };
	struct arena *a = r->arena;
	struct filtering filtering = { r, spec, t };
	struct jv view = jv_dict(a, 28), rows = jv_list(a, t->size);
	const char *name = table_name(spec);
	bool filtered;

	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++)
		jv_list_append(
		    a, rows, row_view(r, spec, t, t->rows[i - t->base]));
	jv_dict_set(a, view, "rows", rows);
	add_pages(r, t, view);
	jv_dict_set(a, view, "columns", columns_view(r, spec, t));
	jv_dict_set(a, view, "choices", choices_view(r, spec, t));
	jv_dict_set(a, view, "extras", extras_view(r, spec, t));
	jv_dict_set(a, view, "filters", filters_view(&filtering, &filtered));
	jv_dict_set(a, view, "filtered", jv_bool(filtered));
	jv_dict_set(a, view, "kept", query_fields(r, kept, NULL));
	jv_dict_set(a, view, "unkept", query_fields(r, NULL, "col"));
	jv_dict_set(a, view, "q", jv_text(request_query(r, "q", "")));
	jv_dict_set(a, view, "path", jv_text(r->path));
	jv_dict_set(a, view, "query", jv_text(query_text(r, NULL)));
	jv_dict_set(a, view, "csv", jv_text(with_suffix(r, ".csv")));
	jv_dict_set(a, view, "json", jv_text(with_suffix(r, ".json")));
	jv_dict_set(a, view, "views", saved_views_of(r, name));
	jv_dict_set(
	    a, view, "keeps_views", jv_bool(saved_views_are_kept_of(name)));
	jv_dict_set(a, view, "kind", jv_text(name));
	return view;
}
