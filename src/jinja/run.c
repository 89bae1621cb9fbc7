#include "jinja/runtime.h"

#include "jinja/ops.h"

#include <stdarg.h>
#include <stdio.h>

/* Of the C stack; a thread has at least 8 MiB on Linux. */
#define STACK_MAX ((size_t)3 << 20)
#define CHUNK_SLOTS 256

void run_set_error(struct run *r, enum err_code code, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	if (r->failed)
		return;
	r->failed = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(r->err, code, "%s", text);
}

bool run_charge(struct run *r, uint64_t steps)
{
	if (steps > r->steps) {
		r->steps = 0;
		return run_fail(r, ERR_LIMIT,
		    "the render takes more than %llu steps",
		    (unsigned long long)r->limits->steps);
	}
	r->steps -= steps;
	return true;
}

bool run_enter(struct run *r)
{
	const char *here = __builtin_frame_address(0);
	size_t used = r->stack_base > here ? (size_t)(r->stack_base - here)
					   : (size_t)(here - r->stack_base);

	if (r->depth >= r->limits->depth || used > STACK_MAX)
		return run_fail(r, ERR_LIMIT,
		    "calls are nested more than %u deep", r->depth);
	r->depth++;
	return true;
}

static struct slot_chunk *new_chunk(struct run *r, size_t n)
{
	size_t slots = n > CHUNK_SLOTS ? n : CHUNK_SLOTS;
	struct slot_chunk *c =
	    arena_alloc(r->arena, sizeof(*c) + slots * sizeof(struct jv));

	if (c) {
		c->next = NULL;
		c->end = c->items + slots;
	}
	return c;
}

struct jv *slots_push(struct run *r, size_t n, struct slot_mark *ret)
{
	struct slot_chunk *c = r->stack.chunk;
	struct jv *at = r->stack.top;

	*ret = r->stack;
	if (!c || (size_t)(c->end - at) < n) {
		struct slot_chunk *next = c ? c->next : NULL;

		if (!next || (size_t)(next->end - next->items) < n) {
			next = new_chunk(r, n);
			if (!next) {
				run_no_memory(r);
				return NULL;
			}
			if (c)
				c->next = next;
		}
		r->stack.chunk = next;
		at = next->items;
	}
	r->stack.top = at + n;
	return at;
}

struct jv undefined_attr(const char *attr, unsigned kind)
{
	struct jv v = jv_undefined(attr);

	v.reserved = UNDEF_ATTR;
	v.len = kind;
	return v;
}

struct jv undefined_hint(struct run *r, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	struct jv v;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v = jv_undefined(arena_strdup(r->arena, text));
	v.reserved = UNDEF_HINT;
	return v;
}

void run_set_undefined(struct run *r, struct jv v)
{
	const char *name = v.u.name ? v.u.name : "a value";

	if (v.reserved & UNDEF_HINT)
		run_set_error(r, ERR_INVALID, "%s", name);
	else if (v.reserved & UNDEF_ATTR)
		run_set_error(r, ERR_INVALID, "'%s' has no attribute '%s'",
		    kind_name(v.len), name);
	else
		run_set_error(r, ERR_INVALID, "'%s' is undefined", name);
}

static bool find_in(
    const struct jv_dict *d, const struct name *name, struct jv *ret)
{
	const struct dict_entry *e =
	    d ? dict_find_text(d, name->text, name->len, name->hash) : NULL;

	if (e)
		*ret = e->value;
	return e != NULL;
}

bool context_resolve(struct run *r, const struct context *ctx,
    const struct name *name, struct jv *ret)
{
	bool with_vars = true;
	const struct object *o;

	for (; ctx; ctx = ctx->parent) {
		if (with_vars && find_in(ctx->vars, name, ret))
			return true;
		if (find_in(ctx->locals, name, ret))
			return true;
		with_vars = !ctx->skip_parent_vars;
		if (ctx->data.kind == JV_DICT) {
			if (find_in(ctx->data.u.dict, name, ret))
				return true;
		} else if (ctx->data.kind == JV_OBJECT) {
			o = ctx->data.u.object;
			if (o->cls->get(
				o->self, name->text, name->len, r->arena, ret))
				return true;
		}
	}
	return false;
}

bool context_set(struct run *r, struct context *ctx, const struct name *name,
    struct jv value, bool exported)
{
	struct jv key = jv_string(name->text, name->len, false);

	if (!ctx->vars)
		ctx->vars = dict_new(r->arena, 8);
	if (!ctx->vars ||
	    !dict_put(r->arena, ctx->vars, key, name->hash, value))
		return run_no_memory(r);
	if (!exported || name->text[0] == '_')
		return true;
	if (!ctx->exported)
		ctx->exported = list_new(r->arena, 8);
	if (!list_push(r->arena, ctx->exported, key))
		return run_no_memory(r);
	return true;
}

struct jv overlay_find(const struct run *r, struct jv v)
{
	if (v.kind != JV_LIST && v.kind != JV_DICT)
		return v;
	for (const struct overlay *o = r->overlays; o; o = o->next)
		if (o->original == v.u.internal)
			return o->copy;
	return v;
}

static struct jv copy_container(struct arena *a, struct jv v)
{
	if (v.kind == JV_LIST) {
		struct jv_list *l = list_new(a, v.u.list->n + 1u);

		for (uint32_t i = 0; l && i < v.u.list->n; i++)
			list_push(a, l, list_at(v.u.list, i));
		return list_value(l);
	}
	struct jv_dict *d = dict_new(a, v.u.dict->n + 1u);

	for (uint32_t i = 0; d && i < v.u.dict->n; i++) {
		const struct dict_entry *e = &v.u.dict->entries[i];

		dict_put(a, d, e->key, e->hash, e->value);
	}
	return dict_value(d);
}

bool overlay_own(struct run *r, struct jv *v)
{
	const struct arena *owner =
	    v->kind == JV_LIST ? v->u.list->owner : v->u.dict->owner;
	struct overlay *o;

	if (owner == r->arena)
		return true;
	*v = overlay_find(r, *v);
	owner = v->kind == JV_LIST ? v->u.list->owner : v->u.dict->owner;
	if (owner == r->arena)
		return true;
	o = arena_alloc(r->arena, sizeof(*o));
	if (!o)
		return run_no_memory(r);
	o->original = v->u.internal;
	o->copy = copy_container(r->arena, *v);
	if (arena_failed(r->arena))
		return run_no_memory(r);
	o->next = r->overlays;
	r->overlays = o;
	*v = o->copy;
	return true;
}
