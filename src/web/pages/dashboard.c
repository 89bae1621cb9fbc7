/* /: what needs attention, what happened lately, and the way in for a store
 * that is still empty. */
#include "web/pages/pages.h"

#include "app/hostkeys.h"
#include "app/lost_names.h"
#include "app/runs.h"
#include "base/json.h"
#include "domain/job.h"
#include "web/pages/attention_view.h"
#include "web/pages/device_needs.h"
#include "web/pages/page_cache.h"
#include "web/pages/reach_view.h"
#include "web/pages/view.h"
#include "web/web.h"

#include <assert.h>
#include <string.h>

#define RECENT 8
#define LOOK_BACK 200 /* runs searched for what ended badly */
#define MAX_ATTENTION 20
#define MAX_NAMED 5 /* devices that are down */
#define MAX_DOWN_AREAS 8

/* --- attention ----------------------------------------------------------- */

/* It failed for a host key that nobody approved: that is told as long as the
 * key waits, and by no run. */
static bool is_told_by_key(const json_t *run, enum run_state state)
{
	const json_t *devices = json_object_get(run, "devices");

	return state == RUN_FAILED && json_array_size(devices) == 1 &&
	       *json_text(json_array_get(devices, 0), "hostkey", "");
}

static bool ended_badly(const json_t *run)
{
	enum run_state state;

	return run_state_parse(json_text(run, "state", ""), &state) &&
	       !is_told_by_key(run, state) &&
	       (state == RUN_FAILED || state == RUN_ROLLED_BACK ||
		   state == RUN_UNKNOWN);
}

/* What a later run makes good: the device's, or the job over the store. */
static const char *subject_of(const json_t *run)
{
	const struct job *job = job_find(json_text(run, "job", ""));
	const json_t *d = json_array_get(json_object_get(run, "devices"), 0);

	if (job && !job_opens_sessions(job))
		return job->title;
	return json_text(d, "name",
	    json_text(json_object_get(run, "parameters"), "device", ""));
}

/* Devices whose waiting host key explains why their runs failed. */
static struct jv seen_of(struct arena *a, struct jv pending)
{
	struct jv seen = jv_dict(a, 64), device;
	const char *name;
	size_t len;

	for (size_t i = 0; i < jv_list_len(pending); i++) {
		if (jv_dict_get(jv_list_at(pending, i), "device", &device) &&
		    jv_as_text(device, &name, &len))
			jv_dict_set(
			    a, seen, arena_memdup(a, name, len), jv_bool(true));
	}
	return seen;
}

/* A run counts until a later one of the same device, or of the same job over
 * the store, ended well.  `runs` is newest first. */
static struct jv bad_runs(
    struct arena *a, const json_t *runs, struct jv pending)
{
	struct jv list = jv_list(a, 8), seen = seen_of(a, pending), ignored;

	for (size_t i = 0; i < json_array_size(runs); i++) {
		const json_t *run = json_array_get(runs, i);
		const char *subject = subject_of(run);

		if (jv_dict_get(seen, subject, &ignored))
			continue;
		jv_dict_set(a, seen, subject, jv_bool(true));
		if (ended_badly(run) && jv_list_len(list) < MAX_ATTENTION)
			jv_list_append(a, list, view_run(a, run));
	}
	return list;
}

static struct jv pending_view(struct request *r)
{
	struct arena *a = r->arena;
	struct hostkey_list all =
	    hostkeys_all_pending(r->app, r->snapshot, a, MAX_ATTENTION);
	struct jv list = jv_list(a, all.n);

	for (size_t i = 0; i < all.n; i++) {
		struct jv v = jv_dict(a, 4);

		jv_dict_set(a, v, "device", jv_text(all.list[i].device));
		jv_dict_set(
		    a, v, "fingerprint", jv_text(all.list[i].fingerprint));
		jv_dict_set(a, v, "replaces", jv_bool(all.list[i].replaces));
		jv_list_append(a, list, v);
	}
	return list;
}

static struct jv problems_view(struct request *r)
{
	struct arena *a = r->arena;
	size_t n;
	const struct snapshot_problem *all = snapshot_problems(r->snapshot, &n);
	struct jv list = jv_list(a, MAX_ATTENTION);

	for (size_t i = 0; i < n && i < MAX_ATTENTION; i++) {
		struct jv v = jv_dict(a, 2);

		jv_dict_set(a, v, "path", jv_text(all[i].path));
		jv_dict_set(a, v, "message", jv_text(all[i].message));
		jv_list_append(a, list, v);
	}
	return list;
}

/* What starts runs by itself and names what is no more. */
static struct jv lost_view(struct request *r)
{
	struct arena *a = r->arena;
	struct lost_name *lost = arena_alloc(a, MAX_ATTENTION * sizeof(*lost));
	struct jv list = jv_list(a, MAX_ATTENTION);
	size_t n = lost ? lost_names_find(r->snapshot, lost, MAX_ATTENTION) : 0;

	for (size_t i = 0; i < n; i++) {
		struct jv v = jv_dict(a, 3);

		jv_dict_set(a, v, "record", view_record(a, lost[i].record));
		jv_dict_set(
		    a, v, "kind", jv_text(record_kind(lost[i].record)->title));
		jv_dict_set(a, v, "text", jv_text(lost[i].text));
		jv_list_append(a, list, v);
	}
	return list;
}

/* --- coverage ------------------------------------------------------------ */

/* Of the devices of each status: fits a value of the page cache. */
struct coverage {
	uint32_t devices[STATUS_COUNT];
	uint32_t intended[STATUS_COUNT], backup[STATUS_COUNT];
};
static_assert(sizeof(struct coverage) <= PAGE_CACHE_VALUE, "is cached");

static int status_of(const struct record *device)
{
	const char *word = record_text(device, DEVICE_STATUS);

	for (int i = 0; i < STATUS_COUNT; i++) {
		if (strcmp(device_status_words[i], word) == 0)
			return i;
	}
	return 0;
}

static struct coverage coverage_of(struct request *r)
{
	struct {
		char what[4];
		struct commit_id at;
	} key = { .what = "cove" };
	struct coverage c = { .devices = { 0 } };
	const struct record *const *all;
	struct blob_id id;
	size_t n;

	key.at = *snapshot_commit(r->snapshot);
	if (page_cache_get(
		r->web->page_cache, &key, sizeof(key), &c, sizeof(c)))
		return c;
	all = snapshot_all(r->snapshot, KIND_DEVICE, &n);
	for (size_t i = 0; i < n; i++) {
		const char *name = record_key(all[i]);
		int status = status_of(all[i]);

		c.devices[status]++;
		c.intended[status] +=
		    snapshot_config(r->snapshot, PATH_INTENDED, name, &id);
		c.backup[status] +=
		    snapshot_config(r->snapshot, PATH_BACKUP, name, &id);
	}
	page_cache_put(r->web->page_cache, &key, sizeof(key), &c, sizeof(c));
	return c;
}

static struct jv statuses_view(struct request *r, const struct coverage *c)
{
	struct arena *a = r->arena;
	struct jv list = jv_list(a, STATUS_COUNT);

	for (int i = 0; i < STATUS_COUNT; i++) {
		struct jv v = jv_dict(a, 4);

		jv_dict_set(a, v, "status", jv_text(device_status_words[i]));
		jv_dict_set(a, v, "n", jv_int(c->devices[i]));
		jv_dict_set(a, v, "intended", jv_int(c->intended[i]));
		jv_dict_set(a, v, "backup", jv_int(c->backup[i]));
		jv_list_append(a, list, v);
	}
	return list;
}

struct totals {
	size_t intended, backup;
};

static struct totals add_counts(struct request *r, struct jv ctx)
{
	static const struct {
		const char *name;
		enum kind_id kind;
	} kinds[] = {
		{ "n_devices", KIND_DEVICE },
	};
	struct coverage c = coverage_of(r);
	struct totals all = { 0, 0 };
	size_t n;

	for (int i = 0; i < STATUS_COUNT; i++) {
		all.intended += c.intended[i];
		all.backup += c.backup[i];
	}

	for (size_t i = 0; i < COUNT(kinds); i++) {
		snapshot_all(r->snapshot, kinds[i].kind, &n);
		jv_dict_set(r->arena, ctx, kinds[i].name, jv_int((int64_t)n));
	}
	jv_dict_set(r->arena, ctx, "n_intended", jv_int((int64_t)all.intended));
	jv_dict_set(r->arena, ctx, "n_backup", jv_int((int64_t)all.backup));
	jv_dict_set(r->arena, ctx, "statuses", statuses_view(r, &c));
	return all;
}

/* A few devices by name; where there are many, the areas that they are in. */
static void add_down(struct request *r, struct jv ctx)
{
	struct arena *a = r->arena;
	struct jv few = reach_view_list(r, REACH_DOWN, MAX_NAMED + 1);
	bool many = jv_list_len(few) > MAX_NAMED;

	jv_dict_set(a, ctx, "down", few);
	jv_dict_set(a, ctx, "down_areas",
	    many ? reach_view_down_areas(r, MAX_DOWN_AREAS) : jv_none());
}

/* --- the page ------------------------------------------------------------ */

/* The first few of the runs. */
static struct jv recent_view(struct arena *a, const json_t *runs)
{
	struct jv list = jv_list(a, RECENT);

	for (size_t i = 0; i < json_array_size(runs) && i < RECENT; i++)
		jv_list_append(a, list, view_run(a, json_array_get(runs, i)));
	return list;
}

static enum err_code dashboard(
    struct request *r, struct response *out, struct err *e)
{
	struct run_filter filter = { .limit = LOOK_BACK };
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 24), commits, pending, drift;
	json_t *runs = NULL;
	size_t n_drifted;
	struct totals totals;
	enum err_code rc;

	if ((rc = run_index_list(r->web->runs, &filter, &runs, e)) != ERR_OK)
		return rc;
	rc = view_newest_commits(r, RECENT, &commits, e);
	if (rc == ERR_OK) {
		totals = add_counts(r, ctx);
		jv_dict_set(a, ctx, "steps",
		    attention_steps(r, runs, totals.backup, totals.intended));
		drift = attention_drift(r, &n_drifted);
		jv_dict_set(a, ctx, "drift", drift);
		jv_dict_set(a, ctx, "needs", device_needs_view(r, n_drifted));
		jv_dict_set(a, ctx, "quarantined",
		    attention_quarantined(r, runs, MAX_ATTENTION));
		jv_dict_set(a, ctx, "in_hand",
		    jv_int((int64_t)attention_in_hand(runs)));
		pending = pending_view(r);
		jv_dict_set(a, ctx, "pending_keys", pending);
		jv_dict_set(a, ctx, "bad_runs", bad_runs(a, runs, pending));
		jv_dict_set(a, ctx, "broken", problems_view(r));
		jv_dict_set(a, ctx, "lost", lost_view(r));
		add_down(r, ctx);
		jv_dict_set(a, ctx, "reach", reach_view_counts(r));
		jv_dict_set(a, ctx, "runs", recent_view(a, runs));
		jv_dict_set(
		    a, ctx, "n_runs", jv_int((int64_t)json_array_size(runs)));
		jv_dict_set(a, ctx, "commits", commits);
		rc = response_page(r, out, 200, "dashboard.html", ctx, e);
	}
	json_decref(runs);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/", MAY_VIEW, dashboard),
};

const struct route_table pages_dashboard_routes = { routes, COUNT(routes) };
