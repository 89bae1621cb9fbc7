/*
 * The bare-metal port: nodes, allocations and images of one Ironic.
 *
 * Implemented by infra/ironic.  What a node is and does is Ironic's alone:
 * nothing is kept here but connections, a token and the version agreed on.
 *
 * Reads are repeated by the adapter as long as their deadline allows.  Writes
 * are never repeated by it, except where the answer shows that nothing was
 * done (a token that has ended, another API version).
 *
 * Errors:
 *   ERR_NOT_FOUND        there is no such node, allocation or image
 *   ERR_INVALID          refused for good; the message is Ironic's own
 *   ERR_CONFLICT         refused: somebody else has it
 *   ERR_STALE            refused: the node is locked for a moment; read it,
 *                        then it may be asked again
 *   ERR_DENIED           credentials, or the certificate
 *   ERR_TIMEOUT, ERR_REMOTE, ERR_LIMIT
 *                        no answer of use; a write was not carried out
 *   ERR_UNKNOWN_OUTCOME  a write that may have been carried out: read the node
 *
 * Memory: results are in the arena given, texts never NULL ("" if absent).
 * Times are "2026-11-21T08:30:00.123Z".  Text is a peer's: escape it.
 * Threads: a struct baremetal may be used by any number at once.
 */
#ifndef APP_PORT_BAREMETAL_H
#define APP_PORT_BAREMETAL_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/secret.h"

#include <jansson.h>

struct baremetal;

enum baremetal_auth {
	BAREMETAL_AUTH_NONE,
	BAREMETAL_AUTH_BASIC,	    /* HTTP Basic */
	BAREMETAL_AUTH_PASSWORD,    /* Keystone v3 */
	BAREMETAL_AUTH_APPLICATION, /* Keystone v3 application credential:
				       username is its id */
};

/* Texts are copied; "" where there is none. */
struct baremetal_settings {
	const char *url; /* of Ironic; "": from Keystone's catalogue */
	enum baremetal_auth auth;
	const char *auth_url; /* of Keystone, with /v3 */
	const char *username;
	const struct secret *password; /* NULL: none.  Borrowed until
					  baremetal_close() */
	const char *user_domain;
	const char *project;
	const char *project_domain;
	const char *region;	/* of the catalogue; "": the first */
	const char *interface;	/* public, internal, admin */
	const char *glance_url; /* "": from the catalogue, or no Glance */
	const char *ca_file;	/* "": the system's authorities */
	int timeout_ms;		/* of one request */
};

/* Asks nobody yet. */
enum err_code baremetal_open(const struct baremetal_settings *settings,
    struct baremetal **ret, struct err *e) must_check;
void baremetal_close(struct baremetal *b); /* NULL is fine */

/* --- nodes --------------------------------------------------------------- */

struct baremetal_node {
	const char *uuid;
	const char *name;
	const char *provision_state;
	const char *target_provision_state;
	const char *power_state;
	const char *target_power_state;
	const char *resource_class;
	const char *driver;
	const char *description;
	const char *last_error;
	const char *fault;
	const char *maintenance_reason;
	const char *instance_uuid;
	const char *allocation_uuid; /* of a single node only */
	const char *state_since;     /* provision_updated_at */
	const char *image;	     /* instance_info: image_source */
	const char *image_name;	     /* as it was asked for through us, or "" */
	const char *requested_at; /* when it was asked for through us, or "" */
	const char *deploy_step;  /* "deploy.write_image", or "" */
	long step_index;	  /* of n_steps; -1: not told */
	long n_steps;
	bool maintenance;
	bool is_protected;
	bool retired;
	bool locked;		   /* a conductor works on it */
	const char *const *traits; /* of a single node only */
	size_t n_traits;
	const char *cpu_arch; /* properties: what they say, as text */
	const char *cpus;
	const char *memory_mb;
	const char *local_gb;
};

/* id: UUID or name. */
enum err_code baremetal_node_get(struct baremetal *b, struct deadline deadline,
    const char *id, struct arena *arena, struct baremetal_node *ret,
    struct err *e) must_check;
/* The node that is claimed as this instance. */
enum err_code baremetal_node_of_instance(struct baremetal *b,
    struct deadline deadline, const char *instance_uuid, struct arena *arena,
    struct baremetal_node *ret, struct err *e) must_check;

enum baremetal_flag { BAREMETAL_ANY, BAREMETAL_NO, BAREMETAL_YES };

struct baremetal_filter {
	const char *provision_state; /* NULL or "": any */
	const char *resource_class;
	enum baremetal_flag maintenance;
	enum baremetal_flag associated; /* claimed by an instance */
	const char *after;		/* UUID of the last one seen */
	size_t limit;			/* at most BAREMETAL_MAX_NODES */
};
#define BAREMETAL_MAX_NODES 10000

struct baremetal_nodes {
	struct baremetal_node *items;
	size_t n;
	bool more; /* there are more after the last one */
};

/* Ironic's pages are followed until there are `limit` nodes. */
enum err_code baremetal_node_list(struct baremetal *b, struct deadline deadline,
    const struct baremetal_filter *filter, struct arena *arena,
    struct baremetal_nodes *ret, struct err *e) must_check;

enum baremetal_verdict {
	BAREMETAL_PASSES,
	BAREMETAL_FAILS,
	BAREMETAL_NOT_SUPPORTED,
};
struct baremetal_check {
	const char *interface; /* "deploy" */
	enum baremetal_verdict verdict;
	const char *reason;
};
struct baremetal_checks {
	struct baremetal_check *items;
	size_t n;
};
/* Ironic's own validation of the node's interfaces. */
enum err_code baremetal_node_validate(struct baremetal *b,
    struct deadline deadline, const char *id, struct arena *arena,
    struct baremetal_checks *ret, struct err *e) must_check;

/* Makes the node this instance's and sets its instance_info, both or none:
 * ERR_CONFLICT if another instance has it.  instance_uuid NULL: it is ours
 * already (allocated), only instance_info is set. */
enum err_code baremetal_node_claim(struct baremetal *b,
    struct deadline deadline, const char *id, const char *instance_uuid,
    const json_t *instance_info, struct err *e) must_check;
/* Undoes it.  Only for a node in state available: Ironic does it itself when
 * it undeploys.  allocated: the claim goes with its allocation. */
enum err_code baremetal_node_unclaim(struct baremetal *b,
    struct deadline deadline, const char *id, bool allocated,
    struct err *e) must_check;

/* target: "active", "deleted", "rebuild", "abort", …  configdrive: an object
 * (user_data, meta_data, network_data, vendor_data) or NULL. */
enum err_code baremetal_node_provision(struct baremetal *b,
    struct deadline deadline, const char *id, const char *target,
    const json_t *configdrive, struct err *e) must_check;
/* target: "power on", "soft rebooting", … */
enum err_code baremetal_node_power(struct baremetal *b,
    struct deadline deadline, const char *id, const char *target,
    struct err *e) must_check;
enum err_code baremetal_node_maintain(struct baremetal *b,
    struct deadline deadline, const char *id, bool on, const char *reason,
    struct err *e) must_check;

/* --- allocations --------------------------------------------------------- */

enum baremetal_allocation_state {
	BAREMETAL_ALLOCATING,
	BAREMETAL_ALLOCATED,
	BAREMETAL_NOT_ALLOCATED, /* last_error tells why */
};
struct baremetal_allocation {
	enum baremetal_allocation_state state;
	const char *node_uuid;
	const char *last_error;
};

/* The node that it finds gets `uuid` as its instance.  ERR_CONFLICT: there is
 * an allocation of this uuid already. */
enum err_code baremetal_allocation_create(struct baremetal *b,
    struct deadline deadline, const char *uuid, const char *resource_class,
    const json_t *traits, struct err *e) must_check;
enum err_code baremetal_allocation_get(struct baremetal *b,
    struct deadline deadline, const char *uuid, struct arena *arena,
    struct baremetal_allocation *ret, struct err *e) must_check;
enum err_code baremetal_allocation_delete(struct baremetal *b,
    struct deadline deadline, const char *uuid, struct err *e) must_check;

/* --- images -------------------------------------------------------------- */

struct baremetal_image {
	const char *id;
	const char *name;
};

/* An active image of Glance, by id or name.  ERR_NOT_FOUND also where there is
 * no Glance; ERR_CONFLICT if several have the name. */
enum err_code baremetal_image_find(struct baremetal *b,
    struct deadline deadline, const char *id, struct arena *arena,
    struct baremetal_image *ret, struct err *e) must_check;

#endif
