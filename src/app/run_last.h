/*
 * The newest run of each device: the last one that had a session with it, and
 * the last one that took its backup.  Not for several threads at once.
 */
#ifndef APP_RUN_LAST_H
#define APP_RUN_LAST_H

#include "app/run_entry.h"

/* Open addressing; size is a power of two, or 0. */
struct run_last {
	struct run_last_slot *slots;
	size_t size, n;
};

struct run_last_slot {
	char *device;			      /* NULL: free */
	const struct run_entry *run, *backup; /* borrowed; NULL: none */
	size_t row;			      /* of the device in `run` */
};

/* False when out of memory. */
bool run_last_note(
    struct run_last *t, const struct run_entry *entry) must_check;
/* Before an entry is freed. */
void run_last_forget(struct run_last *t, const struct run_entry *entry);
/* NULL: nothing is known of the device. */
const struct run_last_slot *run_last_find(
    const struct run_last *t, const char *device);
void run_last_release(struct run_last *t);

#endif
