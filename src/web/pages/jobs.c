/*
 * /jobs and /jobs/{job}/run: the form from the job's typed parameters.  A
 * device's button opens the same form with its own values and its name in
 * `button`; the run then says that it came by the button.
 */
#include "web/pages/pages.h"

#include "app/job_settings.h"
#include "app/runs.h"
#include "base/json.h"
#include "web/pages/device_state.h"
#include "web/pages/form_view.h"
#include "web/pages/job_form.h"
#include "web/web.h"

#include <string.h>

#define RECENT 3

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

static void add_job(struct arena *a, const struct job *job, struct jv v)
{
	jv_dict_set(a, v, "name", jv_text(job->name));
	jv_dict_set(a, v, "title", jv_text(job->title));
	jv_dict_set(a, v, "summary", jv_text(job->summary));
	jv_dict_set(a, v, "can_write", jv_bool(job->can_write));
	jv_dict_set(a, v, "writes_store", jv_bool(job_writes_store(job)));
	jv_dict_set(a, v, "on_store", jv_bool(!job_opens_sessions(job)));
	jv_dict_set(a, v, "time_limit", jv_int(job->time_limit_s));
	jv_dict_set(a, v, "role",
	    jv_text(access_role_word(permission_role(job->permission))));
}

static struct jv recent_runs(
    struct request *r, const struct job *job, json_t *keep)
{
	struct run_filter filter = { .job = job->name, .limit = RECENT };
	json_t *runs = NULL;

	if (run_index_list(r->web->runs, &filter, &runs, NULL) != ERR_OK ||
	    json_array_append_new(keep, runs) != 0)
		return jv_list(r->arena, 0);
	return view_runs(r->arena, runs);
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 6);
	struct jv jobs = jv_list(r->arena, JOB_COUNT);
	json_t *keep = json_array();
	enum err_code rc;

	for (int i = 0; keep && i < JOB_COUNT; i++) {
		const struct job *job = job_get((enum job_id)i);
		struct jv v = jv_dict(r->arena, 10);
		const char *why;
		char text[256];

		add_job(r->arena, job, v);
		why = job_settings_refusal(r->snapshot, job, text);
		jv_dict_set(r->arena, v, "refusal",
		    jv_copy_text(r->arena, why ? why : ""));
		jv_dict_set(r->arena, v, "runs", recent_runs(r, job, keep));
		jv_list_append(r->arena, jobs, v);
	}
	jv_dict_set(r->arena, ctx, "jobs", jobs);
	rc = response_page(r, out, 200, "jobs.html", ctx, e);
	json_decref(keep);
	return rc;
}

/* --- the form ------------------------------------------------------------ */

/* The button that the form came by, if it is one of this job's. */
static const struct record *button_of(struct request *r, const struct job *job)
{
	const char *name = r->method == METHOD_POST
			       ? request_form(r, "button", "")
			       : request_query(r, "button", "");
	const struct record *button =
	    *name ? snapshot_find(r->snapshot, KIND_BUTTON, name) : NULL;

	return button && record_flag(button, BUTTON_ENABLED) &&
		       strcmp(record_text(button, BUTTON_JOB), job->name) == 0
		   ? button
		   : NULL;
}

static json_t *preset_of(const struct record *button)
{
	const char *text = button ? record_text(button, BUTTON_PARAMETERS) : "";

	return *text ? json_loads(text, 0, NULL) : NULL;
}

/* What the status rules say about the chosen device, before anyone clicks. */
static void add_device(
    struct request *r, const struct job *job, const char *name, struct jv ctx)
{
	const struct record *device =
	    snapshot_find(r->snapshot, KIND_DEVICE, name);
	struct device_refusal read;

	if (!device)
		return;
	jv_dict_set(r->arena, ctx, "device", view_record(r->arena, device));
	read = device_job_refusal(r, job, device, false);
	jv_dict_set(r->arena, ctx, "read_refusal", jv_text(read.why));
	jv_dict_set(r->arena, ctx, "mend", jv_text(read.mend));
	jv_dict_set(r->arena, ctx, "write_refusal",
	    jv_text(job->can_write
			? device_job_refusal(r, job, device, true).why
			: ""));
}

static enum err_code show_form(struct request *r, struct response *out,
    const struct job *job, struct form_view *form, int status, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 15), view = jv_dict(a, 8);
	const struct record *button = button_of(r, job);
	const char *message = arena_strdup(a, status == 200 ? "" : e->message);
	const char *device = form->submitted ? request_form(r, "device", "")
					     : request_query(r, "device", "");
	json_t *preset = preset_of(button);
	enum err_code rc;

	if (!form->preset)
		form->preset = preset;
	add_job(a, job, view);
	add_device(r, job, device, ctx);
	jv_dict_set(a, ctx, "job", view);
	jv_dict_set(a, ctx, "button", view_record(a, button));
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, form, message));
	jv_dict_set(a, ctx, "once", jv_text(r->id));
	jv_dict_set(a, ctx, "cancel",
	    *device ? jv_text(arena_printf(a, "/devices/%s", device))
		    : jv_text("/jobs"));
	rc = response_page(r, out, status, "job_run.html", ctx, e);
	json_decref(preset);
	return rc;
}

static enum err_code run_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct job *job = NULL;
	struct form_view form = { .submitted = false };
	enum err_code rc = find_job(r, &job, e);

	if (rc != ERR_OK)
		return rc;
	form.schema = &job->parameters;
	return show_form(r, out, job, &form, 200, e);
}

enum err_code job_form_show(struct request *r, struct response *out,
    const struct job *job, const json_t *preset, struct err *e)
{
	struct form_view form = { .schema = &job->parameters,
		.preset = preset };

	return show_form(r, out, job, &form, 200, e);
}

static enum err_code start(struct request *r, const struct job *job,
    struct schema_errors *errors, json_t **ret, struct err *e)
{
	struct actor actor = r->actor;
	json_t *parameters = request_form_object(r, &job->parameters, errors);
	const char *once = request_form(r, "once", "");
	enum err_code rc;

	if (!parameters)
		return err_set(e, ERR_SYSTEM, "out of memory");
	actor.via = button_of(r, job) ? TRIGGER_BUTTON : TRIGGER_FORM;
	rc = schema_errors_check(errors, e);
	if (rc == ERR_OK)
		rc = runs_create(r->app, &actor,
		    &(struct run_wish){ .job = job,
			.parameters = parameters,
			.key = *once ? once : NULL,
			.errors = errors },
		    ret, e);
	json_decref(parameters);
	return rc;
}

static enum err_code run_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = { .submitted = true, .errors = &errors };
	const struct job *job = NULL;
	json_t *run = NULL;
	enum err_code rc;

	if ((rc = find_job(r, &job, e)) != ERR_OK ||
	    (rc = actor_require(&r->actor, job->permission, e)) != ERR_OK)
		return rc;
	form.schema = &job->parameters;
	rc = start(r, job, &errors, &run, e);
	if (rc == ERR_OK) {
		rc = view_redirect(
		    r, out, e, "/runs/%s", json_text(run, "id", ""));
		json_decref(run);
	} else if (form_view_shows(rc)) {
		rc = show_form(r, out, job, &form, form_view_status(rc), e);
	}
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/jobs", MAY_VIEW, list_page),
	PAGE_GET("/jobs/{job}/run", MAY_RUN, run_page),
	PAGE_POST_FIELDS("/jobs/{job}/run", MAY_RUN, run_post, BODY_FORM),
};

const struct route_table pages_jobs_routes = { routes, COUNT(routes) };
