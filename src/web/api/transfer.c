/*
 * Import and export of records.
 */
#include "web/api/api.h"

#include "web/transfer_options.h"

#include <string.h>

#define MAX_EXPORT ((size_t)30 * 1024 * 1024)

static const char *const import_query[] = { "format", "dry_run", "area",
	"status", "create_missing", "move", NULL };
static const char *const export_query[] = { "format", NULL };

/* The answer is the report, whose "saved" tells; the service asks for the role
 * that each kind needs. */
static enum err_code post_import(
    struct request *r, struct response *out, struct err *e)
{
	struct transfer_options o;
	json_t *report = NULL;
	enum err_code rc;

	rc = transfer_options_read(r, request_query, r->capture[0], &o, e);
	if (rc == ERR_OK)
		rc = transfer_import(
		    r->app, &r->actor, &o, r->body, r->body_len, &report, e);
	return rc == ERR_OK ? response_json(out, 200, report, e) : rc;
}

static enum err_code get_export(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_find_plural(r->capture[0]);
	const char *format = request_query(r, "format", "json");
	struct buf text = BUF_INIT(MAX_EXPORT);
	bool csv = strcmp(format, "csv") == 0;
	enum err_code rc;

	if (!kind || !kind->library)
		return err_set(e, ERR_NOT_FOUND,
		    "there are no records called \"%.60s\"", r->capture[0]);
	if (!csv && strcmp(format, "json") != 0)
		return request_refuse(r, 400, e, "the format is csv or json");
	rc = transfer_export(r->snapshot, kind, csv, &text, e);
	if (rc == ERR_OK)
		rc = response_text(out, 200,
		    csv ? "text/csv; charset=utf-8" : "application/json",
		    buf_text(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/import/{kind}",
	    .surface = SURFACE_API,
	    .permission = MAY_EDIT,
	    .body_limit = BODY_CONFIG,
	    .body_type = "text/plain",
	    .handler = post_import,
	    .query = import_query,
	    .operation_id = "importRecords",
	    .summary = "Take records from CSV, JSON, router.db or NetBox",
	    .body_schema = "Text",
	    .answer_schema = "Object",
	    .success = 200 },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/export/{kind}",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_export,
	    .query = export_query,
	    .operation_id = "exportRecords",
	    .summary = "All records of a kind as JSON or CSV",
	    .answer_schema = "Export" },
};

const struct route_table api_transfer_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
