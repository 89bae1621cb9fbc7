#include "app/snapshot_changes.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RECORD_FILE ((size_t)256 * 1024)

void changes_release(struct changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->items[i].path);
		record_unref(c->items[i].record);
		snapshot_file_unref(c->items[i].file);
	}
	free(c->items);
	for (size_t i = 0; i < c->n_problems; i++) {
		free((char *)(uintptr_t)c->problems[i].path);
		free((char *)(uintptr_t)c->problems[i].message);
	}
	free(c->problems);
}

static enum err_code out_of_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "out of memory for the snapshot");
}

static bool grow(void **items, size_t *cap, size_t n, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 64;
	void *grown;

	if (n < *cap)
		return true;
	grown = realloc(*items, wanted * size);
	if (!grown)
		return false;
	*items = grown;
	*cap = wanted;
	return true;
}

enum err_code changes_add_problem(
    struct changes *c, const char *path, const char *message, struct err *e)
{
	struct snapshot_problem p;

	if (!grow((void **)&c->problems, &c->cap_problems, c->n_problems,
		sizeof(*c->problems)))
		return out_of_memory(e);
	p.path = strdup(path);
	p.message = strdup(message);
	c->problems[c->n_problems++] = p;
	return p.path && p.message ? ERR_OK : out_of_memory(e);
}

/* "<area>/<device>.cfg": the key is "<device>/<area>". */
static bool key_of_text(
    const char *rest, const char *suffix, char key[PATH_MAX_KEY])
{
	const char *slash = strchr(rest, '/');
	size_t n;

	if (!slash || slash == rest || slash - rest >= 64 ||
	    strchr(slash + 1, '/') || !text_ends_with(slash, suffix))
		return false;
	n = strlen(slash + 1) - strlen(suffix);
	if (n == 0 || n >= 64)
		return false;
	snprintf(key, PATH_MAX_KEY, "%.*s/%.*s", (int)n, slash + 1,
	    (int)(slash - rest), rest);
	return true;
}

static bool key_of_config(const char *rest, char key[PATH_MAX_KEY])
{
	return key_of_text(rest, ".cfg", key);
}

static bool key_of_outputs(const char *rest, char key[PATH_MAX_KEY])
{
	return key_of_text(rest, ".txt", key);
}

static bool key_of_template(const char *rest, char key[PATH_MAX_KEY])
{
	return text_copy(key, PATH_MAX_KEY, rest);
}

static bool key_of_context(const char *rest, char key[PATH_MAX_KEY])
{
	return text_ends_with(rest, ".json") &&
	       text_copy(key, PATH_MAX_KEY, rest);
}

static const struct {
	const char *dir;
	bool (*key)(const char *rest, char key[PATH_MAX_KEY]);
} tables[FILE_TABLES] = {
	[FILES_INTENDED] = { "intended/", key_of_config },
	[FILES_BACKUP] = { "backup/", key_of_config },
	[FILES_OUTPUTS] = { "backup/", key_of_outputs },
	[FILES_TEMPLATES] = { "templates/", key_of_template },
	[FILES_CONTEXT] = { "context/", key_of_context },
};

static bool parse_file_path(const char *path, struct change *ret)
{
	for (int i = 0; i < FILE_TABLES; i++) {
		if (text_starts_with(path, tables[i].dir) &&
		    tables[i].key(path + strlen(tables[i].dir), ret->key)) {
			ret->table = (enum file_table)i;
			return true;
		}
	}
	return false;
}

/* The table and key of any path that counts. */
static bool parse_path(const char *path, struct change *ret)
{
	ret->kind = path_to_kind(path, ret->key);
	return ret->kind || parse_file_path(path, ret);
}

static enum err_code add_change(struct changes *c, const char *path,
    const struct blob_id *now, struct err *e)
{
	struct change one = { .has_new = now != NULL };

	if (!parse_path(path, &one))
		return ERR_OK;
	if (!grow((void **)&c->items, &c->cap, c->n, sizeof(*c->items)))
		return out_of_memory(e);
	one.path = strdup(path);
	if (!one.path)
		return out_of_memory(e);
	if (now)
		one.blob = *now;
	c->items[c->n++] = one;
	return ERR_OK;
}

static enum err_code collect(
    void *ctx, const struct store_change *change, struct err *e)
{
	return add_change(
	    ctx, change->path, change->has_new ? &change->new_blob : NULL, e);
}

/* What is wrong with the content of a file is a problem, not an error. */
static bool is_problem(enum err_code rc)
{
	return rc == ERR_INVALID || rc == ERR_CORRUPT || rc == ERR_LIMIT;
}

static enum err_code parse_context(
    const struct buf *text, json_t **ret, struct err *e)
{
	json_t *json = NULL;
	enum err_code rc =
	    json_read(buf_text(text), text->len, text->max, &json, e);

	if (rc == ERR_OK && !json_is_object(json)) {
		json_decref(json);
		rc = err_set(
		    e, ERR_INVALID, "a context file holds one JSON object");
	}
	if (rc == ERR_OK)
		*ret = json;
	return rc;
}

/* Takes over the object. */
static enum err_code keep_context(
    struct snapshot_file *file, json_t *json, struct err *e)
{
	if (!text_starts_with(file->key, "device/")) {
		file->json = json;
		return ERR_OK;
	}
	file->text = json_dumps(json, json_real_flags(json) | JSON_COMPACT);
	/* what they name is theirs alone: nothing else of the object stays */
	file->links = json_incref(json_object_get(json, "links"));
	json_decref(json);
	return file->text ? ERR_OK : out_of_memory(e);
}

static enum err_code read_file(
    struct changes *c, struct change *one, struct buf *text, struct err *e)
{
	struct err wrong = ERR_INIT;
	json_t *json = NULL;
	enum err_code rc = ERR_OK;

	if (one->table == FILES_CONTEXT) {
		buf_clear(text);
		rc = store_read_blob(c->store, &one->blob, text, &wrong);
		if (rc == ERR_OK)
			rc = parse_context(text, &json, &wrong);
	}
	if (rc != ERR_OK && is_problem(rc))
		return changes_add_problem(c, one->path, wrong.message, e);
	if (rc != ERR_OK) {
		*e = wrong;
		return rc;
	}
	one->file = snapshot_file_new(one->key, &one->blob);
	if (!one->file) {
		json_decref(json);
		return out_of_memory(e);
	}
	return json ? keep_context(one->file, json, e) : ERR_OK;
}

/* Reads and checks the new version of a changed file. */
static enum err_code read_change(
    struct changes *c, struct change *one, struct buf *text, struct err *e)
{
	struct err wrong = ERR_INIT;
	enum err_code rc;

	if (!one->kind)
		return read_file(c, one, text, e);
	buf_clear(text);
	rc = store_read_blob(c->store, &one->blob, text, &wrong);
	if (rc != ERR_OK && rc != ERR_LIMIT) {
		*e = wrong;
		return rc;
	}
	if (rc == ERR_OK)
		rc = record_parse(one->kind, buf_text(text), text->len,
		    one->blob.raw, &one->record, &wrong);
	if (rc == ERR_OK && strcmp(record_path(one->record), one->path) != 0) {
		err_set(&wrong, ERR_INVALID, "its fields belong to the file %s",
		    record_path(one->record));
		record_unref(one->record);
		one->record = NULL;
		rc = ERR_INVALID;
	}
	return rc == ERR_OK
		   ? ERR_OK
		   : changes_add_problem(c, one->path, wrong.message, e);
}

int change_place(const struct change *one)
{
	return one->kind ? (int)one->kind->id : KIND_COUNT + (int)one->table;
}

static int by_place(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int order = change_place(x) - change_place(y);

	if (order == 0)
		order = strcmp(x->key, y->key);
	return order ? order : strcmp(x->path, y->path);
}

static void sort(struct changes *c)
{
	if (c->n)
		qsort(c->items, c->n, sizeof(*c->items), by_place);
}

/* The first change at the place and key of `like`, or NULL. */
static const struct change *find_name(
    const struct changes *c, const struct change *like)
{
	size_t low = 0, high = c->n;
	int place = change_place(like);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = change_place(&c->items[mid]) - place;

		if (order == 0)
			order = strcmp(c->items[mid].key, like->key);
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == c->n || change_place(&c->items[low]) != place ||
	    strcmp(c->items[low].key, like->key) != 0)
		return NULL;
	return &c->items[low];
}

bool changes_have(const struct changes *c, const char *path)
{
	struct change like = { .path = NULL };
	const struct change *one =
	    parse_path(path, &like) ? find_name(c, &like) : NULL;

	for (; one && one < c->items + c->n &&
	       change_place(one) == change_place(&like) &&
	       strcmp(one->key, like.key) == 0;
	     one++) {
		if (strcmp(one->path, path) == 0)
			return true;
	}
	return false;
}

/* A file that lost against another of its name before may hold now that this
 * name is changed. */
static enum err_code add_rivals(struct changes *c, const struct snapshot *old,
    const struct commit_id *to, struct buf *text, struct err *e)
{
	size_t n_before = c->n;
	struct changes sorted = *c;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < old->n_problems && rc == ERR_OK; i++) {
		const char *path = old->problems[i].path;
		struct change like = { .path = NULL };
		struct blob_id blob;

		sorted.items = c->items;
		sorted.n = n_before;
		if (!parse_path(path, &like) || !like.kind ||
		    !find_name(&sorted, &like) || changes_have(&sorted, path))
			continue;
		buf_clear(text);
		rc = store_read(c->store, to, path, text, &blob, e);
		if (rc == ERR_OK)
			rc = add_change(c, path, &blob, e);
		else if (rc == ERR_LIMIT)
			rc = ERR_OK; /* as wrong as it was */
	}
	if (c->n > n_before)
		sort(c);
	return rc;
}

enum err_code changes_collect(struct changes *c, const struct snapshot *old,
    const struct commit_id *to, struct err *e)
{
	struct buf text = BUF_INIT(MAX_RECORD_FILE);
	enum err_code rc;

	rc = store_diff(
	    c->store, old ? &old->commit : NULL, to, "", collect, c, e);
	sort(c);
	if (rc == ERR_OK && old)
		rc = add_rivals(c, old, to, &text, e);
	for (size_t i = 0; rc == ERR_OK && i < c->n; i++) {
		if (c->items[i].has_new)
			rc = read_change(c, &c->items[i], &text, e);
	}
	buf_release(&text);
	return rc;
}
