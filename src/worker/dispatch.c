#include "worker/worker_internal.h"

#include "app/port/queue.h"
#include "app/run_files.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "worker/wire.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CONFIG ((size_t)16 * 1024 * 1024)
/* A slot is killed when its run has outlasted its own limit by this. */
#define GRACE_MS 60000

/* --- the request to a slot ------------------------------------------------------ */

static json_t *pins_of(const struct snapshot *s, const char *device)
{
	const struct record *r = snapshot_find(s, KIND_HOSTKEY, device);
	json_t *list = json_array();

	for (size_t i = 0; r && i < record_count(r, HOSTKEY_KEYS); i++)
		json_array_append_new(list,
		    json_string(record_item(r, HOSTKEY_KEYS, i)));
	return list;
}

static json_t *credentials_of(const struct record *secret)
{
	return json_pack("{s:s, s:s, s:s}", "provider",
	    record_text(secret, SECRET_PROVIDER), "reference",
	    record_text(secret, SECRET_REFERENCE), "username",
	    record_text(secret, SECRET_USERNAME));
}

static enum err_code add_intended(struct worker *w, const struct snapshot *s,
    struct live_run *run, json_t *request, struct err *e)
{
	struct buf text = BUF_INIT(MAX_CONFIG);
	char commit[STORE_OID_TEXT_SIZE];
	struct blob_id blob;
	enum err_code rc;

	if (!snapshot_config(s, PATH_INTENDED, run->device, &blob))
		return err_set(e, ERR_NOT_FOUND,
		    "%s has no intended configuration; nothing was changed",
		    run->device);
	rc = store_read_blob(w->app.store, &blob, &text, e);
	if (rc == ERR_OK &&
	    !json_set_text(request, "intended", buf_text(&text), text.len))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	buf_release(&text);
	commit_id_format(snapshot_commit(s), commit);
	json_object_set_new(run_doc_device(run->doc, run->device),
	    "intended_commit", json_string(commit));
	return rc;
}

/* The record must still allow it: it may have changed since the click. */
static enum err_code make_request(const struct snapshot *s,
    struct live_run *run, bool settle, json_t **ret, struct err *e)
{
	const json_t *p = json_object_get(run->doc, "parameters");
	const struct record *device =
	    snapshot_find(s, KIND_DEVICE, run->device);
	const struct record *platform, *secret;
	char address[16], why[256];
	int prefix, port;
	json_t *rq;

	if (!device)
		return err_set(e, ERR_NOT_FOUND,
		    "device %s is no longer in the inventory; nothing was "
		    "changed", run->device);
	if (!settle && runs_refusal(s, run->job, device,
	    job_may_change_device(run->job, p), why))
		return err_set(e, ERR_CONFLICT, "%s Nothing was changed.", why);
	platform = snapshot_find(s, KIND_PLATFORM,
	    record_text(device, DEVICE_PLATFORM));
	secret = snapshot_credentials(s, device);
	if (!platform || !secret || !schema_parse_ipv4(record_text(device,
	    DEVICE_PRIMARY_IP4), address, &prefix, &port))
		return err_set(e, ERR_CONFLICT,
		    "%s lacks a platform, an address or credentials",
		    run->device);
	if (!port)
		port = (int)record_number(platform, PLATFORM_PORT, 0);
	rq = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:i, "
		       "s:o, s:o, s:b, s:b, s:b}",
	    "type", "run", "mode", settle ? "settle" : "run", "job",
	    run->job->name, "device", run->device, "driver",
	    record_text(platform, PLATFORM_DRIVER), "address", address, "port",
	    port, "connect_s",
	    (json_int_t)record_number(platform, PLATFORM_CONNECT_TIMEOUT, 10),
	    "command_s",
	    (json_int_t)record_number(platform, PLATFORM_COMMAND_TIMEOUT, 30),
	    "limit_s", run->job->time_limit_s, "pins", pins_of(s, run->device),
	    "credentials", credentials_of(secret), "dry_run",
	    json_flag(p, "dry_run", true), "replace",
	    json_flag(p, "replace_config", false), "commit",
	    json_flag(p, "commit_changes", true));
	if (!rq)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = rq;
	return ERR_OK;
}

static enum err_code add_plan(struct worker *w, struct live_run *run,
    json_t *request, struct err *e)
{
	struct buf text = BUF_INIT((size_t)64 * 1024 * 1024);
	char path[4096];
	enum err_code rc = ERR_OK;

	if (!run->plan) {
		run_live_path(w->app.dir, run->id, "plan.json", path,
		    sizeof(path));
		rc = file_read(path, &text, e);
		if (rc == ERR_OK)
			rc = json_read(buf_text(&text), text.len, text.max,
			    &run->plan, e);
		buf_release(&text);
	}
	if (rc == ERR_OK) {
		json_object_set(request, "snapshot",
		    json_object_get(run->plan, "snapshot"));
		json_object_set(request, "predicted",
		    json_object_get(run->plan, "predicted"));
	}
	return rc;
}

/* --- starting ----------------------------------------------------------------------- */

static void log_origin(struct worker *w, struct live_run *run)
{
	const json_t *hook = json_object_get(run->doc, "hook");
	const json_t *p = json_object_get(run->doc, "parameters");

	if (hook) {
		live_log(w, run, LOG_INFO,
		    "hook %s triggered: device %s %s by %s in commit %.12s%s%s",
		    json_text(hook, "name", ""), run->device,
		    json_text(hook, "action", ""), json_text(hook, "by", ""),
		    json_text(hook, "commit", ""),
		    *json_text(hook, "fields", "") ? ", changed: " : "",
		    json_text(hook, "fields", ""));
		live_log(w, run, LOG_INFO, "hook %s validated: %s",
		    json_text(hook, "name", ""),
		    json_text(hook, "validated", ""));
	}
	if (run->job->id == JOB_PROVISION)
		live_log(w, run, LOG_INFO,
		    "provision called: device=%s dry_run=%s replace_config=%s "
		    "commit_changes=%s", run->device,
		    json_flag(p, "dry_run", true) ? "true" : "false",
		    json_flag(p, "replace_config", false) ? "true" : "false",
		    json_flag(p, "commit_changes", true) ? "true" : "false");
}

static enum err_code hand_over(struct worker *w, struct live_run *run,
    bool settle, struct slot_process *slot, struct err *e)
{
	const struct snapshot *s;
	json_t *request = NULL;
	enum err_code rc = snapshots_current(w->app.snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	rc = make_request(s, run, settle, &request, e);
	if (rc == ERR_OK && settle)
		rc = add_plan(w, run, request, e);
	else if (rc == ERR_OK && run->job->id == JOB_PROVISION)
		rc = add_intended(w, s, run, request, e);
	if (rc == ERR_OK)
		rc = wire_send(slot->fd, request, e);
	json_decref(request);
	snapshot_unref(s);
	if (rc != ERR_OK)
		return rc;
	slot->run = run;
	run->slot = slot;
	run->limit_ms = clock_mono_ms() +
	    (int64_t)run->job->time_limit_s * 1000 + GRACE_MS;
	return ERR_OK;
}

static void start_run(struct worker *w, struct live_run *run,
    struct slot_process *slot)
{
	struct err e = ERR_INIT;
	char text[1100];

	log_origin(w, run);
	live_set_state(w, run, RUN_RUNNING);
	if (hand_over(w, run, false, slot, &e) == ERR_OK) {
		run->phase = LIVE_SESSION;
		live_write_doc(w, run);
		return;
	}
	snprintf(text, sizeof(text), "%s: %.1000s", run->device, e.message);
	live_log(w, run, LOG_ERROR, "%s", text);
	live_end(w, run, RUN_FAILED, text);
}

/* A document that cannot be read is set aside, so that it is not met again at
 * every look. */
static void set_aside(struct worker *w, const char *id, const struct err *why)
{
	char from[4096], to[4200];

	log_err(why, id);
	queue_path(w->app.dir, QUEUE_CLAIMED, from, sizeof(from) - 64);
	snprintf(to, sizeof(to), "%s/%s.bad", from, id);
	snprintf(from + strlen(from), 64, "/%s.json", id);
	(void)rename(from, to);
}

void dispatch_queue(struct worker *w)
{
	char (*ids)[RUN_ID_SIZE];
	struct err e = ERR_INIT;
	size_t n;

	if (w->stopping || !w->queue_changed)
		return;
	w->queue_changed = false;
	if (queue_list(w->app.dir, QUEUE_QUEUED, &ids, &n, &e) != ERR_OK) {
		log_err(&e, "the queue");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct slot_process *slot;
		struct live_run *run;
		json_t *doc;
		bool busy;

		if (runs_read(&w->app, ids[i], &doc, NULL) != ERR_OK)
			continue;
		busy = live_device_is_busy(w, json_text(json_object_get(doc,
		    "parameters"), "device", ""));
		json_decref(doc);
		if (busy)
			continue;
		if (slots_take(w, &slot, &e) != ERR_OK) {
			log_err(&e, "no slot");
			break;
		}
		if (!slot)
			break;
		if (live_claim(w, ids[i], &run, &e) == ERR_OK)
			start_run(w, run, slot);
		else if (e.code != ERR_NOT_FOUND)
			set_aside(w, ids[i], &e);
	}
	free(ids);
}

/* --- cancelling ------------------------------------------------------------------------- */

/* Cancelled while queued: taken in hand only to be recorded. */
static void record_cancelled(struct worker *w, const char *id)
{
	struct live_run *run;
	struct err e = ERR_INIT;
	char by[128] = "someone", text[200];

	if (queue_move(w->app.dir, id, QUEUE_CANCELLED, QUEUE_CLAIMED, &e) !=
	    ERR_OK || live_adopt(w, id, &run, &e) != ERR_OK) {
		log_err(&e, id);
		return;
	}
	(void)queue_cancel_requested(w->app.dir, id, by);
	snprintf(text, sizeof(text),
	    "cancelled by %s before it started; nothing was changed", by);
	live_log(w, run, LOG_INFO, "%s", text);
	live_end(w, run, RUN_CANCELLED, text);
}

void dispatch_send_cancel(struct live_run *run)
{
	json_t *message = json_pack("{s:s}", "type", "cancel");
	struct err e = ERR_INIT;

	if (message && run->slot &&
	    wire_send(run->slot->fd, message, &e) != ERR_OK)
		log_err(&e, run->id);
	json_decref(message);
}

static void cancel_live(struct worker *w, struct live_run *run)
{
	char by[128];

	if (run->cancel_sent ||
	    !queue_cancel_requested(w->app.dir, run->id, by))
		return;
	run->cancel_sent = true;
	switch (run->phase) {
	case LIVE_SESSION:
		live_log(w, run, LOG_INFO, "%s asked to cancel", by);
		dispatch_send_cancel(run);
		break;
	case LIVE_JOURNAL:
	case LIVE_EFFECT:
	case LIVE_SETTLING:
		live_log(w, run, LOG_WARNING,
		    "%s asked to cancel, but the device is being changed: "
		    "what was begun is brought to an end", by);
		break;
	case LIVE_SETTLE:
		/* someone else takes care of the device */
		live_log(w, run, LOG_WARNING,
		    "%s ended the settling; the outcome stays unknown", by);
		run->phase = LIVE_ENDED;
		live_write_doc(w, run);
		break;
	case LIVE_WAITING:
	case LIVE_ENDED:
		break;
	}
}

void dispatch_cancelled(struct worker *w)
{
	char (*ids)[RUN_ID_SIZE];
	size_t n;

	for (struct live_run *r = w->runs; r; r = r->next)
		cancel_live(w, r);
	if (queue_list(w->app.dir, QUEUE_CANCELLED, &ids, &n, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++)
		record_cancelled(w, ids[i]);
	free(ids);
}

/* --- settling and time limits ---------------------------------------------------------------- */

void dispatch_settle(struct worker *w)
{
	int64_t now = clock_mono_ms();

	for (struct live_run *r = w->runs; r; r = r->next) {
		struct slot_process *slot = NULL;
		struct err e = ERR_INIT;

		if (r->phase != LIVE_SETTLE || r->settle_at_ms > now ||
		    w->stopping)
			continue;
		live_log(w, r, LOG_INFO, "reading the device to settle what "
					 "happened");
		if (slots_take(w, &slot, &e) != ERR_OK || !slot ||
		    hand_over(w, r, true, slot, &e) != ERR_OK) {
			live_log(w, r, LOG_WARNING, "not now: %s",
			    slot ? e.message : "no slot is free");
			r->settle_at_ms = now + 10000;
			continue;
		}
		r->phase = LIVE_SETTLING;
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
	if (next == INT64_MAX)
		return -1;
	return next > now ? next - now : 0;
}

/* --- after a restart ------------------------------------------------------------------------------ */

static void recover_one(struct worker *w, struct live_run *run)
{
	enum run_state state = run_doc_state(run->doc);

	if (record_is_done(w, run->id)) {
		live_forget(w, run);
	} else if (run_state_is_final(state)) {
		run->phase = LIVE_ENDED;
	} else if (live_has_plan(w, run)) {
		/* its lines may have been sent: read, never repeat */
		run->phase = LIVE_SETTLE;
		run->settle_at_ms = clock_mono_ms();
		if (state == RUN_CLAIMED)
			run_doc_set_state(run->doc, RUN_RUNNING,
			    clock_wall_ms());
		run_doc_set_result(run->doc,
		    "%s: the worker ended while the device was being changed; "
		    "it will be read", run->device);
		live_log(w, run, LOG_WARNING,
		    "the worker ended while the device was being changed; it "
		    "will be read");
		live_set_state(w, run, RUN_UNKNOWN);
	} else if (state == RUN_QUEUED) {
		live_set_state(w, run, RUN_CLAIMED);
		live_requeue(w, run, "the worker ended before anything was sent");
	} else {
		live_requeue(w, run, "the worker ended before anything was sent");
	}
}

enum err_code dispatch_recover(struct worker *w, struct err *e)
{
	char (*ids)[RUN_ID_SIZE];
	size_t n;
	enum err_code rc;

	rc = queue_list(w->app.dir, QUEUE_CLAIMED, &ids, &n, e);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		struct err local = ERR_INIT;
		struct live_run *run;

		if (live_adopt(w, ids[i], &run, &local) == ERR_OK)
			recover_one(w, run);
		else
			set_aside(w, ids[i], &local);
	}
	free(ids);
	w->queue_changed = true;
	return ERR_OK;
}
