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

/* Path and data in one allocation: ten thousand files are ten thousand. */
static enum err_code stage(struct store_txn *t, const char *path,
    const void *data, size_t len, struct change *change, struct err *e)
{
	void *changes = t->changes;
	size_t path_size;
	char *copy;
	enum err_code rc = store_path_check(path, e);

	if (rc != ERR_OK)
		return rc;
	path_size = strlen(path) + 1;
	if (len > STORE_MAX_FILE)
		return err_set(e, ERR_LIMIT,
		    "%s has %zu bytes; a file of the store has at most %d.",
		    path, len, STORE_MAX_FILE);
	if (t->n_changes >= STORE_MAX_CHANGES || len > STORE_MAX_TXN - t->bytes)
		return err_set(e, ERR_LIMIT,
		    "One transaction takes at most %d changes and %ld bytes.",
		    STORE_MAX_CHANGES, STORE_MAX_TXN);
	if (change->kind == CHANGE_PUT &&
	    (rc = object_name(
		 GIT_OBJECT_BLOB, data, len, change->blob.raw, e)) != ERR_OK)
		return rc;
	copy = malloc(path_size + len);
	if (!copy || !make_room(&changes, t->n_changes, &t->cap_changes,
			 sizeof(*t->changes))) {
		free(copy);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	memcpy(copy, path, path_size);
	if (len > 0)
		memcpy(copy + path_size, data, len);
	change->path = copy;
	change->data = copy + path_size;
	change->len = len;
	t->changes = changes;
	t->changes[t->n_changes++] = *change;
	t->bytes += len;
	return ERR_OK;
}

enum err_code store_txn_put(struct store_txn *t, const char *path,
    const void *data, size_t len, struct store_expect expect, struct err *e)
{
	struct change change = { .kind = CHANGE_PUT, .expect = expect };

	return stage(t, path, len ? data : "", len, &change, e);
}

enum err_code store_txn_remove(struct store_txn *t, const char *path,
    struct store_expect expect, struct err *e)
{
	struct change change = { .kind = CHANGE_REMOVE, .expect = expect };

	return stage(t, path, NULL, 0, &change, e);
}

enum err_code store_txn_require(struct store_txn *t, const char *path,
    struct store_expect expect, struct err *e)
{
	struct change change = { .kind = CHANGE_REQUIRE, .expect = expect };

	return stage(t, path, NULL, 0, &change, e);
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
