#include "jinja/parser.h"

#include "jinja/native.h"

/* Grows an array of expressions while its final size is unknown. */
struct expr_vec {
	struct expr **items;
	uint32_t n, cap;
};

static bool vec_push(struct parser *p, struct expr_vec *v, struct expr *x)
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

static struct expr *list_node(
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
		if (!vec_push(p, &v, parse_expression(p)))
			return NULL;
	}
	p->token++;
	return list_node(p, X_LIST, pos, &v);
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
		if (!vec_push(p, &v, parse_expression(p)) ||
		    !parse_expect(p, T_COLON) ||
		    !vec_push(p, &v, parse_expression(p)))
			return NULL;
	}
	p->token++;
	return list_node(p, X_DICT, pos, &v);
}

static struct expr *parse_number(struct parser *p)
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
		if (!vec_push(p, &v, x))
			return NULL;
		if (p->token->kind != T_COMMA)
			break;
		is_tuple = true;
	}
	if (!is_tuple && v.n)
		return v.items[0];
	if (!is_tuple && !parenthesised)
		return parse_fail(p, pos, "expected an expression");
	return list_node(p, X_TUPLE, pos, &v);
}

static struct expr *optional_bound(struct parser *p)
{
	if (p->token->kind == T_COLON || p->token->kind == T_RBRACKET ||
	    p->token->kind == T_COMMA)
		return NULL;
	return parse_expression(p);
}

static struct expr *parse_subscript_item(struct parser *p)
{
	uint32_t pos = p->token->pos;
	struct expr *start = NULL, *x;

	if (p->token->kind != T_COLON) {
		start = parse_expression(p);
		if (!start || p->token->kind != T_COLON)
			return start;
	}
	p->token++;
	x = parse_node(p, X_SLICE, pos);
	if (!x)
		return NULL;
	x->u.slice.start = start;
	x->u.slice.stop = optional_bound(p);
	if (parse_accept(p, T_COLON))
		x->u.slice.step = optional_bound(p);
	if (p->failed)
		return NULL;
	x = parse_raise_height(p, x, start);
	x = parse_raise_height(p, x, x ? x->u.slice.stop : NULL);
	return parse_raise_height(p, x, x ? x->u.slice.step : NULL);
}

static struct expr *item_node(
    struct parser *p, struct expr *of, struct expr *index, uint32_t pos)
{
	struct expr *x = index ? parse_node(p, X_ITEM, pos) : NULL;

	if (!x)
		return NULL;
	x->u.item.of = of;
	x->u.item.index = index;
	return parse_raise_height(p, parse_raise_height(p, x, of), index);
}

static struct expr *parse_brackets(struct parser *p, struct expr *of)
{
	struct expr_vec v = { 0 };
	uint32_t pos = p->token++->pos;

	while (p->token->kind != T_RBRACKET) {
		if (v.n && !parse_expect(p, T_COMMA))
			return NULL;
		if (!vec_push(p, &v, parse_subscript_item(p)))
			return NULL;
	}
	p->token++;
	return item_node(p, of,
	    v.n == 1 ? v.items[0] : list_node(p, X_TUPLE, pos, &v), of->pos);
}

static struct expr *parse_dot(struct parser *p, struct expr *of)
{
	const struct token *t = ++p->token;
	struct expr *x;

	if (t->kind == T_INTEGER)
		return item_node(p, of, parse_number(p), of->pos);
	x = parse_node(p, X_ATTR, of->pos);
	if (!x)
		return NULL;
	x->u.attr.of = of;
	x->u.attr.name = parse_name(p);
	return x->u.attr.name ? parse_raise_height(p, x, of) : NULL;
}

struct kw_vec {
	struct expr_vec values;
	const struct name *names[32];
};

/* One argument of a call; the order is checked as Python demands it. */
static bool parse_argument(struct parser *p, struct arg_list *args,
    struct expr_vec *pos, struct kw_vec *kw)
{
	uint32_t at = p->token->pos;
	bool ok = true;

	if (parse_accept(p, T_MUL)) {
		ok = !args->dyn_pos && !args->dyn_kw;
		args->dyn_pos = parse_expression(p);
		ok = ok && args->dyn_pos;
	} else if (parse_accept(p, T_POW)) {
		ok = !args->dyn_kw;
		args->dyn_kw = parse_expression(p);
		ok = ok && args->dyn_kw;
	} else if (p->token->kind == T_NAME && p->token[1].kind == T_ASSIGN) {
		ok = !args->dyn_kw && kw->values.n < 32;
		if (ok)
			kw->names[kw->values.n] = parse_name(p);
		p->token++;
		ok = ok && vec_push(p, &kw->values, parse_expression(p));
	} else {
		ok = !args->dyn_pos && !args->dyn_kw && !kw->values.n &&
		     pos->n < UINT16_MAX;
		ok = ok && vec_push(p, pos, parse_expression(p));
	}
	if (!ok)
		parse_fail(p, at, "invalid syntax in the arguments of a call");
	return ok;
}

static bool no_duplicates(struct parser *p, const struct kw_vec *kw)
{
	for (uint32_t i = 1; i < kw->values.n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (kw->names[i] == kw->names[j]) {
				parse_fail(p, kw->values.items[i]->pos,
				    "keyword argument '%s' is repeated",
				    kw->names[i]->text);
				return false;
			}
	return true;
}

static struct arg_list *parse_args(struct parser *p)
{
	struct arg_list *args = parse_alloc(p, sizeof(*args));
	struct expr_vec pos = { 0 };
	struct kw_vec kw = { 0 };
	bool comma = false;

	if (!args || !parse_expect(p, T_LPAREN))
		return NULL;
	while (p->token->kind != T_RPAREN) {
		if (comma && !parse_expect(p, T_COMMA))
			return NULL;
		if (comma && p->token->kind == T_RPAREN)
			break;
		if (!parse_argument(p, args, &pos, &kw))
			return NULL;
		comma = true;
	}
	p->token++;
	if (!no_duplicates(p, &kw))
		return NULL;
	args->pos = pos.items;
	args->n_pos = (uint16_t)pos.n;
	args->kw = kw.values.items;
	args->n_kw = (uint16_t)kw.values.n;
	if (args->n_kw) {
		size_t size = args->n_kw * sizeof(*args->kw_names);

		args->kw_names = parse_alloc(p, size);
		if (!args->kw_names)
			return NULL;
		memcpy(args->kw_names, kw.names, size);
	}
	return args;
}

static struct expr *raise_by_args(
    struct parser *p, struct expr *x, const struct arg_list *args)
{
	for (uint32_t i = 0; i < args->n_pos; i++)
		x = parse_raise_height(p, x, args->pos[i]);
	for (uint32_t i = 0; i < args->n_kw; i++)
		x = parse_raise_height(p, x, args->kw[i]);
	x = parse_raise_height(p, x, args->dyn_pos);
	return parse_raise_height(p, x, args->dyn_kw);
}

static struct expr *parse_call(struct parser *p, struct expr *fn)
{
	struct expr *x = parse_node(p, X_CALL, fn->pos);

	if (!x)
		return NULL;
	x->u.call.fn = fn;
	x->u.call.args = parse_args(p);
	if (!x->u.call.args)
		return NULL;
	return raise_by_args(p, parse_raise_height(p, x, fn), x->u.call.args);
}

static struct expr *parse_postfix(struct parser *p, struct expr *x)
{
	while (x) {
		if (p->token->kind == T_DOT)
			x = parse_dot(p, x);
		else if (p->token->kind == T_LBRACKET)
			x = parse_brackets(p, x);
		else if (p->token->kind == T_LPAREN)
			x = parse_call(p, x);
		else
			break;
	}
	return x;
}

/* Puts the arguments written at a filter into the places of its parameters,
 * so that nothing is left to be matched when it runs.  args[0] is the piped
 * value.  What cannot be bound is left to the run, which fails with the
 * words of a failed call. */
static struct arg_list *bind_args(
    struct parser *p, const struct native *def, struct arg_list *args)
{
	struct arg_list *bound;

	if (!def || (def->flags & NATIVE_VARIADIC) || args->dyn_pos ||
	    args->dyn_kw || args->n_pos + 1 > def->n_params)
		return args;
	bound = parse_alloc(p, sizeof(*bound));
	if (!bound)
		return NULL;
	bound->n_pos = (uint16_t)(def->n_params - 1);
	bound->pos = parse_alloc(p, def->n_params * sizeof(*bound->pos));
	if (!bound->pos)
		return NULL;
	if (args->n_pos)
		memcpy(
		    bound->pos, args->pos, args->n_pos * sizeof(*bound->pos));
	for (uint32_t i = 0; i < args->n_kw; i++) {
		int at = native_param(
		    def, args->kw_names[i]->text, args->kw_names[i]->len);

		if (at < 1 || bound->pos[at - 1])
			return args;
		bound->pos[at - 1] = args->kw[i];
	}
	for (int i = 0; i + 1 < def->required; i++)
		if (!bound->pos[i])
			return args;
	return bound;
}

/* a.b.c: filters may have dotted names. */
static const struct name *dotted_name(struct parser *p)
{
	const struct name *name = parse_name(p);

	while (name && parse_accept(p, T_DOT)) {
		const struct name *part = parse_name(p);
		char *joined;

		if (!part)
			return NULL;
		joined = parse_alloc(p, name->len + part->len + 2);
		if (!joined)
			return NULL;
		memcpy(joined, name->text, name->len);
		joined[name->len] = '.';
		memcpy(joined + name->len + 1, part->text, part->len);
		name = parse_intern(p, joined, name->len + part->len + 1);
	}
	return name;
}

static struct expr *piped(struct parser *p, enum expr_op op, struct expr *of,
    const struct name *name, struct arg_list *args)
{
	struct expr *x = parse_node(p, op, p->token[-1].pos);

	if (!x || !args)
		return NULL;
	x->pos = of ? of->pos : x->pos;
	x->u.filter.of = of;
	x->u.filter.name = name;
	x->u.filter.def = op == X_FILTER
			      ? env_find_filter(p->template->env, name->text)
			      : env_find_test(p->template->env, name->text);
	x->u.filter.args = bind_args(p, x->u.filter.def, args);
	if (!x->u.filter.args)
		return NULL;
	return raise_by_args(p, parse_raise_height(p, x, of), args);
}

struct expr *parse_filter(struct parser *p, struct expr *of, bool inline_)
{
	while (inline_ || parse_accept(p, T_PIPE)) {
		const struct name *name = dotted_name(p);
		struct arg_list *args;

		if (!name)
			return NULL;
		args = p->token->kind == T_LPAREN
			   ? parse_args(p)
			   : parse_alloc(p, sizeof(*args));
		of = piped(p, X_FILTER, of, name, args);
		if (!of)
			return NULL;
		inline_ = false;
	}
	return of;
}

/* `x is test`, `x is test(a)`, `x is test a`. */
static struct arg_list *test_args(struct parser *p)
{
	struct arg_list *args;
	uint8_t kind = p->token->kind;

	if (kind == T_LPAREN)
		return parse_args(p);
	args = parse_alloc(p, sizeof(*args));
	if (!args)
		return NULL;
	if ((kind != T_NAME && kind != T_STRING && kind != T_INTEGER &&
		kind != T_FLOAT && kind != T_LBRACKET && kind != T_LBRACE) ||
	    parse_at_word(p, "else") || parse_at_word(p, "or") ||
	    parse_at_word(p, "and"))
		return args;
	if (parse_at_word(p, "is"))
		return parse_fail(
		    p, p->token->pos, "tests cannot be chained with is");
	args->pos = parse_alloc(p, sizeof(*args->pos));
	if (!args->pos)
		return NULL;
	args->pos[0] = parse_primary(p);
	args->pos[0] = args->pos[0] ? parse_postfix(p, args->pos[0]) : NULL;
	args->n_pos = 1;
	return args->pos[0] ? args : NULL;
}

static struct expr *parse_test(struct parser *p, struct expr *of)
{
	bool negated;
	const struct name *name;
	struct expr *x;

	p->token++;
	negated = parse_accept_word(p, "not");
	name = dotted_name(p);
	x = name ? piped(p, X_TEST, of, name, test_args(p)) : NULL;
	if (!x || !negated)
		return x;
	of = parse_node(p, X_NOT, x->pos);
	if (of)
		of->u.bin.a = x;
	return parse_raise_height(p, of, x);
}

static struct expr *parse_filter_expr(struct parser *p, struct expr *x)
{
	while (x) {
		if (p->token->kind == T_PIPE)
			x = parse_filter(p, x, false);
		else if (parse_at_word(p, "is"))
			x = parse_test(p, x);
		else if (p->token->kind == T_LPAREN)
			x = parse_call(p, x);
		else
			break;
	}
	return x;
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
	if (!vec_push(p, &v, x))
		return NULL;
	while (parse_accept(p, T_TILDE))
		if (!vec_push(p, &v, parse_product(p)))
			return NULL;
	return list_node(p, X_CONCAT, x->pos, &v);
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
