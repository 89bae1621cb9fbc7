#include "app/search_internal.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What came later is read by every search: beyond this part of the image, and
 * some more, a new one is made. */
#define LATER_PART 4
#define LATER_LEN ((size_t)1 << 20)
#define LOCK_WAIT_MS 60000

/* --- the image ----------------------------------------------------------- */

static bool is_stale(const struct search_index *index)
{
	return index->later.file.len >
	       index->image.header->texts.n / LATER_PART + LATER_LEN;
}

/* Brings the index to the tip; locked for writing.  After an error there is
 * none. */
static enum err_code advance(
    struct search_index *index, const struct commit_id *tip, struct err *e)
{
	enum err_code rc = search_later_add(&index->later, index->app->store,
	    &index->at, tip, index->app->dir, e);

	if (rc == ERR_OK) {
		index->at = *tip;
		return ERR_OK;
	}
	/* half of a step is no step */
	search_later_clear(&index->later);
	search_image_close(&index->image);
	return rc;
}

/* Takes the image on the disk in place of what there is, and goes on from it to
 * the tip.  ERR_STALE if it is no better. */
static enum err_code take_image(
    struct search_index *index, const struct commit_id *tip, struct err *e)
{
	struct search_image image = { .header = NULL };
	enum err_code rc = search_image_open(index->path, &image, e);

	if (rc != ERR_OK)
		return rc;
	pthread_rwlock_wrlock(&index->lock);
	if (index->image.header &&
	    commit_id_equal(&image.header->at, &index->image.header->at)) {
		search_image_close(&image);
	} else {
		search_image_close(&index->image);
		search_later_clear(&index->later);
		index->image = image;
		index->at = image.header->at;
		rc = advance(index, tip, e);
	}
	if (rc == ERR_OK && is_stale(index))
		rc = err_set(e, ERR_STALE, "the index of texts is old");
	pthread_rwlock_unlock(&index->lock);
	return rc;
}

static enum err_code build_image(
    struct search_index *index, const struct commit_id *tip, struct err *e)
{
	int64_t began = clock_mono_ms();
	enum err_code rc = search_build(
	    index->app->store, tip, index->path, &index->stopping, e);

	if (rc != ERR_OK)
		return rc;
	log_info("made the index of texts ms=%lld",
	    (long long)(clock_mono_ms() - began));
	rc = take_image(index, tip, e);
	/* old already, but better than the one before */
	return rc == ERR_STALE ? ERR_OK : rc;
}

/* Another process may have made it meanwhile; else this one does, alone. */
static enum err_code make_image(struct search_index *index, struct err *e)
{
	struct err local = ERR_INIT;
	struct commit_id tip;
	char lock[4096];
	int fd = -1;
	enum err_code rc;

	snprintf(lock, sizeof(lock), "%s.lock", index->path);
	/* without the lock it is made twice, and either is right */
	if (file_lock(lock, LOCK_WAIT_MS, &fd, &local) != ERR_OK)
		log_err(&local, "the index of texts");
	rc = store_tip(index->app->store, STORE_MAIN, &tip, e);
	if (rc == ERR_OK && take_image(index, &tip, &local) != ERR_OK)
		rc = build_image(index, &tip, e);
	if (fd >= 0)
		file_unlock(fd);
	return rc;
}

/* An image there is, and little beside it. */
static bool is_made(struct search_index *index)
{
	bool made;

	pthread_rwlock_rdlock(&index->lock);
	made = index->image.header && !is_stale(index);
	pthread_rwlock_unlock(&index->lock);
	return made;
}

static enum err_code ensure_image(struct search_index *index, struct err *e)
{
	enum err_code rc = ERR_OK;

	pthread_mutex_lock(&index->making);
	if (!is_made(index))
		rc = make_image(index, e);
	pthread_mutex_unlock(&index->making);
	return rc;
}

/* --- at the tip ---------------------------------------------------------- */

static bool is_at(const struct search_index *index, const struct commit_id *tip)
{
	return index->image.header && commit_id_equal(tip, &index->at);
}

static void want_image(struct search_index *index)
{
	pthread_mutex_lock(&index->wake);
	index->wanted = true;
	pthread_cond_signal(&index->woken);
	pthread_mutex_unlock(&index->wake);
}

/* From what there is to the tip. */
static enum err_code follow(
    struct search_index *index, const struct commit_id *tip, struct err *e)
{
	struct err local = ERR_INIT;
	enum err_code rc = ERR_OK;
	bool stale;

	pthread_rwlock_wrlock(&index->lock);
	if (index->image.header && !is_at(index, tip))
		rc = advance(index, tip, e);
	stale = index->image.header && is_stale(index);
	pthread_rwlock_unlock(&index->lock);
	if (stale && index->kept)
		want_image(index);
	else if (stale && ensure_image(index, &local) != ERR_OK)
		/* what there is answers too, slower */
		log_err(&local, "the index of texts");
	return rc;
}

enum err_code search_lock_current(struct search_index *index, struct err *e)
{
	struct commit_id tip;
	bool made;
	enum err_code rc;

	rc = store_tip(index->app->store, STORE_MAIN, &tip, e);
	if (rc != ERR_OK)
		return rc;
	pthread_rwlock_rdlock(&index->lock);
	if (is_at(index, &tip))
		return ERR_OK;
	made = index->image.header != NULL;
	pthread_rwlock_unlock(&index->lock);
	if (!made)
		rc = ensure_image(index, e);
	if (rc == ERR_OK)
		rc = follow(index, &tip, e);
	if (rc != ERR_OK)
		return rc;
	/* it may have gone on meanwhile, and is right either way */
	pthread_rwlock_rdlock(&index->lock);
	if (index->image.header)
		return ERR_OK;
	pthread_rwlock_unlock(&index->lock);
	return err_set(e, ERR_SYSTEM, "the index of texts is not there");
}

void search_unlock(struct search_index *index)
{
	pthread_rwlock_unlock(&index->lock);
}

/* --- life ---------------------------------------------------------------- */

static void *keep(void *arg)
{
	struct search_index *index = arg;

	pthread_mutex_lock(&index->wake);
	while (!index->stopping) {
		struct err e = ERR_INIT;

		index->wanted = false;
		pthread_mutex_unlock(&index->wake);
		if (ensure_image(index, &e) != ERR_OK && !index->stopping)
			log_err(&e, "the index of texts");
		pthread_mutex_lock(&index->wake);
		while (!index->wanted && !index->stopping)
			pthread_cond_wait(&index->woken, &index->wake);
	}
	pthread_mutex_unlock(&index->wake);
	return NULL;
}

enum err_code search_index_start(struct search_index *index, struct err *e)
{
	int rc = pthread_create(&index->keeper, NULL, keep, index);

	if (rc != 0)
		return err_set(e, ERR_SYSTEM,
		    "cannot start the keeper of the index of texts: %s",
		    strerror(rc));
	index->kept = true;
	return ERR_OK;
}

void search_index_stop(struct search_index *index)
{
	if (!index || !index->kept)
		return;
	pthread_mutex_lock(&index->wake);
	index->stopping = true;
	pthread_cond_signal(&index->woken);
	pthread_mutex_unlock(&index->wake);
	pthread_join(index->keeper, NULL);
	index->kept = false;
}

enum err_code search_index_new(
    const struct app *app, struct search_index **ret, struct err *e)
{
	static const char name[] = "/switchyard-search";
	const char *dir = store_path(app->store);
	struct search_index *index = calloc(1, sizeof(*index));

	if (index)
		index->path = calloc(1, strlen(dir) + sizeof(name));
	if (!index || !index->path) {
		free(index);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	strcpy(index->path, dir);
	strcat(index->path, name);
	index->app = app;
	index->later.file.fd = -1;
	pthread_rwlock_init(&index->lock, NULL);
	pthread_mutex_init(&index->making, NULL);
	pthread_mutex_init(&index->wake, NULL);
	pthread_cond_init(&index->woken, NULL);
	*ret = index;
	return ERR_OK;
}

void search_index_free(struct search_index *index)
{
	if (!index)
		return;
	search_index_stop(index);
	search_later_clear(&index->later);
	search_image_close(&index->image);
	pthread_cond_destroy(&index->woken);
	pthread_mutex_destroy(&index->wake);
	pthread_mutex_destroy(&index->making);
	pthread_rwlock_destroy(&index->lock);
	free(index->path);
	free(index);
}
