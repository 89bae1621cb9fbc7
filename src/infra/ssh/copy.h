/*
 * A file to a device, by SCP over a connection of its own: network devices
 * allow one channel a connection.
 *
 * Errors as link.h; ERR_REMOTE with what the device said if it refuses.  Then
 * the file is missing or incomplete: callers compare a digest before they use
 * it.
 * Source: the protocol of `scp -t`, which has no standard; OpenSSH's scp.c.
 */
#ifndef INFRA_SSH_COPY_H
#define INFRA_SSH_COPY_H

#include "base/buf.h"
#include "infra/ssh/link.h"

/* path: where the device is to put it, "flash:x.cfg"; letters, digits and
 * `.:/-_` only. */
enum err_code ssh_copy_to(const struct driver_target *target,
    uint16_t default_port, const struct driver_hooks *hooks, const char *path,
    const struct buf *data, struct deadline deadline, struct err *e) must_check;

#endif
