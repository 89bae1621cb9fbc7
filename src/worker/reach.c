/*
 * The master's part of a reachability sweep: whom to ask and how, what the
 * answers mean, and which of them are news.
 *
 * What the devices' states are lies in the book (app/reach_book.h).  A run that
 * a schedule started and that brought no change leaves no record; one that did
 * keeps the rows of what changed.
 */
#include "worker/reach.h"

#include "app/choice.h"
#include "app/reach_book.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SSH_PORT 22
#define NETCONF_PORT 830

struct asked {
	char device[64];
	char address[24];
	bool told;
	uint32_t uptime_s;
	unsigned counting;
	struct probe_result results[PROBE_KINDS];
};

struct reach_sweep {
	size_t n;
	struct asked *asked;
};

void reach_free(struct reach_sweep *s)
{
	if (s)
		free(s->asked);
	free(s);
}

/* --- whom to ask, and how ------------------------------------------------ */

static unsigned probes_named(const struct record *platform, int field)
{
	unsigned bits = 0;
	enum probe_kind kind;

	for (size_t i = 0; i < record_count(platform, field); i++) {
		if (probe_parse(record_item(platform, field, i), &kind))
			bits |= PROBE_BIT(kind);
	}
	return bits;
}

/* What the managed port speaks. */
static enum probe_kind speaks(
    const struct record *platform, const struct record *device)
{
	static const enum probe_kind spoken[] = {
		[MANAGED_SSH] = PROBE_SSH,
		[MANAGED_NETCONF] = PROBE_NETCONF,
		[MANAGED_API] = PROBE_API,
	};

	return spoken[managed_way_of(device, platform)];
}

static unsigned probes_of(
    const struct record *platform, const struct record *device)
{
	unsigned bits = probes_named(platform, PLATFORM_PROBES);

	if (bits)
		return bits;
	return PROBE_BIT(PROBE_ICMP) | PROBE_BIT(speaks(platform, device));
}

/* managed: the port of the device's address or its platform; 0: none named. */
static json_t *ports_of(const struct record *platform,
    const struct record *device, int managed)
{
	long ports[PROBE_KINDS] = {
		[PROBE_SSH] =
		    record_number(platform, PLATFORM_SSH_PORT, SSH_PORT),
		[PROBE_SNMP] = record_number(platform, PLATFORM_SNMP_PORT, 161),
		[PROBE_NETCONF] = record_number(
		    platform, PLATFORM_NETCONF_PORT, NETCONF_PORT),
		[PROBE_API] = record_number(platform, PLATFORM_API_PORT, 443),
	};
	json_t *list = json_array();

	if (managed)
		ports[speaks(platform, device)] = managed;
	for (int k = 0; k < PROBE_KINDS; k++)
		json_array_append_new(list, json_integer(ports[k]));
	return list;
}

/* The place of the secret in the request's list, where it is put once. */
static int place_of(json_t *secrets, const struct record *secret)
{
	const json_t *item;
	size_t i;

	if (!secret)
		return -1;
	json_array_foreach(secrets, i, item)
	{
		if (strcmp(json_text(item, "name", ""), record_key(secret)) ==
		    0)
			return (int)i;
	}
	json_array_append_new(secrets,
	    json_pack("{s:s, s:s, s:s, s:s}", "name", record_key(secret),
		"provider", record_text(secret, SECRET_PROVIDER), "reference",
		record_text(secret, SECRET_REFERENCE), "username",
		record_text(secret, SECRET_USERNAME)));
	return (int)json_array_size(secrets) - 1;
}

static json_t *pins_of(const struct snapshot *s, const char *device)
{
	const struct record *r = snapshot_find(s, KIND_HOSTKEY, device);
	json_t *list = json_array();

	for (size_t i = 0; r && i < record_count(r, HOSTKEY_KEYS); i++)
		json_array_append_new(
		    list, json_string(record_item(r, HOSTKEY_KEYS, i)));
	return list;
}

/* A row for one that is not asked, with the reason. */
static void pass_over(
    struct worker *w, struct live_run *run, const char *device, const char *why)
{
	json_t *row = json_pack("{s:s, s:s, s:s}", "name", device, "state",
	    run_state_words[RUN_CANCELLED], "result", why);

	if (row)
		live_add_row(w, run, row);
	json_decref(row);
}

/* NULL: it can be asked; else why not, in `text`. */
static const char *obstacle(const struct snapshot *s,
    const struct live_run *run, const struct record *device, char address[16],
    int *ret_port, char text[256])
{
	const char *why = runs_refusal(s, run->job, device, false, text);
	int prefix;

	if (why)
		return why;
	if (!snapshot_find(
		s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM)))
		return "not asked: it has no platform";
	if (!schema_parse_ipv4(record_text(device, DEVICE_PRIMARY_IP4), address,
		&prefix, ret_port))
		return "not asked: it has no primary IPv4 address";
	return NULL;
}

static bool add_target(struct worker *w, const struct snapshot *s,
    struct live_run *run, const struct record *device, json_t *request)
{
	struct asked *a = &run->reach->asked[run->reach->n];
	const struct record *platform = snapshot_find(
	    s, KIND_PLATFORM, record_text(device, DEVICE_PLATFORM));
	char address[16], text[256];
	const char *why;
	unsigned asked;
	int port = 0;

	why = obstacle(s, run, device, address, &port, text);
	if (why) {
		pass_over(w, run, record_key(device), why);
		return true;
	}
	if (!port)
		port = (int)record_number(platform, PLATFORM_PORT, 0);
	asked = probes_of(platform, device);
	a->counting = probes_named(platform, PLATFORM_PROBES_COUNTING) & asked;
	if (!a->counting)
		a->counting = asked;
	text_copy(a->device, sizeof(a->device), record_key(device));
	text_copy(a->address, sizeof(a->address), address);
	run->reach->n++;
	return json_array_append_new(json_object_get(request, "targets"),
		   json_pack("{s:s, s:i, s:i, s:o, s:i, s:o}", "address",
		       address, "asked", (int)asked, "counting",
		       (int)a->counting, "ports", ports_of(platform, device, port),
		       "snmp",
		       place_of(json_object_get(request, "secrets"),
			   snapshot_snmp_credentials(s, device)),
		       "pins", pins_of(s, record_key(device)))) == 0;
}

enum err_code reach_make_request(struct worker *w, const struct snapshot *s,
    struct live_run *run, json_t **ret, struct err *e)
{
	const json_t *p = json_object_get(run->doc, "parameters");
	const struct record **list;
	json_t *request;
	size_t n;
	bool ok = true;
	enum err_code rc = choice_find(s, p, &list, &n, e);

	if (rc != ERR_OK)
		return rc;
	reach_free(run->reach);
	run->reach = calloc(1, sizeof(*run->reach));
	if (run->reach)
		run->reach->asked = calloc(n + 1, sizeof(struct asked));
	request = json_pack("{s:s, s:s, s:s, s:I, s:I, s:[], s:[]}", "type",
	    "run", "mode", "run", "job", run->job->name, "timeout_ms",
	    (json_int_t)json_number(p, "timeout", 2) * 1000, "attempts",
	    (json_int_t)json_number(p, "attempts", 3), "targets", "secrets");
	ok = request && run->reach && run->reach->asked;
	for (size_t i = 0; i < n && ok; i++)
		ok = add_target(w, s, run, list[i], request);
	free(list);
	if (!ok) {
		json_decref(request);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = request;
	return ERR_OK;
}

/* --- answers ------------------------------------------------------------- */

static const enum run_state row_states[] = {
	[REACH_UNKNOWN] = RUN_CANCELLED,
	[REACH_UP] = RUN_SUCCEEDED,
	[REACH_DEGRADED] = RUN_FAILED,
	[REACH_DOWN] = RUN_FAILED,
};

static void add_result_row(
    struct worker *w, struct live_run *run, const struct asked *a)
{
	enum reach_verdict verdict = reach_judge(a->results);
	char why[300], text[340];
	json_t *row;

	reach_explain(a->results, why, sizeof(why));
	snprintf(text, sizeof(text), "%s: %s", reach_words[verdict], why);
	row = json_pack("{s:s, s:s}", "name", a->device, "state",
	    run_state_words[row_states[verdict]]);
	if (row && json_set_text(row, "result", text, strlen(text)))
		live_add_row(w, run, row);
	json_decref(row);
}

/* {"kind", "ok", "us", "why"} of a probe that was asked. */
static void take_result(struct asked *a, const json_t *v)
{
	json_int_t kind = json_number(v, "kind", -1);
	struct probe_result *r;

	if (kind < 0 || kind >= PROBE_KINDS)
		return;
	r = &a->results[kind];
	r->asked = true;
	r->ok = json_flag(v, "ok", false);
	r->counts = (a->counting & PROBE_BIT(kind)) != 0;
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
		add_result_row(w, run, a);
	}
}

/* --- the end ------------------------------------------------------------- */

/* How the sweep changed the book. */
struct tally {
	size_t verdicts[REACH_DOWN + 1];
	size_t changed;
	json_t *names; /* of the devices that changed: a set */
	const char **down, **up; /* that went so; room for all asked */
	size_t n_down, n_up;
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
	char why[300], text[400];

	reach_explain(a->results, why, sizeof(why));
	snprintf(text, sizeof(text), "%s is %s (it was %s): %s", a->device,
	    reach_words[to], reach_words[from], why);
	live_log_text(
	    w, run, to == REACH_UP ? "info" : "warning", a->device, text);
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
			t->down[t->n_down++] = a->device;
		else if (from == REACH_DOWN)
			t->up[t->n_up++] = a->device;
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

bool reach_finish(
    struct worker *w, struct live_run *run, char *text, size_t size)
{
	bool scheduled = strcmp(json_text(run->doc, "trigger", ""),
			     run_trigger_words[TRIGGER_SCHEDULE]) == 0;
	struct tally t = { .names = json_object() };
	struct reach_state *states = NULL;
	const struct snapshot *s;
	size_t n;

	if (run->reach &&
	    snapshots_current(w->app.snapshots, &s, NULL) == ERR_OK) {
		states = load_states(w, s, run->reach->n, &n);
		snapshot_unref(s);
	}
	if (states)
		t.down = calloc(2 * run->reach->n + 1, sizeof(*t.down));
	if (t.down) {
		t.up = t.down + run->reach->n;
		observe_all(w, run, states, n, &t);
		notify_devices(w, run, true, t.down, t.n_down);
		notify_devices(w, run, false, t.up, t.n_up);
	}
	free(t.down);
	free(states);
	snprintf(text, size, "%zu up, %zu degraded, %zu down; %zu changed",
	    t.verdicts[REACH_UP], t.verdicts[REACH_DEGRADED],
	    t.verdicts[REACH_DOWN], t.changed);
	if (scheduled)
		drop_other_rows(run, t.names);
	json_decref(t.names);
	return !scheduled || t.changed > 0;
}
