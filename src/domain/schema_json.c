#include "domain/schema.h"

static size_t text_limit(const struct field *f, size_t fallback)
{
	return f->max_len ? f->max_len : fallback;
}

static json_t *text_schema(const struct field *f)
{
	switch (f->type) {
	case FIELD_NAME:
		return json_pack("{s:s, s:s, s:I}", "type", "string", "pattern",
		    "^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength",
		    (json_int_t)text_limit(f, 63));
	case FIELD_IPV4:
		return json_pack("{s:s, s:s}", "type", "string", "pattern",
		    "^[0-9]{1,3}([.][0-9]{1,3}){3}(/[0-9]{1,2})?"
		    "(:[0-9]{1,5})?$");
	case FIELD_LINES:
		return json_pack("{s:s, s:I}", "type", "string", "maxLength",
		    (json_int_t)text_limit(f, FIELD_MAX_LINES));
	case FIELD_TEXT:
	case FIELD_REF:
	case FIELD_CHOICE:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
	case FIELD_OBJECT:
		break;
	}
	return json_pack("{s:s, s:I}", "type", "string", "maxLength",
	    (json_int_t)text_limit(f, FIELD_MAX_TEXT));
}

static json_t *choice_schema(const struct field *f)
{
	json_t *list = json_array();

	for (const char *const *c = f->choices; list && *c; c++)
		json_array_append_new(list, json_string(*c));
	return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

static json_t *field_schema(const struct field *f)
{
	switch (f->type) {
	case FIELD_CHOICE:
		return choice_schema(f);
	case FIELD_INT:
		return json_pack("{s:s, s:I, s:I}", "type", "integer",
		    "minimum", (json_int_t)f->min, "maximum",
		    (json_int_t)f->max);
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
		return json_pack("{s:s, s:I, s:b, s:o}", "type", "array",
		    "maxItems", (json_int_t)text_limit(f, FIELD_MAX_ITEMS),
		    "uniqueItems", 1, "items",
		    f->type == FIELD_LABELS && f->choices
			? choice_schema(f)
			: json_pack("{s:s}", "type",
			      f->type == FIELD_NUMBERS ? "integer" : "string"));
	case FIELD_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case FIELD_OBJECT:
		return json_pack("{s:s}", "type", "object");
	case FIELD_NAME:
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_REF:
	case FIELD_IPV4:
		break;
	}
	return text_schema(f);
}

json_t *schema_to_json_schema(const struct schema *s)
{
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; properties && required && i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		json_t *one;

		if (f->hidden)
			continue;
		one = field_schema(f);
		if (f->help)
			json_object_set_new(
			    one, "description", json_string(f->help));
		if (f->fallback)
			json_object_set_new(one, "default",
			    json_loads(f->fallback, JSON_DECODE_ANY, NULL));
		json_object_set_new(properties, f->name, one);
		if (f->required && !f->fallback)
			json_array_append_new(required, json_string(f->name));
	}
	return json_pack("{s:s, s:b, s:o, s:o}", "type", "object",
	    "additionalProperties", 0, "properties", properties, "required",
	    required);
}
