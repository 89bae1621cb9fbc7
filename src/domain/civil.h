/*
 * Dates without a time zone: the proleptic Gregorian calendar, counted in days
 * since 1970-01-01.  Pure.
 */
#ifndef DOMAIN_CIVIL_H
#define DOMAIN_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

struct civil_date {
	int64_t year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

struct civil_date civil_from_days(int64_t days);
int64_t civil_to_days(int64_t year, int month, int day);
int civil_weekday(int64_t days); /* 0: Sunday */
int civil_days_in_month(int64_t year, int month);

/* "2026-12-01T03:00", seconds and a "Z" may follow, a space may take the place
 * of the "T".  *ret_s: seconds since 1970-01-01T00:00 of that clock. */
bool civil_parse(const char *text, int64_t *ret_s, bool *ret_utc);

/* A division that rounds down, for instants before 1970. */
static inline int64_t civil_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

#endif
