/*
 * Time zones from the IANA database, without the C library's process-wide
 * TZ: several are in use at once, in any thread.  Pure: what a zone's file
 * holds (TZif, RFC 8536) is given by the caller.
 */
#ifndef DOMAIN_ZONE_H
#define DOMAIN_ZONE_H

#include "base/err.h"

#include <stdint.h>

struct zone; /* immutable */

/* Versions 2 and later; the rule behind the last transition too, so that a
 * zone has no end.  ERR_INVALID. */
#define ZONE_MAX_FILE ((size_t)256 * 1024)
enum err_code zone_parse(
    const void *data, size_t len, struct zone **ret, struct err *e) must_check;
void zone_free(struct zone *z); /* NULL is fine */

/* A zone NULL is UTC. */

/* Seconds that clocks there are ahead of UTC at an instant (seconds since
 * 1970-01-01T00:00:00Z). */
int64_t zone_offset(const struct zone *z, int64_t utc);

/* The instant at which clocks there show this (seconds since
 * 1970-01-01T00:00 of theirs).  What they show twice: the first time.  What
 * they pass over: the instant at which they do. */
int64_t zone_to_utc(const struct zone *z, int64_t civil);

/* The first instant after `from`, up to `to`, at which clocks are changed, if
 * they show another offset at `to`. */
int64_t zone_change(const struct zone *z, int64_t from, int64_t to);

/* "Europe/Berlin": is it the name of a file in the database? */
bool zone_is_name(const char *name);

#endif
