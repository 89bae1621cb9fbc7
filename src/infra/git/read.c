#include "infra/git/store_internal.h"

#include <string.h>

/* Takes the object. */
static enum err_code append_object(
    struct object *o, struct buf *out, struct err *e)
{
	enum err_code rc = ERR_OK;

	if (o->len > out->max - out->len)
		rc = err_set(e, ERR_LIMIT,
		    "A file of the store has %zu bytes, more than the %zu that "
		    "there is room for.",
		    o->len, out->max - out->len);
	else if (!buf_add(out, o->data, o->len))
		rc = buf_check(out, "a file of the store", e);
	object_release(o);
	return rc;
}

enum err_code store_read_blob(
    struct store *s, const struct blob_id *blob, struct buf *out, struct err *e)
{
	struct git_handle *h;
	struct object o;
	enum err_code rc = handle_take(s, &h, e);

	if (rc != ERR_OK)
		return rc;
	rc = object_lookup(h, blob->raw, GIT_OBJECT_BLOB, &o, e);
	handle_give(s, h);
	return rc == ERR_OK ? append_object(&o, out, e) : rc;
}

static enum err_code read_at(struct git_handle *h, const struct commit_id *at,
    const char *path, uint8_t oid[STORE_OID_SIZE], struct err *e)
{
	uint8_t root[STORE_OID_SIZE];
	enum err_code rc;

	if (commit_id_is_zero(at))
		return err_set(
		    e, ERR_NOT_FOUND, "There is no %s in the store.", path);
	rc = commit_tree(h, at, root, e);
	if (rc != ERR_OK)
		return rc;
	return tree_resolve(h, root, path, oid, e);
}

enum err_code store_read(struct store *s, const struct commit_id *at,
    const char *path, struct buf *out, struct blob_id *ret_blob, struct err *e)
{
	struct git_handle *h;
	struct object o;
	struct blob_id blob;
	size_t n = strlen(path);
	enum err_code rc;

	if (n == 0 || path[n - 1] == '/')
		return err_set(e, ERR_NOT_FOUND, "A directory is not a file.");
	rc = handle_take(s, &h, e);
	if (rc != ERR_OK)
		return rc;
	rc = read_at(h, at, path, blob.raw, e);
	if (rc == ERR_OK)
		rc = object_read(h, blob.raw, GIT_OBJECT_BLOB, &o, e);
	handle_give(s, h);
	if (rc == ERR_OK)
		rc = append_object(&o, out, e);
	if (rc == ERR_OK && ret_blob)
		*ret_blob = blob;
	return rc;
}

static enum err_code list_tree(
    const struct object *tree, store_name_fn fn, void *ctx, struct err *e)
{
	struct tree_cursor c = { tree->data, tree->data + tree->len };
	struct tree_entry entry;
	enum err_code rc = ERR_OK;
	char name[STORE_FILE_PATH_MAX + 2];

	while (rc == ERR_OK && tree_next(&c, &entry, &rc, e)) {
		if (entry.kind == ENTRY_OTHER)
			continue;
		if (entry.name_len > STORE_FILE_PATH_MAX)
			return err_set(e, ERR_CORRUPT,
			    "A name in the store is longer than %d bytes.",
			    STORE_FILE_PATH_MAX);
		memcpy(name, entry.name, entry.name_len + 1);
		if (entry.kind == ENTRY_DIR)
			memcpy(name + entry.name_len, "/", 2);
		rc = fn(ctx, name, e);
	}
	return rc;
}

/* "devices" and "devices/" name the same directory; "" is the root. */
static enum err_code as_directory(
    const char *dir, char to[STORE_FILE_PATH_MAX + 2], struct err *e)
{
	size_t n = strlen(dir);

	if (n > STORE_FILE_PATH_MAX)
		return err_set(e, ERR_NOT_FOUND,
		    "There is no such directory in the store.");
	memcpy(to, dir, n + 1);
	if (n > 0 && dir[n - 1] != '/')
		memcpy(to + n, "/", 2);
	return ERR_OK;
}

enum err_code store_list(struct store *s, const struct commit_id *at,
    const char *dir, store_name_fn fn, void *ctx, struct err *e)
{
	struct git_handle *h;
	struct object tree;
	uint8_t oid[STORE_OID_SIZE];
	char path[STORE_FILE_PATH_MAX + 2];
	enum err_code rc = as_directory(dir, path, e);

	if (rc != ERR_OK)
		return rc;
	rc = handle_take(s, &h, e);
	if (rc != ERR_OK)
		return rc;
	rc = read_at(h, at, path, oid, e);
	if (rc == ERR_OK)
		rc = object_read(h, oid, GIT_OBJECT_TREE, &tree, e);
	handle_give(s, h);
	if (rc != ERR_OK)
		return rc;
	rc = list_tree(&tree, fn, ctx, e);
	object_release(&tree);
	return rc;
}
