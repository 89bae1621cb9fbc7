/*
 * What a hook would do to a device: a dry run by its rules.
 */
#include "web/api/api.h"

#include "app/hook_rule.h"
#include "base/json.h"
#include "web/cgi.h"

static enum err_code post_test(
    struct request *r, struct response *out, struct err *e)
{
	const char *key = r->cgi->value[CGI_HTTP_IDEMPOTENCY_KEY];
	const struct record *hook;
	json_t *body = NULL, *doc = NULL;
	const char *device;
	enum err_code rc;

	rc = api_find_record(r, kind_get(KIND_HOOK), &hook, e);
	if (rc == ERR_OK)
		rc = request_json_object(r, false, &body, e);
	if (rc != ERR_OK)
		return rc;
	device = json_text(body, "device", NULL);
	if (!device || json_object_size(body) != 1)
		rc = request_refuse(
		    r, 422, e, "the body is {\"device\": \"<name>\"}");
	else
		rc = hook_rule_try(r->app, &r->actor, r->snapshot, hook, device,
		    *key ? key : NULL, &doc, e);
	json_decref(body);
	return rc == ERR_OK ? api_give_started(r, out, doc, e) : rc;
}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/hooks/{name}/test",
	    .surface = SURFACE_API,
	    .permission = MAY_RUN,
	    .body_limit = BODY_SMALL,
	    .handler = post_test,
	    .operation_id = "testHook",
	    .summary = "Start the dry run that a hook would ask for",
	    .body_schema = "Object",
	    .answer_schema = "Run",
	    .success = 202 },
};

const struct route_table api_hook_test_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
