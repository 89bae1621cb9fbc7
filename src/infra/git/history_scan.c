#include "infra/git/history_scan.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)1 << 30)
#define TEXT_MAX 400 /* bytes of a text that the index keeps */
#define RENAMED_FROM "Renamed-From"

/* A file that the commit changed; in the order of the paths. */
struct seen {
	const char *path;
	bool has_old, has_new;
	struct blob_id old_blob, new_blob;
};

struct history_scanner {
	struct git_handle *h;
	struct arena *arena; /* of one commit */
	struct seen *seen;
	size_t n_seen, cap_seen;
	/* those that were removed, by content and by name */
	const struct seen **by_blob, **by_name;
	size_t n_removed, cap_removed;
	uint8_t parent_tree[STORE_OID_SIZE];
	const char *renamed_from; /* the trailer's value; NULL: none */
};

static enum err_code no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "out of memory");
}

enum err_code history_scanner_new(
    struct git_handle *h, struct history_scanner **ret, struct err *e)
{
	struct history_scanner *s = calloc(1, sizeof(*s));

	if (!s)
		return no_memory(e);
	s->h = h;
	s->arena = arena_new(ARENA_MAX);
	if (!s->arena) {
		free(s);
		return no_memory(e);
	}
	*ret = s;
	return ERR_OK;
}

void history_scanner_free(struct history_scanner *s)
{
	if (!s)
		return;
	arena_free(s->arena);
	free(s->seen);
	free(s->by_blob);
	free(s->by_name);
	free(s);
}

/* --- the files of a commit -------------------------------------------- */

static enum err_code see_change(
    void *ctx, const struct store_change *c, struct err *e)
{
	struct history_scanner *s = ctx;
	struct seen *one;

	if (s->n_seen == s->cap_seen) {
		size_t cap = s->cap_seen ? s->cap_seen * 2 : 64;
		struct seen *grown = reallocarray(s->seen, cap, sizeof(*grown));

		if (!grown)
			return no_memory(e);
		s->seen = grown;
		s->cap_seen = cap;
	}
	one = &s->seen[s->n_seen];
	*one = (struct seen){ .path = arena_strdup(s->arena, c->path),
		.has_old = c->has_old,
		.has_new = c->has_new,
		.old_blob = c->old_blob,
		.new_blob = c->new_blob };
	if (!one->path)
		return no_memory(e);
	s->n_seen++;
	return ERR_OK;
}

/* --- where an added file came from ------------------------------------ */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static size_t top_len(const char *path)
{
	return strcspn(path, "/");
}

/* By top directory and file name. */
static int compare_names(const char *a, const char *b)
{
	size_t n = top_len(a), m = top_len(b);
	int order = memcmp(a, b, n < m ? n : m);

	if (order == 0)
		order = (n > m) - (n < m);
	return order ? order : strcmp(name_of(a), name_of(b));
}

static int order_by_name(const void *a, const void *b)
{
	const struct seen *const *x = a, *const *y = b;
	int order = compare_names((*x)->path, (*y)->path);

	return order ? order : strcmp((*x)->path, (*y)->path);
}

static int order_by_blob(const void *a, const void *b)
{
	const struct seen *const *x = a, *const *y = b;
	int order =
	    memcmp((*x)->old_blob.raw, (*y)->old_blob.raw, STORE_OID_SIZE);

	return order ? order : strcmp((*x)->path, (*y)->path);
}

static enum err_code sort_removed(struct history_scanner *s, struct err *e)
{
	s->n_removed = 0;
	if (s->cap_removed < s->n_seen) {
		size_t cap = s->cap_seen;

		free(s->by_blob);
		free(s->by_name);
		s->cap_removed = 0;
		s->by_blob = calloc(cap, sizeof(struct seen *));
		s->by_name = calloc(cap, sizeof(struct seen *));
		if (!s->by_blob || !s->by_name)
			return no_memory(e);
		s->cap_removed = cap;
	}
	for (size_t i = 0; i < s->n_seen; i++) {
		const struct seen *one = &s->seen[i];

		if (one->has_new)
			continue;
		s->by_blob[s->n_removed] = one;
		s->by_name[s->n_removed++] = one;
	}
	if (s->n_removed == 0)
		return ERR_OK;
	qsort(s->by_blob, s->n_removed, sizeof(struct seen *), order_by_blob);
	qsort(s->by_name, s->n_removed, sizeof(struct seen *), order_by_name);
	return ERR_OK;
}

/* The first of a sorted array that is not before `one`. */
static size_t lower_bound(const struct seen *const *sorted, size_t n,
    int (*before)(const struct seen *item, const struct seen *one),
    const struct seen *one)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (before(sorted[low + half], one) < 0) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

static int blob_before(const struct seen *item, const struct seen *one)
{
	return memcmp(item->old_blob.raw, one->new_blob.raw, STORE_OID_SIZE);
}

static int name_before(const struct seen *item, const struct seen *one)
{
	return compare_names(item->path, one->path);
}

/* Of several with this content one of the same file name is preferred. */
static const char *same_content(
    const struct history_scanner *s, const struct seen *one)
{
	size_t i = lower_bound(s->by_blob, s->n_removed, blob_before, one);
	const char *found = NULL;

	for (; i < s->n_removed && blob_before(s->by_blob[i], one) == 0; i++) {
		const char *path = s->by_blob[i]->path;

		if (strcmp(name_of(path), name_of(one->path)) == 0)
			return path;
		found = found ? found : path;
	}
	return found;
}

static const char *same_name(
    const struct history_scanner *s, const struct seen *one)
{
	size_t i = lower_bound(s->by_name, s->n_removed, name_before, one);
	size_t n = s->n_removed;

	if (i == n || name_before(s->by_name[i], one) != 0 ||
	    (i + 1 < n && name_before(s->by_name[i + 1], one) == 0))
		return NULL;
	return s->by_name[i]->path;
}

/* The length of the ending of the last name, ".json"; 0 if it has none. */
static size_t ending_of(const char *path)
{
	const char *dot = strrchr(name_of(path), '.');

	return dot ? strlen(dot) : 0;
}

/* What the trailer means for `path`: itself, or the same file name in that
 * directory.  NULL if it is of another ending: a record is not where a
 * configuration came from. */
static const char *named_by_trailer(
    struct arena *a, const char *value, const char *path)
{
	size_t len = strlen(value), ending = ending_of(value);

	if (value[len - 1] == '/')
		return arena_printf(a, "%s%s", value, name_of(path));
	if (ending != ending_of(path) ||
	    strcmp(value + len - ending, path + strlen(path) - ending) != 0)
		return NULL;
	return value;
}

/* What belongs to a record moves with it in the tree beside it: the trailer's
 * value with the top directory and the ending of `path`.  NULL if it is of the
 * same tree. */
static const char *beside_trailer(
    struct arena *a, const char *value, const char *path)
{
	size_t len = strlen(value), top = top_len(value);
	const char *slash = strchr(value, '/');
	const char *last = path + strlen(path) - ending_of(path);

	if (!slash || !strchr(path, '/') || strncmp(path, value, top + 1) == 0)
		return NULL;
	if (value[len - 1] == '/')
		last = name_of(path);
	return arena_printf(a, "%.*s%.*s%s", (int)top_len(path), path,
	    (int)(len - top - ending_of(value)), slash, last);
}

static enum err_code is_in_parent(
    struct history_scanner *s, const char *path, bool *ret, struct err *e)
{
	uint8_t oid[STORE_OID_SIZE];
	enum err_code rc = ERR_NOT_FOUND;

	if (path && *path && path[strlen(path) - 1] != '/')
		rc = tree_resolve(s->h, s->parent_tree, path, oid, NULL);
	*ret = rc == ERR_OK;
	if (rc == ERR_OK || rc == ERR_NOT_FOUND)
		return ERR_OK;
	return err_set(e, rc, "the history of %s cannot be read", path);
}

static enum err_code find_origin(struct history_scanner *s,
    const struct seen *one, const char **ret, struct err *e)
{
	const char *value = s->renamed_from, *named[2] = { NULL, NULL };
	enum err_code rc = ERR_OK;
	bool there = false;

	*ret = NULL;
	if (value && *value) {
		named[0] = beside_trailer(s->arena, value, one->path);
		named[1] = named_by_trailer(s->arena, value, one->path);
	}
	for (int i = 0; rc == ERR_OK && !there && i < 2; i++) {
		rc = is_in_parent(s, named[i], &there, e);
		if (there)
			*ret = named[i];
	}
	if (!*ret)
		*ret = same_content(s, one);
	if (!*ret)
		*ret = same_name(s, one);
	return arena_failed(s->arena) ? no_memory(e) : rc;
}

/* --- a commit --------------------------------------------------------- */

static const char *keep_text(struct arena *a, const char *text, size_t len)
{
	if (len > TEXT_MAX) {
		len = TEXT_MAX;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	return arena_memdup(a, text, len);
}

static const struct {
	enum part_text text;
	const char *trailer;
} trailers[] = {
	{ PART_RUN, "Run-Id" },
	{ PART_JOB, "Job" },
	{ PART_TRIGGER, "Trigger" },
	{ PART_DEVICE, "Device" },
	{ PART_RESULT, "Result" },
};

static enum err_code read_source(struct history_scanner *s,
    const struct commit_parts *parts, struct part_source *ret, struct err *e)
{
	const char *message = parts->message;
	size_t len = 0;

	ret->time_ms = parts->time_s * 1000;
	ret->text[PART_AUTHOR] =
	    keep_text(s->arena, parts->author, parts->author_len);
	ret->text[PART_SUBJECT] =
	    keep_text(s->arena, message, strcspn(message, "\n"));
	for (size_t i = 0; i < sizeof(trailers) / sizeof(trailers[0]); i++) {
		const char *value =
		    store_message_trailer(message, trailers[i].trailer, &len);

		ret->text[trailers[i].text] =
		    keep_text(s->arena, value ? value : "", value ? len : 0);
	}
	message = store_message_trailer(message, RENAMED_FROM, &len);
	s->renamed_from = message ? arena_memdup(s->arena, message, len) : NULL;
	return arena_failed(s->arena) ? no_memory(e) : ERR_OK;
}

static enum err_code read_files(
    struct history_scanner *s, const struct commit_parts *parts, struct err *e)
{
	bool first = commit_id_is_zero(&parts->parent);
	enum err_code rc = ERR_OK;

	s->n_seen = 0;
	if (!first)
		rc = commit_tree(s->h, &parts->parent, s->parent_tree, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(e, ERR_CORRUPT,
		    "The history of the store breaks off: a commit is "
		    "missing.");
	if (rc == ERR_OK)
		rc = tree_diff(s->h, first ? NULL : s->parent_tree, parts->tree,
		    see_change, s, e);
	return rc == ERR_OK ? sort_removed(s, e) : rc;
}

static enum err_code add_files(
    struct history_scanner *s, struct buf *out, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < s->n_seen; i++) {
		const struct seen *one = &s->seen[i];
		struct history_change change = { .path = one->path };

		if (one->has_new)
			memcpy(change.blob, one->new_blob.raw, STORE_OID_SIZE);
		if (!one->has_old && (s->n_removed > 0 || s->renamed_from))
			rc = find_origin(s, one, &change.from, e);
		history_record_add(out, &change);
	}
	return rc;
}

enum err_code history_scan_commit(struct history_scanner *s,
    const struct commit_id *id, bool with_files, struct buf *out, struct err *e)
{
	struct part_source source = { .id = *id };
	struct commit_parts parts;
	struct object o;
	size_t start;
	enum err_code rc = object_read(s->h, id->raw, GIT_OBJECT_COMMIT, &o, e);

	if (rc != ERR_OK)
		return rc;
	arena_reset(s->arena);
	s->n_seen = s->n_removed = 0;
	rc = commit_parse(o.data, o.len, &parts, e);
	if (rc == ERR_OK)
		rc = read_source(s, &parts, &source, e);
	if (rc == ERR_OK && with_files)
		rc = read_files(s, &parts, e);
	object_release(&o);
	if (rc != ERR_OK)
		return rc;
	if (commit_id_is_zero(&parts.parent))
		s->renamed_from = NULL; /* no tree to have come from */
	history_record_begin(out, &source, &start);
	rc = add_files(s, out, e);
	return rc == ERR_OK ? history_record_end(out, start, e) : rc;
}

/* --- which commits ---------------------------------------------------- */

static enum err_code add_id(
    struct history_ids *list, const struct commit_id *id, struct err *e)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 64;
		struct commit_id *grown =
		    reallocarray(list->ids, cap, sizeof(*grown));

		if (!grown)
			return no_memory(e);
		list->ids = grown;
		list->cap = cap;
	}
	list->ids[list->n++] = *id;
	return ERR_OK;
}

enum err_code history_scan_ids(struct git_handle *h,
    const struct commit_id *tip, const struct commit_id *known,
    struct history_ids *ret, bool *ret_met, struct err *e)
{
	struct commit_id id = *tip;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && !commit_id_is_zero(&id) &&
	       !commit_id_equal(&id, known)) {
		struct commit_parts parts;
		struct object o;

		rc = object_read(h, id.raw, GIT_OBJECT_COMMIT, &o, e);
		if (rc != ERR_OK)
			break;
		rc = commit_parse(o.data, o.len, &parts, e);
		object_release(&o);
		if (rc == ERR_OK)
			rc = add_id(ret, &id, e);
		if (rc == ERR_OK)
			id = parts.parent;
	}
	if (rc == ERR_OK)
		*ret_met = commit_id_equal(&id, known);
	return rc;
}
