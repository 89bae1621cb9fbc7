/* Calls, filters and tests: their arguments, and what they are applied to. */
#include "jinja/eval.h"

#include "jinja/callable.h"
#include "jinja/methods.h"

static bool spread_list(struct run *r, struct jv v, struct jv_list **ret)
{
	return value_to_list(r, v, ret);
}

static bool add_keywords(
    struct run *r, struct jv v, struct keyword *kw, size_t *n)
{
	if (v.kind != JV_DICT)
		return v.kind == JV_UNDEFINED
			   ? run_undefined(r, v)
			   : run_fail(r, ERR_INVALID, "** needs a dict");
	for (uint32_t i = 0; i < v.u.dict->n; i++) {
		const struct dict_entry *e = &v.u.dict->entries[i];

		if (e->key.kind != JV_STRING)
			return run_fail(
			    r, ERR_INVALID, "keywords must be strings");
		for (size_t k = 0; k < *n; k++)
			if (kw[k].len == e->key.len &&
			    !memcmp(kw[k].name, e->key.u.text, kw[k].len))
				return run_fail(r, ERR_INVALID,
				    "keyword argument '%.*s' is given twice",
				    (int)kw[k].len, kw[k].name);
		kw[(*n)++] = (struct keyword){ .name = e->key.u.text,
			.len = e->key.len,
			.value = e->value };
	}
	return true;
}

static bool eval_keywords(struct run *r, const struct arg_list *args,
    struct jv dyn, struct evaluated *ret)
{
	size_t n = args->n_kw, used = 0;

	if (dyn.kind == JV_DICT)
		n += dyn.u.dict->n;
	ret->call.n_kw = 0;
	if (n == 0 && dyn.kind == JV_MISSING)
		return true;
	ret->kw = arena_alloc(r->arena, (n + 2) * sizeof(*ret->kw));
	if (!ret->kw)
		return run_no_memory(r);
	for (; used < args->n_kw; used++) {
		ret->kw[used].name = args->kw_names[used]->text;
		ret->kw[used].len = args->kw_names[used]->len;
		if (!eval(r, args->kw[used], &ret->kw[used].value))
			return false;
	}
	if (dyn.kind != JV_MISSING && !add_keywords(r, dyn, ret->kw, &used))
		return false;
	ret->call.kw = ret->kw;
	ret->call.n_kw = used;
	return true;
}

static bool eval_simple_args(struct run *r, const struct arg_list *args,
    const struct jv *self, struct evaluated *ret)
{
	struct slot_mark mark;
	struct jv *at = slots_push(r, args->n_pos + 1u, &mark);

	if (!at)
		return false;
	ret->call.args = at;
	ret->call.kw = NULL;
	ret->call.n_kw = 0;
	ret->call.n = args->n_pos + (self ? 1u : 0u);
	if (self)
		*at++ = *self;
	for (uint32_t i = 0; i < args->n_pos; i++, at++) {
		if (!args->pos[i])
			at->kind = JV_MISSING;
		else if (!eval(r, args->pos[i], at))
			return false;
	}
	return true;
}

/* The arguments stay on the slot stack until the caller pops them. */
bool eval_args(struct run *r, const struct arg_list *args,
    const struct jv *self, struct evaluated *ret)
{
	struct jv_list *more = NULL;
	struct jv dyn_pos, dyn_kw = jv_make(JV_MISSING);
	size_t n = args->n_pos + (self ? 1u : 0u), at = 0;
	struct slot_mark mark;

	if (!args->dyn_pos && !args->dyn_kw && !args->n_kw)
		return eval_simple_args(r, args, self, ret);
	*ret = (struct evaluated){ .kw = NULL };
	if (args->dyn_pos && (!eval(r, args->dyn_pos, &dyn_pos) ||
				 !spread_list(r, dyn_pos, &more)))
		return false;
	if (args->dyn_kw && !eval(r, args->dyn_kw, &dyn_kw))
		return false;
	if (more)
		n += more->n;
	ret->call.args = slots_push(r, n + 1, &mark);
	if (!ret->call.args)
		return false;
	if (self)
		ret->call.args[at++] = *self;
	for (uint32_t i = 0; i < args->n_pos; i++, at++) {
		if (!args->pos[i])
			ret->call.args[at] = jv_make(JV_MISSING);
		else if (!eval(r, args->pos[i], &ret->call.args[at]))
			return false;
	}
	for (uint32_t i = 0; more && i < more->n; i++)
		ret->call.args[at++] = more->items[i];
	ret->call.n = n;
	return eval_keywords(r, args, dyn_kw, ret);
}

/* Bound to the parameters when the template was compiled: see bind_args() in
 * parse_postfix.c. */
static bool is_bound(const struct native *def, const struct arg_list *args)
{
	return !(def->flags & NATIVE_VARIADIC) &&
	       args->n_pos + 1 == def->n_params && !args->n_kw &&
	       !args->dyn_pos && !args->dyn_kw;
}

/* The values are made where they are used: to copy one that was just written
 * field by field stalls the processor. */
static bool call_bound(struct run *r, const struct expr *x, struct jv *ret)
{
	const struct native *def = x->u.filter.def;
	const struct arg_list *args = x->u.filter.args;
	struct jv values[NATIVE_PARAMS_MAX];
	struct call c = { .def = def, .args = values, .n = def->n_params };

	if (!x->u.filter.of)
		values[0] = r->filter_input;
	else if (!eval(r, x->u.filter.of, &values[0]))
		return false;
	for (uint32_t i = 0; i < args->n_pos; i++) {
		if (!args->pos[i])
			values[i + 1].kind = JV_MISSING;
		else if (!eval(r, args->pos[i], &values[i + 1]))
			return false;
	}
	return def->flags & NATIVE_LAZY ? native_invoke(r, def, &c, ret)
					: def->fn(r, &c, ret);
}

static bool call_unbound(struct run *r, const struct expr *x, struct jv *ret)
{
	struct slot_mark mark = r->stack;
	struct evaluated e;
	struct jv of = r->filter_input;
	bool ok;

	if (x->u.filter.of && !eval(r, x->u.filter.of, &of))
		return false;
	ok = eval_args(r, x->u.filter.args, &of, &e) &&
	     call_native(r, x->u.filter.def, &e.call, ret);
	slots_pop(r, mark);
	return ok;
}

bool eval_piped(struct run *r, const struct expr *x, struct jv *ret)
{
	const struct native *def = x->u.filter.def;

	if (!def)
		return run_fail(r, ERR_INVALID, "no %s named '%s'",
		    x->op == X_FILTER ? "filter" : "test",
		    x->u.filter.name->text);
	if (!run_step(r))
		return false;
	return is_bound(def, x->u.filter.args) ? call_bound(r, x, ret)
					       : call_unbound(r, x, ret);
}

/* A method called where it is named needs no bound copy of itself. */
static bool eval_callee(struct run *r, const struct expr *fn, struct jv *ret,
    struct jv *self, const struct native **method)
{
	const struct name *name;

	*method = NULL;
	if (fn->op != X_ATTR || !fn->u.attr.name->methods)
		return eval(r, fn, ret);
	name = fn->u.attr.name;
	if (!eval(r, fn->u.attr.of, self))
		return false;
	*method = method_find(*self, name);
	return *method || value_attr(r, *self, name, ret);
}

bool eval_call(struct run *r, const struct expr *x, bool print, struct jv *ret)
{
	struct slot_mark mark = r->stack;
	const struct native *method;
	struct jv fn = jv_none(), self;
	struct evaluated e;
	bool ok;

	ok = run_step(r) && eval_callee(r, x->u.call.fn, &fn, &self, &method) &&
	     eval_args(r, x->u.call.args, method ? &self : NULL, &e);
	if (ok && method)
		ok = call_native(r, method, &e.call, ret);
	else if (ok && print)
		ok = call_to_output(r, fn, &e.call, ret);
	else if (ok)
		ok = call_value(r, fn, &e.call, ret);
	slots_pop(r, mark);
	return ok;
}
