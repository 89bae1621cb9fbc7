/*
 * The NETCONF hellos of a reachability sweep (docs/reachability.md).
 *
 * The sweep's own process holds no credentials of devices and signs in to none.
 * A device whose platform asks for its hello, and that answered on its NETCONF
 * port, is signed in to by a session of its own in a slot, as every run does
 * it: that process sees the credentials of this one device.
 *
 * A device is signed in to at most once in its platform's interval, and never
 * while a run has it in hand; runs wait for the session's end.  What was found
 * holds for the sweeps between (worker/greet_book.h).  Credentials that a
 * device refused are not sent to it again, and none that GREET_REFUSALS
 * devices refused since any took them is sent to another one, before they or
 * what is on record has changed.
 */
#ifndef WORKER_GREET_H
#define WORKER_GREET_H

#include "worker/worker_internal.h"

#define GREET_REFUSALS 2

struct greet_session; /* in a slot's hand */

/* The sweep's process found the NETCONF port of asked[target] well: settles
 * what is known already, or queues a session. */
void greet_want(struct worker *w, struct live_run *run, size_t target);
/* Gives slots to what waits. */
void greet_dispatch(struct worker *w);
/* Ends sweeps whose sessions have all ended, and sessions past their time. */
void greet_tend(struct worker *w);
int64_t greet_next_ms(const struct worker *w); /* -1: nothing waits */

/* A session signs in to this device, or to one at the same address. */
bool greet_has_device(
    const struct worker *w, const char *device, const struct managed *target);
size_t greet_count(const struct worker *w); /* sessions */

/* From slot->greeting's process; it is released or dropped by the caller. */
void greet_on_answer(
    struct worker *w, struct slot_process *slot, const json_t *message);
void greet_on_death(struct worker *w, struct slot_process *slot);

#endif
