/*
 * The job generate-intended.
 *
 * Everything is rendered from one snapshot, and committed at once with the
 * condition that each file, and each record, is still as it was when it was
 * rendered.  What someone else changed meanwhile is left to them.
 */
#include "app/store_run.h"

#include "app/choice.h"
#include "app/intended.h"
#include "app/render.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/policy.h"
#include "domain/text_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIFF_CONTEXT 3
#define DIFF_ARENA ((size_t)128 << 20)
#define MAX_DIFF ((size_t)8 << 20)
#define MAX_ATTEMPTS 5

enum verdict {
	LEFT_ALONE, /* by a rule; says so */
	UNCHANGED,
	CHANGED,
	FAILED,
};

struct work {
	const struct store_run_input *in;
	const struct store_run_io *io;
	const struct snapshot *snapshot;
	struct renderer *renderer;
	struct arena *arena; /* for one difference */
	const struct record **devices;
	enum verdict *verdicts;
	size_t n;
	size_t count[FAILED + 1];
	bool dry_run;
};

/* --- what one device gets ------------------------------------------------- */

/* Why a device is left alone, or NULL. */
static const char *left_alone(
    const struct work *w, const struct record *r, char text[300])
{
	enum device_status status = STATUS_INVENTORY;
	const char *why;

	if (intended_by_hand(w->snapshot, r)) {
		snprintf(text, 300,
		    "kept by hand and left alone; set intended_from to "
		    "\"template\" to have it generated");
		return text;
	}
	(void)device_status_parse(record_text(r, DEVICE_STATUS), &status);
	why = policy_refusal(status, POLICY_READ);
	if (!why)
		return NULL;
	snprintf(text, 300, "left alone: %s", why);
	return text;
}

static enum err_code read_old(const struct work *w, const struct record *r,
    struct buf *out, struct blob_id *blob, bool *ret_has, struct err *e)
{
	*ret_has =
	    snapshot_config(w->snapshot, PATH_INTENDED, record_key(r), blob);
	if (!*ret_has)
		return ERR_OK;
	return store_read_blob(w->in->app->store, blob, out, e);
}

static enum err_code make_diff(struct work *w, const char *name,
    const struct buf *old, const struct buf *new, struct store_run_row *row,
    struct buf *out, struct err *e)
{
	struct text_diff_input a = { buf_text(old), old->len };
	struct text_diff_input b = { buf_text(new), new->len };
	char before[100], after[100];
	struct text_diff d;
	enum err_code rc;

	arena_reset(w->arena);
	snprintf(before, sizeof(before), "%s.cfg (now)", name);
	snprintf(after, sizeof(after), "%s.cfg (generated)", name);
	rc = text_diff_compute(w->arena, &a, &b, &d, e);
	if (rc != ERR_OK)
		return rc;
	row->added = d.added;
	row->removed = d.removed;
	if (text_diff_format(&d, before, after, DIFF_CONTEXT, out, NULL) !=
	    ERR_OK) {
		/* the numbers are told; so much text helps nobody */
		buf_clear(out);
	}
	row->diff = buf_text(out);
	return ERR_OK;
}

static enum err_code tell(struct work *w, const struct record *r,
    enum run_state state, const char *text, struct err *e)
{
	struct store_run_row row = {
		.device = record_key(r), .state = state, .text = text
	};

	return w->io->row(w->io->ctx, &row, e);
}

static enum err_code tell_changed(struct work *w, const struct record *r,
    const struct buf *old, const struct buf *new, struct err *e)
{
	struct store_run_row row = { .device = record_key(r),
		.state = w->dry_run ? RUN_SUCCEEDED : RUN_RUNNING };
	struct buf diff = BUF_INIT(MAX_DIFF);
	char text[120];
	enum err_code rc =
	    make_diff(w, record_key(r), old, new, &row, &diff, e);

	if (rc == ERR_OK) {
		snprintf(text, sizeof(text), "%s: %zu %s added, %zu removed",
		    w->dry_run ? "would be generated" : "generated", row.added,
		    text_lines(row.added), row.removed);
		row.text = text;
		rc = w->io->row(w->io->ctx, &row, e);
	}
	buf_release(&diff);
	return rc;
}

static enum err_code tell_failed(struct work *w, const struct record *r,
    const struct err *why, struct err *e)
{
	w->io->log(w->io->ctx, LOG_ERROR, record_key(r), why->message);
	return tell(w, r, RUN_FAILED, why->message, e);
}

/* Renders and compares; ERR_OK whatever became of the device.  An error is one
 * of the whole run. */
static enum err_code render_device(struct work *w, const struct record *r,
    struct buf *new, enum verdict *ret, struct err *e)
{
	struct buf old = BUF_INIT(RENDER_MAX_TEXT);
	struct err why = ERR_INIT;
	struct blob_id was, is;
	bool has = false;
	enum err_code rc;

	*ret = FAILED;
	rc = renderer_render(w->renderer, r, new, &why);
	if (rc == ERR_OK)
		rc = read_old(w, r, &old, &was, &has, &why);
	if (rc != ERR_OK) {
		rc = tell_failed(w, r, &why, e);
	} else {
		blob_id_of(buf_text(new), new->len, &is);
		*ret = has && blob_id_equal(&was, &is) ? UNCHANGED : CHANGED;
		rc = *ret == UNCHANGED
			 ? tell(w, r, RUN_SUCCEEDED, "unchanged", e)
			 : tell_changed(w, r, &old, new, e);
	}
	buf_release(&old);
	return rc;
}

static enum err_code do_device(struct work *w, size_t i, struct err *e)
{
	const struct record *r = w->devices[i];
	struct buf text = BUF_INIT(RENDER_MAX_TEXT);
	char why[300];
	enum err_code rc;

	if (left_alone(w, r, why)) {
		w->verdicts[i] = LEFT_ALONE;
		/* who names one device waits for just this */
		if (w->n == 1)
			w->io->log(w->io->ctx, LOG_INFO, record_key(r), why);
		rc = tell(w, r, RUN_SUCCEEDED, why, e);
	} else {
		rc = render_device(w, r, &text, &w->verdicts[i], e);
	}
	w->count[w->verdicts[i]]++;
	buf_release(&text);
	return rc;
}

static enum err_code do_all(struct work *w, struct err *e)
{
	for (size_t i = 0; i < w->n; i++) {
		enum err_code rc;

		if (w->io->cancelled(w->io->ctx))
			return err_set(
			    e, ERR_CANCELLED, "cancelled; nothing was written");
		rc = do_device(w, i, e);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* --- the commit ----------------------------------------------------------- */

/* From its first generation on the record says so: a file that is there and a
 * record that says nothing means that people keep it. */
static enum err_code stage_record(
    struct store_txn *t, const struct record *r, struct err *e)
{
	struct blob_id version;
	struct record *new;
	const char *text;
	json_t *object;
	size_t len;
	enum err_code rc;

	memcpy(version.raw, record_version(r), sizeof(version.raw));
	if (record_has(r, DEVICE_INTENDED_FROM))
		return store_txn_require(
		    t, record_path(r), store_expect_blob(&version), e);
	object = record_to_json(r);
	if (!object || json_object_set_new(object, "intended_from",
			   json_string("template")) != 0) {
		json_decref(object);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	rc = record_new(record_kind(r), object, NULL, &new, e);
	json_decref(object);
	if (rc != ERR_OK)
		return rc;
	text = record_json(new, &len);
	rc = store_txn_put(
	    t, record_path(r), text, len, store_expect_blob(&version), e);
	record_unref(new);
	return rc;
}

static enum err_code stage_device(
    struct work *w, struct store_txn *t, const struct record *r, struct err *e)
{
	struct buf text = BUF_INIT(RENDER_MAX_TEXT);
	char path[PATH_MAX_PATH];
	struct blob_id was;
	bool has =
	    snapshot_config(w->snapshot, PATH_INTENDED, record_key(r), &was);
	enum err_code rc = renderer_render(w->renderer, r, &text, e);

	path_of_config(
	    PATH_INTENDED, record_text(r, DEVICE_AREA), record_key(r), path);
	if (rc == ERR_OK)
		rc = store_txn_put(t, path, buf_text(&text), text.len,
		    has ? store_expect_blob(&was) : STORE_ABSENT, e);
	if (rc == ERR_OK)
		rc = stage_record(t, r, e);
	buf_release(&text);
	return rc;
}

static enum err_code stage_all(
    struct work *w, struct store_txn *t, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < w->n && rc == ERR_OK; i++) {
		if (w->verdicts[i] == CHANGED)
			rc = stage_device(w, t, w->devices[i], e);
	}
	return rc;
}

/* The only changed device, or how many there are. */
static void describe(const struct work *w, char text[80])
{
	for (size_t i = 0; w->count[CHANGED] == 1 && i < w->n; i++) {
		if (w->verdicts[i] == CHANGED)
			snprintf(text, 80, "%s", record_key(w->devices[i]));
	}
	if (w->count[CHANGED] != 1)
		snprintf(text, 80, "%zu devices", w->count[CHANGED]);
}

static enum err_code commit_once(struct work *w, struct err *e)
{
	const struct store_run_input *in = w->in;
	char template_commit[STORE_OID_TEXT_SIZE], devices[80], subject[160];
	struct store_trailer trailers[] = {
		{ "Run-Id", in->run_id },
		{ "Job", in->job->name },
		{ "Trigger", run_trigger_words[in->trigger] },
		{ "Actor", in->actor },
		{ "Device", devices },
		{ "Template-Commit", template_commit },
		{ "Result", run_state_words[RUN_SUCCEEDED] },
	};
	struct store_message m = { .author = in->actor,
		.subject = subject,
		.trailers = trailers,
		.n_trailers = 7 };
	struct commit_id id;
	struct store_txn *t;
	enum err_code rc;

	describe(w, devices);
	commit_id_format(snapshot_commit(w->snapshot), template_commit);
	snprintf(subject, sizeof(subject),
	    "Generate the intended configuration%s of %s",
	    w->count[CHANGED] == 1 ? "" : "s", devices);
	rc = store_txn_begin(in->app->store, STORE_MAIN, &t, e);
	if (rc != ERR_OK)
		return rc;
	rc = stage_all(w, t, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, &m, &id, NULL, e);
}

/* Is the device, and what is intended for it, as it was rendered from? */
static bool is_as_before(
    const struct work *w, const struct snapshot *now, const struct record *r)
{
	const struct record *there =
	    snapshot_find(now, KIND_DEVICE, record_key(r));
	struct blob_id was, is;
	bool had =
	    snapshot_config(w->snapshot, PATH_INTENDED, record_key(r), &was);
	bool has;

	if (!there || strcmp(record_path(there), record_path(r)) != 0 ||
	    memcmp(record_version(there), record_version(r), STORE_OID_SIZE) !=
		0)
		return false;
	has = snapshot_config(now, PATH_INTENDED, record_key(r), &is);
	return had == has && (!had || blob_id_equal(&was, &is));
}

/* Leaves the devices that someone changed meanwhile to them. */
static enum err_code drop_changed(struct work *w, struct err *e)
{
	static const char text[] = "someone changed it while it was being "
				   "generated; nothing was written for it, run "
				   "it again";
	const struct snapshot *now;
	enum err_code rc = snapshots_current(w->in->app->snapshots, &now, e);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < w->n && rc == ERR_OK; i++) {
		struct store_run_row row = { .device =
						 record_key(w->devices[i]),
			.state = RUN_FAILED,
			.text = text,
			.again = true };

		if (w->verdicts[i] != CHANGED ||
		    is_as_before(w, now, w->devices[i]))
			continue;
		w->verdicts[i] = FAILED;
		w->count[CHANGED]--;
		w->count[FAILED]++;
		rc = w->io->row(w->io->ctx, &row, e);
	}
	snapshot_unref(now);
	return rc;
}

static enum err_code commit_all(struct work *w, struct err *e)
{
	enum err_code rc = ERR_STALE;

	for (int i = 0; i < MAX_ATTEMPTS && rc == ERR_STALE; i++) {
		rc = drop_changed(w, e);
		if (rc == ERR_OK && w->count[CHANGED] == 0)
			return ERR_OK;
		if (rc == ERR_OK)
			rc = commit_once(w, e);
	}
	return rc;
}

/* --- the run -------------------------------------------------------------- */

static void end_well(const struct work *w, struct store_run_outcome *out)
{
	store_run_end(out, w->count[FAILED] ? RUN_FAILED : RUN_SUCCEEDED,
	    "%s%zu %s, %zu unchanged, %zu left alone, %zu failed%s",
	    w->dry_run ? "dry run: " : "", w->count[CHANGED],
	    w->dry_run ? "would change" : "generated", w->count[UNCHANGED],
	    w->count[LEFT_ALONE], w->count[FAILED],
	    w->dry_run ? "; nothing was written" : "");
	/* what was committed is, whatever failed beside it */
	out->rows = RUN_SUCCEEDED;
}

static void end_badly(const struct err *e, struct store_run_outcome *out)
{
	if (e->code == ERR_CANCELLED)
		store_run_end(out, RUN_CANCELLED, "%s", e->message);
	else if (e->code == ERR_UNKNOWN_OUTCOME)
		store_run_end(out, RUN_UNKNOWN, "%s", e->message);
	else
		store_run_end(
		    out, RUN_FAILED, "nothing was written: %s", e->message);
}

static void log_start(const struct work *w)
{
	char commit[STORE_OID_TEXT_SIZE], text[160];

	commit_id_format(snapshot_commit(w->snapshot), commit);
	snprintf(text, sizeof(text),
	    "%zu %s chosen; templates and context as of commit %.12s", w->n,
	    w->n == 1 ? "device" : "devices", commit);
	w->io->log(w->io->ctx, LOG_INFO, "", text);
}

static enum err_code run_all(struct work *w, struct err *e)
{
	enum err_code rc;

	log_start(w);
	rc = do_all(w, e);

	if (rc != ERR_OK || w->dry_run || w->count[CHANGED] == 0)
		return rc;
	rc = w->io->effect(w->io->ctx, snapshot_commit(w->snapshot), e);
	return rc == ERR_OK ? commit_all(w, e) : rc;
}

static enum err_code open_work(struct work *w, struct err *e)
{
	const struct store_run_input *in = w->in;
	enum err_code rc =
	    snapshots_current(in->app->snapshots, &w->snapshot, e);

	if (rc == ERR_OK)
		rc = choice_find(in->app, w->snapshot, in->parameters,
		    &w->devices, &w->n, e);
	if (rc == ERR_OK)
		rc = renderer_new(in->app->store, w->snapshot, &w->renderer, e);
	if (rc != ERR_OK)
		return rc;
	w->arena = arena_new(DIFF_ARENA);
	w->verdicts = calloc(w->n, sizeof(*w->verdicts));
	return w->arena && w->verdicts
		   ? ERR_OK
		   : err_set(e, ERR_SYSTEM, "out of memory");
}

void store_run_generate(const struct store_run_input *in,
    const struct store_run_io *io, struct store_run_outcome *out)
{
	struct work w = { .in = in,
		.io = io,
		.dry_run = json_flag(in->parameters, "dry_run", true) };
	struct err e = ERR_INIT;
	enum err_code rc = open_work(&w, &e);

	if (rc == ERR_OK)
		rc = run_all(&w, &e);
	if (rc == ERR_OK)
		end_well(&w, out);
	else
		end_badly(&e, out);
	renderer_free(w.renderer);
	arena_free(w.arena);
	free(w.verdicts);
	free(w.devices);
	snapshot_unref(w.snapshot);
}
