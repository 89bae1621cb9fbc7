/*
 * What every match of an expression holds: sequences of sets, one byte of each
 * in turn.  Parts that may be left out or repeated end a sequence; of
 * alternatives the sets are united, place by place, from their beginnings and
 * from their ends.
 */
#include "base/line_regex_internal.h"
#include "base/line_regex_window.h"

#include <string.h>

#define MAX_ANY 64 /* texts of one three */
#define THREE 3

struct sequence {
	const struct rx_set *set[RX_MAX_HELD];
	size_t n;
};

/* Of a part of the expression. */
struct held {
	struct sequence head, tail; /* each match begins and ends with these */
	struct sequence best;	    /* the rarest that each match holds */
	double rarity;
	bool exact; /* head is tail, and all of it */
};

struct finder {
	struct line_regex *re;
	struct rx_weights weights;
	/* matches of the whole hold what is read now: it is not one of
	 * several alternatives */
	bool always;
};

static const struct held held_nothing = { .exact = true, .rarity = 1.0 };

/* --- three bytes together ------------------------------------------------ */

/* The bytes of a set in small letters; how many, at most `max` + 1. */
static size_t list_bytes(const struct rx_set *set, char *to, size_t max)
{
	size_t n = 0;

	for (unsigned c = 0; c < 256 && n <= max; c++) {
		bool large = c >= 'A' && c <= 'Z';
		unsigned small = large ? c - 'A' + 'a' : c;

		if (rx_set_has(set, (unsigned char)c) &&
		    !(large && rx_set_has(set, (unsigned char)small)))
			to[n++] = (char)small;
	}
	return n;
}

static bool is_known(
    const struct line_regex *re, const char (*any)[THREE], size_t n)
{
	for (size_t i = 0; i < re->n_threes; i++) {
		if (re->threes[i].n == n &&
		    memcmp(re->threes[i].any, any, n * THREE) == 0)
			return true;
	}
	return false;
}

static void add_three(struct line_regex *re, const struct rx_set *const *set)
{
	char byte[THREE][MAX_ANY + 1], any[MAX_ANY][THREE];
	size_t n[THREE], all = 1;
	char(*copy)[THREE];

	for (size_t i = 0; i < THREE && all <= MAX_ANY; i++) {
		n[i] = list_bytes(set[i], byte[i], MAX_ANY);
		all *= n[i];
	}
	if (all > MAX_ANY || re->n_threes == LINE_REGEX_MAX_THREES)
		return;
	for (size_t i = 0; i < all; i++) {
		any[i][0] = byte[0][i % n[0]];
		any[i][1] = byte[1][i / n[0] % n[1]];
		any[i][2] = byte[2][i / n[0] / n[1]];
	}
	if (is_known(re, (const char(*)[THREE])any, all))
		return;
	copy = arena_alloc(re->arena, all * sizeof(*copy) + 1);
	if (!copy)
		return;
	memcpy(copy, any, all * sizeof(*copy));
	re->threes[re->n_threes++] =
	    (struct line_regex_three){ (const char(*)[THREE])copy, all };
}

static void note_sequence(struct finder *f, const struct sequence *s)
{
	for (size_t i = 0; f->always && i + THREE <= s->n; i++)
		add_three(f->re, s->set + i);
}

size_t line_regex_threes(
    const struct line_regex *re, const struct line_regex_three **ret)
{
	*ret = re->threes;
	return re->n_threes;
}

/* --- one after the other ------------------------------------------------- */

/* The first of both that there is room for; false: not all. */
static bool join_heads(struct sequence *to, const struct sequence *next)
{
	size_t room = RX_MAX_HELD - to->n;
	size_t n = next->n < room ? next->n : room;

	memcpy(to->set + to->n, next->set, n * sizeof(*to->set));
	to->n += n;
	return n == next->n;
}

/* The last of both that there is room for. */
static void join_tails(struct sequence *to, const struct sequence *next)
{
	size_t room = RX_MAX_HELD - next->n;
	size_t n = to->n < room ? to->n : room;

	memmove(to->set, to->set + to->n - n, n * sizeof(*to->set));
	memcpy(to->set + n, next->set, next->n * sizeof(*to->set));
	to->n = n + next->n;
}

static void consider(
    const struct finder *f, struct held *h, const struct sequence *s)
{
	double rarity = rx_window_rarity(&f->weights, s->set, s->n);

	if (rarity <= h->rarity)
		return;
	h->rarity = rarity;
	h->best = *s;
}

static void note(struct finder *f, struct held *h, const struct sequence *s)
{
	consider(f, h, s);
	note_sequence(f, s);
}

/* What stands at the seam, as much of it as there is room for. */
static void note_seam(struct finder *f, struct held *h, const struct held *next)
{
	struct sequence seam = h->tail;

	if (!join_heads(&seam, &next->head)) {
		note(f, h, &seam);
		seam = h->tail;
		join_tails(&seam, &next->head);
	}
	note(f, h, &seam);
}

/* First h, then next. */
static void append_held(
    struct finder *f, struct held *h, const struct held *next)
{
	bool full = h->tail.n + next->tail.n > RX_MAX_HELD;

	if (!next->exact || full)
		note_seam(f, h, next);
	if (next->rarity > h->rarity) {
		h->rarity = next->rarity;
		h->best = next->best;
	}
	if (h->exact)
		h->exact = join_heads(&h->head, &next->head) && next->exact;
	if (next->exact && !full)
		join_tails(&h->tail, &next->tail);
	else
		h->tail = next->tail;
}

/* --- alternatives -------------------------------------------------------- */

/* n sets, each of those that both have at the place; no more than there is
 * memory for. */
static size_t unite_sets(struct finder *f, const struct rx_set **to,
    const struct rx_set *const *other, size_t n)
{
	struct rx_set *both = arena_alloc(f->re->arena, n * sizeof(*both) + 1);

	for (size_t i = 0; both && i < n; i++) {
		for (size_t b = 0; b < sizeof(both->bits); b++)
			both[i].bits[b] = to[i]->bits[b] | other[i]->bits[b];
		to[i] = &both[i];
	}
	return both ? n : 0;
}

static void unite_held(
    struct finder *f, struct held *h, const struct held *other)
{
	struct sequence *head = &h->head, *tail = &h->tail;
	size_t n = head->n < other->head.n ? head->n : other->head.n;

	h->exact = h->exact && other->exact && head->n == other->head.n;
	head->n = unite_sets(f, head->set, other->head.set, n);
	h->exact = h->exact && head->n == n;
	n = tail->n < other->tail.n ? tail->n : other->tail.n;
	memmove(tail->set, tail->set + tail->n - n, n * sizeof(*tail->set));
	tail->n =
	    unite_sets(f, tail->set, other->tail.set + other->tail.n - n, n);
	h->exact = h->exact && tail->n == n;
	/* each held its own; now only what both begin or end with is sure */
	h->rarity = 1.0;
}

/* --- the tree ------------------------------------------------------------ */

static void append_node(
    struct finder *f, struct held *h, const struct rx_node *node);

static void find_held(
    struct finder *f, struct held *h, const struct rx_node *node)
{
	*h = held_nothing;
	append_node(f, h, node);
	note(f, h, &h->tail);
}

static void append_set(
    struct finder *f, struct held *h, const struct rx_set *set)
{
	struct held one = held_nothing;

	one.head.set[0] = one.tail.set[0] = set;
	one.head.n = one.tail.n = 1;
	append_held(f, h, &one);
}

/* a|b|c is (a|b)|c. */
static void append_alternatives(
    struct finder *f, struct held *h, const struct rx_node *node)
{
	bool always = f->always;
	struct held all, one;

	f->always = false;
	find_held(f, &all, node->right);
	for (node = node->left; node->type == RX_ALT; node = node->left) {
		find_held(f, &one, node->right);
		unite_held(f, &all, &one);
	}
	find_held(f, &one, node);
	unite_held(f, &all, &one);
	f->always = always;
	note(f, &all, &all.head);
	note(f, &all, &all.tail);
	append_held(f, h, &all);
}

static void append_repeated(
    struct finder *f, struct held *h, const struct rx_node *node)
{
	static const struct held anything = { .rarity = 1.0 };
	struct held one;

	if (node->min > 0) {
		find_held(f, &one, node->left);
		for (int i = 0; i < node->min && i < RX_MAX_HELD; i++)
			append_held(f, h, &one);
	}
	if (node->max != node->min || node->min > RX_MAX_HELD)
		append_held(f, h, &anything);
	/* as it may have begun with copies, it ends with them */
	for (int i = 0;
	     node->max != node->min && i < node->min && i < RX_MAX_HELD; i++)
		append_held(f, h, &one);
}

static void append_node(
    struct finder *f, struct held *h, const struct rx_node *node)
{
	switch (node->type) {
	case RX_EMPTY:
	case RX_ASSERT:
		return;
	case RX_SET:
		append_set(f, h, &node->set);
		return;
	case RX_CAT:
		append_node(f, h, node->left);
		append_node(f, h, node->right);
		return;
	case RX_ALT:
		append_alternatives(f, h, node);
		return;
	case RX_REP:
		append_repeated(f, h, node);
		return;
	}
}

enum err_code rx_find_held(
    struct line_regex *re, const struct rx_node *tree, struct err *e)
{
	struct finder f = { .re = re, .always = true };
	struct held all;

	rx_weights_init(&f.weights);
	find_held(&f, &all, tree);
	if (arena_failed(re->arena))
		return err_set(e, ERR_SYSTEM, "out of memory");
	rx_window_make(&re->window, &f.weights, all.best.set, all.best.n);
	return ERR_OK;
}
