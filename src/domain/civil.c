#include "domain/civil.h"

#include <stdio.h>
#include <string.h>

/* Years of 400 repeat; March begins a year, so that the leap day ends it. */
#define DAYS_OF_400_YEARS 146097
#define MARCH_FIRST_OF_YEAR_0 719468 /* days before 1970-01-01 */

struct civil_date civil_from_days(int64_t days)
{
	int64_t z = days + MARCH_FIRST_OF_YEAR_0;
	int64_t era = civil_floor_div(z, DAYS_OF_400_YEARS);
	int64_t of_era = z - era * DAYS_OF_400_YEARS;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 -
			   of_era / (DAYS_OF_400_YEARS - 1)) /
		       365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153; /* 0: March */
	struct civil_date d;

	d.day = (int)(of_year - (153 * month + 2) / 5 + 1);
	d.month = (int)(month < 10 ? month + 3 : month - 9);
	d.year = year + era * 400 + (d.month <= 2);
	return d;
}

int64_t civil_to_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = civil_floor_div(y, 400);
	int64_t of_era = y - era * 400;
	int64_t of_year =
	    (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * DAYS_OF_400_YEARS + of_era * 365 + of_era / 4 -
	       of_era / 100 + of_year - MARCH_FIRST_OF_YEAR_0;
}

int civil_weekday(int64_t days)
{
	int64_t n = (days + 4) % 7; /* 1970-01-01 was a Thursday */

	return (int)(n < 0 ? n + 7 : n);
}

int civil_days_in_month(int64_t year, int month)
{
	int64_t first = civil_to_days(year, month, 1);

	return (int)((month == 12 ? civil_to_days(year + 1, 1, 1)
				  : civil_to_days(year, month + 1, 1)) -
		     first);
}

/* n digits at *p. */
static bool take_number(const char **p, int n, int *ret)
{
	*ret = 0;
	for (int i = 0; i < n; i++) {
		if (**p < '0' || **p > '9')
			return false;
		*ret = *ret * 10 + (*(*p)++ - '0');
	}
	return true;
}

static bool take_char(const char **p, const char *set)
{
	if (!**p || !strchr(set, **p))
		return false;
	(*p)++;
	return true;
}

bool civil_parse(const char *text, int64_t *ret_s, bool *ret_utc)
{
	const char *p = text;
	int year, month, day, hour, minute, second = 0;

	if (!take_number(&p, 4, &year) || !take_char(&p, "-") ||
	    !take_number(&p, 2, &month) || !take_char(&p, "-") ||
	    !take_number(&p, 2, &day) || !take_char(&p, "T ") ||
	    !take_number(&p, 2, &hour) || !take_char(&p, ":") ||
	    !take_number(&p, 2, &minute))
		return false;
	if (take_char(&p, ":") && !take_number(&p, 2, &second))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > civil_days_in_month(year, month) || hour > 23 ||
	    minute > 59 || second > 59)
		return false;
	*ret_utc = take_char(&p, "Z");
	*ret_s = civil_to_days(year, month, day) * 86400 + hour * 3600 +
		 minute * 60 + second;
	return *p == '\0';
}
