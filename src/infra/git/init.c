#include "infra/git/txn.h"

#include "base/file.h"
#include "infra/git/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What makes it a bare repository; settings.c adds the rest. */
static const char config[] = "[core]\n"
			     "\trepositoryformatversion = 0\n"
			     "\tfilemode = true\n"
			     "\tbare = true\n";

static const char *const first_dirs[] = { "objects", "objects/info",
	"objects/pack", "refs", "refs/heads", "refs/tags", "info" };
#define N_FIRST_DIRS (sizeof(first_dirs) / sizeof(first_dirs[0]))

static const struct {
	const char *name, *content;
} first_files[] = {
	{ "HEAD", "ref: refs/heads/main\n" },
	{ "config", config },
	{ "description", "The store of Switchyard\n" },
	{ STORE_LOCK_FILE, "" },
};
#define N_FIRST_FILES (sizeof(first_files) / sizeof(first_files[0]))

static enum err_code join(
    const char *dir, const char *name, char to[STORE_PATH_SIZE], struct err *e)
{
	if (snprintf(to, STORE_PATH_SIZE, "%s/%s", dir, name) >=
	    STORE_PATH_SIZE)
		return err_set(e, ERR_LIMIT, "%s: path too long", dir);
	return ERR_OK;
}

static enum err_code make_dir(const char *root, const char *name, struct err *e)
{
	char path[STORE_PATH_SIZE];
	enum err_code rc = join(root, name, path, e);

	if (rc == ERR_OK && mkdir(path, 0777) < 0)
		rc = err_set_errno(e, "cannot create %s", path);
	return rc;
}

/* The fan-out directories exist from the start: whether objects/ itself keeps
 * a new name through a power loss then hardly ever matters. */
static enum err_code make_layout(const char *root, struct err *e)
{
	char path[STORE_PATH_SIZE];
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < N_FIRST_DIRS; i++)
		rc = make_dir(root, first_dirs[i], e);
	for (int i = 0; rc == ERR_OK && i < 256; i++) {
		char name[16];

		snprintf(name, sizeof(name), "objects/%02x", i);
		rc = make_dir(root, name, e);
	}
	for (size_t i = 0; rc == ERR_OK && i < N_FIRST_FILES; i++) {
		rc = join(root, first_files[i].name, path, e);
		if (rc == ERR_OK)
			rc = file_write_durable(path, first_files[i].content,
			    strlen(first_files[i].content), 0644, e);
	}
	if (rc == ERR_OK)
		rc = join(root, "config", path, e);
	if (rc == ERR_OK)
		rc = settings_complete(path, e);
	for (size_t i = 0; rc == ERR_OK && i < N_FIRST_DIRS; i++) {
		rc = join(root, first_dirs[i], path, e);
		if (rc == ERR_OK)
			rc = dir_sync(path, e);
	}
	return rc == ERR_OK ? dir_sync(root, e) : rc;
}

static enum err_code put_seed_file(
    struct store_txn *t, const char *file, const char *path, struct err *e)
{
	struct buf content = BUF_INIT(STORE_MAX_FILE);
	enum err_code rc = file_read(file, &content, e);

	if (rc == ERR_OK)
		rc = store_txn_put(
		    t, path, buf_text(&content), content.len, STORE_ABSENT, e);
	buf_release(&content);
	return rc == ERR_OK ? rc : err_context(e, "%s", file);
}

static enum err_code put_seed_entry(
    struct store_txn *t, const FTSENT *entry, size_t root_len, struct err *e)
{
	switch (entry->fts_info) {
	case FTS_D:
	case FTS_DP:
		return ERR_OK;
	case FTS_F:
		return put_seed_file(
		    t, entry->fts_path, entry->fts_path + root_len + 1, e);
	default:
		return err_set(e, ERR_INVALID,
		    "%s is neither a file nor a directory that can be read.",
		    entry->fts_path);
	}
}

static enum err_code put_seed(
    struct store_txn *t, const char *seed_dir, struct err *e)
{
	char root[STORE_PATH_SIZE];
	char *roots[] = { root, NULL };
	size_t len = strlen(seed_dir);
	enum err_code rc = ERR_OK;
	FTSENT *entry;
	FTS *walk;

	while (len > 1 && seed_dir[len - 1] == '/')
		len--;
	if (len >= sizeof(root))
		return err_set(e, ERR_LIMIT, "%s: path too long", seed_dir);
	memcpy(root, seed_dir, len);
	root[len] = '\0';
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return err_set_errno(e, "cannot read %s", root);
	while (rc == ERR_OK && (entry = fts_read(walk)) != NULL)
		rc = put_seed_entry(t, entry, len, e);
	fts_close(walk);
	return rc;
}

/* A branch begins with a commit, if need be one without files, so that every
 * reader finds the ref. */
static enum err_code first_commit(struct store *s, enum store_branch branch,
    const char *seed_dir, const struct store_message *message, struct err *e)
{
	struct store_txn *t;
	struct commit_id id;
	enum err_code rc = store_txn_begin(s, branch, &t, e);

	if (rc != ERR_OK)
		return rc;
	t->allow_empty = true;
	if (seed_dir)
		rc = put_seed(t, seed_dir, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, message, &id, NULL, e);
}

static enum err_code fill(const char *root, const char *seed_dir,
    const struct store_message *first, struct err *e)
{
	struct store *s;
	enum err_code rc = make_layout(root, e);

	if (rc == ERR_OK)
		rc = store_open(root, &s, e);
	if (rc != ERR_OK)
		return rc;
	rc = first_commit(s, STORE_MAIN, seed_dir, first, e);
	if (rc == ERR_OK)
		rc = first_commit(s, STORE_RUNS, NULL, first, e);
	store_close(s);
	return rc;
}

static enum err_code refuse_existing(const char *path, struct err *e)
{
	return err_set(
	    e, ERR_CONFLICT, "There is something at %s already.", path);
}

/* Moves the finished repository to its place and makes the name durable. */
static enum err_code move_in(
    const char *from, const char *path, const char *parent, struct err *e)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) < 0)
		return errno == EEXIST
			   ? refuse_existing(path, e)
			   : err_set_errno(e, "cannot create %s", path);
	return dir_sync(parent, e);
}

static enum err_code parent_dir(
    const char *path, char to[STORE_PATH_SIZE], struct err *e)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n == 0) {
		memcpy(to, slash ? "/" : ".", 2);
		return ERR_OK;
	}
	if (n >= STORE_PATH_SIZE)
		return err_set(e, ERR_LIMIT, "%s: path too long", path);
	memcpy(to, path, n);
	to[n] = '\0';
	return dir_create(to, 0777, e);
}

/* Made under a temporary name beside its place, so that a repository at `path`
 * is always a whole one. */
enum err_code store_init(const char *path, const char *seed_dir,
    const struct store_message *first, struct err *e)
{
	char temp[STORE_PATH_SIZE], parent[STORE_PATH_SIZE];
	struct stat st;
	enum err_code rc;

	if (lstat(path, &st) == 0)
		return refuse_existing(path, e);
	rc = parent_dir(path, parent, e);
	if (rc != ERR_OK)
		return rc;
	if (snprintf(temp, sizeof(temp), "%s.new-XXXXXX", path) >=
	    (int)sizeof(temp))
		return err_set(e, ERR_LIMIT, "%s: path too long", path);
	if (!mkdtemp(temp))
		return err_set_errno(
		    e, "cannot create a directory in %s", parent);
	if (chmod(temp, 0750) < 0)
		rc = err_set_errno(e, "cannot set the mode of %s", temp);
	if (rc == ERR_OK)
		rc = fill(temp, seed_dir, first, e);
	if (rc == ERR_OK)
		rc = move_in(temp, path, parent, e);
	if (rc != ERR_OK && dir_remove(temp, NULL) != ERR_OK)
		err_detail(e, "%s could not be removed", temp);
	return rc;
}
