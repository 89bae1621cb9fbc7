/*
 * When a schedule is due, by any expression, any instant and any zone's file.
 * The first byte chooses: bit 0 a time instead of an expression, bit 1 a zone's
 * file behind the first zero byte.  What is found comes after what was asked
 * for, and the expression names it.
 */
#include "domain/schedule.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 200
#define MINUTE 60000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void look_at(const struct schedule_time *t, int64_t from)
{
	int64_t next = schedule_next(t, from), due;
	struct schedule_decision d;

	must(next > from);
	if (next == SCHEDULE_NEVER)
		return;
	due = schedule_due(t, next);
	must(due >= next && due <= next + t->jitter_s * 1000);
	if (!t->once && !t->zone)
		must(cron_next(&t->cron, next / MINUTE - 1) == next / MINUTE);
	d = schedule_decide(t, from, due, true);
	must(d.seen_ms >= from && (!d.start || d.start >= next));
	must(d.next_due > due);
}

static void read_expression(const char *text)
{
	struct cron c;
	struct err e = ERR_INIT;

	if (cron_parse(text, &c, &e) != ERR_OK) {
		must(e.message[0] != '\0');
		return;
	}
	/* what may be asked for comes, on 29 February at the latest */
	must(cron_next(&c, 0) > 0 && cron_next(&c, 0) < CRON_NEVER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t from[] = { 0, 1711846800000, 1729994400000,
		4102444800000 };
	struct schedule_time t;
	struct zone *zone = NULL;
	char text[MAX_TEXT + 1];
	const uint8_t *end;
	bool once = size > 0 && data[0] & 1;

	if (size < 1)
		return 0;
	end = memchr(data + 1, '\0', size - 1);
	end = end ? end : data + size;
	if (end - data - 1 > MAX_TEXT)
		return 0;
	memcpy(text, data + 1, (size_t)(end - data - 1));
	text[end - data - 1] = '\0';
	if (data[0] & 2 && end < data + size)
		(void)!zone_parse(
		    end + 1, (size_t)(data + size - end - 1), &zone, NULL);
	read_expression(text);
	if (schedule_time_parse(
		once ? "" : text, once ? text : "", zone, &t, NULL) == ERR_OK) {
		t.name = "fuzz";
		t.jitter_s = data[0] >> 2;
		for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++)
			look_at(&t, from[i]);
	}
	zone_free(zone);
	return 0;
}
