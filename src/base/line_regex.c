#include "base/line_regex.h"

#include "base/line_regex_internal.h"

#include <string.h>

#define MAX_STATES 512
#define SET_POOL 65536 /* positions of all states together */
#define END 256	       /* the end of the text, as a byte */
#define WIDTH 256

/* What stands before a position. */
enum before { BEFORE_LINE, BEFORE_WORD, BEFORE_OTHER };

/* A set of positions whose next steps are not decided yet: places depend on
 * the byte that follows. */
struct rx_state {
	uint32_t first; /* in the pool */
	uint16_t n;
	uint8_t before;
};

enum { UNKNOWN, MATCH, DEAD, FIRST_STATE };

/* --- states -------------------------------------------------------------- */

static void forget_states(struct line_regex *re)
{
	re->n_states = FIRST_STATE;
	re->n_pool = 0;
	re->start = UNKNOWN;
}

static bool is_state(
    const struct line_regex *re, const struct rx_state *s, const uint16_t *set)
{
	return memcmp(re->pool + s->first, set, s->n * sizeof(*set)) == 0;
}

/* The state of this set, made if it is new; UNKNOWN if there is no room. */
static uint16_t find_state(
    struct line_regex *re, const uint16_t *set, const struct rx_state *want)
{
	struct rx_state *s;

	for (size_t i = FIRST_STATE; i < re->n_states; i++) {
		s = &re->states[i];
		if (s->n == want->n && s->before == want->before &&
		    is_state(re, s, set))
			return (uint16_t)i;
	}
	if (re->n_states == MAX_STATES || re->n_pool + want->n > SET_POOL)
		return UNKNOWN;
	s = &re->states[re->n_states];
	*s = *want;
	s->first = (uint32_t)re->n_pool;
	memcpy(re->pool + re->n_pool, set, want->n * sizeof(*set));
	re->n_pool += want->n;
	memset(re->next + re->n_states * WIDTH, 0,
	    WIDTH * sizeof(*re->next)); /* UNKNOWN */
	re->at_end[re->n_states] = UNKNOWN;
	return (uint16_t)re->n_states++;
}

static uint16_t start_state(struct line_regex *re)
{
	const uint16_t zero = 0;
	struct rx_state s = { .n = 1, .before = BEFORE_LINE };

	if (re->start == UNKNOWN)
		re->start = find_state(re, &zero, &s);
	if (re->start == UNKNOWN) {
		forget_states(re);
		re->start = find_state(re, &zero, &s);
	}
	return re->start;
}

/* --- a step -------------------------------------------------------------- */

static bool holds_here(enum rx_place place, enum before before, unsigned c)
{
	bool word_before = before == BEFORE_WORD;
	bool word_after = c < 256 && rx_is_word(c);

	switch (place) {
	case RX_BOL:
		return before == BEFORE_LINE;
	case RX_EOL:
		return c == END || c == '\n';
	case RX_BOUNDARY:
		return word_before != word_after;
	case RX_NO_BOUNDARY:
		break;
	}
	return word_before == word_after;
}

/* Positions and what stands before them. */
struct front {
	const uint16_t *set;
	size_t n;
	enum before before;
};

/* Follows splits and places from the front; leaves the instructions that read
 * a byte in `reached`.  True: a match ends here. */
static bool close_front(
    struct line_regex *re, const struct front *f, unsigned c, size_t *ret_n)
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
static size_t take_byte(struct line_regex *re, size_t n_reached, unsigned c)
{
	size_t n = 0;

	for (size_t i = 0; i < n_reached; i++) {
		const struct rx_inst *in = &re->program[re->reached[i]];

		if (rx_set_has(in->set, (unsigned char)c))
			n = add_position(re, n, in->x);
	}
	return n;
}

static enum before before_of(unsigned c)
{
	return rx_is_word(c) ? BEFORE_WORD : BEFORE_OTHER;
}

static uint16_t step(struct line_regex *re, uint16_t from, unsigned c)
{
	const struct rx_state *s = &re->states[from];
	struct front front = { re->pool + s->first, s->n,
		(enum before)s->before };
	struct rx_state to = { .before = (uint8_t)before_of(c) };
	size_t n;
	uint16_t found;

	if (close_front(re, &front, c, &n))
		return MATCH;
	if (c == END)
		return DEAD;
	if (c == '\n')
		return start_state(re);
	/* a match may begin at every byte */
	n = add_position(re, take_byte(re, n, c), 0);
	to.n = (uint16_t)n;
	found = find_state(re, re->kernel, &to);
	if (found != UNKNOWN)
		return found;
	forget_states(re);
	return find_state(re, re->kernel, &to);
}

/* The step from a state, remembered unless the states were forgotten on the
 * way. */
static uint16_t next_state(struct line_regex *re, uint16_t from, unsigned c)
{
	uint16_t *known =
	    c == END ? &re->at_end[from] : &re->next[(size_t)from * WIDTH + c];
	size_t before = re->n_states;
	uint16_t to = *known;

	if (to != UNKNOWN)
		return to;
	to = step(re, from, c);
	if (re->n_states >= before)
		*known = to;
	return to;
}

/* --- compiling ----------------------------------------------------------- */

static bool allocate(struct line_regex *re)
{
	struct arena *a = re->arena;
	size_t n = re->n + 1;

	re->states = arena_alloc(a, MAX_STATES * sizeof(*re->states));
	re->next =
	    arena_alloc(a, (size_t)MAX_STATES * WIDTH * sizeof(*re->next));
	re->at_end = arena_alloc(a, MAX_STATES * sizeof(*re->at_end));
	re->pool = arena_alloc(a, SET_POOL * sizeof(*re->pool));
	/* each instruction is pushed at most by two others, and by the set */
	re->stack = arena_alloc(a, 4 * n * sizeof(*re->stack));
	re->reached = arena_alloc(a, n * sizeof(*re->reached));
	re->kernel = arena_alloc(a, n * sizeof(*re->kernel));
	re->seen = arena_zalloc(a, n * sizeof(*re->seen));
	re->seen_kernel = arena_zalloc(a, n * sizeof(*re->seen_kernel));
	return !arena_failed(a);
}

enum err_code line_regex_compile(struct arena *a, const char *pattern,
    struct line_regex_options options, struct line_regex **ret, struct err *e)
{
	struct line_regex *re = arena_zalloc(a, sizeof(*re));
	const struct rx_node *tree = NULL;
	enum err_code rc;

	if (strlen(pattern) > LINE_REGEX_MAX_PATTERN)
		return err_set(e, ERR_LIMIT,
		    "an expression has at most %d characters",
		    LINE_REGEX_MAX_PATTERN);
	if (!re)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = rx_parse(a, pattern, options, &tree, e);
	if (rc != ERR_OK)
		return rc;
	re->arena = a;
	rc = rx_make_program(re, tree, e);
	if (rc != ERR_OK)
		return rc;
	if (!allocate(re))
		return err_set(e, ERR_SYSTEM, "out of memory");
	forget_states(re);
	*ret = re;
	return ERR_OK;
}

/* --- searching ----------------------------------------------------------- */

static bool begins_with_longest(const struct line_regex *re, const char *p)
{
	for (size_t i = 0; i < re->longest_len; i++) {
		char c = p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != re->longest[i])
			return false;
	}
	return true;
}

static const char *find_longest(
    const struct line_regex *re, const char *p, const char *end)
{
	size_t n = re->longest_len;

	while ((size_t)(end - p) >= n) {
		if (begins_with_longest(re, p))
			return p;
		p += re->skip[(unsigned char)p[n - 1]];
	}
	return NULL;
}

/* Only lines that hold the longest run are looked at as a whole. */
static const char *next_by_run(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len)
{
	const char *begin = p;

	while ((p = find_longest(re, p, end)) != NULL) {
		const char *line = memrchr(begin, '\n', (size_t)(p - begin));
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		line = line ? line + 1 : begin;
		stop = stop ? stop : end;
		if (line_regex_matches(re, line, (size_t)(stop - line))) {
			*ret_len = (size_t)(stop - line);
			return line;
		}
		if (stop == end)
			break;
		begin = p = stop + 1;
	}
	return NULL;
}

static const char *next_by_states(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len)
{
	const char *begin = p, *line, *stop;
	uint16_t s = start_state(re);

	while (p < end) {
		uint16_t to = re->next[(size_t)s * WIDTH + (unsigned char)*p];

		if (to == UNKNOWN)
			to = next_state(re, s, (unsigned char)*p);
		if (to == MATCH)
			break;
		s = to;
		p++;
	}
	/* an empty rest is no line */
	if (p == end &&
	    (p == begin || p[-1] == '\n' || next_state(re, s, END) != MATCH))
		return NULL;
	line = memrchr(begin, '\n', (size_t)(p - begin));
	line = line ? line + 1 : begin;
	stop = memchr(p, '\n', (size_t)(end - p));
	*ret_len = (size_t)((stop ? stop : end) - line);
	return line;
}

const char *line_regex_next(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len)
{
	return re->longest ? next_by_run(re, p, end, ret_len)
			   : next_by_states(re, p, end, ret_len);
}

/* The end of the longest match that begins at `from`; -1: none does.  Without
 * the automaton: its states know only that a match has been there. */
static long match_at(
    struct line_regex *re, const char *line, size_t len, size_t from)
{
	const uint16_t zero = 0;
	struct front front = { &zero, 1, BEFORE_LINE };
	long found = -1;

	if (from > 0)
		front.before = before_of((unsigned char)line[from - 1]);
	for (size_t i = from; front.n > 0; i++) {
		unsigned c = i < len ? (unsigned char)line[i] : END;
		size_t n;

		if (close_front(re, &front, c, &n))
			found = (long)i;
		if (c == END)
			break;
		front.n = take_byte(re, n, c);
		front.set = re->kernel;
		front.before = before_of(c);
	}
	return found;
}

bool line_regex_matches(struct line_regex *re, const char *line, size_t len)
{
	uint16_t s = start_state(re);

	for (size_t i = 0; i < len; i++) {
		s = next_state(re, s, (unsigned char)line[i]);
		if (s == MATCH)
			return true;
	}
	return next_state(re, s, END) == MATCH;
}

bool line_regex_find(struct line_regex *re, const char *line, size_t len,
    size_t from, size_t *ret_start, size_t *ret_end)
{
	for (size_t i = from; i <= len; i++) {
		long end = match_at(re, line, len, i);

		if (end < 0)
			continue;
		*ret_start = i;
		*ret_end = (size_t)end;
		return true;
	}
	return false;
}
