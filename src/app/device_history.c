#include "app/device_history.h"

#include "base/text.h"

#include <string.h>

const char *const device_file_words[DEVICE_FILES + 1] = {
	[DEVICE_FILE_INVENTORY] = "inventory",
	[DEVICE_FILE_INTENDED] = "intended",
	[DEVICE_FILE_BACKUP] = "backup",
	[DEVICE_FILE_OUTPUTS] = "outputs",
};

const char *const device_file_labels[DEVICE_FILES] = {
	[DEVICE_FILE_INVENTORY] = "Inventory record",
	[DEVICE_FILE_INTENDED] = "Intended configuration",
	[DEVICE_FILE_BACKUP] = "Backup",
	[DEVICE_FILE_OUTPUTS] = "Command outputs",
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
	path_of_config(PATH_OUTPUTS, area, record_key(device),
	    ret->text[DEVICE_FILE_OUTPUTS]);
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
		[DEVICE_FILE_OUTPUTS] = "file of command outputs",
	};

	return err_set(e, ERR_NOT_FOUND, "%s had no %s then.",
	    record_key(device), nouns[file]);
}

enum err_code device_version_find(const struct app *app,
    const struct record *device, enum device_file file,
    const struct commit_id *at, struct arena *arena, struct file_version *ret,
    struct err *e)
{
	struct history_commit commit;
	struct device_paths paths;
	enum err_code rc;

	device_paths_of(device, &paths);
	rc = file_version_find(app, paths.list[file], at, arena, ret, e);
	/* the commit may be what is not there */
	if (rc == ERR_NOT_FOUND && at &&
	    device_history_commit(app, at, arena, &commit, e) != ERR_OK)
		return rc;
	return rc == ERR_NOT_FOUND ? no_version(device, file, e) : rc;
}
