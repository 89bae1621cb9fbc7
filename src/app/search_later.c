#include "app/search_internal.h"

#include <stdlib.h>
#include <string.h>

void search_later_clear(struct search_later *later)
{
	for (size_t i = 0; i < later->n; i++)
		free(later->changes[i].name);
	free(later->changes);
	search_file_close(&later->file);
	*later = (struct search_later){ .file = { .fd = -1 } };
}

static size_t position_of(
    const struct search_later *later, const char *name, bool *ret_found)
{
	size_t low = 0, high = later->n;

	*ret_found = false;
	while (low < high && !*ret_found) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(later->changes[mid].name, name);

		*ret_found = order == 0;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return *ret_found ? high : low;
}

static struct search_change *change_of(
    struct search_later *later, const char *name)
{
	bool found;
	size_t at = position_of(later, name, &found);
	size_t cap = later->cap ? later->cap * 2 : 64;
	struct search_change *to;

	if (found)
		return &later->changes[at];
	if (later->n == later->cap) {
		to = realloc(later->changes, cap * sizeof(*to));
		if (!to)
			return NULL;
		later->changes = to;
		later->cap = cap;
	}
	to = &later->changes[at];
	memmove(to + 1, to, (later->n - at) * sizeof(*to));
	*to = (struct search_change){ .name = strdup(name) };
	later->n++;
	return to->name ? to : NULL;
}

struct step {
	struct search_later *later;
	struct store *store;
};

/* What is pushed, and more than any configuration, alone is not searched. */
static enum err_code add_text(struct step *s, const struct blob_id *blob,
    struct search_span *ret, struct err *e)
{
	struct buf text = BUF_INIT(STORE_MAX_FILE);
	enum err_code rc = store_read_blob(s->store, blob, &text, e);

	if (rc == ERR_OK)
		rc = search_file_add(
		    &s->later->file, buf_text(&text), text.len, ret, e);
	else if (rc == ERR_LIMIT)
		rc = ERR_OK;
	buf_release(&text);
	return rc;
}

/* A device that moves is a removal and an addition: in either order the text
 * that was added stands. */
static enum err_code note(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct step *s = ctx;
	struct search_span span = { 0, 0 };
	struct search_change *to;
	enum path_config which;
	char name[256];
	enum err_code rc = ERR_OK;

	if (!search_read_path(change->path, &which, name))
		return ERR_OK;
	if (change->has_new)
		rc = add_text(s, &change->new_blob, &span, e);
	if (rc != ERR_OK)
		return rc;
	to = change_of(s->later, name);
	if (!to)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (!change->has_new && to->put[which] == s->later->step)
		return ERR_OK;
	to->changed[which] = true;
	to->text[which] = span;
	if (change->has_new)
		to->put[which] = s->later->step;
	return ERR_OK;
}

enum err_code search_later_add(struct search_later *later, struct store *store,
    const struct commit_id *from, const struct commit_id *to, const char *dir,
    struct err *e)
{
	static const char *const dirs[] = { "backup/", "intended/" };
	struct step s = { later, store };
	enum err_code rc = ERR_OK;

	if (!later->file.map)
		rc = search_file_open(&later->file, dir, e);
	later->step++;
	for (size_t i = 0; i < 2 && rc == ERR_OK; i++)
		rc = store_diff(store, from, to, dirs[i], note, &s, e);
	return rc;
}
