/*
 * Slows down the guessing of passwords, per user and per client address.
 *
 * Some attempts are free; each further failure doubles the wait up to a
 * maximum; an hour without an attempt forgives everything.  An attempt counts
 * as failed from the moment it begins, so that many at once gain nothing.
 * The table has a fixed size; when it is full the entry with the fewest
 * failures in its set makes room, so that addresses that fail once cannot push
 * out one that fails often.  In memory only: a restart forgives too.
 *
 * Any thread.  Times are monotonic milliseconds, passed in by the caller.
 */
#ifndef WEB_THROTTLE_H
#define WEB_THROTTLE_H

#include "base/err.h"

#include <stdint.h>

struct throttle;

/* max_at_once: password hashes that may be computed at the same time, since
 * each takes a processor and some megabytes.  NULL when out of memory. */
struct throttle *throttle_new(unsigned max_at_once);
void throttle_free(struct throttle *t); /* NULL is fine */

/* 0: go on, the attempt is counted, and throttle_end() must follow; else how
 * many milliseconds to wait, and nothing was counted. */
int64_t throttle_begin(
    struct throttle *t, const char *user, const char *address, int64_t now_ms);
/* success: forgives the user's failures and this attempt of the address. */
void throttle_end(
    struct throttle *t, const char *user, const char *address, bool success);

#endif
