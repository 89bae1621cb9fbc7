/*
 * Bare-metal servers: what pages, REST and MCP use.
 *
 * Nothing is kept here of what a server is or does: Ironic is asked each time,
 * so that several web processes answer alike and a restart loses nothing.  An
 * operation's id is its server's UUID.
 *
 * Every request that changes something is a run on branch `runs`, committed
 * before Ironic is asked and once more with its answer.  A write that got no
 * clear answer is followed by reading the server, never by a second write; if
 * that does not tell either, or the process dies, the run is `unknown` until
 * reading the server settles it (server_settle.c).  docs/servers.md has all
 * of it.
 *
 * Errors carry the words that clients of the seed's interface look for:
 *   ERR_NOT_FOUND  "Server x not found",
 *                  "No available servers matching criteria"
 *   ERR_CONFLICT   "Server x is not available for provisioning"
 *   ERR_INVALID    "Image x not found" (no errors by field), or errors by field
 *   ERR_REMOTE     "Failed to communicate with Ironic"; the detail says why
 *
 * Threads: any; memory: results are in the arena given, answers are new
 * references.
 */
#ifndef APP_SERVERS_H
#define APP_SERVERS_H

#include "app/app.h"
#include "app/port/baremetal.h"
#include "domain/server.h"

struct servers;

/* Borrows `app`.  Starts the thread that settles what was left unknown. */
enum err_code servers_new(
    const struct app *app, struct servers **ret, struct err *e) must_check;
void servers_free(struct servers *sv); /* NULL is fine */

/* Does the store name an Ironic? */
bool servers_configured(const struct snapshot *s);

/* --- reading ------------------------------------------------------------- */

enum err_code servers_get(struct servers *sv, const char *id,
    struct arena *arena, struct baremetal_node *ret, struct err *e) must_check;
enum err_code servers_list(struct servers *sv,
    const struct baremetal_filter *filter, struct arena *arena,
    struct baremetal_nodes *ret, struct err *e) must_check;
enum err_code servers_validate(struct servers *sv, const char *id,
    struct arena *arena, struct baremetal_checks *ret,
    struct err *e) must_check;

/* The status of a provisioning, all of it from the node. */
struct server_progress {
	enum server_status status;
	int percent; /* -1: none */
	const char *message;
	const char *started_at;
	const char *completed_at; /* "" while it lasts */
};
void servers_progress(
    const struct baremetal_node *node, struct server_progress *ret);

/* --- changing ------------------------------------------------------------ */

#define SERVER_MAX_KEY 200 /* bytes of an idempotency key */
#define SERVER_MAX_CONFIG_DRIVE ((size_t)512 * 1024)

/* All is borrowed. */
struct server_wish {
	enum server_action action;
	const char *server_id;	    /* UUID or name; NULL: any that matches */
	const char *resource_class; /* NULL: any */
	const json_t *traits;	    /* array of texts, or NULL */
	const char *image_id;	    /* NULL: only for a rebuild: the same */
	const json_t *config_drive; /* object, or NULL */
	const char *reason;	    /* maintenance; NULL: none */
	/* Idempotency, NULL: none.  A second call of the same actor with the
	 * same key and wish gives the first one's answer and asks for nothing
	 * again, unless the first one had failed to reach Ironic. */
	const char *key;
};

/* Asks Ironic for it; for a provisioning the server is chosen or checked, and
 * set up, before.  errors: of a provisioning, by field.
 * *ret: { operation_id, server_id, server_name, status, message, started_at,
 *         run_id }. */
enum err_code servers_ask(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, struct schema_errors *errors, json_t **ret,
    struct err *e) must_check;

#endif
