/* The runs in the spool: waiting, or in the hand of the worker. */
#include "app/run_index_internal.h"

#include "app/run_files.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/watch.h"

#include <stdlib.h>
#include <string.h>

/* A directory changed this recently may change again within the same tick of
 * its time stamp: the stamp is not kept, so that it is read again. */
#define RACY_MS 50
#define PATH_SIZE 4096

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_racy(struct timespec t)
{
	return clock_wall_ms() -
		   ((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000) <
	       RACY_MS;
}

static bool spool_changed(struct run_index *index)
{
	bool changed = false;

	for (int i = 0; i < QUEUE_PLACES; i++) {
		struct timespec *was = &index->live_times[i];
		char path[PATH_SIZE];
		struct stat st;

		queue_path(
		    index->app->dir, (enum queue_place)i, path, sizeof(path));
		if (stat(path, &st) < 0)
			continue;
		changed = changed || !same_time(st.st_mtim, *was);
		*was =
		    is_racy(st.st_mtim) ? (struct timespec){ 0 } : st.st_mtim;
	}
	return changed;
}

/* --- one run ------------------------------------------------------------- */

/* Of the file that tells the run in short while it is in hand; all zero while
 * there is none. */
static struct stat stamp_of(const struct run_index *index, const char *id)
{
	static const char *const files[] = { "brief.json", "run.json" };
	struct stat st = { 0 };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[PATH_SIZE];

		run_live_path(
		    index->app->dir, id, files[i], path, sizeof(path));
		if (stat(path, &st) == 0)
			return st;
	}
	return (struct stat){ 0 };
}

/* Files are replaced, never written into. */
static bool same_stamp(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       same_time(a->st_mtim, b->st_mtim);
}

static struct run_entry *read_entry(struct run_index *index, const char *id)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	struct run_entry *entry = NULL;
	json_t *doc;

	if (runs_read_brief(index->app, id, &doc, NULL) != ERR_OK)
		return NULL;
	if (json_write_line(doc, &text, NULL) == ERR_OK)
		entry = run_entry_new(doc, buf_text(&text), text.len);
	if (entry && !run_entry_intern(entry, &index->words)) {
		run_entry_unref(entry);
		entry = NULL;
	}
	json_decref(doc);
	buf_release(&text);
	return entry;
}

/* The stamp first: what is written meanwhile is read again. */
static void read_one(
    struct run_index *index, struct run_index_live *one, struct stat stamp)
{
	run_entry_unref(one->entry);
	one->stamp = stamp;
	one->entry = read_entry(index, one->id);
	if (one->entry)
		text_copy(
		    one->device, sizeof(one->device), one->entry->devices);
}

void run_index_look_at_live(struct run_index *index)
{
	for (size_t i = 0; i < index->n_live; i++) {
		struct run_index_live *one = &index->live[i];
		struct stat stamp;

		/* what waits is as it was put */
		if (one->place != QUEUE_CLAIMED && one->entry)
			continue;
		stamp = stamp_of(index, one->id);
		/* claimed and without a file it is about to begin, or on
		 * record already */
		if (!one->entry || stamp.st_ino == 0 ||
		    !same_stamp(&stamp, &one->stamp))
			read_one(index, one, stamp);
	}
}

/* --- all of them --------------------------------------------------------- */

static int live_by_id(const void *a, const void *b)
{
	const struct run_index_live *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : (int)y->place - (int)x->place;
}

/* A run that moved from place to place meanwhile was seen in both: it is taken
 * to be in the later one. */
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

void run_index_free_live(struct run_index_live *live, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_entry_unref(live[i].entry);
	free(live);
}

static enum err_code list_place(struct run_index *index, enum queue_place place,
    struct run_index_live **items, size_t *n, struct err *e)
{
	char(*ids)[RUN_ID_SIZE];
	size_t n_ids;
	enum err_code rc = queue_list(index->app->dir, place, &ids, &n_ids, e);
	void *grown;

	if (rc != ERR_OK)
		return rc;
	grown = realloc(*items, (*n + n_ids + 1) * sizeof(**items));
	if (!grown) {
		free(ids);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*items = grown;
	for (size_t i = 0; i < n_ids; i++) {
		struct run_index_live *one = &(*items)[(*n)++];

		*one = (struct run_index_live){ .place = place };
		text_copy(one->id, sizeof(one->id), ids[i]);
	}
	free(ids);
	return ERR_OK;
}

/* What is where it was needs no reading; both are sorted. */
static void keep_entries(
    struct run_index *index, struct run_index_live *items, size_t n)
{
	size_t old = 0;

	for (size_t i = 0; i < n; i++) {
		while (old < index->n_live &&
		       strcmp(index->live[old].id, items[i].id) < 0)
			old++;
		if (old < index->n_live &&
		    strcmp(index->live[old].id, items[i].id) == 0 &&
		    index->live[old].place == items[i].place) {
			items[i] = index->live[old];
			index->live[old].entry = NULL;
		}
	}
}

static enum err_code read_live(struct run_index *index, struct err *e)
{
	struct run_index_live *items = NULL;
	size_t n = 0;
	enum err_code rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < QUEUE_PLACES; i++)
		rc = list_place(index, (enum queue_place)i, &items, &n, e);
	if (rc != ERR_OK) {
		free(items);
		memset(index->live_times, 0, sizeof(index->live_times));
		return rc;
	}
	n = sort_live(items, n);
	keep_entries(index, items, n);
	run_index_free_live(index->live, index->n_live);
	index->live = items;
	index->n_live = n;
	run_index_look_at_live(index);
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
