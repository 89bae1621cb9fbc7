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
 *     "address", "port", "ssh_port", "transport", "ca_file", "connect_s",
 *     "command_s", "limit_s", "pins": ["type base64", …],
 *     "credentials": { "provider", "reference", "username" },
 *     "jump": { "device", "address", "port", "pins", "credentials" },
 *     "intended", "dry_run", "replace", "commit",
 *     "known", "questions": [{ "name", "command", "timeout_s" }],
 *     "snapshot", "predicted" }
 *
 * A run over the store has a request of its own, and its process ends with it:
 * none opens the store and sees credentials both.
 *   { "type": "run", "mode", "job", "run", "actor", "trigger",
 *     "parameters": {…}, "base": "<commit>" (settle) }
 *
 * A NETCONF hello (worker/greet.h) is no run.  "compare": it only tells whether
 * the credentials are those of the mark, and connects to nobody.
 *   { "type": "greet", "device", "address", "port", "connect_s", "pins",
 *     "credentials", "jump", "mark", "compare" }
 *   → { "type": "end", "ok", "us", "why", "signed_in", "refused", "mark" }
 *   → { "type": "end", "same" }
 */
#ifndef WORKER_SLOT_H
#define WORKER_SLOT_H

#include "app/port/driver.h"
#include "app/port/secrets.h"
#include "base/buf.h"

#include <jansson.h>

#define SLOT_FD 3
#define SLOT_PINS_MAX 16 /* host keys of one device */

typedef const struct driver *(*slot_find_driver)(const char *name);

/* Serves requests from SLOT_FD until its end.  The exit status. */
int slot_main(const char *dir, slot_find_driver find);

/* --- slot.c, slot_store.c ------------------------------------------------- */

struct slot {
	const char *dir;
	slot_find_driver find;
	struct secrets *secrets;
	struct buf in;
	bool cancelled;
	bool had_session; /* a device's credentials were in this memory */
};

/* Takes over the message; NULL counts as out of memory. */
enum err_code slot_tell(json_t *message, struct err *e);
/* The "pins" of a request; how many. */
size_t slot_read_pins(const json_t *request, struct arena *arena,
    struct driver_host_key pins[SLOT_PINS_MAX]);
/* The "credentials" of one, as long as it lives. */
struct secret_ref slot_read_ref(const json_t *credentials);
/* A text that may hold invalid UTF-8 as a JSON value. */
json_t *slot_text(const char *text, size_t len);
/* Asks with the message whether the effect may come, and waits for the word.
 * Takes it over. */
enum err_code slot_ask(
    struct slot *slot, json_t *message, struct err *e) must_check;
/* Looks for a cancel without waiting. */
bool slot_cancelled(void *ctx);

/* Probes devices; wants the credentials of SNMP and no store. */
json_t *slot_probe_run(struct slot *slot, const json_t *request);

/* Awaits a device's NETCONF hello.  NULL: out of memory. */
json_t *slot_greet_run(struct slot *slot, const json_t *request);

/* Executes a run over the store.  Its "end" message; NULL: out of memory. */
json_t *slot_store_run(struct slot *slot, const json_t *request);

#endif
