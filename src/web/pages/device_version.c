/*
 * Versions of a device's files: any of them as it was at a commit, on a page or
 * to be downloaded; two of them compared; and the commit behind each line.
 */
#include "web/pages/pages.h"

#include "app/blame.h"
#include "base/escape.h"
#include "base/text.h"
#include "domain/text_diff.h"
#include "web/pages/device_state.h"
#include "web/pages/past.h"
#include "web/pages/diff_view.h"
#include "web/pages/text_view.h"

#include <stdio.h>
#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define PATCH_MAX ((size_t)32 * 1024 * 1024)
#define PATCH_CONTEXT 3

static enum err_code find_file(
    const char *word, enum device_file *ret, struct err *e)
{
	if (device_file_parse(word, ret))
		return ERR_OK;
	return err_set(e, ERR_NOT_FOUND,
	    "A device has an inventory record, an intended configuration, a "
	    "backup and command outputs; there is no \"%.40s\".",
	    word);
}

/* --- one version --------------------------------------------------------- */

static const char *const suffixes[DEVICE_FILES] = {
	[DEVICE_FILE_INVENTORY] = "json",
	[DEVICE_FILE_INTENDED] = "cfg",
	[DEVICE_FILE_BACKUP] = "cfg",
	[DEVICE_FILE_OUTPUTS] = "txt",
};

/* "r1-backup-0123abcd.cfg" */
static const char *file_name(struct request *r, const struct record *device,
    enum device_file file, const struct commit_id *at)
{
	char id[STORE_OID_TEXT_SIZE];

	commit_id_format(at, id);
	return arena_printf(r->arena, "attachment; filename=\"%s-%s-%.8s.%s\"",
	    record_key(device), device_file_words[file], id, suffixes[file]);
}

static enum err_code find_version(struct request *r,
    const struct record *device, enum device_file file,
    struct file_version *ret, struct err *e)
{
	struct commit_id at;

	if (!commit_id_parse(r->capture[1], &at))
		return err_set(e, ERR_NOT_FOUND,
		    "There is no commit %.40s in the store.", r->capture[1]);
	return device_version_find(r->app, device, file, &at, r->arena, ret, e);
}

static enum err_code version_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 14);
	const struct record *device;
	struct file_version version;
	enum device_file file;
	const char *text;
	size_t len;
	enum err_code rc;

	if ((rc = past_find(r, &device, e)) != ERR_OK ||
	    (rc = device_add_frame(r, device, "history", ctx, e)) != ERR_OK ||
	    (rc = find_file(r->capture[2], &file, e)) != ERR_OK ||
	    (rc = find_version(r, device, file, &version, e)) != ERR_OK ||
	    (rc = file_version_text(
		 r->app, &version.blob, a, &text, &len, e)) != ERR_OK)
		return rc;
	if (*request_query(r, "download", ""))
		response_header(out, "Content-Disposition",
		    file_name(r, device, file, &version.commit.id));
	if (*request_query(r, "raw", "") || *request_query(r, "download", ""))
		return response_text(out, 200, TEXT_PLAIN, text, len, e);
	jv_dict_set(a, ctx, "commit", view_history_commit(a, &version.commit));
	jv_dict_set(a, ctx, "part", jv_text(device_file_words[file]));
	jv_dict_set(a, ctx, "label", jv_text(device_file_labels[file]));
	jv_dict_set(a, ctx, "path", jv_text(version.path));
	jv_dict_set(a, ctx, "is_newest", jv_bool(version.is_newest));
	jv_dict_set(a, ctx, "asked", jv_text(r->capture[1]));
	jv_dict_set(a, ctx, "text", text_view_lines(a, text));
	return response_page(r, out, 200, "device_version.html", ctx, e);
}

/* --- two versions -------------------------------------------------------- */

struct comparison {
	struct request *r;
	const struct record *device;
	struct history_commit old, new;
	bool has_only;
	enum device_file only; /* ?of= */
};

/* The text at a commit; *ret NULL if there was none. */
static enum err_code text_at(const struct comparison *c, enum device_file file,
    const struct commit_id *at, const char **ret, size_t *ret_len,
    struct err *e)
{
	struct request *r = c->r;
	struct file_version version;
	enum err_code rc = device_version_find(
	    r->app, c->device, file, at, r->arena, &version, e);

	*ret = NULL;
	*ret_len = 0;
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	return file_version_text(
	    r->app, &version.blob, r->arena, ret, ret_len, e);
}

static enum err_code read_side(struct request *r, const char *name,
    struct history_commit *ret, struct err *e)
{
	struct commit_id id;
	bool given;
	enum err_code rc = view_query_commit(r, name, &id, &given, e);

	if (rc != ERR_OK)
		return rc;
	return device_history_commit(
	    r->app, given ? &id : NULL, r->arena, ret, e);
}

static enum err_code read_comparison(
    struct request *r, struct comparison *ret, struct err *e)
{
	struct comparison c = { .r = r };
	enum err_code rc = past_find(r, &c.device, e);

	if (rc == ERR_OK)
		rc = read_side(r, "a", &c.old, e);
	if (rc == ERR_OK)
		rc = read_side(r, "b", &c.new, e);
	if (rc != ERR_OK)
		return rc;
	c.has_only = device_file_parse(request_query(r, "of", ""), &c.only);
	*ret = c;
	return ERR_OK;
}

static bool is_wanted(const struct comparison *c, int file)
{
	return !c->has_only || (int)c->only == file;
}

static enum err_code add_patch(const struct comparison *c,
    enum device_file file, struct buf *out, struct err *e)
{
	const char *word = device_file_words[file];
	const char *name = record_key(c->device);
	char a[200], b[200], old_id[STORE_OID_TEXT_SIZE];
	char new_id[STORE_OID_TEXT_SIZE];
	struct text_diff_input old = { NULL, 0 }, new = old;
	struct text_diff diff;
	enum err_code rc;

	rc = text_at(c, file, &c->old.id, &old.text, &old.len, e);
	if (rc == ERR_OK)
		rc = text_at(c, file, &c->new.id, &new.text, &new.len, e);
	old.text = old.text ? old.text : "";
	new.text = new.text ? new.text : "";
	if (rc == ERR_OK)
		rc = text_diff_compute(c->r->arena, &old, &new, &diff, e);
	if (rc != ERR_OK)
		return rc;
	commit_id_format(&c->old.id, old_id);
	commit_id_format(&c->new.id, new_id);
	snprintf(a, sizeof(a), "a/%s/%s\t%.8s", word, name, old_id);
	snprintf(b, sizeof(b), "b/%s/%s\t%.8s", word, name, new_id);
	return text_diff_format(&diff, a, b, PATCH_CONTEXT, out, e);
}

static enum err_code give_patch(
    const struct comparison *c, struct response *out, struct err *e)
{
	struct buf text = BUF_INIT(PATCH_MAX);
	enum err_code rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < DEVICE_FILES; i++) {
		if (is_wanted(c, i))
			rc = add_patch(c, (enum device_file)i, &text, e);
	}
	if (rc == ERR_OK)
		rc = response_text(
		    out, 200, TEXT_PLAIN, buf_text(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static enum err_code compare_file(const struct comparison *c,
    enum device_file file, struct jv list, struct err *e)
{
	struct arena *a = c->r->arena;
	struct diff_look look = diff_look_read(c->r);
	struct jv view = jv_dict(a, 5), diff;
	const char *old, *new;
	size_t old_len, new_len;
	enum err_code rc;

	rc = text_at(c, file, &c->old.id, &old, &old_len, e);
	if (rc == ERR_OK)
		rc = text_at(c, file, &c->new.id, &new, &new_len, e);
	if (rc != ERR_OK || (!old && !new))
		return rc;
	rc = diff_view_from_texts(
	    a, &look, old ? old : "", new ? new : "", &diff, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, view, "label", jv_text(device_file_labels[file]));
	jv_dict_set(a, view, "word", jv_text(device_file_words[file]));
	jv_dict_set(a, view, "has_old", jv_bool(old != NULL));
	jv_dict_set(a, view, "has_new", jv_bool(new != NULL));
	jv_dict_set(a, view, "diff", diff);
	jv_list_append(a, list, view);
	return ERR_OK;
}

static enum err_code compare_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), files = jv_list(a, DEVICE_FILES);
	struct comparison c;
	enum err_code rc = read_comparison(r, &c, e);

	if (rc != ERR_OK)
		return rc;
	if (*request_query(r, "patch", ""))
		return give_patch(&c, out, e);
	rc = device_add_frame(r, c.device, "history", ctx, e);
	for (int i = 0; rc == ERR_OK && i < DEVICE_FILES; i++) {
		if (is_wanted(&c, i))
			rc = compare_file(&c, (enum device_file)i, files, e);
	}
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "old", view_history_commit(a, &c.old));
	jv_dict_set(a, ctx, "new", view_history_commit(a, &c.new));
	jv_dict_set(
	    a, ctx, "of", jv_text(c.has_only ? device_file_words[c.only] : ""));
	jv_dict_set(a, ctx, "files", files);
	return response_page(r, out, 200, "device_compare.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET(
	    "/devices/{name}/history/{commit}/{part}", MAY_VIEW, version_page),
	PAGE_GET("/devices/{name}/compare", MAY_VIEW, compare_page),
};

const struct route_table pages_device_version_routes = { routes,
	COUNT(routes) };
