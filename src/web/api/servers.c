/*
 * Bare-metal servers: POST /provision and GET /provision/{id}, which are the
 * interface that clients knew before, and the rest under /api/v1/servers.
 */
#include "web/api/api.h"

#include "app/servers.h"
#include "base/json.h"
#include "web/cgi.h"
#include "web/query_word.h"
#include "web/server_form.h"
#include "web/web.h"

#include <string.h>

#define DEFAULT_SERVERS 100
#define MAX_SERVERS 1000

/* --- answers ------------------------------------------------------------- */

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *traits_json(const struct baremetal_node *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->n_traits; i++)
		json_array_append_new(list, json_string(n->traits[i]));
	return list;
}

static json_t *server_json(const struct baremetal_node *n)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:b, s:o, "
			 "s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:o, "
			 "s:{s:o, s:o, s:o, s:o}}",
	    "id", n->uuid, "name", n->name, "provision_state",
	    n->provision_state, "target_provision_state",
	    text_or_null(n->target_provision_state), "power_state",
	    text_or_null(n->power_state), "resource_class",
	    text_or_null(n->resource_class), "driver", n->driver, "description",
	    n->description, "maintenance", n->maintenance, "maintenance_reason",
	    text_or_null(n->maintenance_reason), "protected", n->is_protected,
	    "retired", n->retired, "locked", n->locked, "instance_id",
	    text_or_null(n->instance_uuid), "image",
	    text_or_null(*n->image_name ? n->image_name : n->image),
	    "last_error", text_or_null(n->last_error), "state_since",
	    text_or_null(n->state_since), "traits", traits_json(n),
	    "properties", "cpu_arch", text_or_null(n->cpu_arch), "cpus",
	    text_or_null(n->cpus), "memory_mb", text_or_null(n->memory_mb),
	    "local_gb", text_or_null(n->local_gb));
}

static json_t *status_json(const struct baremetal_node *n)
{
	struct server_progress p;

	servers_progress(n, &p);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o}",
	    "operation_id", n->uuid, "server_id", n->uuid, "server_name",
	    n->name, "status", server_status_words[p.status], "provision_state",
	    n->provision_state, "progress_percent",
	    p.percent < 0 ? json_null() : json_integer(p.percent), "message",
	    p.message, "started_at", text_or_null(p.started_at), "completed_at",
	    text_or_null(p.completed_at));
}

/* --- provisioning -------------------------------------------------------- */

static enum err_code idempotency_key(
    struct request *r, const char **ret, struct err *e)
{
	const char *key = r->cgi->value[CGI_HTTP_IDEMPOTENCY_KEY];

	if (strlen(key) > SERVER_MAX_KEY)
		return request_refuse(r, 400, e,
		    "Idempotency-Key is longer than %d bytes", SERVER_MAX_KEY);
	*ret = *key ? key : NULL;
	return ERR_OK;
}

/* `body` as the wish for an action on `id` (NULL: as the body says), and the
 * answer to it. */
static enum err_code ask(struct request *r, struct response *out,
    enum server_action action, json_t *body, const char *id, struct err *e)
{
	struct schema_errors *errors = request_errors(r);
	struct server_wish wish;
	json_t *answer = NULL;
	const char *key = NULL;
	enum err_code rc = idempotency_key(r, &key, e);

	if (rc == ERR_OK)
		rc = server_form_read(action, body, id, &wish, errors, e);
	if (rc != ERR_OK)
		return rc;
	wish.key = key;
	rc = servers_ask(r->web->servers, &r->actor, &wish, errors, &answer, e);
	/* an image that is not there is a malformed request to old clients */
	if (rc == ERR_INVALID && errors->n == 0)
		r->problem.status = 400;
	if (rc != ERR_OK)
		return rc;
	response_header(out, "Location",
	    arena_printf(r->arena, "/provision/%s",
		json_text(answer, "operation_id", "")));
	return response_json(out, 202, answer, e);
}

static enum err_code post_provision(
    struct request *r, struct response *out, struct err *e)
{
	json_t *body = NULL;
	enum err_code rc = request_json_object(r, false, &body, e);

	if (rc == ERR_OK)
		rc = ask(r, out, SERVER_PROVISION, body, NULL, e);
	json_decref(body);
	return rc;
}

static enum err_code get_provision(
    struct request *r, struct response *out, struct err *e)
{
	struct baremetal_node node;
	enum err_code rc =
	    servers_get(r->web->servers, r->capture[0], r->arena, &node, e);

	return rc == ERR_OK ? response_json(out, 200, status_json(&node), e)
			    : rc;
}

/* --- reading ------------------------------------------------------------- */

static enum baremetal_flag flag_query(struct request *r, const char *name)
{
	const char *text = request_query(r, name, "");

	if (!*text)
		return BAREMETAL_ANY;
	return query_is_on(text) ? BAREMETAL_YES : BAREMETAL_NO;
}

static enum err_code list_servers(
    struct request *r, struct response *out, struct err *e)
{
	struct baremetal_filter f = {
		.provision_state = request_query(r, "provision_state", NULL),
		.resource_class = request_query(r, "resource_class", NULL),
		.after = request_query(r, "after", NULL),
	};
	struct baremetal_nodes list;
	json_t *items = NULL;
	long limit = 0;
	enum err_code rc;

	if (f.provision_state && *f.provision_state &&
	    !server_state_get(f.provision_state)->word)
		return request_refuse(r, 400, e,
		    "\"%.60s\" is no provision state", f.provision_state);
	rc = request_query_number(
	    r, "limit", 1, MAX_SERVERS, DEFAULT_SERVERS, &limit, e);
	f.maintenance = flag_query(r, "maintenance");
	f.associated = flag_query(r, "associated");
	f.limit = (size_t)limit;
	if (rc == ERR_OK)
		rc = servers_list(r->web->servers, &f, r->arena, &list, e);
	if (rc != ERR_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; rc == ERR_OK && i < list.n; i++)
		rc = api_append(items, server_json(&list.items[i]), e);
	if (rc != ERR_OK) {
		json_decref(items);
		return rc;
	}
	return response_json(out, 200,
	    api_list_json(items,
		list.more && list.n ? list.items[list.n - 1].uuid : NULL),
	    e);
}

static enum err_code get_server(
    struct request *r, struct response *out, struct err *e)
{
	struct baremetal_node node;
	enum err_code rc =
	    servers_get(r->web->servers, r->capture[0], r->arena, &node, e);

	return rc == ERR_OK ? response_json(out, 200, server_json(&node), e)
			    : rc;
}

static enum err_code get_validation(
    struct request *r, struct response *out, struct err *e)
{
	static const char *const words[] = {
		[BAREMETAL_PASSES] = "passes",
		[BAREMETAL_FAILS] = "fails",
		[BAREMETAL_NOT_SUPPORTED] = "not supported",
	};
	struct baremetal_checks checks;
	json_t *items;
	enum err_code rc = servers_validate(
	    r->web->servers, r->capture[0], r->arena, &checks, e);

	if (rc != ERR_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < checks.n && rc == ERR_OK; i++)
		rc = api_append(items,
		    json_pack("{s:s, s:s, s:o}", "interface",
			checks.items[i].interface, "verdict",
			words[checks.items[i].verdict], "reason",
			text_or_null(checks.items[i].reason)),
		    e);
	if (rc != ERR_OK) {
		json_decref(items);
		return rc;
	}
	return response_json(out, 200, api_list_json(items, NULL), e);
}

/* --- actions ------------------------------------------------------------- */

/* The action is the last segment of the route's pattern. */
static enum err_code post_action(
    struct request *r, struct response *out, struct err *e)
{
	const char *name = strrchr(r->route->pattern, '/') + 1;
	enum server_action action = SERVER_PROVISION;
	json_t *body = NULL;
	enum err_code rc = request_json_object(r, true, &body, e);

	if (rc == ERR_OK && !server_action_find(name, &action))
		rc = err_set(e, ERR_SYSTEM, "no action %s", name);
	if (rc == ERR_OK)
		rc = ask(r, out, action, body, r->capture[0], e);
	json_decref(body);
	return rc;
}

/* {"target": …}: which of several actions is asked for. */
static enum err_code choose_action(struct request *r, const json_t *body,
    const char *member, const struct server_choice *choices,
    enum server_action *ret, struct err *e)
{
	const char *target = json_text(body, member, "");
	struct buf words = BUF_INIT(200);
	enum err_code rc;

	for (const struct server_choice *c = choices; c->word; c++) {
		if (strcmp(c->word, target) == 0) {
			*ret = c->action;
			return ERR_OK;
		}
		buf_printf(&words, "%s%s", c == choices ? "" : ", ", c->word);
	}
	rc = request_refuse(
	    r, 422, e, "\"%s\" must be one of: %s", member, buf_text(&words));
	buf_release(&words);
	return rc;
}

static const struct server_choice power_choices[] = {
	{ "on", SERVER_POWER_ON },
	{ "off", SERVER_POWER_OFF },
	{ "reboot", SERVER_REBOOT },
	{ NULL, SERVER_ACTIONS },
};
static const struct server_choice maintenance_choices[] = {
	{ "on", SERVER_MAINTENANCE_ON },
	{ "off", SERVER_MAINTENANCE_OFF },
	{ NULL, SERVER_ACTIONS },
};

static enum err_code post_target(struct request *r, struct response *out,
    const struct server_choice *choices, struct err *e)
{
	enum server_action action = SERVER_ACTIONS;
	json_t *body = NULL;
	enum err_code rc = request_json_object(r, false, &body, e);

	if (rc == ERR_OK)
		rc = choose_action(r, body, "target", choices, &action, e);
	if (rc == ERR_OK) {
		json_object_del(body, "target");
		rc = ask(r, out, action, body, r->capture[0], e);
	}
	json_decref(body);
	return rc;
}

static enum err_code post_power(
    struct request *r, struct response *out, struct err *e)
{
	return post_target(r, out, power_choices, e);
}

static enum err_code post_maintenance(
    struct request *r, struct response *out, struct err *e)
{
	return post_target(r, out, maintenance_choices, e);
}

/* --- routes -------------------------------------------------------------- */

#define ACTION(pattern_, handler_, id_, summary_, body_)                 \
	{                                                                \
		.method = METHOD_POST, .pattern = (pattern_),            \
		.surface = SURFACE_API, .permission = MAY_RUN,           \
		.body_limit = BODY_JSON, .handler = (handler_),          \
		.operation_id = (id_), .summary = (summary_),            \
		.body_schema = (body_), .answer_schema = "Provisioning", \
		.success = 202                                           \
	}

static const char *const list_query[] = { "provision_state", "resource_class",
	"maintenance", "associated", "limit", "after", NULL };

static const struct route routes[] = {
	ACTION("/provision", post_provision, "provisionServer",
	    "Provision a server, or any that matches; Idempotency-Key makes a "
	    "repetition safe",
	    "ProvisionRequest"),
	{ .method = METHOD_GET,
	    .pattern = "/provision/{operation_id}",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_provision,
	    .operation_id = "getProvisionStatus",
	    .summary = "How far a provisioning is",
	    .answer_schema = "ProvisionStatus" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/servers",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = list_servers,
	    .query = list_query,
	    .operation_id = "listServers",
	    .summary = "List servers",
	    .answer_schema = "ServerList" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/servers/{id}",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_server,
	    .operation_id = "getServer",
	    .summary = "A server, by UUID or name",
	    .answer_schema = "Server" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/servers/{id}/validation",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_validation,
	    .operation_id = "validateServer",
	    .summary = "What Ironic's validation of its interfaces says",
	    .answer_schema = "ValidationList" },
	ACTION("/api/v1/servers/{id}/provision", post_action,
	    "provisionThisServer", "Provision this server", "ProvisionRequest"),
	ACTION("/api/v1/servers/{id}/deprovision", post_action,
	    "deprovisionServer", "Undeploy it and give it back", "Nothing"),
	ACTION("/api/v1/servers/{id}/rebuild", post_action, "rebuildServer",
	    "Deploy again, with another image if one is named",
	    "RebuildRequest"),
	ACTION("/api/v1/servers/{id}/retry", post_action, "retryServer",
	    "Deploy again what failed", "Nothing"),
	ACTION("/api/v1/servers/{id}/abort", post_action, "abortServer",
	    "Give up what it waits for", "Nothing"),
	ACTION("/api/v1/servers/{id}/power", post_power, "powerServer",
	    "Power on, off, or reboot", "PowerRequest"),
	ACTION("/api/v1/servers/{id}/maintenance", post_maintenance,
	    "maintainServer", "Begin or end maintenance", "MaintenanceRequest"),
};

const struct route_table api_servers_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
