#include "web/signed_out.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_SIZE 4096

static bool directory_of(const char *dir, char path[PATH_SIZE])
{
	return snprintf(path, PATH_SIZE, "%s/signed-out", dir) < PATH_SIZE;
}

/* Both parts come out of a cookie that we signed: digits and letters. */
static bool path_of(
    const char *dir, const struct session *s, char path[PATH_SIZE])
{
	return snprintf(path, PATH_SIZE, "%s/signed-out/%" PRId64 "-%s", dir,
		   s->expires_ms, s->id) < PATH_SIZE;
}

enum err_code signed_out_add(
    const char *dir, const struct session *s, struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc;

	if (!directory_of(dir, path))
		return err_set(
		    e, ERR_LIMIT, "the directory's name is too long");
	rc = dir_create(path, 0700, e);
	if (rc != ERR_OK)
		return rc;
	if (!path_of(dir, s, path))
		return err_set(
		    e, ERR_LIMIT, "the directory's name is too long");
	return file_write_durable(path, "", 0, 0600, e);
}

bool signed_out_holds(const char *dir, const struct session *s)
{
	char path[PATH_SIZE];

	/* whatever cannot be told counts as ended */
	return !path_of(dir, s, path) || access(path, F_OK) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

void signed_out_sweep(const char *dir, int64_t now_ms)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	DIR *d;

	if (!directory_of(dir, path) || !(d = opendir(path)))
		return;
	while ((entry = readdir(d))) {
		char *end;
		long long expires_ms = strtoll(entry->d_name, &end, 10);

		if (end != entry->d_name && *end == '-' && expires_ms < now_ms)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	}
	closedir(d);
}
