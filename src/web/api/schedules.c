/*
 * What a schedule's record does not tell: when it is due next, what it started
 * last; and starting it by hand.  The records themselves are in records.c.
 */
#include "web/api/api.h"

#include "app/schedules.h"
#include "base/clock.h"
#include "base/json.h"
#include "web/cgi.h"

#include <string.h>

#define TIMES 5

static enum err_code find_schedule(
    struct request *r, const struct record **ret, struct err *e)
{
	return api_find_record(r, kind_get(KIND_SCHEDULE), ret, e);
}

static void set_time(json_t *o, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (!ms)
		return;
	clock_format_utc(ms, text);
	json_object_set_new(o, name, json_string(text));
}

static enum err_code get_times(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *record = NULL;
	struct schedule_state state;
	struct schedule s = { .zone = NULL };
	char words[SCHEDULE_WORDS_SIZE];
	int64_t times[TIMES];
	json_t *o, *next;
	size_t n;
	enum err_code rc = find_schedule(r, &record, e);

	if (rc == ERR_OK)
		rc = schedule_load(record, &s, e);
	if (rc != ERR_OK)
		return rc;
	n = record_flag(record, SCHEDULE_ENABLED)
		? schedule_times(&s, clock_wall_ms(), times, TIMES)
		: 0;
	schedule_words(&s, record, words);
	schedule_release(&s);
	next = json_array();
	for (size_t i = 0; next && i < n; i++) {
		char text[CLOCK_TEXT_SIZE];

		clock_format_utc(times[i], text);
		json_array_append_new(next, json_string(text));
	}
	schedule_state_read(r->app->dir, record_key(record), &state);
	o = json_pack("{s:o, s:b}", "next", next, "open",
	    schedule_run_is_open(r->app->dir, state.run));
	if (o && *words)
		json_object_set_new(o, "words", json_string(words));
	if (o && *state.run)
		json_object_set_new(o, "run", json_string(state.run));
	if (o && *state.note)
		json_object_set_new(o, "note", json_string(state.note));
	if (o)
		set_time(o, "due_at", state.due_ms);
	return response_json(out, 200, o, e);
}

static enum err_code post_run(
    struct request *r, struct response *out, struct err *e)
{
	const char *key = r->cgi->value[CGI_HTTP_IDEMPOTENCY_KEY];
	const struct record *record = NULL;
	json_t *body = NULL, *doc = NULL;
	enum err_code rc = find_schedule(r, &record, e);

	if (rc == ERR_OK)
		rc = request_json_object(r, true, &body, e);
	if (rc == ERR_OK && json_object_size(body) > 0)
		rc = request_refuse(
		    r, 422, e, "a schedule is run as it is: the body is empty");
	json_decref(body);
	if (rc == ERR_OK)
		rc = schedule_run_now(
		    r->app, &r->actor, record, *key ? key : NULL, &doc, e);
	return rc == ERR_OK ? api_give_started(r, out, doc, e) : rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/schedules/{name}/times",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_times,
	    .operation_id = "getScheduleTimes",
	    .summary = "The next five times, and what was started last",
	    .answer_schema = "Object" },
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/schedules/{name}/run",
	    .surface = SURFACE_API,
	    .permission = MAY_RUN,
	    .body_limit = BODY_SMALL,
	    .handler = post_run,
	    .operation_id = "runSchedule",
	    .summary = "Start a schedule's run now",
	    .body_schema = "Nothing",
	    .answer_schema = "Run",
	    .success = 202 },
};

const struct route_table api_schedules_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
