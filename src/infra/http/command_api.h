/*
 * Lists of CLI commands over HTTPS, as the command APIs of several vendors
 * take them: one session with one device, in the vendor's dialect.
 *
 * A list runs in one CLI session on the device, from the privileged mode, and
 * stops at the first command that is refused.
 *
 * Ownership: command_api_close() frees; dialect, target and hooks are
 * borrowed.  One thread.
 * Errors: as app/port/driver.h.  Past the sending of a list any error leaves
 * open how far the device got (*ret_sent).
 */
#ifndef INFRA_HTTP_COMMAND_API_H
#define INFRA_HTTP_COMMAND_API_H

#include "infra/http/device_peer.h"

struct command_result {
	bool refused;
	size_t at; /* which command was refused, from 0 */
	/* The caller's, with its bound: the last command's output, or what the
	 * device said, with at least one line that begins with "%". */
	struct buf text;
};

struct command_dialect {
	const char *label; /* "eAPI", for messages */
	const char *path;  /* "/command-api" */
	const char *type;  /* Content-Type */
	/* Statuses besides 200 that come with an answer; 0 ends, NULL: none. */
	const int *statuses;
	size_t hidden; /* commands of its own before every list */

	/* Appends a comma and the JSON of the caller's command `number`, from
	 * 0, with what it asks for (input; NULL: nothing).  What cannot be
	 * said sets to->failed. */
	void (*add)(struct buf *to, size_t number, const char *command,
	    const char *input);
	/* The whole request: what add() appended, with the dialect's own
	 * commands before it. */
	void (*wrap)(const struct driver_target *target,
	    const struct buf *items, struct buf *to);
	/* The answer to n_commands, of which the first `hidden` are not the
	 * caller's and not counted in ret->at.  ERR_OK also if a command was
	 * refused.  ERR_DENIED: the user may not run them.  ERR_REMOTE: it is
	 * no such answer, or the device failed.  ERR_LIMIT: more than the
	 * bounds allow.  Pure; the answer is not trusted. */
	enum err_code (*parse)(const char *body, size_t len, size_t n_commands,
	    size_t hidden, struct command_result *ret,
	    struct err *e) must_check;
};

struct command_api;

/* Signs in and runs nothing but the dialect's own commands. */
enum err_code command_api_open(const struct command_dialect *dialect,
    const struct driver_target *target, const struct driver_hooks *hooks,
    struct deadline deadline, struct command_api **ret,
    struct driver_refusal *refusal, struct err *e) must_check;
void command_api_close(struct command_api *api); /* NULL is fine */

const char *command_api_peer(const struct command_api *api);
void command_api_forbid_cancel(struct command_api *api);

/* A list to be sent.  Appending fails together: see command_list_ok(). */
struct command_list;
struct command_list *command_list_new(
    const struct command_api *api);		   /* NULL: out of memory */
void command_list_free(struct command_list *list); /* NULL is fine */
/* input: what the command asks for, lines of a banner; NULL: nothing. */
void command_list_add(
    struct command_list *list, const char *command, const char *input);
bool command_list_ok(const struct command_list *list);
size_t command_list_count(const struct command_list *list);
size_t command_list_bytes(const struct command_list *list); /* about */

#define COMMAND_LIST_MAX_BYTES ((size_t)1024 * 1024)
#define COMMAND_LIST_MAX_COMMANDS 8000

/* once: it changes the device and must not be sent twice.  ERR_OK also if a
 * command was refused. */
enum err_code command_api_run(struct command_api *api,
    const struct command_list *list, bool once, struct deadline deadline,
    struct command_result *ret, bool *ret_sent, struct err *e) must_check;

#endif
