/*
 * Blame of a device's file: the commit behind each line of a version.
 *
 * Goes back over the versions of the file and stops when every line is
 * settled, or at the bounds below: what is still open then is older than the
 * last version looked at.
 */
#ifndef APP_BLAME_H
#define APP_BLAME_H

#include "app/device_history.h"

#define BLAME_MAX_VERSIONS 2000
#define BLAME_MAX_BYTES ((size_t)64 << 20) /* of all versions together */

struct blame {
	struct file_version version; /* the one that is shown */
	const char *text;
	size_t len;
	size_t n_lines;
	/* For each line an index into commits; n_commits: older than those. */
	const uint32_t *origin;
	const struct history_commit *commits;
	size_t n_commits;
	bool cut; /* at a bound */
};

/* Where a caller keeps what never changes: a few bytes under a key.  It may
 * forget any of them at any time. */
struct blame_memory {
	void *ctx;
	bool (*get)(void *ctx, const void *key, size_t key_len, void *value,
	    size_t value_len);
	void (*put)(void *ctx, const void *key, size_t key_len,
	    const void *value, size_t value_len);
};
#define BLAME_MEMORY_KEY 80
#define BLAME_MEMORY_VALUE 64

struct blame_query {
	const struct record *device;
	enum device_file file;
	const struct commit_id *at;	   /* NULL: the newest version */
	const struct blame_memory *memory; /* NULL: none */
};

/* ERR_NOT_FOUND as device_version_find(). */
enum err_code blame_read(const struct app *app, const struct blame_query *q,
    struct arena *arena, struct blame *ret, struct err *e) must_check;

#endif
