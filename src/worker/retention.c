/*
 * Old runs leave the tip of branch `runs`, a day at a time: lists and indexes
 * stay short, and the history keeps every record.  Which devices they were
 * about stays at hand (app/run_archive.h).
 */
#include "worker/worker_internal.h"

#include "app/run_archive.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define LOOK_MS (60 * 60 * 1000)
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define DAY_SIZE 16 /* "2026/11/21" */

struct oldest {
	char name[16];
};

/* Names are sorted: the first one that is a number of so many digits. */
static enum err_code take_first(void *ctx, const char *name, struct err *e)
{
	struct oldest *o = ctx;
	size_t digits = strspn(name, "0123456789");

	(void)e;
	if (!o->name[0] && digits > 0 && digits < sizeof(o->name) &&
	    strcmp(name + digits, "/") == 0)
		memcpy(o->name, name, digits);
	return ERR_OK;
}

/* "" if there is no run. */
static enum err_code find_oldest_day(struct worker *w,
    const struct commit_id *tip, char day[DAY_SIZE], struct err *e)
{
	char path[DAY_SIZE * 3] = "";
	enum err_code rc = ERR_OK;

	for (int level = 0; level < 3 && rc == ERR_OK; level++) {
		struct oldest o = { "" };
		size_t used = strlen(path);

		rc = store_list(w->app.store, tip, path, take_first, &o, e);
		if (rc != ERR_OK || !o.name[0]) {
			day[0] = '\0';
			return rc;
		}
		snprintf(path + used, sizeof(path) - used, "%s%s",
		    used ? "/" : "", o.name);
	}
	snprintf(day, DAY_SIZE, "%.10s", path);
	return rc;
}

struct removal {
	struct worker *w;
	struct store_txn *t;
	struct run_archive_day *day;
	size_t n_runs;
};

/* A document that cannot be read names no devices, and goes all the same. */
static enum err_code note_devices(
    struct removal *r, const struct store_change *change, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	json_t *doc = NULL;
	enum err_code rc =
	    store_read_blob(r->w->app.store, &change->new_blob, &text, e);

	if (rc == ERR_OK &&
	    run_doc_parse(buf_text(&text), text.len, &doc, NULL) == ERR_OK &&
	    !run_archive_day_add(r->day, doc))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	json_decref(doc);
	buf_release(&text);
	return rc;
}

static enum err_code remove_file(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct removal *r = ctx;
	const char *name = strrchr(change->path, '/');
	enum err_code rc = ERR_OK;

	if (name && strcmp(name, "/run.json") == 0) {
		r->n_runs++;
		rc = note_devices(r, change, e);
	}
	return rc == ERR_OK ? store_txn_remove(r->t, change->path, STORE_ANY, e)
			    : rc;
}

/* What the audit trail asks of them from now on. */
static enum err_code put_devices(
    struct removal *r, const char *day, struct err *e)
{
	const json_t *json = run_archive_day_json(r->day);
	struct buf text = BUF_INIT(STORE_MAX_FILE);
	char path[RUN_ARCHIVE_PATH_SIZE];
	enum err_code rc = ERR_OK;

	if (json && json_write_line(json, &text, NULL) != ERR_OK)
		log_warning(
		    "the runs of %s have too many devices to be found by "
		    "them once they are archived",
		    day);
	else if (json) {
		run_archive_path(day, path);
		rc = store_txn_put(
		    r->t, path, buf_text(&text), text.len, STORE_ANY, e);
	}
	buf_release(&text);
	return rc;
}

static enum err_code fill_removal(struct removal *r,
    const struct commit_id *tip, const char *day, struct err *e)
{
	char prefix[DAY_SIZE + 1];
	enum err_code rc;

	snprintf(prefix, sizeof(prefix), "%s/", day);
	r->day = run_archive_day_new();
	if (!r->day)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = store_diff(r->w->app.store, NULL, tip, prefix, remove_file, r, e);
	if (rc == ERR_OK)
		rc = put_devices(r, day, e);
	run_archive_day_free(r->day);
	return rc;
}

static enum err_code archive_day(struct worker *w, const struct commit_id *tip,
    const char *day, struct err *e)
{
	struct store_trailer trailers[] = { { "Trigger", "schedule" },
		{ "Actor", "switchyard" }, { "Action", "archive" } };
	struct removal r = { .w = w };
	char subject[80];
	struct store_message m = { .author = "switchyard",
		.subject = subject,
		.trailers = trailers,
		.n_trailers = 3 };
	struct commit_id id;
	enum err_code rc = store_txn_begin(w->app.store, STORE_RUNS, &r.t, e);

	if (rc != ERR_OK)
		return rc;
	rc = fill_removal(&r, tip, day, e);
	if (rc != ERR_OK) {
		store_txn_abort(r.t);
		return rc;
	}
	snprintf(subject, sizeof(subject), "Archive the %zu run%s of %s",
	    r.n_runs, r.n_runs == 1 ? "" : "s", day);
	rc = store_txn_commit(r.t, &m, &id, NULL, e);
	if (rc == ERR_OK)
		log_info("%zu run%s of %s in the history only from now on",
		    r.n_runs, r.n_runs == 1 ? "" : "s", day);
	return rc;
}

static bool is_in_hand(const struct worker *w, const char *day)
{
	for (const struct live_run *r = w->runs; r; r = r->next) {
		char dir[RUN_DIR_SIZE];

		run_dir_of(r->id, dir);
		if (strncmp(dir, day, 10) <= 0)
			return true;
	}
	return false;
}

static int days_to_keep(struct worker *w)
{
	const struct snapshot *s;
	int days = 0;

	if (snapshots_current(w->app.snapshots, &s, NULL) == ERR_OK) {
		days = (int)record_number(
		    snapshot_settings(s), SETTINGS_KEEP_RUNS_DAYS, 0);
		snapshot_unref(s);
	}
	return days > 0 && days < RUNS_LEAST_DAYS ? RUNS_LEAST_DAYS : days;
}

/* *ret_more: there may be further days. */
static enum err_code archive_oldest(
    struct worker *w, int days, bool *ret_more, struct err *e)
{
	char day[DAY_SIZE] = "", last[CLOCK_TEXT_SIZE];
	struct commit_id tip;
	enum err_code rc = store_tip(w->app.store, STORE_RUNS, &tip, e);

	*ret_more = false;
	if (rc != ERR_OK || commit_id_is_zero(&tip))
		return rc;
	rc = find_oldest_day(w, &tip, day, e);
	clock_format_utc(clock_wall_ms() - days * DAY_MS, last);
	last[4] = last[7] = '/';
	if (rc != ERR_OK || !day[0] || strncmp(day, last, 10) >= 0 ||
	    is_in_hand(w, day))
		return rc;
	*ret_more = true;
	return archive_day(w, &tip, day, e);
}

void retention_run(struct worker *w)
{
	int64_t now = clock_mono_ms();
	struct err e = ERR_INIT;
	bool more = false;
	int days;

	if (w->stopping || now < w->retention_at_ms)
		return;
	days = days_to_keep(w);
	if (days > 0 && archive_oldest(w, days, &more, &e) != ERR_OK) {
		log_err(&e, "old runs are not archived now");
		more = false;
	}
	w->retention_at_ms = more ? now : now + LOOK_MS;
}
