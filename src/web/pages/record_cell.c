#include "web/pages/record_cell.h"

#include <string.h>

bool record_field_is_list(const struct field *f)
{
	return f->type == FIELD_REFS || f->type == FIELD_LABELS ||
	       f->type == FIELD_NUMBERS;
}

const char *record_cell_text(struct arena *a, const struct record *r, int field)
{
	const struct field *f = &record_kind(r)->schema.fields[field];
	const char *all = "";

	if (!record_field_is_list(f))
		return record_text(r, field);
	for (size_t i = 0; i < record_count(r, field); i++)
		all = arena_printf(
		    a, "%s%s%s", all, i ? ", " : "", record_item(r, field, i));
	return all;
}

static const char *type_of(const struct record *r, int field)
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
	const struct field *f = &record_kind(r)->schema.fields[field];

	if (record_kind(r)->id == KIND_DEVICE && field == DEVICE_STATUS)
		return "status";
	/* a link, or code, needs something to show */
	if (!record_has(r, field) &&
	    (f->type == FIELD_REF || f->type == FIELD_OBJECT))
		return "text";
	return types[f->type];
}

static struct jv items_of(struct arena *a, const struct record *r, int field)
{
	size_t n = record_count(r, field);
	struct jv list = jv_list(a, n);

	for (size_t i = 0; i < n; i++)
		jv_list_append(a, list, jv_text(record_item(r, field, i)));
	return list;
}

struct jv record_cell(struct arena *a, const struct record *r, int field)
{
	const struct field *f = &record_kind(r)->schema.fields[field];
	const char *type = type_of(r, field);
	struct jv v = jv_dict(a, 6);

	jv_dict_set(a, v, "name", jv_text(f->name));
	jv_dict_set(a, v, "label", jv_text(f->label));
	jv_dict_set(a, v, "help", jv_text(f->help ? f->help : ""));
	jv_dict_set(a, v, "type", jv_text(type));
	if (f->type == FIELD_BOOL)
		jv_dict_set(a, v, "value", jv_bool(record_flag(r, field)));
	else if (record_field_is_list(f))
		jv_dict_set(a, v, "value", items_of(a, r, field));
	else
		jv_dict_set(a, v, "value", jv_text(record_text(r, field)));
	if (strcmp(type, "ref") == 0)
		jv_dict_set(a, v, "url",
		    jv_text(view_record_url(
			a, kind_get(f->ref), record_text(r, field))));
	return v;
}
