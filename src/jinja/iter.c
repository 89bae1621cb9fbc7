#include "jinja/ops.h"

#include "jinja/utf8.h"

bool iter_is_possible(struct jv v)
{
	return v.kind == JV_STRING || v.kind == JV_LIST || v.kind == JV_TUPLE ||
	       v.kind == JV_DICT || v.kind == JV_LOOP ||
	       v.kind == JV_UNDEFINED ||
	       (v.kind == JV_OBJECT &&
		   ((const struct object *)v.u.object)->cls->names);
}

struct deferred {
	struct call call;
	bool autoescape;
};

static bool defer(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l = list_make(r, 0);
	struct deferred *d = arena_alloc(r->arena, sizeof(*d));
	struct keyword *kw;

	if (!l || !d)
		return run_no_memory(r);
	d->call = *c;
	d->autoescape = r->autoescape;
	d->call.args = arena_alloc(r->arena, (c->n + 1) * sizeof(*c->args));
	kw = arena_alloc(r->arena, (c->n_kw + 1) * sizeof(*kw));
	if (!d->call.args || !kw)
		return run_no_memory(r);
	if (c->n)
		memcpy(d->call.args, c->args, c->n * sizeof(*c->args));
	if (c->n_kw)
		memcpy(kw, c->kw, c->n_kw * sizeof(*kw));
	d->call.kw = kw;
	l->flavor = LIST_GENERATOR;
	l->deferred = d;
	*ret = list_value(l);
	return true;
}

bool native_invoke(struct run *r, const struct native *def,
    const struct call *c, struct jv *ret)
{
	struct call named = *c;

	named.def = def;
	if (def->flags & NATIVE_LAZY)
		return defer(r, &named, ret);
	return def->fn(r, &named, ret);
}

/* A generator that reaches itself while it is made is empty there. */
static bool force(struct run *r, struct jv_list *l)
{
	const struct deferred *d = l->deferred;
	bool autoescape = r->autoescape, ok;
	struct jv made;

	l->deferred = NULL;
	r->autoescape = d->autoescape;
	ok = run_enter(r) && d->call.def->fn(r, &d->call, &made);
	r->autoescape = autoescape;
	if (!ok)
		return false;
	run_leave(r);
	l->items = made.u.list->items;
	l->n = made.u.list->n;
	return true;
}

bool iter_begin(struct run *r, struct jv v, struct iter *ret)
{
	v = overlay_view(r, v);
	*ret = (struct iter){ .of = v };
	switch (v.kind) {
	case JV_UNDEFINED:
		if (r->strict && !(v.reserved & UNDEF_LENIENT))
			return run_undefined(r, v);
		return true;
	case JV_STRING:
		ret->n = v.len;
		return true;
	case JV_LIST:
		if (v.u.list->deferred && !force(r, v.u.list))
			return false;
		if (v.u.list->flavor == LIST_GENERATOR) {
			ret->n = v.u.list->consumed ? 0 : v.u.list->n;
			v.u.list->consumed = true;
		}
		return true;
	case JV_TUPLE:
		return true;
	case JV_DICT:
		ret->n = v.u.dict->n;
		return true;
	case JV_OBJECT:
		if (((const struct object *)v.u.object)->cls->names)
			return true;
		break;
	}
	return run_fail(
	    r, ERR_INVALID, "a %s cannot be iterated", kind_name(v.kind));
}

static bool next_char(struct iter *it, struct jv *ret)
{
	size_t step;

	if (it->at >= it->n)
		return false;
	step = utf8_step(it->of.u.text + it->at, it->n - it->at);
	*ret = jv_string(it->of.u.text + it->at, step, it->of.safe);
	ret->safe = false;
	it->at += step;
	return true;
}

static bool next_key(struct run *r, struct iter *it, struct jv *ret)
{
	const struct jv_dict *d = it->of.u.dict;

	if (d->n != it->n)
		return run_fail(
		    r, ERR_INVALID, "the dict changed size during iteration");
	if (it->at >= it->n)
		return false;
	*ret = d->entries[it->at++].key;
	return true;
}

static bool next_name(struct iter *it, struct jv *ret)
{
	const struct object *o = it->of.u.object;
	const char *name = o->cls->names[it->at];

	if (!name)
		return false;
	*ret = jv_text(name);
	it->at++;
	return true;
}

bool iter_next(struct run *r, struct iter *it, struct jv *ret)
{
	const struct jv_list *l;

	switch (it->of.kind) {
	case JV_STRING:
		return next_char(it, ret);
	case JV_LIST:
	case JV_TUPLE:
		l = it->of.u.list;
		if (it->at >= (l->flavor == LIST_GENERATOR ? it->n : l->n))
			return false;
		*ret = overlay_view(r, list_at(l, it->at++));
		return true;
	case JV_DICT:
		return next_key(r, it, ret);
	case JV_OBJECT:
		return next_name(it, ret);
	}
	return false;
}

struct jv_list *list_make(struct run *r, size_t capacity)
{
	struct jv_list *l;

	if (!run_charge(r, capacity / 8))
		return NULL;
	l = list_new(r->arena, capacity);
	if (!l)
		run_no_memory(r);
	return l;
}

bool list_add(struct run *r, struct jv_list *l, struct jv item)
{
	return list_push(r->arena, l, item) || run_no_memory(r);
}

bool dict_add(struct run *r, struct jv_dict *d, struct jv key, struct jv value)
{
	uint32_t hash;

	if (!value_hash(r, key, &hash))
		return false;
	return dict_put(r->arena, d, key, hash, value) || run_no_memory(r);
}

static size_t size_hint(struct jv v)
{
	if (jv_is_listlike(v))
		return v.u.list->n;
	return v.kind == JV_DICT ? v.u.dict->n : 0;
}

bool value_to_list(struct run *r, struct jv v, struct jv_list **ret)
{
	struct iter it;
	struct jv_list *l;
	struct jv item;

	if (!iter_begin(r, v, &it))
		return false;
	l = list_make(r, size_hint(it.of));
	if (!l)
		return false;
	while (iter_next(r, &it, &item))
		if (!run_step(r) || !list_add(r, l, item))
			return false;
	*ret = l;
	return !r->failed;
}

bool value_length(struct run *r, struct jv v, size_t *ret)
{
	v = overlay_view(r, v);
	switch (v.kind) {
	case JV_UNDEFINED:
		if (r->strict && !(v.reserved & UNDEF_LENIENT))
			return run_undefined(r, v);
		*ret = 0;
		return true;
	case JV_STRING:
		*ret = utf8_count(v.u.text, v.len);
		return true;
	case JV_LIST:
		if (v.u.list->flavor == LIST_GENERATOR)
			return run_fail(r, ERR_INVALID,
			    "a generator has no length (use |list first)");
		*ret = v.u.list->n;
		return true;
	case JV_TUPLE:
		*ret = v.u.list->n;
		return true;
	case JV_DICT:
		*ret = v.u.dict->n;
		return true;
	}
	return run_fail(
	    r, ERR_INVALID, "a %s has no length", kind_name(v.kind));
}
