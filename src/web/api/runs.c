/*
 * Runs: lists, documents, logs, differences, cancelling.
 */
#include "web/api/api.h"

#include "app/run_again.h"
#include "app/run_progress.h"
#include "app/run_rows.h"
#include "app/run_select.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/json.h"
#include "web/cgi.h"
#include "web/web.h"

#include <limits.h>
#include <string.h>

#define DEFAULT_RUNS 50
#define MAX_RUNS 500
#define MAX_LOG                                                      \
	((size_t)1024 * 1024) /* bytes an answer; ask again for more \
			       */
#define MAX_DIFF ((size_t)8 * 1024 * 1024)
/* Of all differences that are told with their run; the others are asked for. */
#define MAX_DIFFS ((size_t)16 * 1024 * 1024)
#define MAX_ROWS 1000

static const char *const list_query[] = { "q", "device", "job", "trigger",
	"state", "actor", "before", "limit", NULL };

static enum err_code check_word(
    struct request *r, const char *name, const char *value, struct err *e)
{
	enum run_trigger trigger;
	enum run_state state;

	if (strcmp(name, "trigger") == 0 && !run_trigger_parse(value, &trigger))
		return request_refuse(
		    r, 400, e, "\"%.40s\" is no trigger of a run", value);
	if (strcmp(name, "state") == 0 && !run_state_parse(value, &state))
		return request_refuse(
		    r, 400, e, "\"%.40s\" is no state of a run", value);
	if (strcmp(name, "before") == 0 && !run_id_is_valid(value))
		return request_refuse(
		    r, 400, e, "before must be the id of a run");
	return ERR_OK;
}

/* One given twice: either. */
static enum err_code read_filter(
    struct request *r, struct row_filter *f, struct err *e)
{
	const struct request_pair *all;
	size_t n;

	run_fields_filter(f);
	all = request_query_all(r, &n);
	for (size_t i = 0; i < n; i++) {
		enum err_code rc = check_word(r, all[i].name, all[i].value, e);

		if (rc != ERR_OK)
			return rc;
		(void)row_filter_add(f, all[i].name, all[i].value);
	}
	return ERR_OK;
}

static enum err_code add_runs(
    const struct run_selection *s, json_t *items, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < s->n; i++)
		rc = api_append(items, run_entry_json(s->rows[i]), e);
	return rc;
}

static enum err_code list_runs(
    struct request *r, struct response *out, struct err *e)
{
	struct row_filter filter;
	struct run_query query = { .filter = &filter,
		.before = request_query(r, "before", NULL),
		.sort = RUN_FIELD_TIME,
		.down = true };
	const char *next = NULL;
	struct run_selection s;
	json_t *items = NULL;
	enum err_code rc;
	long limit;

	rc = request_query_number(
	    r, "limit", 1, MAX_RUNS, DEFAULT_RUNS, &limit, e);
	if (rc == ERR_OK)
		rc = read_filter(r, &filter, e);
	query.limit = (size_t)limit;
	if (rc == ERR_OK)
		rc = run_index_select(r->web->runs, &query, &s, e);
	if (rc != ERR_OK)
		return rc;
	items = json_array();
	rc = add_runs(&s, items, e);
	if (s.n < s.total)
		next = arena_strdup(r->arena, s.rows[s.n - 1]->id);
	run_selection_release(&s);
	if (rc == ERR_OK)
		return response_json(out, 200, api_list_json(items, next), e);
	json_decref(items);
	return rc;
}

static enum err_code not_found(const char *id, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "there is no run \"%.60s\"", id);
}

static enum err_code open_run(
    struct request *r, struct run_sheet **ret, struct err *e)
{
	if (!run_id_is_valid(r->capture[0]))
		return not_found(r->capture[0], e);
	return run_book_open(r->web->book, r->capture[0], ret, e);
}

static enum err_code read_brief(struct request *r, json_t **ret, struct err *e)
{
	if (!run_id_is_valid(r->capture[0]))
		return not_found(r->capture[0], e);
	return run_book_read_brief(r->web->book, r->capture[0], ret, e);
}

static enum err_code add_diff(
    struct request *r, json_t *device, size_t *left, struct err *e)
{
	const char *name = json_text(device, "name", "");
	struct buf diff = BUF_INIT(MAX_DIFF);
	enum err_code rc;

	rc = runs_read_diff(r->app, r->capture[0], name, &diff, e);
	if (rc == ERR_OK && diff.len <= *left) {
		*left -= diff.len;
		if (!json_set_text(device, "diff", buf_text(&diff), diff.len))
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	buf_release(&diff);
	return rc;
}

static enum err_code add_diffs(struct request *r, json_t *doc, struct err *e)
{
	size_t left = MAX_DIFFS, i;
	enum err_code rc = ERR_OK;
	json_t *device;

	json_array_foreach(json_object_get(doc, "devices"), i, device)
	{
		if (rc == ERR_OK)
			rc = add_diff(r, device, &left, e);
	}
	return rc;
}

/* Takes over the document, and tells its first rows. */
static enum err_code respond_run(
    struct response *out, int status, json_t *doc, struct err *e)
{
	json_t *brief = run_rows_shorten(doc, RUN_ROWS_TOLD);
	struct run_progress p;

	json_decref(doc);
	run_progress_of(brief, clock_wall_ms(), &p);
	if (brief && p.total > 1)
		(void)!json_object_set_new(
		    brief, "progress", run_progress_json(&p));
	return response_json(out, status, brief, e);
}

static enum err_code get_run(
    struct request *r, struct response *out, struct err *e)
{
	json_t *doc = NULL;
	enum err_code rc = read_brief(r, &doc, e);

	if (rc == ERR_OK && !json_object_get(doc, "counts"))
		rc = add_diffs(r, doc, e);
	if (rc == ERR_OK)
		return respond_run(out, 200, doc, e);
	json_decref(doc);
	return rc;
}

/* Rows are added at the end only, so that a number is a cursor. */
static enum err_code respond_rows(struct request *r, struct response *out,
    const struct run_sheet *sheet, enum run_rows which, struct err *e)
{
	const char *next = NULL;
	json_t *items;
	long limit, after;
	enum err_code rc;
	size_t at;

	rc = request_query_number(
	    r, "limit", 1, MAX_ROWS, API_DEFAULT_ITEMS, &limit, e);
	if (rc == ERR_OK)
		rc = request_query_number(r, "after", 0, INT_MAX, 0, &after, e);
	if (rc != ERR_OK)
		return rc;
	at = (size_t)after;
	items = run_sheet_rows(sheet, which, (size_t)limit, &at);
	if (!items)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (at < run_sheet_count(sheet, RUN_ROWS_ALL))
		next = arena_printf(r->arena, "%zu", at);
	return response_json(out, 200, api_list_json(items, next), e);
}

static enum err_code list_rows(
    struct request *r, struct response *out, struct err *e)
{
	const char *word = request_query(r, "show", "all");
	struct run_sheet *sheet = NULL;
	enum run_rows which;
	enum err_code rc;

	if (!run_rows_parse(word, &which))
		return request_refuse(r, 400, e,
		    "\"%.40s\" is not one of all, changed, failed, open, "
		    "cancelled",
		    word);
	rc = open_run(r, &sheet, e);
	if (rc == ERR_OK)
		rc = respond_rows(r, out, sheet, which, e);
	run_sheet_unref(sheet);
	return rc;
}

/* The log's text, an object a line, as a list.  A line that is no JSON is left
 * out: it was cut by a crash. */
static json_t *lines_json(const char *text)
{
	json_t *lines = json_array();

	while (lines && *text) {
		size_t len = strcspn(text, "\n");
		json_t *line = NULL;

		if (json_read(text, len, MAX_LOG, &line, NULL) == ERR_OK)
			json_array_append_new(lines, line);
		text += len + (text[len] == '\n');
	}
	return lines;
}

static enum err_code get_log(
    struct request *r, struct response *out, struct err *e)
{
	struct buf text = BUF_INIT(MAX_LOG);
	json_t *doc = NULL;
	long since, last = 0;
	enum err_code rc;

	rc = request_query_number(r, "since", 0, LONG_MAX, 0, &since, e);
	/* the state first: a run that ends in between is asked once more,
	 * and no line is missed */
	if (rc == ERR_OK)
		rc = read_brief(r, &doc, e);
	if (rc == ERR_OK)
		rc = runs_read_log(
		    r->app, r->capture[0], since, &text, &last, e);
	if (rc == ERR_OK)
		rc = response_json(out, 200,
		    json_pack("{s:o, s:I, s:s}", "lines",
			lines_json(buf_text(&text)), "last", (json_int_t)last,
			"state", json_text(doc, "state", "")),
		    e);
	json_decref(doc);
	buf_release(&text);
	return rc;
}

static enum err_code get_diff(
    struct request *r, struct response *out, struct err *e)
{
	struct run_sheet *sheet = NULL;
	bool known;
	enum err_code rc = open_run(r, &sheet, e);

	if (rc != ERR_OK)
		return rc;
	known = run_sheet_has_device(sheet, r->capture[1]);
	run_sheet_unref(sheet);
	if (!known)
		return err_set(e, ERR_NOT_FOUND,
		    "the run has no device \"%.100s\"", r->capture[1]);
	out->content_type = "text/plain; charset=utf-8";
	return runs_read_diff(
	    r->app, r->capture[0], r->capture[1], &out->body, e);
}

static enum err_code post_cancel(
    struct request *r, struct response *out, struct err *e)
{
	json_t *doc = NULL;
	enum err_code rc;

	if (!run_id_is_valid(r->capture[0]))
		return not_found(r->capture[0], e);
	rc = runs_cancel(r->app, &r->actor, r->capture[0], e);
	if (rc == ERR_OK)
		rc = runs_read(r->app, r->capture[0], &doc, e);
	return rc == ERR_OK ? respond_run(out, 202, doc, e) : rc;
}

static enum err_code post_again(
    struct request *r, struct response *out, struct err *e)
{
	const char *key = r->cgi->value[CGI_HTTP_IDEMPOTENCY_KEY];
	json_t *doc = NULL;
	enum err_code rc;

	if (!run_id_is_valid(r->capture[0]))
		return not_found(r->capture[0], e);
	rc = run_again_create(
	    r->app, &r->actor, r->capture[0], *key ? key : NULL, &doc, e);
	if (rc != ERR_OK)
		return rc;
	response_header(out, "Location",
	    arena_printf(
		r->arena, "/api/v1/runs/%s", json_text(doc, "id", "")));
	return respond_run(out, 202, doc, e);
}

static const char *const log_query[] = { "since", NULL };
static const char *const rows_query[] = { "show", "after", "limit", NULL };

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/runs",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = list_runs,
	    .query = list_query,
	    .operation_id = "listRuns",
	    .summary = "List runs, newest first",
	    .answer_schema = "RunList" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/runs/{id}",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_run,
	    .operation_id = "getRun",
	    .summary = "A run with the differences of its devices; of more "
		       "than 100, with their numbers and the first ones",
	    .answer_schema = "Run" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/runs/{id}/devices",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = list_rows,
	    .query = rows_query,
	    .operation_id = "listRunDevices",
	    .summary = "How a run ended for each device: all of them, or those "
		       "changed, failed or open",
	    .answer_schema = "RunDeviceList" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/runs/{id}/log",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_log,
	    .query = log_query,
	    .operation_id = "getRunLog",
	    .summary = "Log lines numbered above since",
	    .answer_schema = "RunLog" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/runs/{id}/diff/{device}",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_diff,
	    .operation_id = "getRunDiff",
	    .summary = "The difference of one device, unified format",
	    .answer_schema = "Text" },
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/runs/{id}/cancel",
	    .surface = SURFACE_API,
	    .permission = MAY_RUN,
	    .body_limit = BODY_SMALL,
	    .handler = post_cancel,
	    .operation_id = "cancelRun",
	    .summary = "Ask a run to stop",
	    .body_schema = "Nothing",
	    .answer_schema = "Run",
	    .success = 202 },
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/runs/{id}/again",
	    .surface = SURFACE_API,
	    .permission = MAY_RUN,
	    .body_limit = BODY_SMALL,
	    .handler = post_again,
	    .operation_id = "runAgain",
	    .summary = "Run again those devices of a run over many that did "
		       "not end well",
	    .body_schema = "Nothing",
	    .answer_schema = "Run",
	    .success = 202 },
};

const struct route_table api_runs_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
