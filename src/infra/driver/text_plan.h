/*
 * For platforms whose device itself holds the candidate: what it would change
 * and whether it did, by comparing the texts that the device gives.
 *
 * Pure but for the arena.  Everything lives in the arena of the call.
 */
#ifndef INFRA_DRIVER_TEXT_PLAN_H
#define INFRA_DRIVER_TEXT_PLAN_H

#include "app/port/driver.h"
#include "base/buf.h"

/* The plan that leads from one text to the other; empty if they are equal. */
enum err_code text_plan_describe(const struct buf *running,
    const struct buf *staged, struct arena *arena, struct driver_plan *ret,
    struct err *e) must_check;

/* Equal, or the lines that differ.  What looks like a password is hidden. */
enum err_code text_plan_verify(const char *wanted, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e) must_check;

/* A line of a verdict: "missing: …\n", its password hidden. */
void text_plan_put_line(
    struct buf *out, const char *what, const char *line, size_t len);

#endif
