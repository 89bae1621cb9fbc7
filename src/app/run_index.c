#include "app/run_index_internal.h"

#include "app/run_order.h"
#include "app/run_rows.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_LIMIT 50
/* A directory changed this recently may change again within the same tick of
 * its time stamp: the stamp is not kept, so that it is read again. */
#define RACY_MS 50

/* --- done runs ------------------------------------------------------------ */

size_t run_index_lower_bound(const struct run_index *index, const char *id)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(index->entries[mid]->id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool insert(struct run_index *index, struct run_entry *entry)
{
	size_t at = run_index_lower_bound(index, entry->id);

	if (at < index->n && strcmp(index->entries[at]->id, entry->id) == 0) {
		struct run_entry *old = index->entries[at];

		index->entries[at] = entry;
		run_last_forget(&index->last, old);
		free(old);
		return run_last_note(&index->last, entry);
	}
	if (index->n == index->cap) {
		size_t cap = index->cap ? index->cap * 2 : 256;
		void *grown = realloc(index->entries,
		    cap * sizeof(*index->entries));

		if (!grown)
			return false;
		index->entries = grown;
		index->cap = cap;
	}
	memmove(index->entries + at + 1, index->entries + at,
	    (index->n - at) * sizeof(*index->entries));
	index->entries[at] = entry;
	index->n++;
	return run_last_note(&index->last, entry);
}

/* --- following the branch ---------------------------------------------------------- */

/* It is in the history only from now on. */
static void forget(struct run_index *index, const char *path)
{
	const char *end = strrchr(path, '/');
	char id[RUN_ID_SIZE];
	size_t at, len = strlen("20261121-083000-1f2e3d4c");

	if (end - path < (long)len)
		return;
	snprintf(id, sizeof(id), "%.*s", (int)len, end - len);
	at = run_index_lower_bound(index, id);
	if (at == index->n || strcmp(index->entries[at]->id, id) != 0)
		return;
	run_last_forget(&index->last, index->entries[at]);
	free(index->entries[at]);
	index->n--;
	memmove(index->entries + at, index->entries + at + 1,
	    (index->n - at) * sizeof(*index->entries));
}

static enum err_code follow(void *ctx, const struct store_change *change,
    struct err *e)
{
	struct run_index *index = ctx;
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	struct run_entry *entry = NULL;
	json_t *doc = NULL;
	enum err_code rc;

	if (!text_ends_with(change->path, "/run.json"))
		return ERR_OK;
	if (!change->has_new) {
		forget(index, change->path);
		return ERR_OK;
	}
	rc = store_read_blob(index->app->store, &change->new_blob, &text, e);
	if (rc == ERR_OK &&
	    run_doc_parse(buf_text(&text), text.len, &doc, NULL) == ERR_OK) {
		entry = run_entry_new(doc, buf_text(&text), text.len);
		if (!entry || !insert(index, entry))
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	json_decref(doc);
	buf_release(&text);
	return rc;
}

enum err_code run_index_refresh_done(struct run_index *index, struct err *e)
{
	struct commit_id tip;
	enum err_code rc;

	rc = store_tip(index->app->store, STORE_RUNS, &tip, e);
	if (rc != ERR_OK || commit_id_equal(&tip, &index->at))
		return rc;
	rc = store_diff(index->app->store, &index->at, &tip, "", follow, index,
	    e);
	if (rc == ERR_OK)
		index->at = tip;
	return rc;
}

/* --- the spool ----------------------------------------------------------------------- */

static bool spool_changed(struct run_index *index)
{
	int64_t now = clock_wall_ms();
	bool changed = false;

	for (int i = 0; i < QUEUE_PLACES; i++) {
		struct timespec *was = &index->live_times[i];
		char path[4096];
		struct stat st;

		queue_path(index->app->dir, (enum queue_place)i, path,
		    sizeof(path));
		if (stat(path, &st) < 0)
			continue;
		if (st.st_mtim.tv_sec != was->tv_sec ||
		    st.st_mtim.tv_nsec != was->tv_nsec)
			changed = true;
		*was = st.st_mtim;
		if (now - ((int64_t)st.st_mtim.tv_sec * 1000 +
		    st.st_mtim.tv_nsec / 1000000) < RACY_MS)
			*was = (struct timespec){ 0 };
	}
	return changed;
}

static enum err_code add_live(struct run_index *index, const char *id,
    struct run_index_live *items, size_t *n, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	enum queue_place place;
	json_t *doc = NULL;
	enum err_code rc;

	rc = queue_read(index->app->dir, id, &text, &place, e);
	if (rc == ERR_OK &&
	    run_doc_parse(buf_text(&text), text.len, &doc, NULL) == ERR_OK) {
		struct run_index_live *one = &items[(*n)++];
		json_t *device = json_array_get(
		    json_object_get(doc, "devices"), 0);

		text_copy(one->id, sizeof(one->id), id);
		text_copy(one->device, sizeof(one->device),
		    json_text(device, "name", ""));
	}
	json_decref(doc);
	buf_release(&text);
	/* it has just moved on, or it is damaged: the worker sets that aside */
	if (rc == ERR_NOT_FOUND || rc == ERR_CORRUPT || rc == ERR_LIMIT)
		return ERR_OK;
	return rc;
}

static int live_by_id(const void *a, const void *b)
{
	return strcmp(((const struct run_index_live *)a)->id,
	    ((const struct run_index_live *)b)->id);
}

/* A run that moved from place to place meanwhile was seen in both. */
static size_t sort_live(struct run_index_live *items, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(items, n, sizeof(*items), live_by_id);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || strcmp(items[kept - 1].id, items[i].id) != 0)
			items[kept++] = items[i];
	}
	return kept;
}

static enum err_code read_live(struct run_index *index, struct err *e)
{
	struct run_index_live *items = NULL;
	size_t n = 0;
	enum err_code rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < QUEUE_PLACES; i++) {
		char (*ids)[RUN_ID_SIZE];
		size_t n_ids;
		void *grown;

		rc = queue_list(index->app->dir, (enum queue_place)i, &ids,
		    &n_ids, e);
		if (rc != ERR_OK)
			break;
		grown = realloc(items, (n + n_ids + 1) * sizeof(*items));
		if (grown)
			items = grown;
		else
			rc = err_set(e, ERR_SYSTEM, "out of memory");
		for (size_t j = 0; rc == ERR_OK && j < n_ids; j++)
			rc = add_live(index, ids[j], items, &n, e);
		free(ids);
	}
	if (rc != ERR_OK) {
		free(items);
		memset(index->live_times, 0, sizeof(index->live_times));
		return rc;
	}
	n = sort_live(items, n);
	free(index->live);
	index->live = items;
	index->n_live = n;
	return ERR_OK;
}

enum err_code run_index_refresh_live(struct run_index *index, struct err *e)
{
	uint64_t generation = watch_generation(index->watch);
	enum err_code rc = ERR_OK;

	if (generation != 0 && generation == index->live_generation)
		return ERR_OK;
	if (spool_changed(index))
		rc = read_live(index, e);
	index->live_generation = rc == ERR_OK ? generation : 0;
	return rc;
}

/* --- the calls -------------------------------------------------------------------------- */

/* Without a watch each question looks at the directories. */
static void watch_spool(struct run_index *index)
{
	char paths[QUEUE_PLACES][4096];
	const char *dirs[QUEUE_PLACES];
	struct err e = ERR_INIT;

	for (int i = 0; i < QUEUE_PLACES; i++) {
		queue_path(index->app->dir, (enum queue_place)i, paths[i],
		    sizeof(paths[i]));
		dirs[i] = paths[i];
	}
	if (watch_new(dirs, QUEUE_PLACES, &index->watch, &e) != ERR_OK)
		log_err(&e, "the spool is looked at for each page");
}

enum err_code run_index_new(const struct app *app, struct run_index **ret,
    struct err *e)
{
	struct run_index *index = calloc(1, sizeof(*index));
	enum err_code rc;

	if (!index)
		return err_set(e, ERR_SYSTEM, "out of memory");
	index->app = app;
	pthread_mutex_init(&index->lock, NULL);
	watch_spool(index);
	rc = run_index_refresh_done(index, e);
	if (rc != ERR_OK) {
		run_index_free(index);
		return rc;
	}
	*ret = index;
	return ERR_OK;
}

void run_index_free(struct run_index *index)
{
	if (!index)
		return;
	for (size_t i = 0; i < index->n; i++)
		free(index->entries[i]);
	free(index->entries);
	run_last_release(&index->last);
	free(index->live);
	watch_free(index->watch);
	pthread_mutex_destroy(&index->lock);
	free(index);
}

static bool add_live_docs(struct run_index *index, const struct run_filter *f,
    size_t limit, json_t *list)
{
	for (size_t i = index->n_live; i-- > 0;) {
		const struct run_index_live *one = &index->live[i];
		json_t *doc;
		bool ok = true;

		if (json_array_size(list) >= limit)
			break;
		if (f->before && *f->before && strcmp(one->id, f->before) >= 0)
			continue;
		if ((f->device && *f->device
			    ? runs_read(index->app, one->id, &doc, NULL)
			    : runs_read_brief(
				  index->app, one->id, &doc, NULL)) != ERR_OK)
			continue;
		if (run_entry_doc_matches(doc, f))
			ok = json_array_append_new(list,
			    run_rows_shorten(doc, 0)) == 0;
		json_decref(doc);
		if (!ok)
			return false;
	}
	return true;
}

static bool is_live(const struct run_index *index, const char *id)
{
	for (size_t i = 0; i < index->n_live; i++) {
		if (strcmp(index->live[i].id, id) == 0)
			return true;
	}
	return false;
}

static json_t *read_entry(
    const struct run_entry *entry, const struct run_filter *f)
{
	size_t row;

	if (f->own && f->device && run_entry_find_row(entry, f->device, &row))
		return run_entry_of_device(entry, f->device, row);
	return json_loadb(entry->json, entry->json_len, 0, NULL);
}

static bool add_done_docs(struct run_index *index, const struct run_filter *f,
    size_t limit, json_t *list)
{
	size_t at = f->before && *f->before
			? run_index_lower_bound(index, f->before)
			: index->n;
	size_t added = 0;

	while (at-- > 0 && added < limit) {
		const struct run_entry *entry = index->entries[at];
		json_t *doc;

		if (!run_entry_matches(entry, f) || is_live(index, entry->id))
			continue;
		doc = read_entry(entry, f);
		if (!doc || json_array_append_new(list, doc) != 0)
			return false;
		added++;
	}
	return true;
}

/* Of the done runs as many as can come to stand in [skip, skip + limit) once
 * the live ones are among them.  *ret_first: how many were left out in front. */
static bool add_sorted_docs(struct run_index *index, const struct run_filter *f,
    size_t limit, json_t *list, size_t *ret_first)
{
	const struct run_entry **hits =
	    malloc((index->n + 1) * sizeof(const struct run_entry *));
	size_t n_live = json_array_size(list), n = 0;
	size_t first = f->skip > n_live ? f->skip - n_live : 0;
	bool ok = hits != NULL;

	for (size_t i = index->n; ok && i-- > 0;) {
		if (run_entry_matches(index->entries[i], f) &&
		    !is_live(index, index->entries[i]->id))
			hits[n++] = index->entries[i];
	}
	if (ok)
		run_order_entries(hits, n, first, n_live + limit, f);
	for (size_t i = first; ok && i < n && i < first + n_live + limit; i++)
		ok = json_array_append_new(list, json_loadb(hits[i]->json,
		    hits[i]->json_len, 0, NULL)) == 0;
	free(hits);
	*ret_first = first < n ? first : n;
	return ok;
}

enum err_code run_index_list(struct run_index *index,
    const struct run_filter *filter, json_t **ret, struct err *e)
{
	size_t limit = filter->limit ? filter->limit : DEFAULT_LIMIT;
	json_t *list = json_array();
	size_t first = 0;
	enum err_code rc;
	bool ok;

	if (limit > RUN_LIST_MAX)
		limit = RUN_LIST_MAX;
	pthread_mutex_lock(&index->lock);
	rc = run_index_refresh_live(index, e);
	if (rc == ERR_OK)
		rc = run_index_refresh_done(index, e);
	if (!list || rc != ERR_OK)
		ok = false;
	else if (filter->sort == RUN_SORT_TIME)
		ok = add_live_docs(index, filter, limit, list) &&
		    add_done_docs(index, filter, limit, list);
	else
		ok = add_live_docs(index, filter, RUN_LIST_MAX, list) &&
		    add_sorted_docs(index, filter, limit, list, &first);
	pthread_mutex_unlock(&index->lock);
	if (rc == ERR_OK && !ok)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc != ERR_OK) {
		json_decref(list);
		return rc;
	}
	*ret = run_order_docs(list, filter->sort == RUN_SORT_TIME ? 0 :
	    filter->skip - first, limit, filter);
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}
