#include "app/snapshot_changes.h"

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
		free(c->items[i].config_file);
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

enum err_code changes_add_problem(struct changes *c, const char *path,
    const char *message, struct err *e)
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

/* "intended/<area>/<device>.cfg": the key is "<device>/<area>". */
static bool parse_config_path(const char *path, struct change *ret)
{
	static const char *const dirs[] = { "intended/", "backup/" };

	for (int i = 0; i < 2; i++) {
		const char *rest, *slash;
		size_t n;

		if (!text_starts_with(path, dirs[i]))
			continue;
		rest = path + strlen(dirs[i]);
		slash = strchr(rest, '/');
		if (!slash || slash == rest || slash - rest >= 64 ||
		    strchr(slash + 1, '/') || !text_ends_with(slash, ".cfg"))
			return false;
		n = strlen(slash + 1) - 4;
		if (n == 0 || n >= 64)
			return false;
		snprintf(ret->key, sizeof(ret->key), "%.*s/%.*s", (int)n,
		    slash + 1, (int)(slash - rest), rest);
		ret->config = i;
		return true;
	}
	return false;
}

static enum err_code add_change(struct changes *c, const char *path,
    const struct blob_id *now, struct err *e)
{
	struct change one = { .has_new = now != NULL };

	one.kind = path_to_kind(path, one.key);
	if (!one.kind && !parse_config_path(path, &one))
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

static enum err_code collect(void *ctx, const struct store_change *change,
    struct err *e)
{
	return add_change(ctx, change->path,
	    change->has_new ? &change->new_blob : NULL, e);
}

static struct config_file *config_file_new(const struct change *one)
{
	struct config_file *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	atomic_init(&f->refs, 1);
	f->blob = one->blob;
	text_copy(f->key, sizeof(f->key), one->key);
	return f;
}

/* Reads and checks the new version of a changed file.  What is wrong with its
 * content becomes a problem, not an error. */
static enum err_code read_change(struct changes *c, struct change *one,
    struct buf *text, struct err *e)
{
	struct err wrong = ERR_INIT;
	enum err_code rc;

	if (!one->kind) {
		one->config_file = config_file_new(one);
		return one->config_file ? ERR_OK : out_of_memory(e);
	}
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
		err_set(&wrong, ERR_INVALID,
		    "its fields belong to the file %s",
		    record_path(one->record));
		record_unref(one->record);
		one->record = NULL;
		rc = ERR_INVALID;
	}
	return rc == ERR_OK ? ERR_OK
			    : changes_add_problem(c, one->path, wrong.message, e);
}

int change_place(const struct change *one)
{
	return one->kind ? (int)one->kind->id : KIND_COUNT + one->config;
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

/* The first change of this name, or NULL. */
static const struct change *find_name(const struct changes *c,
    const struct kind *kind, const char *key)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = change_place(&c->items[mid]) - (int)kind->id;

		if (order == 0)
			order = strcmp(c->items[mid].key, key);
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == c->n || c->items[low].kind != kind ||
	    strcmp(c->items[low].key, key) != 0)
		return NULL;
	return &c->items[low];
}

bool changes_have(const struct changes *c, const char *path)
{
	char key[PATH_MAX_KEY];
	const struct kind *kind = path_to_kind(path, key);
	const struct change *one = kind ? find_name(c, kind, key) : NULL;

	for (; one && one < c->items + c->n && one->kind == kind &&
	     strcmp(one->key, key) == 0; one++) {
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
		char key[PATH_MAX_KEY];
		const struct kind *kind = path_to_kind(path, key);
		struct blob_id blob;

		sorted.items = c->items;
		sorted.n = n_before;
		if (!kind || !find_name(&sorted, kind, key) ||
		    changes_have(&sorted, path))
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

	rc = store_diff(c->store, old ? &old->commit : NULL, to, "", collect,
	    c, e);
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
