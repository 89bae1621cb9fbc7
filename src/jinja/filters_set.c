/* Ansible's filters on lists and dicts, and its conversions. */
#include "jinja/filters.h"

#include "jinja/case_map.h"
#include "jinja/methods.h"

static bool filter_bool(struct run *r, const struct call *c, struct jv *ret)
{
	static const char *const words[] = { "yes", "on", "1", "true" };
	struct jv v = c->args[0];
	bool truth = false;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	*ret = v;
	if (v.kind == JV_NONE || v.kind == JV_BOOL)
		return true;
	if (v.kind == JV_INT) {
		*ret = jv_bool(v.u.integer == 1);
		return true;
	}
	if (v.kind == JV_STRING && !value_lower(r, v, &v))
		return false;
	for (size_t i = 0; i < 4; i++)
		truth = truth || jv_text_is(v, words[i]);
	*ret = jv_bool(truth);
	return true;
}

static bool filter_ternary(struct run *r, const struct call *c, struct jv *ret)
{
	bool truth;

	if (c->args[0].kind == JV_NONE && arg_given(c, 3)) {
		*ret = c->args[3];
		return true;
	}
	if (!value_truth(r, c->args[0], &truth))
		return false;
	*ret = truth ? c->args[1] : c->args[2];
	return true;
}

static bool filter_mandatory(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv msg;

	*ret = c->args[0];
	if (ret->kind != JV_UNDEFINED)
		return true;
	if (!arg_given(c, 1) || c->args[1].kind == JV_NONE)
		return run_fail(r, ERR_INVALID,
		    "mandatory variable '%s' is not defined",
		    ret->u.name ? ret->u.name : "?");
	if (!to_text(r, c->args[1], &msg))
		return false;
	return run_fail(r, ERR_INVALID, "%.*s",
	    (int)(msg.len < 400 ? msg.len : 400), msg.u.text);
}

static bool in_list(
    struct run *r, const struct jv_list *l, struct jv item, bool *ret)
{
	*ret = false;
	for (uint32_t i = 0; i < l->n && !*ret; i++)
		if (!run_step(r) || !values_equal(r, l->items[i], item, ret))
			return false;
	return true;
}

/* Adds the items of a that are (keep) or are not in b, each once. */
static bool add_filtered(struct run *r, const struct jv_list *a,
    const struct jv_list *b, bool keep, struct jv_list *out)
{
	bool in, seen;

	for (uint32_t i = 0; i < a->n; i++) {
		in = keep;
		if ((b && !in_list(r, b, a->items[i], &in)) ||
		    !in_list(r, out, a->items[i], &seen))
			return false;
		if (in == keep && !seen && !list_add(r, out, a->items[i]))
			return false;
	}
	return true;
}

static bool set_operation(
    struct run *r, const struct call *c, char op, struct jv *ret)
{
	struct jv_list *a, *b, *out = list_make(r, 0);
	bool ok;

	if (!out || !value_to_list(r, c->args[0], &a) ||
	    !value_to_list(r, c->args[1], &b))
		return false;
	*ret = list_value(out);
	switch (op) {
	case '-':
		return add_filtered(r, a, b, false, out);
	case '&':
		return add_filtered(r, a, b, true, out);
	case '|':
		return add_filtered(r, a, NULL, true, out) &&
		       add_filtered(r, b, NULL, true, out);
	}
	ok = add_filtered(r, a, b, false, out);
	return ok && add_filtered(r, b, a, false, out);
}

static bool filter_difference(
    struct run *r, const struct call *c, struct jv *ret)
{
	return set_operation(r, c, '-', ret);
}

static bool filter_intersect(
    struct run *r, const struct call *c, struct jv *ret)
{
	return set_operation(r, c, '&', ret);
}

static bool filter_union(struct run *r, const struct call *c, struct jv *ret)
{
	return set_operation(r, c, '|', ret);
}

static bool filter_symmetric(
    struct run *r, const struct call *c, struct jv *ret)
{
	return set_operation(r, c, '^', ret);
}

static bool flatten_into(struct run *r, struct jv v, int64_t levels,
    bool skip_nulls, struct jv_list *out)
{
	struct jv_list *items;
	bool ok = true;

	if (!run_enter(r) || !value_to_list(r, v, &items))
		return false;
	for (uint32_t i = 0; ok && i < items->n; i++) {
		struct jv item = items->items[i];

		if (skip_nulls &&
		    (item.kind == JV_NONE || jv_text_is(item, "None") ||
			jv_text_is(item, "null")))
			continue;
		ok = jv_is_listlike(item) && levels != 0
			 ? flatten_into(r, item, levels - 1, skip_nulls, out)
			 : list_add(r, out, item);
	}
	run_leave(r);
	return ok;
}

static bool filter_flatten(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *out = list_make(r, 0);
	int64_t levels = -1;
	bool skip;

	if (!out || !arg_bool(r, c, 2, true, &skip))
		return false;
	if (arg_given(c, 1) && c->args[1].kind != JV_NONE &&
	    !arg_int(r, c, 1, -1, &levels))
		return false;
	*ret = list_value(out);
	return flatten_into(r, c->args[0], levels, skip, out);
}

struct merge {
	bool recursive;
	struct jv list_merge;
};

static bool merge_lists(struct run *r, const struct merge *m, struct jv old,
    struct jv new, struct jv *ret)
{
	bool remove =
	    m->list_merge.len > 3 &&
	    memcmp(m->list_merge.u.text + m->list_merge.len - 3, "_rp", 3) == 0;
	bool prepend = m->list_merge.len >= 7 &&
		       memcmp(m->list_merge.u.text, "prepend", 7) == 0;
	struct jv_list *out = list_make(r, old.u.list->n + new.u.list->n);
	const struct jv_list *first = prepend ? new.u.list : old.u.list;
	const struct jv_list *second = prepend ? old.u.list : new.u.list;
	bool in;

	if (jv_text_is(m->list_merge, "keep")) {
		*ret = old;
		return true;
	}
	for (uint32_t i = 0; out && i < first->n; i++) {
		in = false;
		if (remove && !prepend &&
		    !in_list(r, second, first->items[i], &in))
			return false;
		if (!in && !list_add(r, out, first->items[i]))
			return false;
	}
	for (uint32_t i = 0; out && i < second->n; i++) {
		in = false;
		if (remove && prepend &&
		    !in_list(r, first, second->items[i], &in))
			return false;
		if (!in && !list_add(r, out, second->items[i]))
			return false;
	}
	*ret = list_value(out);
	return out != NULL;
}

static bool merge_dicts(struct run *r, const struct merge *m, struct jv old,
    struct jv new, struct jv *ret);

static bool merge_value(struct run *r, const struct merge *m, struct jv old,
    struct jv new, struct jv *ret)
{
	*ret = new;
	if (m->recursive && old.kind == JV_DICT && new.kind == JV_DICT)
		return merge_dicts(r, m, old, new, ret);
	if (jv_is_plain_list(old) && jv_is_plain_list(new) &&
	    !jv_text_is(m->list_merge, "replace"))
		return merge_lists(r, m, old, new, ret);
	return true;
}

static bool merge_dicts(struct run *r, const struct merge *m, struct jv old,
    struct jv new, struct jv *ret)
{
	struct jv_dict *d = dict_new(r->arena, old.u.dict->n);
	bool ok = d != NULL;

	if (!run_enter(r))
		return false;
	ok = ok && dict_update_from(r, d, old);
	for (uint32_t i = 0; ok && i < new.u.dict->n; i++) {
		const struct dict_entry *e = &new.u.dict->entries[i];
		const struct dict_entry *o = dict_find(d, e->key, e->hash);
		struct jv v = e->value;

		ok = run_step(r) &&
		     (!o || merge_value(r, m, o->value, e->value, &v)) &&
		     dict_add(r, d, e->key, v);
	}
	run_leave(r);
	*ret = dict_value(d);
	return ok;
}

static bool filter_combine(struct run *r, const struct call *c, struct jv *ret)
{
	const struct jv *recursive = call_keyword(c, "recursive");
	const struct jv *list_merge = call_keyword(c, "list_merge");
	struct merge m = { .list_merge =
			       list_merge ? *list_merge : jv_text("replace") };
	struct jv_list *all = list_make(r, 0);
	struct jv_list *items;

	if (recursive && !value_truth(r, *recursive, &m.recursive))
		return false;
	/* dicts and lists of dicts */
	for (size_t i = 0; all && i < c->n; i++) {
		if (c->args[i].kind == JV_LIST) {
			if (!value_to_list(r, c->args[i], &items))
				return false;
			for (uint32_t k = 0; k < items->n; k++)
				if (!list_add(r, all, items->items[k]))
					return false;
		} else if (!list_add(r, all, c->args[i])) {
			return false;
		}
	}
	*ret = dict_value(dict_new(r->arena, 0));
	for (uint32_t i = 0; all && i < all->n; i++) {
		struct jv v = overlay_view(r, all->items[i]);

		if (v.kind == JV_UNDEFINED)
			return run_undefined(r, v);
		if (v.kind != JV_DICT)
			return run_fail(r, ERR_INVALID,
			    "combine: dicts are needed, not %s",
			    kind_name(v.kind));
		if (!merge_dicts(r, &m, *ret, v, ret))
			return false;
	}
	return all != NULL;
}

static bool filter_dict2items(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = overlay_view(r, c->args[0]), key, value;
	struct jv_list *out = list_make(r, 0);

	if (v.kind != JV_DICT)
		return v.kind == JV_UNDEFINED
			   ? run_undefined(r, v)
			   : run_fail(r, ERR_INVALID,
				 "dict2items: a dict is needed");
	if (!out || !arg_text(r, c, 1, "key", &key) ||
	    !arg_text(r, c, 2, "value", &value))
		return false;
	for (uint32_t i = 0; i < v.u.dict->n; i++) {
		struct jv_dict *d = dict_new(r->arena, 2);

		if (!d || !dict_add(r, d, key, v.u.dict->entries[i].key) ||
		    !dict_add(r, d, value, v.u.dict->entries[i].value) ||
		    !list_add(r, out, dict_value(d)))
			return run_no_memory(r);
	}
	*ret = list_value(out);
	return true;
}

static bool filter_items2dict(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_dict *d = dict_new(r->arena, 0);
	struct jv key, value, k, v;
	struct jv_list *items;

	if (!d || !arg_text(r, c, 1, "key", &key) ||
	    !arg_text(r, c, 2, "value", &value) ||
	    !value_to_list(r, c->args[0], &items))
		return false;
	for (uint32_t i = 0; i < items->n; i++) {
		if (!value_item(r, items->items[i], key, &k) ||
		    !value_item(r, items->items[i], value, &v))
			return false;
		if (k.kind == JV_UNDEFINED || v.kind == JV_UNDEFINED)
			return run_undefined(r, k.kind == JV_UNDEFINED ? k : v);
		if (!dict_add(r, d, k, v))
			return false;
	}
	*ret = dict_value(d);
	return true;
}

static const struct native table[] = {
	{ "bool", filter_bool, "value", 1, 1, 0, NULL, NULL },
	{ "ternary", filter_ternary, "value true_val false_val none_val", 3, 4,
	    0, NULL, NULL },
	{ "mandatory", filter_mandatory, "value msg", 1, 2, 0, NULL, NULL },
	{ "difference", filter_difference, "a b", 2, 2, 0, NULL, NULL },
	{ "intersect", filter_intersect, "a b", 2, 2, 0, NULL, NULL },
	{ "union", filter_union, "a b", 2, 2, 0, NULL, NULL },
	{ "symmetric_difference", filter_symmetric, "a b", 2, 2, 0, NULL,
	    NULL },
	{ "flatten", filter_flatten, "value levels skip_nulls", 1, 3, 0, NULL,
	    NULL },
	{ "combine", filter_combine, NULL, 1, 0, NATIVE_VARIADIC, NULL, NULL },
	{ "dict2items", filter_dict2items, "value key_name value_name", 1, 3, 0,
	    NULL, NULL },
	{ "items2dict", filter_items2dict, "value key_name value_name", 1, 3, 0,
	    NULL, NULL },
};
const struct native_table set_filters = NATIVE_TABLE(table);
