#include "web/audit_filter.h"

#include "app/record_past.h"
#include "base/clock.h"
#include "web/web.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *const audit_filter_names[] = { "person", "device", "job", "trigger",
	"result", "since", "until", "only", "before", NULL };

/* NULL: any */
static const char *chosen(struct request *r, const char *name)
{
	const char *value = request_query(r, name, "");

	return *value ? value : NULL;
}

/* The first instant of a day, `later` days on, in the server's zone. */
static bool parse_day(const char *text, int later, int64_t *ret_ms)
{
	struct tm day = { .tm_isdst = -1 };
	int end = 0;
	time_t at;

	if (strlen(text) != 10 ||
	    sscanf(text, "%4d-%2d-%2d%n", &day.tm_year, &day.tm_mon,
		&day.tm_mday, &end) != 3 ||
	    end != 10 || day.tm_year < 1970 || day.tm_mon < 1 ||
	    day.tm_mon > 12 || day.tm_mday < 1 || day.tm_mday > 31)
		return false;
	day.tm_year -= 1900;
	day.tm_mon -= 1;
	day.tm_mday += later;
	at = mktime(&day);
	*ret_ms = (int64_t)at * 1000;
	return at >= 0;
}

static enum err_code read_time(struct request *r, const char *name, int later,
    int64_t *ret_ms, struct err *e)
{
	const char *text = chosen(r, name);

	*ret_ms = 0;
	if (!text || parse_day(text, later, ret_ms) ||
	    clock_parse_utc(text, ret_ms))
		return ERR_OK;
	return request_refuse(r, 400, e,
	    "%s must be a day, 2026-11-21, or a time, 2026-11-21T08:30:00Z; "
	    "not \"%.40s\".",
	    name, text);
}

static enum err_code read_only_word(
    struct request *r, struct audit_query *q, struct err *e)
{
	const char *only = chosen(r, "only");

	if (!only)
		return ERR_OK;
	q->leave_out[STORE_MAIN] = strcmp(only, "runs") == 0;
	q->leave_out[STORE_RUNS] = strcmp(only, "changes") == 0;
	if (q->leave_out[STORE_MAIN] || q->leave_out[STORE_RUNS])
		return ERR_OK;
	return request_refuse(
	    r, 400, e, "only must be \"changes\" or \"runs\".");
}

/* The device, or the last that had the name: what wrote its files counts too.
 * NULL: there never was one. */
static const struct record *device_of(struct request *r, const char *name)
{
	const struct record *device =
	    snapshot_find(r->snapshot, KIND_DEVICE, name);
	struct err missing = ERR_INIT;
	struct record_past past;

	if (device || r->past ||
	    record_past_find(r->app, kind_get(KIND_DEVICE), name, r->arena,
		&past, &missing) != ERR_OK)
		return device;
	return r->past = past.record;
}

enum err_code audit_filter_read(
    struct request *r, struct audit_query *ret, struct err *e)
{
	struct audit_query q = { .before = chosen(r, "before"),
		.runs = r->web->runs };
	struct history_filter *f = &q.filter;
	enum err_code rc;

	f->author = chosen(r, "person");
	f->device = chosen(r, "device");
	f->job = chosen(r, "job");
	f->trigger = chosen(r, "trigger");
	f->result = chosen(r, "result");
	if (f->device)
		q.device = device_of(r, f->device);
	if ((rc = read_time(r, "since", 0, &f->since_ms, e)) != ERR_OK ||
	    (rc = read_time(r, "until", 1, &f->until_ms, e)) != ERR_OK ||
	    (rc = read_only_word(r, &q, e)) != ERR_OK)
		return rc;
	*ret = q;
	return ERR_OK;
}
