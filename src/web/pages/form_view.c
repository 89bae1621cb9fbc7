#include "web/pages/form_view.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer lists of records become a text control. */
#define MAX_OPTIONS 250

static const char *const controls[] = {
	[FIELD_NAME] = "text",
	[FIELD_TEXT] = "text",
	[FIELD_LINES] = "textarea",
	[FIELD_INT] = "number",
	[FIELD_BOOL] = "checkbox",
	[FIELD_CHOICE] = "select",
	[FIELD_REF] = "select",
	[FIELD_REFS] = "text",
	[FIELD_LABELS] = "text",
	[FIELD_NUMBERS] = "text",
	[FIELD_IPV4] = "text",
	[FIELD_OBJECT] = "code",
};

/* --- values -------------------------------------------------------------- */

static const char *join(struct arena *a, const json_t *array)
{
	const char *all = "";
	const json_t *item;
	size_t i;

	for (i = 0; i < json_array_size(array); i++) {
		const char *separator = i ? ", " : "";

		item = json_array_get(array, i);
		if (json_is_string(item))
			all = arena_printf(a, "%s%s%s", all, separator,
			    json_string_value(item));
		else
			all = arena_printf(a, "%s%s%lld", all, separator,
			    (long long)json_integer_value(item));
	}
	return all;
}

/* As a person would type it. */
static const char *typed(struct arena *a, const json_t *v)
{
	const char *copy;
	char *text;

	if (json_is_string(v))
		return arena_strdup(a, json_string_value(v));
	if (json_is_integer(v))
		return arena_printf(
		    a, "%lld", (long long)json_integer_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	if (json_is_array(v))
		return join(a, v);
	if (!json_is_object(v))
		return "";
	text =
	    json_dumps(v, json_real_flags(v) | JSON_INDENT(2) | JSON_SORT_KEYS);
	copy = arena_strdup(a, text);
	free(text);
	return copy;
}

static const char *preset_value(
    struct request *r, const struct form_view *form, const struct field *f)
{
	const json_t *preset = json_object_get(form->preset, f->name);
	/* Links fill forms in.  The address that something was sent to says
	 * other things with the same words: a table's filters, which must not
	 * become a choice of devices. */
	const char *asked =
	    r->method == METHOD_POST ? NULL : request_query(r, f->name, NULL);
	const char *text;
	json_t *fallback;

	if (asked)
		return asked;
	if (preset)
		return typed(r->arena, preset);
	if (!f->fallback || form->partial)
		return "";
	fallback = json_loads(f->fallback, JSON_DECODE_ANY, NULL);
	text = typed(r->arena, fallback);
	json_decref(fallback);
	return text;
}

static const char *value_of(struct request *r, const struct form_view *form,
    const json_t *object, const struct field *f)
{
	if (form->submitted)
		return request_form(r, f->name,
		    f->type == FIELD_BOOL && !form->partial ? "false" : "");
	if (form->record)
		return typed(r->arena, json_object_get(object, f->name));
	return preset_value(r, form, f);
}

static bool is_on(const char *value)
{
	static const char *const words[] = { "on", "true", "yes", "1" };

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strcmp(value, words[i]) == 0)
			return true;
	}
	return false;
}

/* --- options ------------------------------------------------------------- */

static void add_option(struct arena *a, struct jv list, const char *value,
    const char *label, const char *current)
{
	struct jv o = jv_dict(a, 3);

	jv_dict_set(a, o, "value", jv_text(value));
	jv_dict_set(a, o, "label", jv_text(label));
	jv_dict_set(a, o, "selected", jv_bool(strcmp(value, current) == 0));
	jv_list_append(a, list, o);
}

static struct jv choice_options(
    struct arena *a, const struct field *f, const char *current)
{
	struct jv list = jv_list(a, 8);

	if (!f->required)
		add_option(a, list, "", "not set", current);
	else if (!*current)
		add_option(a, list, "", "choose one", "");
	for (const char *const *c = f->choices; *c; c++)
		add_option(a, list, *c, *c, current);
	return list;
}

static struct jv bool_options(
    struct arena *a, const struct field *f, const char *current)
{
	const char *now = *current ? is_on(current) ? "true" : "false" : "";
	struct jv list = jv_list(a, 3);
	const char *usual =
	    f->fallback && strcmp(f->fallback, "true") == 0 ? "on" : "off";

	add_option(a, list, "", arena_printf(a, "not set (%s)", usual), now);
	add_option(a, list, "true", "on", now);
	add_option(a, list, "false", "off", now);
	return list;
}

/* Whoever asks for a view asks for devices (app/device_view.h). */
static bool is_offered(const struct record *r)
{
	return record_kind(r)->id != KIND_VIEW ||
	       strcmp(record_text(r, VIEW_TABLE),
		   kind_get(KIND_DEVICE)->plural) == 0;
}

static const char *label_of(const struct record *r)
{
	return record_kind(r)->id == KIND_VIEW ? record_text(r, VIEW_LABEL)
					       : record_key(r);
}

static struct jv ref_options(
    struct request *r, const struct field *f, const char *current)
{
	struct arena *a = r->arena;
	const struct record *const *all;
	struct jv list = jv_list(a, 16);
	bool found = !*current;
	size_t n;

	all = snapshot_all(r->snapshot, f->ref, &n);
	if (!f->required)
		add_option(a, list, "", "none", current);
	else if (!*current)
		add_option(a, list, "", "choose one", "");
	for (size_t i = 0; i < n; i++) {
		const char *key = record_key(all[i]);

		if (!is_offered(all[i]))
			continue;
		add_option(a, list, key, label_of(all[i]), current);
		found = found || strcmp(key, current) == 0;
	}
	/* What was typed or has gone since is kept and shown. */
	if (!found)
		add_option(a, list, current, current, current);
	return list;
}

/* --- controls ------------------------------------------------------------ */

static const char *error_of(const struct form_view *form, const struct field *f)
{
	for (size_t i = 0; form->errors && i < form->errors->n; i++) {
		if (form->errors->item[i].field == f)
			return form->errors->item[i].message;
	}
	return "";
}

static size_t max_length(const struct field *f)
{
	switch (f->type) {
	case FIELD_NAME:
		return f->max_len ? f->max_len : 63;
	case FIELD_TEXT:
		return f->max_len ? f->max_len : FIELD_MAX_TEXT;
	case FIELD_IPV4:
		return 32;
	case FIELD_LINES:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_CHOICE:
	case FIELD_REF:
	case FIELD_REFS:
	case FIELD_LABELS:
	case FIELD_NUMBERS:
	case FIELD_OBJECT:
		break;
	}
	return 0;
}

static const char *control_of(
    struct request *r, const struct form_view *form, const struct field *f)
{
	size_t n = 0;

	if (f->type == FIELD_BOOL && form->partial)
		return "select";

	if (f->type == FIELD_REF)
		snapshot_all(r->snapshot, f->ref, &n);
	return n > MAX_OPTIONS ? "text" : controls[f->type];
}

static struct jv field_view(struct request *r, const struct form_view *form,
    const struct field *f, const char *value)
{
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 14);
	const char *control = control_of(r, form, f);

	jv_dict_set(a, v, "name", jv_text(f->name));
	jv_dict_set(a, v, "id", jv_text(arena_printf(a, "f-%s", f->name)));
	jv_dict_set(a, v, "label", jv_text(f->label));
	jv_dict_set(a, v, "help", jv_text(f->help ? f->help : ""));
	jv_dict_set(a, v, "control", jv_text(control));
	jv_dict_set(a, v, "value", jv_text(value));
	jv_dict_set(a, v, "checked", jv_bool(is_on(value)));
	jv_dict_set(
	    a, v, "required", jv_bool(f->required && f->type != FIELD_BOOL));
	jv_dict_set(a, v, "min", jv_int(f->min));
	jv_dict_set(a, v, "max", jv_int(f->max));
	jv_dict_set(a, v, "maxlength", jv_int((int64_t)max_length(f)));
	jv_dict_set(a, v, "error", jv_copy_text(a, error_of(form, f)));
	if (f->type == FIELD_CHOICE)
		jv_dict_set(a, v, "options", choice_options(a, f, value));
	else if (f->type == FIELD_BOOL && form->partial)
		jv_dict_set(a, v, "options", bool_options(a, f, value));
	else if (strcmp(control, "select") == 0)
		jv_dict_set(a, v, "options", ref_options(r, f, value));
	return v;
}

struct jv form_view_fields(struct request *r, const struct form_view *form)
{
	const struct schema *schema = form->schema;
	struct jv list = jv_list(r->arena, schema->n_fields);
	json_t *object = form->record ? record_to_json(form->record) : NULL;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];

		if (!f->hidden)
			jv_list_append(r->arena, list,
			    field_view(
				r, form, f, value_of(r, form, object, f)));
	}
	json_decref(object);
	return list;
}

struct jv form_view_problems(
    struct request *r, const struct form_view *form, const char *message)
{
	struct jv list = jv_list(r->arena, 4);
	size_t n = form->errors ? form->errors->n : 0;

	for (size_t i = 0; i < n; i++) {
		if (!form->errors->item[i].field)
			jv_list_append(r->arena, list,
			    jv_copy_text(
				r->arena, form->errors->item[i].message));
	}
	if (n == 0 && message && *message)
		jv_list_append(r->arena, list, jv_copy_text(r->arena, message));
	return list;
}

bool form_view_shows(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_CONFLICT ||
	       code == ERR_STALE || code == ERR_NO_SPACE || code == ERR_LIMIT ||
	       code == ERR_TIMEOUT || code == ERR_SYSTEM;
}

int form_view_status(enum err_code code)
{
	static const int statuses[] = {
		[ERR_INVALID] = 422,
		[ERR_CONFLICT] = 409,
		[ERR_STALE] = 409,
		[ERR_LIMIT] = 413,
		[ERR_NO_SPACE] = 507,
		[ERR_TIMEOUT] = 504,
		[ERR_SYSTEM] = 500,
	};

	return (size_t)code < COUNT(statuses) && statuses[code] ? statuses[code]
								: 500;
}
