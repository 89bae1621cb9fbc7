/*
 * Reachability for templates: docs/reachability.md.
 */
#ifndef WEB_PAGES_REACH_VIEW_H
#define WEB_PAGES_REACH_VIEW_H

#include "domain/reach.h"
#include "web/request.h"

/* {device, verdict, since, checked, address, flapping, uptime, why, probes:
 * [{name, ok, counts, latency, why}], n (answers kept), lines: ["x,y x,y …"],
 * gaps: [x], slowest} for the SVG of the last REACH_HISTORY answers, which is
 * REACH_SPARK_WIDTH by REACH_SPARK_HEIGHT; none if the device was never asked.
 */
struct jv reach_view_device(struct request *r, const char *device);

#define REACH_SPARK_STEP 4
#define REACH_SPARK_WIDTH (REACH_HISTORY * REACH_SPARK_STEP)
#define REACH_SPARK_HEIGHT 32

/* How many devices of each verdict. */
void reach_count(struct request *r, size_t counts[REACH_DOWN + 1]);
/* The same for a page: {up, degraded, down}; none if nothing was
 * ever asked. */
struct jv reach_view_counts(struct request *r);

/* The devices of a verdict, or of all (REACH_UNKNOWN), without their
 * probes; at most `max`, in the order of their names. */
struct jv reach_view_list(
    struct request *r, enum reach_verdict verdict, size_t max);

/* Calls fn for each device of a verdict. */
void reach_each(struct request *r, enum reach_verdict verdict,
    void (*fn)(void *ctx, const char *device), void *ctx);

/* Where devices do not answer: [{area, n}], the most first, at most `max`; the
 * rest is one more with the area "". */
struct jv reach_view_down_areas(struct request *r, size_t max);

#endif
