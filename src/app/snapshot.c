#include "app/snapshot.h"

#include "app/snapshot_changes.h"
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct snapshots {
	struct store *store;
	pthread_mutex_t lock;	 /* guards `current` */
	pthread_mutex_t advance; /* one thread at a time makes the next */
	const struct snapshot *current;
};

static enum err_code out_of_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "out of memory for the snapshot");
}

/* --- files --------------------------------------------------------------- */

struct snapshot_file *snapshot_file_new(
    const char *key, const struct blob_id *blob)
{
	size_t size = strlen(key) + 1;
	struct snapshot_file *f = calloc(1, sizeof(*f) + size);

	if (!f)
		return NULL;
	atomic_init(&f->refs, 1);
	f->blob = *blob;
	memcpy(f->key, key, size);
	return f;
}

void snapshot_file_unref(struct snapshot_file *f)
{
	if (!f || atomic_fetch_sub(&f->refs, 1) != 1)
		return;
	json_decref(f->json);
	json_decref(f->links);
	free(f->text);
	free(f);
}

/* --- the next snapshot ---------------------------------------------------- */

static void snapshot_free(struct snapshot *s)
{
	for (size_t k = 0; k < KIND_COUNT; k++) {
		for (size_t i = 0; i < s->kinds[k].n; i++)
			record_unref(s->kinds[k].items[i]);
		free(s->kinds[k].items);
	}
	for (size_t k = 0; k < FILE_TABLES; k++) {
		for (size_t i = 0; i < s->files[k].n; i++)
			snapshot_file_unref(s->files[k].items[i]);
		free(s->files[k].items);
	}
	for (size_t i = 0; i < s->n_problems; i++) {
		free((char *)(uintptr_t)s->problems[i].path);
		free((char *)(uintptr_t)s->problems[i].message);
	}
	free(s->problems);
	record_unref(s->default_settings);
	record_lines_free(atomic_load(&s->lines));
	free(s);
}

/* Says of every file of this name but the winner's that it does not count. */
static enum err_code list_losers(struct changes *c, size_t from, size_t to,
    const struct record *old, const struct record *winner, struct err *e)
{
	char text[PATH_MAX_PATH + 60];
	enum err_code rc = ERR_OK;

	snprintf(text, sizeof(text), "%s holds a record of this name already",
	    record_path(winner));
	if (old && old != winner)
		rc = changes_add_problem(c, record_path(old), text, e);
	for (size_t i = from; i < to && rc == ERR_OK; i++) {
		struct change *one = &c->items[i];

		if (one->record && one->record != winner)
			rc = changes_add_problem(c, one->path, text, e);
	}
	return rc;
}

/* The record that holds for a name after the changes [from, to) of it.  Of
 * several files with one name the first path holds, whichever came first, so
 * that all programs agree. */
static enum err_code settle_record(struct changes *c, size_t from, size_t to,
    const struct record *old, const struct record **ret, struct err *e)
{
	const struct record *winner;

	if (old && changes_have(c, record_path(old)))
		old = NULL;
	winner = old;
	for (size_t i = from; i < to; i++) {
		const struct record *r = c->items[i].record;

		if (r && (!winner ||
			     strcmp(record_path(r), record_path(winner)) < 0))
			winner = r;
	}
	*ret = winner;
	return winner ? list_losers(c, from, to, old, winner, e) : ERR_OK;
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
		int order = !r ? 1
			    : from == to
				? -1
				: strcmp(record_key(r), c->items[from].key);
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

static enum err_code merge_files(struct snapshot *next,
    const struct snapshot *old, int which, struct changes *c, size_t from,
    size_t to, struct err *e)
{
	size_t n_old = old ? old->files[which].n : 0, o = 0, n = 0;
	struct snapshot_file **items =
	    malloc((n_old + (to - from) + 1) * sizeof(*items));

	if (!items)
		return out_of_memory(e);
	next->files[which].items = items;
	while (o < n_old || from < to) {
		struct snapshot_file *f =
		    o < n_old ? old->files[which].items[o] : NULL;
		int order = !f		 ? 1
			    : from == to ? -1
					 : strcmp(f->key, c->items[from].key);

		if (order < 0) {
			atomic_fetch_add(&f->refs, 1);
			items[n++] = f;
			o++;
		} else {
			o += order == 0;
			if (c->items[from].file)
				items[n++] = c->items[from].file;
			c->items[from++].file = NULL;
		}
		next->files[which].n = n;
	}
	return ERR_OK;
}

static enum err_code merge_problems(struct snapshot *next,
    const struct snapshot *old, struct changes *c, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; old && rc == ERR_OK && i < old->n_problems; i++) {
		if (!changes_have(c, old->problems[i].path))
			rc = changes_add_problem(c, old->problems[i].path,
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

	for (int place = 1; rc == ERR_OK && place < CHANGE_PLACES; place++) {
		size_t to = from;

		while (to < c->n && change_place(&c->items[to]) == place)
			to++;
		if (place < KIND_COUNT)
			rc = merge_records(
			    next, old, (enum kind_id)place, c, from, to, e);
		else
			rc = merge_files(
			    next, old, place - KIND_COUNT, c, from, to, e);
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
	rc = changes_collect(&c, old, to, e);
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

/* --- sharing ------------------------------------------------------------- */

const struct snapshot *snapshot_ref(const struct snapshot *s)
{
	struct snapshot *w = (struct snapshot *)(uintptr_t)s;

	atomic_fetch_add_explicit(&w->refs, 1, memory_order_relaxed);
	return s;
}

void snapshot_unref(const struct snapshot *s)
{
	struct snapshot *w = (struct snapshot *)(uintptr_t)s;

	if (w &&
	    atomic_fetch_sub_explicit(&w->refs, 1, memory_order_acq_rel) == 1)
		snapshot_free(w);
}

enum err_code snapshots_new(
    struct store *store, struct snapshots **ret, struct err *e)
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

/* Called with `advance` held.  The tip is read again: whoever waited for the
 * lock must not lead back to the one it saw before. */
static enum err_code make_next(struct snapshots *all, struct err *e)
{
	const struct snapshot *old = current_ref(all);
	const struct snapshot *next = NULL;
	struct commit_id tip;
	enum err_code rc = store_tip(all->store, STORE_MAIN, &tip, e);

	if (rc == ERR_OK && (!old || !commit_id_equal(&old->commit, &tip))) {
		rc = advance(all->store, old, &tip, &next, e);
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

enum err_code snapshots_current(
    struct snapshots *all, const struct snapshot **ret, struct err *e)
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
		rc = make_next(all, &local);
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
