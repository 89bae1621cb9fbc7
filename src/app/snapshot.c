#include "app/snapshot.h"

#include "app/snapshot_internal.h"
#include "base/log.h"
#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RECORD_FILE ((size_t)256 * 1024)

struct snapshots {
	struct store *store;
	pthread_mutex_t lock;	 /* guards `current` */
	pthread_mutex_t advance; /* one thread at a time makes the next */
	const struct snapshot *current;
};

/* --- what changed between two commits ------------------------------------- */

/* One changed file, sorted into the table that it belongs to. */
struct change {
	char *path;
	const struct kind *kind; /* NULL: a configuration file */
	int config;		 /* enum path_config */
	char key[PATH_MAX_KEY];
	bool has_new;
	struct blob_id blob;
	struct record *record;	    /* parsed; NULL: removed or bad */
	struct config_file *config_file;
};

struct changes {
	struct change *items;
	size_t n, cap;
	struct snapshot_problem *problems;
	size_t n_problems, cap_problems;
	struct store *store;
};

static void changes_release(struct changes *c)
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

static enum err_code add_problem(struct changes *c, const char *path,
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

/* "intended/<area>/<device>.cfg" */
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
		memcpy(ret->key, slash + 1, n);
		ret->key[n] = '\0';
		ret->config = i;
		return true;
	}
	return false;
}

static enum err_code collect(void *ctx, const struct store_change *change,
    struct err *e)
{
	struct changes *c = ctx;
	struct change one = { 0 };

	one.kind = path_to_kind(change->path, one.key);
	if (!one.kind && !parse_config_path(change->path, &one))
		return ERR_OK;
	if (!grow((void **)&c->items, &c->cap, c->n, sizeof(*c->items)))
		return out_of_memory(e);
	one.path = strdup(change->path);
	if (!one.path)
		return out_of_memory(e);
	one.has_new = change->has_new;
	one.blob = change->new_blob;
	c->items[c->n++] = one;
	return ERR_OK;
}

static struct config_file *config_file_new(const struct change *one)
{
	struct config_file *f = calloc(1, sizeof(*f));
	const char *area = strchr(one->path, '/') + 1;

	if (!f)
		return NULL;
	atomic_init(&f->refs, 1);
	f->blob = one->blob;
	text_copy(f->device, sizeof(f->device), one->key);
	memcpy(f->area, area, (size_t)(strchr(area, '/') - area));
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
			    : add_problem(c, one->path, wrong.message, e);
}

static int by_place(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int kx = x->kind ? (int)x->kind->id : KIND_COUNT + x->config;
	int ky = y->kind ? (int)y->kind->id : KIND_COUNT + y->config;
	int order;

	if (kx != ky)
		return kx < ky ? -1 : 1;
	order = strcmp(x->key, y->key);
	if (order != 0)
		return order;
	/* removals first, so that a move is a removal and an addition */
	return (int)x->has_new - (int)y->has_new;
}

static enum err_code collect_changes(struct changes *c,
    const struct commit_id *from, const struct commit_id *to, struct err *e)
{
	struct buf text = BUF_INIT(MAX_RECORD_FILE);
	enum err_code rc;

	rc = store_diff(c->store, from, to, "", collect, c, e);
	for (size_t i = 0; rc == ERR_OK && i < c->n; i++) {
		if (c->items[i].has_new)
			rc = read_change(c, &c->items[i], &text, e);
	}
	buf_release(&text);
	if (rc == ERR_OK && c->n)
		qsort(c->items, c->n, sizeof(*c->items), by_place);
	return rc;
}

/* --- the next snapshot ---------------------------------------------------- */

static void snapshot_free(struct snapshot *s)
{
	for (size_t k = 0; k < KIND_COUNT; k++) {
		for (size_t i = 0; i < s->kinds[k].n; i++)
			record_unref(s->kinds[k].items[i]);
		free(s->kinds[k].items);
	}
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < s->configs[k].n; i++) {
			struct config_file *f = s->configs[k].items[i];

			if (atomic_fetch_sub(&f->refs, 1) == 1)
				free(f);
		}
		free(s->configs[k].items);
	}
	for (size_t i = 0; i < s->n_problems; i++) {
		free((char *)(uintptr_t)s->problems[i].path);
		free((char *)(uintptr_t)s->problems[i].message);
	}
	free(s->problems);
	record_unref(s->default_settings);
	free(s);
}

/* The record that holds for a key after the changes [from, to) of it. */
static enum err_code settle_record(struct changes *c, size_t from, size_t to,
    const struct record *old, const struct record **ret, struct err *e)
{
	const struct record *now = old;
	enum err_code rc = ERR_OK;

	for (size_t i = from; i < to && rc == ERR_OK; i++) {
		struct change *one = &c->items[i];

		if (now && strcmp(record_path(now), one->path) == 0)
			now = NULL;
		if (!one->record)
			continue;
		if (now)
			rc = add_problem(c, one->path,
			    "another file holds a record of this name", e);
		else
			now = one->record;
	}
	*ret = now;
	return rc;
}

static enum err_code merge_records(struct snapshot *next,
    const struct snapshot *old, enum kind_id kind, struct changes *c,
    size_t from, size_t to, struct err *e)
{
	size_t n_old = old ? old->kinds[kind].n : 0, o = 0, n = 0;
	const struct record **items =
	    malloc((n_old + (to - from) + 1) * sizeof(*items));

	if (!items)
		return out_of_memory(e);
	next->kinds[kind].items = items;
	while (o < n_old || from < to) {
		const struct record *r =
		    o < n_old ? old->kinds[kind].items[o] : NULL;
		int order = !r ? 1 : from == to
		    ? -1 : strcmp(record_key(r), c->items[from].key);
		size_t end = from;
		enum err_code rc;

		if (order < 0) {
			items[n++] = record_ref(r);
			next->kinds[kind].n = n;
			o++;
			continue;
		}
		while (end < to &&
		    strcmp(c->items[end].key, c->items[from].key) == 0)
			end++;
		rc = settle_record(c, from, end, order == 0 ? r : NULL, &r, e);
		if (rc != ERR_OK)
			return rc;
		if (r)
			items[n++] = record_ref(r);
		next->kinds[kind].n = n;
		o += order == 0;
		from = end;
	}
	return ERR_OK;
}

static enum err_code merge_configs(struct snapshot *next,
    const struct snapshot *old, int which, struct changes *c, size_t from,
    size_t to, struct err *e)
{
	size_t n_old = old ? old->configs[which].n : 0, o = 0, n = 0;
	struct config_file **items =
	    malloc((n_old + (to - from) + 1) * sizeof(*items));

	if (!items)
		return out_of_memory(e);
	next->configs[which].items = items;
	while (o < n_old || from < to) {
		struct config_file *f =
		    o < n_old ? old->configs[which].items[o] : NULL;
		int order = !f ? 1 : from == to
		    ? -1 : strcmp(f->device, c->items[from].key);

		if (order < 0) {
			atomic_fetch_add(&f->refs, 1);
			items[n++] = f;
			next->configs[which].n = n;
			o++;
			continue;
		}
		o += order == 0;
		/* the last one of a key wins: an addition after a removal */
		while (from + 1 < to &&
		    strcmp(c->items[from].key, c->items[from + 1].key) == 0)
			from++;
		if (c->items[from].config_file) {
			items[n++] = c->items[from].config_file;
			c->items[from].config_file = NULL;
			next->configs[which].n = n;
		}
		from++;
	}
	return ERR_OK;
}

static bool is_changed(const struct changes *c, const char *path)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->items[i].path, path) == 0)
			return true;
	}
	return false;
}

static enum err_code merge_problems(struct snapshot *next,
    const struct snapshot *old, struct changes *c, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; old && rc == ERR_OK && i < old->n_problems; i++) {
		if (!is_changed(c, old->problems[i].path))
			rc = add_problem(c, old->problems[i].path,
			    old->problems[i].message, e);
	}
	if (rc == ERR_OK) {
		next->problems = c->problems;
		next->n_problems = c->n_problems;
		c->problems = NULL;
		c->n_problems = 0;
	}
	return rc;
}

static enum err_code make_settings(struct snapshot *next, struct err *e)
{
	json_t *none = json_object();
	struct record *r = NULL;
	enum err_code rc;

	if (!none)
		return out_of_memory(e);
	rc = record_new(kind_get(KIND_SETTINGS), none, NULL, &r, e);
	json_decref(none);
	if (rc == ERR_OK)
		next->default_settings = r;
	return rc;
}

static enum err_code merge_all(struct snapshot *next,
    const struct snapshot *old, struct changes *c, struct err *e)
{
	enum err_code rc = ERR_OK;
	size_t from = 0;

	for (int place = 1; rc == ERR_OK && place < KIND_COUNT + 2; place++) {
		size_t to = from;

		while (to < c->n && (c->items[to].kind
		    ? (int)c->items[to].kind->id
		    : KIND_COUNT + c->items[to].config) == place)
			to++;
		if (place < KIND_COUNT)
			rc = merge_records(next, old, (enum kind_id)place, c,
			    from, to, e);
		else
			rc = merge_configs(next, old, place - KIND_COUNT, c,
			    from, to, e);
		from = to;
	}
	if (rc == ERR_OK)
		rc = merge_problems(next, old, c, e);
	if (rc == ERR_OK)
		rc = make_settings(next, e);
	return rc;
}

static enum err_code advance(struct store *store, const struct snapshot *old,
    const struct commit_id *to, const struct snapshot **ret, struct err *e)
{
	struct changes c = { .store = store };
	struct snapshot *next = calloc(1, sizeof(*next));
	enum err_code rc;

	if (!next)
		return out_of_memory(e);
	atomic_init(&next->refs, 1);
	next->commit = *to;
	rc = collect_changes(&c, old ? &old->commit : NULL, to, e);
	if (rc == ERR_OK)
		rc = merge_all(next, old, &c, e);
	changes_release(&c);
	if (rc != ERR_OK) {
		snapshot_free(next);
		return rc;
	}
	*ret = next;
	return ERR_OK;
}

/* --- sharing --------------------------------------------------------------- */

const struct snapshot *snapshot_ref(const struct snapshot *s)
{
	struct snapshot *w = (struct snapshot *)(uintptr_t)s;

	atomic_fetch_add_explicit(&w->refs, 1, memory_order_relaxed);
	return s;
}

void snapshot_unref(const struct snapshot *s)
{
	struct snapshot *w = (struct snapshot *)(uintptr_t)s;

	if (w && atomic_fetch_sub_explicit(&w->refs, 1,
	    memory_order_acq_rel) == 1)
		snapshot_free(w);
}

enum err_code snapshots_new(struct store *store, struct snapshots **ret,
    struct err *e)
{
	struct snapshots *all = calloc(1, sizeof(*all));
	const struct snapshot *first;
	enum err_code rc;

	if (!all)
		return out_of_memory(e);
	all->store = store;
	pthread_mutex_init(&all->lock, NULL);
	pthread_mutex_init(&all->advance, NULL);
	rc = snapshots_current(all, &first, e);
	if (rc != ERR_OK) {
		snapshots_free(all);
		return rc;
	}
	snapshot_unref(first);
	*ret = all;
	return ERR_OK;
}

void snapshots_free(struct snapshots *all)
{
	if (!all)
		return;
	snapshot_unref(all->current);
	pthread_mutex_destroy(&all->lock);
	pthread_mutex_destroy(&all->advance);
	free(all);
}

static const struct snapshot *current_ref(struct snapshots *all)
{
	const struct snapshot *s;

	pthread_mutex_lock(&all->lock);
	s = all->current ? snapshot_ref(all->current) : NULL;
	pthread_mutex_unlock(&all->lock);
	return s;
}

/* Called with `advance` held. */
static enum err_code make_next(struct snapshots *all,
    const struct commit_id *tip, struct err *e)
{
	const struct snapshot *old = current_ref(all);
	const struct snapshot *next = NULL;
	enum err_code rc = ERR_OK;

	if (!old || !commit_id_equal(&old->commit, tip)) {
		rc = advance(all->store, old, tip, &next, e);
		if (rc == ERR_OK) {
			pthread_mutex_lock(&all->lock);
			snapshot_unref(all->current);
			all->current = next;
			pthread_mutex_unlock(&all->lock);
		}
	}
	snapshot_unref(old);
	return rc;
}

enum err_code snapshots_current(struct snapshots *all,
    const struct snapshot **ret, struct err *e)
{
	const struct snapshot *s = current_ref(all);
	struct err local = ERR_INIT;
	struct commit_id tip;
	enum err_code rc;

	rc = store_tip(all->store, STORE_MAIN, &tip, &local);
	if (rc == ERR_OK && s && commit_id_equal(&s->commit, &tip)) {
		*ret = s;
		return ERR_OK;
	}
	if (rc == ERR_OK) {
		snapshot_unref(s);
		pthread_mutex_lock(&all->advance);
		rc = make_next(all, &tip, &local);
		pthread_mutex_unlock(&all->advance);
		s = current_ref(all);
	}
	if (rc != ERR_OK && s)
		log_err(&local, "the store cannot be read; serving the last "
				"snapshot");
	if (!s) {
		if (e)
			*e = local;
		return rc;
	}
	*ret = s;
	return ERR_OK;
}
