#include "domain/schedule.h"

#include "domain/civil.h"

#define DAY_MS ((int64_t)86400 * 1000)
/* A look back at what was missed goes no further than this where something is
 * found in it: only the newest counts. */
#define LOOK_BACK_MS (2 * DAY_MS)
#define MAX_STEPS 20000

enum err_code schedule_time_parse(const char *cron, const char *at,
    const struct zone *zone, struct schedule_time *ret, struct err *e)
{
	struct schedule_time t = { .zone = zone, .name = "" };
	int64_t civil;
	bool utc;
	enum err_code rc;

	if (!*cron == !*at)
		return err_set(e, ERR_INVALID,
		    "a schedule has either a cron expression or one time");
	if (*cron) {
		rc = cron_parse(cron, &t.cron, e);
		if (rc == ERR_OK)
			*ret = t;
		return rc;
	}
	if (!civil_parse(at, &civil, &utc))
		return err_set(e, ERR_INVALID,
		    "\"%.60s\" is no time: 2026-12-01T03:00 is one, with a Z "
		    "behind it in UTC",
		    at);
	t.once = true;
	t.once_ms = (utc ? civil : zone_to_utc(zone, civil)) * 1000;
	*ret = t;
	return ERR_OK;
}

/* A time of the day: civil times in order, each at its instant. */
static int64_t next_by_clock(const struct schedule_time *t, int64_t after)
{
	/* begin before any change of the clocks that may lie between */
	int64_t civil = after + zone_offset(t->zone, after) - 26 * 3600;
	int64_t minute = civil_floor_div(civil, 60);

	for (;;) {
		int64_t utc;

		minute = cron_next(&t->cron, minute);
		if (minute == CRON_NEVER)
			return SCHEDULE_NEVER;
		utc = zone_to_utc(t->zone, minute * 60);
		if (utc > after)
			return utc;
	}
}

/* As time passes: from one change of the clocks to the next, civil time goes on
 * like any other. */
static int64_t next_by_interval(const struct schedule_time *t, int64_t after)
{
	for (;;) {
		int64_t offset = zone_offset(t->zone, after), utc;
		int64_t minute = civil_floor_div(after + offset, 60);
		int64_t next = cron_next(&t->cron, minute);

		if (next == CRON_NEVER)
			return SCHEDULE_NEVER;
		utc = next * 60 - offset;
		if (zone_offset(t->zone, utc) == offset)
			return utc;
		/* the minute that clocks are set to may match itself */
		utc = zone_change(t->zone, after, utc);
		offset = zone_offset(t->zone, utc);
		minute = civil_floor_div(utc + offset, 60);
		if ((utc + offset) % 60 == 0 &&
		    cron_next(&t->cron, minute - 1) == minute)
			return utc;
		after = utc;
	}
}

int64_t schedule_next(const struct schedule_time *t, int64_t after_ms)
{
	int64_t after = civil_floor_div(after_ms, 1000), next;

	if (t->once)
		return t->once_ms > after_ms ? t->once_ms : SCHEDULE_NEVER;
	next = t->cron.by_interval ? next_by_interval(t, after)
				   : next_by_clock(t, after);
	return next == SCHEDULE_NEVER ? next : next * 1000;
}

/* FNV-1a: spreads schedules of the same time, and days of the same one. */
static uint64_t spread(const char *name, int64_t occurrence)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
	for (int i = 0; i < 8; i++)
		h = (h ^ ((uint64_t)occurrence >> 8 * i & 0xff)) *
		    UINT64_C(1099511628211);
	return h ^ h >> 32;
}

int64_t schedule_due(const struct schedule_time *t, int64_t occurrence_ms)
{
	uint64_t range = (uint64_t)t->jitter_s + 1;

	if (occurrence_ms == SCHEDULE_NEVER)
		return SCHEDULE_NEVER;
	return occurrence_ms +
	       (int64_t)(spread(t->name, occurrence_ms) % range) * 1000;
}

/* The newest occurrence after `seen` that is due, and whether there were others
 * before it. */
static int64_t newest_due(
    const struct schedule_time *t, int64_t seen, int64_t now, bool *ret_others)
{
	int64_t from = now - LOOK_BACK_MS - t->jitter_s * 1000, found = 0;
	int64_t first = schedule_next(t, seen), next;

	if (schedule_due(t, first) > now)
		return 0;
	if (from < seen || schedule_due(t, schedule_next(t, from)) > now)
		from = seen;
	next = schedule_next(t, from);
	for (int i = 0; i < MAX_STEPS && schedule_due(t, next) <= now; i++) {
		found = next;
		next = schedule_next(t, found);
	}
	*ret_others = found != first;
	return found;
}

struct schedule_decision schedule_decide(const struct schedule_time *t,
    int64_t seen_ms, int64_t now_ms, bool run_once)
{
	struct schedule_decision d = { .seen_ms = seen_ms };
	int64_t found;

	/* the clock was put back: what is to come counts from now; what was
	 * started before is not started again, by its key */
	if (seen_ms > now_ms)
		d.seen_ms = now_ms;
	found = newest_due(t, d.seen_ms, now_ms, &d.missed);
	if (found) {
		bool late = now_ms - schedule_due(t, found) > SCHEDULE_GRACE_MS;

		d.seen_ms = found;
		if (!late || run_once)
			d.start = found;
		else
			d.missed = true;
	}
	d.next_due = schedule_due(t, schedule_next(t, d.seen_ms));
	return d;
}
