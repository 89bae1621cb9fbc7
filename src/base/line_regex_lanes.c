#include "base/line_regex_internal.h"

#include <string.h>

/* A step waits for the one before it, some four cycles: so that others may be
 * done meanwhile, a text is read at several places at once. */
#define LANES 4
#define MIN_LANE 64 /* bytes; shorter texts are read at one */

struct lane {
	const char *begin, *p, *end; /* whole lines */
	uint32_t row;		     /* of the state before the byte at p */
	bool told;		     /* the last line was */
};

struct lanes {
	struct line_regex *re;
	struct lane lane[LANES];
	line_regex_fn fn;
	void *ctx;
	bool enough;
};

static uint32_t start_row(struct line_regex *re)
{
	return rx_start_state(re) * re->width;
}

static const char *line_of(const struct lane *x)
{
	const char *newline =
	    memrchr(x->begin, '\n', (size_t)(x->p - x->begin));

	return newline ? newline + 1 : x->begin;
}

/* A match ended before the byte at p: the line is told, and the lane goes on
 * behind it. */
static void tell_line(struct lanes *l, struct lane *x)
{
	const char *line = line_of(x);
	const char *stop = memchr(x->p, '\n', (size_t)(x->end - x->p));

	x->told = !stop;
	stop = stop ? stop : x->end;
	l->enough = !l->fn(l->ctx, line, (size_t)(stop - line));
	x->p = stop < x->end ? stop + 1 : x->end;
	x->row = start_row(l->re);
}

/* One byte, whatever it leads to. */
static void step_lane(struct lanes *l, struct lane *x)
{
	struct line_regex *re = l->re;
	uint16_t to = rx_next_state(
	    re, (uint16_t)(x->row / re->width), (unsigned char)*x->p);

	if (to == RX_MATCH) {
		tell_line(l, x);
		return;
	}
	x->row = to * re->width;
	x->p++;
}

static void finish_lane(struct lanes *l, struct lane *x)
{
	struct line_regex *re = l->re;
	uint32_t special = RX_DEAD * re->width;

	while (x->p < x->end && !l->enough) {
		uint32_t row =
		    re->next[x->row + re->class_of[(unsigned char)*x->p]];

		if (row <= special) {
			step_lane(l, x);
			continue;
		}
		x->row = row;
		x->p++;
	}
	/* an empty rest is no line */
	if (l->enough || x->told || x->p == x->begin || x->p[-1] == '\n')
		return;
	if (rx_next_state(re, (uint16_t)(x->row / re->width), RX_END) ==
	    RX_MATCH)
		tell_line(l, x);
}

/* Steps of all lanes that need no more than the table; how many, at most n. */
static size_t glide(struct lanes *l, size_t n)
{
	const struct line_regex *re = l->re;
	const uint32_t *next = re->next;
	const uint8_t *class_of = re->class_of;
	const unsigned char *p0 = (const unsigned char *)l->lane[0].p;
	const unsigned char *p1 = (const unsigned char *)l->lane[1].p;
	const unsigned char *p2 = (const unsigned char *)l->lane[2].p;
	const unsigned char *p3 = (const unsigned char *)l->lane[3].p;
	uint32_t r0 = l->lane[0].row, r1 = l->lane[1].row;
	uint32_t r2 = l->lane[2].row, r3 = l->lane[3].row;
	uint32_t special = RX_DEAD * re->width;
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t t0 = next[r0 + class_of[p0[i]]];
		uint32_t t1 = next[r1 + class_of[p1[i]]];
		uint32_t t2 = next[r2 + class_of[p2[i]]];
		uint32_t t3 = next[r3 + class_of[p3[i]]];

		if ((t0 <= special) | (t1 <= special) | (t2 <= special) |
		    (t3 <= special))
			break;
		r0 = t0;
		r1 = t1;
		r2 = t2;
		r3 = t3;
	}
	l->lane[0].row = r0;
	l->lane[1].row = r1;
	l->lane[2].row = r2;
	l->lane[3].row = r3;
	for (size_t k = 0; k < LANES; k++)
		l->lane[k].p += i;
	return i;
}

/* The bytes that every lane has still to read. */
static size_t common_rest(const struct lanes *l)
{
	size_t n = SIZE_MAX;

	for (size_t k = 0; k < LANES; k++) {
		size_t rest = (size_t)(l->lane[k].end - l->lane[k].p);

		n = rest < n ? rest : n;
	}
	return n;
}

/* A lane's step made room for new states: those of the others are no states any
 * more, and they begin their lines anew. */
static void begin_lines_anew(struct lanes *l, const struct lane *but)
{
	for (size_t k = 0; k < LANES; k++) {
		struct lane *x = &l->lane[k];

		if (x == but || x->told)
			continue;
		x->p = line_of(x);
		x->row = start_row(l->re);
	}
}

/* Until one of the lanes ends, or states had to be forgotten: an expression
 * that needs so many is read at one place, or lanes would undo each other's
 * work. */
static void run_together(struct lanes *l)
{
	unsigned flushes = l->re->flushes;
	size_t n;

	while (!l->enough && (n = common_rest(l)) > 0) {
		if (glide(l, n) == n)
			continue;
		for (size_t k = 0; k < LANES && !l->enough; k++) {
			struct lane *x = &l->lane[k];

			step_lane(l, x);
			if (l->re->flushes == flushes)
				continue;
			begin_lines_anew(l, x);
			return;
		}
	}
}

/* Lanes of whole lines, about as long as each other; some may be empty. */
static void cut_lanes(struct lanes *l, const char *p, const char *end)
{
	size_t part = (size_t)(end - p) / LANES;
	const char *from = p;

	for (size_t k = 0; k < LANES; k++) {
		const char *to = p + part * (k + 1), *newline = NULL;

		to = to > from ? to : from;
		if (k + 1 < LANES && part >= MIN_LANE)
			newline = memchr(to, '\n', (size_t)(end - to));
		to = newline ? newline + 1 : end;
		l->lane[k] =
		    (struct lane){ from, from, to, start_row(l->re), false };
		from = to;
	}
}

static bool each_by_window(struct line_regex *re, const char *p,
    const char *end, line_regex_fn fn, void *ctx)
{
	size_t len;

	while (p < end && (p = rx_next_by_window(re, p, end, &len)) != NULL) {
		if (!fn(ctx, p, len))
			return false;
		if ((size_t)(end - p) <= len)
			break;
		p += len + 1;
	}
	return true;
}

bool line_regex_each(struct line_regex *re, const char *p, const char *end,
    line_regex_fn fn, void *ctx)
{
	struct lanes l = { .re = re, .fn = fn, .ctx = ctx };

	re->n_read += (size_t)(end - p);
	if (rx_uses_window(re))
		return each_by_window(re, p, end, fn, ctx);
	cut_lanes(&l, p, end);
	run_together(&l);
	for (size_t k = 0; k < LANES && !l.enough; k++) {
		struct lane *x = &l.lane[k];
		unsigned flushes = re->flushes;

		finish_lane(&l, x);
		if (re->flushes != flushes)
			begin_lines_anew(&l, x);
	}
	return !l.enough;
}
