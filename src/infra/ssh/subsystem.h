/*
 * A subsystem of an SSH server (RFC 4254, 6.5), as bytes in and out: what
 * NETCONF runs over (RFC 6242).
 *
 * What the server writes to its standard error is dropped.
 *
 * Ownership: ssh_subsystem_close() frees; the link is borrowed and closed
 * after it.  One thread.
 * Errors: ERR_REMOTE if the device hung up or has no such subsystem,
 * ERR_TIMEOUT past the deadline, ERR_CANCELLED as in infra/ssh/link.h.  After
 * any of them it is of no more use.
 */
#ifndef INFRA_SSH_SUBSYSTEM_H
#define INFRA_SSH_SUBSYSTEM_H

#include "infra/ssh/link.h"

struct ssh_subsystem;

enum err_code ssh_subsystem_open(struct ssh_link *link, const char *name,
    struct deadline deadline, struct ssh_subsystem **ret,
    struct err *e) must_check;

void ssh_subsystem_close(struct ssh_subsystem *s); /* NULL is fine */

enum err_code ssh_subsystem_send(struct ssh_subsystem *s, const char *data,
    size_t len, struct deadline deadline, struct err *e) must_check;

/* At least one byte, at most size. */
enum err_code ssh_subsystem_receive(struct ssh_subsystem *s, char *to,
    size_t size, struct deadline deadline, size_t *ret_len,
    struct err *e) must_check;

#endif
