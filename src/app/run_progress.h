/*
 * How far a run over many devices is.
 */
#ifndef APP_RUN_PROGRESS_H
#define APP_RUN_PROGRESS_H

#include <jansson.h>
#include <stdint.h>

struct run_progress {
	/* devices; done: as they should; cancelled: never begun */
	int64_t total, done, failed, cancelled, left;
	double per_minute; /* devices that ended, from the start until now */
	int64_t left_s;	   /* seconds at that rate; -1: not known, or over */
};

/* run: with its rows, or with "counts" (run_rows.h). */
void run_progress_of(
    const json_t *run, int64_t now_ms, struct run_progress *ret);

/* { "total", "done", "failed", "cancelled", "left", "per_minute", "left_s" };
 * left_s is null where it is not known.  NULL when out of memory. */
json_t *run_progress_json(const struct run_progress *p);

#endif
