#include "app/device_history.h"

#include "base/text.h"
#include "domain/text_diff.h"

#include <string.h>

#define MAX_TEXT ((size_t)STORE_MAX_FILE)

const char *const device_file_words[DEVICE_FILES + 1] = {
	[DEVICE_FILE_INVENTORY] = "inventory",
	[DEVICE_FILE_INTENDED] = "intended",
	[DEVICE_FILE_BACKUP] = "backup",
};

const char *const device_file_labels[DEVICE_FILES] = {
	[DEVICE_FILE_INVENTORY] = "Inventory record",
	[DEVICE_FILE_INTENDED] = "Intended configuration",
	[DEVICE_FILE_BACKUP] = "Backup",
};

bool device_file_parse(const char *word, enum device_file *ret)
{
	for (int i = 0; i < DEVICE_FILES; i++) {
		if (strcmp(word, device_file_words[i]) == 0) {
			*ret = (enum device_file)i;
			return true;
		}
	}
	return false;
}

void device_paths_of(const struct record *device, struct device_paths *ret)
{
	const char *area = record_text(device, DEVICE_AREA);

	text_copy(ret->text[DEVICE_FILE_INVENTORY], PATH_MAX_PATH,
	    record_path(device));
	path_of_config(PATH_INTENDED, area, record_key(device),
	    ret->text[DEVICE_FILE_INTENDED]);
	path_of_config(PATH_BACKUP, area, record_key(device),
	    ret->text[DEVICE_FILE_BACKUP]);
	for (int i = 0; i < DEVICE_FILES; i++)
		ret->list[i] = ret->text[i];
}

enum err_code device_history_read(const struct app *app,
    const struct device_history_query *query, struct arena *arena,
    struct history_page *ret, struct err *e)
{
	size_t first = query->only ? *query->only : 0;
	struct device_paths paths;
	struct history_query q = { .branch = STORE_MAIN,
		.paths = paths.list + first,
		.n_paths = query->only ? 1 : DEVICE_FILES,
		.from = query->from,
		.limit = query->limit };
	struct history_page page;
	enum err_code rc;

	device_paths_of(query->device, &paths);
	rc = store_history(app->store, &q, arena, &page, e);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < page.n; i++) {
		struct history_entry *entry = &page.entries[i];

		for (size_t v = 0; v < entry->n_versions; v++)
			entry->versions[v].of += first;
	}
	*ret = page;
	return ERR_OK;
}

enum err_code device_history_commit(const struct app *app,
    const struct commit_id *id, struct arena *arena, struct history_commit *ret,
    struct err *e)
{
	struct history_query q = {
		.branch = STORE_MAIN, .from = id, .limit = 1
	};
	struct history_page page;
	enum err_code rc = store_history(app->store, &q, arena, &page, e);

	if (rc == ERR_OK && page.n == 0)
		rc = err_set(e, ERR_NOT_FOUND, "the store is empty");
	if (rc == ERR_OK)
		*ret = page.entries[0].commit;
	return rc;
}

/* --- versions --------------------------------------------------------- */

static enum err_code no_version(
    const struct record *device, enum device_file file, struct err *e)
{
	static const char *const nouns[DEVICE_FILES] = {
		[DEVICE_FILE_INVENTORY] = "inventory record",
		[DEVICE_FILE_INTENDED] = "intended configuration",
		[DEVICE_FILE_BACKUP] = "backup",
	};

	return err_set(e, ERR_NOT_FOUND, "%s had no %s then.",
	    record_key(device), nouns[file]);
}

static enum err_code newest_of(const struct app *app,
    const struct device_history_query *query, struct arena *arena,
    struct history_entry *ret, bool *ret_found, struct err *e)
{
	struct history_page page;
	enum err_code rc = device_history_read(app, query, arena, &page, e);

	if (rc != ERR_OK)
		return rc;
	*ret_found = page.n > 0;
	if (page.n > 0)
		*ret = page.entries[0];
	return ERR_OK;
}

enum err_code device_version_find(const struct app *app,
    const struct record *device, enum device_file file,
    const struct commit_id *at, struct arena *arena, struct device_version *ret,
    struct err *e)
{
	struct device_history_query query = {
		.device = device, .only = &file, .from = at, .limit = 1
	};
	struct history_entry then, now;
	bool found;
	enum err_code rc = newest_of(app, &query, arena, &then, &found, e);

	if (rc == ERR_OK && (!found || !then.versions[0].has_new))
		rc = no_version(device, file, e);
	query.from = NULL;
	if (rc == ERR_OK)
		rc = newest_of(app, &query, arena, &now, &found, e);
	if (rc != ERR_OK)
		return rc;
	*ret = (struct device_version){ .commit = then.commit,
		.path = then.versions[0].path,
		.blob = then.versions[0].new_blob,
		.is_newest = commit_id_equal(&then.commit.id, &now.commit.id) };
	return ERR_OK;
}

enum err_code device_version_text(const struct app *app,
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
	return device_version_text(app, blob, arena, &ret->text, &ret->len, e);
}

enum err_code device_version_count(const struct app *app,
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
