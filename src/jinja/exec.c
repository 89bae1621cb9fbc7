#include "jinja/eval.h"

#include "jinja/callable.h"
#include "jinja/loop.h"

#include <stdio.h>

#define TRACE_MAX 6    /* lines of the include chain in a message */
#define SNIPPET_MAX 90 /* bytes of the expression in a message */

void plan_enter(struct run *r, const struct scope_plan *p)
{
	struct jv *slots = r->frame->slots;

	for (uint32_t i = 0; i < p->n; i++) {
		const struct slot_init *in = &p->inits[i];

		if (in->kind == INIT_COPY)
			slots[in->slot] = frame_up(r, in->up)->slots[in->from];
		else
			slots[in->slot] = jv_make(
			    in->kind == INIT_LAZY ? JV_LAZY : JV_MISSING);
	}
}

void plan_enter_once(struct run *r, const struct scope_plan *p)
{
	for (uint32_t i = 0; i < p->n_once; i++)
		r->frame->slots[p->inits[p->n + i].slot] = jv_make(JV_LAZY);
}

/* The tag or expression on one line. */
static void snippet(
    const struct jinja_template *t, const struct stmt *s, char *to, size_t size)
{
	size_t n = 0, end = s->end < t->source_len ? s->end : t->source_len;

	for (size_t i = s->pos; i < end && n + 5 < size; i++) {
		unsigned char c = (unsigned char)t->source[i];

		if (c <= ' ' || c == 0x7f) {
			if (n && to[n - 1] != ' ')
				to[n++] = ' ';
		} else {
			to[n++] = (char)c;
		}
	}
	if (s->pos + n < end && n + 5 >= size) {
		while (n && ((unsigned char)to[n - 1] & 0xc0) == 0x80)
			n--;
		memcpy(to + n, "…", 4);
	} else {
		to[n] = '\0';
	}
}

static void add_trace(
    struct run *r, const struct jinja_template *t, const struct stmt *s)
{
	char *at = r->err->message + strlen(r->err->message);
	size_t room = sizeof(r->err->message) - (size_t)(at - r->err->message);
	unsigned line, col;

	template_position(t, s->pos, &line, &col);
	if (r->n_trace < TRACE_MAX)
		snprintf(
		    at, room, "\n  %s from %s:%u", r->boundary, t->name, line);
	else if (r->n_trace == TRACE_MAX)
		snprintf(at, room, "\n  …");
	r->n_trace++;
	r->boundary = NULL;
}

void exec_locate(struct run *r, const struct stmt *s)
{
	const struct jinja_template *t = r->frame->fn->template;
	uint32_t pos = r->failed_at ? r->failed_at->pos : s->pos;
	char what[sizeof(r->err->message)], text[SNIPPET_MAX + 8];
	unsigned line, col;

	if (!r->failed) /* an allocation failed where nobody said so */
		run_no_memory(r);
	if (r->located) {
		if (r->boundary)
			add_trace(r, t, s);
		return;
	}
	r->located = true;
	template_position(t, pos, &line, &col);
	snippet(t, s, text, sizeof(text));
	memcpy(what, r->err->message, sizeof(what));
	what[600] = '\0';
	err_set(r->err, r->err->code, "%s:%u:%u: %s, in %s", t->name, line, col,
	    what, text);
}

static enum flow flow_of(bool ok)
{
	return ok ? FLOW_NEXT : FLOW_FAIL;
}

static bool silent(const struct run *r, const struct stmt *s)
{
	return s->dead || (s->check_output && r->frame->extends);
}

static enum flow exec_if(struct run *r, const struct stmt *s)
{
	bool truth;

	for (;;) {
		if (!eval_truth(r, s->u.cond.test, &truth)) {
			exec_locate(r, s);
			return FLOW_FAIL;
		}
		if (truth)
			return exec_body(r, s->u.cond.body);
		if (!s->u.cond.is_elif)
			return exec_body(r, s->u.cond.orelse);
		s = s->u.cond.orelse;
	}
}

static bool publish(struct run *r, const struct expr *target, bool exported)
{
	if (target->op == X_TUPLE) {
		for (uint32_t i = 0; i < target->u.list.n; i++)
			if (!publish(r, target->u.list.items[i], exported))
				return false;
		return true;
	}
	if (target->op == X_NSREF)
		return true;
	return context_set(r, r->frame->ctx, target->u.name.name,
	    r->frame->slots[target->u.name.slot], exported);
}

static bool store(struct run *r, const struct stmt *s,
    const struct expr *target, struct jv value)
{
	return assign(r, target, value) &&
	       (!s->toplevel || publish(r, target, true));
}

static enum flow exec_set(struct run *r, const struct stmt *s)
{
	struct jv v;

	return flow_of(
	    eval(r, s->u.set.value, &v) && store(r, s, s->u.set.target, v));
}

/* What a filter or call block gives is printed as it is, and must be text. */
static bool emit_result(struct run *r, struct jv v)
{
	if (v.kind == JV_STRING)
		return emit_text(r, v);
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	return run_fail(r, ERR_INVALID, "the block gives no text but a %s",
	    kind_name(v.kind));
}

/* {% set x %}…{% endset %} and {% filter f %}…{% endfilter %}. */
static enum flow exec_capture(struct run *r, const struct stmt *s)
{
	size_t mark = text_begin(r);
	struct jv v, saved = r->filter_input;
	enum flow flow;
	bool ok;

	plan_enter(r, s->u.set.plan);
	plan_enter_once(r, s->u.set.plan);
	flow = exec_body(r, s->u.set.body);
	if (flow != FLOW_NEXT) {
		text_drop(r, mark);
		return flow;
	}
	if (!text_take(r, mark, r->autoescape, &v))
		return FLOW_FAIL;
	if (s->u.set.value) {
		r->filter_input = v;
		ok = eval(r, s->u.set.value, &v);
		r->filter_input = saved;
		if (!ok)
			return FLOW_FAIL;
	}
	if (s->op == S_FILTER_BLOCK)
		return flow_of(emit_result(r, v));
	if (r->autoescape && s->u.set.value) {
		if (!to_text(r, v, &v))
			return FLOW_FAIL;
		v.safe = true;
	}
	return flow_of(store(r, s, s->u.set.target, v));
}

static enum flow exec_macro(struct run *r, const struct stmt *s)
{
	struct jv m = callable_macro(r, s->u.macro.fn);

	if (m.kind != JV_CALLABLE)
		return flow_of(run_no_memory(r));
	return flow_of(store(r, s, s->u.macro.target, m));
}

static enum flow exec_call_block(struct run *r, const struct stmt *s)
{
	const struct expr *x = s->u.macro.call;
	struct jv fn, v, caller = callable_macro(r, s->u.macro.fn);
	struct slot_mark mark = r->stack;
	struct evaluated e;
	struct keyword *kw;
	bool ok;

	ok = eval(r, x->u.call.fn, &fn) &&
	     eval_args(r, x->u.call.args, NULL, &e);
	if (!ok)
		return FLOW_FAIL;
	kw = arena_alloc(r->arena, (e.call.n_kw + 1) * sizeof(*kw));
	if (!kw)
		return flow_of(run_no_memory(r));
	if (e.call.n_kw)
		memcpy(kw, e.call.kw, e.call.n_kw * sizeof(*kw));
	kw[e.call.n_kw++] =
	    (struct keyword){ .name = "caller", .len = 6, .value = caller };
	e.call.kw = kw;
	ok = call_to_output(r, fn, &e.call, &v);
	if (ok && v.kind != JV_MISSING)
		ok = emit_result(r, v);
	slots_pop(r, mark);
	return flow_of(ok);
}

static enum flow exec_with(struct run *r, const struct stmt *s)
{
	const struct with_stmt *w = s->u.with;
	struct jv v;

	plan_enter(r, &w->plan);
	plan_enter_once(r, &w->plan);
	for (uint32_t i = 0; i < w->n; i++)
		if (!eval(r, w->values[i], &v) || !assign(r, w->targets[i], v))
			return FLOW_FAIL;
	return exec_body(r, w->body);
}

static enum flow exec_autoescape(struct run *r, const struct stmt *s)
{
	bool saved = r->autoescape, on;
	enum flow flow;
	struct jv v;

	plan_enter(r, &s->u.autoescape->plan);
	plan_enter_once(r, &s->u.autoescape->plan);
	if (!eval(r, s->u.autoescape->value, &v) || !value_truth(r, v, &on))
		return FLOW_FAIL;
	r->autoescape = on;
	flow = exec_body(r, s->u.autoescape->body);
	r->autoescape = saved;
	return flow;
}

static enum flow exec_stmt(struct run *r, const struct stmt *s)
{
	struct jv v;

	switch ((enum stmt_op)s->op) {
	case S_TEXT:
		return silent(r, s) || emit(r, s->u.text.text, s->u.text.len)
			   ? FLOW_NEXT
			   : FLOW_FAIL;
	case S_PRINT:
		return silent(r, s) || eval_print(r, s->u.expr) ? FLOW_NEXT
								: FLOW_FAIL;
	case S_DO:
		return flow_of(eval(r, s->u.expr, &v));
	case S_IF:
		return exec_if(r, s);
	case S_FOR:
		return exec_for(r, s);
	case S_SET:
		return exec_set(r, s);
	case S_SET_BLOCK:
	case S_FILTER_BLOCK:
		return exec_capture(r, s);
	case S_MACRO:
		return exec_macro(r, s);
	case S_CALL_BLOCK:
		return exec_call_block(r, s);
	case S_WITH:
		return exec_with(r, s);
	case S_AUTOESCAPE:
		return exec_autoescape(r, s);
	case S_BLOCK:
		return silent(r, s) ? FLOW_NEXT : exec_block(r, s);
	case S_EXTENDS:
		return exec_extends(r, s);
	case S_INCLUDE:
		return exec_include(r, s);
	case S_IMPORT:
	case S_FROM:
		return exec_import(r, s);
	case S_BREAK:
		return FLOW_BREAK;
	case S_CONTINUE:
		return FLOW_CONTINUE;
	}
	return FLOW_FAIL;
}

enum flow exec_body(struct run *r, const struct stmt *body)
{
	for (; body; body = body->next) {
		enum flow flow = run_step(r) ? exec_stmt(r, body) : FLOW_FAIL;

		if (flow == FLOW_NEXT)
			continue;
		if (flow == FLOW_FAIL)
			exec_locate(r, body);
		return flow;
	}
	return FLOW_NEXT;
}
