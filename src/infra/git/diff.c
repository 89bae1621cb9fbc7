#include "infra/git/store_internal.h"

#include <string.h>

/*
 * Two trees are merged in Git's entry order, which is the order of full paths;
 * subtrees with the same name are equal and skipped unread.  A file that became
 * a directory is two entries with different sort keys: removed and added.
 */
struct diff {
	struct git_handle *h;
	store_change_fn fn;
	void *ctx;
	char path[STORE_FILE_PATH_MAX + 1];
	size_t len;
	int depth;
};

/* One of the two trees; absent when there is nothing on that side. */
struct side {
	bool present;
	struct object tree;
	struct tree_cursor cursor;
	struct tree_entry entry;
	bool more;
};

static enum err_code diff_trees(struct diff *d, const uint8_t *old_oid,
    const uint8_t *new_oid, struct err *e);

/* To the next file or directory; symbolic links and submodules are none of
 * the store's business. */
static enum err_code side_advance(struct side *side, struct err *e)
{
	enum err_code rc = ERR_OK;

	do
		side->more = tree_next(&side->cursor, &side->entry, &rc, e);
	while (side->more && side->entry.kind == ENTRY_OTHER);
	return rc;
}

static enum err_code side_open(
    struct diff *d, const uint8_t *oid, struct side *side, struct err *e)
{
	enum err_code rc;

	*side = (struct side){ .present = false };
	if (!oid)
		return ERR_OK;
	rc = object_read(d->h, oid, GIT_OBJECT_TREE, &side->tree, e);
	if (rc != ERR_OK)
		return rc;
	side->present = true;
	side->cursor = (struct tree_cursor){ side->tree.data,
		side->tree.data + side->tree.len };
	return side_advance(side, e);
}

static void side_close(struct side *side)
{
	if (side->present)
		object_release(&side->tree);
}

static enum err_code report_file(struct diff *d, const struct tree_entry *old,
    const struct tree_entry *new, struct err *e)
{
	struct store_change change = {
		.path = d->path,
		.has_old = old != NULL,
		.has_new = new != NULL,
	};

	if (old)
		memcpy(change.old_blob.raw, old->oid, STORE_OID_SIZE);
	if (new)
		memcpy(change.new_blob.raw, new->oid, STORE_OID_SIZE);
	return d->fn(d->ctx, &change, e);
}

/* Both name the same file or the same directory, or one of them is NULL. */
static enum err_code diff_entry(struct diff *d, const struct tree_entry *old,
    const struct tree_entry *new, struct err *e)
{
	const struct tree_entry *one = old ? old : new;
	size_t len = d->len;
	enum err_code rc;

	if (old && new &&memcmp(old->oid, new->oid, STORE_OID_SIZE) == 0)
		return ERR_OK;
	if (len + one->name_len + 1 > STORE_FILE_PATH_MAX ||
	    d->depth >= STORE_DEPTH_MAX)
		return err_set(e, ERR_CORRUPT,
		    "A path in the store is longer than %d bytes.",
		    STORE_FILE_PATH_MAX);
	memcpy(d->path + len, one->name, one->name_len + 1);
	if (one->kind == ENTRY_FILE) {
		rc = report_file(d, old, new, e);
	} else {
		d->len = len + one->name_len;
		memcpy(d->path + d->len++, "/", 2);
		rc = diff_trees(
		    d, old ? old->oid : NULL, new ? new->oid : NULL, e);
	}
	d->len = len;
	d->path[len] = '\0';
	return rc;
}

/* Which side comes first: <0 old, >0 new, 0 both. */
static int side_order(const struct side *old, const struct side *new)
{
	if (!old->more || !new->more)
		return old->more ? -1 : 1;
	return tree_name_compare(old->entry.name, old->entry.name_len,
	    old->entry.kind == ENTRY_DIR, new->entry.name, new->entry.name_len,
	    new->entry.kind == ENTRY_DIR);
}

static enum err_code diff_sides(
    struct diff *d, struct side *old, struct side *new, struct err *e)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && (old->more || new->more)) {
		int order = side_order(old, new);
		bool use_old = order <= 0, use_new = order >= 0;

		rc = diff_entry(d, use_old ? &old->entry : NULL,
		    use_new ? &new->entry : NULL, e);
		if (rc == ERR_OK && use_old)
			rc = side_advance(old, e);
		if (rc == ERR_OK && use_new)
			rc = side_advance(new, e);
	}
	return rc;
}

static enum err_code diff_trees(struct diff *d, const uint8_t *old_oid,
    const uint8_t *new_oid, struct err *e)
{
	struct side old, new = { .present = false };
	enum err_code rc;

	d->depth++;
	rc = side_open(d, old_oid, &old, e);
	if (rc == ERR_OK)
		rc = side_open(d, new_oid, &new, e);
	if (rc == ERR_OK)
		rc = diff_sides(d, &old, &new, e);
	side_close(&old);
	side_close(&new);
	d->depth--;
	return rc;
}

enum err_code tree_diff(struct git_handle *h, const uint8_t *old_root,
    const uint8_t *new_root, store_change_fn fn, void *ctx, struct err *e)
{
	struct diff d = { .h = h, .fn = fn, .ctx = ctx };

	if (old_root && memcmp(old_root, new_root, STORE_OID_SIZE) == 0)
		return ERR_OK;
	return diff_trees(&d, old_root, new_root, e);
}

static enum err_code lacks_commit(const struct commit_id *id, struct err *e)
{
	char text[STORE_OID_TEXT_SIZE];

	commit_id_format(id, text);
	return err_set(e, ERR_CORRUPT, "The store lacks commit %s.", text);
}

/* The subtree at the prefix; *found false if the commit has none.  The older
 * commit may be missing, where a shallow clone ends; a missing newer one is
 * damage, and must not look as if everything had been removed. */
static enum err_code subtree(struct diff *d, const struct commit_id *at,
    bool needed, uint8_t oid[STORE_OID_SIZE], bool *found, struct err *e)
{
	uint8_t root[STORE_OID_SIZE];
	enum err_code rc;

	*found = false;
	if (!at || commit_id_is_zero(at))
		return ERR_OK;
	rc = commit_tree(d->h, at, root, e);
	if (rc == ERR_NOT_FOUND && needed)
		return lacks_commit(at, e);
	if (rc == ERR_OK)
		rc = tree_resolve(d->h, root, d->path, oid, e);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	*found = rc == ERR_OK;
	return rc;
}

static enum err_code diff_commits(struct diff *d, const struct commit_id *from,
    const struct commit_id *to, struct err *e)
{
	uint8_t old[STORE_OID_SIZE], new[STORE_OID_SIZE];
	bool has_old, has_new;
	enum err_code rc;

	rc = subtree(d, from, false, old, &has_old, e);
	if (rc == ERR_OK)
		rc = subtree(d, to, true, new, &has_new, e);
	if (rc != ERR_OK)
		return rc;
	if (has_old && has_new && memcmp(old, new, STORE_OID_SIZE) == 0)
		return ERR_OK;
	return diff_trees(d, has_old ? old : NULL, has_new ? new : NULL, e);
}

enum err_code store_diff(struct store *s, const struct commit_id *from,
    const struct commit_id *to, const char *prefix, store_change_fn fn,
    void *ctx, struct err *e)
{
	struct diff d = { .fn = fn, .ctx = ctx };
	enum err_code rc;

	d.len = strlen(prefix);
	if (d.len > STORE_FILE_PATH_MAX ||
	    (d.len > 0 && prefix[d.len - 1] != '/'))
		return err_set(e, ERR_INVALID,
		    "A prefix is empty or a directory that ends in \"/\".");
	memcpy(d.path, prefix, d.len + 1);
	rc = handle_take(s, &d.h, e);
	if (rc != ERR_OK)
		return rc;
	rc = diff_commits(&d, from, to, e);
	handle_give(s, d.h);
	return rc;
}
