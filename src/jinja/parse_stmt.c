#include "jinja/parser.h"

#include "jinja/utf8.h"

/* Every statement's function is called behind its keyword, with a fresh
 * statement, and stops at the end of its last tag. */
typedef bool (*statement_fn)(struct parser *p, struct stmt *s);

static const char *const end_for[] = { "endfor", "else", NULL };
static const char *const end_for_else[] = { "endfor", NULL };
static const char *const end_if[] = { "elif", "else", "endif", NULL };
static const char *const end_else[] = { "endif", NULL };
static const char *const end_with[] = { "endwith", NULL };
static const char *const end_set[] = { "endset", NULL };
static const char *const end_macro[] = { "endmacro", NULL };
static const char *const end_call[] = { "endcall", NULL };
static const char *const end_filter[] = { "endfilter", NULL };
static const char *const end_block[] = { "endblock", NULL };
static const char *const end_autoescape[] = { "endautoescape", NULL };

/* The end of a tag that opens a body; a colon before it is accepted, as
 * people write it in Python. */
static bool body_until(
    struct parser *p, const char *const *until, struct stmt **ret)
{
	parse_accept(p, T_COLON);
	return parse_expect(p, T_BLOCK_END) && parse_body(p, until, ret);
}

/* The same where only one word can end the body: takes it, too. */
static bool whole_body(
    struct parser *p, const char *const *until, struct stmt **ret)
{
	if (!body_until(p, until, ret))
		return false;
	p->token++;
	return true;
}

static struct func *new_func(struct parser *p, uint32_t pos)
{
	struct func *fn = parse_alloc(p, sizeof(*fn));

	if (fn) {
		fn->template = p->template;
		fn->pos = pos;
		fn->caller_slot = fn->kwargs_slot = fn->varargs_slot = -1;
		fn->self_slot = fn->super_slot = -1;
	}
	return fn;
}

/* Behind the body: the next elif as a statement in orelse, else NULL. */
static struct stmt *parse_elif(struct parser *p, struct stmt *s)
{
	struct stmt *next = parse_alloc(p, sizeof(*next));

	if (!next)
		return NULL;
	next->op = S_IF;
	next->pos = p->token[-2].pos;
	s->u.cond.orelse = next;
	s->u.cond.is_elif = true;
	return next;
}

static bool parse_if(struct parser *p, struct stmt *s)
{
	for (;;) {
		s->u.cond.test = parse_tuple(p, TUPLE_NO_COND, NULL, false);
		s->end = p->token->pos + 2;
		if (!s->u.cond.test || !body_until(p, end_if, &s->u.cond.body))
			return false;
		if (!parse_accept_word(p, "elif"))
			break;
		s = parse_elif(p, s);
		if (!s)
			return false;
	}
	if (parse_accept_word(p, "else"))
		return whole_body(p, end_else, &s->u.cond.orelse);
	p->token++;
	return true;
}

static bool parse_for_else(struct parser *p, struct for_stmt *loop)
{
	if (parse_accept_word(p, "else"))
		return whole_body(p, end_for_else, &loop->orelse);
	p->token++;
	return true;
}

static bool parse_for(struct parser *p, struct stmt *s)
{
	struct for_stmt *loop = parse_alloc(p, sizeof(*loop));
	bool ok;

	if (!loop)
		return false;
	s->u.loop = loop;
	loop->target = parse_target(p, "in", false);
	if (!loop->target)
		return false;
	if (!parse_accept_word(p, "in")) {
		parse_fail(p, p->token->pos, "expected 'in'");
		return false;
	}
	loop->iter = parse_tuple(p, TUPLE_NO_COND, "recursive", false);
	if (!loop->iter)
		return false;
	if (parse_accept_word(p, "if")) {
		loop->test = parse_expression(p);
		loop->test_target = parse_clone_target(p, loop->target);
		if (!loop->test || !loop->test_target)
			return false;
	}
	loop->recursive = parse_accept_word(p, "recursive");
	if (loop->recursive) {
		loop->fn = new_func(p, s->pos);
		if (!loop->fn)
			return false;
	}
	s->end = p->token->pos + 2;
	p->loops++;
	ok = body_until(p, end_for, &loop->body);
	p->loops--;
	return ok && parse_for_else(p, loop);
}

static bool parse_set(struct parser *p, struct stmt *s)
{
	s->u.set.target = parse_target(p, NULL, true);
	if (!s->u.set.target)
		return false;
	if (parse_accept(p, T_ASSIGN)) {
		s->u.set.value = parse_tuple(p, TUPLE_FULL, NULL, false);
		s->end = p->token->pos + 2;
		return s->u.set.value != NULL;
	}
	s->op = S_SET_BLOCK;
	s->u.set.plan = parse_alloc(p, sizeof(*s->u.set.plan));
	s->u.set.value = parse_filter(p, NULL, false);
	s->end = p->token->pos + 2;
	return !p->failed && whole_body(p, end_set, &s->u.set.body);
}

struct param_vec {
	const struct name *names[64];
	struct expr *defaults[64];
	uint16_t n;
};

static bool parse_param(struct parser *p, struct param_vec *v)
{
	struct expr *x = parse_name_target(p, USE_PARAM);

	if (!x)
		return false;
	for (uint16_t i = 0; i < v->n; i++)
		if (v->names[i] == x->u.name.name) {
			parse_fail(p, x->pos, "parameter '%s' is repeated",
			    x->u.name.name->text);
			return false;
		}
	v->names[v->n] = x->u.name.name;
	v->defaults[v->n] = NULL;
	if (parse_accept(p, T_ASSIGN)) {
		v->defaults[v->n] = parse_expression(p);
	} else if (v->n && v->defaults[v->n - 1]) {
		parse_fail(p, x->pos,
		    "a parameter without default follows one with default");
		return false;
	}
	v->n++;
	return !p->failed;
}

static bool parse_signature(struct parser *p, struct func *fn)
{
	struct param_vec v = { .n = 0 };

	if (!parse_expect(p, T_LPAREN))
		return false;
	while (p->token->kind != T_RPAREN) {
		if (v.n && !parse_expect(p, T_COMMA))
			return false;
		if (v.n == 64) {
			parse_fail(p, p->token->pos, "too many parameters");
			return false;
		}
		if (!parse_param(p, &v))
			return false;
	}
	p->token++;
	fn->n_params = v.n;
	fn->params = parse_alloc(p, (v.n + 1u) * sizeof(*fn->params));
	fn->defaults = parse_alloc(p, (v.n + 1u) * sizeof(*fn->defaults));
	fn->param_slots = parse_alloc(p, (v.n + 1u) * sizeof(uint16_t));
	if (p->failed)
		return false;
	memcpy(fn->params, v.names, v.n * sizeof(*fn->params));
	memcpy(fn->defaults, v.defaults, v.n * sizeof(*fn->defaults));
	return true;
}

/* The body of a function: no break out of it into a loop around it. */
static bool function_body(
    struct parser *p, const char *const *until, struct func *fn)
{
	unsigned loops = p->loops;
	bool ok;

	p->loops = 0;
	ok = whole_body(p, until, &fn->body);
	p->loops = loops;
	return ok;
}

static bool parse_macro(struct parser *p, struct stmt *s)
{
	struct func *fn = new_func(p, s->pos);

	if (!fn)
		return false;
	s->u.macro.fn = fn;
	s->u.macro.target = parse_name_target(p, USE_STORE);
	if (!s->u.macro.target)
		return false;
	fn->name = s->u.macro.target->u.name.name;
	if (!parse_signature(p, fn))
		return false;
	s->end = p->token->pos + 2;
	return function_body(p, end_macro, fn);
}

static bool parse_call_block(struct parser *p, struct stmt *s)
{
	struct func *fn = new_func(p, s->pos);

	if (!fn)
		return false;
	s->u.macro.fn = fn;
	if (p->token->kind == T_LPAREN && !parse_signature(p, fn))
		return false;
	s->u.macro.call = parse_expression(p);
	if (!s->u.macro.call)
		return false;
	if (s->u.macro.call->op != X_CALL) {
		parse_fail(p, s->u.macro.call->pos, "expected a call");
		return false;
	}
	s->end = p->token->pos + 2;
	return function_body(p, end_call, fn);
}

static bool parse_filter_block(struct parser *p, struct stmt *s)
{
	s->u.set.plan = parse_alloc(p, sizeof(*s->u.set.plan));
	s->u.set.value = parse_filter(p, NULL, true);
	s->end = p->token->pos + 2;
	return s->u.set.value && whole_body(p, end_filter, &s->u.set.body);
}

static bool parse_with(struct parser *p, struct stmt *s)
{
	struct with_stmt *w = parse_alloc(p, sizeof(*w));
	struct expr *targets[64], *values[64];
	uint32_t n = 0;

	if (!w)
		return false;
	s->u.with = w;
	while (p->token->kind != T_BLOCK_END && p->token->kind != T_COLON) {
		if (n && !parse_expect(p, T_COMMA))
			return false;
		targets[n] = parse_target(p, NULL, false);
		if (!targets[n] || !parse_set_use(p, targets[n], USE_PARAM) ||
		    !parse_expect(p, T_ASSIGN))
			return false;
		values[n] = parse_expression(p);
		if (!values[n])
			return false;
		if (++n == 64) {
			parse_fail(p, s->pos, "too many names in one with");
			return false;
		}
	}
	s->end = p->token->pos + 2;
	w->n = n;
	w->targets = parse_alloc(p, (n + 1) * sizeof(*targets));
	w->values = parse_alloc(p, (n + 1) * sizeof(*values));
	if (p->failed)
		return false;
	memcpy(w->targets, targets, n * sizeof(*targets));
	memcpy(w->values, values, n * sizeof(*values));
	return whole_body(p, end_with, &w->body);
}

static bool parse_autoescape(struct parser *p, struct stmt *s)
{
	s->u.autoescape = parse_alloc(p, sizeof(*s->u.autoescape));
	if (!s->u.autoescape)
		return false;
	s->u.autoescape->value = parse_expression(p);
	s->end = p->token->pos + 2;
	return s->u.autoescape->value &&
	       whole_body(p, end_autoescape, &s->u.autoescape->body);
}

static bool is_blank(const struct stmt *body)
{
	for (; body; body = body->next) {
		if (body->op != S_TEXT)
			return false;
		if (utf8_rstrip(body->u.text.text, body->u.text.len) != 0)
			return false;
	}
	return true;
}

static bool parse_block(struct parser *p, struct stmt *s)
{
	struct func *fn = new_func(p, s->pos);

	if (!fn)
		return false;
	s->u.block.fn = fn;
	fn->name = parse_name(p);
	if (!fn->name)
		return false;
	for (struct func *b = p->template->blocks; b; b = b->next)
		if (b->name == fn->name) {
			parse_fail(p, s->pos, "block '%s' is defined twice",
			    fn->name->text);
			return false;
		}
	*p->last_block = fn;
	p->last_block = &fn->next;
	s->u.block.scoped = parse_accept_word(p, "scoped");
	fn->required = parse_accept_word(p, "required");
	s->end = p->token->pos + 2;
	if (!function_body(p, end_block, fn))
		return false;
	if (fn->required && !is_blank(fn->body)) {
		parse_fail(p, s->pos,
		    "required blocks can only contain "
		    "comments or white space");
		return false;
	}
	parse_accept_word(p, fn->name->text);
	return true;
}

static bool parse_do(struct parser *p, struct stmt *s)
{
	s->u.expr = parse_tuple(p, TUPLE_FULL, NULL, false);
	return s->u.expr != NULL;
}

static bool parse_print(struct parser *p, struct stmt *s)
{
	if (p->token->kind == T_BLOCK_END) {
		s->op = S_TEXT;
		s->u.text.text = "";
		return true;
	}
	for (;;) {
		s->u.expr = parse_expression(p);
		s->end = p->token->pos;
		if (!s->u.expr)
			return false;
		if (p->token->kind == T_BLOCK_END)
			return true;
		if (!parse_expect(p, T_COMMA))
			return false;
		s->next = parse_alloc(p, sizeof(*s));
		if (!s->next)
			return false;
		s = s->next;
		s->op = S_PRINT;
	}
}

static bool parse_loop_control(struct parser *p, struct stmt *s)
{
	if (p->loops)
		return true;
	parse_fail(p, s->pos, "'%s' outside of a loop",
	    s->op == S_BREAK ? "break" : "continue");
	return false;
}

static const struct statement_kind {
	const char *word;
	statement_fn parse;
	uint8_t op;
} statements[] = {
	{ "if", parse_if, S_IF },
	{ "for", parse_for, S_FOR },
	{ "set", parse_set, S_SET },
	{ "include", parse_include, S_INCLUDE },
	{ "macro", parse_macro, S_MACRO },
	{ "call", parse_call_block, S_CALL_BLOCK },
	{ "import", parse_import, S_IMPORT },
	{ "from", parse_from, S_FROM },
	{ "block", parse_block, S_BLOCK },
	{ "extends", parse_extends, S_EXTENDS },
	{ "filter", parse_filter_block, S_FILTER_BLOCK },
	{ "with", parse_with, S_WITH },
	{ "autoescape", parse_autoescape, S_AUTOESCAPE },
	{ "do", parse_do, S_DO },
	{ "print", parse_print, S_PRINT },
	{ "break", parse_loop_control, S_BREAK },
	{ "continue", parse_loop_control, S_CONTINUE },
};

struct stmt *parse_statement(struct parser *p)
{
	const struct token *t = p->token;
	struct stmt *s;

	if (t->kind != T_NAME)
		return parse_fail(p, t->pos, "expected the name of a tag");
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
		const struct statement_kind *k = &statements[i];

		if (!parse_accept_word(p, k->word))
			continue;
		s = parse_alloc(p, sizeof(*s));
		if (!s)
			return NULL;
		s->op = k->op;
		s->pos = t[-1].pos;
		if (!k->parse(p, s))
			return parse_fail(p, p->token->pos, "syntax error");
		if (!s->end)
			s->end = p->token->pos + 2;
		return s;
	}
	return parse_fail(p, t->pos, "unknown tag '%.*s'",
	    (int)(t->len < 40 ? t->len : 40), t->u.text.text);
}
