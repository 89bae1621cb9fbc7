#include "infra/git/store_internal.h"

#include <string.h>

/* An entry is "<octal mode> <name>\0<20 bytes>" (gitformat-index(5) and
 * Documentation/technical of Git). */
#define MODE_TYPE 0170000
#define MODE_DIR 0040000
#define MODE_FILE 0100000

static bool parse_mode(const char **at, const char *end, unsigned int *ret)
{
	unsigned int mode = 0;
	const char *p = *at;

	while (p < end && *p >= '0' && *p <= '7' && p - *at < 7)
		mode = mode * 8 + (unsigned int)(*p++ - '0');
	if (p == *at || p >= end || *p != ' ')
		return false;
	*at = p + 1;
	*ret = mode;
	return true;
}

static enum entry_kind kind_of_mode(unsigned int mode)
{
	if ((mode & MODE_TYPE) == MODE_DIR)
		return ENTRY_DIR;
	if ((mode & MODE_TYPE) == MODE_FILE)
		return ENTRY_FILE;
	return ENTRY_OTHER;
}

bool tree_next(struct tree_cursor *c, struct tree_entry *ret, enum err_code *rc,
    struct err *e)
{
	const char *p = c->at, *nul;
	unsigned int mode;

	if (p == c->end)
		return false;
	if (!parse_mode(&p, c->end, &mode) ||
	    !(nul = memchr(p, '\0', (size_t)(c->end - p))) || nul == p ||
	    c->end - nul - 1 < STORE_OID_SIZE) {
		*rc = err_set(
		    e, ERR_CORRUPT, "A directory of the store is malformed.");
		return false;
	}
	ret->name = p;
	ret->name_len = (size_t)(nul - p);
	ret->oid = (const uint8_t *)nul + 1;
	ret->raw = c->at;
	ret->raw_len = (size_t)(nul + 1 + STORE_OID_SIZE - c->at);
	ret->kind = kind_of_mode(mode);
	c->at = nul + 1 + STORE_OID_SIZE;
	return true;
}

int tree_name_compare(const char *a, size_t a_len, bool a_dir, const char *b,
    size_t b_len, bool b_dir)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int order = memcmp(a, b, n);
	unsigned char ca, cb;

	if (order != 0)
		return order;
	ca = a_len > n ? (unsigned char)a[n] : a_dir ? '/' : '\0';
	cb = b_len > n ? (unsigned char)b[n] : b_dir ? '/' : '\0';
	return (int)ca - (int)cb;
}

bool tree_find(const struct object *tree, const char *name, size_t name_len,
    struct tree_entry *ret, enum err_code *rc, struct err *e)
{
	struct tree_cursor c = { tree->data, tree->data + tree->len };
	struct tree_entry entry;

	while (tree_next(&c, &entry, rc, e)) {
		if (entry.name_len == name_len &&
		    memcmp(entry.name, name, name_len) == 0) {
			*ret = entry;
			return true;
		}
	}
	return false;
}

/* One step down: the entry `name` of the tree `oid`, of the kind asked for. */
static enum err_code step_into(struct git_handle *h,
    uint8_t oid[STORE_OID_SIZE], const char *name, size_t len, struct err *e)
{
	struct object tree;
	struct tree_entry entry;
	enum entry_kind want = name[len] == '/' ? ENTRY_DIR : ENTRY_FILE;
	enum err_code rc;

	rc = object_read(h, oid, GIT_OBJECT_TREE, &tree, e);
	if (rc != ERR_OK)
		return rc;
	if (tree_find(&tree, name, len, &entry, &rc, e) && entry.kind == want)
		memcpy(oid, entry.oid, STORE_OID_SIZE);
	else if (rc == ERR_OK)
		rc = ERR_NOT_FOUND;
	object_release(&tree);
	return rc;
}

enum err_code tree_resolve(struct git_handle *h, const uint8_t *root,
    const char *path, uint8_t ret_oid[STORE_OID_SIZE], struct err *e)
{
	uint8_t oid[STORE_OID_SIZE];
	const char *at = path;

	memcpy(oid, root, STORE_OID_SIZE);
	while (*at) {
		size_t n = strcspn(at, "/");
		enum err_code rc = step_into(h, oid, at, n, e);

		if (rc == ERR_NOT_FOUND)
			return err_set(e, ERR_NOT_FOUND,
			    "There is no %s in the store.", path);
		if (rc != ERR_OK)
			return rc;
		at += n + (at[n] == '/');
	}
	memcpy(ret_oid, oid, STORE_OID_SIZE);
	return ERR_OK;
}
