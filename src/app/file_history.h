/*
 * One file of branch main as it was: its versions over the names that it had,
 * from the history index.  Answers live in the arena given.
 */
#ifndef APP_FILE_HISTORY_H
#define APP_FILE_HISTORY_H

#include "app/app.h"
#include "app/port/history.h"

/* A file as it was when a commit had been made. */
struct file_version {
	struct history_commit commit; /* the last to change it until then */
	const char *path;
	struct blob_id blob;
	bool is_newest; /* nothing has changed it since */
};

/* path: as it is called at the tip.  from NULL: from the newest. */
enum err_code file_history_read(const struct app *app, const char *path,
    const struct commit_id *from, size_t limit, struct arena *arena,
    struct history_page *ret, struct err *e) must_check;

/* ERR_NOT_FOUND if there was none then, or no such commit of branch main.  at
 * NULL: now. */
enum err_code file_version_find(const struct app *app, const char *path,
    const struct commit_id *at, struct arena *arena, struct file_version *ret,
    struct err *e) must_check;

/* The text of a version, ended by NUL. */
enum err_code file_version_text(const struct app *app,
    const struct blob_id *blob, struct arena *arena, const char **ret,
    size_t *ret_len, struct err *e) must_check;

/* Lines added and removed between two versions. */
struct line_counts {
	uint32_t added, removed;
};
enum err_code file_version_count(const struct app *app,
    const struct history_version *version, struct arena *arena,
    struct line_counts *ret, struct err *e) must_check;

#endif
