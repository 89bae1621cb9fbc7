/*
 * /healthz: can this process read the store?  Needs no sign-in and tells
 * nothing but that.
 */
#include "web/api/api.h"

static enum err_code get_health(
    struct request *r, struct response *out, struct err *e)
{
	struct commit_id tip;
	enum err_code rc = store_tip(r->app->store, STORE_MAIN, &tip, e);

	if (rc != ERR_OK) {
		r->problem.status = 503;
		return rc;
	}
	return response_json(out, 200,
	    json_pack(
		"{s:s, s:s}", "status", "ok", "version", SWITCHYARD_VERSION),
	    e);
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/healthz",
	    .surface = SURFACE_OPEN,
	    .permission = MAY_NOTHING,
	    .handler = get_health,
	    .operation_id = "getHealth",
	    .summary = "Is the portal able to serve?",
	    .answer_schema = "Health" },
};

const struct route_table api_health_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
