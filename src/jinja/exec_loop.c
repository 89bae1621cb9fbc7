#include "jinja/eval.h"

#include "jinja/callable.h"
#include "jinja/loop.h"

static enum flow turn(struct run *r, struct loop_state *l, struct jv item)
{
	const struct for_stmt *st = l->st;

	if (!run_step(r) || !assign(r, st->target, item))
		return FLOW_FAIL;
	if (st->extended) {
		struct jv *slot = &r->frame->slots[st->loop_slot];

		slot->kind = JV_LOOP;
		slot->u.internal = l;
	}
	plan_enter(r, &st->plan);
	return exec_body(r, st->body);
}

/* The turns of a loop, and its else. */
static enum flow run_loop(struct run *r, struct loop_state *l)
{
	const struct for_stmt *st = l->st;
	enum flow flow = FLOW_NEXT;
	bool completed = false; /* a turn came to its end */
	struct jv item;

	plan_enter_once(r, &st->plan);
	if (st->test)
		plan_enter_once(r, &st->test_plan);
	while (flow != FLOW_BREAK && loop_next(r, l, &item)) {
		flow = turn(r, l, item);
		if (flow == FLOW_FAIL)
			break;
		completed = completed || flow == FLOW_NEXT;
	}
	l->done = true;
	if (flow == FLOW_FAIL || r->failed)
		return FLOW_FAIL;
	if (!st->orelse || completed)
		return FLOW_NEXT;
	plan_enter(r, &st->else_plan);
	plan_enter_once(r, &st->else_plan);
	return exec_body(r, st->orelse);
}

static enum flow start_loop(struct run *r, const struct for_stmt *st,
    struct jv iterable, int64_t depth0)
{
	struct loop_state on_stack, *l = &on_stack;

	if (st->extended) {
		l = arena_alloc(r->arena, sizeof(*l));
		if (!l) {
			run_no_memory(r);
			return FLOW_FAIL;
		}
	}
	if (!loop_begin(r, st, iterable, l))
		return FLOW_FAIL;
	l->depth0 = depth0;
	return run_loop(r, l);
}

static bool recurse(struct run *r, const struct for_stmt *st,
    struct frame *parent, struct jv iterable, int64_t depth0)
{
	struct frame *saved = r->frame;
	struct frame *f = arena_alloc(r->arena, sizeof(*f));
	enum flow flow;

	if (!run_enter(r))
		return false;
	if (f)
		f->slots = arena_alloc(
		    r->arena, (st->fn->n_slots + 1u) * sizeof(struct jv));
	if (!f || !f->slots)
		return run_no_memory(r);
	for (uint32_t i = 0; i < st->fn->n_slots; i++)
		f->slots[i] = jv_make(JV_MISSING);
	f->fn = st->fn;
	f->parent = parent;
	f->ctx = parent->ctx;
	f->extends = parent->extends;
	r->frame = f;
	flow = start_loop(r, st, iterable, depth0);
	r->frame = saved;
	run_leave(r);
	return flow != FLOW_FAIL;
}

bool exec_recursion(struct run *r, struct jv loop, struct jv iterable)
{
	const struct loop_state *l = loop.u.internal;
	bool ok = recurse(r, l->st, l->frame->parent, iterable, l->depth0 + 1);

	if (!ok && r->located)
		r->boundary = "called";
	return ok;
}

enum flow exec_for(struct run *r, const struct stmt *s)
{
	const struct for_stmt *st = s->u.loop;
	struct jv iterable;

	if (!eval(r, st->iter, &iterable))
		return FLOW_FAIL;
	if (st->recursive)
		return recurse(r, st, r->frame, iterable, 0) ? FLOW_NEXT
							     : FLOW_FAIL;
	return start_loop(r, st, iterable, 0);
}
