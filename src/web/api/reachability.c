/*
 * What the last sweeps found: of a device, and of all of a verdict.
 */
#include "web/api/api.h"

#include "app/reach_book.h"
#include "base/clock.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *time_json(int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_utc(wall_ms, text);
	return json_string(text);
}

static json_t *probes_json(const struct reach_state *s)
{
	json_t *list = json_array();

	for (int k = 0; k < PROBE_KINDS; k++) {
		const struct probe_result *p = &s->probes[k];

		if (!p->asked)
			continue;
		json_array_append_new(
		    list, json_pack("{s:s, s:b, s:b, s:o, s:s}", "probe",
			      probe_words[k], "ok", p->ok, "counts", p->counts,
			      "latency_ms",
			      p->ok ? json_real((double)p->latency_us / 1000)
				    : json_null(),
			      "reason", p->why));
	}
	return list;
}

static json_t *state_json(const struct reach_state *s)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:b, s:I, s:o}", "device",
	    s->device, "verdict", reach_words[s->verdict], "since",
	    time_json(s->since_ms), "checked_at", time_json(s->checked_ms),
	    "address", s->address, "flapping", s->flapping != 0, "uptime_s",
	    (json_int_t)s->uptime_s, "probes", probes_json(s));
}

static enum err_code get_book(
    struct request *r, struct reach_book **ret, struct err *e)
{
	*ret = r->web->reach ? reach_books_current(r->web->reach) : NULL;
	return *ret ? ERR_OK
		    : err_set(e, ERR_SYSTEM,
			  "the states of reachability cannot be read now");
}

static enum err_code get_device_reachability(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *device;
	struct reach_book *book;
	struct reach_state s;
	enum err_code rc;
	bool found;

	rc = api_find_record(r, kind_get(KIND_DEVICE), &device, e);
	if (rc == ERR_OK)
		rc = get_book(r, &book, e);
	if (rc != ERR_OK)
		return rc;
	found = reach_book_find(book, record_key(device), &s);
	reach_book_unref(book);
	if (!found)
		return err_set(e, ERR_NOT_FOUND,
		    "%s was not asked yet: run the job reachability",
		    record_key(device));
	return response_json(out, 200, state_json(&s), e);
}

/* After the name in `cursor`; in the order of names. */
static enum err_code list_states(const struct reach_book *book,
    enum reach_verdict verdict, const char *cursor, size_t limit, json_t *items,
    char next[64], struct err *e)
{
	enum err_code rc = ERR_OK;
	struct reach_state s;

	next[0] = '\0';
	for (size_t i = 0; i < reach_book_count(book) && rc == ERR_OK; i++) {
		reach_book_at(book, i, &s);
		if ((verdict != REACH_UNKNOWN && s.verdict != verdict) ||
		    strcmp(s.device, cursor) <= 0)
			continue;
		if (json_array_size(items) == limit) {
			const json_t *last = json_array_get(items, limit - 1);

			snprintf(next, 64, "%s",
			    json_string_value(json_object_get(last, "device")));
			break;
		}
		rc = api_append(items, state_json(&s), e);
	}
	return rc;
}

static enum err_code get_reachability(
    struct request *r, struct response *out, struct err *e)
{
	const char *word = request_query(r, "verdict", "unknown");
	enum reach_verdict verdict;
	struct reach_book *book;
	json_t *items;
	char next[64];
	enum err_code rc;
	long limit;

	if (!reach_parse(word, &verdict))
		return err_set(e, ERR_INVALID,
		    "verdict is up, degraded or down; \"%.40s\" is none", word);
	rc = request_query_number(
	    r, "limit", 1, API_MAX_ITEMS, API_DEFAULT_ITEMS, &limit, e);
	if (rc == ERR_OK)
		rc = get_book(r, &book, e);
	if (rc != ERR_OK)
		return rc;
	items = json_array();
	rc = list_states(book, verdict, request_query(r, "cursor", ""),
	    (size_t)limit, items, next, e);
	reach_book_unref(book);
	if (rc != ERR_OK) {
		json_decref(items);
		return rc;
	}
	return response_json(
	    out, 200, api_list_json(items, *next ? next : NULL), e);
}

static const char *const list_query[] = { "verdict", "limit", "cursor", NULL };

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/reachability",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_device_reachability,
	    .operation_id = "getDeviceReachability",
	    .summary = "What the last sweep found of a device",
	    .answer_schema = "Reachability" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/reachability",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_reachability,
	    .operation_id = "listReachability",
	    .summary = "What the last sweeps found, of a verdict or of all",
	    .query = list_query,
	    .answer_schema = "ReachabilityList" },
};

const struct route_table api_reachability_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
