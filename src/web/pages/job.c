/*
 * /jobs/{job}: what a job does, its last runs and schedules, and how it is to
 * be run: enabled, at once, how long, how often again.
 */
#include "web/pages/pages.h"

#include "app/job_settings.h"
#include "app/runs.h"
#include "base/json.h"
#include "web/pages/form_view.h"
#include "web/pages/record_edit.h"
#include "web/web.h"

#include <string.h>

#define RECENT 10

/* The name is the address, and no control of the form. */
static struct schema form_schema(void)
{
	const struct schema *all = &kind_get(KIND_JOB)->schema;

	return (struct schema){ all->fields + JOB_SETTING_NAME + 1,
		all->n_fields - JOB_SETTING_NAME - 1 };
}

static enum err_code find_job(
    const struct request *r, const struct job **ret, struct err *e)
{
	const struct job *job = job_find(r->capture[0]);

	if (!job)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no job %.80s.", r->capture[0]);
	*ret = job;
	return ERR_OK;
}

static struct jv job_view(struct request *r, const struct job *job)
{
	struct job_settings settings = job_settings_of(r->snapshot, job);
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 16);

	jv_dict_set(a, v, "name", jv_text(job->name));
	jv_dict_set(a, v, "title", jv_text(job->title));
	jv_dict_set(a, v, "summary", jv_text(job->summary));
	jv_dict_set(a, v, "can_write", jv_bool(job->can_write));
	jv_dict_set(a, v, "writes_store", jv_bool(job_writes_store(job)));
	jv_dict_set(a, v, "on_store", jv_bool(job->scope == JOB_STORE));
	jv_dict_set(a, v, "role",
	    jv_text(access_role_word(permission_role(job->permission))));
	jv_dict_set(a, v, "enabled", jv_bool(settings.enabled));
	jv_dict_set(a, v, "reason", jv_text(settings.reason));
	jv_dict_set(a, v, "concurrency", jv_int(settings.concurrency));
	jv_dict_set(a, v, "time_limit", jv_int(settings.time_limit_s));
	jv_dict_set(a, v, "retries", jv_int(settings.retries));
	jv_dict_set(a, v, "retry_delay", jv_int(settings.retry_delay_s));
	jv_dict_set(a, v, "notify", jv_bool(settings.notify));
	return v;
}

static struct jv parameters_view(struct arena *a, const struct job *job)
{
	struct jv list = jv_list(a, job->parameters.n_fields);

	for (size_t i = 0; i < job->parameters.n_fields; i++) {
		const struct field *f = &job->parameters.fields[i];
		struct jv v = jv_dict(a, 5);

		jv_dict_set(a, v, "name", jv_text(f->name));
		jv_dict_set(a, v, "label", jv_text(f->label));
		jv_dict_set(a, v, "help", jv_text(f->help ? f->help : ""));
		jv_dict_set(
		    a, v, "fallback", jv_text(f->fallback ? f->fallback : ""));
		jv_dict_set(a, v, "required", jv_bool(f->required));
		jv_list_append(a, list, v);
	}
	return list;
}

static struct jv schedules_view(struct request *r, const struct job *job)
{
	const struct record *const *all;
	struct jv list;
	size_t n;

	all = snapshot_all(r->snapshot, KIND_SCHEDULE, &n);
	list = jv_list(r->arena, n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(record_text(all[i], SCHEDULE_JOB), job->name) == 0)
			jv_list_append(
			    r->arena, list, view_record(r->arena, all[i]));
	}
	return list;
}

static enum err_code show(struct request *r, struct response *out,
    const struct job *job, struct form_view *form, int status, struct err *e)
{
	struct arena *a = r->arena;
	struct run_filter filter = { .job = job->name, .limit = RECENT };
	struct jv ctx = jv_dict(a, 12);
	const char *message = arena_strdup(a, status == 200 ? "" : e->message);
	json_t *runs = NULL;
	enum err_code rc = run_index_list(r->web->runs, &filter, &runs, e);

	if (rc != ERR_OK)
		return rc;
	form->record = snapshot_find(r->snapshot, KIND_JOB, job->name);
	jv_dict_set(a, ctx, "job", job_view(r, job));
	jv_dict_set(a, ctx, "record", view_record(a, form->record));
	jv_dict_set(a, ctx, "parameters", parameters_view(a, job));
	jv_dict_set(a, ctx, "schedules", schedules_view(r, job));
	jv_dict_set(a, ctx, "runs", view_runs(a, runs));
	if (access_allows(r->actor.role, MAY_ADMIN)) {
		jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
		jv_dict_set(
		    a, ctx, "problems", form_view_problems(r, form, message));
	}
	rc = response_page(r, out, status, "job.html", ctx, e);
	json_decref(runs);
	return rc;
}

static enum err_code job_page(
    struct request *r, struct response *out, struct err *e)
{
	struct schema schema = form_schema();
	struct form_view form = { .schema = &schema };
	const struct job *job = NULL;
	enum err_code rc = find_job(r, &job, e);

	return rc == ERR_OK ? show(r, out, job, &form, 200, e) : rc;
}

static enum err_code job_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema schema = form_schema();
	struct schema_errors errors = { 0 };
	struct form_view form = {
		.schema = &schema, .submitted = true, .errors = &errors
	};
	const struct job *job = NULL;
	json_t *object;
	enum err_code rc = find_job(r, &job, e);

	if (rc != ERR_OK)
		return rc;
	object = request_form_object(r, &schema, &errors);
	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	json_object_set_new(object, "name", json_string(job->name));
	rc = record_form_save(r, KIND_JOB, job->name, object, &errors, e);
	json_decref(object);
	if (rc == ERR_OK) {
		response_flash(r, out, "good", "The settings were saved.");
		return view_redirect(r, out, e, "/jobs/%s", job->name);
	}
	if (!form_view_shows(rc))
		return rc;
	return show(r, out, job, &form, form_view_status(rc), e);
}

static const struct route routes[] = {
	PAGE_GET("/jobs/{job}", MAY_VIEW, job_page),
	PAGE_POST_FIELDS("/jobs/{job}", MAY_ADMIN, job_post, BODY_FORM),
};

const struct route_table pages_job_routes = { routes, COUNT(routes) };
