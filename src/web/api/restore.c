/*
 * POST /api/v1/<kind>/<key>/restore: a record that was deleted is made anew as
 * it was last.
 */
#include "web/api/api.h"

#include "app/record_past.h"

static enum err_code find_deleted(struct request *r, const struct kind *kind,
    struct record_past *ret, struct err *e)
{
	const struct record *there;
	struct err missing = ERR_INIT;
	enum err_code rc;

	if (api_find_record(r, kind, &there, &missing) == ERR_OK)
		return err_set(e, ERR_CONFLICT,
		    "there is a %s \"%.150s\" already; nothing was restored",
		    kind->name, record_key(there));
	rc = record_past_find(
	    r->app, kind, api_record_key(r, kind), r->arena, ret, e);
	if (rc == ERR_OK)
		r->past = ret->record;
	return rc;
}

static enum err_code restore_record(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(r->route->kind);
	struct inventory_result result = { 0 };
	struct record_past past;
	enum err_code rc = find_deleted(r, kind, &past, e);

	if (rc == ERR_OK)
		rc = record_past_restore(
		    r->app, &r->actor, &past, request_errors(r), &result, e);
	if (rc != ERR_OK)
		return rc;
	response_header(out, "Location",
	    arena_printf(r->arena, "/api/v1/%s/%s", kind->plural,
		record_key(result.record)));
	response_etag(r, out, record_version(result.record));
	rc = response_json(out, 201, api_record_json(result.record), e);
	inventory_result_release(&result);
	return rc;
}

#define RESTORE(plural, item, Name, id, write)                             \
	{                                                                  \
		.method = METHOD_POST,                                     \
		.pattern = "/api/v1/" plural item "/restore",              \
		.surface = SURFACE_API, .permission = write,               \
		.body_limit = BODY_SMALL, .body_schema = "Nothing",        \
		.handler = restore_record, .kind = id, .success = 201,     \
		.operation_id = "restore" Name,                            \
		.summary = "Make one that was deleted anew as it was last" \
	}

static const struct route routes[] = {
	RESTORE("devices", "/{name}", "Device", KIND_DEVICE, MAY_EDIT),
	RESTORE("areas", "/{name}", "Area", KIND_AREA, MAY_EDIT),
	RESTORE("vlans", "/{area}/{vid}", "Vlan", KIND_VLAN, MAY_EDIT),
	RESTORE("roles", "/{name}", "Role", KIND_ROLE, MAY_EDIT),
	RESTORE("platforms", "/{name}", "Platform", KIND_PLATFORM, MAY_EDIT),
	RESTORE("secrets", "/{name}", "Secret", KIND_SECRET, MAY_ADMIN),
	RESTORE("hooks", "/{name}", "Hook", KIND_HOOK, MAY_ADMIN),
	RESTORE("buttons", "/{name}", "Button", KIND_BUTTON, MAY_ADMIN),
	RESTORE("channels", "/{name}", "Channel", KIND_CHANNEL, MAY_ADMIN),
	RESTORE("schedules", "/{name}", "Schedule", KIND_SCHEDULE, MAY_ADMIN),
	RESTORE("views", "/{name}", "View", KIND_VIEW, MAY_EDIT),
	RESTORE("images", "/{name}", "Image", KIND_IMAGE, MAY_EDIT),
};

const struct route_table api_restore_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
