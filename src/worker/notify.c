/*
 * What the master tells the outbox, and the process that empties it.
 */
#include "worker/worker_internal.h"

#include "app/job_settings.h"
#include "app/notify.h"
#include "app/outbox.h"
#include "base/clock.h"
#include "base/json.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One that did not end well is not started again at once. */
#define PAUSE_MS 5000
/* Of NOTIFY_MAX_DEVICES sentences. */
#define MAX_STATES_TEXT ((size_t)64 * 1024)

/* --- events -------------------------------------------------------------- */

static void publish(struct worker *w, const struct notification *n)
{
	const struct snapshot *s;
	struct err e = ERR_INIT;
	enum err_code rc = snapshots_current(w->app.snapshots, &s, &e);

	if (rc == ERR_OK) {
		rc = notify_publish(&w->app, s, n, &e);
		snapshot_unref(s);
	}
	if (rc != ERR_OK)
		log_err(&e, "a notification");
	w->outbox_changed = true;
}

/* Rows of the document for which `is` holds; free() the list. */
static const char **rows_that(
    const json_t *doc, bool (*is)(const json_t *row), size_t *ret_n)
{
	const json_t *rows = json_object_get(doc, "devices"), *row;
	const char **list = calloc(json_array_size(rows) + 1, sizeof(*list));
	size_t i;

	*ret_n = 0;
	json_array_foreach(list ? rows : NULL, i, row)
	{
		if (is(row))
			list[(*ret_n)++] = json_text(row, "name", "");
	}
	return list;
}

static bool has_failed(const json_t *row)
{
	const char *state = json_text(row, "state", "");

	return strcmp(state, "failed") == 0 || strcmp(state, "unknown") == 0 ||
	       strcmp(state, "rolled-back") == 0;
}

static bool is_quarantined(const json_t *row)
{
	return json_flag(row, "quarantined", false);
}

static bool has_drift(const json_t *row)
{
	return json_number(row, "added", 0) > 0 ||
	       json_number(row, "removed", 0) > 0;
}

static void tell_rows(struct worker *w, const struct live_run *run,
    enum notify_event event, bool (*is)(const json_t *row), const char *what)
{
	char id[80], title[200];
	size_t n;
	const char **list = rows_that(run->doc, is, &n);
	struct notification note = { .event = event,
		.id = id,
		.title = title,
		.run = run->doc,
		.devices = list,
		.n_devices = n,
		.text = json_text(run->doc, "result", "") };

	snprintf(id, sizeof(id), "%s-%s", run->id, what);
	if (n == 1)
		snprintf(title, sizeof(title), "%s: %.60s", what, list[0]);
	else
		snprintf(title, sizeof(title), "%s: %zu devices", what, n);
	if (list && n > 0)
		publish(w, &note);
	free(list);
}

static void tell_failure(struct worker *w, const struct live_run *run)
{
	char id[80], title[300];
	size_t n;
	const char **list = rows_that(run->doc, has_failed, &n);
	struct notification note = { .event = NOTIFY_RUN_FAILED,
		.id = id,
		.title = title,
		.run = run->doc,
		.devices = list,
		.n_devices = list ? n : 0,
		.text = json_text(run->doc, "result", "") };

	snprintf(id, sizeof(id), "%s-failed", run->id);
	snprintf(title, sizeof(title), "%s %s%s%.64s", run->job->title,
	    json_text(run->doc, "state", ""), *run->device ? ": " : "",
	    run->device);
	publish(w, &note);
	free(list);
}

static bool is_failure(enum run_state state)
{
	return state == RUN_FAILED || state == RUN_ROLLED_BACK ||
	       state == RUN_UNKNOWN;
}

void notify_run_ended(
    struct worker *w, const struct live_run *run, bool is_retried)
{
	const struct snapshot *s;
	bool wants_failures, wants_any = false;

	if (snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return;
	wants_failures = job_settings_of(s, run->job).notify && !is_retried;
	for (int i = 0; i < NOTIFY_TEST; i++)
		wants_any =
		    wants_any || notify_is_wanted(s, (enum notify_event)i);
	snapshot_unref(s);
	if (!wants_any)
		return;
	if (wants_failures && is_failure(run_doc_state(run->doc)))
		tell_failure(w, run);
	tell_rows(w, run, NOTIFY_BACKUP_QUARANTINED, is_quarantined,
	    "backup-quarantined");
	if (strcmp(run->job->name, "compare") == 0)
		tell_rows(w, run, NOTIFY_DRIFT_FOUND, has_drift, "drift");
}

/* "sw1 is down since 2026-11-21T10:00:00Z: ssh no answer in 2 s." */
static void add_sentence(const json_t *state, struct buf *text)
{
	const char *reason = json_text(state, "reason", "");

	buf_printf(text, "%s%s is %s since %s%s%s.", text->len ? "\n" : "",
	    json_text(state, "device", ""), json_text(state, "verdict", ""),
	    json_text(state, "since", ""), *reason ? ": " : "", reason);
}

static void tell_states(struct worker *w, struct notification *note,
    const json_t *states, const char **devices)
{
	struct buf text = BUF_INIT(MAX_STATES_TEXT);
	json_t *told = json_array(), *state;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)states, i, state)
	{
		devices[i] = json_text(state, "device", "");
		if (i >= NOTIFY_MAX_DEVICES)
			continue;
		json_array_append(told, state);
		add_sentence(state, &text);
	}
	note->states = told;
	note->devices = devices;
	note->text = buf_text(&text);
	publish(w, note);
	json_decref(told);
	buf_release(&text);
}

void notify_devices(struct worker *w, const struct live_run *run, bool down,
    const json_t *states)
{
	size_t n = json_array_size(states);
	const char *verdict = down ? "down" : "up again";
	const char **devices;
	char id[80], title[200];
	struct notification note = { .event = down ? NOTIFY_DEVICE_DOWN
						   : NOTIFY_DEVICE_UP,
		.id = id,
		.title = title,
		.run = run->doc,
		.n_devices = n };

	if (n == 0)
		return;
	snprintf(id, sizeof(id), "%s-%s", run->id, down ? "down" : "up");
	if (n == 1)
		snprintf(title, sizeof(title), "%.64s is %s",
		    json_text(json_array_get(states, 0), "device", ""),
		    verdict);
	else
		snprintf(
		    title, sizeof(title), "%zu devices are %s", n, verdict);
	devices = calloc(n, sizeof(*devices));
	if (devices)
		tell_states(w, &note, states, devices);
	free(devices);
}

/* --- the process that sends ---------------------------------------------- */

static void become_notifier(const struct worker *w)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl(w->options.program, "switchyard-worker", "--notify", "--dir",
	    w->app.dir, (char *)NULL);
	_exit(127);
}

static bool outbox_waits(struct worker *w)
{
	char(*ids)[OUTBOX_ID_SIZE];
	size_t n = 0;

	if (outbox_list(w->app.dir, OUTBOX_WAITING, &ids, &n, NULL) == ERR_OK)
		free(ids);
	return n > 0;
}

void notify_tend(struct worker *w)
{
	int64_t now = clock_mono_ms();
	int status;

	if (w->notifier > 0) {
		if (waitpid(w->notifier, &status, WNOHANG) != w->notifier)
			return;
		w->notifier = 0;
		w->outbox_changed = true; /* since its last look, perhaps */
		w->notifier_at_ms = status == 0 ? now : now + PAUSE_MS;
	}
	if (w->stopping || !w->outbox_changed || now < w->notifier_at_ms)
		return;
	w->outbox_changed = false;
	if (!outbox_waits(w))
		return;
	w->notifier = fork();
	if (w->notifier == 0)
		become_notifier(w);
	if (w->notifier < 0) {
		w->notifier = 0;
		w->outbox_changed = true;
		w->notifier_at_ms = now + PAUSE_MS;
	}
}

void notify_stop(struct worker *w)
{
	if (w->notifier <= 1)
		return;
	kill(w->notifier, SIGKILL);
	waitpid(w->notifier, NULL, 0);
	w->notifier = 0;
}
