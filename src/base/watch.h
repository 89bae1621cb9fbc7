/*
 * Tells whether directories have changed, without a look at the disk.
 *
 * The kernel queues an event before the system call that changed a directory
 * returns (inotify(7)), so whoever asks after a write was acknowledged learns
 * of it, whichever process wrote.  What inotify does not tell (a write from
 * another host, a directory whose parent was moved away) is covered by time:
 * no answer is trusted for longer than WATCH_TRUST_MS.
 *
 * Any thread.
 */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include "base/err.h"

#include <stdint.h>

#define WATCH_MAX_DIRS 4
#define WATCH_TRUST_MS 1000

struct watch;

/* dirs: paths, copied.  A directory may be absent; it counts as changing until
 * it is there.  ERR_SYSTEM where inotify is not to be had. */
enum err_code watch_new(const char *const *dirs, size_t n, struct watch **ret,
    struct err *e) must_check;
void watch_free(struct watch *w); /* NULL is fine */

/* A number that stays the same as long as nothing in any of the directories
 * was made, removed, renamed or written.  Ask first and read then: what was
 * read holds while the number does.  0: not known, which is never the same;
 * so for a watch that is NULL. */
uint64_t watch_generation(struct watch *w);

#endif
