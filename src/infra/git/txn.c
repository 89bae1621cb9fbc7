#include "infra/git/txn.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX 10000

struct store_expect store_expect_blob(const struct blob_id *blob)
{
	return (
	    struct store_expect){ .kind = STORE_EXPECT_BLOB, .blob = *blob };
}

enum err_code store_txn_begin(struct store *s, enum store_branch branch,
    struct store_txn **ret, struct err *e)
{
	struct store_txn *t;
	enum err_code rc = store_check_writable(s, e);

	if (rc != ERR_OK)
		return rc;
	t = calloc(1, sizeof(*t));
	if (!t)
		return err_set(e, ERR_SYSTEM, "out of memory");
	t->s = s;
	t->branch = branch;
	*ret = t;
	return ERR_OK;
}

void store_txn_abort(struct store_txn *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_changes; i++)
		free(t->changes[i].path);
	for (size_t i = 0; i < t->n_segments; i++)
		free(t->segments[i].message);
	if (t->z)
		deflater_release(t->z);
	free(t->z);
	free(t->changes);
	free(t->segments);
	free(t);
}

/* Room for one more of n elements, doubling; false when out of memory. */
static bool make_room(void **array, size_t n, size_t *cap, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 16;
	void *grown;

	if (n < *cap)
		return true;
	grown = reallocarray(*array, wanted, size);
	if (!grown)
		return false;
	*array = grown;
	*cap = wanted;
	return true;
}

static enum err_code check_bounds(
    const struct store_txn *t, const char *path, size_t len, struct err *e)
{
	enum err_code rc = store_path_check(path, e);

	if (rc != ERR_OK)
		return rc;
	if (len > STORE_MAX_FILE)
		return err_set(e, ERR_LIMIT,
		    "%s has %zu bytes; a file of the store has at most %d.",
		    path, len, STORE_MAX_FILE);
	if (t->n_changes >= STORE_MAX_CHANGES || len > STORE_MAX_TXN - t->bytes)
		return err_set(e, ERR_LIMIT,
		    "One transaction takes at most %d changes and %ld bytes.",
		    STORE_MAX_CHANGES, STORE_MAX_TXN);
	return ERR_OK;
}

/* What is likely to go into a pack is deflated now: it takes a fraction of the
 * memory until the commit, and the work is done before the lock is taken. */
static enum err_code pack_content(
    struct store_txn *t, struct content *c, struct err *e)
{
	enum err_code rc = ERR_OK;

	if (t->n_changes < STORE_LOOSE_MAX || c->len == 0)
		return ERR_OK;
	if (!t->z) {
		t->z = calloc(1, sizeof(*t->z));
		if (!t->z)
			return err_set(e, ERR_SYSTEM, "out of memory");
		rc = deflater_init(t->z, e);
	}
	if (rc == ERR_OK)
		rc = deflater_blob(t->z, c->data, c->len, e);
	if (rc == ERR_OK) {
		c->data = t->z->out.data;
		c->stream_len = t->z->out.len;
	}
	return rc;
}

/* Path and content in one allocation: ten thousand files are ten thousand. */
static enum err_code stage(
    struct store_txn *t, const char *path, struct change *change, struct err *e)
{
	struct content *c = &change->content;
	size_t path_size = strlen(path) + 1;
	size_t size = c->stream_len ? c->stream_len : c->len;
	void *changes = t->changes;
	char *copy = malloc(path_size + size);

	if (!copy || !make_room(&changes, t->n_changes, &t->cap_changes,
			 sizeof(*t->changes))) {
		free(copy);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	memcpy(copy, path, path_size);
	if (size > 0)
		memcpy(copy + path_size, c->data, size);
	change->path = copy;
	c->data = copy + path_size;
	t->changes = changes;
	t->changes[t->n_changes++] = *change;
	t->bytes += c->len;
	return ERR_OK;
}

enum err_code store_txn_put(struct store_txn *t, const char *path,
    const void *data, size_t len, struct store_expect expect, struct err *e)
{
	struct change change = { .kind = CHANGE_PUT,
		.expect = expect,
		.content = { .data = len ? data : "", .len = len } };
	enum err_code rc = check_bounds(t, path, len, e);

	if (rc == ERR_OK)
		rc = object_name(GIT_OBJECT_BLOB, change.content.data, len,
		    change.blob.raw, e);
	if (rc == ERR_OK)
		rc = pack_content(t, &change.content, e);
	return rc == ERR_OK ? stage(t, path, &change, e) : rc;
}

/* A change without content. */
static enum err_code stage_bare(struct store_txn *t, const char *path,
    enum change_kind kind, struct store_expect expect, struct err *e)
{
	struct change change = { .kind = kind, .expect = expect };
	enum err_code rc = check_bounds(t, path, 0, e);

	return rc == ERR_OK ? stage(t, path, &change, e) : rc;
}

enum err_code store_txn_remove(struct store_txn *t, const char *path,
    struct store_expect expect, struct err *e)
{
	return stage_bare(t, path, CHANGE_REMOVE, expect, e);
}

enum err_code store_txn_require(struct store_txn *t, const char *path,
    struct store_expect expect, struct err *e)
{
	return stage_bare(t, path, CHANGE_REQUIRE, expect, e);
}

void store_txn_require_tip(struct store_txn *t, const struct commit_id *tip)
{
	t->has_required_tip = true;
	t->required_tip = *tip;
}

/* By path, which is Git's order of entries; of one path the requirements
 * first, so that the write comes last. */
static int compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)x->kind - (int)y->kind;
}

static enum err_code sort_segment(
    struct change *changes, size_t n, struct err *e)
{
	if (n > 1)
		qsort(changes, n, sizeof(*changes), compare_changes);
	for (size_t i = 1; i < n; i++)
		if (changes[i].kind != CHANGE_REQUIRE &&
		    changes[i - 1].kind != CHANGE_REQUIRE &&
		    strcmp(changes[i - 1].path, changes[i].path) == 0)
			return err_set(e, ERR_INVALID,
			    "%s is written twice in one commit.",
			    changes[i].path);
	return ERR_OK;
}

enum err_code store_txn_seal(
    struct store_txn *t, const struct store_message *message, struct err *e)
{
	struct buf text = BUF_INIT(256 << 10);
	struct segment segment = { .first = t->sealed,
		.n = t->n_changes - t->sealed };
	void *segments = t->segments;
	enum err_code rc;

	if (segment.n == 0 && !t->allow_empty)
		return ERR_OK;
	if (t->n_segments >= SEGMENTS_MAX)
		return err_set(e, ERR_LIMIT,
		    "One transaction takes at most %d commits.", SEGMENTS_MAX);
	rc = sort_segment(t->changes + segment.first, segment.n, e);
	if (rc == ERR_OK)
		rc = message_compose(message, &text, e);
	if (rc == ERR_OK && !make_room(&segments, t->n_segments,
				&t->cap_segments, sizeof(*t->segments)))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc != ERR_OK) {
		buf_release(&text);
		return rc;
	}
	segment.message = buf_steal(&text, &segment.message_len);
	t->segments = segments;
	t->segments[t->n_segments++] = segment;
	t->sealed = t->n_changes;
	return ERR_OK;
}
