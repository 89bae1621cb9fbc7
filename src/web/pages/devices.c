/* /devices: the table of devices, and the pages that make one. */
#include "web/pages/pages.h"

#include "app/hostkeys.h"
#include "app/runs.h"
#include "base/json.h"
#include "web/pages/bulk.h"
#include "web/pages/device_needs.h"
#include "web/pages/past.h"
#include "web/pages/record_edit.h"
#include "web/pages/record_export.h"
#include "web/web.h"

#include <string.h>

/* The last run of each device on the page, beside the rows. */
static struct jv last_runs(
    struct request *r, const struct record_table *t, json_t *keep)
{
	struct jv all = jv_dict(r->arena, t->size);

	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++) {
		const char *name = record_key(t->rows[i]);
		json_t *run = run_index_last(r->web->runs, name);

		if (run && json_array_append_new(keep, run) == 0)
			jv_dict_set(
			    r->arena, all, name, view_run(r->arena, run));
	}
	return all;
}

static enum err_code select_devices(struct request *r,
    enum record_table_extent extent, struct record_table *ret, struct err *e)
{
	struct record_table_rows rows;
	enum err_code rc = device_needs_rows(r, &rows, e);

	return rc == ERR_OK ? record_table_select_of(r,
				  record_table_spec_of(KIND_DEVICE), &rows,
				  extent, ret, e)
			    : rc;
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct record_table_spec *spec =
	    record_table_spec_of(KIND_DEVICE);
	struct jv ctx = jv_dict(r->arena, 8), view;
	json_t *keep = json_array();
	struct record_table table;
	enum err_code rc;

	if (!keep)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = select_devices(r, RECORD_TABLE_PAGE, &table, e);
	if (rc == ERR_OK) {
		view = record_table_view(r, spec, &table);
		device_needs_add_filter(r, view);
		jv_dict_set(r->arena, ctx, "table", view);
		if (device_needs_asked(r) == NEED_APPROVAL)
			jv_dict_set(r->arena, ctx, "keys",
			    device_needs_keys(r, &table));
		if (table.extras[0])
			jv_dict_set(r->arena, ctx, "last_runs",
			    last_runs(r, &table, keep));
		jv_dict_set(r->arena, ctx, "bulk", bulk_view(r, spec->kind));
		rc = response_page(r, out, 200, "devices.html", ctx, e);
	}
	json_decref(keep);
	return rc;
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	struct record_table table;
	enum err_code rc = select_devices(r, RECORD_TABLE_ALL, &table, e);

	return rc == ERR_OK ? record_export_table(r, out,
				  record_table_spec_of(KIND_DEVICE), &table, e)
			    : rc;
}

/* --- waiting keys -------------------------------------------------------- */

/* Whether the key of this row was approved; a changed one is looked at alone.
 */
static enum err_code approve_row(
    struct request *r, const char *device, struct err *e)
{
	const char *seen = request_form(
	    r, arena_printf(r->arena, "fingerprint-%s", device), "");
	struct hostkey_pending key;
	enum err_code rc =
	    hostkeys_pending(r->app, r->snapshot, device, r->arena, &key, e);

	if (rc == ERR_OK && key.replaces)
		return err_set(
		    e, ERR_CONFLICT, "%s showed another key before", device);
	return rc == ERR_OK
		   ? hostkeys_approve(r->app, &r->actor, device, seen, e)
		   : rc;
}

static enum err_code approve_post(
    struct request *r, struct response *out, struct err *e)
{
	size_t asked = 0, refused = 0;
	const char *why = "";

	for (size_t i = 0; i < r->n_form; i++) {
		struct err problem = ERR_INIT;

		if (strcmp(r->form_pairs[i].name, "row") != 0)
			continue;
		asked++;
		if (approve_row(r, r->form_pairs[i].value, &problem) == ERR_OK)
			continue;
		if (refused++ == 0)
			why = arena_strdup(r->arena, problem.message);
	}
	if (asked == 0)
		return request_refuse(r, 422, e,
		    "Nothing is ticked. Tick the devices whose keys you have "
		    "compared.");
	response_flash(r, out, refused ? "attention" : "good",
	    arena_printf(r->arena, "%zu of %zu keys were approved%s%s",
		asked - refused, asked, refused ? "; " : ".", why));
	return response_redirect(r, out, "/devices?needs=approval");
}

static const struct route routes[] = {
	PAGE_GET("/devices", MAY_VIEW, list_page),
	PAGE_GET("/devices.csv", MAY_VIEW, export_page),
	PAGE_GET("/devices.json", MAY_VIEW, export_page),
	PAGE_POST_LIMIT(
	    "/bulk/devices/approve", MAY_RUN, approve_post, BODY_FORM),
	PAGE_GET("/devices/new", MAY_EDIT, record_new_page),
	PAGE_POST_FIELDS("/devices/new", MAY_EDIT, record_new_post, BODY_FORM),
	PAGE_GET("/devices/{name}/edit", MAY_EDIT, record_edit_page),
	PAGE_POST_FIELDS(
	    "/devices/{name}/edit", MAY_EDIT, record_edit_post, BODY_FORM),
	PAGE_GET("/devices/{name}/delete", MAY_EDIT, record_delete_page),
	PAGE_POST("/devices/{name}/delete", MAY_EDIT, record_delete_post),
	PAGE_POST("/devices/{name}/restore", MAY_EDIT, past_restore_post),
};

const struct route_table pages_devices_routes = { routes, COUNT(routes) };
