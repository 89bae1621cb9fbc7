/*
 * From Ironic's JSON to the structs of the port, and paths.
 */
#ifndef INFRA_IRONIC_NODE_INTERNAL_H
#define INFRA_IRONIC_NODE_INTERNAL_H

#include "infra/ironic/ironic_internal.h"

/* The fields that ironic_node_read() takes, for `fields=`; those of a list are
 * fewer, for some cost Ironic a query for each node. */
#define IRONIC_LIST_FIELDS                                                 \
	"uuid,name,provision_state,target_provision_state,power_state,"    \
	"target_power_state,resource_class,driver,description,last_error," \
	"fault,maintenance,maintenance_reason,instance_uuid,"              \
	"provision_updated_at,instance_info,deploy_step,"                  \
	"driver_internal_info,protected,retired,reservation,properties"
#define IRONIC_NODE_FIELDS IRONIC_LIST_FIELDS ",traits,allocation_uuid"

/* instance_info members of ours, so that an operation's start is known to
 * Ironic alone. */
#define IRONIC_REQUESTED_AT "switchyard_requested_at"
#define IRONIC_IMAGE_NAME "switchyard_image"

enum err_code ironic_node_read(const json_t *node, struct arena *arena,
    struct baremetal_node *ret, struct err *e) must_check;

/* A member's text copied to the arena, "" if it is none. */
const char *ironic_text(
    struct arena *arena, const json_t *object, const char *key);

/* "/v1/nodes/<id><rest>" with the id encoded; ERR_NOT_FOUND if it can be none
 * (empty, or longer than a name). */
#define IRONIC_MAX_PATH 1500
enum err_code ironic_path(const char *collection, const char *id,
    const char *rest, char path[IRONIC_MAX_PATH], struct err *e) must_check;

#endif
