/* Reading what a run left, wherever it is: in the queue, live, or done. */
#include "app/runs.h"

#include "app/port/queue.h"
#include "app/run_files.h"
#include "app/run_rows.h"
#include "base/clock.h"
#include "base/file.h"
#include "domain/civil.h"

#include <stdio.h>

#define PATH_SIZE 4096

void run_live_path(
    const char *dir, const char *id, const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s/live/%s%s%s", dir, id, file ? "/" : "",
	    file ? file : "");
}

static enum err_code read_live(const struct app *app, const char *id,
    const char *file, struct buf *out, struct err *e)
{
	char path[PATH_SIZE];

	run_live_path(app->dir, id, file, path, sizeof(path));
	return file_read_regular(path, out, e);
}

static enum err_code read_done(const struct app *app, const char *id,
    const char *file, struct buf *out, struct err *e)
{
	char dir[RUN_DIR_SIZE], path[PATH_SIZE];
	struct commit_id tip;
	enum err_code rc;

	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	rc = store_tip(app->store, STORE_RUNS, &tip, e);
	if (rc == ERR_OK && commit_id_is_zero(&tip))
		rc = err_set(e, ERR_NOT_FOUND, "there is no run %s", id);
	if (rc == ERR_OK)
		rc = store_read(app->store, &tip, path, out, NULL, e);
	return rc;
}

/* A file of a run that is live or done.  A run moves from live to done while
 * we look, never back: so live, done, and live once more. */
enum err_code run_read_file(const struct app *app, const char *id,
    const char *file, struct buf *out, struct err *e)
{
	enum err_code rc;

	if (!run_id_is_valid(id))
		return err_set(
		    e, ERR_NOT_FOUND, "there is no run \"%.40s\"", id);
	rc = read_live(app, id, file, out, e);
	if (rc == ERR_NOT_FOUND)
		rc = read_done(app, id, file, out, e);
	if (rc == ERR_NOT_FOUND)
		rc = read_live(app, id, file, out, e);
	return rc;
}

/* "20261121-…" to the days since 1970. */
static bool day_of(const char *id, int64_t *ret)
{
	char text[24];
	int64_t s;
	bool utc;

	snprintf(
	    text, sizeof(text), "%.4s-%.2s-%.2sT00:00Z", id, id + 4, id + 6);
	if (!run_id_is_valid(id) || !civil_parse(text, &s, &utc))
		return false;
	*ret = s / 86400;
	return true;
}

/* One that is kept no longer is found in the history alone. */
static enum err_code tell_absent(
    const struct app *app, const char *id, struct err *e)
{
	int64_t day, today = clock_wall_ms() / 86400000;
	const struct snapshot *s;
	char dir[RUN_DIR_SIZE];
	long keep = 0;

	if (snapshots_current(app->snapshots, &s, NULL) == ERR_OK) {
		keep = record_number(
		    snapshot_settings(s), SETTINGS_KEEP_RUNS_DAYS, 0);
		snapshot_unref(s);
	}
	if (keep <= 0 || !day_of(id, &day) || day >= today - keep)
		return err_set(
		    e, ERR_NOT_FOUND, "there is no run \"%.40s\"", id);
	run_dir_of(id, dir);
	return err_set(e, ERR_NOT_FOUND,
	    "run %s is archived, if there was one: runs are kept for %ld days. "
	    "The history has it: git log --diff-filter=D runs -- %s",
	    id, keep, dir);
}

enum err_code runs_read(
    const struct app *app, const char *id, json_t **ret_doc, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum queue_place place;
	enum err_code rc;

	rc = run_read_file(app, id, "run.json", &text, e);
	if (rc == ERR_NOT_FOUND)
		rc = queue_read(app->dir, id, &text, &place, e);
	if (rc == ERR_NOT_FOUND)
		rc = run_read_file(app, id, "run.json", &text, e);
	if (rc == ERR_NOT_FOUND)
		rc = tell_absent(app, id, e);
	if (rc == ERR_OK)
		rc = run_doc_parse(buf_text(&text), text.len, ret_doc, e);
	buf_release(&text);
	return rc;
}

enum err_code runs_read_diff(const struct app *app, const char *id,
    const char *device, struct buf *out, struct err *e)
{
	char file[100];
	json_t *doc;
	enum err_code rc;

	if (!schema_is_name(device, 63))
		return err_set(e, ERR_NOT_FOUND, "there is no such device");
	snprintf(file, sizeof(file), "%s.diff", device);
	rc = run_read_file(app, id, file, out, e);
	if (rc == ERR_NOT_FOUND) {
		rc = runs_read(app, id, &doc, e);
		if (rc == ERR_OK)
			json_decref(doc);
	}
	return rc;
}

bool runs_read_live_brief(const struct app *app, const char *id, json_t **ret)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	bool ok = run_id_is_valid(id) &&
		  read_live(app, id, "brief.json", &text, NULL) == ERR_OK &&
		  run_doc_parse(buf_text(&text), text.len, ret, NULL) == ERR_OK;

	buf_release(&text);
	return ok;
}

enum err_code runs_read_brief(
    const struct app *app, const char *id, json_t **ret_doc, struct err *e)
{
	enum err_code rc;
	json_t *doc;

	if (runs_read_live_brief(app, id, ret_doc))
		return ERR_OK;
	rc = runs_read(app, id, &doc, e);
	if (rc != ERR_OK)
		return rc;
	*ret_doc = run_rows_shorten(doc, RUN_ROWS_TOLD);
	json_decref(doc);
	return *ret_doc ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}
