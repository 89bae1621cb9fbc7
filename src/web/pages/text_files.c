/*
 * /templates and /context: the files that configurations are generated from.
 *
 *   /templates              all of them
 *   /templates/<name>       one, and what it makes of a device (?device=)
 *   /templates/edit?name=   the editor; POST: preview or save
 *   /templates/delete?name= asks; POST: deletes the version that was seen
 *   /context …              the same, without rendering
 */
#include "web/pages/pages.h"

#include "app/render.h"
#include "app/text_files.h"
#include "web/pages/device_state.h"
#include "web/pages/diff_view.h"
#include "web/pages/form_view.h"
#include "web/pages/text_view.h"

#include <string.h>

/* A preview that takes longer than this says how far it came. */
#define PREVIEW_MS 2000
#define MAX_CHOICES 50 /* device names offered beside the field */

static enum snapshot_listed which_of(const struct request *r)
{
	return strncmp(r->path, "/context", 8) == 0 ? SNAPSHOT_CONTEXT
						    : SNAPSHOT_TEMPLATES;
}

static const char *base_of(enum snapshot_listed which)
{
	return which == SNAPSHOT_CONTEXT ? "/context" : "/templates";
}

static void add_frame(struct request *r, enum snapshot_listed which,
    const char *name, struct jv ctx)
{
	struct arena *a = r->arena;

	jv_dict_set(a, ctx, "base", jv_text(base_of(which)));
	jv_dict_set(a, ctx, "name", jv_text(name));
	jv_dict_set(
	    a, ctx, "is_template", jv_bool(which == SNAPSHOT_TEMPLATES));
	jv_dict_set(a, ctx, "may_write",
	    jv_bool(access_allows(r->actor.role, MAY_EDIT)));
}

/* The file's text in the arena ("" if there is none), and its version. */
static enum err_code read_file(struct request *r, const struct text_file *file,
    const char **ret, const char **ret_version, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_FILE_MAX);
	char version[STORE_OID_TEXT_SIZE];
	struct blob_id id;
	enum err_code rc =
	    text_file_read(r->app, r->snapshot, file, &text, &id, e);

	if (rc == ERR_OK) {
		blob_id_format(&id, version);
		*ret = arena_memdup(r->arena, buf_text(&text), text.len);
		*ret_version = arena_strdup(r->arena, version);
		if (!*ret)
			rc = err_set(e, ERR_LIMIT, "the file is too large");
	}
	buf_release(&text);
	return rc;
}

/* --- the list ------------------------------------------------------------- */

/* "frr" of "frr/main.j2"; "" of "global.json". */
static const char *group_of(struct arena *a, const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? arena_memdup(a, name, (size_t)(slash - name)) : "";
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	enum snapshot_listed which = which_of(r);
	size_t n = snapshot_count_files(r->snapshot, which);
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), groups = jv_list(a, 8), files;
	const char *last = NULL;

	for (size_t i = 0; i < n; i++) {
		struct blob_id id;
		const char *name = snapshot_file_at(r->snapshot, which, i, &id);
		const char *group = group_of(a, name);

		if (!last || strcmp(last, group) != 0) {
			struct jv g = jv_dict(a, 2);

			files = jv_list(a, 8);
			jv_dict_set(a, g, "name", jv_text(group));
			jv_dict_set(a, g, "files", files);
			jv_list_append(a, groups, g);
			last = group;
		}
		jv_list_append(a, files, jv_text(name));
	}
	add_frame(r, which, "", ctx);
	jv_dict_set(a, ctx, "groups", groups);
	return response_page(r, out, 200, "text_files.html", ctx, e);
}

/* --- one file, and what it makes of a device ------------------------------ */

static const char *captured_name(struct request *r)
{
	const char *name = r->capture[0];

	for (int i = 1; i < REQUEST_MAX_CAPTURES && r->capture[i] && name; i++)
		name = arena_printf(r->arena, "%s/%s", name, r->capture[i]);
	return name ? name : "";
}

/* Some devices that this template may be for. */
static struct jv device_choices(struct request *r, const char *name)
{
	const char *platform = group_of(r->arena, name);
	const struct record *const *all;
	struct jv list = jv_list(r->arena, MAX_CHOICES);
	size_t n;

	all = snapshot_all(r->snapshot, KIND_DEVICE, &n);
	for (size_t i = 0; i < n && jv_list_len(list) < MAX_CHOICES; i++) {
		const char *is = record_text(all[i], DEVICE_PLATFORM);

		if (strcmp(is, platform) == 0 ||
		    (*is && strcmp(platform, "shared") == 0))
			jv_list_append(
			    r->arena, list, jv_text(record_key(all[i])));
	}
	return list;
}

static enum err_code add_rendered(
    struct request *r, const char *name, struct jv ctx, struct err *e)
{
	const struct record *device =
	    snapshot_find(r->snapshot, KIND_DEVICE, name);

	if (device)
		return device_render(r, device, ctx, e);
	jv_dict_set(r->arena, ctx, "render_problem",
	    jv_text(arena_printf(r->arena, "there is no device \"%s\"", name)));
	return ERR_OK;
}

static enum err_code file_page(
    struct request *r, struct response *out, struct err *e)
{
	struct text_file file = { .which = which_of(r),
		.name = captured_name(r) };
	const char *device = request_query(r, "device", "");
	struct jv ctx = jv_dict(r->arena, 20);
	const char *text = "", *version = "";
	enum err_code rc = read_file(r, &file, &text, &version, e);

	if (rc != ERR_OK)
		return rc;
	add_frame(r, file.which, file.name, ctx);
	jv_dict_set(r->arena, ctx, "text", text_view_lines(r->arena, text));
	jv_dict_set(r->arena, ctx, "device", jv_text(device));
	if (file.which == SNAPSHOT_TEMPLATES) {
		jv_dict_set(
		    r->arena, ctx, "choices", device_choices(r, file.name));
		if (*device)
			rc = add_rendered(r, device, ctx, e);
	}
	if (rc != ERR_OK)
		return rc;
	return response_page(r, out, 200, "text_file.html", ctx, e);
}

/* --- the editor ----------------------------------------------------------- */

/* What the form holds, shown again whatever becomes of it. */
struct draft {
	struct text_file file;
	bool is_new;
	const char *text;
	const char *version;
	struct blob_id expect;
};

static enum err_code show_editor(struct request *r, struct response *out,
    const struct draft *d, struct jv ctx, int status, struct err *e)
{
	struct arena *a = r->arena;

	add_frame(r, d->file.which, d->file.name, ctx);
	jv_dict_set(a, ctx, "is_new", jv_bool(d->is_new));
	jv_dict_set(a, ctx, "text", jv_text(d->text));
	jv_dict_set(a, ctx, "version", jv_text(d->version));
	return response_page(r, out, status, "text_file_edit.html", ctx, e);
}

static enum err_code edit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct draft d = { .file = { .which = which_of(r),
			       .name = request_query(r, "name", "") },
		.text = "",
		.version = "" };
	enum err_code rc = ERR_OK;

	d.is_new = *d.file.name == '\0';
	if (!d.is_new)
		rc = read_file(r, &d.file, &d.text, &d.version, e);
	if (rc == ERR_NOT_FOUND) { /* a link to one that could be */
		d.is_new = true;
		rc = ERR_OK;
	}
	return rc == ERR_OK
		   ? show_editor(r, out, &d, jv_dict(r->arena, 20), 200, e)
		   : rc;
}

static struct jv impact_view(
    struct request *r, const struct template_impact *impact)
{
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 8), list = jv_list(a, impact->n_shown);
	struct diff_look look = diff_look_read(r);

	for (size_t i = 0; i < impact->n_shown; i++) {
		const char *diff = impact->shown[i].diff;
		struct jv one = jv_dict(a, 3);

		jv_dict_set(a, one, "device", jv_text(impact->shown[i].device));
		jv_dict_set(
		    a, one, "problem", jv_text(impact->shown[i].problem));
		jv_dict_set(a, one, "diff",
		    diff && *diff ? diff_view_from_patch(
					a, &look, diff, strlen(diff), NULL)
				  : jv_none());
		jv_list_append(a, list, one);
	}
	jv_dict_set(a, v, "devices", jv_int((int64_t)impact->devices));
	jv_dict_set(a, v, "looked_at", jv_int((int64_t)impact->looked_at));
	jv_dict_set(a, v, "changed", jv_int((int64_t)impact->changed));
	jv_dict_set(a, v, "failing", jv_int((int64_t)impact->failing));
	jv_dict_set(a, v, "mended", jv_int((int64_t)impact->mended));
	jv_dict_set(a, v, "shown", list);
	return v;
}

static enum err_code preview(struct request *r, struct response *out,
    const struct draft *d, struct err *e)
{
	struct template_change change = { r->app, r->snapshot, d->file.name,
		d->text, PREVIEW_MS };
	struct jv ctx = jv_dict(r->arena, 20);
	struct template_impact impact;
	struct err wrong = ERR_INIT;
	enum err_code rc = render_check_template(d->file.name, d->text, &wrong);

	if (rc != ERR_OK) {
		jv_dict_set(r->arena, ctx, "problem",
		    jv_text(arena_strdup(r->arena, wrong.message)));
		return show_editor(r, out, d, ctx, 422, e);
	}
	rc = template_impact(&change, r->arena, &impact, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "impact", impact_view(r, &impact));
	return show_editor(r, out, d, ctx, 200, e);
}

/* 409: what is there now against what was typed; saving again puts it in its
 * place on purpose. */
static enum err_code show_stale(
    struct request *r, struct response *out, struct draft *d, struct err *e)
{
	const struct snapshot *pinned = r->snapshot, *newest;
	struct jv ctx = jv_dict(r->arena, 20), diff;
	struct diff_look look = diff_look_read(r);
	const char *now = "";
	enum err_code rc = snapshots_current(r->app->snapshots, &newest, e);

	if (rc != ERR_OK)
		return rc;
	r->snapshot = newest;
	rc = read_file(r, &d->file, &now, &d->version, e);
	r->snapshot = pinned;
	snapshot_unref(newest);
	if (rc == ERR_NOT_FOUND) { /* deleted: saving creates it again */
		d->version = "";
		rc = ERR_OK;
	}
	d->is_new = !*d->version;
	if (rc == ERR_OK)
		rc = diff_view_from_texts(
		    r->arena, &look, now, d->text, &diff, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "stale", jv_bool(true));
	jv_dict_set(r->arena, ctx, "diff", diff);
	return show_editor(r, out, d, ctx, 409, e);
}

static enum err_code save(
    struct request *r, struct response *out, struct draft *d, struct err *e)
{
	struct inventory_result result = { 0 };
	struct jv ctx = jv_dict(r->arena, 20);
	enum err_code rc =
	    text_file_put(r->app, &r->actor, &d->file, d->text, &result, e);

	if (rc == ERR_STALE)
		return show_stale(r, out, d, e);
	if (rc != ERR_OK && !form_view_shows(rc))
		return rc;
	if (rc != ERR_OK) {
		jv_dict_set(r->arena, ctx, "problem",
		    jv_text(arena_strdup(r->arena, e->message)));
		return show_editor(r, out, d, ctx, form_view_status(rc), e);
	}
	response_flash(r, out, "good",
	    arena_printf(r->arena, "%s was %s.", d->file.name,
		result.changed ? "saved" : "left as it was"));
	return view_redirect(
	    r, out, e, "%s/%s", base_of(d->file.which), d->file.name);
}

static enum err_code edit_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *action = request_form(r, "action", "save");
	struct draft d = { .file = { .which = which_of(r),
			       .name = request_form(r, "name", "") },
		.text = request_form(r, "text", ""),
		.version = request_form(r, "version", "") };

	d.is_new = !blob_id_parse(d.version, &d.expect);
	d.file.must_be_new = d.is_new;
	d.file.expect = &d.expect;
	if (strcmp(action, "preview") == 0 &&
	    d.file.which == SNAPSHOT_TEMPLATES)
		return preview(r, out, &d, e);
	return save(r, out, &d, e);
}

/* --- deleting ------------------------------------------------------------- */

/* Of the file as it is now, whatever was asked about before. */
static enum err_code show_delete(struct request *r, struct response *out,
    const char *name, const char *problem, struct err *e)
{
	struct text_file file = { .which = which_of(r), .name = name };
	struct jv ctx = jv_dict(r->arena, 10);
	const char *text = "", *version = "";
	enum err_code rc = read_file(r, &file, &text, &version, e);

	if (rc != ERR_OK)
		return rc;
	add_frame(r, file.which, name, ctx);
	jv_dict_set(r->arena, ctx, "version", jv_text(version));
	jv_dict_set(r->arena, ctx, "problem", jv_text(problem));
	return response_page(
	    r, out, *problem ? 409 : 200, "text_file_delete.html", ctx, e);
}

static enum err_code delete_page(
    struct request *r, struct response *out, struct err *e)
{
	return show_delete(r, out, request_query(r, "name", ""), "", e);
}

static enum err_code delete_post(
    struct request *r, struct response *out, struct err *e)
{
	const char *name = request_form(r, "name", "");
	struct inventory_result result = { 0 };
	struct blob_id seen;
	struct text_file file = {
		.which = which_of(r), .name = name, .expect = &seen
	};
	enum err_code rc;

	if (!blob_id_parse(request_form(r, "version", ""), &seen))
		return show_delete(
		    r, out, name, "Which version is meant was not said.", e);
	rc = text_file_delete(r->app, &r->actor, &file, &result, e);
	if (rc == ERR_CONFLICT || rc == ERR_STALE)
		return show_delete(
		    r, out, name, arena_strdup(r->arena, e->message), e);
	if (rc != ERR_OK)
		return rc;
	response_flash(r, out, "good",
	    arena_printf(r->arena, "%s was deleted; its history stays.", name));
	return view_redirect(r, out, e, "%s", base_of(file.which));
}

/* --- routes --------------------------------------------------------------- */

static const struct route routes[] = {
	PAGE_GET("/templates", MAY_VIEW, list_page),
	PAGE_GET("/templates/edit", MAY_EDIT, edit_page),
	PAGE_POST_LIMIT("/templates/edit", MAY_EDIT, edit_post, BODY_JSON),
	PAGE_GET("/templates/delete", MAY_EDIT, delete_page),
	PAGE_POST("/templates/delete", MAY_EDIT, delete_post),
	PAGE_GET("/templates/{platform}/{file}", MAY_VIEW, file_page),
	PAGE_GET("/templates/{platform}/{dir}/{file}", MAY_VIEW, file_page),
	PAGE_GET(
	    "/templates/{platform}/{dir}/{subdir}/{file}", MAY_VIEW, file_page),
	PAGE_GET("/context", MAY_VIEW, list_page),
	PAGE_GET("/context/edit", MAY_EDIT, edit_page),
	PAGE_POST_LIMIT("/context/edit", MAY_EDIT, edit_post, BODY_JSON),
	PAGE_GET("/context/delete", MAY_EDIT, delete_page),
	PAGE_POST("/context/delete", MAY_EDIT, delete_post),
	PAGE_GET("/context/{file}", MAY_VIEW, file_page),
	PAGE_GET("/context/{of}/{file}", MAY_VIEW, file_page),
};

const struct route_table pages_text_files_routes = { routes, COUNT(routes) };
