/*
 * Paths in the store: which file holds which record, and the reverse.
 */
#ifndef DOMAIN_PATH_H
#define DOMAIN_PATH_H

#include "domain/kind.h"

#define PATH_MAX_KEY 160
#define PATH_MAX_PATH 400

/* Key and path of a record with these (checked) fields. */
enum err_code path_of_object(const struct kind *kind, const json_t *object,
    char key[PATH_MAX_KEY], char path[PATH_MAX_PATH], struct err *e) must_check;

/* The kind whose records live at such a path, with the key; NULL if the path
 * is no record's. */
const struct kind *path_to_kind(const char *path, char key[PATH_MAX_KEY]);

/* The texts of a device: "intended/<area>/<name>.cfg",
 * "backup/<area>/<name>.cfg", and beside it what other commands told,
 * "backup/<area>/<name>.txt". */
enum path_config { PATH_INTENDED, PATH_BACKUP, PATH_OUTPUTS };
#define PATH_CONFIGS (PATH_OUTPUTS + 1)

struct path_place {
	const char *dir;    /* "intended/" */
	const char *suffix; /* ".cfg" */
};
extern const struct path_place path_places[PATH_CONFIGS];

void path_of_config(enum path_config which, const char *area,
    const char *device, char path[PATH_MAX_PATH]);

#endif
