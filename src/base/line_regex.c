#include "base/line_regex.h"

#include "base/line_regex_internal.h"

#include <string.h>

#define MAX_PROGRAM 4000
#define MAX_STATES 512
#define SET_POOL 65536 /* positions of all states together */
#define END 256	       /* the end of the text, as a byte */
#define WIDTH 257
#define MIN_RUN 3

enum op { OP_SET, OP_SPLIT, OP_PLACE, OP_MATCH };

struct inst {
	enum op op;
	uint16_t x, y; /* where it goes on; y only for OP_SPLIT */
	enum rx_place place;
	const struct rx_set *set;
};

/* What stands before a position. */
enum before { BEFORE_LINE, BEFORE_WORD, BEFORE_OTHER };

/* A set of positions whose next steps are not decided yet: places depend on
 * the byte that follows. */
struct state {
	uint32_t first; /* in the pool */
	uint16_t n;
	uint8_t before;
};

enum { UNKNOWN, MATCH, DEAD, FIRST_STATE };

struct line_regex {
	struct arena *arena;
	struct inst *program;
	size_t n;
	const char *runs[LINE_REGEX_MAX_RUNS];
	size_t n_runs;

	struct state *states;
	uint16_t *next; /* [state * WIDTH + byte] */
	size_t n_states;
	uint16_t *pool;
	size_t n_pool;
	uint16_t start;

	/* scratch of one step */
	uint16_t *stack, *reached, *kernel;
	uint32_t *seen, *seen_kernel; /* by instruction: the step's mark */
	uint32_t mark;
};

/* --- the program -----------------------------------------------------------
 */

static uint16_t emit(struct line_regex *re, enum op op)
{
	if (re->n < MAX_PROGRAM)
		re->program[re->n].op = op;
	return (uint16_t)(re->n++);
}

static bool too_large(const struct line_regex *re)
{
	return re->n >= MAX_PROGRAM;
}

static void emit_node(struct line_regex *re, const struct rx_node *node);

static void emit_alternatives(struct line_regex *re, const struct rx_node *node)
{
	uint16_t split = emit(re, OP_SPLIT), jump;

	emit_node(re, node->left);
	jump = emit(re, OP_SPLIT);
	if (too_large(re))
		return;
	re->program[split].x = (uint16_t)(split + 1);
	re->program[split].y = (uint16_t)re->n;
	emit_node(re, node->right);
	if (too_large(re))
		return;
	re->program[jump].x = re->program[jump].y = (uint16_t)re->n;
}

/* What may be left out: a split around it. */
static void emit_optional(struct line_regex *re, const struct rx_node *node)
{
	uint16_t split = emit(re, OP_SPLIT);

	emit_node(re, node);
	if (too_large(re))
		return;
	re->program[split].x = (uint16_t)(split + 1);
	re->program[split].y = (uint16_t)re->n;
}

static void emit_loop(struct line_regex *re, const struct rx_node *node)
{
	uint16_t split = emit(re, OP_SPLIT), back;

	emit_node(re, node);
	back = emit(re, OP_SPLIT);
	if (too_large(re))
		return;
	re->program[split].x = (uint16_t)(split + 1);
	re->program[split].y = (uint16_t)re->n;
	re->program[back].x = re->program[back].y = split;
}

static void emit_repeated(struct line_regex *re, const struct rx_node *node)
{
	for (int i = 0; i < node->min && !too_large(re); i++)
		emit_node(re, node->left);
	if (node->max < 0)
		emit_loop(re, node->left);
	for (int i = node->min; i < node->max && !too_large(re); i++)
		emit_optional(re, node->left);
}

static void emit_node(struct line_regex *re, const struct rx_node *node)
{
	uint16_t at;

	if (too_large(re))
		return;
	switch (node->type) {
	case RX_EMPTY:
		return;
	case RX_SET:
		at = emit(re, OP_SET);
		re->program[at].set = &node->set;
		re->program[at].x = (uint16_t)(at + 1);
		return;
	case RX_ASSERT:
		at = emit(re, OP_PLACE);
		re->program[at].place = node->place;
		re->program[at].x = (uint16_t)(at + 1);
		return;
	case RX_CAT:
		emit_node(re, node->left);
		emit_node(re, node->right);
		return;
	case RX_ALT:
		emit_alternatives(re, node);
		return;
	case RX_REP:
		emit_repeated(re, node);
		return;
	}
}

/* --- texts that every match holds ------------------------------------------
 */

struct run {
	char text[LINE_REGEX_MAX_PATTERN + 1];
	size_t len;
};

static void end_run(struct line_regex *re, struct run *run)
{
	if (run->len >= MIN_RUN && re->n_runs < LINE_REGEX_MAX_RUNS) {
		const char *copy = arena_memdup(re->arena, run->text, run->len);

		if (copy)
			re->runs[re->n_runs++] = copy;
	}
	run->len = 0;
}

/* The one byte that the set holds, a letter in either case being one; -1. */
static int only_byte(const struct rx_set *s)
{
	int found = -1;

	for (unsigned c = 0; c < 256; c++) {
		unsigned small = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;

		if (!rx_set_has(s, (unsigned char)c))
			continue;
		if (found >= 0 && found != (int)small)
			return -1;
		found = (int)small;
	}
	return found;
}

static void find_runs(
    struct line_regex *re, const struct rx_node *node, struct run *run)
{
	int c;

	switch (node->type) {
	case RX_EMPTY:
	case RX_ASSERT:
		return;
	case RX_SET:
		c = only_byte(&node->set);
		if (c >= 0 && run->len < sizeof(run->text) - 1)
			run->text[run->len++] = (char)c;
		else
			end_run(re, run);
		return;
	case RX_CAT:
		find_runs(re, node->left, run);
		find_runs(re, node->right, run);
		return;
	case RX_ALT:
		end_run(re, run);
		return;
	case RX_REP:
		end_run(re, run);
		if (node->min > 0) {
			find_runs(re, node->left, run);
			end_run(re, run);
		}
		return;
	}
}

/* --- states ----------------------------------------------------------------
 */

static void forget_states(struct line_regex *re)
{
	re->n_states = FIRST_STATE;
	re->n_pool = 0;
	re->start = UNKNOWN;
}

static bool is_state(const struct line_regex *re, const struct state *s,
    const uint16_t *set)
{
	return memcmp(re->pool + s->first, set, s->n * sizeof(*set)) == 0;
}

/* The state of this set, made if it is new; UNKNOWN if there is no room. */
static uint16_t find_state(
    struct line_regex *re, const uint16_t *set, const struct state *want)
{
	struct state *s;

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
	return (uint16_t)re->n_states++;
}

static uint16_t start_state(struct line_regex *re)
{
	const uint16_t zero = 0;
	struct state s = { .n = 1, .before = BEFORE_LINE };

	if (re->start == UNKNOWN)
		re->start = find_state(re, &zero, &s);
	if (re->start == UNKNOWN) {
		forget_states(re);
		re->start = find_state(re, &zero, &s);
	}
	return re->start;
}

/* --- a step ----------------------------------------------------------------
 */

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
		const struct inst *in = &re->program[at];

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
		const struct inst *in = &re->program[re->reached[i]];

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
	const struct state *s = &re->states[from];
	struct front front = { re->pool + s->first, s->n,
		(enum before)s->before };
	struct state to = { .before = (uint8_t)before_of(c) };
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
	uint16_t to = re->next[(size_t)from * WIDTH + c];
	size_t before = re->n_states;

	if (to != UNKNOWN)
		return to;
	to = step(re, from, c);
	if (re->n_states >= before)
		re->next[(size_t)from * WIDTH + c] = to;
	return to;
}

/* --- compiling -------------------------------------------------------------
 */

static bool allocate(struct line_regex *re)
{
	struct arena *a = re->arena;
	size_t n = re->n + 1;

	re->states = arena_alloc(a, MAX_STATES * sizeof(*re->states));
	re->next = arena_alloc(
	    a, (size_t)MAX_STATES * WIDTH * sizeof(*re->next));
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
	struct run run = { .len = 0 };
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
	re->program = arena_zalloc(a, MAX_PROGRAM * sizeof(*re->program));
	if (!re->program)
		return err_set(e, ERR_SYSTEM, "out of memory");
	emit_node(re, tree);
	(void)emit(re, OP_MATCH);
	if (too_large(re))
		return err_set(e, ERR_LIMIT,
		    "the expression repeats too much: its parts come to more "
		    "than %d steps",
		    MAX_PROGRAM);
	if (!allocate(re))
		return err_set(e, ERR_SYSTEM, "out of memory");
	forget_states(re);
	find_runs(re, tree, &run);
	end_run(re, &run);
	*ret = re;
	return ERR_OK;
}

size_t line_regex_runs(
    const struct line_regex *re, const char *const **ret_runs)
{
	*ret_runs = re->runs;
	return re->n_runs;
}

/* --- searching -------------------------------------------------------------
 */

const char *line_regex_next(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len)
{
	const char *begin = p, *line, *stop;
	uint16_t s = start_state(re);

	while (p < end) {
		uint16_t to =
		    re->next[(size_t)s * WIDTH + (unsigned char)*p];

		if (to == UNKNOWN)
			to = next_state(re, s, (unsigned char)*p);
		if (to == MATCH)
			break;
		s = to;
		p++;
	}
	/* an empty rest is no line */
	if (p == end && (p == begin || p[-1] == '\n' ||
			    next_state(re, s, END) != MATCH))
		return NULL;
	line = memrchr(begin, '\n', (size_t)(p - begin));
	line = line ? line + 1 : begin;
	stop = memchr(p, '\n', (size_t)(end - p));
	*ret_len = (size_t)((stop ? stop : end) - line);
	return line;
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
