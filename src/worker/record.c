#include "worker/record_internal.h"

#include "app/run_files.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LOG ((size_t)STORE_MAX_FILE)
#define SUBJECT_RESULT 120 /* bytes of the result in a subject */
/* A transaction holds at most 10,000 commits; a run makes up to two. */
#define MAX_BATCH 2000
#define PATH_SIZE 4096

/* --- which runs wait ----------------------------------------------------- */

static bool records_unknown(const struct live_run *run)
{
	bool unknown = run->phase == LIVE_SETTLE ||
		       run->phase == LIVE_SETTLING ||
		       (run->phase == LIVE_FLEET &&
			   run_doc_state(run->doc) == RUN_UNKNOWN);

	return unknown && !run->unknown_recorded;
}

static bool waits(const struct live_run *run, int64_t now)
{
	if (run->parent || run->record_at_ms > now)
		return false; /* members wait in fleet_record.c */
	return run->phase == LIVE_JOURNAL || run->phase == LIVE_ENDED ||
	       records_unknown(run);
}

int64_t record_next_ms(const struct worker *w)
{
	int64_t now = clock_mono_ms(), next = -1;

	for (const struct live_run *r = w->runs; r; r = r->next) {
		int64_t left = r->record_at_ms - now;

		if (!waits(r, INT64_MAX))
			continue;
		if (left < 0)
			left = 0;
		if (next < 0 || left < next)
			next = left;
	}
	return next;
}

enum err_code record_is_done(
    struct worker *w, const char *id, bool *ret, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	char dir[RUN_DIR_SIZE], path[PATH_SIZE];
	struct commit_id tip;
	json_t *doc = NULL;
	enum err_code rc = store_tip(w->app.store, STORE_RUNS, &tip, e);

	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	if (rc == ERR_OK && !commit_id_is_zero(&tip))
		rc = store_read(w->app.store, &tip, path, &text, NULL, e);
	if (rc == ERR_OK && text.len)
		rc = run_doc_parse(buf_text(&text), text.len, &doc, e);
	if (rc == ERR_NOT_FOUND)
		rc = ERR_OK;
	if (rc == ERR_OK)
		*ret = doc && run_doc_has_ended(doc);
	json_decref(doc);
	buf_release(&text);
	return rc;
}

/* --- messages ------------------------------------------------------------ */

static const char *result_word(const struct live_run *run)
{
	return run->phase == LIVE_JOURNAL ? "started"
					  : json_text(run->doc, "state", "");
}

static void name_devices(const struct live_run *run, char text[80])
{
	const json_t *rows = json_object_get(run->doc, "devices");
	size_t n = json_array_size(rows);

	if (n == 1)
		snprintf(text, 80, "%.79s",
		    json_text(json_array_get(rows, 0), "name", ""));
	else
		snprintf(text, 80, "%zu devices", n);
}

void record_make_message(struct record_message *m, const struct live_run *run,
    const char *subject, const char *devices, const char *result)
{
	const char *actor = json_text(run->doc, "actor", "unknown");
	struct store_trailer *t = m->trailers;

	snprintf(m->subject, sizeof(m->subject), "%s", subject);
	snprintf(m->devices, sizeof(m->devices), "%s", devices);
	*t++ = (struct store_trailer){ "Run-Id", run->id };
	*t++ = (struct store_trailer){ "Job", run->job->name };
	*t++ = (struct store_trailer){ "Trigger",
		json_text(run->doc, "trigger", "") };
	*t++ = (struct store_trailer){ "Actor", actor };
	*t++ = (struct store_trailer){ "Device", m->devices };
	*t++ = (struct store_trailer){ "Result", result };
	m->message = (struct store_message){
		.author = actor,
		.subject = m->subject,
		.trailers = m->trailers,
		.n_trailers = (size_t)(t - m->trailers),
	};
}

void record_make_run_message(
    struct record_message *m, const struct live_run *run, const char *subject)
{
	char devices[80];

	name_devices(run, devices);
	record_make_message(m, run, subject, devices, result_word(run));
}

/* --- branch runs --------------------------------------------------------- */

enum err_code record_put_file(struct store_txn *t, const struct live_run *run,
    const char *name, const char *text, size_t len, struct err *e)
{
	char dir[RUN_DIR_SIZE], path[PATH_SIZE];

	run_dir_of(run->id, dir);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return store_txn_put(t, path, text, len, STORE_ANY, e);
}

enum err_code record_put_doc(
    struct store_txn *t, const struct live_run *run, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum err_code rc = json_write(run->doc, &text, e);

	if (rc == ERR_OK)
		rc = record_put_file(
		    t, run, "run.json", buf_text(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static enum err_code put_log(struct worker *w, struct store_txn *t,
    const struct live_run *run, struct err *e)
{
	struct buf text = BUF_INIT(MAX_LOG);
	char path[PATH_SIZE];
	enum err_code rc;

	run_live_path(w->app.dir, run->id, "log.jsonl", path, sizeof(path));
	rc = file_read_regular(path, &text, e);
	if (rc == ERR_NOT_FOUND) /* removed by hand: the rest is kept */
		rc = ERR_OK;
	else if (rc == ERR_OK)
		rc = record_put_file(
		    t, run, "log.jsonl", buf_text(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static void make_run_subject(const struct live_run *run, char subject[200])
{
	if (run->phase == LIVE_JOURNAL) {
		snprintf(subject, 200, "%s%s%s: start", run->job->title,
		    *run->device ? " " : "", run->device);
		return;
	}
	snprintf(subject, 200, "%s: ", run->job->title);
	text_append_line(subject, strlen(subject) + SUBJECT_RESULT,
	    json_text(run->doc, "result", json_text(run->doc, "state", "")));
}

/* The store takes no larger file; what is left out can be told from the
 * record. */
static size_t bounded(const char *text)
{
	size_t len = strlen(text);

	if (len > STORE_MAX_FILE) {
		len = STORE_MAX_FILE;
		while (len > 0 && text[len - 1] != '\n')
			len--;
	}
	return len;
}

/* A difference beside each row that has one; none is no error. */
static enum err_code put_row_diffs(struct worker *w, struct store_txn *t,
    const struct live_run *run, struct err *e)
{
	const json_t *row;
	enum err_code rc = ERR_OK;
	size_t i;

	json_array_foreach(json_object_get(run->doc, "devices"), i, row)
	{
		struct buf text = BUF_INIT(MAX_LOG);
		char file[100], path[PATH_SIZE];

		if (!json_object_get(row, "added"))
			continue;
		snprintf(file, sizeof(file), "%.90s.diff",
		    json_text(row, "name", ""));
		run_live_path(w->app.dir, run->id, file, path, sizeof(path));
		rc = file_read_regular(path, &text, e);
		if (rc == ERR_OK)
			rc = record_put_file(
			    t, run, file, buf_text(&text), text.len, e);
		buf_release(&text);
		if (rc == ERR_NOT_FOUND)
			rc = ERR_OK;
		if (rc != ERR_OK)
			break;
	}
	return rc;
}

static enum err_code stage_run(
    struct worker *w, struct store_txn *t, struct live_run *run, struct err *e)
{
	struct record_message m;
	char subject[200], file[100];
	enum err_code rc;

	make_run_subject(run, subject);
	record_make_run_message(&m, run, subject);
	rc = record_put_doc(t, run, e);
	if (rc == ERR_OK)
		rc = put_log(w, t, run, e);
	if (rc == ERR_OK && run->scope != JOB_DEVICE &&
	    run->phase != LIVE_JOURNAL)
		rc = put_row_diffs(w, t, run, e);
	if (rc == ERR_OK && run->diff && *run->diff) {
		snprintf(file, sizeof(file), "%s.diff", run->device);
		rc = record_put_file(
		    t, run, file, run->diff, bounded(run->diff), e);
	}
	return rc == ERR_OK ? store_txn_seal(t, &m.message, e) : rc;
}

/* --- both branches ------------------------------------------------------- */

typedef enum err_code (*stage_fn)(
    struct worker *w, struct store_txn *t, struct live_run *run, struct err *e);

/* One transaction with a commit for each run of the batch, or for one run. */
static enum err_code commit_branch(struct worker *w, enum store_branch branch,
    stage_fn stage, const struct live_run *only, struct err *e)
{
	struct commit_id id;
	struct store_txn *t;
	enum err_code rc = store_txn_begin(w->app.store, branch, &t, e);

	if (rc != ERR_OK)
		return rc;
	for (struct live_run *r = w->runs; r && rc == ERR_OK; r = r->next) {
		if (r->in_batch && (!only || r == only))
			rc = stage(w, t, r, e);
	}
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, NULL, &id, NULL, e);
}

static enum err_code commit_both(
    struct worker *w, const struct live_run *only, struct err *e)
{
	enum err_code rc;

	rc = commit_branch(w, STORE_MAIN, record_stage_main, only, e);
	if (rc == ERR_OK)
		rc = commit_branch(w, STORE_RUNS, stage_run, only, e);
	return rc;
}

void record_release_backups(struct live_run *run)
{
	for (int phase = 0; phase < 2; phase++) {
		free(run->backup[phase]);
		run->backup[phase] = NULL;
	}
	json_decref(run->facts);
	run->facts = NULL;
	free(run->outputs);
	run->outputs = NULL;
}

static void recorded(struct worker *w, struct live_run *run)
{
	record_release_backups(run);
	if (run->phase == LIVE_JOURNAL) {
		run->phase = LIVE_EFFECT;
		events_allow_effect(run);
	} else if (run->phase == LIVE_ENDED) {
		notify_run_ended(w, run, retry_failed(w, run));
		live_forget(w, run);
	} else {
		run->unknown_recorded = true;
	}
}

void record_refuse(struct worker *w, struct live_run *run, const struct err *e)
{
	char path[PATH_SIZE], why[1200];

	run->phase = LIVE_SESSION;
	json_decref(run->plan);
	run->plan = NULL;
	live_path(w, run, "plan.json", path);
	remove(path);
	snprintf(why, sizeof(why),
	    "the run could not be recorded, so nothing "
	    "%s: %s",
	    run->scope == JOB_STORE ? "was written" : "was sent to the device",
	    e->message);
	events_refuse_effect(run, why, false);
}

/* No change without its record first; nothing that happened is forgotten. */
static void not_recorded(
    struct worker *w, struct live_run *run, const struct err *e)
{
	if (run->phase == LIVE_JOURNAL)
		record_refuse(w, run, e);
	else
		run->record_at_ms = clock_mono_ms() + RETRY_MS;
}

static size_t choose_batch(struct worker *w)
{
	int64_t now = clock_mono_ms();
	size_t n = 0;

	for (struct live_run *r = w->runs; r; r = r->next) {
		r->in_batch = n < MAX_BATCH && waits(r, now);
		n += r->in_batch;
	}
	return n;
}

static void settle_batch(struct worker *w, const struct live_run *only,
    enum err_code rc, const struct err *e)
{
	struct live_run *next;

	if (rc != ERR_OK)
		log_err(e, "runs cannot be recorded now");
	for (struct live_run *r = w->runs; r; r = next) {
		next = r->next;
		if (!r->in_batch || (only && r != only))
			continue;
		if (rc == ERR_OK)
			recorded(w, r);
		else
			not_recorded(w, r, e);
	}
}

/* One run that the store does not take must not keep the others from being
 * recorded. */
static void flush_one_by_one(struct worker *w)
{
	struct live_run *next;

	for (struct live_run *r = w->runs; r; r = next) {
		struct err e = ERR_INIT;

		next = r->next;
		if (r->in_batch)
			settle_batch(w, r, commit_both(w, r, &e), &e);
	}
}

void record_flush(struct worker *w)
{
	struct err e = ERR_INIT;
	size_t n = choose_batch(w);
	enum err_code rc;

	if (n == 0)
		return;
	rc = commit_both(w, NULL, &e);
	if (n > 1 && (live_is_damage(rc) || rc == ERR_NOT_FOUND))
		flush_one_by_one(w);
	else
		settle_batch(w, NULL, rc, &e);
}
