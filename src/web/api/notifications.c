/*
 * The outbox: what waits to be sent, what was sent, what was given up; sending
 * again at once, and dropping.
 */
#include "web/api/api.h"

#include "app/outbox.h"

static enum err_code get_list(
    struct request *r, struct response *out, struct err *e)
{
	const char *word = request_query(r, "place", "waiting");
	const char *before = request_query(r, "before", NULL);
	char next[OUTBOX_ID_SIZE];
	enum outbox_place place;
	json_t *items;
	long limit;
	enum err_code rc;

	if (!outbox_place_parse(word, &place))
		return request_refuse(r, 400, e,
		    "\"%.40s\" is not one of waiting, delivered, given-up",
		    word);
	rc = request_query_number(
	    r, "limit", 1, API_MAX_ITEMS, API_DEFAULT_ITEMS, &limit, e);
	if (rc != ERR_OK)
		return rc;
	items = json_array();
	rc = outbox_page(
	    r->app->dir, place, before, (size_t)limit, items, next, e);
	if (rc == ERR_OK)
		return response_json(
		    out, 200, api_list_json(items, *next ? next : NULL), e);
	json_decref(items);
	return rc;
}

static enum err_code post_retry(
    struct request *r, struct response *out, struct err *e)
{
	json_t *body = NULL;
	enum err_code rc = request_json_object(r, true, &body, e);

	json_decref(body);
	if (rc == ERR_OK)
		rc = outbox_retry(r->app->dir, r->capture[0], e);
	return rc == ERR_OK ? response_json(out, 202, json_object(), e) : rc;
}

static enum err_code delete_one(
    struct request *r, struct response *out, struct err *e)
{
	enum err_code rc =
	    outbox_drop(r->app->dir, r->capture[0], r->actor.name, e);

	if (rc == ERR_OK)
		out->status = 204;
	return rc;
}

static const char *const list_query[] = { "place", "limit", "before", NULL };

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/notifications",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = get_list,
	    .operation_id = "listNotifications",
	    .summary = "What waits to be sent, was sent, or was given up",
	    .query = list_query,
	    .answer_schema = "NotificationList" },
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/notifications/{notification}/retry",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .body_limit = BODY_SMALL,
	    .handler = post_retry,
	    .operation_id = "retryNotification",
	    .summary = "Send it now, also if it was given up",
	    .body_schema = "Nothing",
	    .answer_schema = "Nothing",
	    .success = 202 },
	{ .method = METHOD_DELETE,
	    .pattern = "/api/v1/notifications/{notification}",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .handler = delete_one,
	    .operation_id = "dropNotification",
	    .summary = "Give up what waits; forget what was given up" },
};

const struct route_table api_notifications_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
