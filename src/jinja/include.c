/* What brings another template in: include, import, extends, blocks. */
#include "jinja/eval.h"

#include "jinja/callable.h"
#include "jinja/env.h"
#include "jinja/loop.h"

#define CHAIN_MAX 32

struct context *context_new(struct run *r, const struct jinja_template *t)
{
	struct context *ctx = arena_zalloc(r->arena, sizeof(*ctx));

	if (!ctx) {
		run_no_memory(r);
		return NULL;
	}
	ctx->data = jv_none();
	ctx->chain = arena_alloc(r->arena, 4 * sizeof(struct jinja_template *));
	if (!ctx->chain) {
		run_no_memory(r);
		return NULL;
	}
	ctx->cap_chain = 4;
	ctx->chain[0] = t;
	ctx->n_chain = 1;
	return ctx;
}

static bool chain_add(
    struct run *r, struct context *ctx, const struct jinja_template *t)
{
	if (ctx->n_chain == CHAIN_MAX)
		return run_fail(r, ERR_LIMIT,
		    "more than %d templates extend each other", CHAIN_MAX);
	if (ctx->n_chain == ctx->cap_chain) {
		size_t size = CHAIN_MAX * sizeof(struct jinja_template *);
		const struct jinja_template **grown =
		    arena_alloc(r->arena, size);

		if (!grown)
			return run_no_memory(r);
		memcpy(grown, ctx->chain,
		    ctx->n_chain * sizeof(struct jinja_template *));
		ctx->chain = grown;
		ctx->cap_chain = CHAIN_MAX;
	}
	ctx->chain[ctx->n_chain++] = t;
	return true;
}

/* The render keeps what it loaded until its end. */
static bool hold(struct run *r, const struct jinja_template *t)
{
	if (r->n_held == r->cap_held) {
		unsigned cap = r->cap_held ? r->cap_held * 2 : 8;
		const struct jinja_template **grown = arena_alloc(
		    r->arena, cap * sizeof(struct jinja_template *));

		if (!grown)
			return run_no_memory(r);
		if (r->n_held)
			memcpy(grown, r->held,
			    r->n_held * sizeof(struct jinja_template *));
		r->held = grown;
		r->cap_held = cap;
	}
	r->held[r->n_held++] = t;
	return true;
}

enum load_result { LOADED, LOAD_ABSENT, LOAD_FAILED };

/* One of the templates held already, so that a loop over an include does not
 * ask the loader at each turn. */
static const struct jinja_template *find_held(
    const struct run *r, const char *name)
{
	for (unsigned i = 0; i < r->n_held; i++)
		if (strcmp(r->held[i]->name, name) == 0)
			return r->held[i];
	return NULL;
}

static enum load_result load_one(
    struct run *r, struct jv name, const struct jinja_template **ret)
{
	struct jinja_template *t;
	struct err e = ERR_INIT;
	const char *text;
	enum err_code rc;

	if (name.kind == JV_UNDEFINED) {
		run_undefined(r, name);
		return LOAD_FAILED;
	}
	if (name.kind != JV_STRING) {
		run_set_error(r, ERR_INVALID,
		    "the name of a template must be a string, not %s",
		    kind_name(name.kind));
		return LOAD_FAILED;
	}
	text = arena_memdup(r->arena, name.u.text, name.len);
	if (!text || strlen(text) != name.len)
		return LOAD_ABSENT;
	*ret = find_held(r, text);
	if (*ret)
		return LOADED;
	rc = jinja_load(r->env, text, &t, &e);
	if (rc == ERR_NOT_FOUND)
		return LOAD_ABSENT;
	if (rc) {
		run_set_error(r, rc, "%s", e.message);
		return LOAD_FAILED;
	}
	if (!hold(r, t)) {
		jinja_template_unref(t);
		return LOAD_FAILED;
	}
	*ret = t;
	return LOADED;
}

static enum load_result load_first(
    struct run *r, struct jv names, const struct jinja_template **ret)
{
	enum load_result result = LOAD_ABSENT;
	struct iter it;
	struct jv name;

	if (!jv_is_listlike(names))
		return load_one(r, names, ret);
	if (!iter_begin(r, names, &it))
		return LOAD_FAILED;
	while (result == LOAD_ABSENT && iter_next(r, &it, &name))
		result = load_one(r, name, ret);
	return r->failed ? LOAD_FAILED : result;
}

static bool absent(struct run *r, struct jv names)
{
	size_t mark = text_begin(r);
	struct jv text;

	if (!emit_repr(r, names) || !text_take(r, mark, false, &text))
		return false;
	return run_fail(r, ERR_NOT_FOUND, "there is no template %.*s",
	    (int)(text.len < 200 ? text.len : 200), text.u.text);
}

static bool put_visible(
    struct run *r, const struct visible_list *v, struct jv_dict *to)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct visible *one = &v->items[i];
		struct jv value = frame_up(r, one->up)->slots[one->slot];
		const struct name *name = one->name;

		if (value.kind >= JV_MISSING)
			continue;
		if (!dict_put(r->arena, to,
			jv_string(name->text, name->len, false), name->hash,
			value))
			return run_no_memory(r);
	}
	return true;
}

static bool copy_vars(
    struct run *r, const struct jv_dict *from, struct jv_dict *to)
{
	for (uint32_t i = 0; from && i < from->n; i++) {
		const struct dict_entry *e = &from->entries[i];

		if (!dict_put(r->arena, to, e->key, e->hash, e->value))
			return run_no_memory(r);
	}
	return true;
}

/* A context that sees this one's variables and, over them, those of the
 * running function.  snapshot: later changes here do not show there. */
static bool hand_over(struct run *r, struct context *ctx,
    const struct visible_list *v, bool snapshot)
{
	ctx->parent = r->frame->ctx;
	if (v->n == 0 && !snapshot)
		return true;
	ctx->locals = dict_new(r->arena, v->n);
	if (!ctx->locals)
		return run_no_memory(r);
	if (snapshot) {
		ctx->skip_parent_vars = true;
		if (!copy_vars(r, r->frame->ctx->vars, ctx->locals))
			return false;
	}
	return put_visible(r, v, ctx->locals);
}

bool exec_template(
    struct run *r, struct context *ctx, const struct jinja_template *t)
{
	return exec_func(r, ctx, t->root, 0);
}

static enum flow boundary(struct run *r, const char *what)
{
	if (r->located)
		r->boundary = what;
	return FLOW_FAIL;
}

enum flow exec_include(struct run *r, const struct stmt *s)
{
	const struct jinja_template *t;
	struct context *ctx;
	struct jv names;

	if (!eval(r, s->u.import.template, &names))
		return FLOW_FAIL;
	switch (load_first(r, names, &t)) {
	case LOAD_FAILED:
		return FLOW_FAIL;
	case LOAD_ABSENT:
		if (!s->u.import.ignore_missing)
			absent(r, names);
		return s->u.import.ignore_missing ? FLOW_NEXT : FLOW_FAIL;
	case LOADED:
		break;
	}
	ctx = context_new(r, t);
	if (!ctx)
		return FLOW_FAIL;
	if (s->u.import.with_context &&
	    !hand_over(r, ctx, s->u.import.visible, false))
		return FLOW_FAIL;
	return exec_template(r, ctx, t) ? FLOW_NEXT : boundary(r, "included");
}

static struct jv find_module(
    const struct run *r, const struct jinja_template *t)
{
	for (const struct module_entry *m = r->modules; m; m = m->next)
		if (m->template == t)
			return m->module;
	return jv_make(JV_MISSING);
}

static bool keep_module(
    struct run *r, const struct jinja_template *t, struct jv module)
{
	struct module_entry *m = arena_alloc(r->arena, sizeof(*m));

	if (!m)
		return run_no_memory(r);
	*m = (struct module_entry){
		.template = t, .module = module, .next = r->modules
	};
	r->modules = m;
	return true;
}

static bool make_module(struct run *r, const struct stmt *s,
    const struct jinja_template *t, struct jv *ret)
{
	struct module *m = arena_zalloc(r->arena, sizeof(*m));
	size_t mark = text_begin(r);

	if (!m)
		return run_no_memory(r);
	m->name = t->name;
	m->ctx = context_new(r, t);
	if (!m->ctx)
		return false;
	if (s->u.import.with_context &&
	    !hand_over(r, m->ctx, s->u.import.visible, true))
		return false;
	if (!exec_template(r, m->ctx, t)) {
		boundary(r, "imported");
		return false;
	}
	if (!text_take(r, mark, true, &m->text))
		return false;
	*ret = jv_make(JV_MODULE);
	ret->u.internal = m;
	return s->u.import.with_context || keep_module(r, t, *ret);
}

static bool import_module(struct run *r, const struct stmt *s, struct jv *ret)
{
	const struct jinja_template *t;
	struct jv name;

	if (!eval(r, s->u.import.template, &name))
		return false;
	switch (load_one(r, name, &t)) {
	case LOAD_FAILED:
		return false;
	case LOAD_ABSENT:
		return absent(r, name);
	case LOADED:
		break;
	}
	*ret =
	    s->u.import.with_context ? jv_make(JV_MISSING) : find_module(r, t);
	return ret->kind == JV_MODULE || make_module(r, s, t, ret);
}

static bool bind_import(struct run *r, const struct stmt *s,
    const struct expr *target, struct jv value)
{
	if (!assign(r, target, value))
		return false;
	return !s->toplevel ||
	       context_set(r, r->frame->ctx, target->u.name.name, value, false);
}

enum flow exec_import(struct run *r, const struct stmt *s)
{
	struct jv module, v;

	if (!import_module(r, s, &module))
		return FLOW_FAIL;
	if (s->op == S_IMPORT)
		return bind_import(r, s, s->u.import.target, module)
			   ? FLOW_NEXT
			   : FLOW_FAIL;
	for (uint32_t i = 0; i < s->u.import.n_names; i++) {
		const struct import_name *n = &s->u.import.names[i];
		const struct module *m = module.u.internal;

		if (!callable_attr(r, module, n->name, &v))
			v = undefined_hint(r,
			    "the template '%s' does not export the requested "
			    "name '%s'",
			    m->name, n->name->text);
		if (!bind_import(r, s, n->alias, v))
			return FLOW_FAIL;
	}
	return FLOW_NEXT;
}

enum flow exec_extends(struct run *r, const struct stmt *s)
{
	const struct jinja_template *t;
	struct jv name;

	if (r->frame->extends) {
		run_set_error(r, ERR_INVALID, "extended multiple times");
		return FLOW_FAIL;
	}
	if (!eval(r, s->u.expr, &name))
		return FLOW_FAIL;
	switch (load_one(r, name, &t)) {
	case LOAD_FAILED:
		return FLOW_FAIL;
	case LOAD_ABSENT:
		absent(r, name);
		return FLOW_FAIL;
	case LOADED:
		break;
	}
	if (!chain_add(r, r->frame->ctx, t))
		return FLOW_FAIL;
	r->frame->extends = t;
	return FLOW_NEXT;
}

/* A scoped block sees the variables of the loop around it. */
static struct context *derived(struct run *r, const struct stmt *s)
{
	const struct context *from = r->frame->ctx;
	struct context *ctx = context_new(r, from->chain[0]);

	if (!ctx || !hand_over(r, ctx, s->u.block.visible, true))
		return NULL;
	for (unsigned i = 1; i < from->n_chain; i++)
		if (!chain_add(r, ctx, from->chain[i]))
			return NULL;
	return ctx;
}

static bool is_required(
    struct run *r, const struct stmt *s, const struct callable *b)
{
	if (!s->u.block.fn->required || b->fn != s->u.block.fn)
		return false;
	return !run_fail(r, ERR_INVALID, "required block '%s' not found",
	    s->u.block.fn->name->text);
}

enum flow exec_block(struct run *r, const struct stmt *s)
{
	struct context *ctx = r->frame->ctx;
	const struct callable *b;
	struct jv block;

	if (s->u.block.scoped)
		ctx = derived(r, s);
	if (!ctx)
		return FLOW_FAIL;
	block = callable_block(r, ctx, s->u.block.fn->name, 0);
	if (block.kind != JV_CALLABLE) {
		run_no_memory(r);
		return FLOW_FAIL;
	}
	b = block.u.internal;
	if (is_required(r, s, b))
		return FLOW_FAIL;
	return exec_func(r, ctx, b->fn, b->position)
		   ? FLOW_NEXT
		   : boundary(r, "in a block used");
}
