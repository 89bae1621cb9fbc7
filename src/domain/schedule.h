/*
 * When a schedule is due.  Pure: the time now is given by the caller.
 *
 * An occurrence is the instant that the expression names; it is due when its
 * share of the jitter has passed as well, which is the same at each look.
 * Everything up to `seen` has been dealt with: started, or passed over.
 *
 * Daylight saving: "30 2 * * *" is once a day, also on the day whose clocks
 * pass over 2:30 (then when they do) or show it twice (then the first time).
 * Where the hour is "*", it comes as hours pass: twice in an hour that is shown
 * twice, and not in one that is passed over.  Times are milliseconds UTC.
 */
#ifndef DOMAIN_SCHEDULE_H
#define DOMAIN_SCHEDULE_H

#include "domain/cron.h"
#include "domain/zone.h"

#define SCHEDULE_NEVER INT64_MAX

struct schedule_time {
	bool once; /* at once_ms; else by the expression */
	struct cron cron;
	const struct zone *zone; /* borrowed; NULL: UTC */
	int64_t once_ms;
	int64_t jitter_s;
	const char *name; /* what the jitter follows from */
};

/* From the fields of a record; time_zone's file has been read to `zone`.
 * Exactly one of cron and at must be set.  ERR_INVALID. */
enum err_code schedule_time_parse(const char *cron, const char *at,
    const struct zone *zone, struct schedule_time *ret,
    struct err *e) must_check;

/* The first occurrence after an instant. */
int64_t schedule_next(const struct schedule_time *t, int64_t after_ms);
/* When it is due. */
int64_t schedule_due(const struct schedule_time *t, int64_t occurrence_ms);

/* What is younger than this when it is looked at has not been missed. */
#define SCHEDULE_GRACE_MS (5 * 60 * 1000)

struct schedule_decision {
	int64_t start;	  /* the occurrence to be started now, or 0 */
	int64_t seen_ms;  /* how far everything has been dealt with */
	int64_t next_due; /* of what is left */
	bool missed;	  /* occurrences were passed over */
};

/* run_once: of all that were missed the newest is started. */
struct schedule_decision schedule_decide(const struct schedule_time *t,
    int64_t seen_ms, int64_t now_ms, bool run_once);

#endif
