#include "jinja/binder.h"

#include "jinja/ast_walk.h"

void bind_fail(struct binder *b, uint32_t pos, const char *what,
    const char *name, const char *then)
{
	if (b->failed)
		return;
	b->failed = true;
	b->fail_pos = pos;
	err_set(b->err, ERR_INVALID, "%s '%s'%s", what, name, then);
}

static void bind_name(struct binder *b, struct scope *s, struct expr *x)
{
	const struct symbol *y = symbols_find(s, x->u.name.name);

	if (!y) {
		/* only where Jinja2, too, never looked at the expression */
		symbols_load(&b->symbols, s, x->u.name.name);
		y = symbols_find(s, x->u.name.name);
	}
	if (!y)
		return;
	x->u.name.slot = y->slot;
	x->u.name.up = symbols_distance(s->fn, y->fn);
	if (x->op == X_NAME && x->u.name.up == 0)
		x->op = X_LOCAL;
}

static void check_known(struct binder *b, const struct expr *x)
{
	if (x->u.filter.def || b->soft)
		return;
	bind_fail(b, x->pos,
	    x->op == X_FILTER ? "no filter named" : "no test named",
	    x->u.filter.name->text, "");
}

/* -1 and the like are constants. */
static void fold_sign(struct expr *x)
{
	struct jv v = x->u.bin.a->u.value;

	if (x->u.bin.a->op != X_CONST)
		return;
	if (v.kind == JV_FLOAT)
		x->u.value = jv_float(-v.u.real);
	else if (v.kind == JV_INT || v.kind == JV_BOOL)
		x->u.value = jv_int(-v.u.integer);
	else
		return;
	x->op = X_CONST;
}

/* Could Jinja2 compute it while it compiles? */
static bool is_constant(const struct expr *x)
{
	uint32_t n = x ? expr_child_count(x) : 0;

	if (!x || x->op == X_CONST)
		return true;
	if (x->op == X_NAME || x->op == X_LOCAL || x->op == X_CALL)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!is_constant(expr_child(x, i)))
			return false;
	return true;
}

/* Jinja2 writes a negative constant into Python without parentheses: there,
 * -2 ** n is -(2 ** n), although -2 ** 2 is 4. */
static void fold_power(struct binder *b, struct expr *x)
{
	struct expr *base = x->u.bin.a, *inner;
	struct jv *v = &base->u.value;
	bool negative =
	    base->op == X_CONST && ((v->kind == JV_INT && v->u.integer < 0) ||
				       (v->kind == JV_FLOAT && v->u.real < 0));

	if (!negative || is_constant(x->u.bin.b))
		return;
	inner = arena_alloc(b->template->arena, sizeof(*inner));
	if (!inner) {
		b->symbols.failed = true;
		return;
	}
	*inner = *x;
	*v = v->kind == JV_INT ? jv_int(-v->u.integer) : jv_float(-v->u.real);
	x->op = X_NEG;
	x->u.bin.a = inner;
}

void bind_expr(struct binder *b, struct scope *s, struct expr *x)
{
	bool soft = b->soft;
	uint32_t n;

	if (!x || b->failed)
		return;
	switch (x->op) {
	case X_NAME:
	case X_LOCAL:
	case X_NSREF:
		bind_name(b, s, x);
		return;
	case X_FILTER:
	case X_TEST:
		check_known(b, x);
		break;
	case X_COND:
		b->soft = true;
		break;
	}
	n = expr_child_count(x);
	for (uint32_t i = 0; i < n; i++)
		bind_expr(b, s, expr_child(x, i));
	b->soft = soft;
	if (x->op == X_NEG)
		fold_sign(x);
	else if (x->op == X_POW)
		fold_power(b, x);
}
