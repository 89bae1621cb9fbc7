/* /devices: the table of devices, and the pages that make one. */
#include "web/pages/pages.h"

#include "app/runs.h"
#include "base/json.h"
#include "web/pages/bulk.h"
#include "web/pages/past.h"
#include "web/pages/record_edit.h"
#include "web/pages/record_export.h"
#include "web/web.h"

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

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct record_table_spec *spec =
	    record_table_spec_of(KIND_DEVICE);
	struct jv ctx = jv_dict(r->arena, 8);
	json_t *keep = json_array();
	struct record_table table;
	enum err_code rc;

	if (!keep)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = record_table_select(r, spec, RECORD_TABLE_PAGE, &table, e);
	if (rc == ERR_OK) {
		jv_dict_set(
		    r->arena, ctx, "table", record_table_view(r, spec, &table));
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
	return record_export(r, out, record_table_spec_of(KIND_DEVICE), e);
}

static const struct route routes[] = {
	PAGE_GET("/devices", MAY_VIEW, list_page),
	PAGE_GET("/devices.csv", MAY_VIEW, export_page),
	PAGE_GET("/devices.json", MAY_VIEW, export_page),
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
