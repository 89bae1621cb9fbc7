/*
 * /audit: one timeline over what is (branch main) and what was done (branch
 * runs), newest first; and /commits/{id}: one change of main.
 */
#include "web/pages/pages.h"

#include "base/escape.h"
#include "domain/job.h"
#include "web/pages/commit_view.h"

#include <string.h>

#define PAGE_SIZE 50
/* Commits looked at on each branch for one page; a filter that finds little
 * goes on from there by a link. */
#define MAX_SCAN 5000

static const char *const branch_words[STORE_BRANCHES] = {
	[STORE_MAIN] = "changes",
	[STORE_RUNS] = "runs",
};

struct event {
	int64_t time_ms;
	struct jv view;
	char id[STORE_OID_TEXT_SIZE];
};

/* What was gathered from one branch. */
struct branch_log {
	struct arena *arena;
	struct request *r;
	enum store_branch branch;
	struct event *events; /* PAGE_SIZE */
	size_t n;
	size_t shown;
	size_t scanned;
	char next[STORE_OID_TEXT_SIZE]; /* where it stopped; "" at the end */
};

/* --- filters ---------------------------------------------------------------
 */

static const struct {
	const char *parameter;
	const char *trailer; /* NULL: the author */
} filters[] = {
	{ "person", NULL },
	{ "device", "Device" },
	{ "job", "Job" },
	{ "trigger", "Trigger" },
	{ "result", "Result" },
};

static bool value_is(const char *value, size_t len, const char *wanted)
{
	return value && strlen(wanted) == len &&
	       memcmp(value, wanted, len) == 0;
}

static bool matches(struct request *r, const struct store_commit *c)
{
	for (size_t i = 0; i < COUNT(filters); i++) {
		const char *wanted = request_query(r, filters[i].parameter, "");
		const char *value = c->author;
		size_t len = strlen(c->author);

		if (!*wanted)
			continue;
		if (filters[i].trailer)
			value = store_message_trailer(
			    c->message, filters[i].trailer, &len);
		if (!value_is(value, len, wanted))
			return false;
	}
	return true;
}

static bool branch_wanted(struct request *r, enum store_branch branch)
{
	const char *only = request_query(r, "only", "");

	return !*only || strcmp(only, branch_words[branch]) == 0;
}

/* --- gathering -------------------------------------------------------------
 */

static enum err_code gather(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	struct branch_log *log = ctx;
	struct event *event;

	if (log->n == PAGE_SIZE || log->scanned == MAX_SCAN) {
		commit_id_format(&c->id, log->next);
		*stop = true;
		return ERR_OK;
	}
	log->scanned++;
	if (!matches(log->r, c))
		return ERR_OK;
	event = &log->events[log->n++];
	event->time_ms = c->time_ms;
	event->view = view_commit(log->arena, c);
	commit_id_format(&c->id, event->id);
	jv_dict_set(log->arena, event->view, "branch",
	    jv_text(branch_words[log->branch]));
	if (arena_failed(log->arena))
		return err_set(e, ERR_LIMIT, "the timeline is too large");
	return ERR_OK;
}

/* ?changes=<commit>&runs=<commit> continue a page; "end": nothing is left. */
static enum err_code read_branch(
    struct request *r, struct branch_log *log, struct err *e)
{
	const char *from = request_query(r, branch_words[log->branch], "");
	struct commit_id id;

	log->r = r;
	log->arena = r->arena;
	log->events = arena_alloc(r->arena, PAGE_SIZE * sizeof(*log->events));
	if (!log->events)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (strcmp(from, "end") == 0 || !branch_wanted(r, log->branch))
		return ERR_OK;
	if (*from && !commit_id_parse(from, &id))
		return err_set(e, ERR_INVALID, "%.60s is no commit.", from);
	return store_log(
	    r->app->store, log->branch, *from ? &id : NULL, gather, log, e);
}

/* --- the page --------------------------------------------------------------
 */

static struct branch_log *newest(struct branch_log logs[STORE_BRANCHES])
{
	struct branch_log *best = NULL;

	for (size_t i = 0; i < STORE_BRANCHES; i++) {
		struct branch_log *l = &logs[i];

		if (l->shown < l->n &&
		    (!best || l->events[l->shown].time_ms >
				  best->events[best->shown].time_ms))
			best = l;
	}
	return best;
}

static struct jv merge(struct arena *a, struct branch_log logs[STORE_BRANCHES])
{
	struct jv list = jv_list(a, PAGE_SIZE);
	struct branch_log *l;

	while (jv_list_len(list) < PAGE_SIZE && (l = newest(logs)) != NULL)
		jv_list_append(a, list, l->events[l->shown++].view);
	return list;
}

static void add_parameter(struct buf *out, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_printf(out, "&%s=", name);
	escape_url(out, value, strlen(value));
}

/* The address of what comes after; "" at the end. */
static const char *older_link(
    struct request *r, struct branch_log logs[STORE_BRANCHES])
{
	struct buf out = BUF_INIT(16384);
	bool more = false;
	const char *link;

	buf_puts(&out, "/audit?");
	for (size_t i = 0; i < STORE_BRANCHES; i++) {
		struct branch_log *l = &logs[i];
		const char *cursor = l->shown < l->n ? l->events[l->shown].id
				     : *l->next	     ? l->next
						     : "end";

		more = more || strcmp(cursor, "end") != 0;
		buf_printf(
		    &out, "%s%s=%s", i ? "&" : "", branch_words[i], cursor);
	}
	for (size_t i = 0; i < COUNT(filters); i++)
		add_parameter(&out, filters[i].parameter,
		    request_query(r, filters[i].parameter, ""));
	add_parameter(&out, "only", request_query(r, "only", ""));
	link =
	    more && buf_ok(&out) ? arena_strdup(r->arena, buf_text(&out)) : "";
	buf_release(&out);
	return link;
}

static struct jv chosen_view(struct request *r, bool *ret_any)
{
	struct jv v = jv_dict(r->arena, COUNT(filters) + 1);
	const char *only = request_query(r, "only", "");

	*ret_any = *only;
	jv_dict_set(r->arena, v, "only", jv_text(only));
	for (size_t i = 0; i < COUNT(filters); i++) {
		const char *value = request_query(r, filters[i].parameter, "");

		*ret_any = *ret_any || *value;
		jv_dict_set(r->arena, v, filters[i].parameter, jv_text(value));
	}
	return v;
}

static enum err_code audit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct branch_log logs[STORE_BRANCHES] = {
		[STORE_MAIN] = { .branch = STORE_MAIN },
		[STORE_RUNS] = { .branch = STORE_RUNS },
	};
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), jobs = jv_list(a, JOB_COUNT);
	bool filtered;
	enum err_code rc;

	for (size_t i = 0; i < STORE_BRANCHES; i++) {
		if ((rc = read_branch(r, &logs[i], e)) != ERR_OK)
			return rc;
	}
	for (int i = 0; i < JOB_COUNT; i++)
		jv_list_append(a, jobs, jv_text(job_get((enum job_id)i)->name));
	jv_dict_set(a, ctx, "events", merge(a, logs));
	jv_dict_set(a, ctx, "older", jv_text(older_link(r, logs)));
	jv_dict_set(a, ctx, "scanned",
	    jv_int((int64_t)(logs[0].scanned + logs[1].scanned)));
	jv_dict_set(a, ctx, "chosen", chosen_view(r, &filtered));
	jv_dict_set(a, ctx, "filtered", jv_bool(filtered));
	jv_dict_set(a, ctx, "paged",
	    jv_bool(*request_query(r, "changes", "") ||
		    *request_query(r, "runs", "")));
	jv_dict_set(a, ctx, "jobs", jobs);
	jv_dict_set(a, ctx, "triggers", view_words(a, run_trigger_words));
	return response_page(r, out, 200, "audit.html", ctx, e);
}

static enum err_code commit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 6), files;
	struct commit_view commit;
	enum err_code rc;

	if ((rc = commit_view_read(r, r->capture[0], &commit, e)) != ERR_OK ||
	    (rc = commit_view_files(r, &commit, NULL, &files, e)) != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "nav", jv_text("audit"));
	jv_dict_set(r->arena, ctx, "commit", commit.commit);
	jv_dict_set(r->arena, ctx, "files", files);
	return response_page(r, out, 200, "commit.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/audit", MAY_VIEW, audit_page),
	PAGE_GET("/commits/{commit}", MAY_VIEW, commit_page),
};

const struct route_table pages_audit_routes = { routes, COUNT(routes) };
