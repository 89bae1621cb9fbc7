/*
 * Starts what schedules say, when they say it.  The worker looks once in a
 * while; the time is given by the caller, so that tests have a clock of their
 * own.  One thread.
 */
#ifndef APP_SCHEDULER_H
#define APP_SCHEDULER_H

#include "app/schedules.h"

struct scheduler;

enum err_code scheduler_new(
    const struct app *app, struct scheduler **ret, struct err *e) must_check;
void scheduler_free(struct scheduler *s); /* NULL is fine */

/* Starts what is due at this time.  Returns when to look again at the latest
 * (wall clock, milliseconds); never later than SCHEDULER_LOOK_MS from now,
 * since the clock may be set and records may be changed. */
#define SCHEDULER_LOOK_MS 10000
int64_t scheduler_look(struct scheduler *s, int64_t now_ms);

#endif
