#include "infra/git/txn.h"

#include <stdlib.h>
#include <string.h>

/*
 * Applies sorted changes to a tree by merging them with its entries, both in
 * Git's order, and recursing where changes share a directory.  Only trees on
 * the way to a change are read, and only those that come out different are
 * made anew.  A directory without entries disappears.
 */
#define TREE_MAX (256 << 20)

struct edit {
	struct git_handle *h;
	struct pending *pending;
};

/* The changes at one name of one directory: either of that file itself, or of
 * files below the directory of that name. */
struct group {
	struct change_span span;
	const char *name; /* not terminated */
	size_t name_len;
	bool dir;
};

/* One directory in the making. */
struct level {
	struct tree_cursor cursor; /* of the old entries */
	struct tree_entry entry;
	bool more;
	struct buf out;
	bool changed;
	bool named; /* there is a name that was not there */
};

static enum err_code edit_dir(struct edit *edit, const uint8_t *oid,
    const struct change_span *span, size_t depth, struct edit_result *ret,
    struct err *e);

/* Takes the first group off the span. */
static struct group take_group(struct change_span *span, size_t depth)
{
	struct group g = { .span = { span->changes, 0 },
		.name = span->changes->path + depth };

	g.name_len = strcspn(g.name, "/");
	g.dir = g.name[g.name_len] == '/';
	/* changes are sorted: the first difference ends the group */
	while (span->n > 0 && strncmp(span->changes->path + depth, g.name,
				  g.name_len + 1) == 0) {
		g.span.n++;
		span->changes++;
		span->n--;
	}
	return g;
}

static enum err_code check_expected(
    const struct change *c, const uint8_t *present, struct err *e)
{
	const struct store_expect *x = &c->expect;

	if (x->kind == STORE_EXPECT_ABSENT && present)
		return err_set(e, ERR_STALE,
		    "%s exists by now: nothing was written.", c->path);
	if ((x->kind == STORE_EXPECT_BLOB || x->kind == STORE_EXPECT_PRESENT) &&
	    !present)
		return err_set(e, ERR_STALE,
		    "%s was removed since it was read: nothing was written.",
		    c->path);
	if (x->kind == STORE_EXPECT_BLOB &&
	    memcmp(present, x->blob.raw, STORE_OID_SIZE) != 0)
		return err_set(e, ERR_STALE,
		    "%s was changed since it was read: nothing was written.",
		    c->path);
	return ERR_OK;
}

static void emit(struct level *l, const char *mode, const struct group *g,
    const uint8_t *oid)
{
	buf_puts(&l->out, mode);
	buf_add(&l->out, g->name, g->name_len);
	buf_putc(&l->out, '\0');
	buf_add(&l->out, oid, STORE_OID_SIZE);
	l->changed = true;
}

/* Changes of a file; old is its entry, or NULL. */
static enum err_code apply_file(struct edit *edit, struct level *l,
    const struct group *g, const struct tree_entry *old, struct err *e)
{
	const struct change *last = &g->span.changes[g->span.n - 1];

	for (size_t i = 0; i < g->span.n; i++) {
		enum err_code rc = check_expected(
		    &g->span.changes[i], old ? old->oid : NULL, e);

		if (rc != ERR_OK)
			return rc;
	}
	if (last->kind == CHANGE_REMOVE) {
		l->changed |= old != NULL;
		return ERR_OK;
	}
	if (last->kind == CHANGE_REQUIRE ||
	    (old && old->kind == ENTRY_FILE &&
		memcmp(old->oid, last->blob.raw, STORE_OID_SIZE) == 0)) {
		if (old)
			buf_add(&l->out, old->raw, old->raw_len);
		return ERR_OK;
	}
	l->named |= old == NULL;
	emit(l, "100644 ", g, last->blob.raw);
	return pending_borrow(edit->pending, &last->blob, &last->content, e);
}

/* Changes below a directory; old is its entry, or NULL. */
static enum err_code apply_dir(struct edit *edit, struct level *l,
    const struct group *g, const struct tree_entry *old, struct err *e)
{
	const char *path = g->span.changes->path;
	size_t depth = (size_t)(g->name - path) + g->name_len + 1;
	struct edit_result below;
	enum err_code rc =
	    edit_dir(edit, old ? old->oid : NULL, &g->span, depth, &below, e);

	if (rc != ERR_OK)
		return rc;
	if (!below.changed) {
		if (old)
			buf_add(&l->out, old->raw, old->raw_len);
		return ERR_OK;
	}
	l->changed = true;
	l->named |= old == NULL;
	if (!below.empty)
		emit(l, "40000 ", g, below.oid);
	return ERR_OK;
}

/* Copies the old entries before the group, and finds the group's own. */
static enum err_code copy_before(struct level *l, const struct group *g,
    const struct tree_entry **ret_old, struct err *e)
{
	enum err_code rc = ERR_OK;

	*ret_old = NULL;
	while (l->more) {
		const struct tree_entry *t = &l->entry;
		int order = tree_name_compare(t->name, t->name_len,
		    t->kind == ENTRY_DIR, g->name, g->name_len, g->dir);

		if (order > 0)
			return ERR_OK;
		if (order == 0) {
			*ret_old = t;
			return ERR_OK;
		}
		buf_add(&l->out, t->raw, t->raw_len);
		l->more = tree_next(&l->cursor, &l->entry, &rc, e);
	}
	return rc;
}

/* A file and a directory of one name are apart in Git's order, with only
 * names between them that continue the file's by a byte below "/". */
static enum err_code check_names(const struct level *l,
    const struct change *any, size_t depth, struct err *e)
{
	struct tree_cursor c = { l->out.data, l->out.data + l->out.len };
	struct tree_entry file, later;
	enum err_code rc = ERR_OK;

	while (tree_next(&c, &file, &rc, e)) {
		struct tree_cursor ahead = c;

		if (file.kind == ENTRY_DIR)
			continue;
		while (tree_next(&ahead, &later, &rc, e) &&
		       later.name_len >= file.name_len &&
		       memcmp(later.name, file.name, file.name_len) == 0 &&
		       (unsigned char)later.name[file.name_len] < '/')
			if (later.name_len == file.name_len)
				return err_set(e, ERR_CONFLICT,
				    "%.*s%s would be a file and a directory "
				    "at once: nothing was written.",
				    (int)depth, any->path, file.name);
	}
	return rc;
}

static enum err_code merge(struct edit *edit, struct level *l,
    struct change_span span, size_t depth, struct err *e)
{
	enum err_code rc = ERR_OK;

	while (span.n > 0) {
		struct group g = take_group(&span, depth);
		const struct tree_entry *old;

		rc = copy_before(l, &g, &old, e);
		if (rc == ERR_OK && g.dir)
			rc = apply_dir(edit, l, &g, old, e);
		else if (rc == ERR_OK)
			rc = apply_file(edit, l, &g, old, e);
		if (rc == ERR_OK && old)
			l->more = tree_next(&l->cursor, &l->entry, &rc, e);
		if (rc != ERR_OK)
			return rc;
	}
	if (l->changed && l->more) {
		buf_add(&l->out, l->entry.raw, l->entry.raw_len);
		buf_add(&l->out, l->cursor.at,
		    (size_t)(l->cursor.end - l->cursor.at));
	}
	return rc;
}

/* The old tree, from this transaction or from the repository. */
static enum err_code level_open(struct edit *edit, const uint8_t *oid,
    struct level *l, struct object *tree, struct err *e)
{
	const struct pending_object *p;
	enum err_code rc = ERR_OK;

	buf_init(&l->out, TREE_MAX);
	if (!oid)
		return ERR_OK;
	p = pending_find(edit->pending, oid);
	if (p)
		*tree = (struct object){ .data = p->content.data,
			.len = p->content.len };
	else
		rc = object_read(edit->h, oid, GIT_OBJECT_TREE, tree, e);
	if (rc != ERR_OK)
		return rc;
	l->cursor = (struct tree_cursor){ tree->data, tree->data + tree->len };
	buf_reserve(&l->out, tree->len + 256);
	l->more = tree_next(&l->cursor, &l->entry, &rc, e);
	return rc;
}

static enum err_code level_finish(
    struct edit *edit, struct level *l, struct edit_result *ret, struct err *e)
{
	struct edit_result result = { .changed = l->changed,
		.empty = l->changed && l->out.len == 0 };
	enum err_code rc = buf_check(&l->out, "a directory of the store", e);
	size_t len;
	char *data;

	if (rc == ERR_OK && result.changed && !result.empty) {
		data = buf_steal(&l->out, &len);
		rc = pending_take(
		    edit->pending, GIT_OBJECT_TREE, data, len, result.oid, e);
	}
	if (rc == ERR_OK)
		*ret = result;
	return rc;
}

static enum err_code edit_dir(struct edit *edit, const uint8_t *oid,
    const struct change_span *span, size_t depth, struct edit_result *ret,
    struct err *e)
{
	struct level l = { .more = false };
	struct object tree = { .data = NULL };
	enum err_code rc = level_open(edit, oid, &l, &tree, e);

	if (rc == ERR_OK)
		rc = merge(edit, &l, *span, depth, e);
	if (rc == ERR_OK && l.changed && l.named && buf_ok(&l.out))
		rc = check_names(&l, span->changes, depth, e);
	if (rc == ERR_OK)
		rc = level_finish(edit, &l, ret, e);
	object_release(&tree);
	buf_release(&l.out);
	return rc;
}

enum err_code edit_apply(struct git_handle *h, struct pending *pending,
    const struct change_span *span, const uint8_t *root,
    struct edit_result *ret, struct err *e)
{
	struct edit edit = { h, pending };

	return edit_dir(&edit, root, span, 0, ret, e);
}
