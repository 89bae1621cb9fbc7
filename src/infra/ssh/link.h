/*
 * An SSH connection to a device: connected, host key checked, signed in.
 *
 * libssh 0.10.  The caller's ~/.ssh, known_hosts and agent play no part.
 * Nothing is sent that holds a secret before the host key was found among the
 * pinned ones.  All waiting is bounded by the deadline that is passed.
 *
 * Ownership: ssh_link_close() frees; the target and hooks are borrowed for as
 * long as the link lives.  One thread.
 * Errors: as app/port/driver.h; the sentences name address and port and say
 * that nothing was changed.
 */
#ifndef INFRA_SSH_LINK_H
#define INFRA_SSH_LINK_H

#include "app/port/driver.h"

struct ssh_link;

/* refusal may be NULL. */
enum err_code ssh_link_open(const struct driver_target *target,
    uint16_t default_port, const struct driver_hooks *hooks,
    struct deadline deadline, struct ssh_link **ret,
    struct driver_refusal *refusal, struct err *e) must_check;

void ssh_link_close(struct ssh_link *link); /* NULL is fine */

/* From now on hooks->cancelled is not asked any more. */
void ssh_link_forbid_cancel(struct ssh_link *link);

/* "127.0.1.1 port 2222", with "through the jump host r1"; for messages. */
const char *ssh_link_peer(const struct ssh_link *link);

#endif
