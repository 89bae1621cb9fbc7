/*
 * Group commits of the members of runs over many devices.
 *
 * A batch is one commit on main with the backups or records that changed, one
 * that archives what was torn down, and, where members wait for their intent to
 * be recorded, one on runs that names them.  Backups that are as they were cost
 * nothing.
 */
#include "worker/fleet.h"
#include "worker/record_internal.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Backups wait for one another so long, or until they are so many. */
#define BATCH_MS 2000
#define MAX_BATCH 500

static bool waits(
    const struct live_run *member, const struct live_run *run, int64_t now)
{
	return member->parent == run && member->record_at_ms <= now &&
	       (member->phase == LIVE_JOURNAL || member->phase == LIVE_ENDED);
}

struct batch {
	struct live_run *run;
	size_t n, n_journal;
};

static struct batch choose_batch(struct worker *w, struct live_run *run)
{
	struct batch b = { .run = run };
	int64_t now = clock_mono_ms();

	for (struct live_run *r = w->runs; r; r = r->next) {
		r->in_batch = b.n < MAX_BATCH && waits(r, run, now);
		b.n += r->in_batch;
		b.n_journal += r->in_batch && r->phase == LIVE_JOURNAL;
	}
	return b;
}

/* A session that waits for its word is not kept waiting, and where none is
 * under way there is nobody to wait for. */
static bool is_due(struct worker *w, const struct batch *b)
{
	struct fleet *f = b->run->fleet;
	int64_t now = clock_mono_ms();

	if (b->n == 0) {
		f->since_ms = 0;
		return false;
	}
	if (!f->since_ms)
		f->since_ms = now;
	return b->n_journal > 0 || b->n == MAX_BATCH || w->stopping ||
	       b->n == f->n_in_hand || now >= f->since_ms + BATCH_MS;
}

/* --- branch main ------------------------------------------------------- */

/* The newest of those that wait: a member that was taken up after a crash has
 * both, and a path can be put once. */
static enum err_code stage_backup(struct worker *w, struct store_txn *t,
    struct live_run *member, size_t *n, struct err *e)
{
	int phase = member->backup[1] ? 1 : 0;
	struct blob_id now, id;
	char path[PATH_MAX_PATH];
	bool has = false;
	enum err_code rc;

	if (!member->backup[phase])
		return ERR_OK;
	if (!record_find_backup(w, member, path, &now, &has)) {
		live_log(w, member, LOG_WARNING,
		    "the backup is not kept: there is no record of %s any more",
		    member->device);
		return ERR_OK;
	}
	blob_id_of(member->backup[phase], member->backup_len[phase], &id);
	if (has && blob_id_equal(&now, &id))
		return ERR_OK;
	if (member->backup_len[phase] > STORE_MAX_FILE) {
		live_log(w, member, LOG_ERROR,
		    "a backup of %zu bytes is too large for the store",
		    member->backup_len[phase]);
		return ERR_OK;
	}
	rc = store_txn_put(t, path, member->backup[phase],
	    member->backup_len[phase], STORE_ANY, e);
	if (rc == ERR_OK) {
		json_object_set_new(run_doc_device(member->doc, member->device),
		    "changed", json_true());
		(*n)++;
	}
	return rc;
}

/* The configuration, and what else was asked. */
static enum err_code stage_texts(struct worker *w, struct store_txn *t,
    struct live_run *member, size_t *n, struct err *e)
{
	bool changed = false;
	size_t before = *n;
	enum err_code rc = stage_backup(w, t, member, n, e);

	if (rc == ERR_OK)
		rc = record_stage_outputs(w, t, member, &changed, e);
	if (rc == ERR_OK && changed)
		json_object_set_new(run_doc_device(member->doc, member->device),
		    "changed", json_true());
	if (changed && *n == before)
		(*n)++;
	return rc;
}

static enum err_code stage_facts(struct worker *w, struct store_txn *t,
    struct live_run *member, size_t *n, struct err *e)
{
	bool changed = false;
	enum err_code rc = record_stage_facts(w, t, member, &changed, e);

	*n += changed;
	return rc;
}

static void name_devices(char text[80], size_t n, const char *only)
{
	if (n == 1)
		snprintf(text, 80, "%.79s", only);
	else
		snprintf(text, 80, "%zu devices", n);
}

/* What is staged becomes a commit, if it is anything. */
static enum err_code seal(struct store_txn *t, const struct batch *b,
    const char *subject, const char *devices, struct err *e)
{
	struct record_message m;

	record_make_message(
	    &m, b->run, subject, devices, run_state_words[RUN_SUCCEEDED]);
	return store_txn_seal(t, &m.message, e);
}

static enum err_code stage_backups(
    struct worker *w, struct store_txn *t, const struct batch *b, struct err *e)
{
	char devices[80], subject[120];
	const char *last = "";
	size_t n = 0, before;
	enum err_code rc = ERR_OK;

	for (struct live_run *r = w->runs; r && rc == ERR_OK; r = r->next) {
		before = n;
		if (r->in_batch)
			rc = stage_texts(w, t, r, &n, e);
		if (r->in_batch && rc == ERR_OK)
			rc = stage_facts(w, t, r, &n, e);
		if (n > before)
			last = r->device;
	}
	if (rc != ERR_OK || n == 0)
		return rc;
	name_devices(devices, n, last);
	snprintf(subject, sizeof(subject), "%s %s",
	    b->run->job->id == JOB_DISCOVER ? "Discover" : "Back up", devices);
	return seal(t, b, subject, devices, e);
}

static enum err_code stage_archives(
    struct worker *w, struct store_txn *t, const struct batch *b, struct err *e)
{
	char devices[80], subject[120];
	const char *last = "";
	size_t n = 0;
	enum err_code rc = ERR_OK;

	for (struct live_run *r = w->runs; r && rc == ERR_OK; r = r->next) {
		bool staged = false;

		if (r->in_batch)
			rc = teardown_stage(w, t, r, &staged, e);
		if (staged)
			last = r->device;
		n += staged;
	}
	if (rc != ERR_OK || n == 0)
		return rc;
	name_devices(devices, n, last);
	snprintf(subject, sizeof(subject), "Archive %s, which %s torn down",
	    devices, n == 1 ? "was" : "were");
	return seal(t, b, subject, devices, e);
}

static enum err_code commit_main(
    struct worker *w, const struct batch *b, struct err *e)
{
	struct commit_id id;
	struct store_txn *t;
	enum err_code rc = store_txn_begin(w->app.store, STORE_MAIN, &t, e);

	if (rc != ERR_OK)
		return rc;
	rc = stage_backups(w, t, b, e);
	if (rc == ERR_OK)
		rc = stage_archives(w, t, b, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, NULL, &id, NULL, e);
}

/* --- branch runs ------------------------------------------------------- */

/* started-<ms>.json: the devices of one batch that are about to be changed. The
 * document with all rows is not written for each. */
static enum err_code stage_starts(
    struct worker *w, struct store_txn *t, const struct batch *b, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	json_t *names = json_array(), *doc;
	char file[60];
	enum err_code rc;

	for (struct live_run *r = w->runs; r; r = r->next) {
		if (r->in_batch && r->phase == LIVE_JOURNAL)
			json_array_append_new(names, json_string(r->device));
	}
	doc = json_pack("{s:o}", "devices", names);
	snprintf(file, sizeof(file), "started-%lld.json",
	    (long long)clock_wall_ms());
	rc = json_write(doc, &text, e);
	if (rc == ERR_OK)
		rc = record_put_file(
		    t, b->run, file, buf_text(&text), text.len, e);
	if (rc == ERR_OK && !b->run->fleet->begun)
		rc = record_put_doc(t, b->run, e);
	json_decref(doc);
	buf_release(&text);
	return rc;
}

static enum err_code commit_starts(
    struct worker *w, const struct batch *b, struct err *e)
{
	struct record_message m;
	char devices[80], subject[200];
	const char *last = "";
	struct commit_id id;
	struct store_txn *t;
	enum err_code rc;

	if (b->n_journal == 0)
		return ERR_OK;
	rc = store_txn_begin(w->app.store, STORE_RUNS, &t, e);
	if (rc == ERR_OK) {
		rc = stage_starts(w, t, b, e);
		if (rc != ERR_OK)
			store_txn_abort(t);
	}
	if (rc != ERR_OK)
		return rc;
	for (struct live_run *r = w->runs; r; r = r->next) {
		if (r->in_batch && r->phase == LIVE_JOURNAL)
			last = r->device;
	}
	name_devices(devices, b->n_journal, last);
	snprintf(subject, sizeof(subject), "%.80s: start on %s",
	    b->run->job->title, devices);
	record_make_message(&m, b->run, subject, devices, "started");
	rc = store_txn_commit(t, &m.message, &id, NULL, e);
	if (rc == ERR_OK)
		b->run->fleet->begun = true;
	return rc;
}

/* --- what comes of it -------------------------------------------------- */

/* The difference lies beside the run's document from now on. */
static void move_diff(struct worker *w, const struct live_run *member)
{
	char file[100], from[LIVE_PATH_SIZE], to[LIVE_PATH_SIZE];

	if (!member->diff)
		return;
	snprintf(file, sizeof(file), "%s.diff", member->device);
	live_path(w, member, file, from);
	live_path(w, member->parent, file, to);
	(void)rename(from, to); /* after a crash it may be there already */
}

static void end_member(struct worker *w, struct live_run *member)
{
	struct err e = ERR_INIT;

	move_diff(w, member);
	if (fleet_row_end(member->parent, member->row,
		run_doc_device(member->doc, member->device), &e) != ERR_OK) {
		log_err(&e, member->id);
		member->record_at_ms = clock_mono_ms() + RETRY_MS;
		return;
	}
	fleet_member_forget(w, member);
}

static void recorded(struct worker *w, struct live_run *member)
{
	record_release_backups(member);
	if (member->phase == LIVE_JOURNAL) {
		member->phase = LIVE_EFFECT;
		events_allow_effect(member);
	} else {
		end_member(w, member);
	}
}

static void not_recorded(
    struct worker *w, struct live_run *member, const struct err *e)
{
	if (member->phase == LIVE_JOURNAL)
		record_refuse(w, member, e);
	else
		member->record_at_ms = clock_mono_ms() + RETRY_MS;
}

static void record_batch(struct worker *w, const struct batch *b)
{
	struct err e = ERR_INIT;
	struct live_run *next;
	enum err_code rc = commit_main(w, b, &e);

	if (rc == ERR_OK)
		rc = commit_starts(w, b, &e);
	if (rc != ERR_OK)
		log_err(&e, b->run->id);
	b->run->fleet->since_ms = 0;
	for (struct live_run *r = w->runs; r; r = next) {
		next = r->next;
		if (!r->in_batch)
			continue;
		r->in_batch = false;
		if (rc == ERR_OK)
			recorded(w, r);
		else
			not_recorded(w, r, &e);
	}
}

void fleet_record(struct worker *w)
{
	for (struct live_run *r = w->runs; r; r = r->next) {
		struct batch b;

		if (r->phase != LIVE_FLEET)
			continue;
		b = choose_batch(w, r);
		if (is_due(w, &b))
			record_batch(w, &b);
	}
}
