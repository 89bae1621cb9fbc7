#include "worker/greet.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/greet_internal.h"
#include "worker/wire.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sweep begins no session after this. */
#define BUDGET_MS 45000
/* Beyond what a session allows its device: then its process is ended. */
#define GRACE_MS 30000
#define LOOK_MS 200
#define DEFAULT_INTERVAL_S 240

/* --- sweeps and their credentials ---------------------------------------- */

static struct live_run *find_sweep(const struct worker *w)
{
	for (struct live_run *r = w->runs; r; r = r->next) {
		if (r->reach && r->phase != LIVE_ENDED)
			return r;
	}
	return NULL;
}

struct greet_secret *greet_secret_of(struct reach_sweep *s, const char *name)
{
	struct greet_secret *more;

	for (size_t i = 0; i < s->n_secrets; i++) {
		if (strcmp(s->secrets[i].name, name) == 0)
			return &s->secrets[i];
	}
	more = realloc(s->secrets, (s->n_secrets + 1) * sizeof(*more));
	if (!more)
		return NULL;
	s->secrets = more;
	more[s->n_secrets] = (struct greet_secret){ .in_hand = 0 };
	text_copy(more[s->n_secrets].name, sizeof(more->name), name);
	return &more[s->n_secrets++];
}

const char *greet_secret_name(const struct asked *a)
{
	return json_text(a->greeting, "secret", "");
}

/* --- what is known of a device at last ----------------------------------- */

void greet_settle(struct worker *w, struct live_run *run, size_t target,
    const struct probe_result *found, bool known)
{
	struct asked *a = &run->reach->asked[target];
	struct probe_result *r = &a->results[PROBE_NETCONF];

	r->ok = found->ok;
	r->latency_us = found->latency_us;
	r->counts = r->counts && known;
	text_copy(r->why, sizeof(r->why), found->why);
	if (a->greeting) {
		json_decref(a->greeting);
		a->greeting = NULL;
		run->reach->n_waiting--;
	}
	reach_add_row(w, run, a);
}

static void settle_unknown(
    struct worker *w, struct live_run *run, size_t target, const char *why)
{
	struct probe_result none = { .asked = true };

	text_copy(none.why, sizeof(none.why), why);
	greet_settle(w, run, target, &none, false);
}

static void settle_failed(
    struct worker *w, struct live_run *run, size_t target, const char *why)
{
	struct probe_result none = { .asked = true };

	text_copy(none.why, sizeof(none.why), why);
	greet_settle(w, run, target, &none, true);
}

static void settle_from_past(struct worker *w, struct live_run *run,
    size_t target, const struct greet_past *past)
{
	struct probe_result found = past->probe;
	long long minutes = (run->reach->began_wall_ms - past->at_ms) / 60000;
	size_t used = strlen(found.why);

	snprintf(found.why + used, sizeof(found.why) - used, " (%lld min ago)",
	    minutes);
	greet_settle(w, run, target, &found, true);
}

/* --- who is to be asked -------------------------------------------------- */

static int64_t interval_ms(const struct snapshot *s, const char *device)
{
	const struct record *r = snapshot_find(s, KIND_DEVICE, device);
	const struct record *platform =
	    r ? snapshot_find(s, KIND_PLATFORM, record_text(r, DEVICE_PLATFORM))
	      : NULL;

	if (!platform)
		return (int64_t)DEFAULT_INTERVAL_S * 1000;
	return (int64_t)record_number(
		   platform, PLATFORM_NETCONF_INTERVAL, DEFAULT_INTERVAL_S) *
	       1000;
}

/* A clock that was put back makes it due. */
static bool is_due(
    const struct greet_past *past, int64_t now_ms, int64_t interval)
{
	return past->at_ms > now_ms || now_ms - past->at_ms >= interval;
}

static void consider(struct worker *w, struct live_run *run, size_t target,
    const struct snapshot *s, json_t *request)
{
	struct reach_sweep *sweep = run->reach;
	struct asked *a = &sweep->asked[target];
	char digest[GREET_DIGEST_SIZE];
	struct greet_past past;

	greet_digest(request, digest);
	if (greet_book_find(w->hellos, a->device, digest, &past)) {
		if (!past.refused && !is_due(&past, sweep->began_wall_ms,
					 interval_ms(s, a->device))) {
			settle_from_past(w, run, target, &past);
			return;
		}
		a->was_refused = past.refused;
	}
	json_object_set_new(request, "digest", json_string(digest));
	a->greeting = json_incref(request);
	sweep->n_waiting++;
	if (target < sweep->first)
		sweep->first = target;
	if (!greet_secret_of(sweep, greet_secret_name(a)))
		settle_unknown(w, run, target, "out of memory");
}

void greet_want(struct worker *w, struct live_run *run, size_t target)
{
	const struct asked *a = &run->reach->asked[target];
	struct err e = ERR_INIT;
	const struct snapshot *s;
	json_t *request = NULL;
	char why[PROBE_WHY_SIZE];

	if (snapshots_current(w->app.snapshots, &s, &e) != ERR_OK) {
		settle_unknown(w, run, target, e.message);
		return;
	}
	if (request_make_greet(s, a->device, a->netconf_port, &request, &e) ==
	    ERR_OK) {
		consider(w, run, target, s, request);
		json_decref(request);
	} else {
		snprintf(why, sizeof(why), "cannot sign in: %.50s", e.message);
		settle_failed(w, run, target, why);
	}
	snapshot_unref(s);
}

/* --- giving slots -------------------------------------------------------- */

enum turn { TURN_NOT_YET, TURN_SETTLED, TURN_SIGN_IN, TURN_COMPARE };

/* Somebody refused these credentials.  They are not sent again before they are
 * known to be others. */
static enum turn turn_of_refused(struct worker *w, struct live_run *run,
    size_t target, const struct greet_secret *secret)
{
	const struct asked *a = &run->reach->asked[target];
	char why[PROBE_WHY_SIZE + 64];

	if (!secret->compared && *greet_book_mark(w->hellos, secret->name))
		return secret->in_hand > 0 ? TURN_NOT_YET : TURN_COMPARE;
	if (a->was_refused) {
		settle_failed(w, run, target,
		    "password refused; not tried again until it or the record "
		    "changes");
		return TURN_SETTLED;
	}
	snprintf(why, sizeof(why),
	    "not signed in: %d devices refused the credentials %s",
	    GREET_REFUSALS, secret->name);
	settle_unknown(w, run, target, why);
	return TURN_SETTLED;
}

static enum turn turn_of(struct worker *w, struct live_run *run, size_t target)
{
	const struct asked *a = &run->reach->asked[target];
	const struct greet_secret *secret =
	    greet_secret_of(run->reach, greet_secret_name(a));
	size_t refusals = greet_book_refusals(w->hellos, secret->name);
	const struct live_run *holder;
	char why[PROBE_WHY_SIZE];

	if (a->was_refused || refusals >= GREET_REFUSALS)
		return turn_of_refused(w, run, target, secret);
	/* until a device has taken them no more are tried than may refuse */
	if (!secret->trusted && secret->in_hand + refusals >= GREET_REFUSALS)
		return TURN_NOT_YET;
	holder = live_device_holder(w, a->device);
	if (!holder)
		return TURN_SIGN_IN;
	snprintf(why, sizeof(why), "busy with run %s", holder->id);
	settle_unknown(w, run, target, why);
	return TURN_SETTLED;
}

static bool send_request(struct worker *w, const struct asked *a,
    struct slot_process *slot, bool compares)
{
	const char *mark = greet_book_mark(w->hellos, greet_secret_name(a));
	json_t *request = json_copy(a->greeting);
	struct err e = ERR_INIT;
	bool sent =
	    request &&
	    json_object_set_new(request, "mark", json_string(mark)) == 0 &&
	    json_object_set_new(request, "compare", json_boolean(compares)) ==
		0 &&
	    wire_send(slot->fd, request, &e) == ERR_OK;

	json_decref(request);
	return sent;
}

static bool start_session(
    struct worker *w, struct live_run *run, size_t target, bool compares)
{
	struct asked *a = &run->reach->asked[target];
	struct greet_session *g = calloc(1, sizeof(*g));
	struct slot_process *slot = NULL;
	struct err e = ERR_INIT;

	if (!g || slots_take(w, JOB_DEVICE, &slot, &e) != ERR_OK || !slot) {
		free(g);
		return false;
	}
	/* its death shows at the end of its stream */
	if (!send_request(w, a, slot, compares)) {
		free(g);
		kill(slot->pid, SIGKILL);
		return false;
	}
	g->target = target;
	g->compares = compares;
	g->at_ms = run->reach->began_wall_ms;
	g->limit_ms = clock_mono_ms() + GRACE_MS +
		      json_number(a->greeting, "connect_s", 10) * 1000;
	text_copy(g->run, sizeof(g->run), run->id);
	text_copy(g->device, sizeof(g->device), a->device);
	text_copy(g->secret, sizeof(g->secret), greet_secret_name(a));
	text_copy(
	    g->digest, sizeof(g->digest), json_text(a->greeting, "digest", ""));
	live_find_target(w, a->device, &g->managed);
	slot->greeting = g;
	a->in_hand = true;
	run->reach->n_in_hand++;
	greet_secret_of(run->reach, g->secret)->in_hand++;
	return true;
}

size_t greet_count(const struct worker *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_slots; i++)
		n += w->slots[i]->greeting != NULL;
	return n;
}

/* Runs have the other half. */
static bool has_slot(struct worker *w)
{
	size_t half = slots_limit(w) / 2;

	return greet_count(w) < (half > 0 ? half : 1) && fleet_has_slot(w);
}

void greet_dispatch(struct worker *w)
{
	struct live_run *run = find_sweep(w);
	struct reach_sweep *s = run ? run->reach : NULL;

	if (!s || w->stopping || run->cancel_sent)
		return;
	while (s->first < s->n && !s->asked[s->first].greeting)
		s->first++;
	for (size_t i = s->first; i < s->n && s->n_waiting > s->n_in_hand;
	     i++) {
		enum turn turn;

		if (!s->asked[i].greeting || s->asked[i].in_hand)
			continue;
		if (!has_slot(w))
			break;
		turn = turn_of(w, run, i);
		if ((turn == TURN_SIGN_IN || turn == TURN_COMPARE) &&
		    !start_session(w, run, i, turn == TURN_COMPARE))
			break;
	}
}

bool greet_has_device(
    const struct worker *w, const char *device, const struct managed *target)
{
	for (size_t i = 0; i < w->n_slots; i++) {
		const struct greet_session *g = w->slots[i]->greeting;

		if (g && (strcmp(g->device, device) == 0 ||
			     managed_may_be_one(&g->managed, target)))
			return true;
	}
	return false;
}

/* --- the end ------------------------------------------------------------- */

static void settle_waiting(
    struct worker *w, struct live_run *run, const char *why)
{
	for (size_t i = run->reach->first; i < run->reach->n; i++) {
		const struct asked *a = &run->reach->asked[i];

		if (a->greeting && !a->in_hand)
			settle_unknown(w, run, i, why);
	}
}

static void end_late_sessions(struct worker *w)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < w->n_slots; i++) {
		struct slot_process *slot = w->slots[i];

		if (!slot->greeting || now < slot->greeting->limit_ms)
			continue;
		slot->greeting->limit_ms = now + GRACE_MS;
		kill(slot->pid, SIGKILL);
	}
}

static bool is_in_inventory(void *ctx, const char *device)
{
	return snapshot_find(ctx, KIND_DEVICE, device) != NULL;
}

static void save(struct worker *w)
{
	struct err e = ERR_INIT;
	const struct snapshot *s;

	if (snapshots_current(w->app.snapshots, &s, NULL) == ERR_OK) {
		greet_book_prune(
		    w->hellos, is_in_inventory, (void *)(uintptr_t)s);
		snapshot_unref(s);
	}
	if (greet_book_save(w->hellos, &e) != ERR_OK)
		log_err(&e, "hellos");
}

void greet_tend(struct worker *w)
{
	struct live_run *run = find_sweep(w);

	end_late_sessions(w);
	if (!run)
		return;
	if (clock_mono_ms() >= run->reach->began_ms + BUDGET_MS)
		settle_waiting(
		    w, run, "not asked: no session process was free in time");
	if (w->stopping)
		settle_waiting(w, run, "not asked: the worker stops");
	if (run->phase != LIVE_GREETING)
		return;
	if (run->cancel_sent)
		live_end(w, run, RUN_CANCELLED, "cancelled");
	else if (run->reach->n_waiting == 0)
		reach_end(w, run);
	else
		return;
	save(w);
}

int64_t greet_next_ms(const struct worker *w)
{
	const struct live_run *run = find_sweep(w);

	return greet_count(w) > 0 || (run && run->reach->n_waiting > 0)
		   ? LOOK_MS
		   : -1;
}
