/*
 * /api/openapi.json: OpenAPI 3.1, generated from the route tables, the kinds'
 * schemas and the jobs' parameters, so that it cannot say anything else than
 * what the portal does.
 */
#include "web/api/api.h"

#include "domain/job.h"
#include "web/query_word.h"
#include "web/api/openapi_schemas.h"

#include <string.h>

static const char *const method_keys[] = {
	[METHOD_GET] = "get",
	[METHOD_POST] = "post",
	[METHOD_PUT] = "put",
	[METHOD_PATCH] = "patch",
	[METHOD_DELETE] = "delete",
};

static const char *const method_words[] = {
	[METHOD_GET] = "GET",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
};

/* --- schemas ------------------------------------------------------------- */

static json_t *reference(const char *name)
{
	return json_pack("{s:s+}", "$ref", "#/components/schemas/", name);
}

static json_t *list_of(const char *name)
{
	return json_pack("{s:s, s:{s:{s:s, s:o}, s:{s:[s,s]}}, s:[s,s]}",
	    "type", "object", "properties", "items", "type", "array", "items",
	    reference(name), "next", "type", "string", "null", "required",
	    "items", "next");
}

static json_t *kind_schema(const struct kind *kind, bool patch)
{
	json_t *schema = schema_to_json_schema(&kind->schema);
	json_t *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");

	for (size_t i = 0; i < kind->schema.n_fields; i++) {
		const struct field *f = &kind->schema.fields[i];

		if (!f->hidden)
			continue;
		json_object_del(properties, f->name);
		for (size_t k = json_array_size(required); k-- > 0;) {
			const json_t *word = json_array_get(required, k);

			if (strcmp(json_string_value(word), f->name) == 0)
				json_array_remove(required, k);
		}
	}
	if (patch)
		json_object_del(schema, "required");
	return schema;
}

static json_t *run_request_schema(void)
{
	json_t *any = json_array();

	for (int id = 0; id < JOB_COUNT; id++) {
		const struct job *job = job_get((enum job_id)id);

		json_array_append_new(any,
		    json_pack("{s:s, s:s, s:{s:o}, s:[s]}", "title", job->name,
			"type", "object", "properties", "parameters",
			schema_to_json_schema(&job->parameters), "required",
			"parameters"));
	}
	return json_pack("{s:o}", "anyOf", any);
}

json_t *openapi_component_schemas(void)
{
	json_t *all = openapi_fixed_schemas();

	for (int id = KIND_NONE + 1; id < KIND_COUNT; id++) {
		const struct kind *kind = kind_get((enum kind_id)id);
		char patch[64];

		json_object_set_new(all, kind->name, kind_schema(kind, false));
		strcpy(patch, kind->name);
		strcat(patch, "-patch");
		json_object_set_new(all, patch, kind_schema(kind, true));
	}
	json_object_set_new(all, "RunRequest", run_request_schema());
	return all;
}

/* --- operations ---------------------------------------------------------- */

static bool ends_in_capture(const struct route *route)
{
	size_t len = strlen(route->pattern);

	return len && route->pattern[len - 1] == '}';
}

json_t *openapi_answer_schema(const struct route *route)
{
	const struct kind *kind;

	if (route->answer_schema)
		return reference(route->answer_schema);
	if (route->kind == KIND_NONE)
		return json_object();
	kind = kind_get(route->kind);
	if (route->method == METHOD_GET && !ends_in_capture(route) &&
	    kind->key_rule != KEY_SINGLETON)
		return list_of(kind->name);
	return reference(kind->name);
}

static json_t *body_schema(const struct route *route)
{
	char name[64];

	if (route->body_schema)
		return reference(route->body_schema);
	if (route->kind == KIND_NONE)
		return json_pack("{s:s}", "type", "object");
	strcpy(name, kind_get(route->kind)->name);
	if (route->method == METHOD_PATCH)
		strcat(name, "-patch");
	return reference(name);
}

static void add_parameter(json_t *list, const char *name, const char *in,
    bool required, json_t *schema)
{
	json_array_append_new(
	    list, json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", in,
		      "required", required, "schema", schema));
}

static json_t *one_of(const char *const *choices)
{
	json_t *list = json_array();

	while (list && *choices)
		json_array_append_new(list, json_string(*choices++));
	return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

static json_t *text_type(void)
{
	return json_pack("{s:s}", "type", "string");
}

static void add_path_parameters(
    json_t *list, const struct route *route, struct arena *a)
{
	const char *p = route->pattern;

	while ((p = strchr(p, '{'))) {
		size_t len = strcspn(++p, "}");

		add_parameter(
		    list, arena_memdup(a, p, len), "path", true, text_type());
	}
}

static json_t *query_schema(const struct query_word *word)
{
	static const char *const types[] = {
		[QUERY_TEXT] = "string",
		[QUERY_COUNT] = "integer",
		[QUERY_FLAG] = "boolean",
		[QUERY_CHOICE] = "string",
	};

	return word->type == QUERY_CHOICE
		   ? one_of(word->choices)
		   : json_pack("{s:s}", "type", types[word->type]);
}

static void add_query_parameters(json_t *list, const struct route *route)
{
	for (size_t i = 0; route->query && route->query[i]; i++) {
		const struct query_word *word =
		    query_word_find(route->query[i], route->pattern);

		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:b, s:s, s:o}", "name",
			      route->query[i], "in", "query", "required", 0,
			      "description", word->meaning, "schema",
			      query_schema(word)));
	}
}

/* A list of records can be filtered by each of their fields. */
static void add_field_parameters(json_t *list, const struct route *route)
{
	const struct schema *schema;

	if (route->kind == KIND_NONE || !route->query)
		return;
	schema = &kind_get(route->kind)->schema;
	for (size_t i = 0; i < schema->n_fields; i++) {
		if (!schema->fields[i].hidden)
			add_parameter(list, schema->fields[i].name, "query",
			    false, text_type());
	}
}

static bool needs_if_match(const struct route *route)
{
	return route->kind != KIND_NONE && route->kind != KIND_TOKEN &&
	       route->method >= METHOD_PUT && !route->may_create;
}

static json_t *parameters(const struct route *route, struct arena *a)
{
	json_t *list = json_array();

	add_path_parameters(list, route, a);
	add_query_parameters(list, route);
	add_field_parameters(list, route);
	if (needs_if_match(route))
		add_parameter(list, "If-Match", "header", true, text_type());
	return list;
}

static int success_status(const struct route *route)
{
	if (route->success)
		return route->success;
	if (route->method == METHOD_POST)
		return 201;
	return route->method == METHOD_DELETE ? 204 : 200;
}

static json_t *good_response(const struct route *route, int status)
{
	const char *type = "application/json";
	json_t *good;

	if (route->answer_schema && strcmp(route->answer_schema, "Text") == 0)
		type = "text/plain";
	good = json_pack("{s:s}", "description", response_reason(status));
	if (status != 204)
		json_object_set_new(good, "content",
		    json_pack("{s:{s:o}}", type, "schema",
			openapi_answer_schema(route)));
	return good;
}

static json_t *responses(const struct route *route, struct arena *a)
{
	int status = success_status(route);
	json_t *all = json_pack("{s:o, s:{s:s, s:{s:{s:o}}}}",
	    arena_printf(a, "%d", status), good_response(route, status),
	    "default", "description", "A problem (RFC 9457)", "content",
	    "application/problem+json", "schema", reference("Problem"));

	if (all && route->may_create)
		json_object_set_new(all, "201", good_response(route, 201));
	return all;
}

/* The resource: what a pattern names first. */
static const char *tag(const struct route *route, struct arena *a)
{
	static const char *const roots[] = { "/api/v1/", "/api/", "/" };
	const char *p = route->pattern;

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		size_t len = strlen(roots[i]);

		if (strncmp(p, roots[i], len) == 0) {
			p += len;
			break;
		}
	}
	return arena_memdup(a, p, strcspn(p, "/."));
}

static json_t *operation(const struct route *route, struct arena *a)
{
	json_t *o = json_pack("{s:s, s:s, s:[s], s:s, s:o, s:o}", "operationId",
	    route->operation_id, "summary", route->summary, "tags",
	    tag(route, a), "x-role",
	    access_role_word(permission_role(route->permission)), "parameters",
	    parameters(route, a), "responses", responses(route, a));

	if (o && route->body_limit)
		json_object_set_new(o, "requestBody",
		    json_pack("{s:{s:{s:o}}}", "content",
			route->body_type ? route->body_type
					 : "application/json",
			"schema", body_schema(route)));
	if (o && route->permission == MAY_NOTHING)
		json_object_set_new(o, "security", json_array());
	return o;
}

/* All operations: pattern → method → what `tell` makes of it. */
static json_t *by_path(struct arena *a, const char *const *methods,
    json_t *(*tell)(const struct route *route, struct arena *a))
{
	const struct route_table *const *tables;
	json_t *all = json_object();
	size_t n;

	tables = router_tables(&n);
	for (size_t t = 0; t < n; t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct route *route = &tables[t]->routes[i];
			json_t *item;

			if (!route->operation_id)
				continue;
			item = json_object_get(all, route->pattern);
			if (!item) {
				item = json_object();
				json_object_set_new(all, route->pattern, item);
			}
			json_object_set_new(
			    item, methods[route->method], tell(route, a));
		}
	}
	return all;
}

static enum err_code get_openapi(
    struct request *r, struct response *out, struct err *e)
{
	const char *title =
	    record_text(snapshot_settings(r->snapshot), SETTINGS_SITE_NAME);

	return response_json(out, 200,
	    json_pack("{s:s, s:{s:s, s:s}, s:o, s:{s:o, s:{s:{s:s, s:s}}}, "
		      "s:[{s:[]}]}",
		"openapi", "3.1.0", "info", "title", title, "version",
		SWITCHYARD_VERSION, "paths",
		by_path(r->arena, method_keys, operation), "components",
		"schemas", openapi_component_schemas(), "securitySchemes",
		"bearer", "type", "http", "scheme", "bearer", "security",
		"bearer"),
	    e);
}

/* --- the index ------------------------------------------------------------ */

static json_t *summary(const struct route *route, struct arena *a)
{
	(void)a;
	return json_string(route->summary);
}

/* For people who try the address that all others begin with. */
static enum err_code get_index(
    struct request *r, struct response *out, struct err *e)
{
	return response_json(out, 200,
	    json_pack("{s:s, s:s, s:s, s:o}", "version", SWITCHYARD_VERSION,
		"openapi", "/api/openapi.json", "help", "/help/api", "paths",
		by_path(r->arena, method_words, summary)),
	    e);
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/openapi.json",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_openapi,
	    .operation_id = "getOpenapi",
	    .summary = "This document",
	    .answer_schema = "Object" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_index,
	    .operation_id = "getIndex",
	    .summary = "All operations, in short",
	    .answer_schema = "Object" },
};

const struct route_table api_openapi_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
