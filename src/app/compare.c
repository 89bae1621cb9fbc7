/*
 * The job compare: what is intended against the last backup, for many devices.
 * It reads the store and writes nothing; a difference is a result, no failure.
 */
#include "app/store_run.h"

#include "app/choice.h"
#include "app/config_sync.h"
#include "app/runs.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/text_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)256 << 20)
#define MAX_CONFIG ((size_t)STORE_MAX_FILE)
#define MAX_DIFF ((size_t)8 << 20)
#define DIFF_CONTEXT 3

enum verdict { IN_SYNC, DIFFERS, NOT_COMPARED, LEFT_ALONE, FAILED, VERDICTS };

struct work {
	const struct store_run_input *in;
	const struct store_run_io *io;
	const struct snapshot *snapshot;
	struct arena *arena; /* for one device */
	const struct record **devices;
	size_t n;
	size_t count[VERDICTS];
	bool exact; /* what nobody intended counts, too */
};

/* Both texts of a device. */
struct pair {
	struct blob_id ids[2]; /* by enum path_config */
	struct buf texts[2];
};

static enum err_code tell(struct work *w, const struct record *r,
    enum run_state state, const char *text, struct err *e)
{
	struct store_run_row row = {
		.device = record_key(r), .state = state, .text = text
	};

	return w->io->row(w->io->ctx, &row, e);
}

static const char *driver_of(const struct work *w, const struct record *r)
{
	const struct record *platform = snapshot_find(
	    w->snapshot, KIND_PLATFORM, record_text(r, DEVICE_PLATFORM));

	return platform ? record_text(platform, PLATFORM_DRIVER) : "";
}

/* --- one device ----------------------------------------------------------- */

/* The difference as text, from what is there to what is intended. */
static void format_diff(
    struct work *w, const char *name, const struct pair *p, struct buf *out)
{
	struct text_diff_input a = { buf_text(&p->texts[PATH_BACKUP]),
		p->texts[PATH_BACKUP].len };
	struct text_diff_input b = { buf_text(&p->texts[PATH_INTENDED]),
		p->texts[PATH_INTENDED].len };
	char before[100], after[100];
	struct text_diff d;

	snprintf(before, sizeof(before), "%s.cfg (backup)", name);
	snprintf(after, sizeof(after), "%s.cfg (intended)", name);
	/* the numbers are told; so much text helps nobody */
	if (text_diff_compute(w->arena, &a, &b, &d, NULL) != ERR_OK ||
	    text_diff_format(&d, before, after, DIFF_CONTEXT, out, NULL) !=
		ERR_OK)
		buf_clear(out);
}

static enum err_code tell_difference(struct work *w, const struct record *r,
    const struct pair *p, const struct config_sync *sync, struct err *e)
{
	struct buf diff = BUF_INIT(MAX_DIFF);
	char text[160];
	struct store_run_row row = { .device = record_key(r),
		.state = RUN_SUCCEEDED,
		.text = text,
		.added = sync->missing,
		.removed = sync->further };
	enum err_code rc;

	format_diff(w, record_key(r), p, &diff);
	row.diff = buf_text(&diff);
	snprintf(text, sizeof(text),
	    "differs: %zu intended %s missing, %zu not intended", sync->missing,
	    text_lines(sync->missing), sync->further);
	rc = w->io->row(w->io->ctx, &row, e);
	buf_release(&diff);
	return rc;
}

/* What a merge leaves behind is as it should be. */
static enum err_code tell_in_sync(struct work *w, const struct record *r,
    const struct config_sync *sync, struct err *e)
{
	char text[100] = "in sync";

	if (sync->further)
		snprintf(text, sizeof(text),
		    "in sync; %zu further %s, which nobody intended",
		    sync->further, text_lines(sync->further));
	return tell(w, r, RUN_SUCCEEDED, text, e);
}

static enum err_code read_pair(struct work *w, struct pair *p, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (int i = 0; i < 2 && rc == ERR_OK; i++)
		rc = store_read_blob(
		    w->in->app->store, &p->ids[i], &p->texts[i], e);
	return rc;
}

static enum err_code compare_pair(struct work *w, const struct record *r,
    struct pair *p, enum verdict *ret, struct err *e)
{
	struct config_sync sync = { 0, 0 };
	struct err why = ERR_INIT;
	enum err_code rc = read_pair(w, p, &why);

	if (rc == ERR_OK)
		rc = config_sync_compare(w->arena, driver_of(w, r),
		    buf_text(&p->texts[PATH_INTENDED]),
		    buf_text(&p->texts[PATH_BACKUP]), &sync, &why);
	if (rc != ERR_OK) {
		*ret = FAILED;
		w->io->log(w->io->ctx, LOG_ERROR, record_key(r), why.message);
		return tell(w, r, RUN_FAILED, why.message, e);
	}
	*ret = sync.missing || (w->exact && sync.further) ? DIFFERS : IN_SYNC;
	return *ret == IN_SYNC ? tell_in_sync(w, r, &sync, e)
			       : tell_difference(w, r, p, &sync, e);
}

/* NULL: it can be compared. */
static const char *missing_half(
    const struct work *w, const struct record *r, struct pair *p)
{
	const char *name = record_key(r);

	if (!snapshot_config(
		w->snapshot, PATH_INTENDED, name, &p->ids[PATH_INTENDED]))
		return "not compared: nothing is intended for it";
	if (!snapshot_config(
		w->snapshot, PATH_BACKUP, name, &p->ids[PATH_BACKUP]))
		return "not compared: there is no backup";
	return NULL;
}

static enum err_code do_device(
    struct work *w, const struct record *r, enum verdict *ret, struct err *e)
{
	struct pair p = { .texts = {
			      BUF_INIT(MAX_CONFIG), BUF_INIT(MAX_CONFIG) } };
	const char *half = missing_half(w, r, &p);
	char why[256], text[300];
	enum err_code rc;

	arena_reset(w->arena);
	if (runs_status_refusal(w->in->job, r, false, why)) {
		*ret = LEFT_ALONE;
		snprintf(text, sizeof(text), "left alone: %s", why);
		return tell(w, r, RUN_SUCCEEDED, text, e);
	}
	if (half) {
		*ret = NOT_COMPARED;
		return tell(w, r, RUN_SUCCEEDED, half, e);
	}
	if (blob_id_equal(&p.ids[PATH_INTENDED], &p.ids[PATH_BACKUP])) {
		*ret = IN_SYNC;
		return tell(w, r, RUN_SUCCEEDED, "in sync", e);
	}
	rc = compare_pair(w, r, &p, ret, e);
	buf_release(&p.texts[0]);
	buf_release(&p.texts[1]);
	return rc;
}

/* --- the run -------------------------------------------------------------- */

static enum err_code do_all(struct work *w, struct err *e)
{
	for (size_t i = 0; i < w->n; i++) {
		enum verdict verdict = FAILED;
		enum err_code rc;

		if (w->io->cancelled(w->io->ctx))
			return err_set(e, ERR_CANCELLED,
			    "cancelled; %zu of %zu %s compared", i, w->n,
			    w->n == 1 ? "device was" : "devices were");
		rc = do_device(w, w->devices[i], &verdict, e);
		if (rc != ERR_OK)
			return rc;
		w->count[verdict]++;
	}
	return ERR_OK;
}

static enum err_code open_work(struct work *w, struct err *e)
{
	enum err_code rc =
	    snapshots_current(w->in->app->snapshots, &w->snapshot, e);

	if (rc == ERR_OK)
		rc = choice_find(w->in->app, w->snapshot, w->in->parameters,
		    &w->devices, &w->n, e);
	if (rc != ERR_OK)
		return rc;
	w->arena = arena_new(ARENA_MAX);
	return w->arena ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static void end_well(const struct work *w, struct store_run_outcome *out)
{
	store_run_end(out, w->count[FAILED] ? RUN_FAILED : RUN_SUCCEEDED,
	    "%zu in sync, %zu differ, %zu not compared, %zu left alone, "
	    "%zu failed",
	    w->count[IN_SYNC], w->count[DIFFERS], w->count[NOT_COMPARED],
	    w->count[LEFT_ALONE], w->count[FAILED]);
}

void store_run_compare(const struct store_run_input *in,
    const struct store_run_io *io, struct store_run_outcome *out)
{
	struct work w = { .in = in,
		.io = io,
		.exact = json_flag(in->parameters, "exact", false) };
	struct err e = ERR_INIT;
	enum err_code rc = open_work(&w, &e);

	if (rc == ERR_OK)
		rc = do_all(&w, &e);
	if (rc == ERR_OK)
		end_well(&w, out);
	else
		store_run_end(out,
		    rc == ERR_CANCELLED ? RUN_CANCELLED : RUN_FAILED, "%s",
		    e.message);
	arena_free(w.arena);
	free(w.devices);
	snapshot_unref(w.snapshot);
}
