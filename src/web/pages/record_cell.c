#include "web/pages/record_cell.h"

#include "web/pages/table_row.h"

#include <string.h>

const char *table_cell_text(struct arena *a,
    const struct record_table_spec *spec, const void *row, int field)
{
	const struct field *f = &table_schema(spec)->fields[field];
	const char *all = "";

	if (!record_field_is_list(f))
		return table_row_text(spec, row, field);
	for (size_t i = 0; i < table_row_count(spec, row, field); i++)
		all = arena_printf(a, "%s%s%s", all, i ? ", " : "",
		    table_row_item(spec, row, field, i));
	return all;
}

static const char *type_of(
    const struct record_table_spec *spec, const void *row, int field)
{
	static const char *const types[] = {
		[FIELD_NAME] = "text",
		[FIELD_TEXT] = "text",
		[FIELD_LINES] = "text",
		[FIELD_INT] = "number",
		[FIELD_BOOL] = "bool",
		[FIELD_CHOICE] = "text",
		[FIELD_REF] = "ref",
		[FIELD_REFS] = "words",
		[FIELD_LABELS] = "words",
		[FIELD_NUMBERS] = "words",
		[FIELD_IPV4] = "address",
		[FIELD_OBJECT] = "code",
	};
	const struct field *f = &table_schema(spec)->fields[field];

	if (spec->kind == KIND_DEVICE && field == DEVICE_STATUS)
		return "status";
	/* a link, or code, needs something to show */
	if (!*table_row_text(spec, row, field) &&
	    (f->type == FIELD_REF || f->type == FIELD_OBJECT))
		return "text";
	return types[f->type];
}

static struct jv items_of(struct arena *a, const struct record_table_spec *spec,
    const void *row, int field)
{
	size_t n = table_row_count(spec, row, field);
	struct jv list = jv_list(a, n);

	for (size_t i = 0; i < n; i++)
		jv_list_append(
		    a, list, jv_text(table_row_item(spec, row, field, i)));
	return list;
}

struct jv table_cell(struct arena *a, const struct record_table_spec *spec,
    const void *row, int field)
{
	const struct field *f = &table_schema(spec)->fields[field];
	const char *type = type_of(spec, row, field);
	const char *text = table_row_text(spec, row, field);
	struct jv v = jv_dict(a, 6);

	jv_dict_set(a, v, "name", jv_text(f->name));
	jv_dict_set(a, v, "label", jv_text(f->label));
	jv_dict_set(a, v, "help", jv_text(f->help ? f->help : ""));
	jv_dict_set(a, v, "type", jv_text(type));
	if (f->type == FIELD_BOOL)
		jv_dict_set(a, v, "value", jv_bool(strcmp(text, "true") == 0));
	else if (record_field_is_list(f))
		jv_dict_set(a, v, "value", items_of(a, spec, row, field));
	else
		jv_dict_set(a, v, "value", jv_text(text));
	if (strcmp(type, "ref") == 0)
		jv_dict_set(a, v, "url",
		    jv_text(view_record_url(a, kind_get(f->ref), text)));
	return v;
}

struct jv record_cell(struct arena *a, const struct record *r, int field)
{
	const struct record_table_spec spec = { .kind = record_kind(r)->id };

	return table_cell(a, &spec, r, field);
}
