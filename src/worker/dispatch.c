#include "worker/worker_internal.h"

#include "app/job_settings.h"
#include "app/run_files.h"
#include "base/clock.h"
#include "base/json.h"
#include "worker/wire.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A slot is killed when its run has outlasted its own limit by this. */
#define GRACE_MS 60000
#define MAX_SENDS 3
/* The device or its record does not allow the settling now. */
#define LATER_MS 60000
#define NO_SLOT_MS 500
/* No run is made to wait longer for its time. */
#define LONGEST_WAIT_MS ((int64_t)25 * 3600 * 1000)

/* --- starting ------------------------------------------------------------ */

/* What the view meant when the run began: it may be changed any time. */
static void tell_view(struct worker *w, struct live_run *run)
{
	const char *name =
	    json_text(json_object_get(run->doc, "parameters"), "view", "");
	const struct record *view;
	const struct snapshot *s;

	if (!*name || snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return;
	view = snapshot_find(s, KIND_VIEW, name);
	if (view) {
		live_log(w, run, LOG_INFO, "saved view %s shows: %s", name,
		    record_text(view, VIEW_QUERY));
		json_object_set_new(run->doc, "view",
		    json_pack("{s:s, s:s, s:s}", "name", name, "label",
			record_text(view, VIEW_LABEL), "query",
			record_text(view, VIEW_QUERY)));
	}
	snapshot_unref(s);
}

static void tell_origin(struct worker *w, struct live_run *run)
{
	const json_t *hook = json_object_get(run->doc, "hook");
	const json_t *schedule = json_object_get(run->doc, "schedule");
	const json_t *retry = json_object_get(run->doc, "retry");
	const json_t *p = json_object_get(run->doc, "parameters");

	if (hook) {
		live_log(w, run, LOG_INFO,
		    "hook %s triggered: device %s %s by %s%s%.12s%s%s",
		    json_text(hook, "name", ""), run->device,
		    json_text(hook, "action", ""), json_text(hook, "by", ""),
		    *json_text(hook, "commit", "") ? " in commit " : "",
		    json_text(hook, "commit", ""),
		    *json_text(hook, "fields", "") ? ", changed: " : "",
		    json_text(hook, "fields", ""));
		live_log(w, run, LOG_INFO, "hook %s validated: %s",
		    json_text(hook, "name", ""),
		    json_text(hook, "validated", ""));
	}
	if (retry)
		live_log(w, run, LOG_INFO, "retry %lld of run %s, which failed",
		    (long long)json_number(retry, "attempt", 1),
		    json_text(retry, "of", ""));
	if (schedule)
		live_log(w, run, LOG_INFO, "schedule %s started it%s%s",
		    json_text(schedule, "name", ""),
		    *json_text(schedule, "due", "") ? ", due at " : "",
		    json_text(schedule, "due", ""));
	if (run->job->id == JOB_PROVISION)
		live_log(w, run, LOG_INFO,
		    "provision called: device=%s dry_run=%s replace_config=%s "
		    "commit_changes=%s",
		    run->device,
		    json_flag(p, "dry_run", true) ? "true" : "false",
		    json_flag(p, "replace_config", false) ? "true" : "false",
		    json_flag(p, "commit_changes", true) ? "true" : "false");
	tell_view(w, run);
}

/* A slot that died since we looked takes nothing: the next one does.  ERR_OK
 * with *slot NULL: there is none. */
static enum err_code send_request(struct worker *w, const struct live_run *run,
    const json_t *request, struct slot_process **slot, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (int i = 0; i < MAX_SENDS && *slot; i++) {
		rc = wire_send((*slot)->fd, request, e);
		if (rc == ERR_OK)
			return ERR_OK;
		slots_drop(w, *slot);
		*slot = NULL;
		rc = slots_take(w, run->scope, slot, e);
		if (rc != ERR_OK)
			*slot = NULL;
	}
	*slot = NULL;
	return rc;
}

static void hand_over(
    struct live_run *run, struct slot_process *slot, enum live_phase phase)
{
	slot->run = run;
	run->slot = slot;
	run->phase = phase;
	run->limit_ms =
	    clock_mono_ms() + (int64_t)run->time_limit_s * 1000 + GRACE_MS;
}

void dispatch_start(
    struct worker *w, struct live_run *run, struct slot_process *slot)
{
	struct err e = ERR_INIT;
	json_t *request;
	char text[1100];

	if (!run->parent)
		tell_origin(w, run);
	live_set_state(w, run, RUN_RUNNING);
	if (request_make(w, run, false, &request, &e) != ERR_OK) {
		snprintf(text, sizeof(text), "%s%s%.1000s", run->device,
		    *run->device ? ": " : "", e.message);
		live_log(w, run, LOG_ERROR, "%s", text);
		live_end(w, run, RUN_FAILED, text);
		return;
	}
	if (send_request(w, run, request, &slot, &e) == ERR_OK && slot) {
		hand_over(run, slot, LIVE_SESSION);
		live_write_doc(w, run);
	} else {
		w->look_again_ms = clock_mono_ms() + RETRY_MS;
		live_requeue(w, run, "no session process could take it");
	}
	json_decref(request);
}

static void begin_fleet(struct worker *w, struct live_run *run)
{
	tell_origin(w, run);
	fleet_begin(w, run);
}

/* --- the queue ----------------------------------------------------------- */

static enum err_code read_queued(
    struct worker *w, const char *id, json_t **ret, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum queue_place place;
	enum err_code rc = queue_read(w->app.dir, id, &text, &place, e);

	if (rc == ERR_OK)
		rc = run_doc_parse(buf_text(&text), text.len, ret, e);
	buf_release(&text);
	return rc;
}

/* A job that is not known any more has no device either: the claim tells. */
static enum job_scope scope_of(const json_t *doc)
{
	const struct job *job = job_find(json_text(doc, "job", ""));

	return job ? job_scope_of(job, json_object_get(doc, "parameters"))
		   : JOB_DEVICE;
}

/* Are as many runs of its job in hand as there may be? */
static bool job_is_full(struct worker *w, const struct job *job)
{
	const struct snapshot *s;
	long limit;

	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return false;
	limit = job_settings_of(s, job).concurrency;
	snapshot_unref(s);
	return limit > 0 && live_count_job(w, job) >= (size_t)limit;
}

/* It waits for its time: a retry.  A time that no retry waits for comes of a
 * clock that was set. */
static bool is_early(struct worker *w, const json_t *doc)
{
	const char *text = json_text(doc, "not_before", "");
	int64_t at, left;

	if (!*text || !clock_parse_utc(text, &at))
		return false;
	left = at - clock_wall_ms();
	if (left <= 0 || left > LONGEST_WAIT_MS)
		return false;
	left += clock_mono_ms();
	if (!w->look_again_ms || left < w->look_again_ms)
		w->look_again_ms = left;
	return true;
}

/* So many runs over many devices share the slots at a time. */
#define MAX_FLEETS 32

static bool has_room_for_fleet(const struct worker *w)
{
	size_t n = 0;

	for (const struct live_run *r = w->runs; r; r = r->next)
		n += r->phase == LIVE_FLEET;
	return n < MAX_FLEETS;
}

static bool is_busy(struct worker *w, const json_t *doc, enum job_scope scope)
{
	const struct job *job = job_find(json_text(doc, "job", ""));

	if (is_early(w, doc) || (job && job_is_full(w, job)))
		return true;
	if (scope == JOB_STORE || scope == JOB_SWEEP)
		return live_count_job(w, job) > 0;
	if (scope == JOB_FLEET)
		return !has_room_for_fleet(w);
	return live_device_is_busy(
	    w, json_text(json_object_get(doc, "parameters"), "device", ""));
}

/* Has a run of this name been in hand or recorded before?  Then it is not
 * started, whatever put it into the queue. */
static enum err_code check_new(
    struct worker *w, const char *id, bool *ret_new, struct err *e)
{
	bool done = false;
	enum err_code rc = record_is_done(w, id, &done, e);

	if (rc != ERR_OK)
		return rc;
	*ret_new = !done && !live_find(w, id);
	if (!*ret_new)
		rc = queue_remove(w->app.dir, id, QUEUE_QUEUED, e);
	return rc;
}

/* Its job was disabled while it was queued. */
static bool is_disabled(
    struct worker *w, const struct live_run *run, char why[256])
{
	const struct snapshot *s;
	bool disabled;

	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return false;
	disabled = job_settings_refusal(s, run->job, why) != NULL;
	snapshot_unref(s);
	return disabled;
}

static enum err_code claim_and_start(
    struct worker *w, const char *id, struct slot_process *slot, struct err *e)
{
	struct live_run *run;
	char by[128];
	char why[256];
	bool new;
	enum err_code rc = check_new(w, id, &new, e);

	if (rc != ERR_OK || !new)
		return rc;
	rc = live_claim(w, id, &run, e);
	if (rc != ERR_OK)
		return rc;
	/* the mark of a canceller who came too late to take it himself */
	if (queue_cancel_requested(w->app.dir, id, by))
		cancel_end(w, run);
	else if (is_disabled(w, run, why))
		live_end(w, run, RUN_FAILED, why);
	else if (run->scope == JOB_FLEET)
		begin_fleet(w, run);
	else
		dispatch_start(w, run, slot);
	return ERR_OK;
}

/* *ret_more: go on with the next one. */
static enum err_code consider(
    struct worker *w, const char *id, bool *ret_more, struct err *e)
{
	struct slot_process *slot;
	json_t *doc;
	enum err_code rc = read_queued(w, id, &doc, e);
	enum job_scope scope;
	bool busy;

	*ret_more = true;
	if (live_is_damage(rc)) {
		live_set_aside(w, id, QUEUE_QUEUED, e);
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return rc;
	scope = scope_of(doc);
	busy = is_busy(w, doc, scope);
	json_decref(doc);
	if (busy)
		return ERR_OK;
	/* its members take the slots */
	if (scope == JOB_FLEET)
		return claim_and_start(w, id, NULL, e);
	rc = slots_take(w, scope, &slot, e);
	if (rc == ERR_OK && slot) {
		rc = claim_and_start(w, id, slot, e);
		/* turn about, so that neither kind waits for all of the other
		 */
		(void)fleet_start_one(w);
		return rc;
	}
	*ret_more = false;
	return rc;
}

void dispatch_queue(struct worker *w)
{
	char(*ids)[RUN_ID_SIZE];
	struct err e = ERR_INIT;
	bool more = true;
	size_t n;
	enum err_code rc = ERR_OK;

	if (w->look_again_ms && clock_mono_ms() >= w->look_again_ms) {
		w->look_again_ms = 0;
		w->queue_changed = true;
	}
	if (w->stopping || !w->queue_changed)
		return;
	w->queue_changed = false;
	if (w->recover_again)
		rc = recover_runs(w, &e);
	w->queue_changed = false;
	if (rc == ERR_OK)
		rc = queue_list(w->app.dir, QUEUE_QUEUED, &ids, &n, &e);
	if (rc != ERR_OK) {
		log_err(&e, "the queue");
		w->look_again_ms = clock_mono_ms() + RETRY_MS;
		return;
	}
	for (size_t i = 0; i < n && more; i++) {
		rc = consider(w, ids[i], &more, &e);
		if (rc == ERR_OK || rc == ERR_NOT_FOUND || live_is_damage(rc))
			continue;
		log_err(&e, ids[i]);
		w->look_again_ms = clock_mono_ms() + RETRY_MS;
		break;
	}
	free(ids);
}

/* --- settling and time limits -------------------------------------------- */

/* ERR_OK with *ret_sent false: no slot is free. */
static enum err_code send_settle(
    struct worker *w, struct live_run *run, bool *ret_sent, struct err *e)
{
	struct slot_process *slot;
	json_t *request;
	enum err_code rc = slots_take(w, run->scope, &slot, e);

	*ret_sent = false;
	if (rc != ERR_OK || !slot)
		return rc;
	rc = request_make(w, run, true, &request, e);
	if (rc != ERR_OK)
		return rc;
	rc = send_request(w, run, request, &slot, e);
	json_decref(request);
	if (rc == ERR_OK && slot) {
		hand_over(run, slot, LIVE_SETTLING);
		*ret_sent = true;
	}
	return rc;
}

void dispatch_settle(struct worker *w)
{
	int64_t now = clock_mono_ms();

	for (struct live_run *r = w->runs; r; r = r->next) {
		struct err e = ERR_INIT;
		bool sent;

		if (r->phase != LIVE_SETTLE || r->settle_at_ms > now ||
		    w->stopping)
			continue;
		if (send_settle(w, r, &sent, &e) != ERR_OK) {
			live_log(w, r, LOG_WARNING,
			    "the %s cannot be read now: %s",
			    live_target_noun(r), e.message);
			r->settle_at_ms = now + LATER_MS;
		} else if (sent) {
			live_log(w, r, LOG_INFO,
			    "reading the %s to settle what happened",
			    live_target_noun(r));
		} else {
			r->settle_at_ms = now + NO_SLOT_MS;
		}
	}
}

void dispatch_timeouts(struct worker *w)
{
	int64_t now = clock_mono_ms();

	for (struct live_run *r = w->runs; r; r = r->next) {
		if (!r->slot || now < r->limit_ms)
			continue;
		live_log(w, r, LOG_ERROR,
		    "the session outlasted its time limit and was ended");
		/* the death is met at the end of its stream */
		r->limit_ms = now + GRACE_MS;
		kill(r->slot->pid, SIGKILL);
	}
}

int64_t dispatch_next_ms(const struct worker *w)
{
	int64_t now = clock_mono_ms(), next = INT64_MAX;

	for (const struct live_run *r = w->runs; r; r = r->next) {
		if (r->phase == LIVE_SETTLE && r->settle_at_ms < next)
			next = r->settle_at_ms;
		if (r->slot && r->limit_ms < next)
			next = r->limit_ms;
	}
	if (w->look_again_ms && w->look_again_ms < next)
		next = w->look_again_ms;
	if (next == INT64_MAX)
		return -1;
	return next > now ? next - now : 0;
}
