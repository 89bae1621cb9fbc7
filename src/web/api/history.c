/*
 * What happened: the commits of a device, and the audit trail over both
 * branches.
 */
#include "web/api/api.h"

#include <stdio.h>
#include <string.h>

#define MAX_COMMITS 500
#define DEFAULT_COMMITS 50

static const char *const paging_query[] = { "limit", "before", NULL };

/* Up to `limit` commits of one branch, and where to go on. */
struct trail {
	size_t limit;
	size_t n;
	struct entry {
		struct commit_id id;
		int64_t time_ms;
		json_t *json;
	} * list;
	bool has_next;
	struct commit_id next; /* the first that did not fit */
};

static void trail_release(struct trail *t)
{
	for (size_t i = 0; i < t->n; i++)
		json_decref(t->list[i].json);
	t->n = 0;
}

static enum err_code trail_init(
    struct request *r, struct trail *t, struct err *e)
{
	long limit;
	enum err_code rc;

	rc = request_query_number(
	    r, "limit", 1, MAX_COMMITS, DEFAULT_COMMITS, &limit, e);
	if (rc != ERR_OK)
		return rc;
	*t = (struct trail){ .limit = (size_t)limit };
	t->list = arena_alloc(r->arena, t->limit * sizeof(*t->list));
	return t->list ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static enum err_code add_commit(
    void *ctx, const struct store_commit *commit, bool *stop, struct err *e)
{
	struct trail *t = ctx;
	struct entry *entry = &t->list[t->n];

	if (t->n == t->limit) {
		t->has_next = true;
		t->next = commit->id;
		*stop = true;
		return ERR_OK;
	}
	entry->id = commit->id;
	entry->time_ms = commit->time_ms;
	entry->json = api_commit_json(commit);
	if (!entry->json)
		return err_set(e, ERR_SYSTEM, "out of memory");
	t->n++;
	return ERR_OK;
}

static enum err_code bad_cursor(struct request *r, struct err *e)
{
	return request_refuse(
	    r, 400, e, "before must be the text that \"next\" gave");
}

/* --- one device
 * ---------------------------------------------------------------- */

static enum err_code give_trail(
    struct response *out, struct trail *t, struct err *e)
{
	char next[STORE_OID_TEXT_SIZE] = "";
	json_t *items = json_array();
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < t->n; i++)
		rc = api_append(items, json_incref(t->list[i].json), e);
	if (rc != ERR_OK) {
		json_decref(items);
		return rc;
	}
	if (t->has_next)
		commit_id_format(&t->next, next);
	return response_json(
	    out, 200, api_list_json(items, *next ? next : NULL), e);
}

static enum err_code get_history(
    struct request *r, struct response *out, struct err *e)
{
	char intended[PATH_MAX_PATH], backup[PATH_MAX_PATH];
	const char *before = request_query(r, "before", NULL);
	const struct record *device;
	struct commit_id from;
	struct trail t;
	enum err_code rc;

	rc = api_find_record(r, kind_get(KIND_DEVICE), &device, e);
	if (rc == ERR_OK)
		rc = trail_init(r, &t, e);
	if (rc != ERR_OK)
		return rc;
	if (before && !commit_id_parse(before, &from))
		return bad_cursor(r, e);
	path_of_config(PATH_INTENDED, record_text(device, DEVICE_AREA),
	    record_key(device), intended);
	path_of_config(PATH_BACKUP, record_text(device, DEVICE_AREA),
	    record_key(device), backup);
	rc = store_log_paths(r->app->store, STORE_MAIN, before ? &from : NULL,
	    (const char *const[]){ record_path(device), intended, backup }, 3,
	    add_commit, &t, e);
	if (rc == ERR_OK)
		rc = give_trail(out, &t, e);
	trail_release(&t);
	return rc;
}

/* --- audit: both branches, merged by time -----------------------------------
 */

static const char *const branch_words[STORE_BRANCHES] = { "main", "runs" };

/* "<main>.<runs>": where each branch goes on; "-" if it is exhausted. */
struct audit_cursor {
	bool done[STORE_BRANCHES];
	bool from_tip[STORE_BRANCHES];
	struct commit_id from[STORE_BRANCHES];
};

static bool parse_half(
    const char *text, size_t len, bool *done, struct commit_id *from)
{
	char hex[STORE_OID_TEXT_SIZE];

	*done = len == 1 && text[0] == '-';
	if (*done)
		return true;
	if (len != sizeof(hex) - 1)
		return false;
	memcpy(hex, text, len);
	hex[len] = '\0';
	return commit_id_parse(hex, from);
}

static bool parse_cursor(const char *text, struct audit_cursor *c)
{
	const char *dot = text ? strchr(text, '.') : NULL;

	*c = (struct audit_cursor){ .from_tip = { !text, !text } };
	if (!text)
		return true;
	return dot &&
	       parse_half(text, (size_t)(dot - text), &c->done[STORE_MAIN],
		   &c->from[STORE_MAIN]) &&
	       parse_half(dot + 1, strlen(dot + 1), &c->done[STORE_RUNS],
		   &c->from[STORE_RUNS]);
}

/* Takes the newest of both until there are `limit`; used[] counts what was
 * taken of each. */
static enum err_code merge(struct trail t[STORE_BRANCHES],
    size_t used[STORE_BRANCHES], json_t *items, struct err *e)
{
	size_t limit = t[0].limit;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && json_array_size(items) < limit) {
		bool has_main = used[0] < t[0].n, has_runs = used[1] < t[1].n;
		struct entry *entry;
		int b;

		if (!has_main && !has_runs)
			break;
		b = !has_main || (has_runs && t[1].list[used[1]].time_ms >
						  t[0].list[used[0]].time_ms);
		entry = &t[b].list[used[b]++];
		if (json_object_set_new(entry->json, "branch",
			json_string(branch_words[b])) != 0)
			return err_set(e, ERR_SYSTEM, "out of memory");
		rc = api_append(items, json_incref(entry->json), e);
	}
	return rc;
}

static const char *next_half(
    struct arena *a, const struct trail *t, size_t used)
{
	char hex[STORE_OID_TEXT_SIZE];

	if (used < t->n)
		commit_id_format(&t->list[used].id, hex);
	else if (t->has_next)
		commit_id_format(&t->next, hex);
	else
		return "-";
	return arena_strdup(a, hex);
}

static const char *next_cursor(struct request *r,
    const struct trail t[STORE_BRANCHES], const size_t used[STORE_BRANCHES])
{
	const char *main_half = next_half(r->arena, &t[0], used[0]);
	const char *runs_half = next_half(r->arena, &t[1], used[1]);

	if (!main_half || !runs_half ||
	    (*main_half == '-' && *runs_half == '-'))
		return NULL;
	return arena_printf(r->arena, "%s.%s", main_half, runs_half);
}

static enum err_code read_branches(struct request *r,
    const struct audit_cursor *c, struct trail t[STORE_BRANCHES], struct err *e)
{
	enum err_code rc = ERR_OK;

	for (int b = 0; rc == ERR_OK && b < STORE_BRANCHES; b++) {
		rc = trail_init(r, &t[b], e);
		if (rc == ERR_OK && !c->done[b])
			rc = store_log(r->app->store, (enum store_branch)b,
			    c->from_tip[b] ? NULL : &c->from[b], add_commit,
			    &t[b], e);
	}
	return rc;
}

static enum err_code get_audit(
    struct request *r, struct response *out, struct err *e)
{
	struct trail t[STORE_BRANCHES] = { { 0 } };
	size_t used[STORE_BRANCHES] = { 0 };
	json_t *items = json_array();
	struct audit_cursor cursor;
	enum err_code rc;

	if (parse_cursor(request_query(r, "before", NULL), &cursor))
		rc = read_branches(r, &cursor, t, e);
	else
		rc = bad_cursor(r, e);
	if (rc == ERR_OK)
		rc = merge(t, used, items, e);
	if (rc == ERR_OK)
		rc = response_json(out, 200,
		    api_list_json(json_incref(items), next_cursor(r, t, used)),
		    e);
	json_decref(items);
	trail_release(&t[0]);
	trail_release(&t[1]);
	return rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/history",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_history,
	    .query = paging_query,
	    .operation_id = "getDeviceHistory",
	    .summary = "Commits of the record, the intended configuration and "
		       "the backup, newest first",
	    .answer_schema = "CommitList" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/audit",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_audit,
	    .query = paging_query,
	    .operation_id = "getAudit",
	    .summary = "All commits of both branches, newest first",
	    .answer_schema = "CommitList" },
};

const struct route_table api_history_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
