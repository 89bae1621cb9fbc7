/*
 * The operations of RFC 6241 on configuration datastores.
 *
 * Each answers ERR_OK when the server did it.  A refusal is ERR_REMOTE, or
 * ERR_CONFLICT where somebody else stands in the way (a lock, a commit that
 * waits for confirmation, changes that are not committed), with the server's
 * words; `fault` has them taken apart, and n_errors is 0 if the request got no
 * answer.  fault may be NULL.
 */
#ifndef INFRA_NETCONF_DATASTORE_H
#define INFRA_NETCONF_DATASTORE_H

#include "infra/netconf/netconf.h"

/* Any operation that answers <ok/>; `what` is for messages: "lock …". */
enum err_code netconf_do(struct netconf *nc, const char *operation,
    const char *what, struct deadline deadline, struct netconf_fault *fault,
    struct err *e) must_check;

/* RFC 6241, 7.5 and 7.6; name: "running", "candidate". */
enum err_code netconf_lock(struct netconf *nc, const char *name,
    struct deadline deadline, struct netconf_fault *fault,
    struct err *e) must_check;
enum err_code netconf_unlock(struct netconf *nc, const char *name,
    struct deadline deadline, struct netconf_fault *fault,
    struct err *e) must_check;

/* 7.1: appends the configuration in one form (xml_format_children). */
enum err_code netconf_get_config(struct netconf *nc, const char *name,
    struct deadline deadline, struct buf *out, struct err *e) must_check;

/* 8.3.4.2, 8.6.4.1 of the candidate, 7.9 */
enum err_code netconf_discard(struct netconf *nc, struct deadline deadline,
    struct netconf_fault *fault, struct err *e) must_check;
enum err_code netconf_validate(struct netconf *nc, struct deadline deadline,
    struct netconf_fault *fault, struct err *e) must_check;

/* 8.3.4.1, 8.4.5.1 */
struct netconf_commit {
	unsigned confirm_s;	/* 0: for good */
	const char *persist;	/* NULL: reverts with the session */
	const char *persist_id; /* of the commit that is confirmed; or NULL */
};
enum err_code netconf_commit(struct netconf *nc,
    const struct netconf_commit *how, struct deadline deadline,
    struct netconf_fault *fault, struct err *e) must_check;
/* 8.4.4.1 */
enum err_code netconf_cancel_commit(struct netconf *nc, const char *persist_id,
    struct deadline deadline, struct netconf_fault *fault,
    struct err *e) must_check;

#endif
