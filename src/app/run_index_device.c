/* What the index of runs knows of a single device. */
#include "app/run_index_internal.h"

#include "base/text.h"

#include <string.h>

static const struct run_last_slot *find_last(
    struct run_index *index, const char *device)
{
	return run_index_refresh_live(index, NULL) == ERR_OK &&
		       run_index_refresh_done(index, NULL) == ERR_OK
		   ? run_last_find(&index->last, device)
		   : NULL;
}

bool run_index_has_device(
    struct run_index *index, const char *id, const char *device)
{
	bool found = false;

	pthread_mutex_lock(&index->lock);
	for (int look = 0; look < 2; look++) {
		size_t at = run_index_lower_bound(index, id);

		if (at < index->n && strcmp(index->entries[at]->id, id) == 0) {
			found =
			    run_entry_has_device(index->entries[at], device);
			break;
		}
		found =
		    run_archive_has(&index->archive, &index->words, id, device);
		if (found)
			break;
		/* it may have been recorded since the last look */
		if (run_index_refresh_done(index, NULL) != ERR_OK)
			break;
	}
	pthread_mutex_unlock(&index->lock);
	return found;
}

json_t *run_index_last(struct run_index *index, const char *device)
{
	const struct run_last_slot *slot;
	const char *id = NULL;
	char live_id[RUN_ID_SIZE];
	json_t *doc = NULL;

	pthread_mutex_lock(&index->lock);
	slot = find_last(index, device);
	for (size_t i = 0; i < index->n_live; i++) {
		if (strcmp(index->live[i].device, device) == 0)
			id = index->live[i].id;
	}
	if (id)
		text_copy(live_id, sizeof(live_id), id);
	else if (slot && slot->run)
		doc = run_entry_of_device(slot->run, device, slot->row);
	pthread_mutex_unlock(&index->lock);
	if (id && runs_read(index->app, live_id, &doc, NULL) != ERR_OK)
		doc = NULL;
	return doc;
}

bool run_index_last_outcome(
    struct run_index *index, const char *device, struct run_outcome *ret)
{
	const struct run_last_slot *slot;
	struct run_mark mark;
	bool found;

	pthread_mutex_lock(&index->lock);
	slot = find_last(index, device);
	found = slot && slot->run;
	if (found) {
		mark = run_entry_mark(slot->run, slot->row);
		*ret = (struct run_outcome){ mark.state, mark.quarantined };
	}
	pthread_mutex_unlock(&index->lock);
	return found;
}

bool run_index_last_backup(
    struct run_index *index, const char *device, struct run_backup *ret)
{
	const struct run_last_slot *slot;
	bool found;

	pthread_mutex_lock(&index->lock);
	slot = find_last(index, device);
	found = slot && slot->backup;
	if (found) {
		text_copy(ret->id, sizeof(ret->id), slot->backup->id);
		text_copy(
		    ret->time, sizeof(ret->time), slot->backup->finished_at);
	}
	pthread_mutex_unlock(&index->lock);
	return found;
}
