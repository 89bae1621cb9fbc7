/*
 * What happened: the commits of a device, its files as they were, and the audit
 * trail over both branches.
 */
#include "web/api/api.h"

#include "app/device_history.h"
#include "app/record_past.h"
#include "base/clock.h"
#include "web/audit_filter.h"

#include <string.h>

#define MAX_COMMITS 500
#define DEFAULT_COMMITS 50
#define SCRATCH_MAX ((size_t)128 << 20)
/* Lines are counted for so long; then the counts are left out. */
#define COUNTING_MS 500

static const char *const history_query[] = { "kind", "limit", "before", NULL };
static const char *const version_query[] = { "kind", NULL };
static const char *const audit_query[] = { "person", "device", "job", "trigger",
	"result", "since", "until", "only", "limit", "before", NULL };

static enum err_code read_limit(struct request *r, size_t *ret, struct err *e)
{
	long limit = DEFAULT_COMMITS;
	enum err_code rc = request_query_number(
	    r, "limit", 1, MAX_COMMITS, DEFAULT_COMMITS, &limit, e);

	*ret = (size_t)limit;
	return rc;
}

static enum err_code take_json(
    void *ctx, const struct store_commit *commit, bool *stop, struct err *e)
{
	json_t **ret = ctx;

	(void)stop;
	*ret = api_commit_json(commit);
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

/* With all its trailers, which the index does not have. */
static enum err_code commit_json(
    struct request *r, const struct commit_id *id, json_t **ret, struct err *e)
{
	return store_commit_read(r->app->store, id, take_json, ret, e);
}

/* --- one device ---------------------------------------------------------- */

/* Also one that is no more. */
static enum err_code find_device(
    struct request *r, const struct record **ret, struct err *e)
{
	const struct kind *kind = kind_get(KIND_DEVICE);
	struct err missing = ERR_INIT;
	struct record_past past;
	enum err_code rc = api_find_record(r, kind, ret, e);

	if (rc != ERR_NOT_FOUND || record_past_find(r->app, kind, r->capture[0],
				       r->arena, &past, &missing) != ERR_OK)
		return rc;
	*ret = r->past = past.record;
	return ERR_OK;
}

static enum err_code read_kind(
    struct request *r, enum device_file *ret, bool *ret_given, struct err *e)
{
	const char *word = request_query(r, "kind", "");

	*ret_given = *word != '\0';
	if (!*word || device_file_parse(word, ret))
		return ERR_OK;
	return request_refuse(r, 400, e,
	    "kind must be \"inventory\", \"intended\", \"backup\" or "
	    "\"outputs\".");
}

struct counting {
	struct arena *scratch;
	struct deadline deadline;
};

static bool count_lines(struct request *r, const struct counting *c,
    const struct history_version *v, struct line_counts *ret)
{
	if (deadline_passed(c->deadline))
		return false;
	arena_reset(c->scratch);
	return file_version_count(r->app, v, c->scratch, ret, NULL) == ERR_OK;
}

static json_t *change_json(struct request *r, const struct counting *counting,
    const struct history_version *v)
{
	const char *what = !v->has_old			       ? "added"
			   : !v->has_new		       ? "removed"
			   : strcmp(v->path, v->old_path) == 0 ? "changed"
							       : "moved";
	struct line_counts counts;
	json_t *json = json_pack("{s:s, s:s, s:s}", "kind",
	    device_file_words[v->of], "what", what, "path", v->path);

	if (json && strcmp(what, "moved") == 0)
		json_object_set_new(json, "old_path", json_string(v->old_path));
	if (json && count_lines(r, counting, v, &counts)) {
		json_object_set_new(json, "added", json_integer(counts.added));
		json_object_set_new(
		    json, "removed", json_integer(counts.removed));
	}
	return json;
}

static enum err_code entry_json(struct request *r,
    const struct counting *counting, const struct history_entry *entry,
    json_t **ret, struct err *e)
{
	json_t *changes = json_array();
	enum err_code rc = commit_json(r, &entry->commit.id, ret, e);

	for (size_t i = 0; rc == ERR_OK && i < entry->n_versions; i++)
		rc = api_append(
		    changes, change_json(r, counting, &entry->versions[i]), e);
	if (rc == ERR_OK)
		json_object_set(*ret, "changes", changes);
	json_decref(changes);
	return rc;
}

static enum err_code give_history(struct request *r, struct response *out,
    const struct history_page *page, struct err *e)
{
	struct counting counting = { arena_new(SCRATCH_MAX),
		deadline_in_ms(COUNTING_MS) };
	char next[STORE_OID_TEXT_SIZE] = "";
	json_t *items = json_array();
	enum err_code rc =
	    counting.scratch ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");

	for (size_t i = 0; rc == ERR_OK && i < page->n; i++) {
		json_t *json = NULL;

		rc = entry_json(r, &counting, &page->entries[i], &json, e);
		if (rc == ERR_OK)
			rc = api_append(items, json_incref(json), e);
		json_decref(json);
	}
	arena_free(counting.scratch);
	if (page->has_more)
		commit_id_format(&page->next, next);
	if (rc == ERR_OK)
		rc = response_json(out, 200,
		    api_list_json(json_incref(items), *next ? next : NULL), e);
	json_decref(items);
	return rc;
}

static enum err_code get_history(
    struct request *r, struct response *out, struct err *e)
{
	const char *before = request_query(r, "before", NULL);
	struct device_history_query query = { .limit = 0 };
	struct history_page page;
	enum device_file kind;
	struct commit_id from;
	bool has_kind;
	enum err_code rc;

	rc = find_device(r, &query.device, e);
	if (rc == ERR_OK)
		rc = read_limit(r, &query.limit, e);
	if (rc == ERR_OK)
		rc = read_kind(r, &kind, &has_kind, e);
	if (rc != ERR_OK)
		return rc;
	if (before && !commit_id_parse(before, &from))
		return request_refuse(
		    r, 400, e, "before must be the text that \"next\" gave");
	query.from = before ? &from : NULL;
	query.only = has_kind ? &kind : NULL;
	rc = device_history_read(r->app, &query, r->arena, &page, e);
	return rc == ERR_OK ? give_history(r, out, &page, e) : rc;
}

static enum err_code get_version(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *device;
	struct file_version version;
	enum device_file kind;
	struct commit_id at;
	const char *text;
	bool has_kind;
	size_t len;
	enum err_code rc;

	if ((rc = find_device(r, &device, e)) != ERR_OK ||
	    (rc = read_kind(r, &kind, &has_kind, e)) != ERR_OK)
		return rc;
	if (!has_kind)
		kind = DEVICE_FILE_BACKUP;
	if (!commit_id_parse(r->capture[1], &at))
		return err_set(e, ERR_NOT_FOUND, "there is no commit %.40s",
		    r->capture[1]);
	if ((rc = device_version_find(
		 r->app, device, kind, &at, r->arena, &version, e)) != ERR_OK ||
	    (rc = file_version_text(
		 r->app, &version.blob, r->arena, &text, &len, e)) != ERR_OK)
		return rc;
	response_etag(r, out, version.blob.raw);
	return response_text(
	    out, 200, "text/plain; charset=utf-8", text, len, e);
}

/* --- audit --------------------------------------------------------------- */

static enum err_code event_json(struct request *r,
    const struct audit_event *event, json_t *items, struct err *e)
{
	json_t *json = NULL;
	enum err_code rc = commit_json(r, &event->commit.id, &json, e);

	if (rc == ERR_OK &&
	    json_object_set_new(json, "branch",
		json_string(audit_branch_words[event->branch])) != 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = api_append(items, json_incref(json), e);
	json_decref(json);
	return rc;
}

static enum err_code get_audit(
    struct request *r, struct response *out, struct err *e)
{
	struct audit_query query;
	struct audit_page page;
	json_t *items;
	enum err_code rc = audit_filter_read(r, &query, e);

	if (rc == ERR_OK)
		rc = read_limit(r, &query.limit, e);
	if (rc == ERR_OK)
		rc = audit_read(r->app, &query, r->arena, &page, e);
	if (rc == ERR_INVALID && !r->problem.status)
		r->problem.status = 400;
	if (rc != ERR_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; rc == ERR_OK && i < page.n; i++)
		rc = event_json(r, &page.events[i], items, e);
	if (rc == ERR_OK)
		rc = response_json(
		    out, 200, api_list_json(json_incref(items), page.next), e);
	json_decref(items);
	return rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/history",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_history,
	    .query = history_query,
	    .operation_id = "getDeviceHistory",
	    .summary = "Commits of the record, the intended configuration, "
		       "the backup and the command outputs, newest first; "
		       "kind: one of them alone",
	    .answer_schema = "CommitList" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/versions/{commit}",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_version,
	    .query = version_query,
	    .operation_id = "getDeviceVersion",
	    .summary = "The backup, or the file that kind names, as it was "
		       "when this commit had been made",
	    .answer_schema = "Text" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/audit",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_audit,
	    .query = audit_query,
	    .operation_id = "getAudit",
	    .summary = "All commits of both branches, newest first, filtered",
	    .answer_schema = "CommitList" },
};

const struct route_table api_history_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
