#include "worker/reach.h"

#include "app/device_facts.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "worker/greet.h"
#include "worker/greet_book.h"
#include "worker/wire.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SETTLE_MS 2000
#define LAST_SETTLE_MS 300000

typedef void (*event_fn)(
    struct worker *w, struct live_run *run, json_t *message);

static void on_log(struct worker *w, struct live_run *run, json_t *message)
{
	live_log_text(w, run, json_text(message, "level", "info"),
	    json_text(message, "device", run->device),
	    json_text(message, "text", ""));
}

static void on_backup(struct worker *w, struct live_run *run, json_t *message)
{
	backup_take(w, run, message);
}

static void on_output(struct worker *w, struct live_run *run, json_t *message)
{
	outputs_take(w, run, message);
}

static void on_facts(struct worker *w, struct live_run *run, json_t *message)
{
	json_t *facts = json_object_get(message, "facts");

	if (run->job->id == JOB_DISCOVER && device_facts_are_sound(facts))
		live_set_facts(w, run, facts);
}

static void on_bad(struct worker *w, struct live_run *run, json_t *message)
{
	backup_put_aside(w, run, message);
}

static void on_diff(struct worker *w, struct live_run *run, json_t *message)
{
	live_set_diff(w, run, json_text(message, "text", ""),
	    json_number(message, "added", 0),
	    json_number(message, "removed", 0));
}

static void on_rows(struct worker *w, struct live_run *run, json_t *message)
{
	const json_t *row;
	size_t i;

	if (run->scope != JOB_STORE)
		return;
	json_array_foreach(json_object_get(message, "rows"), i, row)
	    live_add_row(w, run, row);
}

static void on_hostkey(struct worker *w, struct live_run *run, json_t *message)
{
	waiting_keys_keep(w, run, message);
}

/* A slot that cannot be told is ended: it waits for an answer, and its death
 * shows at the end of its stream. */
static void answer(struct live_run *run, json_t *message)
{
	struct err e = ERR_INIT;

	if (run->slot &&
	    (!message || wire_send(run->slot->fd, message, &e) != ERR_OK)) {
		log_error("run %s: its session cannot be told: %s", run->id,
		    e.message);
		kill(run->slot->pid, SIGKILL);
	}
	json_decref(message);
}

void events_allow_effect(struct live_run *run)
{
	answer(run, json_pack("{s:s}", "type", "go"));
}

void events_refuse_effect(struct live_run *run, const char *why, bool cancelled)
{
	json_t *stop =
	    json_pack("{s:s, s:b}", "type", "stop", "cancelled", cancelled);

	if (stop && !json_set_text(stop, "message", why, strlen(why)))
		json_object_set_new(stop, "message", json_string("refused"));
	answer(run, stop);
}

/* The slot asks: may I?  The answer is given when the intent is on disk and
 * committed (record_flush). */
static void on_effect(struct worker *w, struct live_run *run, json_t *message)
{
	struct err e = ERR_INIT;
	size_t n_reverse;
	char by[128];

	if (run->phase != LIVE_SESSION) {
		events_refuse_effect(
		    run, "this run may not change its device now", false);
		return;
	}
	if (run->cancel_sent ||
	    queue_cancel_requested(w->app.dir, run->id, by)) {
		run->cancel_sent = true;
		events_refuse_effect(
		    run, "cancelled; nothing was changed", true);
		return;
	}
	if (w->stopping) {
		events_refuse_effect(
		    run, "the worker is stopping; nothing was changed", true);
		return;
	}
	n_reverse = json_array_size(json_object_get(message, "reverse"));
	json_decref(run->plan);
	run->plan = json_incref(message);
	if (run->scope == JOB_STORE)
		live_write_doc(w, run); /* its rows, should we die */
	else if (n_reverse)
		live_log(w, run, LOG_INFO,
		    "journalled: the configuration before and %zu %s the "
		    "change",
		    n_reverse,
		    n_reverse == 1 ? "command that undoes"
				   : "commands that undo");
	else
		live_log(w, run, LOG_INFO,
		    "journalled: the configuration before the change");
	if (live_write_plan(w, run, &e) != ERR_OK) {
		live_log(w, run, LOG_ERROR, "not journalled: %s", e.message);
		events_refuse_effect(run, e.message, false);
		return;
	}
	run->phase = LIVE_JOURNAL;
}

/* --- ends ---------------------------------------------------------------- */

static int64_t settle_delay(int attempts)
{
	int64_t ms = FIRST_SETTLE_MS;

	while (attempts-- > 0 && ms < LAST_SETTLE_MS)
		ms *= 2;
	return ms < LAST_SETTLE_MS ? ms : LAST_SETTLE_MS;
}

static void to_settle(struct worker *w, struct live_run *run, const char *text)
{
	int64_t delay = settle_delay(run->settle_attempts);
	json_t *device = run_doc_device(run->doc, run->device);

	run->phase = LIVE_SETTLE;
	run->settle_at_ms = clock_mono_ms() + delay;
	/* a cancel that came too late is answered; the next one ends this */
	run->cancel_sent = false;
	if (!run->parent)
		queue_clear_cancel(w->app.dir, run->id);
	run_doc_set_result(run->doc, "%s", text);
	json_object_set(device, "result", json_object_get(run->doc, "result"));
	live_log(w, run, LOG_WARNING,
	    "the outcome is unknown; the %s will be read again in %lld s",
	    live_target_noun(run), (long long)(delay / 1000));
	live_set_state(w, run, RUN_UNKNOWN);
}

static bool may_have_changed(const struct live_run *run)
{
	return run->phase == LIVE_EFFECT || run->phase == LIVE_SETTLING;
}

/* A slot may be hostile: a state that cannot be is one that is not known. */
static enum run_state state_of_end(const struct live_run *run, json_t *message)
{
	enum run_state state = RUN_QUEUED;

	(void)run_state_parse(json_text(message, "state", ""), &state);
	if (run_state_is_final(state) &&
	    run_state_may_follow(run_doc_state(run->doc), state))
		return state;
	return may_have_changed(run) ? RUN_UNKNOWN : RUN_FAILED;
}

/* The name of the difference, for whoever agrees to it. */
static void note_hash(struct live_run *run, json_t *message)
{
	json_t *hash = json_object_get(message, "diff_hash");

	if (run->job->scope == JOB_DEVICE && json_string_length(hash) > 0)
		json_object_set(
		    run_doc_device(run->doc, run->device), "diff_hash", hash);
}

static void note_difference(struct live_run *run, json_t *message)
{
	json_t *device = run_doc_device(run->doc, run->device);

	if (json_number(message, "added", 0) > 0 ||
	    json_number(message, "removed", 0) > 0) {
		json_object_set(
		    device, "added", json_object_get(message, "added"));
		json_object_set(
		    device, "removed", json_object_get(message, "removed"));
	}
	note_hash(run, message);
}

/* The device has shown an approved key and taken the credentials. */
static void note_session(struct worker *w, const struct live_run *run)
{
	greet_book_forget_refusal(w->hellos, run->device);
	waiting_keys_settle(w, run);
}

static void on_end(struct worker *w, struct live_run *run, json_t *message)
{
	const char *text = json_text(message, "text", "");
	bool passing = json_flag(message, "passing", false);
	enum run_state state = state_of_end(run, message);
	char refusal[300];

	if (backup_is_refused(run, state, refusal)) {
		state = RUN_FAILED;
		text = refusal;
		passing = true;
	}
	outputs_settle(w, run);
	if (outputs_are_refused(run, state, refusal)) {
		state = RUN_FAILED;
		text = refusal;
		passing = run->outputs_cut;
	}
	note_difference(run, message);
	if (run->scope == JOB_STORE && state != RUN_UNKNOWN) {
		enum run_state rows = state;

		(void)run_state_parse(json_text(message, "rows", ""), &rows);
		if (run_state_is_final(rows))
			run_doc_end_devices(run->doc, rows, text);
	}
	if (state == RUN_UNKNOWN) {
		to_settle(w, run, text);
		/* the device did not answer: less and less often; a session's
		 * own death says nothing about the device */
		run->settle_attempts++;
	} else if (state == RUN_CANCELLED && w->stopping && !run->cancel_sent) {
		live_requeue(w, run,
		    "the worker was stopped before anything "
		    "was sent");
	} else if (state == RUN_FAILED && passing &&
		   fleet_retry(w, run, text)) {
		return;
	} else if (run->job->scope == JOB_SWEEP && state == RUN_SUCCEEDED) {
		reach_swept(w, run);
	} else {
		if (state == RUN_SUCCEEDED && run->scope == JOB_DEVICE)
			note_session(w, run);
		live_end(w, run, state, text);
	}
}

/* The slot died.  Before the effect nothing was sent; after it only the device
 * knows. */
static void on_death(struct worker *w, struct live_run *run)
{
	char text[300];

	bool store = run->scope == JOB_STORE;

	run->slot = NULL;
	if (may_have_changed(run)) {
		snprintf(text, sizeof(text),
		    store ? "%sthe run's process ended while it was committing"
			  : "%s: the session's process ended while the device "
			    "was "
			    "being changed",
		    run->device);
		to_settle(w, run, text);
		return;
	}
	snprintf(text, sizeof(text),
	    store ? "%sthe run's process ended before anything was written"
		  : "%s: the session's process ended before anything was sent; "
		    "the "
		    "device is as it was",
	    run->device);
	if (fleet_retry(w, run, text))
		return;
	live_end(w, run, RUN_FAILED, text);
}

/* --- messages ------------------------------------------------------------ */

static const struct {
	const char *type;
	event_fn handle;
} events[] = {
	{ "log", on_log },
	{ "backup", on_backup },
	{ "output", on_output },
	{ "facts", on_facts },
	{ "bad", on_bad },
	{ "diff", on_diff },
	{ "rows", on_rows },
	{ "reach", reach_on_answers },
	{ "hostkey", on_hostkey },
	{ "effect", on_effect },
};

static void handle(struct worker *w, struct slot_process *slot, json_t *message)
{
	const char *type = json_text(message, "type", "");
	struct live_run *run = slot->run;

	if (strcmp(type, "ready") == 0) {
		slot->ready = true;
		w->slot_failures = 0;
	}
	if (slot->greeting && strcmp(type, "end") == 0) {
		greet_on_answer(w, slot, message);
		slots_release(w, slot);
	}
	if (!run)
		return;
	if (strcmp(type, "end") == 0) {
		run->slot = NULL;
		/* one that opened the store never sees credentials */
		if (run->scope == JOB_STORE)
			slots_drop(w, slot);
		else
			slots_release(w, slot);
		on_end(w, run, message);
		return;
	}
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (strcmp(type, events[i].type) == 0)
			events[i].handle(w, run, message);
	}
}

static bool still_there(const struct worker *w, const struct slot_process *slot)
{
	for (size_t i = 0; i < w->n_slots; i++) {
		if (w->slots[i] == slot)
			return true;
	}
	return false;
}

void events_from_slot(struct worker *w, struct slot_process *slot)
{
	struct err e = ERR_INIT;
	bool open = true;
	enum err_code rc = wire_fill(slot->fd, &slot->in, &open, &e);

	while (rc == ERR_OK) {
		json_t *message;

		rc = wire_take(&slot->in, &message, &e);
		if (rc != ERR_OK || !message)
			break;
		handle(w, slot, message);
		json_decref(message);
		/* a slot that has served long enough is retired at its end */
		if (!still_there(w, slot))
			return;
	}
	if (rc == ERR_OK && open)
		return;
	if (rc != ERR_OK)
		log_err(&e, "a slot");
	if (slot->run)
		on_death(w, slot->run);
	else if (slot->greeting)
		greet_on_death(w, slot);
	else if (!slot->ready)
		slots_note_failure(w);
	slots_drop(w, slot);
}
