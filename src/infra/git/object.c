#include "infra/git/store_internal.h"

#include "base/crypto.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_PAUSE_MS 2
#define LAST_PAUSE_MS 64

static int odb_read(
    struct git_handle *h, const uint8_t *oid, git_odb_object **ret)
{
	git_oid id;

	if (git_oid_fromraw(&id, oid) < 0)
		return -1;
	return git_odb_read(ret, h->odb, &id);
}

static enum err_code read_failed(int rc, const uint8_t *oid, struct err *e)
{
	const git_error *last = git_error_last();
	char name[STORE_OID_TEXT_SIZE];

	hex_encode(name, oid, STORE_OID_SIZE);
	if (rc == GIT_ENOTFOUND)
		return err_set(e, ERR_NOT_FOUND,
		    "There is no object %s in the store.", name);
	err_set(e, ERR_CORRUPT, "Object %s of the store cannot be read.", name);
	err_detail(e, "libgit2: %s", last ? last->message : "no message");
	return ERR_CORRUPT;
}

/* A repack may have moved the object to a pack that is new to this handle:
 * libgit2 looks for new packs itself before it gives up.  But that pack may be
 * gone by then, should the next repack follow on its heels; so what is not
 * found is looked for again, and is absent only if it stays so. */
static int odb_find(
    struct git_handle *h, const uint8_t *oid, git_odb_object **ret)
{
	int rc = odb_read(h, oid, ret);

	for (long ms = FIRST_PAUSE_MS;
	     rc == GIT_ENOTFOUND && ms <= LAST_PAUSE_MS; ms *= 2) {
		const struct timespec pause = { .tv_nsec = ms * 1000000 };

		nanosleep(&pause, NULL);
		git_odb_refresh(h->odb);
		rc = odb_read(h, oid, ret);
	}
	return rc;
}

enum err_code object_lookup(struct git_handle *h, const uint8_t *oid,
    git_object_t type, struct object *ret, struct err *e)
{
	git_odb_object *o = NULL;
	int rc = odb_find(h, oid, &o);

	if (rc < 0)
		return read_failed(rc, oid, e);
	if (git_odb_object_type(o) != type) {
		git_odb_object_free(o);
		return read_failed(GIT_ENOTFOUND, oid, e);
	}
	ret->odb_object = o;
	ret->data = git_odb_object_data(o);
	ret->len = git_odb_object_size(o);
	return ERR_OK;
}

enum err_code object_read(struct git_handle *h, const uint8_t *oid,
    git_object_t type, struct object *ret, struct err *e)
{
	enum err_code rc = object_lookup(h, oid, type, ret, e);

	if (rc == ERR_NOT_FOUND)
		return err_set(e, ERR_CORRUPT,
		    "The store lacks a part that its history refers to.");
	return rc;
}

void object_release(struct object *o)
{
	git_odb_object_free(o->odb_object);
	*o = (struct object){ 0 };
}

/* --- commits ---------------------------------------------------------- */

/* "<key> <40 hex>\n" at *at; moves past it. */
static bool take_oid(const char **at, const char *end, const char *key,
    uint8_t oid[STORE_OID_SIZE])
{
	size_t n = strlen(key);
	size_t hex = STORE_OID_TEXT_SIZE - 1;
	char text[STORE_OID_TEXT_SIZE];

	if ((size_t)(end - *at) < n + 1 + hex + 1 || memcmp(*at, key, n) != 0 ||
	    (*at)[n] != ' ' || (*at)[n + 1 + hex] != '\n')
		return false;
	memcpy(text, *at + n + 1, hex);
	text[hex] = '\0';
	if (!hex_decode(text, oid, STORE_OID_SIZE))
		return false;
	*at += n + 1 + hex + 1;
	return true;
}

/* "author <name> <<email>> <seconds> <zone>", without the newline.  The last
 * ">" ends the address, as in Git's own reading of damaged lines. */
static bool parse_author(const char *line, size_t len, struct commit_parts *ret)
{
	const char *name = line + strlen("author ");
	const char *end = line + len;
	const char *gt = memrchr(line, '>', len);
	const char *lt = gt ? memchr(line, '<', (size_t)(gt - line)) : NULL;
	char seconds[24];
	size_t n;
	long value;

	if (!lt || lt < name)
		return false;
	ret->author = name;
	ret->author_len = (size_t)(lt - name);
	while (ret->author_len > 0 && name[ret->author_len - 1] == ' ')
		ret->author_len--;
	ret->email = lt + 1;
	ret->email_len = (size_t)(gt - lt - 1);
	for (gt++; gt < end && *gt == ' '; gt++)
		;
	for (n = 0; gt + n < end && gt[n] != ' '; n++)
		;
	if (n == 0 || n >= sizeof(seconds))
		return false;
	memcpy(seconds, gt, n);
	seconds[n] = '\0';
	if (!text_to_long(seconds, 0, INT64_MAX / 1000, &value))
		return false;
	ret->time_s = value;
	return true;
}

static bool parse_commit(const char *data, size_t len, struct commit_parts *ret)
{
	const char *at = data, *end = data + len;
	struct commit_id other;

	if (!take_oid(&at, end, "tree", ret->tree))
		return false;
	if (take_oid(&at, end, "parent", ret->parent.raw))
		while (take_oid(&at, end, "parent", other.raw))
			;
	if (at + 7 > end || memcmp(at, "author ", 7) != 0)
		return false;
	for (bool first = true; at < end && *at != '\n'; first = false) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));

		if (!eol)
			return false;
		if (first && !parse_author(at, (size_t)(eol - at), ret))
			return false;
		at = eol + 1;
	}
	if (at < end)
		at++;
	ret->message = at;
	ret->message_len = (size_t)(end - at);
	return true;
}

enum err_code commit_parse(
    const char *data, size_t len, struct commit_parts *ret, struct err *e)
{
	struct commit_parts parts = { .time_s = 0 };

	if (!parse_commit(data, len, &parts))
		return err_set(
		    e, ERR_CORRUPT, "A commit of the store is malformed.");
	*ret = parts;
	return ERR_OK;
}

enum err_code commit_tree(struct git_handle *h, const struct commit_id *id,
    uint8_t tree[STORE_OID_SIZE], struct err *e)
{
	struct object o;
	struct commit_parts parts;
	enum err_code rc;

	rc = object_lookup(h, id->raw, GIT_OBJECT_COMMIT, &o, e);
	if (rc != ERR_OK)
		return rc;
	rc = commit_parse(o.data, o.len, &parts, e);
	if (rc == ERR_OK)
		memcpy(tree, parts.tree, STORE_OID_SIZE);
	object_release(&o);
	return rc;
}
