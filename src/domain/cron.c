#include "domain/cron.h"

#include "domain/civil.h"

#include <string.h>
#include <strings.h>

#define MINUTES_OF_DAY 1440
/* Leap days are at most eight years apart. */
#define LONGEST_WAIT_DAYS (8 * 366 + 1)

struct cron_field {
	const char *title;
	int min, max;
	const char *const *names; /* from min on; NULL: none */
};

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may",
	"jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", NULL };

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct cron_field fields[FIELDS] = {
	[MINUTE] = { "minute", 0, 59, NULL },
	[HOUR] = { "hour", 0, 23, NULL },
	[DAY] = { "day of the month", 1, 31, NULL },
	[MONTH] = { "month", 1, 12, month_names },
	[WEEKDAY] = { "day of the week", 0, 7, weekday_names },
};

static const struct {
	const char *name, *means;
} short_forms[] = {
	{ "@hourly", "0 * * * *" },
	{ "@daily", "0 0 * * *" },
	{ "@midnight", "0 0 * * *" },
	{ "@weekly", "0 0 * * 0" },
	{ "@monthly", "0 0 1 * *" },
	{ "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

/* --- parsing -------------------------------------------------------------- */

static bool take_digits(const char **p, int *ret)
{
	int n = 0;

	*ret = 0;
	while (**p >= '0' && **p <= '9' && n++ < 4)
		*ret = *ret * 10 + (*(*p)++ - '0');
	return n > 0 && n <= 4;
}

static bool take_value(const char **p, const struct cron_field *f, int *ret)
{
	if (take_digits(p, ret))
		return *ret >= f->min && *ret <= f->max;
	for (int i = 0; f->names && f->names[i]; i++) {
		if (strncasecmp(*p, f->names[i], 3) != 0)
			continue;
		*p += 3;
		*ret = f->min + i;
		return true;
	}
	return false;
}

/* One of "*", "5", "1-5", each with "/2" behind it. */
static bool take_range(
    const char **p, const struct cron_field *f, uint64_t *set)
{
	int from = f->min, to = f->max, step = 1;
	bool single = false;

	if (**p == '*') {
		(*p)++;
	} else {
		if (!take_value(p, f, &from))
			return false;
		single = **p != '-';
		to = from;
		if (!single) {
			(*p)++;
			if (!take_value(p, f, &to) || to < from)
				return false;
		}
	}
	if (**p == '/') {
		(*p)++;
		if (!take_digits(p, &step) || step < 1)
			return false;
		to = single ? f->max : to;
	}
	for (int i = from; i <= to; i += step)
		*set |= UINT64_C(1) << i;
	return true;
}

static bool take_set(const char **p, const struct cron_field *f, uint64_t *set)
{
	*set = 0;
	for (;;) {
		if (!take_range(p, f, set))
			return false;
		if (**p != ',')
			return **p == ' ' || **p == '\t' || **p == '\0';
		(*p)++;
	}
}

static const char *expand(const char *text)
{
	for (size_t i = 0; i < sizeof(short_forms) / sizeof(short_forms[0]);
	     i++) {
		if (strcasecmp(text, short_forms[i].name) == 0)
			return short_forms[i].means;
	}
	return text;
}

enum err_code cron_parse(const char *text, struct cron *ret, struct err *e)
{
	const char *p = expand(text);
	uint64_t set[FIELDS];
	bool star[FIELDS];
	struct cron c;

	for (int i = 0; i < FIELDS; i++) {
		p += strspn(p, " \t");
		star[i] = *p == '*';
		if (!take_set(&p, &fields[i], &set[i]))
			return err_set(e, ERR_INVALID,
			    "\"%.80s\" has no valid %s: five fields are "
			    "wanted, minute hour day month weekday, such as "
			    "\"30 2 * * mon-fri\"",
			    text, fields[i].title);
	}
	if (p[strspn(p, " \t")])
		return err_set(e, ERR_INVALID,
		    "\"%.80s\" has more than five fields", text);
	c = (struct cron){ .minutes = set[MINUTE],
		.hours = set[HOUR],
		.days = set[DAY],
		.months = set[MONTH],
		/* 7 is Sunday too */
		.weekdays = (set[WEEKDAY] | set[WEEKDAY] >> 7) & 0x7f,
		.any_day = star[DAY],
		.any_weekday = star[WEEKDAY],
		.by_interval = star[HOUR] };
	if (cron_next(&c, 0) == CRON_NEVER)
		return err_set(e, ERR_INVALID, "\"%.80s\" never comes", text);
	*ret = c;
	return ERR_OK;
}

/* --- when ---------------------------------------------------------------- */

static bool has(uint64_t set, int value)
{
	return set >> value & 1;
}

static bool day_matches(const struct cron *c, int64_t days)
{
	struct civil_date d = civil_from_days(days);
	bool day = has(c->days, d.day);
	bool weekday = has(c->weekdays, civil_weekday(days));

	if (!has(c->months, d.month))
		return false;
	/* crontab(5): if both are restricted, either one is enough */
	return c->any_day || c->any_weekday ? day && weekday : day || weekday;
}

/* The first minute of a day, from `minute` on, that matches; -1: none. */
static int next_of_day(const struct cron *c, int minute)
{
	for (int h = minute / 60, m = minute % 60; h < 24; h++, m = 0) {
		if (!has(c->hours, h))
			continue;
		for (; m < 60; m++) {
			if (has(c->minutes, m))
				return h * 60 + m;
		}
	}
	return -1;
}

int64_t cron_next(const struct cron *c, int64_t minute)
{
	int64_t days = civil_floor_div(minute + 1, MINUTES_OF_DAY);
	int of_day = (int)(minute + 1 - days * MINUTES_OF_DAY);

	for (int i = 0; i <= LONGEST_WAIT_DAYS; i++, days++, of_day = 0) {
		int found = day_matches(c, days) ? next_of_day(c, of_day) : -1;

		if (found >= 0)
			return days * MINUTES_OF_DAY + found;
	}
	return CRON_NEVER;
}
