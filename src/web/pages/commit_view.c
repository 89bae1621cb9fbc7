#include "web/pages/commit_view.h"

#include "base/text.h"
#include "domain/path.h"
#include "web/pages/diff_view.h"

#include <string.h>

#define MAX_TEXT ((size_t)16 * 1024 * 1024)

/* --- the commit ---------------------------------------------------------- */

struct reading {
	struct arena *arena;
	struct commit_view *view;
};

static const char *trailer(
    struct arena *a, const char *message, const char *key)
{
	size_t len = 0;
	const char *value = store_message_trailer(message, key, &len);

	return value ? arena_memdup(a, value, len) : "";
}

static enum err_code take_commit(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	struct reading *reading = ctx;
	struct arena *a = reading->arena;

	*stop = true;
	reading->view->id = c->id;
	reading->view->parent = c->parent;
	reading->view->commit = view_commit(a, c);
	reading->view->device = trailer(a, c->message, "Device");
	reading->view->renamed_from = trailer(a, c->message, "Renamed-From");
	jv_dict_set(
	    a, reading->view->commit, "body", jv_copy_text(a, c->message));
	if (arena_failed(a))
		return err_set(e, ERR_LIMIT, "the commit is too large");
	return ERR_OK;
}

enum err_code commit_view_read(
    struct request *r, const char *text, struct commit_view *ret, struct err *e)
{
	struct commit_view view = { .device = NULL };
	struct reading reading = { r->arena, &view };
	struct commit_id id;
	enum err_code rc = ERR_NOT_FOUND;

	if (commit_id_parse(text, &id))
		rc = store_commit_read(
		    r->app->store, &id, take_commit, &reading, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND,
		    "There is no commit %.40s in the store.", text);
	if (rc == ERR_OK)
		*ret = view;
	return rc;
}

/* --- its files ----------------------------------------------------------- */

static const struct part {
	const char *dir;
	const char *suffix;
	const char *name;
	const char *label;
} parts[] = {
	{ "devices/", ".json", "inventory", "Inventory record" },
	{ "intended/", ".cfg", "intended", "Intended configuration" },
	{ "backup/", ".cfg", "backup", "Backup" },
	{ "backup/", ".txt", "outputs", "Command outputs" },
};

struct file {
	const struct part *part;	 /* NULL: another file */
	const char *old_path, *new_path; /* NULL: was or is not there */
	struct blob_id old_blob, new_blob;
};

struct gathering {
	struct arena *arena;
	const char *const *names;
	struct file files[COMMIT_VIEW_MAX_FILES];
	size_t n;
	size_t left_out;
};

static const struct part *part_of(const char *path)
{
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (text_starts_with(path, parts[i].dir) &&
		    text_ends_with(path, parts[i].suffix))
			return &parts[i];
	}
	return NULL;
}

/* "intended/lab/r1.cfg" is r1's. */
static bool is_of(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(path, '.');
	size_t n = strlen(name);

	return slash && dot && dot > slash && (size_t)(dot - slash - 1) == n &&
	       memcmp(slash + 1, name, n) == 0;
}

static bool is_wanted(const struct gathering *g, const char *path)
{
	if (!g->names)
		return true;
	for (const char *const *name = g->names; *name; name++) {
		if (**name && part_of(path) && is_of(path, *name))
			return true;
	}
	return false;
}

/* A device's file that was removed at one path and added at another moved. */
static struct file *other_half(
    struct gathering *g, const struct part *part, bool has_old)
{
	for (size_t i = 0; g->names && part && i < g->n; i++) {
		struct file *f = &g->files[i];

		if (f->part == part && !(has_old ? f->old_path : f->new_path))
			return f;
	}
	return NULL;
}

static enum err_code gather_file(
    void *ctx, const struct store_change *change, struct err *e)
{
	struct gathering *g = ctx;
	const struct part *part = part_of(change->path);
	struct file *f = NULL;

	(void)e;
	if (!is_wanted(g, change->path))
		return ERR_OK;
	if (change->has_old != change->has_new)
		f = other_half(g, part, change->has_old);
	if (!f && g->n == COMMIT_VIEW_MAX_FILES) {
		g->left_out++;
		return ERR_OK;
	}
	if (!f) {
		f = &g->files[g->n++];
		*f = (struct file){ .part = part };
	}
	if (change->has_old) {
		f->old_path = arena_strdup(g->arena, change->path);
		f->old_blob = change->old_blob;
	}
	if (change->has_new) {
		f->new_path = arena_strdup(g->arena, change->path);
		f->new_blob = change->new_blob;
	}
	return ERR_OK;
}

static enum err_code gather_files(struct request *r,
    const struct commit_view *c, struct gathering *g, struct err *e)
{
	return store_diff(
	    r->app->store, &c->parent, &c->id, "", gather_file, g, e);
}

static enum err_code read_text(struct request *r, const char *path,
    const struct blob_id *blob, const char **ret, struct err *e)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	enum err_code rc = ERR_OK;

	if (path)
		rc = store_read_blob(r->app->store, blob, &text, e);
	if (rc == ERR_OK) {
		*ret = arena_memdup(r->arena, buf_text(&text), text.len);
		if (!*ret)
			rc = err_set(e, ERR_LIMIT, "the file is too large");
	}
	buf_release(&text);
	return rc;
}

static const char *what_happened(const struct file *f)
{
	if (!f->old_path)
		return "added";
	if (!f->new_path)
		return "removed";
	return strcmp(f->old_path, f->new_path) == 0 ? "changed" : "moved";
}

/* Password hashes are no secret worth showing either. */
static bool is_private(const struct file *f)
{
	return text_starts_with(
	    f->new_path ? f->new_path : f->old_path, "access/");
}

static enum err_code file_view(
    struct request *r, const struct file *f, struct jv *ret, struct err *e)
{
	struct arena *a = r->arena;
	struct diff_look look = diff_look_read(r);
	struct jv view = jv_dict(a, 8), diff = jv_none();
	const char *path = f->new_path ? f->new_path : f->old_path;
	const char *old_text, *new_text;
	enum err_code rc = ERR_OK;

	if (!is_private(f) &&
	    (rc = read_text(r, f->old_path, &f->old_blob, &old_text, e)) ==
		ERR_OK &&
	    (rc = read_text(r, f->new_path, &f->new_blob, &new_text, e)) ==
		ERR_OK)
		rc = diff_view_from_texts(
		    a, &look, old_text, new_text, &diff, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, view, "path", jv_text(path));
	jv_dict_set(
	    a, view, "old_path", jv_text(f->old_path ? f->old_path : ""));
	jv_dict_set(a, view, "label", jv_text(f->part ? f->part->label : path));
	jv_dict_set(a, view, "part", jv_text(f->part ? f->part->name : ""));
	jv_dict_set(a, view, "what", jv_text(what_happened(f)));
	jv_dict_set(a, view, "has_new", jv_bool(f->new_path != NULL));
	jv_dict_set(a, view, "diff", diff);
	*ret = view;
	return ERR_OK;
}

enum err_code commit_view_files(struct request *r, const struct commit_view *c,
    const char *const *names, struct jv *ret, struct err *e)
{
	struct gathering *g = arena_zalloc(r->arena, sizeof(*g));
	struct jv list = jv_list(r->arena, 8), one;
	enum err_code rc;

	if (!g)
		return err_set(e, ERR_SYSTEM, "out of memory");
	g->arena = r->arena;
	g->names = names;
	if ((rc = gather_files(r, c, g, e)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < g->n; i++) {
		if ((rc = file_view(r, &g->files[i], &one, e)) != ERR_OK)
			return rc;
		jv_list_append(r->arena, list, one);
	}
	jv_dict_set(
	    r->arena, c->commit, "left_out", jv_int((int64_t)g->left_out));
	*ret = list;
	return ERR_OK;
}
