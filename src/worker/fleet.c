#include "worker/fleet.h"

#include "app/port/queue.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The document is shown as often as this, and less often if it is long. */
#define SHOW_MS 500
#define SHOW_ROWS_A_MS 4
/* Rows whose time has not come, or whose device is busy, are looked at. */
#define LOOK_MS 200

/* --- beginning and end ------------------------------------------------- */

void fleet_free(struct fleet *f)
{
	if (!f)
		return;
	if (f->rows_fd >= 0)
		close(f->rows_fd);
	free(f->rows);
	free(f);
}

static enum err_code open_fleet(
    struct worker *w, struct live_run *run, struct err *e)
{
	struct fleet *f = calloc(1, sizeof(*f));
	const json_t *p = json_object_get(run->doc, "parameters");

	if (!f)
		return err_set(e, ERR_SYSTEM, "out of memory");
	f->rows_fd = -1;
	f->job = job_get(run->job->member);
	f->may_change = job_may_change_device(f->job, p);
	f->in_waves = f->may_change && json_object_get(p, "wave_percent");
	f->waves.percent = (unsigned)json_number(p, "wave_percent", 100);
	f->waves.max_failed = (unsigned)json_number(p, "max_failed", 100);
	run->fleet = f;
	return fleet_rows_open(w, run, e);
}

void fleet_leave_waiting(struct live_run *run, const char *why)
{
	struct fleet *f = run->fleet;

	for (size_t i = f->first; i < f->n; i++) {
		if (f->rows[i].place == FLEET_WAITS)
			fleet_row_leave(run, i, RUN_CANCELLED, why, false);
	}
}

static void show(struct worker *w, struct live_run *run)
{
	live_write_doc(w, run);
	run->fleet->shown = true;
	run->fleet->shown_ms = clock_mono_ms();
}

void fleet_begin(struct worker *w, struct live_run *run)
{
	struct err e = ERR_INIT;
	enum err_code rc;

	run_doc_set_state(run->doc, RUN_RUNNING, clock_wall_ms());
	rc = fleet_rows_choose(w, run, &e);
	if (rc == ERR_OK)
		rc = open_fleet(w, run, &e);
	if (rc == ERR_OK)
		rc = fleet_members_adopt(w, run, &e);
	if (rc != ERR_OK) {
		live_log(w, run, LOG_ERROR, "%s", e.message);
		live_end(w, run, RUN_FAILED, e.message);
		return;
	}
	run->phase = LIVE_FLEET;
	live_log(w, run, LOG_INFO, "%zu %s chosen", run->fleet->n,
	    run->fleet->n == 1 ? "device" : "devices");
	show(w, run);
}

enum err_code fleet_resume(
    struct worker *w, struct live_run *run, struct err *e)
{
	char by[128];
	enum err_code rc = open_fleet(w, run, e);

	if (rc == ERR_OK)
		rc = fleet_members_adopt(w, run, e);
	if (rc != ERR_OK)
		return rc;
	run->phase = LIVE_FLEET;
	live_log(w, run, LOG_WARNING,
	    "the worker was started anew; %zu of %zu device%s done",
	    run->fleet->n_ended, run->fleet->n,
	    run->fleet->n == 1 ? " is" : "s are");
	if (queue_cancel_requested(w->app.dir, run->id, by)) {
		run->cancel_sent = true;
		fleet_cancel(w, run, by);
	}
	show(w, run);
	return ERR_OK;
}

struct tally {
	size_t done, changed, failed, left_alone, not_begun, unknown;
};

/* By this run: the device, if it may; else what is kept of it. */
static bool is_changed(
    const struct fleet *f, const json_t *row, enum run_state state)
{
	if (!f->job->can_write)
		return json_flag(row, "changed", false);
	return state == RUN_SUCCEEDED &&
	       (json_number(row, "added", 0) > 0 ||
		   json_number(row, "removed", 0) > 0);
}

static struct tally count(const struct fleet *f)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < f->n; i++) {
		const json_t *row = f->rows[i].told;
		enum run_state state = run_doc_state(row);
		bool alone = json_flag(row, "left_alone", false);

		t.left_alone += alone;
		t.done += state == RUN_SUCCEEDED && !alone;
		t.changed += is_changed(f, row, state);
		t.not_begun += state == RUN_CANCELLED;
		t.unknown += state == RUN_UNKNOWN;
		t.failed += state == RUN_FAILED || state == RUN_ROLLED_BACK;
	}
	return t;
}

static void append_count(char *text, size_t size, size_t n, const char *words)
{
	size_t used = strlen(text);

	if (n > 0)
		snprintf(text + used, size - used, ", %zu %s", n, words);
}

static void describe(const struct fleet *f, char *text, size_t size)
{
	struct tally t = count(f);

	snprintf(text, size, "%zu of %zu done", t.done, f->n);
	append_count(text, size, t.changed,
	    f->job->can_write && !f->may_change ? "would change" : "changed");
	append_count(text, size, t.failed, "failed");
	append_count(text, size, t.unknown, "with an unknown outcome");
	append_count(text, size, t.left_alone, "left alone");
	append_count(text, size, t.not_begun, "not begun");
}

static void finish(struct worker *w, struct live_run *run)
{
	enum run_state state = RUN_SUCCEEDED;
	char text[300];

	describe(run->fleet, text, sizeof(text));
	if (run->fleet->n_failed > 0)
		state = run->fleet->cancelled ? RUN_CANCELLED : RUN_FAILED;
	if (!run_state_may_follow(run_doc_state(run->doc), state))
		state = RUN_FAILED;
	live_log(w, run, state == RUN_SUCCEEDED ? LOG_INFO : LOG_WARNING, "%s",
	    text);
	live_end(w, run, state, text);
}

/* --- what is left when all others have ended: devices to be settled ---- */

static bool is_settled_only(const struct worker *w, const struct live_run *run)
{
	if (run->fleet->n_in_hand == 0 ||
	    run->fleet->n_in_hand + run->fleet->n_ended < run->fleet->n)
		return false;
	for (const struct live_run *r = w->runs; r; r = r->next) {
		if (r->parent == run && r->phase != LIVE_SETTLE &&
		    r->phase != LIVE_SETTLING)
			return false;
	}
	return true;
}

/* Nothing else is to be done: it stands on record as unknown until they are
 * settled, or someone cancels it and takes care of them. */
static void become_unknown(struct worker *w, struct live_run *run)
{
	run->cancel_sent = false;
	queue_clear_cancel(w->app.dir, run->id);
	run_doc_set_result(run->doc,
	    "%zu of %zu device%s ended; of %zu the outcome is unknown, they "
	    "will be read again",
	    run->fleet->n_ended, run->fleet->n, run->fleet->n == 1 ? "" : "s",
	    run->fleet->n_in_hand);
	live_log(w, run, LOG_WARNING, "%s", json_text(run->doc, "result", ""));
	live_set_state(w, run, RUN_UNKNOWN);
}

static void give_up(struct worker *w, struct live_run *run, const char *by)
{
	char text[300];

	live_log(w, run, LOG_WARNING,
	    "%s ended the settling; the outcomes stay unknown", by);
	for (struct live_run *r = w->runs, *next; r; r = next) {
		next = r->next;
		if (r->parent != run)
			continue;
		if (r->slot)
			slots_drop(w, r->slot);
		live_let_go(w, r);
	}
	describe(run->fleet, text, sizeof(text));
	run_doc_set_result(run->doc, "%s", text);
	run_doc_give_up(run->doc, clock_wall_ms());
	run->phase = LIVE_ENDED;
	live_write_doc(w, run);
}

void fleet_cancel(struct worker *w, struct live_run *run, const char *by)
{
	struct fleet *f = run->fleet;
	char text[200];

	if (run_doc_state(run->doc) == RUN_UNKNOWN) {
		give_up(w, run, by);
		return;
	}
	f->cancelled = true;
	snprintf(text, sizeof(text),
	    "cancelled by %.100s before it was begun; nothing was changed", by);
	live_log(w, run, LOG_WARNING,
	    "%s asked to cancel: no further device is begun, and what was "
	    "begun to be changed is brought to an end",
	    by);
	fleet_leave_waiting(run, text);
	for (struct live_run *r = w->runs; r; r = r->next) {
		if (r->parent != run || r->phase != LIVE_SESSION)
			continue;
		r->cancel_sent = true;
		cancel_send(r);
	}
	show(w, run);
}

void fleet_tend(struct worker *w)
{
	for (struct live_run *r = w->runs; r; r = r->next) {
		struct fleet *f = r->fleet;

		if (r->phase != LIVE_FLEET)
			continue;
		fleet_tend_waves(w, r);
		if (f->n_ended == f->n)
			finish(w, r);
		else if (run_doc_state(r->doc) == RUN_RUNNING &&
			 is_settled_only(w, r))
			become_unknown(w, r);
		else if (!f->shown &&
			 clock_mono_ms() >= f->shown_ms + SHOW_MS +
						(int64_t)f->n / SHOW_ROWS_A_MS)
			show(w, r);
	}
}

int64_t fleet_next_ms(const struct worker *w)
{
	int64_t next = -1;

	for (const struct live_run *r = w->runs; r; r = r->next) {
		const struct fleet *f = r->fleet;

		if (r->phase != LIVE_FLEET)
			continue;
		if (f->n_ended == f->n)
			return 0;
		if (!f->shown || f->since_ms ||
		    f->n_ended + f->n_in_hand < f->n)
			next = LOOK_MS;
	}
	return next;
}
