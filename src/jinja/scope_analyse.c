#include "jinja/binder.h"

#include "jinja/ast_walk.h"

struct analysis {
	struct binder *b;
	struct scope *s;
};

static void see_name(void *ctx, const struct name *name, enum name_use use)
{
	struct analysis *an = ctx;

	if (use == USE_LOAD)
		symbols_load(&an->b->symbols, an->s, name);
	else if (use == USE_STORE)
		symbols_store(&an->b->symbols, an->s, name);
	else
		symbols_declare(&an->b->symbols, an->s, name);
}

void analyse_expr(struct binder *b, struct scope *s, const struct expr *x)
{
	struct analysis an = { .b = b, .s = s };

	if (x && x->op == X_NSREF)
		symbols_load(&b->symbols, s, x->u.name.name);
	else
		walk_expr_names(x, see_name, &an);
}

static void analyse_if(struct binder *b, struct scope *s, const struct stmt *st)
{
	struct scope branches[3];
	const struct stmt *orelse = st;

	analyse_expr(b, s, st->u.cond.test);
	for (unsigned i = 0; i < 3; i++) {
		branches[i] = (struct scope){ .parent = s->parent,
			.base = s,
			.fn = s->fn,
			.slots = s->slots,
			.level = s->level };
	}
	analyse_body(b, &branches[0], st->u.cond.body);
	while (orelse->u.cond.is_elif) {
		struct stmt single;

		orelse = orelse->u.cond.orelse;
		single = *orelse;
		single.next = NULL;
		single.u.cond.orelse = NULL;
		single.u.cond.is_elif = false;
		analyse_body(b, &branches[1], &single);
	}
	analyse_body(b, &branches[2], orelse->u.cond.orelse);
	symbols_merge(&b->symbols, s, branches);
}

static void analyse_names(
    struct binder *b, struct scope *s, const struct stmt *st)
{
	analyse_expr(b, s, st->u.import.template);
	if (st->op == S_IMPORT)
		analyse_expr(b, s, st->u.import.target);
	for (uint32_t i = 0; st->op == S_FROM && i < st->u.import.n_names; i++)
		analyse_expr(b, s, st->u.import.names[i].alias);
}

/* What a statement means for the scope it stands in, not for its own. */
static void analyse_stmt(
    struct binder *b, struct scope *s, const struct stmt *st)
{
	switch ((enum stmt_op)st->op) {
	case S_PRINT:
	case S_DO:
	case S_EXTENDS:
		analyse_expr(b, s, st->u.expr);
		return;
	case S_IF:
		analyse_if(b, s, st);
		return;
	case S_FOR:
		analyse_expr(b, s, st->u.loop->iter);
		return;
	case S_SET:
		analyse_expr(b, s, st->u.set.value);
		analyse_expr(b, s, st->u.set.target);
		return;
	case S_SET_BLOCK:
		analyse_expr(b, s, st->u.set.target);
		return;
	case S_FILTER_BLOCK:
		analyse_expr(b, s, st->u.set.value);
		return;
	case S_MACRO:
		analyse_expr(b, s, st->u.macro.target);
		return;
	case S_CALL_BLOCK:
		analyse_expr(b, s, st->u.macro.call);
		return;
	case S_WITH:
		for (uint32_t i = 0; i < st->u.with->n; i++)
			analyse_expr(b, s, st->u.with->values[i]);
		return;
	case S_INCLUDE:
	case S_IMPORT:
	case S_FROM:
		analyse_names(b, s, st);
		return;
	case S_TEXT:
	case S_AUTOESCAPE:
	case S_BLOCK:
	case S_BREAK:
	case S_CONTINUE:
		return;
	}
}

void analyse_body(struct binder *b, struct scope *s, const struct stmt *body)
{
	for (; body; body = body->next)
		analyse_stmt(b, s, body);
}

static void see_param(void *ctx, const struct name *name, enum name_use use)
{
	struct analysis *an = ctx;

	(void)use;
	symbols_declare(&an->b->symbols, an->s, name);
}

void analyse_params(struct binder *b, struct scope *s, const struct expr *x)
{
	struct analysis an = { .b = b, .s = s };

	walk_expr_names(x, see_param, &an);
}
