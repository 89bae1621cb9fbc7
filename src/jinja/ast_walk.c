#include "jinja/ast_walk.h"

static uint32_t args_count(const struct arg_list *a)
{
	return (uint32_t)a->n_pos + a->n_kw + 2;
}

static struct expr *args_child(const struct arg_list *a, uint32_t i)
{
	if (i < a->n_pos)
		return a->pos[i];
	i -= a->n_pos;
	if (i < a->n_kw)
		return a->kw[i];
	return i == a->n_kw ? a->dyn_pos : a->dyn_kw;
}

uint32_t expr_child_count(const struct expr *x)
{
	switch ((enum expr_op)x->op) {
	case X_CONST:
	case X_LOCAL:
	case X_NAME:
	case X_NSREF:
		return 0;
	case X_TUPLE:
	case X_LIST:
	case X_DICT:
	case X_CONCAT:
		return x->u.list.n;
	case X_ATTR:
	case X_NOT:
	case X_NEG:
	case X_POS:
		return 1;
	case X_SLICE:
	case X_COND:
		return 3;
	case X_CALL:
		return 1 + args_count(x->u.call.args);
	case X_FILTER:
	case X_TEST:
		return 1 + args_count(x->u.filter.args);
	case X_COMPARE:
		return 1 + x->u.compare.n;
	case X_ITEM:
	case X_AND:
	case X_OR:
	case X_ADD:
	case X_SUB:
	case X_MUL:
	case X_DIV:
	case X_FLOORDIV:
	case X_MOD:
	case X_POW:
		return 2;
	}
	return 0;
}

struct expr *expr_child(const struct expr *x, uint32_t i)
{
	switch ((enum expr_op)x->op) {
	case X_CONST:
	case X_LOCAL:
	case X_NAME:
	case X_NSREF:
		return NULL;
	case X_TUPLE:
	case X_LIST:
	case X_DICT:
	case X_CONCAT:
		return x->u.list.items[i];
	case X_ATTR:
		return x->u.attr.of;
	case X_SLICE:
		return i == 0	? x->u.slice.start
		       : i == 1 ? x->u.slice.stop
				: x->u.slice.step;
	case X_COND:
		return i == 0	? x->u.cond.test
		       : i == 1 ? x->u.cond.yes
				: x->u.cond.no;
	case X_CALL:
		return i == 0 ? x->u.call.fn
			      : args_child(x->u.call.args, i - 1);
	case X_FILTER:
	case X_TEST:
		return i == 0 ? x->u.filter.of
			      : args_child(x->u.filter.args, i - 1);
	case X_COMPARE:
		return i == 0 ? x->u.compare.first
			      : x->u.compare.ops[i - 1].right;
	case X_ITEM:
		return i == 0 ? x->u.item.of : x->u.item.index;
	case X_NOT:
	case X_NEG:
	case X_POS:
	case X_AND:
	case X_OR:
	case X_ADD:
	case X_SUB:
	case X_MUL:
	case X_DIV:
	case X_FLOORDIV:
	case X_MOD:
	case X_POW:
		return i == 0 ? x->u.bin.a : x->u.bin.b;
	}
	return NULL;
}

void walk_expr_names(const struct expr *x, name_visitor visit, void *ctx)
{
	uint32_t n;

	if (!x)
		return;
	if (x->op == X_NAME || x->op == X_LOCAL)
		visit(ctx, x->u.name.name, (enum name_use)x->use);
	n = expr_child_count(x);
	for (uint32_t i = 0; i < n; i++)
		walk_expr_names(expr_child(x, i), visit, ctx);
}

static void walk_func(const struct func *fn, name_visitor visit, void *ctx)
{
	for (uint16_t i = 0; i < fn->n_params; i++)
		visit(ctx, fn->params[i], USE_PARAM);
	for (uint16_t i = 0; i < fn->n_params; i++)
		walk_expr_names(fn->defaults[i], visit, ctx);
	walk_names(fn->body, visit, ctx);
}

static void walk_loop(
    const struct for_stmt *loop, name_visitor visit, void *ctx)
{
	walk_expr_names(loop->target, visit, ctx);
	walk_expr_names(loop->iter, visit, ctx);
	walk_names(loop->body, visit, ctx);
	walk_names(loop->orelse, visit, ctx);
	walk_expr_names(loop->test, visit, ctx);
}

static void walk_with(const struct with_stmt *w, name_visitor visit, void *ctx)
{
	for (uint32_t i = 0; i < w->n; i++)
		walk_expr_names(w->targets[i], visit, ctx);
	for (uint32_t i = 0; i < w->n; i++)
		walk_expr_names(w->values[i], visit, ctx);
	walk_names(w->body, visit, ctx);
}

static void walk_stmt(const struct stmt *s, name_visitor visit, void *ctx)
{
	switch ((enum stmt_op)s->op) {
	case S_TEXT:
	case S_BREAK:
	case S_CONTINUE:
	case S_BLOCK:
		return;
	case S_PRINT:
	case S_DO:
	case S_EXTENDS:
		walk_expr_names(s->u.expr, visit, ctx);
		return;
	case S_IF:
		walk_expr_names(s->u.cond.test, visit, ctx);
		walk_names(s->u.cond.body, visit, ctx);
		walk_names(s->u.cond.orelse, visit, ctx);
		return;
	case S_FOR:
		walk_loop(s->u.loop, visit, ctx);
		return;
	case S_SET:
	case S_SET_BLOCK:
	case S_FILTER_BLOCK:
		walk_expr_names(s->u.set.target, visit, ctx);
		walk_expr_names(s->u.set.value, visit, ctx);
		walk_names(s->u.set.body, visit, ctx);
		return;
	case S_MACRO:
	case S_CALL_BLOCK:
		walk_expr_names(s->u.macro.call, visit, ctx);
		walk_func(s->u.macro.fn, visit, ctx);
		return;
	case S_WITH:
		walk_with(s->u.with, visit, ctx);
		return;
	case S_AUTOESCAPE:
		walk_expr_names(s->u.autoescape->value, visit, ctx);
		walk_names(s->u.autoescape->body, visit, ctx);
		return;
	case S_INCLUDE:
	case S_IMPORT:
	case S_FROM:
		walk_expr_names(s->u.import.template, visit, ctx);
		return;
	}
}

void walk_names(const struct stmt *body, name_visitor visit, void *ctx)
{
	const struct stmt *s = body;

	while (s) {
		/* a chain of elif is long, not deep */
		if (s->op == S_IF && s->u.cond.is_elif) {
			const struct stmt *c = s;

			for (; c->u.cond.is_elif; c = c->u.cond.orelse) {
				walk_expr_names(c->u.cond.test, visit, ctx);
				walk_names(c->u.cond.body, visit, ctx);
			}
			walk_stmt(c, visit, ctx);
		} else {
			walk_stmt(s, visit, ctx);
		}
		s = s->next;
	}
}

static bool stmt_has_scoped_block(const struct stmt *s)
{
	switch ((enum stmt_op)s->op) {
	case S_BLOCK:
		return s->u.block.scoped ||
		       has_scoped_block(s->u.block.fn->body);
	case S_FOR:
		return has_scoped_block(s->u.loop->body) ||
		       has_scoped_block(s->u.loop->orelse);
	case S_SET_BLOCK:
	case S_FILTER_BLOCK:
		return has_scoped_block(s->u.set.body);
	case S_MACRO:
	case S_CALL_BLOCK:
		return has_scoped_block(s->u.macro.fn->body);
	case S_WITH:
		return has_scoped_block(s->u.with->body);
	case S_AUTOESCAPE:
		return has_scoped_block(s->u.autoescape->body);
	case S_IF:
		for (; s; s = s->u.cond.is_elif ? s->u.cond.orelse : NULL)
			if (has_scoped_block(s->u.cond.body) ||
			    (!s->u.cond.is_elif &&
				has_scoped_block(s->u.cond.orelse)))
				return true;
		return false;
	case S_TEXT:
	case S_PRINT:
	case S_SET:
	case S_EXTENDS:
	case S_INCLUDE:
	case S_IMPORT:
	case S_FROM:
	case S_DO:
	case S_BREAK:
	case S_CONTINUE:
		break;
	}
	return false;
}

bool has_scoped_block(const struct stmt *body)
{
	for (; body; body = body->next)
		if (stmt_has_scoped_block(body))
			return true;
	return false;
}

struct undeclared {
	const char *const *names;
	unsigned dropped, found;
};

static void see_name(void *ctx, const struct name *name, enum name_use use)
{
	struct undeclared *u = ctx;

	for (unsigned i = 0; u->names[i]; i++) {
		unsigned bit = 1u << i;

		if (strcmp(u->names[i], name->text) != 0)
			continue;
		if (use != USE_LOAD)
			u->dropped |= bit;
		else if (!(u->dropped & bit))
			u->found |= bit;
	}
}

unsigned undeclared_names(const struct stmt *body, const char *const *names)
{
	struct undeclared u = { .names = names };

	walk_names(body, see_name, &u);
	return u.found;
}
