#include "jinja/parser.h"

bool parse_push(struct parser *p, struct expr_vec *v, struct expr *x)
{
	if (!x)
		return false;
	if (v->n == v->cap) {
		uint32_t cap = v->cap ? v->cap * 2 : 4;
		struct expr **items = parse_alloc(p, cap * sizeof(*items));

		if (!items)
			return false;
		if (v->n)
			memcpy(items, v->items, v->n * sizeof(*items));
		v->items = items;
		v->cap = cap;
	}
	v->items[v->n++] = x;
	return true;
}

struct expr *parse_node(struct parser *p, enum expr_op op, uint32_t pos)
{
	struct expr *x = parse_alloc(p, sizeof(*x));

	if (x) {
		x->op = (uint8_t)op;
		x->pos = pos;
		x->height = 1;
	}
	return x;
}

struct expr *parse_raise_height(
    struct parser *p, struct expr *x, const struct expr *child)
{
	if (!x || !child || child->height < x->height)
		return x;
	x->height = (uint16_t)(child->height + 1);
	if (x->height > EXPR_HEIGHT_MAX)
		return parse_fail(p, x->pos, "the expression is too deep");
	return x;
}

struct expr *parse_list_node(
    struct parser *p, enum expr_op op, uint32_t pos, const struct expr_vec *v)
{
	struct expr *x = parse_node(p, op, pos);

	if (!x)
		return NULL;
	x->u.list.items = v->items;
	x->u.list.n = v->n;
	for (uint32_t i = 0; i < v->n && x; i++)
		x = parse_raise_height(p, x, v->items[i]);
	return x;
}

static struct expr *binary(
    struct parser *p, enum expr_op op, struct expr *a, struct expr *b)
{
	struct expr *x = a && b ? parse_node(p, op, a->pos) : NULL;

	if (!x)
		return NULL;
	x->u.bin.a = a;
	x->u.bin.b = b;
	return parse_raise_height(p, parse_raise_height(p, x, a), b);
}

static struct expr *parse_word(struct parser *p)
{
	static const struct {
		const char *word;
		uint8_t kind, truth;
	} words[] = { { "true", JV_BOOL, 1 }, { "false", JV_BOOL, 0 },
		{ "none", JV_NONE, 0 }, { "True", JV_BOOL, 1 },
		{ "False", JV_BOOL, 0 }, { "None", JV_NONE, 0 } };
	uint32_t pos = p->token->pos;
	struct expr *x;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!parse_accept_word(p, words[i].word))
			continue;
		x = parse_node(p, X_CONST, pos);
		if (x)
			x->u.value = words[i].kind == JV_NONE
					 ? jv_none()
					 : jv_bool(words[i].truth);
		return x;
	}
	x = parse_node(p, X_NAME, pos);
	if (!x)
		return NULL;
	x->u.name.name = parse_name(p);
	return x->u.name.name ? x : NULL;
}

/* Adjacent string literals are one string. */
static struct expr *parse_string(struct parser *p)
{
	struct expr *x = parse_node(p, X_CONST, p->token->pos);
	size_t len = p->token->u.text.len, at = 0;
	char *joined;
	const struct token *t;

	if (!x)
		return NULL;
	if (p->token[1].kind != T_STRING) {
		x->u.value = jv_string(p->token->u.text.text, len, false);
		p->token++;
		return x;
	}
	for (t = p->token + 1; t->kind == T_STRING; t++)
		len += t->u.text.len;
	joined = parse_alloc(p, len + 1);
	if (!joined)
		return NULL;
	for (; p->token->kind == T_STRING; p->token++) {
		memcpy(
		    joined + at, p->token->u.text.text, p->token->u.text.len);
		at += p->token->u.text.len;
	}
	x->u.value = jv_string(joined, len, false);
	return x;
}

static struct expr *parse_list(struct parser *p)
{
	uint32_t pos = p->token++->pos;
	struct expr_vec v = { 0 };

	while (p->token->kind != T_RBRACKET) {
		if (v.n && !parse_expect(p, T_COMMA))
			return NULL;
		if (p->token->kind == T_RBRACKET)
			break;
		if (!parse_push(p, &v, parse_expression(p)))
			return NULL;
	}
	p->token++;
	return parse_list_node(p, X_LIST, pos, &v);
}

static struct expr *parse_dict(struct parser *p)
{
	uint32_t pos = p->token++->pos;
	struct expr_vec v = { 0 };

	while (p->token->kind != T_RBRACE) {
		if (v.n && !parse_expect(p, T_COMMA))
			return NULL;
		if (p->token->kind == T_RBRACE)
			break;
		if (!parse_push(p, &v, parse_expression(p)) ||
		    !parse_expect(p, T_COLON) ||
		    !parse_push(p, &v, parse_expression(p)))
			return NULL;
	}
	p->token++;
	return parse_list_node(p, X_DICT, pos, &v);
}

struct expr *parse_number(struct parser *p)
{
	const struct token *t = p->token++;
	struct expr *x = parse_node(p, X_CONST, t->pos);

	if (x)
		x->u.value = t->kind == T_INTEGER ? jv_int(t->u.integer)
						  : jv_float(t->u.real);
	return x;
}

struct expr *parse_primary(struct parser *p)
{
	struct expr *x;

	switch (p->token->kind) {
	case T_NAME:
		return parse_word(p);
	case T_STRING:
		return parse_string(p);
	case T_INTEGER:
	case T_FLOAT:
		return parse_number(p);
	case T_LPAREN:
		p->token++;
		x = parse_tuple(p, TUPLE_FULL, NULL, true);
		return x && parse_expect(p, T_RPAREN) ? x : NULL;
	case T_LBRACKET:
		return parse_list(p);
	case T_LBRACE:
		return parse_dict(p);
	case T_EOF:
		return parse_fail(
		    p, p->token->pos, "unexpected end of template");
	}
	return parse_fail(p, p->token->pos, "unexpected '%.*s'",
	    (int)(p->token->len < 40 ? p->token->len : 40),
	    p->template->source + p->token->pos);
}

static bool tuple_ends(const struct parser *p, const char *end_word)
{
	return p->token->kind == T_VAR_END || p->token->kind == T_BLOCK_END ||
	       p->token->kind == T_RPAREN ||
	       (end_word && parse_at_word(p, end_word));
}

struct expr *parse_tuple(struct parser *p, enum tuple_mode mode,
    const char *end_word, bool parenthesised)
{
	struct expr_vec v = { 0 };
	uint32_t pos = p->token->pos;
	bool is_tuple = false;
	struct expr *x;

	for (;;) {
		if (v.n && !parse_expect(p, T_COMMA))
			return NULL;
		if (tuple_ends(p, end_word))
			break;
		x = mode == TUPLE_TARGET    ? parse_primary(p)
		    : mode == TUPLE_NO_COND ? parse_or(p)
					    : parse_expression(p);
		if (!parse_push(p, &v, x))
			return NULL;
		if (p->token->kind != T_COMMA)
			break;
		is_tuple = true;
	}
	if (!is_tuple && v.n)
		return v.items[0];
	if (!is_tuple && !parenthesised)
		return parse_fail(p, pos, "expected an expression");
	return parse_list_node(p, X_TUPLE, pos, &v);
}

struct expr *parse_unary(struct parser *p, bool with_filter)
{
	struct expr *x, *inner;
	uint32_t pos = p->token->pos;
	bool neg = p->token->kind == T_SUB;

	if (++p->depth > PARSE_DEPTH_MAX)
		return parse_fail(p, pos, "the expression is nested too deep");
	if (neg || p->token->kind == T_ADD) {
		p->token++;
		inner = parse_unary(p, false);
		x = inner ? parse_node(p, neg ? X_NEG : X_POS, pos) : NULL;
		if (x)
			x->u.bin.a = inner;
		x = parse_raise_height(p, x, inner);
	} else {
		x = parse_primary(p);
	}
	x = x ? parse_postfix(p, x) : NULL;
	if (with_filter)
		x = parse_filter_expr(p, x);
	p->depth--;
	return x;
}

static struct expr *parse_pow(struct parser *p)
{
	struct expr *x = parse_unary(p, true);

	while (x && parse_accept(p, T_POW))
		x = binary(p, X_POW, x, parse_unary(p, true));
	return x;
}

static struct expr *parse_product(struct parser *p)
{
	static const uint8_t ops[] = { [T_MUL] = X_MUL,
		[T_DIV] = X_DIV,
		[T_FLOORDIV] = X_FLOORDIV,
		[T_MOD] = X_MOD };
	struct expr *x = parse_pow(p);

	while (x && p->token->kind >= T_MUL && p->token->kind <= T_MOD) {
		uint8_t op = ops[p->token++->kind];

		x = binary(p, (enum expr_op)op, x, parse_pow(p));
	}
	return x;
}

static struct expr *parse_concat(struct parser *p)
{
	struct expr *x = parse_product(p);
	struct expr_vec v = { 0 };

	if (!x || p->token->kind != T_TILDE)
		return x;
	if (!parse_push(p, &v, x))
		return NULL;
	while (parse_accept(p, T_TILDE))
		if (!parse_push(p, &v, parse_product(p)))
			return NULL;
	return parse_list_node(p, X_CONCAT, x->pos, &v);
}

static struct expr *parse_sum(struct parser *p)
{
	struct expr *x = parse_concat(p);

	while (x && (p->token->kind == T_ADD || p->token->kind == T_SUB)) {
		enum expr_op op = p->token++->kind == T_ADD ? X_ADD : X_SUB;

		x = binary(p, op, x, parse_concat(p));
	}
	return x;
}

/* Takes a comparison operator; false if there is none. */
static bool compare_operator(struct parser *p, uint8_t *ret)
{
	static const uint8_t ops[] = { [T_EQ] = CMP_EQ,
		[T_NE] = CMP_NE,
		[T_GT] = CMP_GT,
		[T_GE] = CMP_GE,
		[T_LT] = CMP_LT,
		[T_LE] = CMP_LE };

	if (p->token->kind >= T_EQ && p->token->kind <= T_LE) {
		*ret = ops[p->token++->kind];
		return true;
	}
	if (parse_accept_word(p, "in")) {
		*ret = CMP_IN;
		return true;
	}
	if (parse_at_word(p, "not")) {
		p->token++;
		if (parse_accept_word(p, "in")) {
			*ret = CMP_NOT_IN;
			return true;
		}
		p->token--;
	}
	return false;
}

static struct expr *parse_compare(struct parser *p)
{
	struct expr *first = parse_sum(p), *x;
	struct comparison ops[64];
	uint32_t n = 0;

	while (first && n < 64 && compare_operator(p, &ops[n].op)) {
		ops[n].right = parse_sum(p);
		if (!ops[n++].right)
			return NULL;
	}
	if (!first || n == 0)
		return first;
	x = parse_node(p, X_COMPARE, first->pos);
	if (!x)
		return NULL;
	x->u.compare.first = first;
	x->u.compare.n = n;
	x->u.compare.ops = parse_alloc(p, n * sizeof(*ops));
	if (!x->u.compare.ops)
		return NULL;
	memcpy(x->u.compare.ops, ops, n * sizeof(*ops));
	x = parse_raise_height(p, x, first);
	for (uint32_t i = 0; i < n; i++)
		x = parse_raise_height(p, x, ops[i].right);
	return x;
}

static struct expr *parse_not(struct parser *p)
{
	uint32_t pos = p->token->pos;
	struct expr *inner, *x;

	if (!parse_accept_word(p, "not"))
		return parse_compare(p);
	if (++p->depth > PARSE_DEPTH_MAX)
		return parse_fail(p, pos, "the expression is nested too deep");
	inner = parse_not(p);
	p->depth--;
	x = inner ? parse_node(p, X_NOT, pos) : NULL;
	if (x)
		x->u.bin.a = inner;
	return parse_raise_height(p, x, inner);
}

static struct expr *parse_and(struct parser *p)
{
	struct expr *x = parse_not(p);

	while (x && parse_accept_word(p, "and"))
		x = binary(p, X_AND, x, parse_not(p));
	return x;
}

struct expr *parse_or(struct parser *p)
{
	struct expr *x = parse_and(p);

	while (x && parse_accept_word(p, "or"))
		x = binary(p, X_OR, x, parse_and(p));
	return x;
}

struct expr *parse_expression(struct parser *p)
{
	struct expr *x, *cond;
	const struct token *start = p->token;

	if (++p->depth > PARSE_DEPTH_MAX)
		return parse_fail(
		    p, p->token->pos, "the expression is nested too deep");
	x = parse_or(p);
	while (x && parse_accept_word(p, "if")) {
		cond = parse_node(p, X_COND, start->pos);
		if (!cond)
			return NULL;
		cond->u.cond.yes = x;
		cond->u.cond.test = parse_or(p);
		if (!cond->u.cond.test)
			return NULL;
		if (parse_accept_word(p, "else"))
			cond->u.cond.no = parse_expression(p);
		cond = parse_raise_height(p, cond, x);
		if (!cond || p->failed)
			return NULL;
		cond = parse_raise_height(p, cond, cond->u.cond.test);
		x = parse_raise_height(p, cond, cond ? cond->u.cond.no : NULL);
	}
	p->depth--;
	return p->failed ? NULL : x;
}
