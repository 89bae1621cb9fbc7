/* Methods of dict. */
#include "jinja/filters.h"
#include "jinja/methods.h"

static const struct jv_dict *self_dict(struct run *r, const struct call *c)
{
	return overlay_view(r, c->args[0]).u.dict;
}

static bool view(struct run *r, const struct call *c, enum list_flavor flavor,
    struct jv *ret)
{
	const struct jv_dict *d = self_dict(r, c);
	struct jv_list *l = list_make(r, d->n);

	if (!l)
		return false;
	for (uint32_t i = 0; i < d->n; i++) {
		const struct dict_entry *e = &d->entries[i];

		l->items[i] = flavor == LIST_KEYS ? e->key
			      : flavor == LIST_VALUES
				  ? e->value
				  : tuple_pair(r->arena, e->key, e->value);
	}
	l->n = d->n;
	l->flavor = (uint8_t)flavor;
	*ret = list_value(l);
	return !arena_failed(r->arena) || run_no_memory(r);
}

static bool dict_items(struct run *r, const struct call *c, struct jv *ret)
{
	return view(r, c, LIST_ITEMS, ret);
}

static bool dict_keys(struct run *r, const struct call *c, struct jv *ret)
{
	return view(r, c, LIST_KEYS, ret);
}

static bool dict_values(struct run *r, const struct call *c, struct jv *ret)
{
	return view(r, c, LIST_VALUES, ret);
}

static struct jv fallback(const struct call *c)
{
	return arg_given(c, 2) ? c->args[2] : jv_none();
}

static bool dict_get(struct run *r, const struct call *c, struct jv *ret)
{
	const struct dict_entry *e;
	uint32_t hash;

	if (!value_hash(r, c->args[1], &hash))
		return false;
	e = dict_find(self_dict(r, c), c->args[1], hash);
	*ret = e ? overlay_view(r, e->value) : fallback(c);
	return true;
}

static bool dict_set_default(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv self = c->args[0];
	struct dict_entry *e;
	uint32_t hash;

	if (!overlay_own(r, &self) || !value_hash(r, c->args[1], &hash))
		return false;
	e = dict_find(self.u.dict, c->args[1], hash);
	*ret = e ? e->value : fallback(c);
	return e || dict_put(r->arena, self.u.dict, c->args[1], hash, *ret) ||
	       run_no_memory(r);
}

static bool dict_pop(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv self = c->args[0];
	struct dict_entry *e;
	uint32_t hash;

	if (!overlay_own(r, &self) || !value_hash(r, c->args[1], &hash))
		return false;
	e = dict_find(self.u.dict, c->args[1], hash);
	if (!e && !arg_given(c, 2))
		return run_fail(r, ERR_INVALID, "pop: there is no such key");
	*ret = e ? e->value : c->args[2];
	if (!run_charge(r, self.u.dict->n / 8))
		return false;
	if (e)
		dict_remove(self.u.dict, e);
	return true;
}

static bool dict_popitem(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv self = c->args[0];
	struct dict_entry *e;

	if (!overlay_own(r, &self))
		return false;
	if (self.u.dict->n == 0)
		return run_fail(r, ERR_INVALID, "popitem: the dict is empty");
	e = &self.u.dict->entries[self.u.dict->n - 1];
	*ret = tuple_pair(r->arena, e->key, e->value);
	if (!run_charge(r, self.u.dict->n / 8))
		return false;
	dict_remove(self.u.dict, e);
	return true;
}

static bool update_pair(struct run *r, struct jv_dict *d, struct jv item)
{
	struct jv_list *pair;

	if (!value_to_list(r, item, &pair))
		return false;
	if (pair->n != 2)
		return run_fail(r, ERR_INVALID,
		    "update: pairs of key and value are needed");
	return dict_add(r, d, pair->items[0], pair->items[1]);
}

bool dict_update_from(struct run *r, struct jv_dict *d, struct jv from)
{
	struct iter it;
	struct jv item;

	from = overlay_view(r, from);
	if (from.kind == JV_DICT) {
		for (uint32_t i = 0; i < from.u.dict->n; i++) {
			const struct dict_entry *e = &from.u.dict->entries[i];

			if (!dict_put(r->arena, d, e->key, e->hash, e->value))
				return run_no_memory(r);
		}
		return run_charge(r, from.u.dict->n);
	}
	if (!iter_begin(r, from, &it))
		return false;
	while (iter_next(r, &it, &item))
		if (!run_step(r) || !update_pair(r, d, item))
			return false;
	return !r->failed;
}

static bool dict_update(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv self = c->args[0];

	if (c->n > 2)
		return run_fail(
		    r, ERR_INVALID, "update() takes at most one argument");
	if (!overlay_own(r, &self) ||
	    (c->n == 2 && !dict_update_from(r, self.u.dict, c->args[1])))
		return false;
	for (size_t i = 0; i < c->n_kw; i++)
		if (!dict_add(r, self.u.dict,
			jv_string(c->kw[i].name, c->kw[i].len, false),
			c->kw[i].value))
			return false;
	*ret = jv_none();
	return true;
}

static bool dict_copy(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_dict *d = dict_new(r->arena, self_dict(r, c)->n);

	if (!d)
		return run_no_memory(r);
	*ret = dict_value(d);
	return dict_update_from(r, d, c->args[0]);
}

static bool dict_clear(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv self = c->args[0];

	if (!overlay_own(r, &self))
		return false;
	self.u.dict->n = 0;
	if (self.u.dict->index)
		memset(self.u.dict->index, 0,
		    (self.u.dict->mask + 1) * sizeof(uint32_t));
	*ret = jv_none();
	return true;
}

static const struct native dict_table[] = {
	{ "items", dict_items, "self", 1, 1, 0, NULL, NULL },
	{ "keys", dict_keys, "self", 1, 1, 0, NULL, NULL },
	{ "values", dict_values, "self", 1, 1, 0, NULL, NULL },
	{ "get", dict_get, "self", 2, 3, 0, NULL, NULL },
	{ "setdefault", dict_set_default, "self", 2, 3, 0, NULL, NULL },
	{ "pop", dict_pop, "self", 2, 3, 0, NULL, NULL },
	{ "popitem", dict_popitem, "self", 1, 1, 0, NULL, NULL },
	{ "update", dict_update, NULL, 1, 0, NATIVE_VARIADIC, NULL, NULL },
	{ "copy", dict_copy, "self", 1, 1, 0, NULL, NULL },
	{ "clear", dict_clear, "self", 1, 1, 0, NULL, NULL },
};
const struct native_table dict_methods = NATIVE_TABLE(dict_table);
