#include "infra/git/store_internal.h"

#include "base/file.h"
#include "infra/git/disk.h"
#include "infra/git/pending.h"
#include "infra/git/settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * Temporary files of ours are made only under the store's lock: whoever holds
 * it may remove all he finds.  Those of Git and libgit2, and their locks, have
 * owners that do not take our lock: an hour is far more than any of them
 * works.
 */
#define OLD_SECONDS 3600

static bool starts_with_one_of(const char *name, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (strncmp(name, *prefixes, strlen(*prefixes)) == 0)
			return true;
	return false;
}

static bool is_temporary(const char *name)
{
	static const char *const prefixes[] = { "tmp_obj_", "tmp_object_",
		"tmp_pack_", "tmp_idx_", "tmp_rev_", ".tmp-", NULL };

	return starts_with_one_of(name, prefixes);
}

static bool is_ref_lock(const char *name)
{
	size_t n = strlen(name), suffix = strlen(".lock");

	return n > suffix && strcmp(name + n - suffix, ".lock") == 0 &&
	       strcmp(name, STORE_LOCK_FILE) != 0;
}

static bool is_old(const struct stat *st)
{
	return time(NULL) - st->st_mtime > OLD_SECONDS;
}

/* Removes the regular files of a directory that `wanted` names and that are
 * ours or old. */
static enum err_code sweep_dir(const struct store *s, const char *name,
    bool (*wanted)(const char *), struct err *e)
{
	char path[STORE_PATH_SIZE];
	const struct dirent *entry;
	DIR *dir;
	enum err_code rc = store_file_path(s, name, path, e);

	if (rc != ERR_OK)
		return rc;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT
			   ? ERR_OK
			   : err_set_errno(e, "cannot read %s", path);
	while ((entry = readdir(dir)) != NULL) {
		struct stat st;

		if (!wanted(entry->d_name) ||
		    fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (strstr(entry->d_name, DISK_TEMP_MARK) || is_old(&st))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
	return ERR_OK;
}

/* Keep files of ours are made and removed under the store's lock: those that
 * are there belong to writers that died.  An administrator's are his. */
static bool is_our_keep(int dir_fd, const char *name)
{
	size_t n = strlen(name), suffix = strlen(".keep");
	char text[sizeof(PACK_KEEP_MARK)] = "";
	ssize_t got;
	int fd;

	if (n <= suffix || strcmp(name + n - suffix, ".keep") != 0)
		return false;
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text));
	close(fd);
	return got == (ssize_t)strlen(PACK_KEEP_MARK) &&
	       memcmp(text, PACK_KEEP_MARK, (size_t)got) == 0;
}

static void sweep_keeps(const struct store *s)
{
	char path[STORE_PATH_SIZE];
	const struct dirent *entry;
	DIR *dir;

	if (store_file_path(s, "objects/pack", path, NULL) != ERR_OK ||
	    !(dir = opendir(path)))
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (is_our_keep(dirfd(dir), entry->d_name))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}

enum err_code store_sweep(struct store *s, struct err *e)
{
	static const struct {
		const char *dir;
		bool (*wanted)(const char *);
	} places[] = {
		{ "objects", is_temporary },
		{ "objects/pack", is_temporary },
		{ ".", is_ref_lock },
		{ "refs/heads", is_ref_lock },
	};
	char config[STORE_PATH_SIZE];
	int lock;
	enum err_code rc = store_lock(s, &lock, e);

	if (rc != ERR_OK)
		return rc;
	rc = store_file_path(s, "config", config, e);
	if (rc == ERR_OK)
		rc = settings_complete(config, e);
	for (int b = 0; b < STORE_BRANCHES; b++)
		ref_drop_leftovers(s, (enum store_branch)b);
	sweep_keeps(s);
	for (size_t i = 0;
	     rc == ERR_OK && i < sizeof(places) / sizeof(places[0]); i++)
		rc = sweep_dir(s, places[i].dir, places[i].wanted, e);
	file_unlock(lock);
	return rc;
}
