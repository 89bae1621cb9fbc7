/*
 * /bulk/{kind}: records that were ticked in a table, or all that its filters
 * meet, are changed together or handed to a job.
 */
#include "web/pages/bulk.h"

#include "app/inventory_bulk.h"
#include "base/text.h"
#include "domain/job.h"
#include "web/pages/device_needs.h"
#include "web/pages/form_view.h"
#include "web/pages/job_form.h"
#include "web/pages/pages.h"
#include "web/pages/record_cell.h"
#include "web/pages/table_choice.h"

#include <string.h>

struct choice {
	const struct kind *kind;
	struct table_choice rows;
};

static const void *find_record(void *ctx, const char *key)
{
	const struct request *r = ctx;

	return snapshot_find(
	    r->snapshot, kind_find_plural(r->capture[0])->id, key);
}

static enum err_code choose(
    struct request *r, struct choice *ret, struct err *e)
{
	const struct kind *kind = kind_find_plural(r->capture[0]);
	struct table_choosing from = { .find = find_record, .ctx = r };
	enum err_code rc;

	/* of people and tokens other rules hold than those of records */
	if (kind && kind->library)
		from.spec = record_table_spec_of(kind->id);
	if (!from.spec)
		return err_set(e, ERR_NOT_FOUND, "There is no table %.40s.",
		    r->capture[0]);
	from.one = kind->name;
	from.rows.list = (const void *const *)snapshot_all(
	    r->snapshot, kind->id, &from.rows.n);
	if (kind->id == KIND_DEVICE &&
	    (rc = device_needs_rows(r, &from.rows, e)) != ERR_OK)
		return rc;
	ret->kind = kind;
	return table_choice_read(r, &from, &ret->rows, e);
}

/* --- what can be done ---------------------------------------------------- */

static bool takes_devices(const struct job *job)
{
	return schema_find(&job->parameters, "devices") >= 0;
}

static struct jv jobs_view(struct request *r)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, JOB_COUNT);

	for (int i = 0; i < JOB_COUNT; i++) {
		const struct job *job = job_get((enum job_id)i);
		struct jv v;

		if (!takes_devices(job) ||
		    !access_allows(r->actor.role, job->permission))
			continue;
		v = jv_dict(a, 2);
		jv_dict_set(a, v, "name", jv_text(job->name));
		jv_dict_set(a, v, "title", jv_text(job->title));
		jv_list_append(a, list, v);
	}
	return list;
}

struct jv bulk_view(struct request *r, enum kind_id kind)
{
	bool edit =
	    access_allows(r->actor.role, inventory_permission(kind_get(kind)));
	struct jv jobs =
	    kind == KIND_DEVICE ? jobs_view(r) : jv_list(r->arena, 0);
	struct jv v = jv_dict(r->arena, 2);

	if (!edit && jv_list_len(jobs) == 0)
		return jv_none();
	jv_dict_set(r->arena, v, "edit", jv_bool(edit));
	jv_dict_set(r->arena, v, "jobs", jobs);
	return v;
}

/* --- the form ------------------------------------------------------------ */

/* What may be done with a field: the words that templates and reading share. */
static const char *const scalar_ways[] = { "keep", "set", "clear", NULL };
static const char *const needed_ways[] = { "keep", "set", NULL };
static const char *const list_ways[] = { "keep", "add", "remove", "set",
	"clear", NULL };

static const char *const *ways_of(const struct field *f)
{
	if (record_field_is_list(f))
		return list_ways;
	return f->required || f->type == FIELD_BOOL ? needed_ways : scalar_ways;
}

static const char *way_name(struct request *r, const struct field *f)
{
	return arena_printf(r->arena, "how-%s", f->name);
}

static const char *asked_way(struct request *r, const struct field *f)
{
	return request_form(r, way_name(r, f), "keep");
}

/* {control, how, way, ways} for each field that takes part. */
static struct jv fields_view(
    struct request *r, const struct choice *c, const struct form_view *form)
{
	struct arena *a = r->arena;
	const struct schema *schema = &c->kind->schema;
	struct jv controls = form_view_fields(r, form);
	struct jv list = jv_list(a, schema->n_fields);
	size_t at = 0;

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];
		struct jv v, control;

		if (f->hidden)
			continue;
		control = jv_list_at(controls, at++);
		if (!inventory_bulk_takes(c->kind, f))
			continue;
		v = jv_dict(a, 4);
		/* only what is to be changed needs a value */
		jv_dict_set(a, control, "required", jv_bool(false));
		jv_dict_set(a, v, "control", control);
		jv_dict_set(a, v, "how", jv_text(way_name(r, f)));
		jv_dict_set(a, v, "way", jv_text(asked_way(r, f)));
		jv_dict_set(a, v, "ways", view_words(a, ways_of(f)));
		jv_list_append(a, list, v);
	}
	return list;
}

static enum err_code show_form(struct request *r, struct response *out,
    const struct choice *c, struct form_view *form, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 20), kind = jv_dict(a, 4);
	int status = form->submitted ? form_view_status(e->code) : 200;
	/* it says which row; the fields say what */
	struct form_view whole = { .schema = &c->kind->schema };
	const char *message =
	    form->submitted ? arena_strdup(a, e->message) : NULL;

	form->schema = &c->kind->schema;
	jv_dict_set(a, kind, "name", jv_text(c->kind->name));
	jv_dict_set(a, kind, "plural", jv_text(c->kind->plural));
	jv_dict_set(a, ctx, "kind", kind);
	jv_dict_set(a, ctx, "nav", jv_text(c->kind->plural));
	table_choice_add(r, &c->rows, ctx);
	jv_dict_set(a, ctx, "names",
	    table_choice_names(a, record_table_spec_of(c->kind->id), &c->rows));
	jv_dict_set(a, ctx, "all", jv_bool(c->rows.all));
	if (c->rows.all)
		jv_dict_set(a, ctx, "rows", jv_text(""));
	jv_dict_set(a, ctx, "fields", fields_view(r, c, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, &whole, message));
	return response_page(r, out, status, "bulk_edit.html", ctx, e);
}

/* --- a job --------------------------------------------------------------- */

static enum err_code show_job(struct request *r, struct response *out,
    const struct choice *c, struct err *e)
{
	const struct job *job = job_find(request_form(r, "job", ""));
	json_t *names = json_array(), *preset;
	const struct field *f;
	size_t max;
	enum err_code rc;

	if (!job || c->kind->id != KIND_DEVICE || !takes_devices(job))
		rc = request_refuse(r, 400, e, "Choose a job to run.");
	else
		rc = actor_require(&r->actor, job->permission, e);
	if (rc != ERR_OK) {
		json_decref(names);
		return rc;
	}
	f = &job->parameters.fields[schema_find(&job->parameters, "devices")];
	max = f->max_len ? f->max_len : FIELD_MAX_ITEMS;
	for (size_t i = 0; i < c->rows.n; i++)
		json_array_append_new(
		    names, json_string(record_key(c->rows.rows[i])));
	preset = json_pack("{s:o}", "devices", names);
	if (!preset)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (c->rows.n > max)
		rc = request_refuse(r, 422, e,
		    "%zu devices are chosen and this job takes at most %zu by "
		    "name. Open the job and choose by area, role, platform or "
		    "tag instead.",
		    c->rows.n, max);
	else
		rc = job_form_show(r, out, job, preset, e);
	json_decref(preset);
	return rc;
}

static enum err_code chosen(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { .submitted = false };
	struct choice c;
	enum err_code rc = choose(r, &c, e);

	if (rc != ERR_OK)
		return rc;
	if (*request_form(r, "job", "") &&
	    strcmp(request_form(r, "do", ""), "run") == 0)
		return show_job(r, out, &c, e);
	return show_form(r, out, &c, &form, e);
}

/* --- the change ---------------------------------------------------------- */

struct wishes {
	json_t *set, *add, *remove;
};

static void wishes_release(struct wishes *w)
{
	json_decref(w->set);
	json_decref(w->add);
	json_decref(w->remove);
}

/* Booleans that are not ticked are false, like anywhere. */
static json_t *value_of(struct request *r, const struct field *f,
    const char *way, struct schema_errors *errors)
{
	const char *text = request_form(r, f->name, "");

	if (strcmp(way, "clear") == 0)
		return json_null();
	if (f->type == FIELD_BOOL)
		return json_boolean(*text != '\0');
	if (!*text) {
		schema_errors_add(errors, f, "say what to %s", way);
		return NULL;
	}
	return schema_value_from_text(f, text, errors);
}

static void read_wish(struct request *r, const struct field *f,
    struct wishes *w, struct schema_errors *errors)
{
	const char *way = asked_way(r, f);
	json_t *value, *to = w->set;

	if (strcmp(way, "keep") == 0)
		return;
	if (record_field_is_list(f) && strcmp(way, "add") == 0)
		to = w->add;
	else if (record_field_is_list(f) && strcmp(way, "remove") == 0)
		to = w->remove;
	value = value_of(r, f, way, errors);
	if (value && json_object_set_new(to, f->name, value) != 0)
		schema_errors_add(errors, f, "out of memory");
}

static enum err_code read_wishes(struct request *r, const struct choice *c,
    struct wishes *w, struct schema_errors *errors, struct err *e)
{
	const struct schema *schema = &c->kind->schema;
	enum err_code rc;

	if (!w->set || !w->add || !w->remove)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < schema->n_fields; i++) {
		if (inventory_bulk_takes(c->kind, &schema->fields[i]))
			read_wish(r, &schema->fields[i], w, errors);
	}
	rc = schema_errors_check(errors, e);
	if (rc == ERR_OK && json_object_size(w->set) == 0 &&
	    json_object_size(w->add) == 0 && json_object_size(w->remove) == 0)
		rc = err_set(e, ERR_INVALID,
		    "No change was asked for: choose what to do with at least "
		    "one field.");
	return rc;
}

static enum err_code change(struct request *r, const struct choice *c,
    struct schema_errors *errors, size_t *ret_changed, struct err *e)
{
	struct wishes w = { json_object(), json_object(), json_object() };
	struct actor actor = r->actor;
	const char **keys =
	    arena_alloc(r->arena, (c->rows.n + 1) * sizeof(const char *));
	struct inventory_bulk bulk = { .kind = c->kind,
		.keys = keys,
		.n_keys = c->rows.n,
		.set = w.set,
		.add = w.add,
		.remove = w.remove };
	enum err_code rc = ERR_OK;

	actor.via = TRIGGER_BULK;
	if (!keys)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; keys && i < c->rows.n; i++)
		keys[i] = record_key(c->rows.rows[i]);
	if (rc == ERR_OK)
		rc = read_wishes(r, c, &w, errors, e);
	if (rc == ERR_OK)
		rc = inventory_change_many(
		    r->app, &actor, &bulk, errors, ret_changed, e);
	wishes_release(&w);
	return rc;
}

static enum err_code change_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = { .submitted = true, .errors = &errors };
	size_t changed = 0;
	struct choice c;
	enum err_code rc = choose(r, &c, e);

	if (rc != ERR_OK)
		return rc;
	rc = table_choice_check(r, &c.rows, e);
	if (rc == ERR_OK)
		rc = change(r, &c, &errors, &changed, e);
	if (rc == ERR_OK) {
		response_flash(r, out, "good",
		    arena_printf(r->arena, "%zu of %zu %s changed.", changed,
			c.rows.n, c.kind->plural));
		return response_redirect(r, out,
		    arena_printf(r->arena, "/%s?%s", c.kind->plural,
			query_text(r, NULL)));
	}
	return form_view_shows(rc) ? show_form(r, out, &c, &form, e) : rc;
}

static const struct route routes[] = {
	PAGE_POST_LIMIT("/bulk/{kind}", MAY_EDIT, chosen, BODY_JSON),
	PAGE_POST_FIELDS("/bulk/{kind}/edit", MAY_EDIT, change_post, BODY_JSON),
};

const struct route_table pages_bulk_routes = { routes, COUNT(routes) };
