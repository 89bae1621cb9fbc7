/*
 * /devices/{name}/config: the intended configuration, the last backup, the
 * difference, and what else its commands told; and the form that edits the
 * intended one.
 */
#include "web/pages/pages.h"

#include "app/intended.h"
#include "app/inventory.h"
#include "web/pages/device_state.h"
#include "web/pages/diff_view.h"
#include "web/pages/form_view.h"
#include "web/pages/record_edit.h"
#include "web/pages/text_view.h"

#include <stdio.h>
#include <string.h>

/* --- looking ------------------------------------------------------------- */

static const char *const views[] = { "diff", "intended", "backup", "outputs",
	"rendered", NULL };

static struct jv version_of(
    struct request *r, enum path_config which, const char *device)
{
	char text[STORE_OID_TEXT_SIZE];
	struct blob_id id;

	if (!snapshot_config(r->snapshot, which, device, &id))
		return jv_text("");
	blob_id_format(&id, text);
	return jv_copy_text(r->arena, text);
}

/* What was asked for if it can be shown, else what there is. */
static const char *choose_view(struct request *r, bool intended, bool backup)
{
	const char *asked = request_query(r, "view", "");

	for (const char *const *v = views; *v; v++) {
		if (strcmp(*v, asked) == 0)
			return *v;
	}
	if (intended == backup)
		return "diff";
	return backup ? "backup" : "intended";
}

static enum err_code add_texts(
    struct request *r, const char *device, struct jv ctx, struct err *e)
{
	struct arena *a = r->arena;
	struct diff_look look = diff_look_read(r);
	const char *intended, *backup, *outputs, *view;
	struct jv diff = jv_none();
	enum err_code rc;

	if ((rc = device_read_config(r, PATH_INTENDED, device, &intended, e)) !=
		ERR_OK ||
	    (rc = device_read_config(r, PATH_BACKUP, device, &backup, e)) !=
		ERR_OK ||
	    (rc = device_read_config(r, PATH_OUTPUTS, device, &outputs, e)) !=
		ERR_OK)
		return rc;
	view = choose_view(r, *intended, *backup);
	jv_dict_set(a, ctx, "view", jv_text(view));
	if (strcmp(view, "diff") == 0 && *intended && *backup)
		rc = diff_view_from_texts(a, &look, backup, intended, &diff, e);
	else if (strcmp(view, "intended") == 0)
		jv_dict_set(a, ctx, "text", text_view_lines(a, intended));
	else if (strcmp(view, "outputs") == 0)
		jv_dict_set(a, ctx, "text", text_view_lines(a, outputs));
	else
		jv_dict_set(a, ctx, "text", text_view_lines(a, backup));
	jv_dict_set(a, ctx, "diff", diff);
	jv_dict_set(a, ctx, "has_intended", jv_bool(*intended));
	jv_dict_set(a, ctx, "has_backup", jv_bool(*backup));
	jv_dict_set(a, ctx, "has_outputs", jv_bool(*outputs));
	return rc;
}

/* What brings the backup to what is intended. */
static enum err_code give_patch(
    struct request *r, struct response *out, const char *device, struct err *e)
{
	const char *texts[2];
	const char *const names[] = { arena_printf(
					  r->arena, "backup/%s", device),
		arena_printf(r->arena, "intended/%s", device) };
	enum err_code rc;

	rc = device_read_config(r, PATH_BACKUP, device, &texts[0], e);
	if (rc == ERR_OK)
		rc = device_read_config(r, PATH_INTENDED, device, &texts[1], e);
	if (rc == ERR_OK)
		rc = diff_view_send_patch(r, out, texts, names, e);
	return rc;
}

static enum err_code config_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 20);
	const struct record *device;
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) == ERR_OK &&
	    *request_query(r, "patch", ""))
		return give_patch(r, out, record_key(device), e);
	if (rc != ERR_OK ||
	    (rc = device_add_frame(r, device, "config", ctx, e)) != ERR_OK ||
	    (rc = add_texts(r, record_key(device), ctx, e)) != ERR_OK)
		return rc;
	if (strcmp(request_query(r, "view", ""), "rendered") == 0 &&
	    (rc = device_render(r, device, ctx, e)) != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "by_hand",
	    jv_bool(intended_by_hand(r->snapshot, device)));
	jv_dict_set(r->arena, ctx, "sync", device_sync_view(r, device));
	return response_page(r, out, 200, "device_config.html", ctx, e);
}

/* The texts of a device by their names in addresses. */
static bool text_of(const char *word, enum path_config *ret)
{
	static const char *const words[PATH_CONFIGS] = {
		[PATH_INTENDED] = "intended",
		[PATH_BACKUP] = "backup",
		[PATH_OUTPUTS] = "outputs",
	};

	for (int i = 0; i < PATH_CONFIGS; i++) {
		if (strcmp(words[i], word) == 0) {
			*ret = (enum path_config)i;
			return true;
		}
	}
	return false;
}

static enum err_code raw(struct request *r, struct response *out, struct err *e)
{
	enum path_config which;
	const struct record *device;
	const char *text;
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK)
		return rc;
	if (!text_of(r->capture[1], &which))
		return err_set(e, ERR_NOT_FOUND,
		    "A device has an intended and a backup configuration, and "
		    "command outputs.");
	rc = device_read_config(r, which, record_key(device), &text, e);
	if (rc != ERR_OK)
		return rc;
	return response_text(
	    out, 200, "text/plain; charset=utf-8", text, strlen(text), e);
}

/* --- editing ------------------------------------------------------------- */

static enum err_code show_editor(struct request *r, struct response *out,
    const struct record *device, struct jv ctx, int status, struct err *e)
{
	enum err_code rc = device_add_frame(r, device, "config", ctx, e);

	if (rc != ERR_OK)
		return rc;
	return response_page(r, out, status, "device_intended.html", ctx, e);
}

static enum err_code edit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12);
	const struct record *device;
	const char *text, *from = request_query(r, "from", "");
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK)
		return rc;
	rc = device_read_config(r,
	    strcmp(from, "backup") == 0 ? PATH_BACKUP : PATH_INTENDED,
	    record_key(device), &text, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "text", jv_text(text));
	jv_dict_set(a, ctx, "from", jv_text(from));
	jv_dict_set(a, ctx, "version",
	    version_of(r, PATH_INTENDED, record_key(device)));
	return show_editor(r, out, device, ctx, 200, e);
}

/* Browsers send CR LF from a textarea. */
static char *without_cr(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text), *to = copy;

	for (const char *p = copy; p && *p; p++) {
		if (*p != '\r' || p[1] != '\n')
			*to++ = *p;
	}
	if (to)
		*to = '\0';
	return copy;
}

/* 409: what is there now against what was typed, which can be saved over it
 * on purpose. */
static enum err_code show_stale(struct request *r, struct response *out,
    const struct record *device, const char *typed, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), diff = jv_none();
	const struct snapshot *pinned = r->snapshot, *newest;
	struct diff_look look = diff_look_read(r);
	const char *now;
	enum err_code rc;

	rc = snapshots_current(r->app->snapshots, &newest, e);
	if (rc != ERR_OK)
		return rc;
	r->snapshot = newest;
	rc = device_read_config(r, PATH_INTENDED, record_key(device), &now, e);
	jv_dict_set(a, ctx, "version",
	    version_of(r, PATH_INTENDED, record_key(device)));
	r->snapshot = pinned;
	snapshot_unref(newest);
	if (rc == ERR_OK)
		rc = diff_view_from_texts(a, &look, now, typed, &diff, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "text", jv_text(typed));
	jv_dict_set(a, ctx, "stale", jv_bool(true));
	jv_dict_set(a, ctx, "diff", diff);
	return show_editor(r, out, device, ctx, 409, e);
}

static enum err_code put(struct request *r, const struct record *device,
    const char *text, struct inventory_result *ret, struct err *e)
{
	struct blob_id expect, now;
	bool knew = record_form_version(r, &expect);

	if (!knew && snapshot_config(
			 r->snapshot, PATH_INTENDED, record_key(device), &now))
		return err_set(e, ERR_STALE, "someone wrote one meanwhile");
	return inventory_put_intended(r->app, &r->actor, record_key(device),
	    text, strlen(text), knew ? &expect : NULL, ret, e);
}

static enum err_code edit_post(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12);
	struct inventory_result result = { 0 };
	const struct record *device;
	const char *text;
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK)
		return rc;
	text = without_cr(a, request_form(r, "text", ""));
	if (!text)
		return err_set(e, ERR_LIMIT, "the text is too long");
	rc = put(r, device, text, &result, e);
	if (rc == ERR_STALE)
		return show_stale(r, out, device, text, e);
	if (rc != ERR_OK && !form_view_shows(rc))
		return rc;
	if (rc != ERR_OK) {
		jv_dict_set(a, ctx, "problem", jv_copy_text(a, e->message));
		jv_dict_set(a, ctx, "text", jv_text(text));
		jv_dict_set(
		    a, ctx, "version", jv_text(request_form(r, "version", "")));
		return show_editor(
		    r, out, device, ctx, form_view_status(rc), e);
	}
	response_flash(r, out, "good",
	    result.changed ? "The intended configuration was saved. A dry run "
			     "shows what it would change on the device."
			   : "Nothing changed.");
	inventory_result_release(&result);
	return view_redirect(
	    r, out, e, "/devices/%s/config", record_key(device));
}

static const struct route routes[] = {
	PAGE_GET("/devices/{name}/config", MAY_VIEW, config_page),
	PAGE_GET("/devices/{name}/raw/{which}", MAY_VIEW, raw),
	PAGE_GET("/devices/{name}/intended", MAY_EDIT, edit_page),
	PAGE_POST_FIELDS(
	    "/devices/{name}/intended", MAY_EDIT, edit_post, BODY_CONFIG),
};

const struct route_table pages_device_config_routes = { routes, COUNT(routes) };
