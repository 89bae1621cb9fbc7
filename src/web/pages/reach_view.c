#include "web/pages/reach_view.h"

#include "app/reach_book.h"
#include "base/clock.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reach_book *book_of(struct request *r)
{
	return r->web->reach ? reach_books_current(r->web->reach) : NULL;
}

static struct jv time_view(struct arena *a, int64_t wall_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format_utc(wall_ms, text);
	return jv_copy_text(a, text);
}

/* "0.31 ms", "12 ms" */
static struct jv latency_view(struct arena *a, double ms)
{
	return jv_text(arena_printf(a, ms < 10 ? "%.2f ms" : "%.0f ms", ms));
}

static struct jv probes_view(struct arena *a, const struct reach_state *s)
{
	struct jv list = jv_list(a, PROBE_KINDS);

	for (int k = 0; k < PROBE_KINDS; k++) {
		const struct probe_result *p = &s->probes[k];
		struct jv v;

		if (!p->asked)
			continue;
		v = jv_dict(a, 5);
		jv_dict_set(a, v, "name", jv_text(probe_words[k]));
		jv_dict_set(a, v, "ok", jv_bool(p->ok));
		jv_dict_set(a, v, "counts", jv_bool(p->counts));
		jv_dict_set(a, v, "latency",
		    latency_view(a, (double)p->latency_us / 1000));
		jv_dict_set(a, v, "why", jv_copy_text(a, p->why));
		jv_list_append(a, list, v);
	}
	return list;
}

/* "3 d 4 h", "4 h 12 min", "12 min"; "" if the device did not tell. */
static struct jv uptime_view(struct arena *a, uint32_t s)
{
	uint32_t minutes = s / 60, hours = minutes / 60, days = hours / 24;

	if (s == 0)
		return jv_text("");
	if (days)
		return jv_text(arena_printf(a, "%u d %u h", days, hours % 24));
	if (hours)
		return jv_text(
		    arena_printf(a, "%u h %u min", hours, minutes % 60));
	return jv_text(arena_printf(a, "%u min", minutes));
}

/* --- the sparkline ------------------------------------------------------- */

static uint16_t slowest_of(const struct reach_state *s)
{
	uint16_t most = 1;

	for (int i = 0; i < s->n_history; i++) {
		if (s->history[i] > most)
			most = s->history[i];
	}
	return most;
}

/* A line for each stretch of answers; a gap where there was none. */
static void add_spark(struct arena *a, const struct reach_state *s, struct jv v)
{
	struct jv lines = jv_list(a, 4), gaps = jv_list(a, 4);
	char line[REACH_HISTORY * 16] = "";
	uint16_t slowest = slowest_of(s);
	size_t used = 0;

	for (int i = 0; i <= s->n_history; i++) {
		bool end = i == s->n_history;
		bool gap = !end && s->history[i] == REACH_NOT_MEASURED;
		int x = (REACH_HISTORY - s->n_history + i) * REACH_SPARK_STEP +
			REACH_SPARK_STEP / 2;

		if ((gap || end) && used) {
			jv_list_append(a, lines, jv_copy_text(a, line));
			used = 0;
		}
		if (gap)
			jv_list_append(a, gaps, jv_int(x));
		if (gap || end)
			continue;
		used += (size_t)snprintf(line + used, sizeof(line) - used,
		    "%s%d,%.1f", used ? " " : "", x,
		    REACH_SPARK_HEIGHT - 2.0 -
			(REACH_SPARK_HEIGHT - 4.0) * s->history[i] / slowest);
	}
	jv_dict_set(a, v, "n", jv_int(s->n_history));
	jv_dict_set(a, v, "lines", lines);
	jv_dict_set(a, v, "gaps", gaps);
	jv_dict_set(a, v, "slowest", latency_view(a, slowest / 100.0));
}

/* --- devices ------------------------------------------------------------- */

static struct jv brief_view(struct arena *a, const struct reach_state *s)
{
	struct jv v = jv_dict(a, 16);
	char why[400];

	reach_explain(s->probes, why, sizeof(why));
	jv_dict_set(a, v, "device", jv_copy_text(a, s->device));
	jv_dict_set(a, v, "verdict", jv_text(reach_words[s->verdict]));
	jv_dict_set(a, v, "since", time_view(a, s->since_ms));
	jv_dict_set(a, v, "checked", time_view(a, s->checked_ms));
	jv_dict_set(a, v, "address", jv_copy_text(a, s->address));
	jv_dict_set(a, v, "flapping", jv_bool(s->flapping));
	jv_dict_set(a, v, "uptime", uptime_view(a, s->uptime_s));
	jv_dict_set(a, v, "why", jv_copy_text(a, why));
	return v;
}

struct jv reach_view_device(struct request *r, const char *device)
{
	struct reach_book *book = book_of(r);
	struct reach_state s;
	struct jv v;
	bool found = book && reach_book_find(book, device, &s);

	reach_book_unref(book);
	if (!found)
		return jv_none();
	v = brief_view(r->arena, &s);
	jv_dict_set(r->arena, v, "probes", probes_view(r->arena, &s));
	add_spark(r->arena, &s, v);
	return v;
}

void reach_count(struct request *r, size_t counts[REACH_DOWN + 1])
{
	struct reach_book *book = book_of(r);
	struct reach_state s;

	memset(counts, 0, (REACH_DOWN + 1) * sizeof(*counts));
	for (size_t i = 0; book && i < reach_book_count(book); i++) {
		reach_book_at(book, i, &s);
		counts[s.verdict]++;
	}
	reach_book_unref(book);
}

struct jv reach_view_counts(struct request *r)
{
	size_t counts[REACH_DOWN + 1], all = 0;
	struct jv v = jv_dict(r->arena, 4);

	reach_count(r, counts);
	for (int k = REACH_UNKNOWN; k <= REACH_DOWN; k++) {
		jv_dict_set(
		    r->arena, v, reach_words[k], jv_int((int64_t)counts[k]));
		all += counts[k];
	}
	return all ? v : jv_none();
}

void reach_each(struct request *r, enum reach_verdict verdict,
    void (*fn)(void *ctx, const char *device), void *ctx)
{
	struct reach_book *book = book_of(r);
	struct reach_state s;

	for (size_t i = 0; book && i < reach_book_count(book); i++) {
		reach_book_at(book, i, &s);
		if (s.verdict == verdict)
			fn(ctx, s.device);
	}
	reach_book_unref(book);
}

struct jv reach_view_list(
    struct request *r, enum reach_verdict verdict, size_t max)
{
	struct reach_book *book = book_of(r);
	struct jv list = jv_list(r->arena, 16);
	struct reach_state s;

	for (size_t i = 0;
	     book && i < reach_book_count(book) && jv_list_len(list) < max;
	     i++) {
		reach_book_at(book, i, &s);
		if (verdict == REACH_UNKNOWN || s.verdict == verdict)
			jv_list_append(
			    r->arena, list, brief_view(r->arena, &s));
	}
	reach_book_unref(book);
	return list;
}

/* --- areas --------------------------------------------------------------- */

#define MAX_AREAS 64

struct area_count {
	const char *area; /* of the snapshot */
	size_t n;
};

static const char *area_of(const struct request *r, const char *device)
{
	const struct record *record =
	    snapshot_find(r->snapshot, KIND_DEVICE, device);

	return record ? record_text(record, DEVICE_AREA) : "";
}

/* One more in an area; the last place is of all that found none. */
static void count_area(
    struct area_count all[MAX_AREAS + 1], size_t *n, const char *area)
{
	size_t i = 0;

	while (i < *n && strcmp(all[i].area, area) != 0)
		i++;
	if (i == *n && *n < MAX_AREAS)
		all[(*n)++] = (struct area_count){ area, 0 };
	all[i].n++;
}

static int compare_areas(const void *a, const void *b)
{
	const struct area_count *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n)
			    : strcmp(x->area, y->area);
}

static struct jv area_view(struct arena *a, const char *area, size_t n)
{
	struct jv v = jv_dict(a, 2);

	jv_dict_set(a, v, "area", jv_text(area));
	jv_dict_set(a, v, "n", jv_int((int64_t)n));
	return v;
}

struct jv reach_view_down_areas(struct request *r, size_t max)
{
	struct area_count all[MAX_AREAS + 1] = { { NULL, 0 } };
	struct reach_book *book = book_of(r);
	struct jv list = jv_list(r->arena, max + 1);
	size_t n = 0, rest;
	struct reach_state s;

	for (size_t i = 0; book && i < reach_book_count(book); i++) {
		reach_book_at(book, i, &s);
		if (s.verdict == REACH_DOWN)
			count_area(all, &n, area_of(r, s.device));
	}
	reach_book_unref(book);
	rest = all[MAX_AREAS].n;
	qsort(all, n, sizeof(*all), compare_areas);
	for (size_t i = 0; i < n; i++) {
		if (i < max && *all[i].area)
			jv_list_append(r->arena, list,
			    area_view(r->arena, all[i].area, all[i].n));
		else
			rest += all[i].n;
	}
	if (rest)
		jv_list_append(r->arena, list, area_view(r->arena, "", rest));
	return list;
}
