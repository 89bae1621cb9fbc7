#include "base/line_regex_internal.h"

#include <string.h>

#define MAX_REPEAT 200
#define MAX_NESTING 50

struct parser {
	struct arena *arena;
	const char *pattern;
	const char *p;
	bool fold;
	bool shapes;
	int depth;
	struct err *e;
	bool failed;
};

static const struct rx_node *fail(struct parser *ps, const char *what)
{
	if (!ps->failed)
		(void)err_set(ps->e, ERR_INVALID,
		    "%s (at character %zu of the expression)", what,
		    (size_t)(ps->p - ps->pattern) + 1);
	ps->failed = true;
	return NULL;
}

static struct rx_node *new_node(struct parser *ps, enum rx_type type)
{
	struct rx_node *n = arena_zalloc(ps->arena, sizeof(*n));

	if (!n && !ps->failed) {
		(void)err_set(ps->e, ERR_SYSTEM, "out of memory");
		ps->failed = true;
	}
	if (n)
		n->type = type;
	return n;
}

static const struct rx_node *pair(struct parser *ps, enum rx_type type,
    const struct rx_node *left, const struct rx_node *right)
{
	struct rx_node *n = new_node(ps, type);

	if (!n || !left || !right)
		return NULL;
	n->left = left;
	n->right = right;
	return n;
}

/* --- sets ---------------------------------------------------------------- */

static void add_byte(struct rx_set *s, unsigned c)
{
	s->bits[c >> 3] = (uint8_t)(s->bits[c >> 3] | 1u << (c & 7));
}

static void add_range(
    struct parser *ps, struct rx_set *s, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++) {
		add_byte(s, c);
		if (!ps->fold)
			continue;
		if (c >= 'a' && c <= 'z')
			add_byte(s, c - 'a' + 'A');
		else if (c >= 'A' && c <= 'Z')
			add_byte(s, c - 'A' + 'a');
	}
}

/* No set holds the end of a line. */
static void invert(struct rx_set *s)
{
	for (size_t i = 0; i < sizeof(s->bits); i++)
		s->bits[i] = (uint8_t)~s->bits[i];
	s->bits['\n' >> 3] =
	    (uint8_t)(s->bits['\n' >> 3] & ~(1u << ('\n' & 7)));
}

static bool in_class(char name, unsigned c)
{
	switch (name) {
	case 'd':
		return c >= '0' && c <= '9';
	case 'w':
		return rx_is_word(c);
	default:
		return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n');
	}
}

/* \d \w \s and their opposites, written large. */
static bool add_class(struct rx_set *to, char name)
{
	struct rx_set s = { { 0 } };
	char small = (char)(name | 0x20);

	if (!strchr("dws", small))
		return false;
	for (unsigned c = 0; c < 256; c++) {
		if (in_class(small, c))
			add_byte(&s, c);
	}
	if (name != small)
		invert(&s);
	for (size_t i = 0; i < sizeof(s.bits); i++)
		to->bits[i] |= s.bits[i];
	return true;
}

/* What a backslash and this stand for as one byte; -1: nothing. */
static int escaped_byte(char c)
{
	if (c == 't')
		return '\t';
	if (!c || rx_is_word((unsigned char)c))
		return -1;
	return (unsigned char)c;
}

/* One end of a range within brackets; -1: a class was added instead. */
static int bracket_byte(struct parser *ps, struct rx_set *s)
{
	int c = (unsigned char)*ps->p++;

	if (c != '\\')
		return c;
	if (add_class(s, *ps->p)) {
		ps->p++;
		return -1;
	}
	c = escaped_byte(*ps->p);
	if (c < 0)
		(void)fail(ps, "nothing that may follow a backslash");
	else
		ps->p++;
	return c;
}

/* In the shape of a line there is no digit but 0. */
static const struct rx_node *end_set(struct parser *ps, struct rx_node *n)
{
	struct rx_set digits = { { 0 } };
	bool any = false;

	if (!n || !ps->shapes)
		return n;
	for (unsigned c = '0'; c <= '9'; c++)
		add_byte(&digits, c);
	for (size_t i = 0; i < sizeof(digits.bits); i++) {
		any = any || (n->set.bits[i] & digits.bits[i]);
		n->set.bits[i] &= (uint8_t)~digits.bits[i];
	}
	if (any)
		add_byte(&n->set, '0');
	return n;
}

static const struct rx_node *parse_brackets(struct parser *ps)
{
	struct rx_node *n = new_node(ps, RX_SET);
	bool inverted = *ps->p == '^', first = true;

	if (!n)
		return NULL;
	ps->p += inverted;
	for (; !ps->failed && (*ps->p != ']' || first); first = false) {
		int from, to;

		if (!*ps->p)
			return fail(ps, "a [ without its ]");
		from = to = bracket_byte(ps, &n->set);
		if (from >= 0 && ps->p[0] == '-' && ps->p[1] &&
		    ps->p[1] != ']') {
			ps->p++;
			to = bracket_byte(ps, &n->set);
		}
		if (from >= 0 && to < from)
			return fail(ps, "a range that ends before it begins");
		if (from >= 0)
			add_range(ps, &n->set, (unsigned)from, (unsigned)to);
	}
	if (ps->failed)
		return NULL;
	ps->p++;
	if (inverted)
		invert(&n->set);
	return end_set(ps, n);
}

static const struct rx_node *one_byte(struct parser *ps, int c)
{
	struct rx_node *n = new_node(ps, RX_SET);

	if (n)
		add_range(ps, &n->set, (unsigned)c, (unsigned)c);
	return end_set(ps, n);
}

/* --- atoms --------------------------------------------------------------- */

static const struct rx_node *parse_alternatives(struct parser *ps);

static const struct rx_node *place(struct parser *ps, enum rx_place where)
{
	struct rx_node *n = new_node(ps, RX_ASSERT);

	if (n)
		n->place = where;
	return n;
}

static const struct rx_node *parse_backslash(struct parser *ps)
{
	struct rx_node *n;
	char c = *ps->p;
	int byte = escaped_byte(c);

	if (c == 'b' || c == 'B') {
		ps->p++;
		return place(ps, c == 'b' ? RX_BOUNDARY : RX_NO_BOUNDARY);
	}
	if (byte >= 0) {
		ps->p++;
		return one_byte(ps, byte);
	}
	n = new_node(ps, RX_SET);
	if (!n)
		return NULL;
	if (!c || !add_class(&n->set, c))
		return fail(ps, c >= '1' && c <= '9'
				    ? "back references cannot be searched for"
				    : "nothing that may follow a backslash");
	ps->p++;
	return end_set(ps, n);
}

static const struct rx_node *parse_group(struct parser *ps)
{
	const struct rx_node *inner;

	if (strncmp(ps->p, "?:", 2) == 0)
		ps->p += 2;
	else if (*ps->p == '?')
		return fail(ps, "only (?: may follow a parenthesis");
	if (++ps->depth > MAX_NESTING)
		return fail(ps, "too many parentheses in each other");
	inner = parse_alternatives(ps);
	ps->depth--;
	if (!inner)
		return NULL;
	if (*ps->p != ')')
		return fail(ps, "a ( without its )");
	ps->p++;
	return inner;
}

static const struct rx_node *parse_atom(struct parser *ps)
{
	struct rx_node *n;
	char c = *ps->p++;

	switch (c) {
	case '(':
		return parse_group(ps);
	case '[':
		return parse_brackets(ps);
	case '\\':
		return parse_backslash(ps);
	case '^':
		return place(ps, RX_BOL);
	case '$':
		return place(ps, RX_EOL);
	case '*':
	case '+':
	case '?':
		ps->p--;
		return fail(ps, "nothing that could be repeated");
	case '.':
		n = new_node(ps, RX_SET);
		if (n)
			invert(&n->set);
		return end_set(ps, n);
	default:
		return one_byte(ps, (unsigned char)c);
	}
}

/* --- repetition ---------------------------------------------------------- */

static bool read_number(struct parser *ps, int *ret)
{
	const char *start = ps->p;
	int n = 0;

	for (; *ps->p >= '0' && *ps->p <= '9'; ps->p++) {
		if (n <= MAX_REPEAT)
			n = n * 10 + (*ps->p - '0');
	}
	if (ps->p == start)
		return false;
	*ret = n;
	return true;
}

/* {m}, {m,}, {m,n}; what looks otherwise is an ordinary brace. */
static bool read_braces(struct parser *ps, int *min, int *max)
{
	const char *start = ps->p;

	ps->p++;
	if (read_number(ps, min)) {
		*max = *min;
		if (*ps->p == ',') {
			ps->p++;
			if (!read_number(ps, max))
				*max = -1;
		}
		if (*ps->p == '}') {
			ps->p++;
			return true;
		}
	}
	ps->p = start;
	return false;
}

static bool read_repeat(struct parser *ps, int *min, int *max)
{
	char c = *ps->p;

	if (c == '{')
		return read_braces(ps, min, max);
	if (!c || !strchr("*+?", c))
		return false;
	*min = c == '+';
	*max = c == '?' ? 1 : -1;
	ps->p++;
	/* matches are lines here: greedy or not is the same */
	if (*ps->p == '?')
		ps->p++;
	return true;
}

static const struct rx_node *parse_repeated(struct parser *ps)
{
	const struct rx_node *atom = parse_atom(ps);
	int min, max;

	while (atom && read_repeat(ps, &min, &max)) {
		struct rx_node *n;

		if (min > MAX_REPEAT || max > MAX_REPEAT)
			return fail(ps, "at most 200 repetitions can be told");
		if (max >= 0 && max < min)
			return fail(ps, "a repetition with its ends swapped");
		n = new_node(ps, RX_REP);
		if (!n)
			return NULL;
		n->left = atom;
		n->min = min;
		n->max = max;
		atom = n;
	}
	return atom;
}

static const struct rx_node *parse_sequence(struct parser *ps)
{
	const struct rx_node *all = new_node(ps, RX_EMPTY);

	while (all && *ps->p && *ps->p != '|' && *ps->p != ')')
		all = pair(ps, RX_CAT, all, parse_repeated(ps));
	return all;
}

static const struct rx_node *parse_alternatives(struct parser *ps)
{
	const struct rx_node *all = parse_sequence(ps);

	while (all && *ps->p == '|') {
		ps->p++;
		all = pair(ps, RX_ALT, all, parse_sequence(ps));
	}
	return all;
}

static const struct rx_node *parse_literal(struct parser *ps)
{
	const struct rx_node *all = new_node(ps, RX_EMPTY);

	while (all && *ps->p) {
		unsigned char c = (unsigned char)*ps->p++;

		all = pair(ps, RX_CAT, all, one_byte(ps, c));
	}
	return all;
}

enum err_code rx_parse(struct arena *a, const char *pattern,
    struct line_regex_options options, const struct rx_node **ret,
    struct err *e)
{
	struct err local = ERR_INIT;
	struct parser ps = { .arena = a,
		.pattern = pattern,
		.p = pattern,
		.fold = options.fold_case,
		.shapes = options.shapes,
		.e = e ? e : &local };
	const struct rx_node *all =
	    options.literal ? parse_literal(&ps) : parse_alternatives(&ps);

	if (all && *ps.p == ')')
		all = fail(&ps, "a ) without its (");
	if (!all)
		return ps.e->code;
	*ret = all;
	return ERR_OK;
}
