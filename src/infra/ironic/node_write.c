/*
 * What changes a node: claims, provision states, power, maintenance.
 */
#include "infra/ironic/node_internal.h"

#include <string.h>

/* Takes over the body; NULL counts as out of memory unless there is to be
 * none. */
static enum err_code write_node(struct baremetal *b,
    const struct ironic_call *template, const char *id, const char *rest,
    json_t *body, struct err *e)
{
	struct ironic_call call = *template;
	char path[IRONIC_MAX_PATH];
	enum err_code rc = ironic_path("/v1/nodes/", id, rest, path, e);

	call.path = path;
	call.body = body;
	if (rc == ERR_OK && !body && strcmp(call.method, "DELETE") != 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = ironic_ask(b, &call, NULL, e);
	json_decref(body);
	return rc;
}

/* JSON patch (RFC 6902); Ironic applies all of it or none. */
enum err_code baremetal_node_claim(struct baremetal *b,
    struct deadline deadline, const char *id, const char *instance_uuid,
    const json_t *instance_info, struct err *e)
{
	const struct ironic_call call = {
		.method = "PATCH", .expect = 200, .deadline = deadline
	};
	json_t *patch = json_pack("[{s:s, s:s, s:o}]", "op", "add", "path",
	    "/instance_info", "value", json_deep_copy(instance_info));

	if (patch && instance_uuid &&
	    json_array_insert_new(patch, 0,
		json_pack("{s:s, s:s, s:s}", "op", "add", "path",
		    "/instance_uuid", "value", instance_uuid)) != 0) {
		json_decref(patch);
		patch = NULL;
	}
	return write_node(b, &call, id, "", patch, e);
}

enum err_code baremetal_node_unclaim(struct baremetal *b,
    struct deadline deadline, const char *id, bool allocated, struct err *e)
{
	const struct ironic_call call = {
		.method = "PATCH", .expect = 200, .deadline = deadline
	};
	json_t *patch = json_pack("[{s:s, s:s, s:{}}]", "op", "add", "path",
	    "/instance_info", "value");

	if (patch && !allocated &&
	    json_array_append_new(patch, json_pack("{s:s, s:s}", "op", "remove",
					     "path", "/instance_uuid")) != 0) {
		json_decref(patch);
		patch = NULL;
	}
	return write_node(b, &call, id, "", patch, e);
}

enum err_code baremetal_node_provision(struct baremetal *b,
    struct deadline deadline, const char *id, const char *target,
    const json_t *configdrive, struct err *e)
{
	const struct ironic_call call = {
		.method = "PUT", .expect = 202, .deadline = deadline
	};
	json_t *body = json_pack("{s:s}", "target", target);

	if (body && configdrive &&
	    json_object_set_new(
		body, "configdrive", json_deep_copy(configdrive)) != 0) {
		json_decref(body);
		body = NULL;
	}
	return write_node(b, &call, id, "/states/provision", body, e);
}

enum err_code baremetal_node_power(struct baremetal *b,
    struct deadline deadline, const char *id, const char *target, struct err *e)
{
	const struct ironic_call call = {
		.method = "PUT", .expect = 202, .deadline = deadline
	};

	return write_node(b, &call, id, "/states/power",
	    json_pack("{s:s}", "target", target), e);
}

enum err_code baremetal_node_maintain(struct baremetal *b,
    struct deadline deadline, const char *id, bool on, const char *reason,
    struct err *e)
{
	const struct ironic_call call = { .method = on ? "PUT" : "DELETE",
		.expect = 202,
		.deadline = deadline };

	return write_node(b, &call, id, "/maintenance",
	    on ? json_pack("{s:s}", "reason", reason) : NULL, e);
}
