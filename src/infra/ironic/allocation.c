/*
 * Allocations: Ironic chooses a node, and gives none away twice
 * (docs.openstack.org/api-ref/baremetal, "Allocations").
 */
#include "infra/ironic/node_internal.h"

#include "base/json.h"

#include <string.h>

#define COLLECTION "/v1/allocations"

enum err_code baremetal_allocation_create(struct baremetal *b,
    struct deadline deadline, const char *uuid, const char *resource_class,
    const json_t *traits, struct err *e)
{
	struct ironic_call call = { .method = "POST",
		.path = COLLECTION,
		.expect = 201,
		.deadline = deadline };
	json_t *body = json_pack("{s:s, s:s+, s:s, s:o}", "uuid", uuid, "name",
	    "switchyard-", uuid, "resource_class", resource_class, "traits",
	    traits ? json_deep_copy(traits) : json_array());
	enum err_code rc;

	if (!body)
		return err_set(e, ERR_SYSTEM, "out of memory");
	call.body = body;
	rc = ironic_ask(b, &call, NULL, e);
	json_decref(body);
	return rc;
}

static enum baremetal_allocation_state read_state(const json_t *allocation)
{
	const char *state = json_text(allocation, "state", "");

	if (strcmp(state, "active") == 0)
		return BAREMETAL_ALLOCATED;
	return strcmp(state, "error") == 0 ? BAREMETAL_NOT_ALLOCATED
					   : BAREMETAL_ALLOCATING;
}

enum err_code baremetal_allocation_get(struct baremetal *b,
    struct deadline deadline, const char *uuid, struct arena *arena,
    struct baremetal_allocation *ret, struct err *e)
{
	char path[IRONIC_MAX_PATH];
	struct ironic_call call = { .method = "GET",
		.path = path,
		.expect = 200,
		.deadline = deadline };
	json_t *answer = NULL;
	enum err_code rc = ironic_path(COLLECTION "/", uuid, "", path, e);

	if (rc == ERR_OK)
		rc = ironic_ask(b, &call, &answer, e);
	if (rc != ERR_OK)
		return rc;
	*ret = (struct baremetal_allocation){
		.state = read_state(answer),
		.node_uuid = ironic_text(arena, answer, "node_uuid"),
		.last_error = ironic_text(arena, answer, "last_error"),
	};
	json_decref(answer);
	return arena_failed(arena) ? err_set(e, ERR_SYSTEM, "out of memory")
				   : ERR_OK;
}

enum err_code baremetal_allocation_delete(struct baremetal *b,
    struct deadline deadline, const char *uuid, struct err *e)
{
	char path[IRONIC_MAX_PATH];
	struct ironic_call call = { .method = "DELETE",
		.path = path,
		.expect = 204,
		.deadline = deadline };
	enum err_code rc = ironic_path(COLLECTION "/", uuid, "", path, e);

	return rc == ERR_OK ? ironic_ask(b, &call, NULL, e) : rc;
}
