/*
 * Templates and context files, and rendering a device without saving.
 *
 * A template's name has two to four segments, one capture each.
 */
#include "web/api/api.h"

#include "app/render.h"
#include "app/text_files.h"

#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

/* --- names ---------------------------------------------------------------- */

/* The captures as one name: "frr", "main.j2" → "frr/main.j2". */
static const char *captured_name(struct request *r)
{
	const char *name = r->capture[0];

	for (size_t i = 1; i < REQUEST_MAX_CAPTURES && r->capture[i] && name;
	     i++)
		name = arena_printf(r->arena, "%s/%s", name, r->capture[i]);
	return name ? name : "";
}

static enum snapshot_listed which_of(const struct request *r)
{
	return strncmp(r->route->pattern, "/api/v1/context", 15) == 0
		   ? SNAPSHOT_CONTEXT
		   : SNAPSHOT_TEMPLATES;
}

/* --- reading -------------------------------------------------------------- */

static enum err_code list_files(
    struct request *r, struct response *out, struct err *e)
{
	enum snapshot_listed which = which_of(r);
	size_t n = snapshot_count_files(r->snapshot, which);
	json_t *items = json_array();
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		char version[STORE_OID_TEXT_SIZE];
		struct blob_id id;
		const char *name = snapshot_file_at(r->snapshot, which, i, &id);

		blob_id_format(&id, version);
		rc = api_append(items,
		    json_pack("{s:s, s:s}", "name", name, "version", version),
		    e);
	}
	if (rc == ERR_OK)
		return response_json(out, 200, api_list_json(items, NULL), e);
	json_decref(items);
	return rc;
}

static enum err_code get_file(
    struct request *r, struct response *out, struct err *e)
{
	struct text_file file = { .which = which_of(r),
		.name = captured_name(r) };
	struct buf text = BUF_INIT(TEXT_FILE_MAX);
	struct blob_id id;
	enum err_code rc =
	    text_file_read(r->app, r->snapshot, &file, &text, &id, e);

	if (rc == ERR_OK) {
		response_etag(r, out, id.raw);
		rc = response_text(out, 200,
		    file.which == SNAPSHOT_CONTEXT
			? "application/json; charset=utf-8"
			: TEXT_PLAIN,
		    buf_text(&text), text.len, e);
	}
	buf_release(&text);
	return rc;
}

/* --- writing -------------------------------------------------------------- */

/* A file that is there is changed with If-Match only; one that is not is
 * created without. */
static enum err_code expect_of(struct request *r, struct text_file *file,
    struct blob_id *id, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_FILE_MAX);
	struct blob_id now;
	enum err_code rc =
	    text_file_read(r->app, r->snapshot, file, &text, &now, NULL);

	buf_release(&text);
	file->must_be_new = rc == ERR_NOT_FOUND;
	return file->must_be_new ? ERR_OK
				 : api_need_if_match(r, id, &file->expect, e);
}

static enum err_code put_file(
    struct request *r, struct response *out, struct err *e)
{
	struct text_file file = { .which = which_of(r),
		.name = captured_name(r) };
	struct inventory_result result = { 0 };
	struct blob_id id;
	enum err_code rc = expect_of(r, &file, &id, e);
	const char *text = arena_memdup(r->arena, r->body, r->body_len);

	if (rc == ERR_OK && (!text || strlen(text) != r->body_len))
		rc = err_set(e, ERR_INVALID, "the body holds a NUL");
	r->problem.is_template = file.which == SNAPSHOT_TEMPLATES;
	if (rc == ERR_OK)
		rc = text_file_put(r->app, &r->actor, &file, text, &result, e);
	if (rc != ERR_OK)
		return rc;
	return response_json(out, file.must_be_new ? 201 : 200,
	    json_pack(
		"{s:s, s:b}", "name", file.name, "changed", result.changed),
	    e);
}

static enum err_code delete_file(
    struct request *r, struct response *out, struct err *e)
{
	struct text_file file = { .which = which_of(r),
		.name = captured_name(r) };
	struct inventory_result result = { 0 };
	struct blob_id id;
	enum err_code rc = expect_of(r, &file, &id, e);

	if (rc == ERR_OK && file.must_be_new)
		rc = err_set(e, ERR_NOT_FOUND, "there is no %.120s", file.name);
	if (rc == ERR_OK)
		rc = text_file_delete(r->app, &r->actor, &file, &result, e);
	if (rc == ERR_OK)
		out->status = 204;
	return rc;
}

/* --- rendering ------------------------------------------------------------ */

/* A body stands in for the template that the query names. */
static enum err_code put_in(
    struct request *r, struct renderer *renderer, struct err *e)
{
	const char *name = request_query(r, "template", "");
	const char *text = arena_memdup(r->arena, r->body, r->body_len);

	if (r->body_len == 0)
		return ERR_OK;
	if (!*name)
		return err_set(e, ERR_INVALID,
		    "say with ?template=<name> which template the body stands "
		    "for");
	if (!text || strlen(text) != r->body_len)
		return err_set(e, ERR_INVALID, "the body holds a NUL");
	return renderer_replace(renderer, name, text, e);
}

static enum err_code render(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *device;
	struct renderer *renderer;
	enum err_code rc =
	    api_find_record(r, kind_get(KIND_DEVICE), &device, e);

	if (rc != ERR_OK)
		return rc;
	rc = renderer_new(r->app->store, r->snapshot, &renderer, e);
	if (rc != ERR_OK)
		return rc;
	rc = put_in(r, renderer, e);
	if (rc == ERR_OK)
		rc = renderer_render(renderer, device, &out->body, e);
	renderer_free(renderer);
	out->content_type = TEXT_PLAIN;
	r->problem.is_template = true;
	/* a template that cannot be rendered is what was asked about */
	if (rc == ERR_LIMIT || rc == ERR_REMOTE)
		r->problem.status = 422;
	return rc;
}

/* --- routes --------------------------------------------------------------- */

static const char *const render_query[] = { "template", NULL };

#define FILE_ROUTES(pattern_, Name, type_, schema_)                        \
	{ .method = METHOD_GET,                                            \
		.pattern = pattern_,                                       \
		.surface = SURFACE_API,                                    \
		.permission = MAY_VIEW,                                    \
		.handler = get_file,                                       \
		.operation_id = "get" Name,                                \
		.summary = "Read the file",                                \
		.answer_schema = schema_ },                                \
	    { .method = METHOD_PUT,                                        \
		    .pattern = pattern_,                                   \
		    .surface = SURFACE_API,                                \
		    .permission = MAY_EDIT,                                \
		    .body_limit = TEXT_FILE_MAX,                           \
		    .body_type = type_,                                    \
		    .handler = put_file,                                   \
		    .operation_id = "put" Name,                            \
		    .summary = "Create the file, or change it (If-Match)", \
		    .body_schema = schema_,                                \
		    .answer_schema = "FileResult",                         \
		    .may_create = true },                                  \
	{                                                                  \
		.method = METHOD_DELETE, .pattern = pattern_,              \
		.surface = SURFACE_API, .permission = MAY_EDIT,            \
		.handler = delete_file, .operation_id = "delete" Name,     \
		.summary = "Delete the file (If-Match)"                    \
	}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/templates",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = list_files,
	    .operation_id = "listTemplates",
	    .summary = "List the templates",
	    .answer_schema = "FileList" },
	FILE_ROUTES("/api/v1/templates/{platform}/{file}", "Template",
	    "text/plain", "Text"),
	FILE_ROUTES("/api/v1/templates/{platform}/{dir}/{file}",
	    "TemplateInDirectory", "text/plain", "Text"),
	FILE_ROUTES("/api/v1/templates/{platform}/{dir}/{subdir}/{file}",
	    "TemplateOfRole", "text/plain", "Text"),
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/context",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = list_files,
	    .operation_id = "listContext",
	    .summary = "List the context files",
	    .answer_schema = "FileList" },
	FILE_ROUTES("/api/v1/context/{file}", "GlobalContext",
	    "application/json", "Object"),
	FILE_ROUTES("/api/v1/context/{of}/{file}", "Context",
	    "application/json", "Object"),
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/devices/{name}/render",
	    .surface = SURFACE_API,
	    .permission = MAY_RUN,
	    .body_limit = TEXT_FILE_MAX,
	    .body_type = "text/plain",
	    .handler = render,
	    .operation_id = "renderDevice",
	    .summary = "Render a device's configuration without saving it",
	    .query = render_query,
	    .body_schema = "Text",
	    .answer_schema = "Text",
	    .success = 200 },
};

const struct route_table api_templates_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
