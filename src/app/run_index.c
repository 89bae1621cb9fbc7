#include "app/run_index_internal.h"

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		run_entry_unref(old);
		return run_last_note(&index->last, entry);
	}
	if (index->n == index->cap) {
		size_t cap = index->cap ? index->cap * 2 : 256;
		void *grown =
		    realloc(index->entries, cap * sizeof(*index->entries));

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

/* --- following the branch ------------------------------------------------ */

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
	run_entry_unref(index->entries[at]);
	index->n--;
	memmove(index->entries + at, index->entries + at + 1,
	    (index->n - at) * sizeof(*index->entries));
}

static enum err_code follow_archive(
    struct run_index *index, const struct store_change *change, struct err *e)
{
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	json_t *day = NULL;
	enum err_code rc;

	if (!change->has_new)
		return ERR_OK;
	rc = store_read_blob(index->app->store, &change->new_blob, &text, e);
	if (rc == ERR_OK &&
	    json_read(buf_text(&text), text.len, text.max, &day, NULL) ==
		ERR_OK &&
	    !run_archive_take(&index->archive, &index->words, day))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	json_decref(day);
	buf_release(&text);
	return rc;
}

static enum err_code follow(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct run_index *index = ctx;
	struct buf text = BUF_INIT(RUN_DOC_MAX);
	struct run_entry *entry = NULL;
	json_t *doc = NULL;
	enum err_code rc;

	if (run_archive_is_path(change->path))
		return follow_archive(index, change, e);
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
		if (!entry || !run_entry_intern(entry, &index->words) ||
		    !insert(index, entry))
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
	rc = store_diff(
	    index->app->store, &index->at, &tip, "", follow, index, e);
	if (rc == ERR_OK)
		index->at = tip;
	return rc;
}

/* --- the calls ----------------------------------------------------------- */

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

enum err_code run_index_new(
    const struct app *app, struct run_index **ret, struct err *e)
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
		run_entry_unref(index->entries[i]);
	free(index->entries);
	run_last_release(&index->last);
	run_index_free_live(index->live, index->n_live);
	run_archive_release(&index->archive);
	run_words_release(&index->words);
	watch_free(index->watch);
	pthread_mutex_destroy(&index->lock);
	free(index);
}
