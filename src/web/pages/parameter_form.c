#include "web/pages/parameter_form.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "parameters."

/* The job's fields that the record may set, named as the controls are.  of[i]
 * is the job's own field; n of them, in the request's arena. */
struct fields {
	struct schema schema;
	struct field *copies;
	const struct field **of;
};

static bool is_offered(const struct job_holder *h, const struct field *f)
{
	return !f->hidden && !job_holder_reserves(h, f->name);
}

static const char *help_of(struct arena *a, const struct field *f)
{
	if (!f->fallback || f->type == FIELD_BOOL)
		return f->help;
	return arena_printf(a, "%s%sNot set: %s.", f->help ? f->help : "",
	    f->help ? " " : "", f->fallback);
}

static bool make_fields(struct request *r, const struct job_holder *h,
    const struct job *job, struct fields *ret)
{
	const struct schema *all = &job->parameters;
	size_t n = 0;

	ret->copies =
	    arena_alloc(r->arena, (all->n_fields + 1) * sizeof(*ret->copies));
	ret->of = arena_alloc(r->arena, (all->n_fields + 1) * sizeof(*ret->of));
	if (!ret->copies || !ret->of)
		return false;
	for (size_t i = 0; i < all->n_fields; i++) {
		const struct field *f = &all->fields[i];

		if (!is_offered(h, f))
			continue;
		ret->of[n] = f;
		ret->copies[n] = *f;
		ret->copies[n].name =
		    arena_printf(r->arena, PREFIX "%s", f->name);
		ret->copies[n++].help = help_of(r->arena, f);
	}
	ret->schema = (struct schema){ ret->copies, n };
	return true;
}

/* --- which job ----------------------------------------------------------- */

static const char *field_name(const struct job_holder *h, int field)
{
	return kind_get(h->kind)->schema.fields[field].name;
}

/* What was chosen in the form, stands in the record, or is asked for in the
 * address. */
static const char *job_name(
    struct request *r, const struct form_view *form, const struct job_holder *h)
{
	const char *control = field_name(h, h->job);
	const char *asked = request_query(r, control, "");

	if (form->submitted)
		return request_form(r, control, "");
	return form->record ? record_text(form->record, h->job) : asked;
}

/* --- showing ------------------------------------------------------------- */

/* The record's own, or what a link asks for, under the controls' names. */
static json_t *values_of(const struct form_view *form,
    const struct job_holder *h, const struct fields *fields)
{
	json_t *held = form->record ? job_holder_parameters(h, form->record)
				    : json_object();
	json_t *values = json_object();

	for (size_t i = 0; values && i < fields->schema.n_fields; i++) {
		json_t *v = json_object_get(held, fields->of[i]->name);

		if (v)
			json_object_set(values, fields->copies[i].name, v);
	}
	json_decref(held);
	return values;
}

/* A member's message without its name, at the control's own field. */
static void move_errors(const struct form_view *form,
    const struct job_holder *h, const struct fields *fields,
    struct schema_errors *ret)
{
	const struct field *whole =
	    &kind_get(h->kind)->schema.fields[h->parameters];

	for (size_t i = 0; form->errors && i < form->errors->n; i++) {
		const struct schema_error *item = &form->errors->item[i];
		const struct field *at = NULL;
		const char *message = item->message;

		if (item->field != whole)
			continue;
		for (size_t k = 0; k < fields->schema.n_fields; k++) {
			if (fields->of[k] == item->member)
				at = &fields->copies[k];
		}
		if (at)
			message += strlen(item->member->name) + 2;
		schema_errors_add(ret, at, "%s", message);
	}
}

/* Names that are set and are none of the job's: whoever saves the form loses
 * them, and should know it. */
static struct jv lost_view(struct request *r, const struct form_view *form,
    const struct job_holder *h, const struct job *job)
{
	json_t *held =
	    form->record ? job_holder_parameters(h, form->record) : NULL;
	struct jv list = jv_list(r->arena, 2);
	const char *name;
	json_t *v;

	json_object_foreach(held, name, v)
	{
		if (schema_find(&job->parameters, name) < 0)
			jv_list_append(
			    r->arena, list, jv_copy_text(r->arena, name));
	}
	json_decref(held);
	return list;
}

static void add_fields(struct request *r, const struct form_view *form,
    const struct job_holder *h, const struct job *job, struct jv v)
{
	struct schema_errors errors = { 0 };
	struct form_view inner = {
		.submitted = form->submitted, .errors = &errors, .partial = true
	};
	struct fields fields;
	json_t *values;

	if (!make_fields(r, h, job, &fields))
		return;
	move_errors(form, h, &fields, &errors);
	values = values_of(form, h, &fields);
	inner.schema = &fields.schema;
	inner.preset = values;
	jv_dict_set(r->arena, v, "fields", form_view_fields(r, &inner));
	jv_dict_set(
	    r->arena, v, "problems", form_view_problems(r, &inner, NULL));
	jv_dict_set(r->arena, v, "lost", lost_view(r, form, h, job));
	json_decref(values);
}

struct jv parameter_form_view(struct request *r, const struct form_view *form,
    const struct job_holder *holder)
{
	const struct job *job =
	    job_holder_find_job(holder, job_name(r, form, holder));
	struct jv v = jv_dict(r->arena, 8);

	jv_dict_set(r->arena, v, "job", jv_text(job ? job->name : ""));
	jv_dict_set(r->arena, v, "title", jv_text(job ? job->title : ""));
	jv_dict_set(r->arena, v, "summary", jv_text(job ? job->summary : ""));
	if (job)
		add_fields(r, form, holder, job, v);
	return v;
}

/* --- reading ------------------------------------------------------------- */

bool parameter_form_asked(struct request *r)
{
	return *request_form(r, "show-parameters", "") != '\0';
}

/* From the controls' names to the parameters' own. */
static json_t *rename_members(const struct fields *fields, json_t *typed)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < fields->schema.n_fields; i++) {
		json_t *v = json_object_get(typed, fields->copies[i].name);

		if (v && json_object_set(object, fields->of[i]->name, v) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* request_form_object() takes a box that is missing for one that is off; here
 * it is one that is not set. */
static void drop_unset(
    struct request *r, const struct fields *fields, json_t *typed)
{
	for (size_t i = 0; i < fields->schema.n_fields; i++) {
		const char *name = fields->copies[i].name;

		if (!*request_form(r, name, ""))
			json_object_del(typed, name);
	}
}

static json_t *read_fields(struct request *r, const struct fields *fields,
    const struct field *whole, struct schema_errors *errors)
{
	struct schema_errors wrong = { 0 };
	json_t *typed = request_form_object(r, &fields->schema, &wrong);
	json_t *object;

	if (!typed)
		return NULL;
	drop_unset(r, fields, typed);
	object = rename_members(fields, typed);
	json_decref(typed);
	for (size_t i = 0; i < wrong.n; i++) {
		size_t at = (size_t)(wrong.item[i].field - fields->copies);

		schema_errors_add_member(
		    errors, whole, fields->of[at], wrong.item[i].message);
	}
	return object;
}

/* Nothing is saved of which the fields were not seen: what was typed for one
 * job says another thing of the next, or nothing. */
static enum err_code check_shown(
    struct request *r, const struct job *job, struct err *e)
{
	const char *shown = request_form(r, "parameters_of", "");

	if (strcmp(shown, job->name) == 0)
		return ERR_OK;
	return err_set(e, ERR_INVALID,
	    "Nothing was saved yet: look at the parameters of %s below, then "
	    "save.",
	    job->name);
}

enum err_code parameter_form_read(struct request *r,
    const struct job_holder *holder, json_t *object,
    struct schema_errors *errors, struct err *e)
{
	const char *whole = field_name(holder, holder->parameters);
	const struct job *job = job_holder_find_job(
	    holder, request_form(r, field_name(holder, holder->job), ""));
	struct fields fields;
	json_t *parameters;

	json_object_del(object, whole);
	if (!job) /* the schema says what is wrong with its name */
		return ERR_OK;
	if (check_shown(r, job, e) != ERR_OK)
		return ERR_INVALID;
	if (!make_fields(r, holder, job, &fields))
		return err_set(e, ERR_SYSTEM, "out of memory");
	parameters = read_fields(r, &fields,
	    &kind_get(holder->kind)->schema.fields[holder->parameters], errors);
	if (!parameters)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (json_object_size(parameters) > 0)
		json_object_set(object, whole, parameters);
	json_decref(parameters);
	return ERR_OK;
}

/* --- telling ------------------------------------------------------------- */

static const char *value_text(struct arena *a, const json_t *v)
{
	const char *all = "", *copy;
	char *text;

	if (json_is_string(v))
		return arena_strdup(a, json_string_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? "on" : "off";
	for (size_t i = 0; i < json_array_size(v); i++)
		all = arena_printf(a, "%s%s%s", all, i ? ", " : "",
		    value_text(a, json_array_get(v, i)));
	if (json_is_array(v))
		return all;
	text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	copy = arena_strdup(a, text ? text : "");
	free(text);
	return copy;
}

struct jv parameter_form_told(struct request *r,
    const struct job_holder *holder, const struct record *record)
{
	const struct job *job =
	    job_holder_find_job(holder, record_text(record, holder->job));
	json_t *held = job_holder_parameters(holder, record);
	struct jv list = jv_list(r->arena, json_object_size(held));
	const char *name;
	json_t *v;

	json_object_foreach(held, name, v)
	{
		int at = job ? schema_find(&job->parameters, name) : -1;
		struct jv one = jv_dict(r->arena, 2);

		jv_dict_set(r->arena, one, "label",
		    jv_copy_text(r->arena,
			at < 0 ? name : job->parameters.fields[at].label));
		jv_dict_set(
		    r->arena, one, "value", jv_text(value_text(r->arena, v)));
		jv_list_append(r->arena, list, one);
	}
	json_decref(held);
	return list;
}
