/*
 * The live directory of a run, DIR/live/<id>/: written by the worker alone,
 * read by everybody.  Files: run.json, log.jsonl, <device>.diff, and what a
 * recovery needs (docs/runs.md); of a run over many devices brief.json, which
 * is run.json without the rows.
 */
#ifndef APP_RUN_FILES_H
#define APP_RUN_FILES_H

#include "app/app.h"
#include "base/buf.h"

/* "DIR/live/<id>/<file>"; file NULL: the directory. */
void run_live_path(
    const char *dir, const char *id, const char *file, char *path, size_t size);

/* A file of a run that is live or done.  ERR_NOT_FOUND. */
enum err_code run_read_file(const struct app *app, const char *id,
    const char *file, struct buf *out, struct err *e) must_check;

/* Copies the log lines numbered above `since` from a whole log to `out` as long
 * as they fit; *ret_last as in runs_read_log(). */
void run_log_since(
    const char *log, size_t len, long since, struct buf *out, long *ret_last);

#endif
