#include "jinja/callable.h"

#include "jinja/eval.h"
#include "jinja/loop.h"

static struct callable *new_callable(struct run *r, enum callable_type type)
{
	struct callable *c = arena_zalloc(r->arena, sizeof(*c));

	if (c)
		c->type = (uint8_t)type;
	return c;
}

static struct jv callable_value(struct callable *c)
{
	struct jv v = jv_make(JV_CALLABLE);

	if (!c)
		return jv_undefined(NULL);
	v.u.internal = c;
	return v;
}

struct jv callable_native(struct run *r, const struct native *n)
{
	struct callable *c = new_callable(r, FN_NATIVE);

	if (c)
		c->native = n;
	return callable_value(c);
}

struct jv callable_method(struct run *r, const struct native *n, struct jv self)
{
	struct callable *c = new_callable(r, FN_METHOD);

	if (c) {
		c->native = n;
		c->self = self;
	}
	return callable_value(c);
}

struct jv callable_macro(struct run *r, const struct func *fn)
{
	struct callable *c = new_callable(r, FN_MACRO);

	if (c) {
		c->fn = fn;
		c->frame = r->frame;
		c->ctx = r->frame->ctx;
		c->autoescape = r->autoescape;
	}
	return callable_value(c);
}

static const struct func *find_block(
    const struct jinja_template *t, const struct name *name)
{
	const struct func *fn;

	for (fn = t->blocks; fn; fn = fn->next)
		if (fn->name->hash == name->hash &&
		    fn->name->len == name->len &&
		    memcmp(fn->name->text, name->text, name->len) == 0)
			return fn;
	return NULL;
}

struct jv callable_block(struct run *r, struct context *ctx,
    const struct name *name, unsigned position)
{
	struct callable *c;
	const struct func *fn = NULL;

	for (; position < ctx->n_chain && !fn; position++)
		fn = find_block(ctx->chain[position], name);
	if (!fn)
		return undefined_hint(
		    r, "there is no parent block called '%s'", name->text);
	c = new_callable(r, FN_BLOCK);
	if (c) {
		c->fn = fn;
		c->ctx = ctx;
		c->position = position - 1;
	}
	return callable_value(c);
}

static bool module_attr(
    const struct module *m, const struct name *name, struct jv *ret)
{
	const struct jv_list *exported = m->ctx->exported;
	const struct dict_entry *e;

	for (uint32_t i = 0; exported && i < exported->n; i++) {
		if (exported->items[i].len != name->len ||
		    memcmp(exported->items[i].u.text, name->text, name->len))
			continue;
		e = dict_find_text(
		    m->ctx->vars, name->text, name->len, name->hash);
		if (e)
			*ret = e->value;
		return e != NULL;
	}
	return false;
}

static bool macro_attr(
    struct run *r, const struct callable *c, const char *name, struct jv *ret)
{
	struct jv_list *l;

	if (strcmp(name, "name") == 0) {
		*ret = c->fn->name ? jv_text(c->fn->name->text) : jv_none();
	} else if (strcmp(name, "arguments") == 0) {
		l = list_make(r, c->fn->n_params);
		for (uint16_t i = 0; l && i < c->fn->n_params; i++)
			list_push(r->arena, l, jv_text(c->fn->params[i]->text));
		*ret = tuple_value(l);
	} else if (strcmp(name, "catch_kwargs") == 0) {
		*ret = jv_bool(c->fn->kwargs_slot >= 0);
	} else if (strcmp(name, "catch_varargs") == 0) {
		*ret = jv_bool(c->fn->varargs_slot >= 0);
	} else if (strcmp(name, "caller") == 0) {
		*ret =
		    jv_bool(c->fn->caller_slot >= 0 || c->fn->explicit_caller);
	} else {
		return false;
	}
	return true;
}

static bool cycler_next(struct run *r, const struct call *c, struct jv *ret)
{
	struct cycler *y = c->args[0].u.internal;

	(void)r;
	*ret = y->items->items[y->at];
	y->at = (y->at + 1) % y->items->n;
	return true;
}

static bool cycler_reset(struct run *r, const struct call *c, struct jv *ret)
{
	struct cycler *y = c->args[0].u.internal;

	(void)r;
	y->at = 0;
	*ret = jv_none();
	return true;
}

static bool cycler_attr(
    struct run *r, struct jv v, const char *name, struct jv *ret)
{
	static const struct native next = { .name = "next",
		.fn = cycler_next,
		.params = "self",
		.required = 1,
		.n_params = 1 };
	static const struct native reset = { .name = "reset",
		.fn = cycler_reset,
		.params = "self",
		.required = 1,
		.n_params = 1 };
	const struct cycler *y = v.u.internal;

	if (strcmp(name, "current") == 0)
		*ret = y->items->items[y->at];
	else if (strcmp(name, "next") == 0)
		*ret = callable_method(r, &next, v);
	else if (strcmp(name, "reset") == 0)
		*ret = callable_method(r, &reset, v);
	else
		return false;
	return true;
}

bool callable_attr(
    struct run *r, struct jv v, const struct name *name, struct jv *ret)
{
	const struct callable *c = v.u.internal;

	switch (v.kind) {
	case JV_MODULE:
		return module_attr(v.u.internal, name, ret);
	case JV_SELF:
		*ret = callable_block(r, v.u.internal, name, 0);
		return ret->kind == JV_CALLABLE;
	case JV_CYCLER:
		return cycler_attr(r, v, name->text, ret);
	}
	if (v.kind != JV_CALLABLE)
		return false;
	if (c->type == FN_MACRO)
		return macro_attr(r, c, name->text, ret);
	if (c->type == FN_BLOCK && strcmp(name->text, "super") == 0) {
		*ret = callable_block(r, c->ctx, c->fn->name, c->position + 1);
		return true;
	}
	return false;
}

bool callable_repr(struct run *r, struct jv v)
{
	const struct callable *c = v.u.internal;
	const struct module *m = v.u.internal;
	const struct loop_state *l = v.u.internal;
	struct jv length;

	if (v.kind == JV_CALLABLE && c->type == FN_MACRO) {
		if (!c->fn->name)
			return emit_cstr(r, "<Macro anonymous>");
		return emit_cstr(r, "<Macro '") &&
		       emit_cstr(r, c->fn->name->text) && emit_cstr(r, "'>");
	}
	if (v.kind == JV_MODULE)
		return emit_cstr(r, "<TemplateModule '") &&
		       emit_cstr(r, m->name) && emit_cstr(r, "'>");
	if (v.kind == JV_LOOP) {
		static const struct name name = {
			.text = "length", .len = 6, .loop_attr = LOOP_LENGTH
		};

		return loop_attr(r, v, &name, &length) &&
		       emit_cstr(r, "<LoopContext ") &&
		       emit_int(r, l->index0 + 1) && emit_char(r, '/') &&
		       emit_int(r, length.u.integer) && emit_char(r, '>');
	}
	return emit_char(r, '<') && emit_cstr(r, kind_name(v.kind)) &&
	       emit_char(r, '>');
}

bool callable_str(struct run *r, struct jv v)
{
	const struct module *m = v.u.internal;

	return emit_text(r, m->text);
}

/* What jv_function() was given. */
struct user_function {
	jv_function_fn fn;
	void *ctx;
};

static bool call_user_keywords(
    struct run *r, const struct call *c, struct jv *ret)
{
	const struct user_function *user = c->def->user_ctx;
	struct jv keywords = jv_undefined(NULL);
	struct err e = ERR_INIT;
	enum err_code rc;

	if (c->n_kw) {
		keywords = jv_dict(r->arena, c->n_kw);
		if (keywords.kind != JV_DICT)
			return run_no_memory(r);
	}
	for (size_t i = 0; i < c->n_kw; i++) {
		struct jv key = jv_string(c->kw[i].name, c->kw[i].len, false);

		if (!dict_put(r->arena, keywords.u.dict, key,
			hash_text(c->kw[i].name, c->kw[i].len), c->kw[i].value))
			return run_no_memory(r);
	}
	*ret = jv_none();
	rc = user->fn(user->ctx, r->arena, c->args, c->n, keywords, ret, &e);
	if (rc == ERR_OK)
		return true;
	return run_fail(r, rc, "%s(): %s", c->def->name, e.message);
}

struct jv jv_function(
    struct arena *a, const char *name, jv_function_fn fn, void *ctx)
{
	struct native *n = arena_zalloc(a, sizeof(*n));
	struct callable *c = arena_zalloc(a, sizeof(*c));
	struct user_function *user = arena_alloc(a, sizeof(*user));

	if (!n || !c || !user)
		return jv_undefined(NULL);
	*user = (struct user_function){ fn, ctx };
	n->name = name;
	n->fn = call_user_keywords;
	n->flags = NATIVE_VARIADIC | NATIVE_USER;
	n->user_ctx = user;
	c->type = FN_NATIVE;
	c->native = n;
	return callable_value(c);
}
