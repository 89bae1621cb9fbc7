#include "jinja/scope.h"

#include "jinja/ast_walk.h"
#include "jinja/binder.h"
#include "jinja/native.h"

static void bind_body(struct binder *b, struct scope *s, struct stmt *body);

static struct scope inner_scope(struct scope *s)
{
	return (struct scope){ .parent = s,
		.fn = s->fn,
		.slots = s->slots,
		.level = s->level + 1 };
}

static void plan(
    struct binder *b, const struct scope *s, struct scope_plan *ret)
{
	if (!symbols_plan(b->template->arena, s, ret))
		b->symbols.failed = true;
}

/* The body of a scope of its own: nothing of the if around it holds. */
static void bind_inner(struct binder *b, struct scope *s, struct stmt *body)
{
	bool soft = b->soft, rootlevel = b->rootlevel;

	b->soft = b->rootlevel = false;
	bind_body(b, s, body);
	b->soft = soft;
	b->rootlevel = rootlevel;
}

static void check_loop_name(
    void *ctx, const struct name *name, enum name_use use)
{
	if (use == USE_STORE && strcmp(name->text, "loop") == 0)
		*(bool *)ctx = true;
}

static bool assigns_loop(const struct for_stmt *loop)
{
	bool found = false;

	walk_expr_names(loop->target, check_loop_name, &found);
	walk_names(loop->body, check_loop_name, &found);
	walk_names(loop->orelse, check_loop_name, &found);
	return found;
}

static const struct name *new_name(struct binder *b, const char *text)
{
	struct name *n = arena_zalloc(b->template->arena, sizeof(*n));

	if (n) {
		n->text = text;
		n->len = (uint32_t)strlen(text);
		n->hash = hash_text(text, n->len);
	}
	return n;
}

struct find_ctx {
	const char *text;
	const struct name *found;
};

static void match_name(void *ctx, const struct name *name, enum name_use use)
{
	struct find_ctx *f = ctx;

	(void)use;
	if (!f->found && strcmp(name->text, f->text) == 0)
		f->found = name;
}

/* The interned name of a special variable that the body uses; one of its own
 * if nothing mentions it. */
static const struct name *special_name(
    struct binder *b, const struct stmt *body, const char *text)
{
	struct find_ctx f = { .text = text };

	walk_names(body, match_name, &f);
	return f.found ? f.found : new_name(b, text);
}

static uint16_t declare_special(struct binder *b, struct scope *s,
    const struct stmt *body, const char *text)
{
	const struct name *name = special_name(b, body, text);
	struct symbol *y = name ? symbols_declare(&b->symbols, s, name) : NULL;

	if (!y)
		b->symbols.failed = true;
	return y ? y->slot : 0;
}

/* A function's own slots begin at its outermost scope. */
static struct scope func_scope(
    struct binder *b, struct scope *parent, struct func *fn)
{
	struct scope s = { .parent = parent,
		.fn = fn,
		.level = parent ? parent->level + 1 : 0 };

	s.slots = arena_zalloc(b->symbols.scratch, sizeof(*s.slots));
	if (!s.slots)
		b->symbols.failed = true;
	if (!parent)
		return s;
	fn->parent = parent->fn;
	for (struct func *f = parent->fn; f;) {
		union {
			const struct func *in;
			struct func *out;
		} u = { .in = f->parent };

		f->captured = true;
		f = u.out;
	}
	return s;
}

/* The test has slots of its own: it is evaluated for the next item while the
 * body still has this one. */
#define TEST_LEVEL 1000000

static void bind_loop_test(struct binder *b, struct scope *s, struct func *fn,
    struct slot_table *slots, struct for_stmt *loop)
{
	struct scope test = { .parent = s,
		.fn = fn,
		.slots = slots,
		.level = s->level + TEST_LEVEL };
	bool soft = b->soft;

	analyse_params(b, &test, loop->test_target);
	analyse_expr(b, &test, loop->test);
	b->soft = false;
	bind_expr(b, &test, loop->test_target);
	bind_expr(b, &test, loop->test);
	b->soft = soft;
	plan(b, &test, &loop->test_plan);
}

static void bind_for(struct binder *b, struct scope *s, struct stmt *st)
{
	static const char *const names[] = { "loop", NULL };
	struct for_stmt *loop = st->u.loop;
	struct scope body =
	    loop->fn ? func_scope(b, s, loop->fn) : inner_scope(s);
	struct scope orelse = body;

	if (b->symbols.failed)
		return;
	loop->extended = loop->recursive ||
			 undeclared_names(loop->body, names) ||
			 has_scoped_block(loop->body);
	if (assigns_loop(loop))
		bind_fail(b, st->pos, "can't assign to the special variable",
		    "loop", " in a for loop");
	bind_expr(b, s, loop->iter);
	if (loop->extended)
		loop->loop_slot = declare_special(b, &body, loop->body, "loop");
	analyse_params(b, &body, loop->target);
	analyse_body(b, &body, loop->body);
	if (loop->test)
		bind_loop_test(b, s, body.fn, body.slots, loop);
	bind_expr(b, &body, loop->target);
	bind_inner(b, &body, loop->body);
	plan(b, &body, &loop->plan);
	analyse_body(b, &orelse, loop->orelse);
	bind_inner(b, &orelse, loop->orelse);
	plan(b, &orelse, &loop->else_plan);
}

static void declare_params(struct binder *b, struct scope *s, struct func *fn)
{
	for (uint16_t i = 0; i < fn->n_params; i++) {
		struct symbol *y =
		    symbols_declare(&b->symbols, s, fn->params[i]);

		if (y)
			fn->param_slots[i] = y->slot;
		if (strcmp(fn->params[i]->text, "caller") == 0)
			fn->explicit_caller = true;
	}
}

static bool has_param(const struct func *fn, const char *name)
{
	for (uint16_t i = 0; i < fn->n_params; i++)
		if (strcmp(fn->params[i]->text, name) == 0)
			return true;
	return false;
}

/* caller, kwargs and varargs exist only in a macro that uses them. */
static void declare_specials(struct binder *b, struct scope *s, struct func *fn)
{
	static const char *const names[] = { "caller", "kwargs", "varargs",
		NULL };
	int32_t *slots[] = { &fn->caller_slot, &fn->kwargs_slot,
		&fn->varargs_slot };
	unsigned used = undeclared_names(fn->body, names);

	for (unsigned i = 0; i < 3; i++) {
		if (!(used & 1u << i))
			continue;
		if (!has_param(fn, names[i])) {
			*slots[i] = declare_special(b, s, fn->body, names[i]);
			continue;
		}
		for (uint16_t p = 0; i == 0 && p < fn->n_params; p++)
			if (strcmp(fn->params[p]->text, "caller") == 0 &&
			    !fn->defaults[p])
				bind_fail(b, fn->pos, "the special parameter",
				    "caller",
				    " must be omitted or have a default");
	}
}

static void bind_func(struct binder *b, struct scope *parent, struct func *fn)
{
	struct scope s = func_scope(b, parent, fn);
	bool check = b->check_output;

	if (b->symbols.failed)
		return;
	declare_params(b, &s, fn);
	for (uint16_t i = 0; i < fn->n_params; i++)
		analyse_expr(b, &s, fn->defaults[i]);
	declare_specials(b, &s, fn);
	analyse_body(b, &s, fn->body);
	b->check_output = false;
	for (uint16_t i = 0; i < fn->n_params; i++)
		bind_expr(b, &s, fn->defaults[i]);
	bind_inner(b, &s, fn->body);
	b->check_output = check;
	plan(b, &s, &fn->plan);
}

static void bind_with(struct binder *b, struct scope *s, struct stmt *st)
{
	struct with_stmt *w = st->u.with;
	struct scope in = inner_scope(s);

	for (uint32_t i = 0; i < w->n; i++)
		analyse_expr(b, &in, w->targets[i]);
	analyse_body(b, &in, w->body);
	for (uint32_t i = 0; i < w->n; i++) {
		bind_expr(b, s, w->values[i]);
		bind_expr(b, &in, w->targets[i]);
	}
	bind_inner(b, &in, w->body);
	plan(b, &in, &w->plan);
}

static void bind_capture(struct binder *b, struct scope *s, struct stmt *st)
{
	struct scope in = inner_scope(s);
	bool check = b->check_output, soft = b->soft;

	analyse_body(b, &in, st->u.set.body);
	analyse_expr(b, &in, st->u.set.value);
	if (st->op == S_SET_BLOCK) {
		bind_expr(b, s, st->u.set.target);
		b->check_output = false;
	}
	bind_inner(b, &in, st->u.set.body);
	b->soft = false;
	bind_expr(b, &in, st->u.set.value);
	b->soft = soft;
	b->check_output = check;
	plan(b, &in, st->u.set.plan);
}

static void bind_autoescape(struct binder *b, struct scope *s, struct stmt *st)
{
	struct scope in = inner_scope(s);

	analyse_expr(b, &in, st->u.autoescape->value);
	analyse_body(b, &in, st->u.autoescape->body);
	bind_expr(b, &in, st->u.autoescape->value);
	bind_inner(b, &in, st->u.autoescape->body);
	plan(b, &in, &st->u.autoescape->plan);
}

static void bind_if(struct binder *b, struct scope *s, struct stmt *st)
{
	bool soft = b->soft, rootlevel = b->rootlevel;

	b->soft = true;
	b->rootlevel = false;
	for (;;) {
		bind_expr(b, s, st->u.cond.test);
		bind_body(b, s, st->u.cond.body);
		if (!st->u.cond.is_elif)
			break;
		st = st->u.cond.orelse;
	}
	bind_body(b, s, st->u.cond.orelse);
	b->soft = soft;
	b->rootlevel = rootlevel;
}

static void bind_import(struct binder *b, struct scope *s, struct stmt *st)
{
	bind_expr(b, s, st->u.import.template);
	if (st->op == S_IMPORT)
		bind_expr(b, s, st->u.import.target);
	for (uint32_t i = 0; st->op == S_FROM && i < st->u.import.n_names; i++)
		bind_expr(b, s, st->u.import.names[i].alias);
	if (!st->u.import.with_context)
		return;
	st->u.import.visible = symbols_visible(b->template->arena, s);
	if (!st->u.import.visible)
		b->symbols.failed = true;
}

static void bind_block(struct binder *b, struct scope *s, struct stmt *st)
{
	if (s->toplevel && b->known_extends)
		st->dead = true;
	else if (s->toplevel && b->extends_so_far)
		st->check_output = true;
	if (!st->u.block.scoped)
		return;
	st->u.block.visible = symbols_visible(b->template->arena, s);
	if (!st->u.block.visible)
		b->symbols.failed = true;
}

static void bind_extends(struct binder *b, struct scope *s, struct stmt *st)
{
	if (!s->toplevel)
		bind_fail(b, st->pos, "the tag", "extends",
		    " is only possible at the top level");
	bind_expr(b, s, st->u.expr);
	if (b->rootlevel)
		b->known_extends = true;
	b->extends_so_far++;
}

static void bind_output(struct binder *b, struct stmt *st)
{
	st->dead = b->check_output && b->known_extends;
	st->check_output = b->check_output;
}

static void bind_stmt(struct binder *b, struct scope *s, struct stmt *st)
{
	switch ((enum stmt_op)st->op) {
	case S_TEXT:
		bind_output(b, st);
		return;
	case S_PRINT:
		bind_output(b, st);
		bind_expr(b, s, st->u.expr);
		return;
	case S_DO:
		bind_expr(b, s, st->u.expr);
		return;
	case S_IF:
		bind_if(b, s, st);
		return;
	case S_FOR:
		bind_for(b, s, st);
		return;
	case S_SET:
		bind_expr(b, s, st->u.set.value);
		bind_expr(b, s, st->u.set.target);
		return;
	case S_SET_BLOCK:
	case S_FILTER_BLOCK:
		bind_capture(b, s, st);
		return;
	case S_MACRO:
		bind_func(b, s, st->u.macro.fn);
		bind_expr(b, s, st->u.macro.target);
		return;
	case S_CALL_BLOCK:
		bind_func(b, s, st->u.macro.fn);
		bind_expr(b, s, st->u.macro.call);
		return;
	case S_WITH:
		bind_with(b, s, st);
		return;
	case S_AUTOESCAPE:
		bind_autoescape(b, s, st);
		return;
	case S_BLOCK:
		bind_block(b, s, st);
		return;
	case S_EXTENDS:
		bind_extends(b, s, st);
		return;
	case S_INCLUDE:
	case S_IMPORT:
	case S_FROM:
		bind_import(b, s, st);
		return;
	case S_BREAK:
	case S_CONTINUE:
		return;
	}
}

static void bind_body(struct binder *b, struct scope *s, struct stmt *body)
{
	for (; body && !b->failed && !b->symbols.failed; body = body->next) {
		body->toplevel = s->toplevel;
		bind_stmt(b, s, body);
	}
}

/* The root of the template, or a block: scopes without a scope around. */
static void bind_outermost(struct binder *b, struct func *fn, bool is_root)
{
	static const char *const names[] = { "self", "super", NULL };
	unsigned used = undeclared_names(fn->body, names);
	struct scope s = func_scope(b, NULL, fn);

	if (b->symbols.failed)
		return;
	s.toplevel = b->rootlevel = is_root;
	b->soft = false;
	b->check_output = is_root && b->template->extends;
	if (used & 1)
		fn->self_slot = declare_special(b, &s, fn->body, "self");
	if ((used & 2) && !is_root)
		fn->super_slot = declare_special(b, &s, fn->body, "super");
	analyse_body(b, &s, fn->body);
	bind_body(b, &s, fn->body);
	plan(b, &s, &fn->plan);
}

enum err_code scope_bind(struct jinja_template *t, struct arena *scratch,
    uint32_t *ret_pos, struct err *e)
{
	struct binder b = {
		.template = t, .err = e, .symbols = { .scratch = scratch }
	};

	bind_outermost(&b, t->root, true);
	for (struct func *fn = t->blocks; fn; fn = fn->next)
		bind_outermost(&b, fn, false);
	*ret_pos = b.fail_pos;
	if (b.failed)
		return ERR_INVALID;
	if (b.symbols.failed)
		return err_set(e, ERR_LIMIT,
		    "the template uses too many names in one scope");
	return ERR_OK;
}
