/* Which row of which run gets the next slot. */
#include "worker/fleet.h"

#include "app/runs.h"
#include "base/clock.h"
#include "worker/greet.h"

#include <stdio.h>

/* Members that wait for nothing but the disk: no more are begun. */
#define MAX_IN_HAND 2048

/* --- waves ------------------------------------------------------------- */

static size_t count_unknown(const struct worker *w, const struct live_run *run)
{
	size_t n = 0;

	for (const struct live_run *r = w->runs; r; r = r->next)
		n += r->parent == run &&
		     (r->phase == LIVE_SETTLE || r->phase == LIVE_SETTLING);
	return n;
}

/* A device that nobody knows about is no good sign either. */
static bool have_too_many_failed(
    const struct worker *w, const struct live_run *run, char why[200])
{
	const struct fleet *f = run->fleet;
	size_t unknown = count_unknown(w, run);
	size_t done = f->n_ended - f->n_left_alone + unknown;
	size_t failed = f->n_failed + unknown;

	if (!waves_stop(&f->waves, done, failed))
		return false;
	snprintf(why, 200,
	    "not begun: of %zu %s, %zu failed, and the run "
	    "stops above %u%% of a wave",
	    done, done == 1 ? "device that was" : "devices that were", failed,
	    f->waves.max_failed);
	return true;
}

void fleet_tend_waves(struct worker *w, struct live_run *run)
{
	struct fleet *f = run->fleet;
	size_t allowed;
	char why[200];

	if (!f->in_waves || f->stopped || f->cancelled)
		return;
	f->waves.n = f->n;
	if (f->n_ended + f->n_in_hand < f->n &&
	    have_too_many_failed(w, run, why)) {
		f->stopped = true;
		live_log(w, run, LOG_ERROR, "the other devices are %s", why);
		fleet_leave_waiting(run, why);
		return;
	}
	allowed = waves_allowed(&f->waves, f->n_ended - f->n_left_alone);
	if (allowed == f->allowed)
		return;
	live_log(w, run, LOG_INFO, "the next wave: up to %zu of %zu device%s",
	    allowed, f->n, f->n == 1 ? "" : "s");
	f->allowed = allowed;
	w->queue_changed = true; /* look for slots at once */
}

/* --- giving slots to rows ---------------------------------------------- */

/* The status rules, for the device as its record is now. */
static bool is_left_alone(struct worker *w, struct live_run *run, size_t row)
{
	struct fleet *f = run->fleet;
	const struct record *device;
	const struct snapshot *s;
	char why[256], text[300];
	bool alone = false;

	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return false;
	device = snapshot_find(s, KIND_DEVICE, fleet_row_name(f, row));
	if (device && runs_status_refusal(f->job, device, f->may_change, why)) {
		snprintf(text, sizeof(text), "left alone: %s", why);
		fleet_row_leave(run, row, RUN_SUCCEEDED, text, true);
		alone = true;
	}
	snapshot_unref(s);
	return alone;
}

/* The next row whose time has come and whose device is free; f->n: none. */
static size_t find_row(struct worker *w, struct live_run *run)
{
	struct fleet *f = run->fleet;
	int64_t now = clock_mono_ms();

	if (f->n_in_hand >= MAX_IN_HAND ||
	    (f->in_waves &&
		f->n_in_hand + f->n_ended - f->n_left_alone >= f->allowed))
		return f->n;
	while (f->first < f->n && f->rows[f->first].place != FLEET_WAITS)
		f->first++;
	for (size_t i = f->first; i < f->n; i++) {
		if (f->rows[i].place == FLEET_WAITS &&
		    f->rows[i].not_before_ms <= now &&
		    !live_device_is_busy(w, fleet_row_name(f, i)) &&
		    !is_left_alone(w, run, i))
			return i;
	}
	return f->n;
}

static size_t count_sessions(const struct worker *w, const struct live_run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_slots; i++) {
		const struct live_run *r = w->slots[i]->run;

		n += r && r->parent && (!run || r->parent == run);
	}
	return n;
}

bool fleet_has_slot(struct worker *w)
{
	size_t limit = slots_limit(w);

	return count_sessions(w, NULL) + greet_count(w) <
	       (limit > 1 ? limit - 1 : limit);
}

static struct live_run *choose_run(struct worker *w, size_t *ret_row)
{
	struct live_run *best = NULL;
	size_t least = SIZE_MAX;

	for (struct live_run *r = w->runs; r; r = r->next) {
		size_t n, row;

		if (r->phase != LIVE_FLEET || r->fleet->cancelled ||
		    (n = count_sessions(w, r)) >= least)
			continue;
		row = find_row(w, r);
		if (row < r->fleet->n) {
			best = r;
			least = n;
			*ret_row = row;
		}
	}
	return best;
}

bool fleet_start_one(struct worker *w)
{
	struct slot_process *slot = NULL;
	struct err e = ERR_INIT;
	struct live_run *run, *member;
	size_t row;
	enum err_code rc;

	if (w->stopping || !fleet_has_slot(w) || !(run = choose_run(w, &row)))
		return false;
	rc = slots_take(w, JOB_DEVICE, &slot, &e);
	if (rc == ERR_OK && slot)
		rc = fleet_member_new(w, run, row, &member, &e);
	if (rc != ERR_OK) {
		log_err(&e, run->id);
		run->fleet->rows[row].not_before_ms =
		    clock_mono_ms() + RETRY_MS;
	}
	if (rc != ERR_OK || !slot)
		return false;
	dispatch_start(w, member, slot);
	return true;
}

void fleet_dispatch(struct worker *w)
{
	while (fleet_start_one(w))
		;
}
