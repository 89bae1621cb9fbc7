#include "infra/git/store_internal.h"

#include "infra/git/history_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that libgit2 may keep of decoded objects, in all handles together:
 * enough for the trees of one commit of a large inventory. */
#define OBJECT_CACHE_BYTES (8 << 20)
#define TREE_CACHE_LIMIT (1 << 20)

static enum err_code git_failure(struct err *e, const char *what)
{
	const git_error *last = git_error_last();

	err_set(e, ERR_SYSTEM, "%s", what);
	err_detail(e, "libgit2: %s", last ? last->message : "no message");
	return ERR_SYSTEM;
}

static enum err_code handle_open(
    const char *path, struct git_handle *h, struct err *e)
{
	unsigned int flags = GIT_REPOSITORY_OPEN_NO_SEARCH |
			     GIT_REPOSITORY_OPEN_BARE |
			     GIT_REPOSITORY_OPEN_NO_DOTGIT;
	int rc = git_repository_open_ext(&h->repo, path, flags, NULL);

	if (rc == GIT_ENOTFOUND)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no store at %s.", path);
	if (rc == GIT_EOWNER)
		return err_set(e, ERR_DENIED,
		    "The store at %s belongs to another user: run this as that "
		    "user.",
		    path);
	if (rc < 0)
		return git_failure(e, "The store could not be opened.");
	if (git_repository_odb(&h->odb, h->repo) < 0) {
		enum err_code code = git_failure(
		    e, "The objects of the store could not be opened.");

		git_repository_free(h->repo);
		h->repo = NULL;
		return code;
	}
	return ERR_OK;
}

static void handle_close(struct git_handle *h)
{
	git_odb_free(h->odb);
	git_repository_free(h->repo);
	h->odb = NULL;
	h->repo = NULL;
}

enum err_code handle_take(
    struct store *s, struct git_handle **ret, struct err *e)
{
	struct git_handle *h;
	enum err_code rc;

	pthread_mutex_lock(&s->lock);
	h = s->idle;
	if (h)
		s->idle = h->next;
	pthread_mutex_unlock(&s->lock);
	if (!h) {
		h = calloc(1, sizeof(*h));
		if (!h)
			return err_set(e, ERR_SYSTEM, "out of memory");
		rc = handle_open(s->path, h, e);
		if (rc != ERR_OK) {
			free(h);
			return rc;
		}
	}
	*ret = h;
	return ERR_OK;
}

void handle_give(struct store *s, struct git_handle *h)
{
	if (!h)
		return;
	pthread_mutex_lock(&s->lock);
	h->next = s->idle;
	s->idle = h;
	pthread_mutex_unlock(&s->lock);
}

/* A person's own settings of Git are nothing to the store, and a home that may
 * not be read (sudo keeps root's) must not keep anybody from opening it. */
static int forget_personal_settings(void)
{
	static const git_config_level_t levels[] = { GIT_CONFIG_LEVEL_GLOBAL,
		GIT_CONFIG_LEVEL_XDG };
	int rc = 0;

	for (size_t i = 0; i < 2 && rc == 0; i++)
		rc = git_libgit2_opts(
		    GIT_OPT_SET_SEARCH_PATH, (int)levels[i], "");
	return rc;
}

/* libgit2's own state is counted: one init for each open store. */
static enum err_code git_start(struct err *e)
{
	if (git_libgit2_init() < 0 || forget_personal_settings() < 0)
		return git_failure(e, "libgit2 does not start.");
	git_libgit2_opts(
	    GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)OBJECT_CACHE_BYTES);
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE,
	    (size_t)TREE_CACHE_LIMIT);
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	return ERR_OK;
}

enum err_code store_open(const char *path, struct store **ret, struct err *e)
{
	struct store *s;
	struct git_handle *h;
	enum err_code rc = git_start(e);

	if (rc != ERR_OK)
		return rc;
	s = calloc(1, sizeof(*s));
	if (!s || !(s->path = strdup(path))) {
		free(s);
		git_libgit2_shutdown();
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	pthread_mutex_init(&s->lock, NULL);
	rc = handle_take(s, &h, e);
	if (rc != ERR_OK) {
		store_close(s);
		return rc;
	}
	handle_give(s, h);
	*ret = s;
	return ERR_OK;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < STORE_BRANCHES; i++)
		history_index_free(s->history[i]);
	while (s->idle) {
		struct git_handle *h = s->idle;

		s->idle = h->next;
		handle_close(h);
		free(h);
	}
	watch_free(s->watch);
	pthread_mutex_destroy(&s->lock);
	free(s->path);
	free(s);
	git_libgit2_shutdown();
}

enum err_code store_watch(struct store *s, struct err *e)
{
	char refs[STORE_PATH_SIZE];
	const char *dirs[] = { s->path, refs };
	enum err_code rc = store_file_path(s, "refs/heads", refs, e);

	return rc == ERR_OK ? watch_new(dirs, 2, &s->watch, e) : rc;
}

const struct histogram *store_commit_times(const struct store *s)
{
	return &s->commit_times;
}

const char *store_path(const struct store *s)
{
	return s->path;
}

enum err_code store_file_path(const struct store *s, const char *name,
    char to[STORE_PATH_SIZE], struct err *e)
{
	size_t a = strlen(s->path), b = strlen(name);

	if (a + 1 + b >= STORE_PATH_SIZE)
		return err_set(e, ERR_LIMIT,
		    "the path of the store is too "
		    "long");
	memcpy(to, s->path, a);
	to[a] = '/';
	memcpy(to + a + 1, name, b + 1);
	return ERR_OK;
}

void store_set_read_only(struct store *s, enum err_code why)
{
	pthread_mutex_lock(&s->lock);
	if (s->read_only == ERR_OK)
		s->read_only = why;
	pthread_mutex_unlock(&s->lock);
}

enum err_code store_check_writable(struct store *s, struct err *e)
{
	enum err_code why;

	pthread_mutex_lock(&s->lock);
	why = s->read_only;
	pthread_mutex_unlock(&s->lock);
	if (why == ERR_OK)
		return ERR_OK;
	return err_set(e, why,
	    "The store is read-only since its disk failed to keep a write: "
	    "check the disk, then restart this program.");
}
