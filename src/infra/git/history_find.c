#include "app/port/history.h"

#include "infra/git/history_index.h"

#include <string.h>

struct wanted {
	const char *dir, *name;
	size_t dir_len;
};

/* "devices/lab/r1.json" is r1.json in one directory under "devices/". */
static bool is_wanted(const struct wanted *w, const char *path)
{
	const char *slash;

	if (strncmp(path, w->dir, w->dir_len) != 0)
		return false;
	slash = strchr(path + w->dir_len, '/');
	return slash && strcmp(slash + 1, w->name) == 0;
}

/* The one of this part that changed last; NULL if it has none. */
static const char *find_in(const struct part *p, const struct wanted *w)
{
	const char *best = NULL;
	uint32_t when = 0;

	for (uint32_t i = 0; i < p->n[PART_PATHS]; i++) {
		const struct part_path *path = part_path(p, i);
		const char *text = part_text(p, path->text);

		/* changes are numbered in the order of their commits */
		if (path->newest > when && is_wanted(w, text)) {
			when = path->newest;
			best = text;
		}
	}
	return best;
}

enum err_code store_history_find(struct store *s, const char *dir,
    const char *name, struct arena *arena, const char **ret, struct err *e)
{
	const struct wanted wanted = { dir, name, strlen(dir) };
	struct history_parts parts;
	struct history_index *ix;
	const char *path = NULL;
	bool found;
	enum err_code rc = history_index_get(s, STORE_MAIN, &ix, e);

	if (rc == ERR_OK)
		rc = history_index_update(ix, e);
	if (rc != ERR_OK)
		return rc;
	history_index_read_lock(ix, &parts);
	for (size_t i = parts.n; i-- > 0 && !path;)
		path = find_in(parts.parts[i], &wanted);
	found = path != NULL;
	path = arena_strdup(arena, path);
	history_index_unlock(ix);
	if (!found)
		return err_set(
		    e, ERR_NOT_FOUND, "there never was a file %s%s", dir, name);
	if (!path)
		return err_set(e, ERR_LIMIT, "the path is too long");
	*ret = path;
	return ERR_OK;
}
