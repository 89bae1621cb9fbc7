#include "app/search_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT ((size_t)STORE_MAX_FILE)

/* --- classes ------------------------------------------------------------- */

static unsigned fold(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? u + 32u : u;
}

unsigned search_class(const char *p)
{
	uint32_t three = fold(p[0]) << 16 | fold(p[1]) << 8 | fold(p[2]);

	/* Fibonacci hashing: the upper bits of the product are well mixed */
	return (three * 2654435769u) >> 18;
}

static void set_classes(
    struct search_index *index, size_t slot, const struct search_span *span)
{
	const char *p = index->file.map + span->at;
	uint8_t bit = (uint8_t)(1u << (slot & 7));
	uint8_t *column = index->classes + (slot >> 3);

	for (size_t i = 0; i + 2 < span->len; i++)
		column[search_class(p + i) * index->stride] |= bit;
}

static void clear_classes(struct search_index *index, size_t slot)
{
	uint8_t mask = (uint8_t) ~(1u << (slot & 7));
	uint8_t *column = index->classes + (slot >> 3);

	for (size_t i = 0; i < SEARCH_CLASSES; i++)
		column[i * index->stride] &= mask;
}

static void mend_classes(struct search_index *index)
{
	for (size_t i = 0; i < index->n; i++) {
		struct search_device *d = &index->devices[i];

		if (!d->dirty)
			continue;
		clear_classes(index, d->slot);
		for (int which = 0; which <= PATH_BACKUP; which++) {
			set_classes(index, d->slot, &d->text[which]);
			d->fresh[which] = false;
		}
		d->dirty = false;
	}
}

/* Room for all slots and some more; every bit has to be set anew then. */
static enum err_code make_classes(struct search_index *index, struct err *e)
{
	size_t stride = (index->n_slots + index->n_slots / 4) / 8 + 64;
	uint8_t *classes;

	if (index->classes && index->n_slots <= index->stride * 8)
		return ERR_OK;
	classes = calloc(SEARCH_CLASSES, stride);
	if (!classes)
		return err_set(e, ERR_SYSTEM, "out of memory");
	free(index->classes);
	index->classes = classes;
	index->stride = stride;
	for (size_t i = 0; i < index->n; i++)
		index->devices[i].dirty = true;
	return ERR_OK;
}

uint8_t *search_candidates(const struct search_index *index,
    const struct line_regex *pattern, struct arena *a)
{
	size_t bytes = (index->n_slots + 7) / 8;
	uint8_t *all = arena_alloc(a, bytes + 1);
	const char *const *runs;
	size_t n = line_regex_runs(pattern, &runs);

	if (!all)
		return NULL;
	memset(all, 0xff, bytes);
	for (size_t i = 0; i < n; i++) {
		for (const char *p = runs[i]; p[0] && p[1] && p[2]; p++) {
			const uint8_t *have =
			    index->classes + search_class(p) * index->stride;

			for (size_t j = 0; j < bytes; j++)
				all[j] &= have[j];
		}
	}
	return all;
}

/* --- devices ------------------------------------------------------------- */

static size_t position_of(
    const struct search_index *index, const char *name, bool *ret_found)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(index->devices[mid].name, name);

		if (order == 0) {
			*ret_found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*ret_found = false;
	return low;
}

/* What is found while a difference of two trees is read: devices that are not
 * known yet come behind the others until all are. */
struct advance {
	struct search_index *index;
	size_t n_known;
	bool added;
};

static bool make_room(struct search_index *index)
{
	size_t cap = index->cap ? index->cap * 2 : 256;
	void *grown;

	if (index->n < index->cap)
		return true;
	grown = realloc(index->devices, cap * sizeof(*index->devices));
	if (!grown)
		return false;
	index->devices = grown;
	index->cap = cap;
	return true;
}

static struct search_device *device_of(struct advance *ad, const char *name)
{
	struct search_index known = { .devices = ad->index->devices,
		.n = ad->n_known };
	struct search_device *d;
	bool found;
	size_t at = position_of(&known, name, &found);

	if (found)
		return &ad->index->devices[at];
	if (!make_room(ad->index))
		return NULL;
	d = &ad->index->devices[ad->index->n];
	*d = (struct search_device){ .name = strdup(name),
		.slot = ad->index->n_slots };
	if (!d->name)
		return NULL;
	ad->index->n++;
	ad->index->n_slots++;
	ad->added = true;
	return d;
}

static int by_name(const void *a, const void *b)
{
	const struct search_device *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Those that came twice, once for each text, become one; all are in order
 * again. */
static void sort_devices(struct search_index *index)
{
	size_t kept = 0;

	qsort(index->devices, index->n, sizeof(*index->devices), by_name);
	for (size_t i = 0; i < index->n; i++) {
		struct search_device *d = &index->devices[i];
		struct search_device *last =
		    kept ? &index->devices[kept - 1] : NULL;

		if (!last || strcmp(last->name, d->name) != 0) {
			index->devices[kept++] = *d;
			continue;
		}
		for (int which = 0; which <= PATH_BACKUP; which++) {
			if (d->text[which].len)
				last->text[which] = d->text[which];
		}
		free(d->name);
	}
	index->n = kept;
}

/* --- the walk ------------------------------------------------------------ */

/* "intended/<area>/<name>.cfg" */
static bool read_path(const char *path, enum path_config *which, char name[256])
{
	static const char *const dirs[] = {
		[PATH_INTENDED] = "intended/", [PATH_BACKUP] = "backup/"
	};
	const char *base = strrchr(path, '/');
	size_t len;

	for (int i = 0; i <= PATH_BACKUP; i++) {
		if (strncmp(path, dirs[i], strlen(dirs[i])) != 0)
			continue;
		len = strlen(base + 1);
		if (len < 5 || len > 250 ||
		    strcmp(base + 1 + len - 4, ".cfg") != 0)
			return false;
		memcpy(name, base + 1, len - 4);
		name[len - 4] = '\0';
		*which = (enum path_config)i;
		return true;
	}
	return false;
}

/* A device that moves is a removal and an addition: in either order the text
 * that was added stands. */
static enum err_code note(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct advance *ad = ctx;
	struct search_index *index = ad->index;
	struct buf text = BUF_INIT(MAX_TEXT);
	struct search_span span = { 0, 0 };
	struct search_device *d;
	enum path_config which;
	char name[256];
	enum err_code rc = ERR_OK;

	if (!read_path(change->path, &which, name))
		return ERR_OK;
	if (change->has_new) {
		rc = store_read_blob(
		    index->app->store, &change->new_blob, &text, e);
		if (rc == ERR_OK)
			rc = search_file_add(
			    &index->file, buf_text(&text), text.len, &span, e);
		/* pushed, and more than any configuration: it alone is not
		 * searched */
		else if (rc == ERR_LIMIT)
			rc = ERR_OK;
	}
	d = rc == ERR_OK ? device_of(ad, name) : NULL;
	if (rc == ERR_OK && !d)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	/* text that was added by this very walk is not taken away again */
	if (rc == ERR_OK && (change->has_new || !d->fresh[which])) {
		index->file.dead += d->text[which].len;
		d->text[which] = span;
		d->fresh[which] = change->has_new;
		d->dirty = true;
	}
	buf_release(&text);
	return rc;
}

/* Emptied and made from nothing: at the start, and when most of the file is
 * dead. */
static enum err_code start_over(struct search_index *index, struct err *e)
{
	for (size_t i = 0; i < index->n; i++)
		free(index->devices[i].name);
	free(index->classes);
	index->classes = NULL;
	index->n = index->n_slots = 0;
	memset(&index->at, 0, sizeof(index->at));
	search_file_close(&index->file);
	return search_file_open(&index->file, index->app->dir, e);
}

enum err_code search_advance(
    struct search_index *index, const struct commit_id *tip, struct err *e)
{
	static const char *const dirs[] = { "backup/", "intended/" };
	struct advance ad = { .index = index };
	enum err_code rc = ERR_OK;

	if (!index->file.map || index->file.dead > index->file.len / 2)
		rc = start_over(index, e);
	ad.n_known = index->n;
	for (size_t i = 0; i < 2 && rc == ERR_OK; i++)
		rc = store_diff(
		    index->app->store, &index->at, tip, dirs[i], note, &ad, e);
	if (ad.added)
		sort_devices(index);
	if (rc == ERR_OK)
		rc = make_classes(index, e);
	if (rc != ERR_OK) {
		/* half of a step is no step: the next one begins anew */
		search_file_close(&index->file);
		return rc;
	}
	mend_classes(index);
	index->at = *tip;
	return ERR_OK;
}

/* --- life ---------------------------------------------------------------- */

enum err_code search_index_new(
    const struct app *app, struct search_index **ret, struct err *e)
{
	struct search_index *index = calloc(1, sizeof(*index));

	if (!index)
		return err_set(e, ERR_SYSTEM, "out of memory");
	index->app = app;
	pthread_rwlock_init(&index->lock, NULL);
	*ret = index;
	return ERR_OK;
}

void search_index_free(struct search_index *index)
{
	if (!index)
		return;
	for (size_t i = 0; i < index->n; i++)
		free(index->devices[i].name);
	free(index->devices);
	free(index->classes);
	search_file_close(&index->file);
	pthread_rwlock_destroy(&index->lock);
	free(index);
}
