#include "worker/worker_internal.h"

#include "base/clock.h"

#include <stdlib.h>

void recover_settle(struct worker *w, struct live_run *run)
{
	static const char device_text[] =
	    "the worker ended while the device was being changed; it will be "
	    "read";
	static const char store_text[] =
	    "the worker ended while the run was committing; the store will be "
	    "read";
	const char *text = run->scope == JOB_STORE ? store_text : device_text;
	enum run_state state = run_doc_state(run->doc);

	if (state == RUN_QUEUED)
		run_doc_set_state(run->doc, RUN_CLAIMED, clock_wall_ms());
	if (state == RUN_QUEUED || state == RUN_CLAIMED)
		run_doc_set_state(run->doc, RUN_RUNNING, clock_wall_ms());
	run->phase = LIVE_SETTLE;
	run->settle_at_ms = clock_mono_ms();
	run_doc_set_result(
	    run->doc, "%s%s%s", run->device, *run->device ? ": " : "", text);
	live_log(w, run, LOG_WARNING, "%s", text);
	live_set_state(w, run, RUN_UNKNOWN);
}

/* Its rows are in hand: it goes on where it stood. */
static bool is_fleet_under_way(const struct live_run *run)
{
	enum run_state state = run_doc_state(run->doc);

	return run->scope == JOB_FLEET &&
	       (state == RUN_RUNNING || state == RUN_UNKNOWN);
}

static void recover_one(struct worker *w, struct live_run *run, bool done)
{
	enum run_state state = run_doc_state(run->doc);
	char by[128];

	if (done) {
		notify_run_ended(w, run, retry_failed(w, run));
		live_forget(w, run);
	} else if (run_state_is_final(state)) {
		run->phase = LIVE_ENDED;
	} else if (live_has_plan(w, run)) {
		recover_settle(w, run);
	} else if (queue_cancel_requested(w->app.dir, run->id, by)) {
		cancel_end(w, run);
	} else {
		if (state == RUN_QUEUED)
			live_set_state(w, run, RUN_CLAIMED);
		live_requeue(
		    w, run, "the worker ended before anything was sent");
	}
}

static void take_up(struct worker *w, const char *id)
{
	struct err e = ERR_INIT;
	struct live_run *run;
	enum err_code rc = live_adopt(w, id, &run, &e);
	bool done;

	if (live_is_damage(rc)) {
		live_set_aside(w, id, QUEUE_CLAIMED, &e);
		return;
	}
	if (rc == ERR_OK) {
		rc = record_is_done(w, id, &done, &e);
		if (rc == ERR_OK && !done && is_fleet_under_way(run))
			rc = fleet_resume(w, run, &e);
		else if (rc == ERR_OK)
			recover_one(w, run, done);
		if (rc != ERR_OK)
			live_let_go(w, run);
	}
	if (rc != ERR_OK && rc != ERR_NOT_FOUND) {
		log_err(&e, id);
		w->recover_again = true;
		w->look_again_ms = clock_mono_ms() + RETRY_MS;
	}
}

enum err_code recover_runs(struct worker *w, struct err *e)
{
	char(*ids)[RUN_ID_SIZE];
	size_t n;
	enum err_code rc;

	rc = queue_list(w->app.dir, QUEUE_CLAIMED, &ids, &n, e);
	if (rc != ERR_OK)
		return rc;
	w->recover_again = false;
	for (size_t i = 0; i < n; i++) {
		if (!live_find(w, ids[i]))
			take_up(w, ids[i]);
	}
	free(ids);
	w->queue_changed = true;
	return ERR_OK;
}
