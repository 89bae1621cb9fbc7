#include "domain/text_diff.h"

#include <stdint.h>
#include <string.h>

/* Edits to look for before a good point is taken for the best (as xdiff). */
#define SEARCH_MIN 256

/* One side: each line by the number of its class of equal lines. */
struct side {
	struct text_line *lines;
	size_t n;
	uint32_t *class;
	bool *changed;
	/* The lines that take part in the search: those that the other side
	 * has, too, outside the common head and tail. */
	uint32_t *kept; /* classes */
	size_t *origin; /* and where they are in lines */
	size_t n_kept;
};

struct search {
	struct side *a;
	struct side *b;
	ptrdiff_t *forward; /* furthest a-index on each diagonal */
	ptrdiff_t *backward;
	ptrdiff_t limit;
};

struct box {
	ptrdiff_t a0, a1, b0, b1;
};

struct point {
	ptrdiff_t a, b;
};

/* --- Lines and classes ------------------------------------------------- */

static size_t count_lines(const struct text_diff_input *in)
{
	size_t n = 0;
	const char *end = in->text + in->len;

	for (const char *p = in->text; p < end; n++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		p = nl != NULL ? nl + 1 : end;
	}
	return n;
}

static bool split_lines(
    struct arena *arena, const struct text_diff_input *in, struct side *s)
{
	const char *p = in->text;
	const char *end = in->text + in->len;

	s->n = count_lines(in);
	s->lines = arena_alloc(arena, (s->n + 1) * sizeof *s->lines);
	s->class = arena_alloc(arena, (s->n + 1) * sizeof *s->class);
	s->changed = arena_zalloc(arena, s->n + 1);
	s->kept = arena_alloc(arena, (s->n + 1) * sizeof *s->kept);
	s->origin = arena_alloc(arena, (s->n + 1) * sizeof *s->origin);
	if (!s->lines || !s->class || !s->changed || !s->kept || !s->origin)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *next = nl != NULL ? nl + 1 : end;

		s->lines[i] = (struct text_line){ p, (size_t)(next - p) };
		p = next;
	}
	return true;
}

/* Open addressing; a slot holds 1 + the class, and the class its first line. */
struct classes {
	uint32_t *slots;
	size_t mask;
	const struct text_line **first;
	uint32_t n;
};

/* Eight bytes at a time: hashing is most of the work for texts that hardly
 * differ. */
static size_t hash_line(const struct text_line *line)
{
	const uint64_t factor = 0x9e3779b97f4a7c15u;
	uint64_t h = line->len * factor;
	const char *p = line->text;
	size_t left = line->len;
	uint64_t word = 0;

	for (; left >= sizeof word; left -= sizeof word, p += sizeof word) {
		memcpy(&word, p, sizeof word);
		h = (h ^ word) * factor;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, p, left);
	h = (h ^ word) * factor;
	return (size_t)(h ^ (h >> 32));
}

static void classify(struct classes *c, struct side *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct text_line *line = &s->lines[i];
		size_t slot = hash_line(line) & c->mask;

		for (;; slot = (slot + 1) & c->mask) {
			const struct text_line *other;

			if (c->slots[slot] == 0) {
				c->first[c->n] = line;
				c->slots[slot] = ++c->n;
				break;
			}
			other = c->first[c->slots[slot] - 1];
			if (other->len == line->len &&
			    memcmp(other->text, line->text, line->len) == 0)
				break;
		}
		s->class[i] = c->slots[slot] - 1;
	}
}

static bool classify_both(
    struct arena *arena, struct side *a, struct side *b, uint32_t *ret_classes)
{
	struct classes c = { .mask = 15 };

	while (c.mask < (a->n + b->n) * 2)
		c.mask = c.mask * 2 + 1;
	c.slots = arena_zalloc(arena, (c.mask + 1) * sizeof *c.slots);
	c.first = arena_alloc(arena, (a->n + b->n + 1) * sizeof *c.first);
	if (c.slots == NULL || c.first == NULL)
		return false;
	classify(&c, a);
	classify(&c, b);
	*ret_classes = c.n;
	return true;
}

/* --- What needs no search ---------------------------------------------- */

static void keep_shared(
    struct side *s, size_t head, size_t tail, const bool *other_has)
{
	for (size_t i = head; i < s->n - tail; i++) {
		if (!other_has[s->class[i]]) {
			s->changed[i] = true;
			continue;
		}
		s->kept[s->n_kept] = s->class[i];
		s->origin[s->n_kept++] = i;
	}
}

/* Sets the common head and tail aside, and what one side alone has. */
static bool reduce(
    struct arena *arena, struct side *a, struct side *b, uint32_t n_classes)
{
	size_t least = a->n < b->n ? a->n : b->n;
	size_t head = 0;
	size_t tail = 0;
	bool *in_a = arena_zalloc(arena, n_classes + 1);
	bool *in_b = arena_zalloc(arena, n_classes + 1);

	if (in_a == NULL || in_b == NULL)
		return false;
	while (head < least && a->class[head] == b->class[head])
		head++;
	while (tail < least - head &&
	       a->class[a->n - 1 - tail] == b->class[b->n - 1 - tail])
		tail++;
	for (size_t i = head; i < a->n - tail; i++)
		in_a[a->class[i]] = true;
	for (size_t i = head; i < b->n - tail; i++)
		in_b[b->class[i]] = true;
	keep_shared(a, head, tail, in_b);
	keep_shared(b, head, tail, in_a);
	return true;
}

/* --- The search -------------------------------------------------------- */

static bool same(const struct search *s, ptrdiff_t x, ptrdiff_t y)
{
	return s->a->kept[x] == s->b->kept[y];
}

/* Diagonals d = x - y that a search has reached, every second one. */
struct front {
	ptrdiff_t *reach;
	ptrdiff_t low, high;
};

static void widen(
    struct front *f, ptrdiff_t lowest, ptrdiff_t highest, ptrdiff_t nowhere)
{
	if (f->low > lowest)
		f->reach[--f->low - 1] = nowhere;
	else
		f->low++;
	if (f->high < highest)
		f->reach[++f->high + 1] = nowhere;
	else
		f->high--;
}

/* One more edit from the start; true if the other front is met. */
static bool go_forward(const struct search *s, const struct box *box,
    struct front *f, const struct front *other, struct point *met)
{
	for (ptrdiff_t d = f->high; d >= f->low; d -= 2) {
		ptrdiff_t below = f->reach[d - 1];
		ptrdiff_t above = f->reach[d + 1];
		ptrdiff_t x = below >= above ? below + 1 : above;

		while (x < box->a1 && x - d < box->b1 && same(s, x, x - d))
			x++;
		f->reach[d] = x;
		if (other != NULL && d >= other->low && d <= other->high &&
		    other->reach[d] <= x) {
			*met = (struct point){ x, x - d };
			return true;
		}
	}
	return false;
}

static bool go_backward(const struct search *s, const struct box *box,
    struct front *f, const struct front *other, struct point *met)
{
	for (ptrdiff_t d = f->high; d >= f->low; d -= 2) {
		ptrdiff_t below = f->reach[d - 1];
		ptrdiff_t above = f->reach[d + 1];
		ptrdiff_t x = below < above ? below : above - 1;

		while (
		    x > box->a0 && x - d > box->b0 && same(s, x - 1, x - d - 1))
			x--;
		f->reach[d] = x;
		if (other != NULL && d >= other->low && d <= other->high &&
		    x <= other->reach[d]) {
			*met = (struct point){ x, x - d };
			return true;
		}
	}
	return false;
}

/* The furthest point from the start that is inside the box. */
static struct point furthest(const struct box *box, const struct front *f)
{
	struct point best = { box->a0, box->b0 };

	for (ptrdiff_t d = f->high; d >= f->low; d -= 2) {
		ptrdiff_t x = f->reach[d] < box->a1 ? f->reach[d] : box->a1;
		ptrdiff_t y = x - d;

		if (y > box->b1) {
			y = box->b1;
			x = y + d;
		}
		if (x >= box->a0 && y >= box->b0 && x + y > best.a + best.b)
			best = (struct point){ x, y };
	}
	return best;
}

/* A point that a short way from corner to corner passes. */
static struct point find_middle(const struct search *s, const struct box *box)
{
	ptrdiff_t lowest = box->a0 - box->b1;
	ptrdiff_t highest = box->a1 - box->b0;
	ptrdiff_t from = box->a0 - box->b0;
	ptrdiff_t to = box->a1 - box->b1;
	bool odd = ((from - to) & 1) != 0;
	struct front f = { s->forward, from, from };
	struct front b = { s->backward, to, to };
	struct point met;

	f.reach[from] = box->a0;
	b.reach[to] = box->a1;
	for (ptrdiff_t cost = 1;; cost++) {
		widen(&f, lowest, highest, -1);
		if (go_forward(s, box, &f, odd ? &b : NULL, &met))
			return met;
		widen(&b, lowest, highest, PTRDIFF_MAX);
		if (go_backward(s, box, &b, odd ? NULL : &f, &met))
			return met;
		if (cost >= s->limit)
			return furthest(box, &f);
	}
}

static void mark(struct side *s, ptrdiff_t from, ptrdiff_t to)
{
	for (; from < to; from++)
		s->changed[s->origin[from]] = true;
}

static ptrdiff_t area(const struct box *box)
{
	return box->a1 - box->a0 + box->b1 - box->b0;
}

static void trim(const struct search *s, struct box *box)
{
	while (box->a0 < box->a1 && box->b0 < box->b1 &&
	       same(s, box->a0, box->b0)) {
		box->a0++;
		box->b0++;
	}
	while (box->a0 < box->a1 && box->b0 < box->b1 &&
	       same(s, box->a1 - 1, box->b1 - 1)) {
		box->a1--;
		box->b1--;
	}
}

/* Recurses into the smaller part only, so the depth is logarithmic. */
static void compare(const struct search *s, struct box box)
{
	for (;;) {
		struct point at;
		struct box low, high;

		trim(s, &box);
		if (box.a0 == box.a1 || box.b0 == box.b1)
			break;
		at = find_middle(s, &box);
		if ((at.a == box.a0 && at.b == box.b0) ||
		    (at.a == box.a1 && at.b == box.b1))
			break; /* no way through was found: all differs */
		low = (struct box){ box.a0, at.a, box.b0, at.b };
		high = (struct box){ at.a, box.a1, at.b, box.b1 };
		compare(s, area(&low) < area(&high) ? low : high);
		box = area(&low) < area(&high) ? high : low;
	}
	mark(s->a, box.a0, box.a1);
	mark(s->b, box.b0, box.b1);
}

static bool search(struct arena *arena, struct side *a, struct side *b)
{
	struct search s = { .a = a, .b = b, .limit = SEARCH_MIN };
	size_t diagonals = a->n_kept + b->n_kept + 3;
	ptrdiff_t *space = arena_alloc(arena, 2 * diagonals * sizeof *space);

	if (space == NULL)
		return false;
	while (s.limit * s.limit < (ptrdiff_t)diagonals)
		s.limit *= 2;
	s.forward = space + b->n_kept + 1;
	s.backward = s.forward + diagonals;
	compare(&s,
	    (struct box){ 0, (ptrdiff_t)a->n_kept, 0, (ptrdiff_t)b->n_kept });
	return true;
}

/* --- Changes ----------------------------------------------------------- */

static size_t count_changes(const struct side *a, const struct side *b)
{
	size_t n = 0;

	for (size_t i = 0, j = 0; i < a->n || j < b->n; i++, j++) {
		bool any = false;

		for (; i < a->n && a->changed[i]; i++)
			any = true;
		for (; j < b->n && b->changed[j]; j++)
			any = true;
		n += any;
	}
	return n;
}

static size_t list_changes(
    const struct side *a, const struct side *b, struct text_change *to)
{
	size_t n = 0;

	for (size_t i = 0, j = 0; i < a->n || j < b->n; i++, j++) {
		struct text_change c = { .a_start = i, .b_start = j };

		while (i < a->n && a->changed[i])
			i++;
		while (j < b->n && b->changed[j])
			j++;
		c.a_len = i - c.a_start;
		c.b_len = j - c.b_start;
		if (c.a_len + c.b_len > 0)
			to[n++] = c;
	}
	return n;
}

/* Moves a pure insertion or removal down while the text stays the same, but
 * never against the next change. */
static void slide_down(const struct side *a, const struct side *b,
    struct text_change *c, const struct text_change *next)
{
	size_t limit_a = next != NULL ? next->a_start : a->n + 1;

	while (c->a_start + c->a_len + 1 < limit_a &&
	       c->a_start + c->a_len < a->n && c->b_start + c->b_len < b->n) {
		const struct side *s = c->a_len > 0 ? a : b;
		size_t start = c->a_len > 0 ? c->a_start : c->b_start;
		size_t len = c->a_len > 0 ? c->a_len : c->b_len;

		if (s->class[start] != s->class[start + len])
			break;
		c->a_start++;
		c->b_start++;
	}
}

enum err_code text_diff_compute(struct arena *arena,
    const struct text_diff_input *a, const struct text_diff_input *b,
    struct text_diff *ret, struct err *e)
{
	struct side sa = { 0 };
	struct side sb = { 0 };
	uint32_t n_classes = 0;
	struct text_change *changes;
	struct text_diff d = { 0 };

	if (count_lines(a) > TEXT_DIFF_MAX_LINES ||
	    count_lines(b) > TEXT_DIFF_MAX_LINES)
		return err_set(e, ERR_LIMIT,
		    "a text of more than %d lines cannot be compared",
		    TEXT_DIFF_MAX_LINES);
	if (!split_lines(arena, a, &sa) || !split_lines(arena, b, &sb) ||
	    !classify_both(arena, &sa, &sb, &n_classes) ||
	    !reduce(arena, &sa, &sb, n_classes) || !search(arena, &sa, &sb))
		goto no_memory;
	changes =
	    arena_alloc(arena, (count_changes(&sa, &sb) + 1) * sizeof *changes);
	if (changes == NULL)
		goto no_memory;
	d = (struct text_diff){ .a = sa.lines,
		.n_a = sa.n,
		.b = sb.lines,
		.n_b = sb.n,
		.changes = changes };
	d.n_changes = list_changes(&sa, &sb, changes);
	for (size_t i = d.n_changes; i-- > 0;) {
		if (changes[i].a_len == 0 || changes[i].b_len == 0)
			slide_down(&sa, &sb, &changes[i],
			    i + 1 < d.n_changes ? &changes[i + 1] : NULL);
		d.removed += changes[i].a_len;
		d.added += changes[i].b_len;
	}
	*ret = d;
	return ERR_OK;
no_memory:
	return err_set(e, ERR_SYSTEM, "no memory left to compare the texts");
}
