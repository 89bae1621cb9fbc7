#include "base/line_regex_internal.h"

#include <string.h>

#define SET_POOL 65536 /* positions of all states together */

/* --- states -------------------------------------------------------------- */

static void forget_states(struct line_regex *re)
{
	re->n_states = RX_FIRST_STATE;
	re->n_pool = 0;
	re->start = RX_UNKNOWN;
	re->flushes++;
}

static bool is_state(
    const struct line_regex *re, const struct rx_state *s, const uint16_t *set)
{
	return memcmp(re->pool + s->first, set, s->n * sizeof(*set)) == 0;
}

/* The state of this set, made if it is new; RX_UNKNOWN if there is no room. */
static uint16_t find_state(
    struct line_regex *re, const uint16_t *set, const struct rx_state *want)
{
	struct rx_state *s;

	for (size_t i = RX_FIRST_STATE; i < re->n_states; i++) {
		s = &re->states[i];
		if (s->n == want->n && s->before == want->before &&
		    is_state(re, s, set))
			return (uint16_t)i;
	}
	if (re->n_states == RX_MAX_STATES || re->n_pool + want->n > SET_POOL)
		return RX_UNKNOWN;
	s = &re->states[re->n_states];
	*s = *want;
	s->first = (uint32_t)re->n_pool;
	memcpy(re->pool + re->n_pool, set, want->n * sizeof(*set));
	re->n_pool += want->n;
	memset(re->next + re->n_states * re->width, 0,
	    re->width * sizeof(*re->next)); /* RX_UNKNOWN */
	re->at_end[re->n_states] = RX_UNKNOWN;
	return (uint16_t)re->n_states++;
}

uint16_t rx_start_state(struct line_regex *re)
{
	const uint16_t zero = 0;
	struct rx_state s = { .n = 1, .before = RX_BEFORE_LINE };

	if (re->start == RX_UNKNOWN)
		re->start = find_state(re, &zero, &s);
	if (re->start == RX_UNKNOWN) {
		forget_states(re);
		re->start = find_state(re, &zero, &s);
	}
	return re->start;
}

/* --- a step -------------------------------------------------------------- */

static bool holds_here(enum rx_place place, enum rx_before before, unsigned c)
{
	bool word_before = before == RX_BEFORE_WORD;
	bool word_after = c < 256 && rx_is_word(c);

	switch (place) {
	case RX_BOL:
		return before == RX_BEFORE_LINE;
	case RX_EOL:
		return c == RX_END || c == '\n';
	case RX_BOUNDARY:
		return word_before != word_after;
	case RX_NO_BOUNDARY:
		break;
	}
	return word_before == word_after;
}

/* Follows splits and places from the front; leaves the instructions that read
 * a byte in `reached`.  True: a match ends here. */
bool rx_close_front(
    struct line_regex *re, const struct rx_front *f, unsigned c, size_t *ret_n)
{
	size_t top = 0, n = 0;
	bool matched = false;

	re->mark++;
	for (size_t i = f->n; i-- > 0;)
		re->stack[top++] = f->set[i];
	while (top > 0) {
		uint16_t at = re->stack[--top];
		const struct rx_inst *in = &re->program[at];

		if (re->seen[at] == re->mark)
			continue;
		re->seen[at] = re->mark;
		matched = matched || in->op == OP_MATCH;
		if (in->op == OP_SET)
			re->reached[n++] = at;
		if (in->op == OP_PLACE && holds_here(in->place, f->before, c))
			re->stack[top++] = in->x;
		if (in->op == OP_SPLIT) {
			re->stack[top++] = in->y;
			re->stack[top++] = in->x;
		}
	}
	*ret_n = n;
	return matched;
}

static size_t add_position(struct line_regex *re, size_t n, uint16_t at)
{
	if (re->seen_kernel[at] == re->mark)
		return n;
	re->seen_kernel[at] = re->mark;
	re->kernel[n++] = at;
	return n;
}

/* What is reached by the byte from the `n_reached` instructions. */
size_t rx_take_byte(struct line_regex *re, size_t n_reached, unsigned c)
{
	size_t n = 0;

	for (size_t i = 0; i < n_reached; i++) {
		const struct rx_inst *in = &re->program[re->reached[i]];

		if (rx_set_has(in->set, (unsigned char)c))
			n = add_position(re, n, in->x);
	}
	return n;
}

enum rx_before rx_before_of(unsigned c)
{
	return rx_is_word(c) ? RX_BEFORE_WORD : RX_BEFORE_OTHER;
}

static uint16_t step(struct line_regex *re, uint16_t from, unsigned c)
{
	const struct rx_state *s = &re->states[from];
	struct rx_front front = { re->pool + s->first, s->n,
		(enum rx_before)s->before };
	struct rx_state to = { .before = (uint8_t)rx_before_of(c) };
	size_t n;
	uint16_t found;

	if (rx_close_front(re, &front, c, &n))
		return RX_MATCH;
	if (c == RX_END)
		return RX_DEAD;
	if (c == '\n')
		return rx_start_state(re);
	/* a match may begin at every byte */
	n = add_position(re, rx_take_byte(re, n, c), 0);
	to.n = (uint16_t)n;
	found = find_state(re, re->kernel, &to);
	if (found != RX_UNKNOWN)
		return found;
	forget_states(re);
	return find_state(re, re->kernel, &to);
}

uint16_t rx_next_state(struct line_regex *re, uint16_t from, unsigned c)
{
	uint32_t *row = re->next + from * re->width;
	unsigned before = re->flushes;
	uint16_t to;

	if (c == RX_END)
		to = re->at_end[from];
	else
		to = (uint16_t)(row[re->class_of[c]] / re->width);
	if (to != RX_UNKNOWN)
		return to;
	to = step(re, from, c);
	if (re->flushes != before)
		return to;
	if (c == RX_END)
		re->at_end[from] = to;
	else
		row[re->class_of[c]] = to * re->width;
	return to;
}

/* --- classes of bytes ---------------------------------------------------- */

/* Bytes of one class that the set tells apart become two. */
static void split_classes(struct line_regex *re, const struct rx_set *set)
{
	uint8_t other[256]; /* by class: that of its bytes in the set */
	unsigned had[256] = { 0 }, has[256] = { 0 };
	uint32_t before = re->width;

	for (unsigned c = 0; c < 256; c++) {
		had[re->class_of[c]]++;
		has[re->class_of[c]] += rx_set_has(set, (unsigned char)c);
	}
	for (uint32_t i = 0; i < before; i++)
		other[i] = has[i] && has[i] < had[i] ? (uint8_t)re->width++
						     : (uint8_t)i;
	for (unsigned c = 0; c < 256; c++)
		if (rx_set_has(set, (unsigned char)c))
			re->class_of[c] = other[re->class_of[c]];
}

static void make_classes(struct line_regex *re)
{
	struct rx_set words = { { 0 } }, newline = { { 0 } };
	const struct rx_set *last = NULL;

	for (unsigned c = 0; c < 256; c++)
		if (rx_is_word(c))
			words.bits[c >> 3] |= (uint8_t)(1u << (c & 7));
	newline.bits['\n' >> 3] = 1u << ('\n' & 7);
	re->width = 1;
	split_classes(re, &words);
	split_classes(re, &newline);
	for (size_t i = 0; i < re->n; i++) {
		const struct rx_inst *in = &re->program[i];

		if (in->op == OP_SET && in->set != last)
			split_classes(re, in->set);
		last = in->op == OP_SET ? in->set : last;
	}
}

static bool allocate(struct line_regex *re)
{
	struct arena *a = re->arena;
	size_t n = re->n + 1;

	re->states = arena_alloc(a, RX_MAX_STATES * sizeof(*re->states));
	re->next = arena_alloc(
	    a, (size_t)RX_MAX_STATES * re->width * sizeof(*re->next));
	re->at_end = arena_alloc(a, RX_MAX_STATES * sizeof(*re->at_end));
	re->pool = arena_alloc(a, SET_POOL * sizeof(*re->pool));
	/* each instruction is pushed at most by two others, and by the set */
	re->stack = arena_alloc(a, 4 * n * sizeof(*re->stack));
	re->reached = arena_alloc(a, n * sizeof(*re->reached));
	re->kernel = arena_alloc(a, n * sizeof(*re->kernel));
	re->seen = arena_zalloc(a, n * sizeof(*re->seen));
	re->seen_kernel = arena_zalloc(a, n * sizeof(*re->seen_kernel));
	return !arena_failed(a);
}

enum err_code rx_make_states(struct line_regex *re, struct err *e)
{
	make_classes(re);
	if (!allocate(re))
		return err_set(e, ERR_SYSTEM, "out of memory");
	forget_states(re);
	re->flushes = 0;
	return ERR_OK;
}
