/*
 * Settings, users and API tokens.  Hashes are hidden fields: no answer holds
 * one; a token's secret is in the answer to its creation and nowhere else.
 */
#include "web/api/api.h"

#include "app/access.h"
#include "base/crypto.h"
#include "base/json.h"

#include <string.h>

static enum err_code give(struct request *r, struct response *out, int status,
    const struct record *record, struct err *e)
{
	response_etag(r, out, record_version(record));
	return response_json(out, status, api_record_json(record), e);
}

/* --- settings ------------------------------------------------------------ */

static enum err_code get_settings(
    struct request *r, struct response *out, struct err *e)
{
	return give(r, out, 200, snapshot_settings(r->snapshot), e);
}

static enum err_code get_ironic(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(KIND_IRONIC);
	const struct record *record =
	    snapshot_find(r->snapshot, KIND_IRONIC, kind->name);

	if (!record)
		return err_set(e, ERR_NOT_FOUND, "no Ironic is configured");
	return give(r, out, 200, record, e);
}

static enum err_code put_settings(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(r->route->kind);
	struct inventory_result result = { 0 };
	const struct blob_id *expect;
	struct blob_id id;
	json_t *object = NULL;
	enum err_code rc;

	rc = api_need_if_match(r, &id, &expect, e);
	if (rc == ERR_OK)
		rc = request_json_object(r, false, &object, e);
	if (rc != ERR_OK)
		return rc;
	/* a store without settings.json shows the defaults */
	if (snapshot_find(r->snapshot, kind->id, kind->name))
		rc = inventory_update(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.key = kind->name,
			.expect = expect,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	else
		rc = inventory_create(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	rc = api_explain_stale(r, rc, kind, kind->name, object);
	json_decref(object);
	if (rc == ERR_OK)
		rc = give(r, out, 200, result.record, e);
	inventory_result_release(&result);
	return rc;
}

/* --- users and tokens: lists --------------------------------------------- */

static enum err_code list_all(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *const *all;
	json_t *items = json_array();
	enum err_code rc = ERR_OK;
	size_t n;

	all = snapshot_all(r->snapshot, r->route->kind, &n);
	for (size_t i = 0; rc == ERR_OK && i < n; i++)
		rc = api_append(items, api_record_json(all[i]), e);
	if (rc != ERR_OK) {
		json_decref(items);
		return rc;
	}
	return response_json(out, 200, api_list_json(items, NULL), e);
}

static enum err_code get_one(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *record;
	enum err_code rc;

	rc = api_find_record(r, kind_get(r->route->kind), &record, e);
	return rc == ERR_OK ? give(r, out, 200, record, e) : rc;
}

/* --- tokens -------------------------------------------------------------- */

static enum err_code post_token(
    struct request *r, struct response *out, struct err *e)
{
	char token[ACCESS_TOKEN_SIZE];
	const char *name;
	json_t *spec = NULL;
	enum err_code rc;

	rc = request_json_object(r, false, &spec, e);
	if (rc != ERR_OK)
		return rc;
	rc = access_create_token(
	    r->app, &r->actor, spec, token, request_errors(r), e);
	name = arena_strdup(r->arena, json_text(spec, "name", ""));
	json_decref(spec);
	if (rc != ERR_OK)
		return rc;
	response_header(out, "Location",
	    arena_printf(r->arena, "/api/v1/tokens/%s", name ? name : ""));
	rc = response_json(out, 201,
	    json_pack("{s:s, s:s}", "name", name ? name : "", "token", token),
	    e);
	wipe(token, sizeof(token));
	return rc;
}

static enum err_code delete_token(
    struct request *r, struct response *out, struct err *e)
{
	enum err_code rc =
	    access_revoke_token(r->app, &r->actor, r->capture[0], e);

	if (rc == ERR_OK)
		out->status = 204;
	return rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/settings",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_settings,
	    .kind = KIND_SETTINGS,
	    .operation_id = "getSettings",
	    .summary = "Read the settings" },
	{ .method = METHOD_PUT,
	    .pattern = "/api/v1/settings",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .body_limit = BODY_JSON,
	    .handler = put_settings,
	    .kind = KIND_SETTINGS,
	    .operation_id = "replaceSettings",
	    .summary = "Replace the settings" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/ironic",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = get_ironic,
	    .kind = KIND_IRONIC,
	    .operation_id = "getIronic",
	    .summary = "Read which Ironic is asked" },
	{ .method = METHOD_PUT,
	    .pattern = "/api/v1/ironic",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .body_limit = BODY_JSON,
	    .handler = put_settings,
	    .kind = KIND_IRONIC,
	    .operation_id = "replaceIronic",
	    .summary = "Name the Ironic to ask" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/users",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = list_all,
	    .kind = KIND_USER,
	    .operation_id = "listUsers",
	    .summary = "List users" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/users/{name}",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = get_one,
	    .kind = KIND_USER,
	    .operation_id = "getUser",
	    .summary = "Read a user" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/tokens",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = list_all,
	    .kind = KIND_TOKEN,
	    .operation_id = "listTokens",
	    .summary = "List tokens" },
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/tokens",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .body_limit = BODY_JSON,
	    .handler = post_token,
	    .kind = KIND_TOKEN,
	    .operation_id = "createToken",
	    .summary = "Create a token; its secret is in this answer alone",
	    .body_schema = "TokenRequest",
	    .answer_schema = "NewToken" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/tokens/{name}",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = get_one,
	    .kind = KIND_TOKEN,
	    .operation_id = "getToken",
	    .summary = "Read a token's record" },
	{ .method = METHOD_DELETE,
	    .pattern = "/api/v1/tokens/{name}",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = delete_token,
	    .kind = KIND_TOKEN,
	    .operation_id = "revokeToken",
	    .summary = "Revoke a token" },
};

const struct route_table api_access_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
