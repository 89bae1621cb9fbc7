/*
 * The master's part of a reachability sweep: what the answers mean, and which
 * of them are news.
 *
 * What the devices' states are lies in the book (app/reach_book.h).  A run that
 * a schedule started and that brought no change leaves no record; one that did
 * keeps the rows of what changed.
 */
#include "worker/reach.h"

#include "app/reach_book.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/greet.h"
#include "worker/reach_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reach_free(struct reach_sweep *s)
{
	for (size_t i = 0; s && i < s->n; i++)
		json_decref(s->asked[i].greeting);
	if (s) {
		free(s->asked);
		free(s->secrets);
	}
	free(s);
}

/* --- answers ------------------------------------------------------------- */

static const enum run_state row_states[] = {
	[REACH_UNKNOWN] = RUN_CANCELLED,
	[REACH_UP] = RUN_SUCCEEDED,
	[REACH_DEGRADED] = RUN_FAILED,
	[REACH_DOWN] = RUN_FAILED,
};

/* What would have counted and could not be asked: "; icmp not asked: …". */
static void append_unasked(const struct asked *a, char *text, size_t size)
{
	for (int k = 0; k < PROBE_KINDS; k++) {
		const struct probe_result *r = &a->results[k];
		size_t used = strlen(text);

		if (r->asked && !r->counts && !r->ok &&
		    (a->counting & PROBE_BIT(k)))
			snprintf(text + used, size - used, "%s%s %s",
			    text[used - 1] == ' ' ? "" : "; ", probe_words[k],
			    r->why);
	}
}

void reach_add_row(
    struct worker *w, struct live_run *run, const struct asked *a)
{
	enum reach_verdict verdict = reach_judge(a->results);
	char why[400], text[700];
	json_t *row;

	reach_explain(a->results, why, sizeof(why));
	snprintf(text, sizeof(text), "%s: %s", reach_words[verdict], why);
	append_unasked(a, text, sizeof(text));
	row = json_pack("{s:s, s:s}", "name", a->device, "state",
	    run_state_words[row_states[verdict]]);
	if (row && json_set_text(row, "result", text, strlen(text)))
		live_add_row(w, run, row);
	json_decref(row);
}

/* {"kind", "ok", "counts", "us", "why"} of a probe that was asked. */
static void take_result(struct asked *a, const json_t *v)
{
	json_int_t kind = json_number(v, "kind", -1);
	struct probe_result *r;

	if (kind < 0 || kind >= PROBE_KINDS)
		return;
	r = &a->results[kind];
	r->asked = true;
	r->ok = json_flag(v, "ok", false);
	/* not one that this system could not ask */
	r->counts = (a->counting & PROBE_BIT(kind)) != 0 &&
		    json_flag(v, "counts", true);
	r->latency_us = (uint32_t)json_number(v, "us", 0);
	text_copy(r->why, sizeof(r->why), json_text(v, "why", ""));
}

void reach_on_answers(struct worker *w, struct live_run *run, json_t *message)
{
	const json_t *answer, *result;
	size_t i, k;

	json_array_foreach(json_object_get(message, "answers"), i, answer)
	{
		json_int_t target = json_number(answer, "target", -1);
		struct asked *a;

		if (!run->reach || target < 0 ||
		    (size_t)target >= run->reach->n ||
		    run->reach->asked[target].told)
			continue;
		a = &run->reach->asked[target];
		a->told = true;
		a->uptime_s = (uint32_t)json_number(answer, "uptime", 0);
		json_array_foreach(json_object_get(answer, "results"), k,
		    result) take_result(a, result);
		if (a->by_jump)
			a->results[PROBE_NETCONF] =
			    (struct probe_result){ .asked = true,
				    .ok = true,
				    .counts =
					(a->counting &
					    PROBE_BIT(PROBE_NETCONF)) != 0 };
		if (a->wants_hello && a->results[PROBE_NETCONF].ok)
			greet_want(w, run, (size_t)target);
		else
			reach_add_row(w, run, a);
	}
}

/* --- the end ------------------------------------------------------------- */

/* How the sweep changed the book. */
struct tally {
	size_t verdicts[REACH_DOWN + 1];
	size_t changed;
	json_t *names;	   /* of the devices that changed: a set */
	json_t *down, *up; /* states of those that went so, to be told */
};

static struct reach_state *find_state(
    struct reach_state *states, size_t n, const char *device)
{
	for (size_t lo = 0, hi = n; lo < hi;) {
		size_t mid = (lo + hi) / 2;
		int order = strcmp(device, states[mid].device);

		if (order == 0)
			return &states[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static void tell_change(struct worker *w, struct live_run *run,
    const struct asked *a, enum reach_verdict from, enum reach_verdict to)
{
	char why[400], text[540];

	reach_explain(a->results, why, sizeof(why));
	snprintf(text, sizeof(text), "%s is %s (it was %s): %s", a->device,
	    reach_words[to], reach_words[from], why);
	live_log_text(
	    w, run, to == REACH_UP ? "info" : "warning", a->device, text);
}

/* Of a device, for those who are told of it. */
static json_t *state_json(const struct reach_state *state)
{
	char since[CLOCK_TEXT_SIZE], reason[400];
	json_t *o = json_object();

	clock_format_utc(state->since_ms, since);
	reach_explain(state->probes, reason, sizeof(reason));
	json_object_set_new(o, "device", json_string(state->device));
	json_object_set_new(
	    o, "verdict", json_string(reach_words[state->verdict]));
	json_object_set_new(o, "since", json_string(since));
	if (!json_set_text(o, "reason", reason, strlen(reason)))
		json_object_set_new(o, "reason", json_string(""));
	return o;
}

static void observe(struct worker *w, struct live_run *run,
    const struct asked *a, struct reach_state *state, struct tally *t)
{
	unsigned damping = (unsigned)json_number(
	    json_object_get(run->doc, "parameters"), "damping", REACH_DAMPING);
	enum reach_verdict from;

	text_copy(state->address, sizeof(state->address), a->address);
	state->uptime_s = a->uptime_s;
	if (reach_observe(state, a->results, clock_wall_ms(), damping, &from)) {
		t->changed++;
		tell_change(
		    w, run, a, from, (enum reach_verdict)state->verdict);
		json_object_set_new(t->names, a->device, json_true());
		if (state->verdict == REACH_DOWN)
			json_array_append_new(t->down, state_json(state));
		else if (from == REACH_DOWN)
			json_array_append_new(t->up, state_json(state));
	}
	t->verdicts[reach_judge(a->results)]++;
}

/* The states of the devices that are in the inventory, with room for as many
 * more as were asked. */
static struct reach_state *load_states(
    struct worker *w, const struct snapshot *s, size_t more, size_t *ret_n)
{
	struct reach_state *states = NULL;
	struct err e = ERR_INIT;
	struct reach_book *book;
	size_t n = 0;

	if (reach_book_open(w->app.dir, &book, &e) != ERR_OK) {
		log_err(&e, "reachability");
		return NULL;
	}
	states = calloc(reach_book_count(book) + more + 1, sizeof(*states));
	for (size_t i = 0; states && i < reach_book_count(book); i++) {
		reach_book_at(book, i, &states[n]);
		if (snapshot_find(s, KIND_DEVICE, states[n].device))
			n++;
	}
	reach_book_unref(book);
	*ret_n = n;
	return states;
}

static void observe_all(struct worker *w, struct live_run *run,
    struct reach_state *states, size_t n_known, struct tally *t)
{
	struct err e = ERR_INIT;
	size_t n = n_known;

	for (size_t i = 0; i < run->reach->n; i++) {
		const struct asked *a = &run->reach->asked[i];
		struct reach_state *state;

		if (!a->told)
			continue;
		state = find_state(states, n_known, a->device);
		if (!state) {
			state = &states[n++];
			reach_init(state, a->device);
		}
		observe(w, run, a, state, t);
	}
	if (reach_book_write(w->app.dir, states, n, &e) != ERR_OK)
		live_log(w, run, LOG_ERROR, "what was found cannot be kept: %s",
		    e.message);
}

/* Of a schedule's run only what changed goes on record. */
static void drop_other_rows(struct live_run *run, const json_t *changed)
{
	json_t *rows = json_object_get(run->doc, "devices");
	json_t *kept = json_array();
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (json_object_get(changed, json_text(row, "name", "")))
			json_array_append(kept, row);
	}
	json_object_set_new(run->doc, "devices", kept);
}

/* The fault of this system, which is told once and not only in every row. */
static void warn_of_icmp(struct worker *w, struct live_run *run)
{
	size_t n = 0;

	for (size_t i = 0; run->reach && i < run->reach->n; i++) {
		const struct asked *a = &run->reach->asked[i];
		const struct probe_result *r = &a->results[PROBE_ICMP];

		n += r->asked && !r->ok && !r->counts &&
		     (a->counting & PROBE_BIT(PROBE_ICMP));
	}
	if (n > 0)
		live_log(w, run, LOG_WARNING,
		    "%zu %s not asked by icmp: the worker has neither "
		    "CAP_NET_RAW nor a group in net.ipv4.ping_group_range",
		    n, n == 1 ? "device was" : "devices were");
}

/* False: nothing of the run is worth a record.  text: the result. */
static bool finish(
    struct worker *w, struct live_run *run, char *text, size_t size)
{
	bool scheduled = strcmp(json_text(run->doc, "trigger", ""),
			     run_trigger_words[TRIGGER_SCHEDULE]) == 0;
	struct tally t = {
		.names = json_object(), .down = json_array(), .up = json_array()
	};
	struct reach_state *states = NULL;
	const struct snapshot *s;
	size_t n, alone = run->reach ? run->reach->n_left_alone : 0;

	if (run->reach &&
	    snapshots_current(w->app.snapshots, &s, NULL) == ERR_OK) {
		states = load_states(w, s, run->reach->n, &n);
		snapshot_unref(s);
	}
	if (states) {
		observe_all(w, run, states, n, &t);
		notify_devices(w, run, true, t.down);
		notify_devices(w, run, false, t.up);
	}
	json_decref(t.down);
	json_decref(t.up);
	free(states);
	warn_of_icmp(w, run);
	snprintf(text, size, "%zu up, %zu degraded, %zu down; %zu changed",
	    t.verdicts[REACH_UP], t.verdicts[REACH_DEGRADED],
	    t.verdicts[REACH_DOWN], t.changed);
	if (alone > 0)
		snprintf(text + strlen(text), size - strlen(text),
		    ", %zu left alone", alone);
	if (scheduled)
		drop_other_rows(run, t.names);
	json_decref(t.names);
	return !scheduled || t.changed > 0;
}

void reach_end(struct worker *w, struct live_run *run)
{
	char text[200];
	bool recorded = finish(w, run, text, sizeof(text));

	live_log(w, run, LOG_INFO, "%s", text);
	live_end(w, run, RUN_SUCCEEDED, text);
	if (!recorded)
		live_forget(w, run);
}

void reach_swept(struct worker *w, struct live_run *run)
{
	if (run->reach && run->reach->n_waiting > 0)
		run->phase = LIVE_GREETING;
	else
		reach_end(w, run);
}
