#include "app/file_history.h"

#include "domain/text_diff.h"

#include <string.h>

#define MAX_TEXT ((size_t)STORE_MAX_FILE)

enum err_code file_history_read(const struct app *app, const char *path,
    const struct commit_id *from, size_t limit, struct arena *arena,
    struct history_page *ret, struct err *e)
{
	const struct history_query q = { .branch = STORE_MAIN,
		.paths = &path,
		.n_paths = 1,
		.from = from,
		.limit = limit };

	return store_history(app->store, &q, arena, ret, e);
}

/* --- versions ------------------------------------------------------------ */

enum err_code file_version_find(const struct app *app, const char *path,
    const struct commit_id *at, struct arena *arena, struct file_version *ret,
    struct err *e)
{
	struct history_page then, now;
	enum err_code rc = file_history_read(app, path, at, 1, arena, &then, e);

	if (rc == ERR_OK &&
	    (then.n == 0 || !then.entries[0].versions[0].has_new))
		rc = err_set(e, ERR_NOT_FOUND, "There was no such file then.");
	if (rc == ERR_OK)
		rc = file_history_read(app, path, NULL, 1, arena, &now, e);
	if (rc != ERR_OK)
		return rc;
	*ret = (struct file_version){ .commit = then.entries[0].commit,
		.path = then.entries[0].versions[0].path,
		.blob = then.entries[0].versions[0].new_blob,
		.is_newest = commit_id_equal(
		    &then.entries[0].commit.id, &now.entries[0].commit.id) };
	return ERR_OK;
}

enum err_code file_version_text(const struct app *app,
    const struct blob_id *blob, struct arena *arena, const char **ret,
    size_t *ret_len, struct err *e)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	const char *copy = NULL;
	enum err_code rc = store_read_blob(app->store, blob, &text, e);

	if (rc == ERR_OK) {
		copy = arena_memdup(arena, buf_text(&text), text.len);
		if (!copy)
			rc = err_set(
			    e, ERR_LIMIT, "the file is too large to show");
	}
	if (rc == ERR_OK) {
		*ret = copy;
		*ret_len = text.len;
	}
	buf_release(&text);
	return rc;
}

/* An absent side is an empty text. */
static enum err_code side_of(const struct app *app, bool present,
    const struct blob_id *blob, struct arena *arena,
    struct text_diff_input *ret, struct err *e)
{
	*ret = (struct text_diff_input){ "", 0 };
	if (!present)
		return ERR_OK;
	return file_version_text(app, blob, arena, &ret->text, &ret->len, e);
}

enum err_code file_version_count(const struct app *app,
    const struct history_version *version, struct arena *arena,
    struct line_counts *ret, struct err *e)
{
	struct text_diff_input old, new;
	struct text_diff diff;
	enum err_code rc;

	if (version->has_old && version->has_new &&
	    blob_id_equal(&version->old_blob, &version->new_blob)) {
		*ret = (struct line_counts){ 0, 0 };
		return ERR_OK;
	}
	rc = side_of(app, version->has_old, &version->old_blob, arena, &old, e);
	if (rc == ERR_OK)
		rc = side_of(
		    app, version->has_new, &version->new_blob, arena, &new, e);
	if (rc == ERR_OK)
		rc = text_diff_compute(arena, &old, &new, &diff, e);
	if (rc != ERR_OK)
		return rc;
	*ret = (struct line_counts){ (uint32_t)diff.added,
		(uint32_t)diff.removed };
	return ERR_OK;
}
