#include "web/pages/record_table.h"

#include "web/pages/record_cell.h"
#include "web/pages/saved_views.h"

#include <string.h>

static const long sizes[] = { 50, 100, 250 };

/* Longer lists of records are typed, not chosen. */
#define MAX_OPTIONS 250

/* --- columns ---------------------------------------------------------------
 */

static struct jv column_view(struct request *r, const struct field *f)
{
	const char *sort = request_query(r, "sort", "");
	bool down = *sort == '-';
	bool current = strcmp(sort + down, f->name) == 0;
	const char *next =
	    current && !down ? arena_printf(r->arena, "-%s", f->name) : f->name;
	struct jv c = jv_dict(r->arena, 5);

	jv_dict_set(r->arena, c, "name", jv_text(f->name));
	jv_dict_set(r->arena, c, "label", jv_text(f->label));
	jv_dict_set(r->arena, c, "number", jv_bool(f->type == FIELD_INT));
	jv_dict_set(r->arena, c, "url",
	    jv_text(f->type == FIELD_OBJECT
			? ""
			: query_link(r, r->path, "sort", next)));
	jv_dict_set(r->arena, c, "aria",
	    jv_text(!current ? ""
		    : down   ? "descending"
			     : "ascending"));
	return c;
}

static struct jv columns_view(struct request *r,
    const struct record_table_spec *spec, const struct record_table *t)
{
	const struct schema *schema = &kind_get(spec->kind)->schema;
	struct jv list = jv_list(r->arena, RECORD_TABLE_COLUMNS);

	for (const int *c = t->columns; *c >= 0; c++) {
		struct jv v = column_view(r, &schema->fields[*c]);

		/* the order that holds if none is asked for */
		if (c == t->columns && !*request_query(r, "sort", ""))
			jv_dict_set(r->arena, v, "aria", jv_text("ascending"));
		if (c == t->columns && !*request_query(r, "sort", ""))
			jv_dict_set(r->arena, v, "url",
			    jv_text(query_link(r, r->path, "sort",
				arena_printf(r->arena, "-%s",
				    schema->fields[*c].name))));
		jv_list_append(r->arena, list, v);
	}
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
	const struct schema *schema = &kind_get(spec->kind)->schema;
	struct jv list = jv_list(r->arena, schema->n_fields);

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];

		if ((int)i != spec->columns[0] && !f->hidden)
			add_choice(r->arena, list, f->name, f->label,
			    is_shown(t, (int)i));
	}
	if (spec->extra)
		add_choice(
		    r->arena, list, spec->extra, spec->extra_label, t->extra);
	return list;
}

/* --- filters ---------------------------------------------------------------
 */

static struct jv options_of(struct request *r, const struct field *f)
{
	struct arena *a = r->arena;
	const struct record *const *all;
	struct jv options = jv_list(a, 16);
	size_t n = 0;

	if (f->type == FIELD_CHOICE) {
		for (const char *const *c = f->choices; *c; c++)
			jv_list_append(a, options, jv_text(*c));
		return options;
	}
	if (f->type != FIELD_REF)
		return jv_none();
	all = snapshot_all(r->snapshot, f->ref, &n);
	if (n > MAX_OPTIONS)
		return jv_none();
	for (size_t i = 0; i < n; i++)
		jv_list_append(a, options, jv_text(record_key(all[i])));
	return options;
}

static void add_filter(
    struct request *r, struct jv list, const struct field *f, const char *value)
{
	struct jv v = jv_dict(r->arena, 4);

	jv_dict_set(r->arena, v, "name", jv_text(f->name));
	jv_dict_set(r->arena, v, "label", jv_text(f->label));
	jv_dict_set(r->arena, v, "value", jv_text(value));
	jv_dict_set(r->arena, v, "options", options_of(r, f));
	jv_list_append(r->arena, list, v);
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
static struct jv filters_view(
    struct request *r, const struct record_table_spec *spec, bool *ret_filtered)
{
	const struct schema *schema = &kind_get(spec->kind)->schema;
	struct jv list = jv_list(r->arena, 6);
	const struct request_pair *all;
	size_t n;

	*ret_filtered = *request_query(r, "q", "") != '\0';
	for (const int *f = spec->filters; *f >= 0; f++)
		add_filter(r, list, &schema->fields[*f],
		    request_query(r, schema->fields[*f].name, ""));
	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		int field = schema_find(schema, all[i].name);

		if (field < 0 || !*all[i].value || schema->fields[field].hidden)
			continue;
		*ret_filtered = true;
		if (!is_offered(spec, field) ||
		    request_query(r, all[i].name, "") != all[i].value)
			add_filter(
			    r, list, &schema->fields[field], all[i].value);
	}
	return list;
}

/* --- pages -----------------------------------------------------------------
 */

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

/* --- rows ------------------------------------------------------------------
 */

static struct jv row_view(
    struct arena *a, const struct record_table *t, const struct record *record)
{
	struct jv row = jv_dict(a, 6), cells = jv_list(a, 8);

	for (const int *c = t->columns; *c >= 0; c++)
		jv_list_append(a, cells, record_cell(a, record, *c));
	jv_dict_set(a, row, "record", view_record(a, record));
	jv_dict_set(a, row, "key", jv_text(record_key(record)));
	jv_dict_set(a, row, "url",
	    jv_text(
		view_record_url(a, record_kind(record), record_key(record))));
	jv_dict_set(a, row, "cells", cells);
	return row;
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
	struct jv view = jv_dict(a, 28), rows = jv_list(a, t->size);
	bool filtered;

	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++)
		jv_list_append(a, rows, row_view(a, t, t->rows[i]));
	jv_dict_set(a, view, "rows", rows);
	add_pages(r, t, view);
	jv_dict_set(a, view, "columns", columns_view(r, spec, t));
	jv_dict_set(a, view, "choices", choices_view(r, spec, t));
	jv_dict_set(a, view, "extra", jv_text(t->extra ? spec->extra : ""));
	jv_dict_set(a, view, "extra_label", jv_text(spec->extra_label));
	jv_dict_set(a, view, "filters", filters_view(r, spec, &filtered));
	jv_dict_set(a, view, "filtered", jv_bool(filtered));
	jv_dict_set(a, view, "kept", query_fields(r, kept, NULL));
	jv_dict_set(a, view, "unkept", query_fields(r, NULL, "col"));
	jv_dict_set(a, view, "q", jv_text(request_query(r, "q", "")));
	jv_dict_set(a, view, "path", jv_text(r->path));
	jv_dict_set(a, view, "query", jv_text(query_text(r, NULL)));
	jv_dict_set(a, view, "csv", jv_text(with_suffix(r, ".csv")));
	jv_dict_set(a, view, "json", jv_text(with_suffix(r, ".json")));
	jv_dict_set(
	    a, view, "views", saved_views_of(r, kind_get(spec->kind)->plural));
	jv_dict_set(a, view, "kind", jv_text(kind_get(spec->kind)->plural));
	return view;
}
