#include "domain/cron_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ALL_MINUTES ((UINT64_C(1) << 60) - 1)
#define ALL_HOURS ((UINT64_C(1) << 24) - 1)
#define ALL_DAYS (((UINT64_C(1) << 31) - 1) << 1)
#define ALL_MONTHS (((UINT64_C(1) << 12) - 1) << 1)
#define ALL_WEEKDAYS UINT64_C(0x7f)
/* Days that not every month has. */
#define RARE_DAYS (UINT64_C(7) << 29)

/* Longer lists are harder to read than the expression. */
#define MAX_LISTED 4
#define BITS 64

static const char *const month_names[] = { "", "January", "February", "March",
	"April", "May", "June", "July", "August", "September", "October",
	"November", "December" };
/* As people count them. */
static const char *const weekday_names[] = { "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday" };

/* --- sets ---------------------------------------------------------------- */

static int count(uint64_t set)
{
	int n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

static int lowest(uint64_t set)
{
	int i = 0;

	while (i < BITS - 1 && !(set >> i & 1))
		i++;
	return i;
}

static int highest(uint64_t set)
{
	int i = BITS - 1;

	while (i > 0 && !(set >> i & 1))
		i--;
	return i;
}

static bool is_range(uint64_t set)
{
	return set && highest(set) - lowest(set) + 1 == count(set);
}

/* 0, s, 2s … below n, which s divides; 0: it is no such set. */
static int step_of(uint64_t set, int n)
{
	int step = n / (count(set) ? count(set) : 1);

	if (!(set & 1) || step * count(set) != n)
		return 0;
	for (int i = 0; i < n; i += step) {
		if (!(set >> i & 1))
			return 0;
	}
	return step;
}

/* --- text ---------------------------------------------------------------- */

struct words {
	char *text;
	size_t used;
};

static void say(struct words *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct words *w, const char *fmt, ...)
{
	size_t left = CRON_WORDS_SIZE - w->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->text + w->used, left, fmt, ap);
	va_end(ap);
	w->used += n < 0 ? 0 : (size_t)n < left ? (size_t)n : left - 1;
}

static void say_value(struct words *w, const char *const *names, int value)
{
	if (names)
		say(w, "%s", names[value]);
	else
		say(w, "%d", value);
}

static const char *before(int i, int n)
{
	return i == 0 ? "" : i == n - 1 ? " and " : ", ";
}

static void say_list(struct words *w, const char *const *names, uint64_t set)
{
	int n = count(set);

	for (int i = 0; i < n; i++, set &= set - 1) {
		say(w, "%s", before(i, n));
		say_value(w, names, lowest(set));
	}
}

/* "1 to 7", "March, May and July".  False: too many. */
static bool say_set(struct words *w, const char *const *names, uint64_t set)
{
	if (is_range(set) && count(set) > 2) {
		say_value(w, names, lowest(set));
		say(w, " to ");
		say_value(w, names, highest(set));
		return true;
	}
	say_list(w, names, set);
	return count(set) <= MAX_LISTED;
}

/* --- the time ------------------------------------------------------------ */

static bool say_every_hour(struct words *w, uint64_t minutes)
{
	int step = step_of(minutes, 60), first = lowest(minutes);

	if (step == 1)
		say(w, "every minute");
	else if (step > 1 && step < 60)
		say(w, "every %d minutes", step);
	else if (minutes == 1)
		say(w, "every hour");
	else if (count(minutes) == 1)
		say(w, "every hour at minute %d", first);
	else {
		say(w, "every hour at minutes ");
		return say_set(w, NULL, minutes);
	}
	return true;
}

static void say_times(struct words *w, const struct cron *c)
{
	int n = count(c->hours) * count(c->minutes), i = 0;

	say(w, "at ");
	for (uint64_t h = c->hours; h; h &= h - 1) {
		for (uint64_t m = c->minutes; m; m &= m - 1)
			say(w, "%s%02d:%02d", before(i++, n), lowest(h),
			    lowest(m));
	}
}

/* One minute of many hours. */
static bool say_some_hours(struct words *w, uint64_t hours, int minute)
{
	int step = step_of(hours, 24);

	if (step > 1) {
		say(w, "every %d hours", step);
		if (minute)
			say(w, " at minute %d", minute);
		return true;
	}
	if (!is_range(hours))
		return false;
	say(w, "every hour from %02d:%02d to %02d:%02d", lowest(hours), minute,
	    highest(hours), minute);
	return true;
}

static bool say_within_hours(struct words *w, const struct cron *c)
{
	int step = step_of(c->minutes, 60);

	if (step == 0 || !is_range(c->hours))
		return false;
	say(w, step == 1 ? "every minute" : "every %d minutes", step);
	say(w, " from %02d:00 to %02d:%02d", lowest(c->hours),
	    highest(c->hours), 60 - step);
	return true;
}

static bool say_time(struct words *w, const struct cron *c)
{
	if (c->hours == ALL_HOURS)
		return say_every_hour(w, c->minutes);
	if (count(c->hours) * count(c->minutes) <= MAX_LISTED) {
		say_times(w, c);
		return true;
	}
	if (count(c->minutes) == 1)
		return say_some_hours(w, c->hours, lowest(c->minutes));
	return say_within_hours(w, c);
}

bool cron_names_hours(const struct cron *c)
{
	return c->hours != ALL_HOURS || c->days != ALL_DAYS ||
	       c->weekdays != ALL_WEEKDAYS || c->months != ALL_MONTHS;
}

/* --- the days ------------------------------------------------------------ */

static bool say_month_days(struct words *w, const struct cron *c)
{
	say(w, count(c->days) == 1 ? " on day " : " on days ");
	if (!say_set(w, NULL, c->days))
		return false;
	if (c->months != ALL_MONTHS) {
		say(w, " of ");
		return say_set(w, month_names, c->months);
	}
	say(w, " of each month%s", c->days & RARE_DAYS ? " that has it" : "");
	return true;
}

/* Bit 0 is Sunday there, and Monday here. */
static void say_weekdays(struct words *w, uint64_t weekdays)
{
	uint64_t from_monday = (weekdays >> 1) | (weekdays & 1) << 6;

	(void)say_set(w, weekday_names, from_monday);
}

static bool say_days(struct words *w, const struct cron *c)
{
	bool either = !c->any_day && !c->any_weekday;
	bool some_days = c->days != ALL_DAYS;
	bool some_weekdays = c->weekdays != ALL_WEEKDAYS;

	if (some_days && some_weekdays) {
		/* days that both name, or whose month is named as well: nobody
		 * would read that out of a sentence */
		if (!either || c->months != ALL_MONTHS || !say_month_days(w, c))
			return false;
		say(w, " and on every ");
		say_weekdays(w, c->weekdays);
		return count(c->weekdays) == 1;
	}
	if (either && (some_days || some_weekdays))
		some_days = some_weekdays = false; /* the other says all */
	if (some_days)
		return say_month_days(w, c);
	if (some_weekdays) {
		say(w, " on ");
		say_weekdays(w, c->weekdays);
	} else if (c->hours != ALL_HOURS &&
		   count(c->hours) * count(c->minutes) <= MAX_LISTED) {
		say(w, " every day");
	}
	if (c->months == ALL_MONTHS)
		return true;
	say(w, " in ");
	return say_set(w, month_names, c->months);
}

bool cron_to_words(const struct cron *c, char text[CRON_WORDS_SIZE])
{
	struct words w = { .text = text };

	text[0] = '\0';
	if (say_time(&w, c) && say_days(&w, c))
		return true;
	text[0] = '\0';
	return false;
}
