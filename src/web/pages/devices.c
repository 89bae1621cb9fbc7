/* /devices: the table of devices, and the pages that make one. */
#include "web/pages/pages.h"

#include "app/runs.h"
#include "base/json.h"
#include "web/pages/record_edit.h"
#include "web/pages/record_table.h"
#include "web/web.h"

#include <string.h>

#define CSV_MAX ((size_t)16 * 1024 * 1024)

static const struct record_table_spec spec = {
	.kind = KIND_DEVICE,
	.columns = (const int[]){ DEVICE_NAME, DEVICE_STATUS, DEVICE_PLATFORM,
	    DEVICE_ROLE, DEVICE_AREA, DEVICE_PRIMARY_IP4, -1 },
	.search = (const int[]){ DEVICE_NAME, DEVICE_PRIMARY_IP4, DEVICE_SERIAL,
	    DEVICE_TAGS, DEVICE_DESCRIPTION, -1 },
	.filters = (const int[]){ DEVICE_STATUS, DEVICE_PLATFORM, DEVICE_ROLE,
	    DEVICE_AREA, DEVICE_TAGS, -1 },
};

/* The choices of a filter: what is there, and what is chosen. */
static struct jv filter_view(struct request *r, int field)
{
	const struct field *f = &kind_get(KIND_DEVICE)->schema.fields[field];
	struct arena *a = r->arena;
	struct jv v = jv_dict(a, 4), options = jv_list(a, 16);
	const struct record *const *all;
	size_t n = 0;

	if (f->type == FIELD_CHOICE) {
		for (const char *const *c = f->choices; *c; c++)
			jv_list_append(a, options, jv_text(*c));
	} else {
		all = snapshot_all(r->snapshot, f->ref, &n);
		for (size_t i = 0; i < n; i++)
			jv_list_append(a, options, jv_text(record_key(all[i])));
	}
	jv_dict_set(a, v, "name", jv_text(f->name));
	jv_dict_set(a, v, "label", jv_text(f->label));
	jv_dict_set(a, v, "value", jv_text(request_query(r, f->name, "")));
	jv_dict_set(a, v, "options", options);
	return v;
}

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
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 8), filters = jv_list(a, 4);
	json_t *keep = json_array();
	struct record_table table;
	enum err_code rc;
	size_t n_all;

	if (!keep)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = record_table_select(r, &spec, &table, e);
	if (rc == ERR_OK) {
		for (int field = DEVICE_STATUS; field <= DEVICE_AREA; field++) {
			if (field != DEVICE_PRIMARY_IP4)
				jv_list_append(
				    a, filters, filter_view(r, field));
		}
		snapshot_all(r->snapshot, KIND_DEVICE, &n_all);
		jv_dict_set(
		    a, ctx, "table", record_table_view(r, &spec, &table));
		jv_dict_set(a, ctx, "filters", filters);
		jv_dict_set(a, ctx, "last_runs", last_runs(r, &table, keep));
		jv_dict_set(a, ctx, "n_all", jv_int((int64_t)n_all));
		jv_dict_set(
		    a, ctx, "tag", jv_text(request_query(r, "tags", "")));
		jv_dict_set(a, ctx, "csv",
		    jv_text(query_link(r, "/devices.csv", "size", NULL)));
		rc = response_page(r, out, 200, "devices.html", ctx, e);
	}
	json_decref(keep);
	return rc;
}

/* --- CSV -------------------------------------------------------------------
 */

/* RFC 4180; a leading sign is kept from being a formula by a quote. */
static void add_csv(struct buf *out, const char *text, const char *end)
{
	bool formula = *text && strchr("=+-@\t", *text);

	buf_putc(out, '"');
	if (formula)
		buf_putc(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_putc(out, '"');
		buf_putc(out, *text);
	}
	buf_putc(out, '"');
	buf_puts(out, end);
}

static enum err_code csv(struct request *r, struct response *out, struct err *e)
{
	const struct schema *schema = &kind_get(KIND_DEVICE)->schema;
	struct buf text = BUF_INIT(CSV_MAX);
	struct record_table t;
	enum err_code rc;

	if ((rc = record_table_select(r, &spec, &t, e)) != ERR_OK)
		return rc;
	for (const int *c = spec.columns; *c >= 0; c++)
		add_csv(
		    &text, schema->fields[*c].name, c[1] < 0 ? "\r\n" : ",");
	for (size_t i = 0; i < t.n; i++) {
		for (const int *c = spec.columns; *c >= 0; c++)
			add_csv(&text, record_text(t.rows[i], *c),
			    c[1] < 0 ? "\r\n" : ",");
	}
	rc = buf_check(&text, "the table", e);
	if (rc == ERR_OK) {
		response_header(out, "Content-Disposition",
		    "attachment; filename=\"devices.csv\"");
		rc = response_text(out, 200, "text/csv; charset=utf-8",
		    buf_text(&text), text.len, e);
	}
	buf_release(&text);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/devices", MAY_VIEW, list_page),
	PAGE_GET("/devices.csv", MAY_VIEW, csv),
	PAGE_GET("/devices/new", MAY_EDIT, record_new_page),
	PAGE_POST_FIELDS("/devices/new", MAY_EDIT, record_new_post, BODY_FORM),
	PAGE_GET("/devices/{name}/edit", MAY_EDIT, record_edit_page),
	PAGE_POST_FIELDS(
	    "/devices/{name}/edit", MAY_EDIT, record_edit_post, BODY_FORM),
	PAGE_GET("/devices/{name}/delete", MAY_EDIT, record_delete_page),
	PAGE_POST("/devices/{name}/delete", MAY_EDIT, record_delete_post),
};

const struct route_table pages_devices_routes = { routes, COUNT(routes) };
