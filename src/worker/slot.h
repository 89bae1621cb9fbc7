/*
 * A slot: the process that holds one device session at a time.
 *
 * It is this program started anew with --slot and a socketpair as descriptor 3.
 * It opens no store, and reads one device's credentials for one session.  It
 * dies with the master (PR_SET_PDEATHSIG), and holds DIR/run/slots.lock shared
 * as long as it lives: a new master waits until the lock is free, so that it
 * never meets a session that is still writing.
 *
 * The request ("run" in wire.h):
 *   { "type": "run", "mode": "run" | "settle", "job", "device", "driver",
 *     "address", "port", "connect_s", "command_s", "limit_s",
 *     "pins": ["type base64", …],
 *     "credentials": { "provider", "reference", "username" },
 *     "intended", "dry_run", "replace", "commit",
 *     "snapshot", "predicted" }
 */
#ifndef WORKER_SLOT_H
#define WORKER_SLOT_H

#include "app/port/driver.h"

#define SLOT_FD 3

typedef const struct driver *(*slot_find_driver)(const char *name);

/* Serves requests from SLOT_FD until its end.  The exit status. */
int slot_main(const char *dir, slot_find_driver find);

#endif
