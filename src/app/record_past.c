#include "app/record_past.h"

#include "base/text.h"
#include "domain/path.h"

#include <string.h>

/* --- where it was -------------------------------------------------------- */

static enum err_code find_path(const struct app *app, const struct kind *kind,
    const char *key, struct arena *arena, const char **ret, struct err *e)
{
	const char *dir = arena_printf(arena, "%s/", kind->dir);
	const char *file = arena_printf(arena, "%s.json", key);

	if (!dir || !file)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (kind->key_rule == KEY_NAME_BY_AREA)
		return store_history_find(app->store, dir, file, arena, ret, e);
	*ret = arena_printf(arena, "%s%s", dir, file);
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static enum err_code read_record(const struct app *app, const struct kind *kind,
    const struct blob_id *blob, struct record **ret, struct err *e)
{
	struct buf text = BUF_INIT((size_t)STORE_MAX_FILE);
	enum err_code rc = store_read_blob(app->store, blob, &text, e);

	if (rc == ERR_OK)
		rc = record_parse(
		    kind, buf_text(&text), text.len, blob->raw, ret, e);
	buf_release(&text);
	return rc;
}

/* --- what became of it --------------------------------------------------- */

struct end {
	const struct kind *kind;
	const char *key, *path;
	struct arena *arena;
	struct record_past *past;
};

static const char *trailer(
    struct arena *a, const char *message, const char *key)
{
	size_t len = 0;
	const char *value = store_message_trailer(message, key, &len);

	return value ? arena_memdup(a, value, len) : NULL;
}

/* A commit that renamed it says from where, and what it is called now. */
static const char *new_name(const struct end *end, const char *message)
{
	char key[INVENTORY_TRAILER_SIZE];
	const char *from = trailer(end->arena, message, "Renamed-From");
	const char *name =
	    trailer(end->arena, message, inventory_trailer(end->kind, key));
	/* an area is told by the directory of its devices */
	const char *dir = arena_printf(end->arena, "devices/%s/", end->key);

	if (!from || !name || !dir || strcmp(name, end->key) == 0)
		return NULL;
	return strcmp(from, end->path) == 0 || strcmp(from, dir) == 0 ? name
								      : NULL;
}

static enum err_code take_end(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	struct end *end = ctx;

	(void)e;
	*stop = true;
	end->past->before = c->parent;
	end->past->renamed_to = new_name(end, c->message);
	return ERR_OK;
}

enum err_code record_past_find(const struct app *app, const struct kind *kind,
    const char *key, struct arena *arena, struct record_past *ret,
    struct err *e)
{
	struct record_past past = { .record = NULL };
	struct end end = { kind, key, NULL, arena, &past };
	const struct history_version *last;
	struct history_page page;
	enum err_code rc;

	if ((rc = find_path(app, kind, key, arena, &end.path, e)) != ERR_OK ||
	    (rc = file_history_read(app, end.path, NULL, 1, arena, &page, e)) !=
		ERR_OK)
		return rc;
	last = page.n ? &page.entries[0].versions[0] : NULL;
	if (!last || last->has_new || !last->has_old)
		return err_set(e, ERR_NOT_FOUND,
		    "there never was a %s \"%.100s\"", kind->name, key);
	past.removed = page.entries[0].commit;
	if ((rc = store_commit_read(
		 app->store, &past.removed.id, take_end, &end, e)) != ERR_OK)
		return rc;
	rc = read_record(app, kind, &last->old_blob, &past.record, e);
	if (rc == ERR_INVALID)
		rc = err_set(e, ERR_NOT_FOUND,
		    "what %s %.100s was can be read no more", kind->name, key);
	if (rc == ERR_OK)
		*ret = past;
	return rc;
}

/* --- back again ---------------------------------------------------------- */

/* The configuration that was taken away by the same commit. */
static enum err_code find_config(const struct app *app,
    const struct record_past *past, enum path_config which, struct arena *arena,
    struct inventory_file *ret, bool *ret_found, struct err *e)
{
	const struct history_version *last;
	struct history_page page;
	const char *path = ret->path;
	enum err_code rc;

	path_of_config(which, record_text(past->record, DEVICE_AREA),
	    record_key(past->record), ret->path);
	rc = file_history_read(app, path, NULL, 1, arena, &page, e);
	if (rc != ERR_OK)
		return rc;
	last = page.n ? &page.entries[0].versions[0] : NULL;
	*ret_found =
	    last && last->has_old && !last->has_new &&
	    commit_id_equal(&page.entries[0].commit.id, &past->removed.id);
	if (*ret_found)
		ret->blob = last->old_blob;
	return ERR_OK;
}

#define SCRATCH ((size_t)1024 * 1024)

enum err_code record_past_restore(const struct app *app,
    const struct actor *actor, const struct record_past *past,
    struct schema_errors *errors, struct inventory_result *ret, struct err *e)
{
	const struct kind *kind = record_kind(past->record);
	struct inventory_file files[PATH_CONFIGS];
	struct inventory_change what = { .kind = kind, .errors = errors };
	json_t *object = record_to_json(past->record);
	struct arena *scratch = arena_new(SCRATCH);
	enum err_code rc = ERR_OK;
	size_t n = 0;

	if (!object || !scratch)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	for (int c = PATH_INTENDED;
	     c < PATH_CONFIGS && rc == ERR_OK && kind->id == KIND_DEVICE; c++) {
		bool found = false;

		rc = find_config(app, past, (enum path_config)c, scratch,
		    &files[n], &found, e);
		n += found;
	}
	what.object = object;
	if (rc == ERR_OK)
		rc = inventory_restore(app, actor, &what, files, n, ret, e);
	arena_free(scratch);
	json_decref(object);
	return rc;
}
