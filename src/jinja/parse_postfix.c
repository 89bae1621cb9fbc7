/* What stands behind a value: subscripts, calls, filters, tests. */
#include "jinja/parser.h"

#include "jinja/native.h"

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
		if (!parse_push(p, &v, parse_subscript_item(p)))
			return NULL;
	}
	p->token++;
	return item_node(p, of,
	    v.n == 1 ? v.items[0] : parse_list_node(p, X_TUPLE, pos, &v),
	    of->pos);
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
		ok = ok && parse_push(p, &kw->values, parse_expression(p));
	} else {
		ok = !args->dyn_pos && !args->dyn_kw && !kw->values.n &&
		     pos->n < UINT16_MAX;
		ok = ok && parse_push(p, pos, parse_expression(p));
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

struct expr *parse_postfix(struct parser *p, struct expr *x)
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

struct expr *parse_filter_expr(struct parser *p, struct expr *x)
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
