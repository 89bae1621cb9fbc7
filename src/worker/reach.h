/*
 * A reachability sweep, as the master sees it: docs/reachability.md.
 */
#ifndef WORKER_REACH_H
#define WORKER_REACH_H

#include "worker/worker_internal.h"

/* What a slot is told (slot_probe.c):
 *   { "type": "run", "mode": "run", "job", "timeout_ms", "attempts",
 *     "secrets": [ {"name", "provider", "reference", "username"} ],
 *     "targets": [ {"address", "asked", "counting", "ports": […],
 *                   "snmp": place in secrets or -1, "pins": […]} ] }
 * Devices that may not or cannot be asked get their rows at once. */
enum err_code reach_make_request(struct worker *w, const struct snapshot *s,
    struct live_run *run, json_t **ret, struct err *e) must_check;

/* { "answers": [ {"target", "uptime", "results": [ {"kind", "ok",
 * "counts", "us", "why"} ]} ] } */
void reach_on_answers(struct worker *w, struct live_run *run, json_t *message);

/* Its process has ended, and well: it ends, or waits for NETCONF hellos. */
void reach_swept(struct worker *w, struct live_run *run);
/* Takes what was found into the book, logs what changed, and ends the run. */
void reach_end(struct worker *w, struct live_run *run);

void reach_free(struct reach_sweep *s); /* NULL is fine */

#endif
