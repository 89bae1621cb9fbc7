#include "jinja/callable.h"

#include "jinja/env.h"
#include "jinja/eval.h"
#include "jinja/loop.h"
#include "jinja/ops.h"

int native_param(const struct native *def, const char *name, size_t len)
{
	const char *p = def->params;
	int n = 0;

	while (p && *p) {
		size_t word = strcspn(p, " ");

		if (word == len && memcmp(p, name, len) == 0)
			return n;
		n++;
		p += word;
		while (*p == ' ')
			p++;
	}
	return -1;
}

static bool bind_keywords(struct run *r, const struct native *def,
    const struct call *c, struct jv *args)
{
	for (size_t i = 0; i < c->n_kw; i++) {
		int at = native_param(def, c->kw[i].name, c->kw[i].len);

		if (at < 0)
			return run_fail(r, ERR_INVALID,
			    "%s() takes no keyword argument '%.*s'", def->name,
			    (int)c->kw[i].len, c->kw[i].name);
		if (args[at].kind != JV_MISSING)
			return run_fail(r, ERR_INVALID,
			    "%s() got two values for '%.*s'", def->name,
			    (int)c->kw[i].len, c->kw[i].name);
		args[at] = c->kw[i].value;
	}
	return true;
}

bool call_native(struct run *r, const struct native *def, const struct call *c,
    struct jv *ret)
{
	struct jv args[NATIVE_PARAMS_MAX];
	struct call bound = { .def = def, .args = args, .n = def->n_params };

	if (def->flags & NATIVE_VARIADIC) {
		bound = *c;
		bound.def = def;
		return native_invoke(r, def, &bound, ret);
	}
	if (c->n > def->n_params)
		return run_fail(r, ERR_INVALID,
		    "%s() takes at most %u arguments, %zu were given",
		    def->name, def->n_params, c->n);
	for (size_t i = 0; i < def->n_params; i++)
		args[i] = i < c->n ? c->args[i] : jv_make(JV_MISSING);
	if (!bind_keywords(r, def, c, args))
		return false;
	for (size_t i = 0; i < def->required; i++)
		if (args[i].kind == JV_MISSING)
			return run_fail(r, ERR_INVALID,
			    "%s() misses an argument", def->name);
	return native_invoke(r, def, &bound, ret);
}

static bool bind_macro_keyword(
    const struct func *fn, const struct keyword *kw, struct jv *slots)
{
	for (uint16_t i = 0; i < fn->n_params; i++) {
		struct jv *slot = &slots[fn->param_slots[i]];

		if (fn->params[i]->len != kw->len ||
		    memcmp(fn->params[i]->text, kw->name, kw->len) != 0)
			continue;
		if (slot->kind != JV_MISSING)
			return false;
		*slot = kw->value;
		return true;
	}
	return false;
}

static bool is_caller(const struct keyword *kw)
{
	return kw->len == 6 && memcmp(kw->name, "caller", 6) == 0;
}

static bool bind_macro_keywords(struct run *r, const struct func *fn,
    const struct call *c, struct jv *slots)
{
	struct jv_dict *rest = NULL;

	if (fn->kwargs_slot >= 0) {
		rest = dict_new(r->arena, c->n_kw);
		if (!rest)
			return run_no_memory(r);
		slots[fn->kwargs_slot] = dict_value(rest);
	}
	for (size_t i = 0; i < c->n_kw; i++) {
		const struct keyword *kw = &c->kw[i];

		if (bind_macro_keyword(fn, kw, slots))
			continue;
		if (is_caller(kw) && fn->caller_slot >= 0 &&
		    !fn->explicit_caller) {
			slots[fn->caller_slot] = kw->value;
		} else if (rest) {
			if (!dict_add(r, rest,
				jv_string(kw->name, kw->len, false), kw->value))
				return false;
		} else {
			return run_fail(r, ERR_INVALID,
			    "macro '%s' takes no keyword argument '%.*s'",
			    fn->name ? fn->name->text : "caller", (int)kw->len,
			    kw->name);
		}
	}
	return true;
}

static bool bind_macro_rest(struct run *r, const struct func *fn,
    const struct call *c, struct jv *slots)
{
	struct jv_list *rest;

	if (fn->varargs_slot < 0) {
		if (c->n > fn->n_params)
			return run_fail(r, ERR_INVALID,
			    "macro '%s' takes not more than %u argument(s)",
			    fn->name ? fn->name->text : "caller", fn->n_params);
		return true;
	}
	rest = list_make(r, c->n);
	for (size_t i = fn->n_params; rest && i < c->n; i++)
		list_push(r->arena, rest, c->args[i]);
	slots[fn->varargs_slot] = tuple_value(rest);
	return rest != NULL;
}

static bool bind_macro(struct run *r, const struct func *fn,
    const struct call *c, struct jv *slots)
{
	for (uint16_t i = 0; i < fn->n_params; i++)
		slots[fn->param_slots[i]] =
		    i < c->n ? c->args[i] : jv_make(JV_MISSING);
	if (fn->caller_slot >= 0 && !fn->explicit_caller) {
		struct jv none = jv_undefined("No caller defined");

		none.reserved = UNDEF_HINT;
		slots[fn->caller_slot] = none;
	}
	return bind_macro_keywords(r, fn, c, slots) &&
	       bind_macro_rest(r, fn, c, slots);
}

static bool fill_defaults(struct run *r, const struct func *fn)
{
	struct jv *slots = r->frame->slots;

	for (uint16_t i = 0; i < fn->n_params; i++) {
		struct jv v;

		if (slots[fn->param_slots[i]].kind != JV_MISSING)
			continue;
		if (!fn->defaults[i])
			v = undefined_hint(r, "parameter '%s' was not provided",
			    fn->params[i]->text);
		else if (!eval(r, fn->defaults[i], &v))
			return false;
		slots[fn->param_slots[i]] = v;
	}
	return true;
}

/* The frame of a function whose inner functions may outlive it is in the
 * arena; others are on the stacks. */
static struct frame *enter_frame(struct run *r, const struct func *fn,
    struct frame *on_stack, struct slot_mark *mark)
{
	struct frame *f = on_stack;

	*mark = r->stack;
	if (fn->captured) {
		f = arena_alloc(r->arena, sizeof(*f));
		if (f)
			f->slots = arena_alloc(
			    r->arena, (fn->n_slots + 1u) * sizeof(struct jv));
		if (!f || !f->slots) {
			run_no_memory(r);
			return NULL;
		}
	} else {
		f->slots = slots_push(r, fn->n_slots + 1u, mark);
		if (!f->slots)
			return NULL;
	}
	for (uint32_t i = 0; i < fn->n_slots; i++)
		f->slots[i] = jv_make(JV_MISSING);
	f->fn = fn;
	f->parent = NULL;
	f->extends = NULL;
	return f;
}

static bool run_macro(
    struct run *r, const struct callable *m, const struct call *c)
{
	struct frame on_stack, *saved = r->frame, *f;
	bool autoescape = r->autoescape;
	struct slot_mark mark;
	bool ok;

	if (!run_enter(r))
		return false;
	f = enter_frame(r, m->fn, &on_stack, &mark);
	if (!f)
		return false;
	f->parent = m->frame;
	f->ctx = m->ctx;
	ok = bind_macro(r, m->fn, c, f->slots);
	if (ok) {
		r->frame = f;
		r->autoescape = m->autoescape;
		plan_enter(r, &m->fn->plan);
		plan_enter_once(r, &m->fn->plan);
		ok = fill_defaults(r, m->fn) &&
		     exec_body(r, m->fn->body) != FLOW_FAIL;
		if (!ok && r->located)
			r->boundary = "called";
		r->frame = saved;
		r->autoescape = autoescape;
	}
	slots_pop(r, mark);
	run_leave(r);
	return ok;
}

bool exec_func(struct run *r, struct context *ctx, const struct func *fn,
    unsigned position)
{
	struct frame on_stack, *saved = r->frame, *f;
	bool autoescape = r->autoescape;
	struct slot_mark mark;
	bool ok;

	if (!run_enter(r))
		return false;
	f = enter_frame(r, fn, &on_stack, &mark);
	if (!f)
		return false;
	f->ctx = ctx;
	if (fn->self_slot >= 0) {
		struct jv self = jv_make(JV_SELF);

		self.u.internal = ctx;
		f->slots[fn->self_slot] = self;
	}
	if (fn->super_slot >= 0)
		f->slots[fn->super_slot] =
		    callable_block(r, ctx, fn->name, position + 1);
	r->frame = f;
	r->autoescape = fn->template->env->options.autoescape;
	plan_enter(r, &fn->plan);
	plan_enter_once(r, &fn->plan);
	ok = exec_body(r, fn->body) != FLOW_FAIL;
	r->frame = saved;
	r->autoescape = autoescape;
	if (ok && f->extends)
		ok = exec_func(r, ctx, f->extends->root, 0);
	slots_pop(r, mark);
	run_leave(r);
	return ok;
}

static bool call_block_fn(
    struct run *r, const struct callable *b, const struct call *c)
{
	if (c->n || c->n_kw)
		return run_fail(r, ERR_INVALID, "a block takes no arguments");
	return exec_func(r, b->ctx, b->fn, b->position);
}

static bool call_loop(struct run *r, struct jv loop, const struct call *c)
{
	const struct loop_state *l = loop.u.internal;

	if (c->n != 1 || c->n_kw)
		return run_fail(r, ERR_INVALID, "loop() takes one argument");
	if (!l->st->recursive)
		return run_fail(r, ERR_INVALID,
		    "the loop must be marked "
		    "'recursive' to be called");
	return exec_recursion(r, loop, c->args[0]);
}

static bool call_joiner(struct joiner *j, struct jv *ret)
{
	*ret = j->used ? j->separator : jv_text("");
	j->used = true;
	return true;
}

/* What prints instead of returning a value: sets *ret_prints. */
static bool call_printing(
    struct run *r, struct jv fn, const struct call *c, bool *ret_prints)
{
	const struct callable *b = fn.u.internal;

	*ret_prints = true;
	if (fn.kind == JV_LOOP)
		return call_loop(r, fn, c);
	if (fn.kind == JV_CALLABLE && b->type == FN_MACRO)
		return run_macro(r, b, c);
	if (fn.kind == JV_CALLABLE && b->type == FN_BLOCK)
		return call_block_fn(r, b, c);
	*ret_prints = false;
	return true;
}

static bool call_other(
    struct run *r, struct jv fn, const struct call *c, struct jv *ret)
{
	const struct callable *b = fn.u.internal;
	struct slot_mark mark;
	struct call with_self = *c;
	bool ok;

	if (fn.kind == JV_UNDEFINED)
		return run_undefined(r, fn);
	if (fn.kind == JV_JOINER)
		return call_joiner(fn.u.internal, ret);
	if (fn.kind != JV_CALLABLE)
		return run_fail(r, ERR_INVALID, "a %s cannot be called",
		    kind_name(fn.kind));
	if (b->type == FN_NATIVE)
		return call_native(r, b->native, c, ret);
	with_self.args = slots_push(r, c->n + 1, &mark);
	if (!with_self.args)
		return false;
	with_self.args[0] = b->self;
	for (size_t i = 0; i < c->n; i++)
		with_self.args[i + 1] = c->args[i];
	with_self.n = c->n + 1;
	ok = call_native(r, b->native, &with_self, ret);
	slots_pop(r, mark);
	return ok;
}

bool call_value(
    struct run *r, struct jv fn, const struct call *c, struct jv *ret)
{
	size_t mark = text_begin(r);
	bool prints;

	if (!call_printing(r, fn, c, &prints))
		return false;
	if (prints)
		return text_take(r, mark, r->autoescape, ret);
	return call_other(r, fn, c, ret);
}

bool call_to_output(
    struct run *r, struct jv fn, const struct call *c, struct jv *ret)
{
	bool prints;

	if (!call_printing(r, fn, c, &prints))
		return false;
	if (!prints)
		return call_other(r, fn, c, ret);
	*ret = jv_make(JV_MISSING);
	return true;
}
