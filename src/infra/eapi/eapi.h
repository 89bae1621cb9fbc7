/*
 * Arista's eAPI: lists of CLI commands as JSON-RPC 2.0 over HTTPS.
 *
 * Every list runs in a CLI session of its own, from the privileged mode, and
 * stops at the first command that is refused.
 *
 * Ownership: eapi_close() frees; target and hooks are borrowed.  One thread.
 * Errors: as app/port/driver.h.  Past the sending of a list any error leaves
 * open how far the device got (*ret_sent).
 * Source: Arista EOS User Manual, "Command API" and the Command API
 * Programmer's Guide (method runCmds, error codes 1000 to 1005).
 */
#ifndef INFRA_EAPI_EAPI_H
#define INFRA_EAPI_EAPI_H

#include "infra/http/device_peer.h"

struct eapi;

/* Signs in and runs nothing but `enable`. */
enum err_code eapi_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct eapi **ret, struct driver_refusal *refusal,
    struct err *e) must_check;
void eapi_close(struct eapi *api); /* NULL is fine */

const char *eapi_peer(const struct eapi *api);
void eapi_forbid_cancel(struct eapi *api);

/* A list to be sent.  Appending fails together: see eapi_list_ok(). */
struct eapi_list;
struct eapi_list *eapi_list_new(void); /* NULL: out of memory */
void eapi_list_free(struct eapi_list *list);
/* input: what the command asks for, lines of a banner; NULL: nothing. */
void eapi_list_add(
    struct eapi_list *list, const char *command, const char *input);
bool eapi_list_ok(const struct eapi_list *list);
size_t eapi_list_count(const struct eapi_list *list);
size_t eapi_list_bytes(const struct eapi_list *list); /* about */

#define EAPI_LIST_MAX_BYTES ((size_t)1024 * 1024)
#define EAPI_LIST_MAX_COMMANDS 8000

struct eapi_result {
	bool refused;
	size_t at; /* which command was refused, from 0 */
	/* The caller's, with its bound: the last command's output, or what the
	 * device said, lines that begin with "% ". */
	struct buf text;
};

/* once: it changes the device and must not be sent twice.  ERR_OK also if a
 * command was refused. */
enum err_code eapi_run(struct eapi *api, const struct eapi_list *list,
    bool once, struct deadline deadline, struct eapi_result *ret,
    bool *ret_sent, struct err *e) must_check;

#endif
