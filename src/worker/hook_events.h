/*
 * What happened to devices between two commits of main, for the change hook.
 *
 * Commits of runs (those with a Run-Id) are left out: they never trigger.
 * Changes of one device become one event, from its first old state to its last
 * new one; what was created and deleted in between is none.
 */
#ifndef WORKER_HOOK_EVENTS_H
#define WORKER_HOOK_EVENTS_H

#include "app/port/store.h"
#include "domain/record.h"

#define HOOK_EVENT_BY 400
struct hook_event {
	struct record *old;	 /* NULL: created */
	struct record *now;	 /* NULL: deleted */
	struct commit_id commit; /* the last one that changed it */
	char by[HOOK_EVENT_BY];	 /* the authors of all, "a, b" */
};

struct hook_events {
	struct hook_event *items;
	size_t n, cap;
};

/* from: not included.  ERR_STALE if `from` is not among the commits that lead
 * to `to`: then nothing can be told about what happened in between. */
enum err_code hook_events_collect(struct store *store,
    const struct commit_id *from, const struct commit_id *to,
    struct hook_events *ret, struct err *e) must_check;
void hook_events_release(struct hook_events *events);

#endif
