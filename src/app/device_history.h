/*
 * The history of a device: who changed its record, its intended configuration,
 * its backup or what else its commands told, when and why; and any version of
 * them.
 *
 * Over its earlier names and areas.  Answers live in the arena given.
 */
#ifndef APP_DEVICE_HISTORY_H
#define APP_DEVICE_HISTORY_H

#include "app/file_history.h"

enum device_file {
	DEVICE_FILE_INVENTORY,
	DEVICE_FILE_INTENDED,
	DEVICE_FILE_BACKUP,
	DEVICE_FILE_OUTPUTS,
	DEVICE_FILES,
};

extern const char *const device_file_words[DEVICE_FILES + 1]; /* NULL ends */
extern const char *const device_file_labels[DEVICE_FILES];
bool device_file_parse(const char *word, enum device_file *ret);

/* Where the files of a device are now. */
struct device_paths {
	char text[DEVICE_FILES][PATH_MAX_PATH];
	const char *list[DEVICE_FILES];
};
void device_paths_of(const struct record *device, struct device_paths *ret);

struct device_history_query {
	const struct record *device;
	const enum device_file *only; /* NULL: all */
	const struct commit_id *from; /* NULL: the newest */
	size_t limit;
};

/* In the answer `of` is an enum device_file. */
enum err_code device_history_read(const struct app *app,
    const struct device_history_query *query, struct arena *arena,
    struct history_page *ret, struct err *e) must_check;

/* What the index knows of a commit of branch main; ERR_NOT_FOUND. */
enum err_code device_history_commit(const struct app *app,
    const struct commit_id *id, struct arena *arena, struct history_commit *ret,
    struct err *e) must_check;

/* ERR_NOT_FOUND, with a sentence, if there was none then, or no such commit of
 * branch main.  at NULL: now. */
enum err_code device_version_find(const struct app *app,
    const struct record *device, enum device_file file,
    const struct commit_id *at, struct arena *arena, struct file_version *ret,
    struct err *e) must_check;

#endif
