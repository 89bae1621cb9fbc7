/* /devices/{name}: the device's page, its runs, its host key, its buttons. */
#include "web/pages/pages.h"

#include "app/device_history.h"
#include "app/hostkeys.h"
#include "app/runs.h"
#include "base/json.h"
#include "domain/job.h"
#include "web/pages/device_state.h"
#include "web/pages/past.h"
#include "web/pages/reach_view.h"
#include "web/web.h"

#include <string.h>

#define RUNS_PAGE 50
#define RECENT 4
#define LOOK_BACK 16 /* runs among which RECENT are found */

static struct jv pinned_view(struct request *r, const char *device)
{
	const struct record *pinned =
	    snapshot_find(r->snapshot, KIND_HOSTKEY, device);
	struct arena *a = r->arena;
	struct jv list;
	size_t n;

	if (!pinned)
		return jv_list(a, 0);
	n = record_count(pinned, HOSTKEY_KEYS);
	list = jv_list(a, n);
	for (size_t i = 0; i < n; i++) {
		const char *key = record_item(pinned, HOSTKEY_KEYS, i);
		struct jv v = jv_dict(a, 3);

		jv_dict_set(a, v, "type",
		    jv_text(arena_memdup(a, key, strcspn(key, " "))));
		jv_dict_set(
		    a, v, "fingerprint", jv_text(hostkeys_fingerprint(a, key)));
		jv_dict_set(a, v, "approved_by",
		    jv_text(record_text(pinned, HOSTKEY_APPROVED_BY)));
		jv_list_append(a, list, v);
	}
	return list;
}

/* What the record leaves to the area, the platform or the settings. */
static void add_inherited(
    struct request *r, const struct record *device, struct jv ctx)
{
	const struct record *credentials =
	    snapshot_credentials(r->snapshot, device);
	const struct record *platform = snapshot_find(
	    r->snapshot, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));
	const struct record *area = snapshot_find(
	    r->snapshot, KIND_AREA, record_text(device, DEVICE_AREA));

	jv_dict_set(r->arena, ctx, "credentials",
	    credentials ? jv_text(record_key(credentials)) : jv_text(""));
	jv_dict_set(r->arena, ctx, "platform", view_record(r->arena, platform));
	jv_dict_set(r->arena, ctx, "area", view_record(r->arena, area));
}

/* What the device told of itself; NULL: nothing yet. */
static json_t *read_facts(const struct record *device)
{
	const char *text = record_text(device, DEVICE_FACTS);

	return *text ? json_loads(text, 0, NULL) : NULL;
}

/* The first few runs that did more than ask whether the device answers: what
 * that found has a place of its own. */
static struct jv recent_runs(struct arena *a, const json_t *runs)
{
	const char *probe = job_get(JOB_REACHABILITY)->name;
	struct jv list = jv_list(a, RECENT);
	json_t *run;
	size_t i;

	json_array_foreach(runs, i, run)
	{
		if (jv_list_len(list) < RECENT &&
		    strcmp(json_text(run, "job", ""), probe) != 0)
			jv_list_append(a, list, view_run(a, run));
	}
	return list;
}

/* What was done to the device, and what was changed of it, lately: `runs`,
 * which `keep` holds, and `changes`. */
static enum err_code add_recent(struct request *r, const struct record *device,
    json_t **keep, struct jv ctx, struct err *e)
{
	struct device_history_query query = { .device = device,
		.limit = RECENT };
	struct run_filter filter = {
		.device = record_key(device), .own = true, .limit = LOOK_BACK
	};
	struct arena *a = r->arena;
	struct jv changes = jv_list(a, RECENT);
	struct history_page page;
	enum err_code rc;

	if ((rc = device_history_read(r->app, &query, a, &page, e)) != ERR_OK ||
	    (rc = run_index_list(r->web->runs, &filter, keep, e)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < page.n; i++)
		jv_list_append(a, changes,
		    view_history_commit(a, &page.entries[i].commit));
	jv_dict_set(a, ctx, "changes", changes);
	jv_dict_set(a, ctx, "runs", recent_runs(a, *keep));
	return ERR_OK;
}

/* What was read last was no whole configuration. */
static bool was_put_aside(struct request *r, const char *device)
{
	struct run_outcome last;

	return run_index_last_outcome(r->web->runs, device, &last) &&
	       last.quarantined;
}

static enum err_code device_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 24);
	const struct record *device;
	json_t *last, *recent = NULL, *facts;
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK)
		return past_answer(r, out, rc, e);
	if ((rc = device_add_frame(r, device, "summary", ctx, e)) != ERR_OK ||
	    (rc = add_recent(r, device, &recent, ctx, e)) != ERR_OK)
		return rc;
	last = run_index_last(r->web->runs, record_key(device));
	facts = read_facts(device);
	jv_dict_set(a, ctx, "run", view_run(a, last));
	if (!last)
		jv_dict_set(
		    a, ctx, "earlier_names", device_earlier_names(r, device));
	jv_dict_set(
	    a, ctx, "facts", facts ? jv_from_json(a, facts) : jv_none());
	jv_dict_set(a, ctx, "sync", device_sync_view(r, device));
	jv_dict_set(a, ctx, "reach", reach_view_device(r, record_key(device)));
	jv_dict_set(a, ctx, "last_backup", device_backup_view(r, device));
	jv_dict_set(
	    a, ctx, "put_aside", jv_bool(was_put_aside(r, record_key(device))));
	jv_dict_set(a, ctx, "jobs", device_jobs_view(r, device));
	jv_dict_set(a, ctx, "pinned", pinned_view(r, record_key(device)));
	add_inherited(r, device, ctx);
	rc = response_page(r, out, 200, "device.html", ctx, e);
	json_decref(facts);
	json_decref(last);
	json_decref(recent);
	return rc;
}

static enum err_code runs_page(
    struct request *r, struct response *out, struct err *e)
{
	struct run_filter filter = { .device = r->capture[0],
		.own = true,
		.limit = RUNS_PAGE,
		.before = request_query(r, "before", NULL) };
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 10);
	const struct record *device;
	json_t *runs = NULL;
	const char *next = "";
	enum err_code rc;

	if ((rc = past_find(r, &device, e)) != ERR_OK ||
	    (rc = device_add_frame(r, device, "runs", ctx, e)) != ERR_OK ||
	    (rc = run_index_list(r->web->runs, &filter, &runs, e)) != ERR_OK)
		return rc;
	if (json_array_size(runs) == RUNS_PAGE)
		next = json_text(json_array_get(runs, RUNS_PAGE - 1), "id", "");
	jv_dict_set(a, ctx, "runs", view_runs(a, runs));
	jv_dict_set(a, ctx, "next", jv_text(next));
	if (!*next)
		jv_dict_set(
		    a, ctx, "earlier_names", device_earlier_names(r, device));
	rc = response_page(r, out, 200, "device_runs.html", ctx, e);
	json_decref(runs);
	return rc;
}

static enum err_code hostkey_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *seen = request_form(r, "fingerprint", "");
	bool approve = strcmp(request_form(r, "decision", ""), "approve") == 0;
	const struct record *device;
	const char *text;
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK)
		return rc;
	if (approve)
		rc = hostkeys_approve(
		    r->app, &r->actor, record_key(device), seen, e);
	else
		rc = hostkeys_dismiss(
		    r->app, &r->actor, record_key(device), seen, e);
	if (rc != ERR_OK && rc != ERR_STALE && rc != ERR_NOT_FOUND)
		return rc;
	if (rc != ERR_OK)
		text = arena_strdup(r->arena, e->message);
	else if (approve)
		text = arena_printf(r->arena,
		    "The host key of %s is approved. "
		    "Runs may connect now.",
		    record_key(device));
	else
		text = arena_printf(r->arena,
		    "The host key of %s was not "
		    "approved.",
		    record_key(device));
	response_flash(r, out, rc == ERR_OK ? "good" : "bad", text);
	return view_redirect(r, out, e, "/devices/%s", record_key(device));
}

/* --- one click ----------------------------------------------------------- */

static enum err_code find_button(struct request *r, const char *name,
    const struct record **ret, const struct job **ret_job, struct err *e)
{
	const struct record *button =
	    snapshot_find(r->snapshot, KIND_BUTTON, name);
	const struct job *job =
	    button ? job_find(record_text(button, BUTTON_JOB)) : NULL;

	if (!job || !record_flag(button, BUTTON_ENABLED))
		return err_set(e, ERR_NOT_FOUND,
		    "There is no button %.80s, or it is switched off.", name);
	if (!record_flag(button, BUTTON_ONE_CLICK))
		return err_set(e, ERR_CONFLICT,
		    "The button %.80s opens a form; it does not start a run "
		    "by itself.",
		    name);
	*ret = button;
	*ret_job = job;
	return ERR_OK;
}

static json_t *one_click_parameters(
    const struct record *button, const char *device)
{
	const char *text = record_text(button, BUTTON_PARAMETERS);
	json_t *parameters = *text ? json_loads(text, 0, NULL) : json_object();

	if (parameters && json_object_set_new(
			      parameters, "device", json_string(device)) != 0) {
		json_decref(parameters);
		return NULL;
	}
	return parameters;
}

static enum err_code button_post(
    struct request *r, struct response *out, struct err *e)
{
	struct actor actor = r->actor;
	const struct record *device = NULL, *button = NULL;
	const struct job *job = NULL;
	const char *name;
	json_t *parameters, *run = NULL;
	enum err_code rc;

	name = request_form(r, "button", "");
	if ((rc = view_find_device(r, &device, e)) != ERR_OK ||
	    (rc = find_button(r, name, &button, &job, e)) != ERR_OK)
		return rc;
	parameters = one_click_parameters(button, record_key(device));
	if (!parameters)
		return err_set(e, ERR_INVALID,
		    "The parameters of the button %s cannot be read.", name);
	actor.via = TRIGGER_BUTTON;
	rc = runs_create(r->app, &actor,
	    &(struct run_wish){ .job = job,
		.parameters = parameters,
		.key = request_form(r, "once", NULL) },
	    &run, e);
	json_decref(parameters);
	if (rc == ERR_CONFLICT || rc == ERR_INVALID) {
		response_flash(
		    r, out, "bad", arena_strdup(r->arena, e->message));
		return view_redirect(
		    r, out, e, "/devices/%s", record_key(device));
	}
	if (rc != ERR_OK)
		return rc;
	rc = view_redirect(r, out, e, "/runs/%s", json_text(run, "id", ""));
	json_decref(run);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/devices/{name}", MAY_VIEW, device_page),
	PAGE_GET("/devices/{name}/runs", MAY_VIEW, runs_page),
	PAGE_POST("/devices/{name}/hostkey", MAY_RUN, hostkey_post),
	PAGE_POST("/devices/{name}/button", MAY_RUN, button_post),
};

const struct route_table pages_device_routes = { routes, COUNT(routes) };
