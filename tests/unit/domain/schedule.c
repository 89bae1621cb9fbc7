#include "domain/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A zone of the system's database; UTC needs no file. */
static struct zone *zone_of(const char *name)
{
	static uint8_t data[ZONE_MAX_FILE];
	struct err e = ERR_INIT;
	struct zone *z = NULL;
	char path[200];
	FILE *f;
	size_t n;

	if (strcmp(name, "UTC") == 0)
		return NULL;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	if (zone_parse(data, n, &z, &e) != ERR_OK)
		fail_msg("%s: %s", name, e.message);
	return z;
}

static int64_t at(const char *text)
{
	int64_t s;
	bool utc;

	assert_true(civil_parse(text, &s, &utc));
	return s;
}

static void assert_time(int64_t s, const char *wanted, const char *what)
{
	struct civil_date d = civil_from_days(civil_floor_div(s, 86400));
	int64_t of_day = s - civil_floor_div(s, 86400) * 86400;
	char text[60];

	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d",
	    (int)d.year, d.month, d.day, (int)(of_day / 3600),
	    (int)(of_day / 60 % 60), (int)(of_day % 60));
	if (strncmp(text, wanted, strlen(wanted)) != 0)
		fail_msg("%s: got %s, want %s", what, text, wanted);
}

/* --- cron ---------------------------------------------------------------- */

static void test_cron_next(void **state)
{
	static const struct {
		const char *cron, *after, *next;
	} rows[] = {
		{ "* * * * *", "2026-11-21T08:30", "2026-11-21T08:31" },
		{ "*/5 * * * *", "2026-11-21T08:30", "2026-11-21T08:35" },
		{ "30 2 * * *", "2026-11-21T08:30", "2026-11-22T02:30" },
		{ "30 2 * * *", "2026-11-21T02:29", "2026-11-21T02:30" },
		{ "30 2 * * *", "2026-11-21T02:30", "2026-11-22T02:30" },
		{ "0 0 1 * *", "2026-12-31T23:59", "2027-01-01T00:00" },
		{ "0 0 31 * *", "2026-11-01T00:00", "2026-12-31T00:00" },
		{ "0 0 29 2 *", "2026-11-21T00:00", "2028-02-29T00:00" },
		{ "0 9-17/4 * * *", "2026-11-21T09:00", "2026-11-21T13:00" },
		{ "0 9 * * mon-fri", "2026-11-20T09:00", "2026-11-23T09:00" },
		{ "0 9 * * 7", "2026-11-21T00:00", "2026-11-22T09:00" },
		{ "0 9 * * SUN", "2026-11-21T00:00", "2026-11-22T09:00" },
		/* both days are restricted: either is enough */
		{ "0 0 13 * fri", "2026-11-01T00:00", "2026-11-06T00:00" },
		{ "0 0 13 * fri", "2026-11-06T00:00", "2026-11-13T00:00" },
		{ "0 0 1 jan,jul *", "2026-02-01T00:00", "2026-07-01T00:00" },
		{ "5/20 * * * *", "2026-11-21T08:26", "2026-11-21T08:45" },
		{ "@hourly", "2026-11-21T08:30", "2026-11-21T09:00" },
		{ "@weekly", "2026-11-21T08:30", "2026-11-22T00:00" },
		{ "@yearly", "2026-11-21T08:30", "2027-01-01T00:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = ERR_INIT;
		struct cron c;

		if (cron_parse(rows[i].cron, &c, &e) != ERR_OK)
			fail_msg("%s: %s", rows[i].cron, e.message);
		assert_time(cron_next(&c, at(rows[i].after) / 60) * 60,
		    rows[i].next, rows[i].cron);
	}
}

static void test_cron_refusals(void **state)
{
	static const struct {
		const char *cron, *words;
	} rows[] = {
		{ "", "minute" },
		{ "60 * * * *", "minute" },
		{ "* 24 * * *", "hour" },
		{ "* * 0 * *", "day of the month" },
		{ "* * * 13 *", "month" },
		{ "* * * * 8", "weekday" },
		{ "* * * * *x", "day of the week" },
		{ "5-1 * * * *", "minute" },
		{ "*/0 * * * *", "minute" },
		{ "1,,2 * * * *", "minute" },
		{ "* * * *", "day of the week" },
		{ "* * * * * *", "more than five" },
		{ "0 0 30 2 *", "never comes" },
		{ "99999999999 * * * *", "minute" },
		{ "@often", "minute" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = ERR_INIT;
		struct cron c;

		assert_int_equal(cron_parse(rows[i].cron, &c, &e), ERR_INVALID);
		if (!strstr(e.message, rows[i].words))
			fail_msg("%s: %s", rows[i].cron, e.message);
	}
}

/* --- zones --------------------------------------------------------------- */

static void test_offsets(void **state)
{
	static const struct {
		const char *zone, *utc;
		int64_t offset;
	} rows[] = {
		{ "Europe/Berlin", "2026-03-29T00:59:59", 3600 },
		{ "Europe/Berlin", "2026-03-29T01:00:00", 7200 },
		{ "Europe/Berlin", "2026-10-25T00:59:59", 7200 },
		{ "Europe/Berlin", "2026-10-25T01:00:00", 3600 },
		/* behind the last transition that the file lists */
		{ "Europe/Berlin", "2099-07-01T00:00:00", 7200 },
		{ "Europe/Berlin", "2099-12-01T00:00:00", 3600 },
		{ "America/New_York", "2050-03-13T06:59:59", -18000 },
		{ "America/New_York", "2050-03-13T07:00:00", -14400 },
		{ "Australia/Sydney", "2060-01-01T00:00:00", 39600 },
		{ "Australia/Sydney", "2060-07-01T00:00:00", 36000 },
		{ "Australia/Lord_Howe", "2060-01-01T00:00:00", 39600 },
		{ "Australia/Lord_Howe", "2060-07-01T00:00:00", 37800 },
		{ "Asia/Kolkata", "2026-07-01T00:00:00", 19800 },
		{ "Asia/Kathmandu", "2080-07-01T00:00:00", 20700 },
		{ "Europe/Dublin", "2060-07-01T00:00:00", 3600 },
		{ "Europe/Dublin", "2060-12-01T00:00:00", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zone *z = zone_of(rows[i].zone);

		if (zone_offset(z, at(rows[i].utc)) != rows[i].offset)
			fail_msg("%s at %s: %lld", rows[i].zone, rows[i].utc,
			    (long long)zone_offset(z, at(rows[i].utc)));
		zone_free(z);
	}
}

static void test_civil_to_utc(void **state)
{
	struct zone *z = zone_of("Europe/Berlin");
	struct zone *apia = zone_of("Pacific/Apia");

	(void)state;
	assert_time(zone_to_utc(z, at("2026-07-01T12:00")), "2026-07-01T10:00",
	    "summer");
	/* 2:30 does not come, 2:30 comes twice */
	assert_time(zone_to_utc(z, at("2026-03-29T02:30")), "2026-03-29T01:00",
	    "passed over");
	assert_time(zone_to_utc(z, at("2026-10-25T02:30")), "2026-10-25T00:30",
	    "twice");
	/* a whole day was passed over */
	assert_time(zone_to_utc(apia, at("2011-12-30T12:00")),
	    "2011-12-30T10:00", "no such day");
	zone_free(z);
	zone_free(apia);
}

static void test_bad_zones(void **state)
{
	static const char *const names[] = { "", "/etc/passwd", "../x", "a//b",
		"a/", "a/../b", "x\ny", ".x" };
	uint8_t junk[200] = { 0 };
	struct err e = ERR_INIT;
	struct zone *z;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(zone_is_name(names[i]));
	assert_true(zone_is_name("America/Argentina/Buenos_Aires"));
	assert_true(zone_is_name("Etc/GMT+5"));
	assert_int_equal(zone_parse(junk, 0, &z, &e), ERR_INVALID);
	assert_int_equal(zone_parse(junk, sizeof(junk), &z, &e), ERR_INVALID);
	memcpy(junk, "TZif2", 5);
	assert_int_equal(zone_parse(junk, sizeof(junk), &z, &e), ERR_INVALID);
	memset(junk + 20, 0xff, 24);
	assert_int_equal(zone_parse(junk, sizeof(junk), &z, &e), ERR_INVALID);
}

/* Every cut and every changed byte of a real file: an error or a zone, nothing
 * else. */
static void test_damaged_zones(void **state)
{
	static uint8_t data[ZONE_MAX_FILE];
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	for (size_t i = 0; i < n; i++) {
		struct zone *z = NULL;
		uint8_t *copy = malloc(i + 1);

		memcpy(copy, data, i);
		assert_int_not_equal(zone_parse(copy, i, &z, &e), ERR_OK);
		free(copy);
		copy = malloc(n);
		memcpy(copy, data, n);
		copy[i] ^= 0xff;
		if (zone_parse(copy, n, &z, &e) == ERR_OK)
			(void)zone_offset(z, 4000000000);
		zone_free(z);
		free(copy);
	}
}

/* --- occurrences --------------------------------------------------------- */

struct fixture {
	struct zone *zone;
	struct schedule_time time;
};

static void setup(struct fixture *f, const char *cron, const char *zone)
{
	struct err e = ERR_INIT;

	f->zone = zone_of(zone);
	if (schedule_time_parse(cron, "", f->zone, &f->time, &e) != ERR_OK)
		fail_msg("%s: %s", cron, e.message);
	f->time.name = "s";
}

/* The next occurrences in UTC, as "dd.hh:mm …". */
static void expect_next(
    const char *cron, const char *zone, const char *after, const char *wanted)
{
	int64_t ms = at(after) * 1000;
	char got[400] = "";
	struct fixture f;

	setup(&f, cron, zone);
	for (int i = 0; strlen(got) < strlen(wanted); i++) {
		int64_t s, day;

		ms = schedule_next(&f.time, ms);
		s = ms / 1000;
		day = s / 86400;
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
		    "%s%02d.%02d:%02d", i ? " " : "", civil_from_days(day).day,
		    (int)(s % 86400 / 3600), (int)(s / 60 % 60));
	}
	if (strcmp(got, wanted) != 0)
		fail_msg("%s in %s: got %s, want %s", cron, zone, got, wanted);
	zone_free(f.zone);
}

static void test_daylight_saving(void **state)
{
	(void)state;
	/* once a day, by the clock on the wall */
	expect_next("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00",
	    "28.01:30 29.01:00 30.00:30");
	expect_next("30 2 * * *", "Europe/Berlin", "2026-10-23T12:00",
	    "24.00:30 25.00:30 26.01:30");
	/* many times in the hour that is passed over are one */
	expect_next("*/15 2 * * *", "Europe/Berlin", "2026-03-29T00:00",
	    "29.01:00 30.00:00 30.00:15");
	/* as hours pass */
	expect_next("0 * * * *", "Europe/Berlin", "2026-03-28T23:30",
	    "29.00:00 29.01:00 29.02:00");
	expect_next("0 * * * *", "Europe/Berlin", "2026-10-24T23:30",
	    "25.00:00 25.01:00 25.02:00");
	expect_next("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:10",
	    "25.00:30 25.01:00 25.01:30");
	expect_next(
	    "*/5 * * * *", "UTC", "2026-10-25T00:58", "25.01:00 25.01:05");
	/* half an hour is enough of a change */
	expect_next("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T12:00",
	    "02.15:45 03.15:30 04.15:15");
}

static void test_once(void **state)
{
	struct zone *z = zone_of("Europe/Berlin");
	struct schedule_time t;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    schedule_time_parse("", "2026-12-01T03:00", z, &t, &e), ERR_OK);
	assert_true(t.once_ms == at("2026-12-01T02:00") * 1000);
	assert_true(schedule_next(&t, t.once_ms - 1) == t.once_ms);
	assert_true(schedule_next(&t, t.once_ms) == SCHEDULE_NEVER);
	assert_int_equal(
	    schedule_time_parse("", "2026-12-01 03:00:30Z", z, &t, &e), ERR_OK);
	assert_true(t.once_ms == at("2026-12-01T03:00:30") * 1000);
	assert_int_equal(schedule_time_parse("", "2026-02-30T00:00", z, &t, &e),
	    ERR_INVALID);
	assert_int_equal(schedule_time_parse("", "", z, &t, &e), ERR_INVALID);
	assert_int_equal(
	    schedule_time_parse("@daily", "2026-12-01T03:00", z, &t, &e),
	    ERR_INVALID);
	zone_free(z);
}

/* --- what is to be done now ---------------------------------------------- */

#define MIN ((int64_t)60000)

static void test_decisions(void **state)
{
	int64_t base = at("2026-11-21T02:30") * 1000;
	struct schedule_decision d;
	struct fixture f;

	(void)state;
	setup(&f, "30 2 * * *", "UTC");
	d = schedule_decide(&f.time, base - 10 * MIN, base - 1, false);
	assert_true(!d.start && !d.missed && d.next_due == base);
	d = schedule_decide(&f.time, base - 10 * MIN, base, false);
	assert_true(d.start == base && d.seen_ms == base && !d.missed);
	assert_true(d.next_due == base + 1440 * MIN);
	/* nothing twice */
	d = schedule_decide(&f.time, d.seen_ms, base + 10, false);
	assert_true(!d.start && !d.missed);
	/* the worker was down: too late, or made up for once */
	d = schedule_decide(&f.time, base - MIN, base + 60 * MIN, false);
	assert_true(!d.start && d.missed && d.seen_ms == base);
	d = schedule_decide(&f.time, base - MIN, base + 60 * MIN, true);
	assert_true(d.start == base);
	/* for a week: the newest one */
	d = schedule_decide(
	    &f.time, base - MIN, base + (7 * 1440 + 60) * MIN, true);
	assert_true(d.start == base + 7 * 1440 * MIN && d.missed);
	/* for a week, and just in time for today's */
	d = schedule_decide(
	    &f.time, base - MIN, base + (7 * 1440 + 1) * MIN, false);
	assert_true(d.start == base + 7 * 1440 * MIN && d.missed);
}

/* A clock that was years ahead for a moment stops nothing. */
static void test_clock_jumps(void **state)
{
	int64_t base = at("2026-11-21T02:30") * 1000;
	int64_t years = (int64_t)4 * 365 * 1440 * MIN;
	struct schedule_decision d;
	struct fixture f;

	(void)state;
	setup(&f, "30 2 * * *", "UTC");
	d = schedule_decide(&f.time, base, base + years, false);
	assert_true(d.missed || d.start);
	assert_true(d.seen_ms > base + years - 1440 * MIN);
	d = schedule_decide(&f.time, d.seen_ms, base + MIN, false);
	assert_true(!d.start && d.seen_ms == base + MIN);
	assert_true(d.next_due == base + 1440 * MIN);
}

/* Frequent and long ago: found without counting them all. */
static void test_a_year_missed(void **state)
{
	int64_t base = at("2026-11-21T02:30") * 1000;
	struct schedule_decision d;
	struct fixture f;

	(void)state;
	setup(&f, "* * * * *", "UTC");
	d = schedule_decide(&f.time, base, base + 365 * 1440 * MIN, true);
	assert_true(d.start == base + 365 * 1440 * MIN);
	setup(&f, "0 0 1 1 *", "UTC");
	d = schedule_decide(&f.time, base, base + 300 * 1440 * MIN, true);
	assert_true(d.start == at("2027-01-01T00:00") * 1000);
}

static void test_jitter(void **state)
{
	int64_t base = at("2026-11-21T02:30") * 1000, due;
	struct schedule_decision d;
	struct fixture f;
	bool differs = false;

	(void)state;
	setup(&f, "30 2 * * *", "UTC");
	assert_true(schedule_due(&f.time, base) == base);
	f.time.jitter_s = 600;
	due = schedule_due(&f.time, base);
	for (int i = 1; i < 20; i++) {
		int64_t other = base + i * 1440 * MIN;
		int64_t late = schedule_due(&f.time, other) - other;

		assert_in_range(late, 0, 600 * 1000);
		differs = differs || late != due - base;
	}
	assert_true(differs);
	assert_true(schedule_due(&f.time, base) == due);
	d = schedule_decide(&f.time, base - MIN, due - 1, false);
	assert_true(!d.start && d.next_due == due && d.seen_ms == base - MIN);
	d = schedule_decide(&f.time, base - MIN, due, false);
	assert_true(d.start == base && d.seen_ms == base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cron_next),
		cmocka_unit_test(test_cron_refusals),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_civil_to_utc),
		cmocka_unit_test(test_bad_zones),
		cmocka_unit_test(test_damaged_zones),
		cmocka_unit_test(test_daylight_saving),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_clock_jumps),
		cmocka_unit_test(test_a_year_missed),
		cmocka_unit_test(test_jitter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
