/*
 * Runs that the store tells to be under way while the queue knows nothing of
 * them: the store was put back from a copy that was made meanwhile, or the
 * files of the queue were lost.  Nobody can say how they ended, and what they
 * did must be looked for on the device: they are on record as unknown, for
 * good, instead of as running for ever.
 */
#include "worker/record_internal.h"

#include "app/run_doc.h"
#include "app/run_files.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run under way is among the newest on the branch; each makes two commits or
 * three. */
#define LOOK_BACK 2000

struct known {
	char id[RUN_ID_SIZE];
	bool ended; /* as its newest commit says */
};

struct look {
	struct known *runs;
	size_t n, commits;
};

static bool is_known(const struct look *look, const char *id, size_t len)
{
	for (size_t i = look->n; i-- > 0;) {
		if (strncmp(look->runs[i].id, id, len) == 0 &&
		    !look->runs[i].id[len])
			return true;
	}
	return false;
}

static bool says_ended(const char *message)
{
	size_t len;
	const char *word = store_message_trailer(message, "Result", &len);
	enum run_state state;
	char text[32];

	if (!word || len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	return run_state_parse(text, &state) && run_state_is_final(state);
}

static enum err_code note_commit(
    void *ctx, const struct store_commit *commit, bool *stop, struct err *e)
{
	struct look *look = ctx;
	struct known *k = &look->runs[look->n];
	size_t len;
	const char *id = store_message_trailer(commit->message, "Run-Id", &len);

	(void)e;
	*stop = ++look->commits >= LOOK_BACK;
	if (!id || len >= sizeof(k->id) || is_known(look, id, len))
		return ERR_OK;
	memcpy(k->id, id, len);
	k->id[len] = '\0';
	k->ended = says_ended(commit->message);
	look->n++;
	return ERR_OK;
}

/* A server's run has no worker: who asked settles it (server_settle.h). */
static bool is_lost(struct worker *w, const char *id, json_t **ret)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	json_t *doc = NULL;
	bool lost;

	if (live_find(w, id) ||
	    run_read_file(&w->app, id, "run.json", &text, NULL) != ERR_OK ||
	    run_doc_parse(buf_text(&text), text.len, &doc, NULL) != ERR_OK)
		doc = NULL;
	buf_release(&text);
	lost = doc && job_find(json_text(doc, "job", "")) &&
	       !run_doc_has_ended(doc);
	if (lost)
		*ret = doc;
	else
		json_decref(doc);
	return lost;
}

static void end_unknown(json_t *doc)
{
	int64_t now = clock_wall_ms();

	if (run_doc_state(doc) == RUN_QUEUED)
		run_doc_set_state(doc, RUN_CLAIMED, now);
	if (run_doc_state(doc) == RUN_CLAIMED)
		run_doc_set_state(doc, RUN_RUNNING, now);
	if (run_doc_state(doc) == RUN_RUNNING)
		run_doc_set_state(doc, RUN_UNKNOWN, now);
	run_doc_give_up(doc, now);
	run_doc_set_result(doc,
	    "the store was put back, or the run's files were lost, while it "
	    "was under way: how it ended is not known; compare the device with "
	    "what is intended");
}

static enum err_code stage(
    struct store_txn *t, const char *id, json_t *doc, struct err *e)
{
	struct live_run run = { .phase = LIVE_ENDED,
		.doc = doc,
		.job = job_find(json_text(doc, "job", "")) };
	struct record_message m;
	char subject[100];
	enum err_code rc;

	snprintf(run.id, sizeof(run.id), "%s", id);
	snprintf(subject, sizeof(subject), "%s: its end is not known",
	    run.job->title);
	record_make_run_message(&m, &run, subject);
	rc = record_put_doc(t, &run, e);
	return rc == ERR_OK ? store_txn_seal(t, &m.message, e) : rc;
}

static enum err_code record_lost(
    struct worker *w, const struct look *look, struct err *e)
{
	struct commit_id id;
	struct store_txn *t;
	enum err_code rc = store_txn_begin(w->app.store, STORE_RUNS, &t, e);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < look->n && rc == ERR_OK; i++) {
		json_t *doc = NULL;

		if (look->runs[i].ended || !is_lost(w, look->runs[i].id, &doc))
			continue;
		log_warning("run %s is under way by the store, and has no "
			    "files here: its end is not known",
		    look->runs[i].id);
		end_unknown(doc);
		rc = stage(t, look->runs[i].id, doc, e);
		json_decref(doc);
	}
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, NULL, &id, NULL, e);
}

enum err_code lost_settle(struct worker *w, struct err *e)
{
	struct look look = { .runs = calloc(LOOK_BACK, sizeof(*look.runs)) };
	struct commit_id tip;
	enum err_code rc;

	if (!look.runs)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = store_tip(w->app.store, STORE_RUNS, &tip, e);
	if (rc == ERR_OK && !commit_id_is_zero(&tip))
		rc = store_log(
		    w->app.store, STORE_RUNS, &tip, note_commit, &look, e);
	if (rc == ERR_OK && look.n > 0)
		rc = record_lost(w, &look, e);
	free(look.runs);
	return rc;
}
