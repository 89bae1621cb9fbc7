/*
 * Evaluates expressions and executes statements.
 */
#ifndef JINJA_EVAL_H
#define JINJA_EVAL_H

#include "jinja/ops.h"

enum flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE, FLOW_FAIL };

bool eval_slow(struct run *r, const struct expr *x, struct jv *ret);
static inline bool eval(struct run *r, const struct expr *x, struct jv *ret)
{
	if (x->op == X_LOCAL) {
		struct jv v = r->frame->slots[x->u.name.slot];

		if (v.kind < JV_LIST || (v.kind < JV_MISSING && !r->overlays)) {
			*ret = v;
			return true;
		}
	} else if (x->op == X_CONST) {
		*ret = x->u.value;
		return true;
	}
	return eval_slow(r, x, ret);
}
bool eval_truth(struct run *r, const struct expr *x, bool *ret);
/* {{ x }} */
bool eval_print(struct run *r, const struct expr *x);
bool assign(struct run *r, const struct expr *target, struct jv value);

enum flow exec_body(struct run *r, const struct stmt *body);
/* Puts place and expression into the error, once. */
void exec_locate(struct run *r, const struct stmt *s);

/* Evaluated arguments on the slot stack. */
struct evaluated {
	struct call call;
	struct keyword *kw;
};
bool eval_args(struct run *r, const struct arg_list *args,
    const struct jv *self, struct evaluated *ret);

/* x|f(…), x is t(…) */
bool eval_piped(struct run *r, const struct expr *x, struct jv *ret);
/* print: as call_to_output() */
bool eval_call(struct run *r, const struct expr *x, bool print, struct jv *ret);

void plan_enter(struct run *r, const struct scope_plan *p);
void plan_enter_once(struct run *r, const struct scope_plan *p);
static inline struct frame *frame_up(struct run *r, unsigned up)
{
	struct frame *f = r->frame;

	for (; up > 0; up--)
		f = f->parent;
	return f;
}

enum flow exec_for(struct run *r, const struct stmt *s);
/* loop(…) of a recursive loop, to the output. */
bool exec_recursion(struct run *r, struct jv loop, struct jv iterable);

enum flow exec_include(struct run *r, const struct stmt *s);
enum flow exec_import(struct run *r, const struct stmt *s);
enum flow exec_extends(struct run *r, const struct stmt *s);
enum flow exec_block(struct run *r, const struct stmt *s);
/* Runs a function that is a root or a block; its output goes to r->out. */
bool exec_func(struct run *r, struct context *ctx, const struct func *fn,
    unsigned position);
/* A template's root, and those of the templates that it extends. */
bool exec_template(
    struct run *r, struct context *ctx, const struct jinja_template *t);
struct context *context_new(struct run *r, const struct jinja_template *t);

#endif
