/*
 * Cron expressions: minute, hour, day of month, month, day of week, as in
 * crontab(5) of Vixie cron, and the short forms @hourly, @daily, @weekly,
 * @monthly and @yearly.  They are about civil time: what a wall clock shows.
 * Pure.
 */
#ifndef DOMAIN_CRON_H
#define DOMAIN_CRON_H

#include "base/err.h"

#include <stdint.h>

/* A set of values for each field, one bit each. */
struct cron {
	uint64_t minutes;  /* 0 to 59 */
	uint64_t hours;	   /* 0 to 23 */
	uint64_t days;	   /* 1 to 31 */
	uint64_t months;   /* 1 to 12 */
	uint64_t weekdays; /* 0 to 6, 0: Sunday */
	/* Where both name days, either of them is enough. */
	bool any_day, any_weekday;
	/* The hour begins with "*": it means every so many hours as they pass,
	 * and not a time of the day. */
	bool by_interval;
};

/* ERR_INVALID with the field that is wrong; also for what never comes, such as
 * 30 February. */
enum err_code cron_parse(
    const char *text, struct cron *ret, struct err *e) must_check;

/* The first minute of civil time (minutes since 1970-01-01T00:00) after
 * `minute` that matches. */
int64_t cron_next(const struct cron *c, int64_t minute);
#define CRON_NEVER INT64_MAX

#endif
