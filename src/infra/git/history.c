#include "infra/git/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A commit is shown when the blob (or tree) at one of the paths differs from
 * its first parent's.  Each path keeps the names of the trees on its way as of
 * the last commit looked at: where a tree is the same, all below it is, and
 * nothing more is read.  So a commit that touched another area costs the
 * reading of itself and of the root.
 */
#define PATHS_MAX 64
#define TEXT_MAX (4 << 20)
#define RENAMED_FROM "Renamed-From"

/* The tree at one level of a path, and what it has under the next name. */
struct step {
	uint8_t tree[STORE_OID_SIZE];
	uint8_t entry[STORE_OID_SIZE]; /* zero: nothing of the kind */
	bool known;
};

struct tracked {
	char *path; /* owned; changes when a rename is followed */
	struct step *steps;
	size_t n_steps;
	uint8_t now[STORE_OID_SIZE]; /* at the commit; zero: absent */
};

struct history {
	struct store *s;
	struct git_handle *h;
	struct tracked tracked[PATHS_MAX];
	size_t n;
};

static const uint8_t absent[STORE_OID_SIZE];

static bool oid_equal(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, STORE_OID_SIZE) == 0;
}

static void tracked_release(struct tracked *t)
{
	free(t->path);
	free(t->steps);
	*t = (struct tracked){ .path = NULL };
}

static enum err_code tracked_init(
    struct tracked *t, const char *path, struct err *e)
{
	struct tracked new = { .n_steps = 0 };

	for (const char *p = path; *p; new.n_steps++)
		p += strcspn(p, "/") + (p[strcspn(p, "/")] == '/');
	new.path = strdup(path);
	new.steps = calloc(new.n_steps + 1, sizeof(*new.steps));
	if (!new.path || !new.steps) {
		tracked_release(&new);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*t = new;
	return ERR_OK;
}

/* What the step's tree has under `name` (ended by "/" or NUL). */
static enum err_code look_up(struct history *hist, struct step *step,
    const char *name, size_t len, struct err *e)
{
	enum entry_kind want = name[len] == '/' ? ENTRY_DIR : ENTRY_FILE;
	struct tree_entry entry;
	struct object tree;
	enum err_code rc =
	    object_read(hist->h, step->tree, GIT_OBJECT_TREE, &tree, e);

	if (rc != ERR_OK)
		return rc;
	if (tree_find(&tree, name, len, &entry, &rc, e) && entry.kind == want)
		memcpy(step->entry, entry.oid, STORE_OID_SIZE);
	else
		memcpy(step->entry, absent, STORE_OID_SIZE);
	object_release(&tree);
	step->known = rc == ERR_OK;
	return rc;
}

/* The name of what is at the tracked path below root; zero if nothing is. */
static enum err_code resolve(struct history *hist, struct tracked *t,
    const uint8_t *root, uint8_t ret[STORE_OID_SIZE], struct err *e)
{
	const char *name = t->path;
	const uint8_t *at = root;

	for (size_t i = 0; i < t->n_steps; i++) {
		struct step *step = &t->steps[i];
		size_t len = strcspn(name, "/");

		if (!step->known || !oid_equal(step->tree, at)) {
			enum err_code rc;

			memcpy(step->tree, at, STORE_OID_SIZE);
			step->known = false;
			rc = look_up(hist, step, name, len, e);
			if (rc != ERR_OK)
				return rc;
		}
		at = step->entry;
		if (oid_equal(at, absent))
			break;
		name += len + (name[len] == '/');
	}
	memcpy(ret, at, STORE_OID_SIZE);
	return ERR_OK;
}

/* A commit while it is looked at. */
struct viewed {
	struct commit_id id;
	struct object object;
	struct commit_parts parts;
};

static enum err_code view(struct history *hist, const struct commit_id *id,
    struct viewed *ret, struct err *e)
{
	struct viewed v = { .id = *id };
	enum err_code rc =
	    object_lookup(hist->h, id->raw, GIT_OBJECT_COMMIT, &v.object, e);

	if (rc != ERR_OK)
		return rc;
	rc = commit_parse(v.object.data, v.object.len, &v.parts, e);
	if (rc == ERR_OK)
		*ret = v;
	else
		object_release(&v.object);
	return rc;
}

/* --- renames ---------------------------------------------------------- */

struct rename_search {
	const uint8_t *blob;
	char *found; /* owned */
};

static enum err_code compare_removed(
    void *ctx, const struct store_change *c, struct err *e)
{
	struct rename_search *search = ctx;

	if (!c->has_old || c->has_new || search->found ||
	    !oid_equal(c->old_blob.raw, search->blob))
		return ERR_OK;
	search->found = strdup(c->path);
	return search->found ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

/* The length of the ending of the last name, ".json"; 0 if it has none. */
static size_t ending_of(const char *path, size_t len)
{
	for (size_t n = 1; n <= len && path[len - n] != '/'; n++)
		if (path[len - n] == '.')
			return n;
	return 0;
}

/* What "Renamed-From: <value>" means for `path`: itself, or the same file name
 * in that directory.  NULL if out of memory, or if it is of another ending:
 * a record is not where a configuration came from. */
static char *renamed_from(const char *value, size_t len, const char *path)
{
	const char *base = strrchr(path, '/');
	size_t own = strlen(path);
	size_t ending = ending_of(value, len);
	char *old = NULL;

	base = base ? base + 1 : path;
	if (value[len - 1] != '/') {
		if (ending != ending_of(path, own) ||
		    memcmp(value + len - ending, path + own - ending, ending))
			return NULL;
		base = "";
	}
	return asprintf(&old, "%.*s%s", (int)len, value, base) < 0 ? NULL : old;
}

/* What belongs to a record moves with it in the tree beside it, such as
 * devices/a/r1.json with intended/a/r1.cfg: the trailer's value with the top
 * directory and the ending of `path`.  NULL if it is of the same tree. */
static char *renamed_beside(const char *value, size_t len, const char *path)
{
	const char *slash = memchr(value, '/', len);
	size_t top = slash ? (size_t)(slash - value) : len;
	size_t own = strlen(path), ending = ending_of(value, len);
	const char *base = strrchr(path, '/');
	char *old = NULL;

	if (!slash || !base || strncmp(path, value, top + 1) == 0)
		return NULL;
	if (value[len - 1] != '/')
		base = path + own - ending_of(path, own);
	else
		base++;
	return asprintf(&old, "%.*s%.*s%s", (int)strcspn(path, "/"), path,
		   (int)(len - top - ending), slash, base) < 0
		   ? NULL
		   : old;
}

/* Goes on under the old path if the parent has something there. */
static enum err_code follow(struct history *hist, struct tracked *t,
    const char *old, const uint8_t *parent_root, bool *followed, struct err *e)
{
	struct tracked other;
	uint8_t oid[STORE_OID_SIZE];
	enum err_code rc = tracked_init(&other, old, e);

	*followed = false;
	if (rc != ERR_OK)
		return rc;
	rc = resolve(hist, &other, parent_root, oid, e);
	if (rc != ERR_OK || oid_equal(oid, absent)) {
		tracked_release(&other);
		return rc;
	}
	memcpy(other.now, oid, STORE_OID_SIZE);
	tracked_release(t);
	*t = other;
	*followed = true;
	return ERR_OK;
}

/* A tracked file that the parent lacks: where did it come from? */
static enum err_code follow_rename(struct history *hist, struct tracked *t,
    const struct viewed *v, const uint8_t *parent_root, bool *followed,
    struct err *e)
{
	struct rename_search search = { .blob = t->now };
	size_t len = strlen(t->path), value_len = 0;
	const char *value =
	    store_message_trailer(v->parts.message, RENAMED_FROM, &value_len);
	char *beside = NULL, *old = NULL;
	enum err_code rc = ERR_OK;

	*followed = false;
	if (value && value_len > 0) {
		beside = renamed_beside(value, value_len, t->path);
		old = renamed_from(value, value_len, t->path);
	}
	if (beside)
		rc = follow(hist, t, beside, parent_root, followed, e);
	if (rc == ERR_OK && !*followed && old)
		rc = follow(hist, t, old, parent_root, followed, e);
	free(beside);
	free(old);
	if (rc != ERR_OK || *followed || len == 0 || t->path[len - 1] == '/')
		return rc;
	rc = store_diff(
	    hist->s, &v->parts.parent, &v->id, "", compare_removed, &search, e);
	if (rc == ERR_OK && search.found)
		rc = follow(hist, t, search.found, parent_root, followed, e);
	free(search.found);
	return rc;
}

/* --- the walk --------------------------------------------------------- */

/* Moves one path from the commit to its parent. */
static enum err_code step_back(struct history *hist, struct tracked *t,
    const struct viewed *v, const uint8_t *parent_root, bool *differs,
    struct err *e)
{
	uint8_t before[STORE_OID_SIZE] = { 0 };
	bool followed = false;
	enum err_code rc = ERR_OK;

	if (parent_root)
		rc = resolve(hist, t, parent_root, before, e);
	if (rc != ERR_OK || oid_equal(before, t->now))
		return rc;
	*differs = true;
	if (parent_root && oid_equal(before, absent))
		rc = follow_rename(hist, t, v, parent_root, &followed, e);
	if (!followed)
		memcpy(t->now, before, STORE_OID_SIZE);
	return rc;
}

/* Compares v with its parent, which it becomes. */
static enum err_code visit(struct history *hist, struct viewed *v,
    struct log_reader *reader, bool *stop, struct err *e)
{
	struct viewed parent = { .id = v->parts.parent };
	bool last = commit_id_is_zero(&parent.id);
	bool differs = false;
	enum err_code rc = ERR_OK;

	if (!last)
		rc = view(hist, &v->parts.parent, &parent, e);
	if (rc == ERR_NOT_FOUND)
		rc = err_set(e, ERR_CORRUPT,
		    "The history of the store breaks off: a commit is "
		    "missing.");
	for (size_t i = 0; rc == ERR_OK && i < hist->n; i++)
		rc = step_back(hist, &hist->tracked[i], v,
		    last ? NULL : parent.parts.tree, &differs, e);
	if (rc == ERR_OK && differs)
		rc = log_show(&v->object, &v->id, reader, stop, e);
	object_release(&v->object);
	*v = parent;
	return rc;
}

static enum err_code walk(struct history *hist, const struct commit_id *from,
    struct log_reader *reader, struct err *e)
{
	struct viewed v = { .object = { .data = NULL } };
	bool stop = false;
	enum err_code rc;

	if (commit_id_is_zero(from))
		return ERR_OK;
	rc = view(hist, from, &v, e);
	for (size_t i = 0; rc == ERR_OK && i < hist->n; i++)
		rc = resolve(hist, &hist->tracked[i], v.parts.tree,
		    hist->tracked[i].now, e);
	while (rc == ERR_OK && !stop && !commit_id_is_zero(&v.id))
		rc = visit(hist, &v, reader, &stop, e);
	object_release(&v.object);
	return rc;
}

static enum err_code track_paths(struct history *hist, const char *const *paths,
    size_t n_paths, struct err *e)
{
	enum err_code rc = ERR_OK;

	if (n_paths > PATHS_MAX)
		return err_set(e, ERR_LIMIT,
		    "The history of at most %d paths can be read at once.",
		    PATHS_MAX);
	for (size_t i = 0; rc == ERR_OK && i < n_paths; i++) {
		if (strlen(paths[i]) > STORE_FILE_PATH_MAX)
			return err_set(e, ERR_INVALID, "a path is too long");
		rc = tracked_init(&hist->tracked[hist->n], paths[i], e);
		hist->n += rc == ERR_OK;
	}
	return rc;
}

enum err_code store_log_paths(struct store *s, enum store_branch branch,
    const struct commit_id *from, const char *const *paths, size_t n_paths,
    store_commit_fn fn, void *ctx, struct err *e)
{
	struct history hist = { .s = s };
	struct log_reader reader = { fn, ctx, BUF_INIT(TEXT_MAX) };
	struct commit_id id;
	enum err_code rc = log_start(s, branch, from, &id, e);

	if (rc == ERR_OK)
		rc = track_paths(&hist, paths, n_paths, e);
	if (rc == ERR_OK)
		rc = handle_take(s, &hist.h, e);
	if (rc == ERR_OK)
		rc = walk(&hist, &id, &reader, e);
	handle_give(s, hist.h);
	for (size_t i = 0; i < hist.n; i++)
		tracked_release(&hist.tracked[i]);
	buf_release(&reader.text);
	return rc;
}
