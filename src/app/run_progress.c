#include "app/run_progress.h"

#include "app/run_rows.h"
#include "base/clock.h"
#include "base/json.h"

/* A rate is told of so many devices and so long. */
#define LEAST_ENDED 2
#define LEAST_MS 1000

static void count(const json_t *run, struct run_progress *p)
{
	const json_t *counts = json_object_get(run, "counts"), *row;
	size_t i;

	if (counts) {
		p->total = json_number(counts, run_rows_words[RUN_ROWS_ALL], 0);
		p->failed =
		    json_number(counts, run_rows_words[RUN_ROWS_FAILED], 0);
		p->left = json_number(counts, run_rows_words[RUN_ROWS_OPEN], 0);
		p->cancelled =
		    json_number(counts, run_rows_words[RUN_ROWS_CANCELLED], 0);
	}
	json_array_foreach(json_object_get(run, "devices"), i, row)
	{
		if (counts)
			break;
		p->total++;
		p->failed += run_row_is(row, RUN_ROWS_FAILED);
		p->left += run_row_is(row, RUN_ROWS_OPEN);
		p->cancelled += run_row_is(row, RUN_ROWS_CANCELLED);
	}
	p->done = p->total - p->failed - p->cancelled - p->left;
}

void run_progress_of(
    const json_t *run, int64_t now_ms, struct run_progress *ret)
{
	struct run_progress p = { .left_s = -1 };
	int64_t from, to = now_ms, ended;

	count(run, &p);
	ended = p.done + p.failed;
	(void)clock_parse_utc(json_text(run, "finished_at", ""), &to);
	if (clock_parse_utc(json_text(run, "started_at", ""), &from) &&
	    to - from >= LEAST_MS && ended >= LEAST_ENDED) {
		p.per_minute = (double)ended * 60000 / (double)(to - from);
		if (p.left > 0)
			p.left_s = (to - from) * p.left / ended / 1000;
		/* what is left then is not at work: it waits to be tried
		 * again */
		if (p.left_s == 0)
			p.left_s = -1;
	}
	*ret = p;
}

json_t *run_progress_json(const struct run_progress *p)
{
	json_t *left = p->left_s < 0 ? json_null() : json_integer(p->left_s);
	double tenths = (double)(int64_t)(p->per_minute * 10 + 0.5);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:o}", "total",
	    (json_int_t)p->total, "done", (json_int_t)p->done, "failed",
	    (json_int_t)p->failed, "cancelled", (json_int_t)p->cancelled,
	    "left", (json_int_t)p->left, "per_minute", tenths / 10, "left_s",
	    left);
}
