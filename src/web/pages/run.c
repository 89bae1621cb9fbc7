/* /runs/{id}: outcome, progress, devices, differences and the log. */
#include "web/pages/pages.h"

#include "app/hostkeys.h"
#include "app/run_again.h"
#include "app/run_rows.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "web/pages/diff_view.h"
#include "web/pages/run_view.h"
#include "web/web.h"

#include <string.h>

#define MAX_DIFF ((size_t)8 * 1024 * 1024)
#define MAX_LOG ((size_t)32 * 1024 * 1024)
#define MAX_SHOWN 20 /* devices with their differences; more are a table */
#define ROWS_A_PAGE 100
#define LOG_LINES 500 /* the last ones; the log as text has them all */

/* --- parts --------------------------------------------------------------- */

static enum err_code device_diff(struct request *r, const char *id,
    const char *device, struct jv *ret, struct err *e)
{
	struct diff_look look = diff_look_read(r);
	struct buf text = BUF_INIT(MAX_DIFF);
	const char *copy;
	enum err_code rc;

	rc = runs_read_diff(r->app, id, device, &text, e);
	if (rc == ERR_NOT_FOUND)
		rc = ERR_OK;
	if (rc == ERR_OK) {
		copy = arena_memdup(r->arena, buf_text(&text), text.len);
		if (copy)
			*ret = diff_view_from_patch(
			    r->arena, &look, copy, text.len, NULL);
		else
			rc = err_set(e, ERR_LIMIT,
			    "the difference is too large to show");
	}
	buf_release(&text);
	return rc;
}

static struct jv device_view(struct request *r, const json_t *device)
{
	struct jv v = jv_from_json(r->arena, device);

	jv_dict_set(r->arena, v, "exists",
	    jv_bool(snapshot_find(r->snapshot, KIND_DEVICE,
			json_text(device, "name", "")) != NULL));
	return v;
}

/* The devices with their differences, while they are few. */
static enum err_code devices_view(
    struct request *r, const json_t *run, struct jv *ret, struct err *e)
{
	const json_t *devices = json_object_get(run, "devices");
	bool many = json_object_get(run, "counts") != NULL;
	size_t n = many ? 0 : json_array_size(devices);
	struct arena *a = r->arena;
	struct jv list = jv_list(a, n <= MAX_SHOWN ? n : 0);

	for (size_t i = 0; n <= MAX_SHOWN && i < n; i++) {
		const json_t *d = json_array_get(devices, i);
		struct jv v = device_view(r, d), diff = jv_none();
		enum err_code rc = device_diff(r, json_text(run, "id", ""),
		    json_text(d, "name", ""), &diff, e);

		if (rc != ERR_OK)
			return rc;
		jv_dict_set(a, v, "diff", diff);
		jv_list_append(a, list, v);
	}
	*ret = list;
	return ERR_OK;
}

static enum run_rows rows_asked_for(struct request *r)
{
	enum run_rows which = RUN_ROWS_ALL;

	(void)run_rows_parse(request_query(r, "show", "all"), &which);
	return which;
}

/* Of a run that is told in short its rows are those of the page; of any other
 * they are chosen here.  Answers how many there are in all. */
static size_t choose_rows(
    struct request *r, const json_t *run, long page, struct jv rows)
{
	const json_t *counts = json_object_get(run, "counts"), *d;
	enum run_rows which = rows_asked_for(r);
	size_t from = counts ? 0 : (size_t)(page - 1) * ROWS_A_PAGE;
	size_t n = 0, i;

	json_array_foreach(json_object_get(run, "devices"), i, d)
	{
		if (!counts && !run_row_is(d, which))
			continue;
		if (n >= from && n < from + ROWS_A_PAGE)
			jv_list_append(r->arena, rows, device_view(r, d));
		n++;
	}
	return (size_t)json_number(
	    counts, run_rows_words[which], (json_int_t)n);
}

/* Many devices: {rows, filter, filters, page, pages, n}; none for few. */
static struct jv rows_view(struct request *r, const json_t *run, long page)
{
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 6), rows = jv_list(a, ROWS_A_PAGE);
	size_t n;

	if (!json_object_get(run, "counts") &&
	    json_array_size(json_object_get(run, "devices")) <= MAX_SHOWN)
		return jv_none();
	n = choose_rows(r, run, page, rows);
	jv_dict_set(a, v, "rows", rows);
	jv_dict_set(a, v, "filter", jv_text(run_rows_words[rows_asked_for(r)]));
	jv_dict_set(a, v, "filters", view_words(a, run_rows_words));
	jv_dict_set(a, v, "page", jv_int(page));
	jv_dict_set(a, v, "pages",
	    jv_int((int64_t)((n + ROWS_A_PAGE - 1) / ROWS_A_PAGE)));
	jv_dict_set(a, v, "n", jv_int((int64_t)n));
	return v;
}

static bool is_set(const json_t *value)
{
	return json_is_boolean(value) || json_is_number(value) ||
	       json_string_length(value) > 0 || json_array_size(value) > 0;
}

/* Those that were given. */
static struct jv parameters_view(struct arena *a, const json_t *run)
{
	const struct job *job = job_find(json_text(run, "job", ""));
	const json_t *given = json_object_get(run, "parameters");
	struct jv list = jv_list(a, 8);

	for (size_t i = 0; job && i < job->parameters.n_fields; i++) {
		const struct field *f = &job->parameters.fields[i];
		const json_t *value = json_object_get(given, f->name);
		struct jv v = jv_dict(a, 3);

		if (!is_set(value))
			continue;
		jv_dict_set(a, v, "name", jv_text(f->name));
		jv_dict_set(a, v, "label", jv_text(f->label));
		jv_dict_set(a, v, "value", jv_from_json(a, value));
		jv_list_append(a, list, v);
	}
	return list;
}

/* "2.1 s", "3 min 12 s"; "" while it has not begun. */
static const char *duration(struct arena *a, const json_t *run)
{
	int64_t from, to = clock_wall_ms(), ms;

	if (!clock_parse_utc(json_text(run, "started_at", ""), &from))
		return "";
	(void)clock_parse_utc(json_text(run, "finished_at", ""), &to);
	ms = to > from ? to - from : 0;
	if (ms < 60000)
		return arena_printf(a, "%lld.%lld s", (long long)(ms / 1000),
		    (long long)(ms % 1000 / 100));
	return arena_printf(a, "%lld min %lld s", (long long)(ms / 60000),
	    (long long)(ms / 1000 % 60));
}

static bool may_start(const struct request *r, const json_t *run)
{
	const struct job *job = job_find(json_text(run, "job", ""));

	return job && access_allows(r->actor.role, job->permission);
}

/* The device of a run that failed, if a host key of it waits for approval:
 * what the run ended for is then done on the device's page. */
static struct jv waiting_key(struct request *r, const json_t *run)
{
	const json_t *devices = json_object_get(run, "devices");
	const char *name = json_text(json_array_get(devices, 0), "name", "");
	struct hostkey_pending pending;

	if (strcmp(json_text(run, "state", ""), "failed") != 0 ||
	    json_array_size(devices) != 1 || json_object_get(run, "counts") ||
	    hostkeys_pending(
		r->app, r->snapshot, name, r->arena, &pending, NULL) != ERR_OK)
		return jv_none();
	return jv_copy_text(r->arena, name);
}

/* --- the page ------------------------------------------------------------ */

static enum err_code show_run(
    struct request *r, struct response *out, json_t *run, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 16), devices;
	const char *id = json_text(run, "id", "");
	json_t *log = NULL, *brief;
	long last, page;
	enum err_code rc;

	if ((rc = request_query_number(r, "page", 1, 100000, 1, &page, e)) !=
		ERR_OK ||
	    (rc = devices_view(r, run, &devices, e)) != ERR_OK ||
	    (rc = run_view_log_end(r, id, LOG_LINES, &log, &last, e)) != ERR_OK)
		return rc;
	brief = run_rows_shorten(run, 0);
	jv_dict_set(a, ctx, "run", view_run(a, brief));
	jv_dict_set(a, ctx, "devices", devices);
	jv_dict_set(a, ctx, "table", rows_view(r, run, page));
	jv_dict_set(a, ctx, "parameters", parameters_view(a, run));
	jv_dict_set(a, ctx, "progress", run_view_progress(a, brief));
	jv_dict_set(a, ctx, "duration", jv_text(duration(a, run)));
	jv_dict_set(a, ctx, "log", jv_from_json(a, log));
	jv_dict_set(
	    a, ctx, "earlier", jv_int(last - (int64_t)json_array_size(log)));
	jv_dict_set(a, ctx, "last", jv_int(last));
	jv_dict_set(a, ctx, "n_again", jv_int((int64_t)run_again_count(run)));
	jv_dict_set(a, ctx, "may_start", jv_bool(may_start(r, run)));
	jv_dict_set(a, ctx, "waiting_key", waiting_key(r, run));
	rc = response_page(r, out, 200, "run.html", ctx, e);
	json_decref(brief);
	json_decref(log);
	return rc;
}

/* Of a run that is told in short the rows that the page shows take the place of
 * its first ones; and its numbers those of the same document. */
static enum err_code put_rows(struct request *r, json_t *run, struct err *e)
{
	enum run_rows which = rows_asked_for(r);
	struct run_sheet *sheet;
	json_t *rows, *n;
	size_t at;
	long page;
	enum err_code rc =
	    request_query_number(r, "page", 1, 100000, 1, &page, e);

	if (rc != ERR_OK || !json_object_get(run, "counts") ||
	    (page == 1 && which == RUN_ROWS_ALL))
		return rc;
	rc = run_book_open(r->web->book, r->capture[0], &sheet, e);
	if (rc != ERR_OK)
		return rc;
	at = run_sheet_find(sheet, which, (size_t)(page - 1) * ROWS_A_PAGE);
	rows = run_sheet_rows(sheet, which, ROWS_A_PAGE, &at);
	n = json_integer((json_int_t)run_sheet_count(sheet, which));
	run_sheet_unref(sheet);
	if (json_object_set_new(run, "devices", rows) != 0 ||
	    json_object_set_new(
		json_object_get(run, "counts"), run_rows_words[which], n) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return ERR_OK;
}

static enum err_code run_page(
    struct request *r, struct response *out, struct err *e)
{
	json_t *run;
	enum err_code rc =
	    run_book_read_brief(r->web->book, r->capture[0], &run, e);

	if (rc != ERR_OK)
		return rc;
	rc = put_rows(r, run, e);
	if (rc == ERR_OK)
		rc = show_run(r, out, run, e);
	json_decref(run);
	return rc;
}

/* {"lines": […], "last": n, "state": …, "final": …} */
static enum err_code log_since(
    struct request *r, struct response *out, struct err *e)
{
	json_t *run, *lines = NULL;
	long since, last;
	enum run_state state = RUN_QUEUED;
	enum err_code rc;

	if ((rc = request_query_number(
		 r, "since", 0, 100000000, 0, &since, e)) != ERR_OK ||
	    (rc = run_book_read_brief(r->web->book, r->capture[0], &run, e)) !=
		ERR_OK)
		return rc;
	rc = run_view_log(r, r->capture[0], since, &lines, &last, e);
	if (rc == ERR_OK) {
		const char *word = json_text(run, "state", "");
		bool live = run_state_parse(word, &state) &&
			    !run_state_is_final(state) && state != RUN_UNKNOWN;

		rc = response_json(out, 200,
		    json_pack("{s:o, s:I, s:s, s:b}", "lines", lines, "last",
			(json_int_t)last, "state", word, "live", live),
		    e);
	}
	json_decref(run);
	return rc;
}

static enum err_code log_text(
    struct request *r, struct response *out, struct err *e)
{
	struct buf text = BUF_INIT(MAX_LOG);
	long last;
	enum err_code rc;

	rc = runs_read_log(r->app, r->capture[0], 0, &text, &last, e);
	if (rc == ERR_OK)
		rc = response_text(out, 200,
		    "application/x-ndjson; charset=utf-8", buf_text(&text),
		    text.len, e);
	buf_release(&text);
	return rc;
}

static enum err_code diff_text(
    struct request *r, struct response *out, struct err *e)
{
	struct buf text = BUF_INIT(MAX_DIFF);
	enum err_code rc;

	rc = runs_read_diff(r->app, r->capture[0], r->capture[1], &text, e);
	if (rc == ERR_OK)
		rc = response_text(out, 200, "text/plain; charset=utf-8",
		    buf_text(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static enum err_code cancel_post(
    struct request *r, struct response *out, struct err *e)
{
	enum err_code rc = runs_cancel(r->app, &r->actor, r->capture[0], e);

	if (rc == ERR_OK)
		response_flash(r, out, "good",
		    "The run was asked to stop. No device is touched any more "
		    "that was not; what was begun is brought to an end.");
	else if (rc == ERR_CONFLICT)
		response_flash(
		    r, out, "attention", arena_strdup(r->arena, e->message));
	else
		return rc;
	return view_redirect(r, out, e, "/runs/%s", r->capture[0]);
}

static enum err_code again_post(
    struct request *r, struct response *out, struct err *e)
{
	struct actor actor = r->actor;
	json_t *run;
	enum err_code rc;

	actor.via = TRIGGER_FORM;
	rc = run_again_create(r->app, &actor, r->capture[0], NULL, &run, e);
	if (rc == ERR_OK) {
		rc = view_redirect(
		    r, out, e, "/runs/%s", json_text(run, "id", ""));
		json_decref(run);
		return rc;
	}
	if (rc != ERR_CONFLICT && rc != ERR_INVALID)
		return rc;
	response_flash(r, out, "attention", arena_strdup(r->arena, e->message));
	return view_redirect(r, out, e, "/runs/%s", r->capture[0]);
}

static const struct route routes[] = {
	PAGE_GET("/runs/{id}", MAY_VIEW, run_page),
	PAGE_GET("/runs/{id}/log", MAY_VIEW, log_since),
	PAGE_GET("/runs/{id}/log.jsonl", MAY_VIEW, log_text),
	PAGE_GET("/runs/{id}/diff/{device}", MAY_VIEW, diff_text),
	PAGE_POST("/runs/{id}/cancel", MAY_RUN, cancel_post),
	PAGE_POST("/runs/{id}/again", MAY_RUN, again_post),
};

const struct route_table pages_run_routes = { routes, COUNT(routes) };
