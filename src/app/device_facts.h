/*
 * What a device tells about itself, as its record keeps it:
 *
 *   { "serial": "…",                          only if it tells one
 *     "facts": { "hostname", "vendor", "model", "os_version",
 *                "booted_at": "2026-11-21T08:30:00Z",
 *                "interfaces": [{ "name", "description", "enabled", "up" }],
 *                "interfaces_left_out": 12 } }
 *
 * What the platform does not tell is left out.  Pure but for memory.
 */
#ifndef APP_DEVICE_FACTS_H
#define APP_DEVICE_FACTS_H

#include "app/port/driver.h"
#include "base/json.h"

/* known: the same members of the record as it is, or NULL; when the device
 * started is taken from there if it is about the same, since the device tells
 * minutes.  A new object; NULL: out of memory. */
json_t *device_facts_make(
    const struct driver_facts *facts, const json_t *known, int64_t now_ms);

/* Those members of a device's record: what is known.  A new object; NULL: out
 * of memory. */
json_t *device_facts_known(const json_t *record);

/* Is that what device_facts_make() may give?  A session is not trusted. */
bool device_facts_are_sound(const json_t *facts);

#endif
