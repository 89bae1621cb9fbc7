/*
 * A connection through another host, as `ssh -J` makes it: a TCP channel of an
 * SSH connection to that host (RFC 4254, 7.2), behind a local socket.
 *
 * The jump host is signed in to as any device is: its key has to be pinned.
 * No more than one lies on the way.
 *
 * Ownership: ssh_jump_close() ends and frees; the socket is the caller's, and
 * is to be closed before.  Threads: a thread of its own carries the bytes and
 * alone uses the connection to the jump host.
 */
#ifndef INFRA_SSH_JUMP_H
#define INFRA_SSH_JUMP_H

#include "infra/ssh/link.h"

struct ssh_jump;

/* To target->address at `port` by target->jump.  What is wrong with the jump
 * host is said to be so, and no refusal offers its key as the device's. */
enum err_code ssh_jump_open(const struct driver_target *target, uint16_t port,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct ssh_jump **ret, int *ret_fd, struct driver_refusal *refusal,
    struct err *e) must_check;

/* Was the connection to the jump host lost, and not the device's?  False for
 * NULL. */
bool ssh_jump_is_lost(const struct ssh_jump *jump);

/* Its name, or its address. */
const char *ssh_jump_name(const struct driver_jump *by);

void ssh_jump_close(struct ssh_jump *jump); /* NULL is fine */

#endif
