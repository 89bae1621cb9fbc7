/* Filters that compare items: sort, unique, groupby, min, max, sum. */
#include "jinja/filters.h"

struct sorter {
	struct run *run;
	const struct jv *keys;
	unsigned flags; /* SORT_… */
};

/* Python compares keys within lists: equal ones are never asked for their
 * order, which None, for one, does not have. */
static bool key_order(
    struct run *r, struct jv a, struct jv b, bool wrapped, int *ret)
{
	bool equal = false;

	*ret = 0;
	if (wrapped && a.kind != JV_STRING && !value_is_number(a) &&
	    !values_equal(r, a, b, &equal))
		return false;
	return equal || values_compare(r, a, b, ret);
}

/* Merge sort of item numbers: stable, and a failed comparison ends it. */
static bool merge(
    const struct sorter *s, uint32_t *at, uint32_t n, uint32_t *scratch)
{
	uint32_t half = n / 2, i = 0, j = half, k = 0;
	int order;

	if (n < 2)
		return true;
	if (!merge(s, at, half, scratch) ||
	    !merge(s, at + half, n - half, scratch))
		return false;
	while (i < half && j < n) {
		/* a reversed sort, too, keeps equal items in order */
		if (!run_step(s->run) ||
		    !key_order(s->run, s->keys[at[j]], s->keys[at[i]],
			s->flags & SORT_WRAPPED, &order))
			return false;
		if (s->flags & SORT_REVERSE)
			order = -order;
		scratch[k++] = order < 0 ? at[j++] : at[i++];
	}
	while (i < half)
		scratch[k++] = at[i++];
	while (j < n)
		scratch[k++] = at[j++];
	memcpy(at, scratch, n * sizeof(*at));
	return true;
}

static void permute(
    struct jv *items, const uint32_t *order, uint32_t n, struct jv *scratch)
{
	for (uint32_t i = 0; i < n; i++)
		scratch[i] = items[order[i]];
	memcpy(items, scratch, n * sizeof(*items));
}

bool sort_by_keys(
    struct run *r, struct jv_list *items, struct jv_list *keys, unsigned flags)
{
	struct sorter s = { .run = r, .keys = keys->items, .flags = flags };
	uint32_t n = items->n;
	uint32_t *order;
	struct jv *scratch;

	if (n < 2)
		return true;
	order = arena_alloc(r->arena, 2 * n * sizeof(*order));
	scratch = arena_alloc(r->arena, n * sizeof(*scratch));
	if (!order || !scratch)
		return run_no_memory(r);
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	if (!merge(&s, order, n, order + n))
		return false;
	permute(items->items, order, n, scratch);
	if (keys != items)
		permute(keys->items, order, n, scratch);
	return true;
}

static bool key_of(struct run *r, struct jv item, struct jv attribute,
    bool case_sensitive, struct jv *ret)
{
	if (!value_path(r, item, attribute, ret))
		return false;
	return case_sensitive || value_lower(r, *ret, ret);
}

/* "a,b" sorts by a, then by b. */
static bool multi_key(struct run *r, struct jv item, struct jv attribute,
    bool case_sensitive, struct jv *ret)
{
	const char *p = attribute.u.text, *end, *comma;
	struct jv_list *parts;
	struct jv key;

	if (attribute.kind != JV_STRING || !memchr(p, ',', attribute.len))
		return key_of(r, item, attribute, case_sensitive, ret);
	parts = list_make(r, 2);
	end = p + attribute.len;
	for (; parts; p = comma + 1) {
		comma = memchr(p, ',', (size_t)(end - p));
		if (!key_of(r, item,
			jv_string(
			    p, (size_t)((comma ? comma : end) - p), false),
			case_sensitive, &key) ||
		    !list_add(r, parts, key))
			return false;
		if (!comma)
			break;
	}
	*ret = tuple_value(parts);
	return parts != NULL;
}

static bool keys_of(struct run *r, const struct jv_list *items,
    struct jv attribute, bool case_sensitive, struct jv_list **ret)
{
	struct jv_list *keys = list_make(r, items->n);
	struct jv key;

	if (!keys)
		return false;
	for (uint32_t i = 0; i < items->n; i++)
		if (!run_step(r) ||
		    !multi_key(
			r, items->items[i], attribute, case_sensitive, &key) ||
		    !list_add(r, keys, key))
			return false;
	*ret = keys;
	return true;
}

static struct jv attribute_arg(const struct call *c, size_t i)
{
	return arg_given(c, i) ? c->args[i] : jv_none();
}

static bool filter_sort(struct run *r, const struct call *c, struct jv *ret)
{
	bool reverse, case_sensitive;
	struct jv_list *items, *keys;

	if (!arg_bool(r, c, 1, false, &reverse) ||
	    !arg_bool(r, c, 2, false, &case_sensitive) ||
	    !value_to_list(r, c->args[0], &items) ||
	    !keys_of(r, items, attribute_arg(c, 3), case_sensitive, &keys) ||
	    !sort_by_keys(
		r, items, keys, SORT_WRAPPED | (reverse ? SORT_REVERSE : 0)))
		return false;
	*ret = list_value(items);
	return true;
}

static bool filter_dictsort(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = overlay_view(r, c->args[0]), by, key;
	struct jv_list *items, *keys;
	bool case_sensitive, reverse, by_value;

	if (!arg_bool(r, c, 1, false, &case_sensitive) ||
	    !arg_text(r, c, 2, "key", &by) ||
	    !arg_bool(r, c, 3, false, &reverse))
		return false;
	by_value = jv_text_is(by, "value");
	if (!by_value && !jv_text_is(by, "key"))
		return run_fail(r, ERR_INVALID,
		    "dictsort: sort by either 'key' or 'value'");
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind != JV_DICT)
		return run_fail(r, ERR_INVALID,
		    "dictsort: a dict is needed, "
		    "not %s",
		    kind_name(v.kind));
	items = list_make(r, v.u.dict->n);
	keys = list_make(r, v.u.dict->n);
	if (!items || !keys)
		return false;
	for (uint32_t i = 0; i < v.u.dict->n; i++) {
		const struct dict_entry *e = &v.u.dict->entries[i];

		key = by_value ? e->value : e->key;
		if (!case_sensitive && !value_lower(r, key, &key))
			return false;
		if (!list_add(
			r, items, tuple_pair(r->arena, e->key, e->value)) ||
		    !list_add(r, keys, key))
			return false;
	}
	*ret = list_value(items);
	return sort_by_keys(r, items, keys, reverse ? SORT_REVERSE : 0);
}

static bool filter_unique(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *items, *out = list_make(r, 0);
	struct jv_dict *seen = dict_new(r->arena, 0);
	bool case_sensitive;
	struct jv key;
	uint32_t hash;

	if (!seen)
		return run_no_memory(r);
	if (!out || !arg_bool(r, c, 1, false, &case_sensitive) ||
	    !value_to_list(r, c->args[0], &items))
		return false;
	for (uint32_t i = 0; i < items->n; i++) {
		if (!run_step(r) ||
		    !key_of(r, items->items[i], attribute_arg(c, 2),
			case_sensitive, &key) ||
		    !value_hash(r, key, &hash))
			return false;
		if (dict_find(seen, key, hash))
			continue;
		if (!dict_put(r->arena, seen, key, hash, jv_none()) ||
		    !list_add(r, out, items->items[i]))
			return run_no_memory(r);
	}
	*ret = list_value(out);
	return true;
}

static bool extreme(
    struct run *r, const struct call *c, int sign, struct jv *ret)
{
	struct jv_list *items;
	struct jv key, best = jv_none();
	bool case_sensitive;
	int order;

	if (!arg_bool(r, c, 1, false, &case_sensitive) ||
	    !value_to_list(r, c->args[0], &items))
		return false;
	if (items->n == 0)
		*ret = undefined_hint(
		    r, "no aggregated item, the sequence was empty");
	for (uint32_t i = 0; i < items->n; i++) {
		if (!run_step(r) ||
		    !key_of(r, items->items[i], attribute_arg(c, 2),
			case_sensitive, &key))
			return false;
		order = 1;
		if (i && !values_compare(r, key, best, &order))
			return false;
		if (i && order * sign <= 0)
			continue;
		best = key;
		*ret = items->items[i];
	}
	return true;
}

static bool filter_min(struct run *r, const struct call *c, struct jv *ret)
{
	return extreme(r, c, -1, ret);
}

static bool filter_max(struct run *r, const struct call *c, struct jv *ret)
{
	return extreme(r, c, 1, ret);
}

static bool filter_sum(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv sum = arg_given(c, 2) ? c->args[2] : jv_int(0), item;
	struct iter it;

	if (!iter_begin(r, c->args[0], &it))
		return false;
	if (sum.kind == JV_STRING)
		return run_fail(r, ERR_INVALID,
		    "sum: strings cannot be "
		    "summed (use join)");
	while (iter_next(r, &it, &item))
		if (!run_step(r) ||
		    !value_path(r, item, attribute_arg(c, 1), &item) ||
		    !value_binary(r, X_ADD, sum, item, &sum))
			return false;
	*ret = sum;
	return !r->failed;
}

static bool group_path(
    struct run *r, const struct call *c, struct jv item, struct jv *ret)
{
	if (!value_path(r, item, c->args[1], ret))
		return false;
	if (ret->kind == JV_UNDEFINED && arg_given(c, 2) &&
	    c->args[2].kind != JV_NONE)
		*ret = c->args[2];
	return true;
}

static bool group_keys(struct run *r, const struct call *c,
    const struct jv_list *items, bool case_sensitive, struct jv_list **ret)
{
	struct jv_list *keys = list_make(r, items->n);
	struct jv key;

	for (uint32_t i = 0; keys && i < items->n; i++) {
		if (!run_step(r) || !group_path(r, c, items->items[i], &key))
			return false;
		if (!case_sensitive && !value_lower(r, key, &key))
			return false;
		if (!list_add(r, keys, key))
			return false;
	}
	*ret = keys;
	return keys != NULL;
}

static bool add_group(struct run *r, const struct call *c, struct jv_list *out,
    const struct jv_list *items, struct jv key, uint32_t from, uint32_t to,
    bool real_key)
{
	struct jv_list *group = list_make(r, to - from);

	if (!group)
		return false;
	for (uint32_t i = from; i < to; i++)
		list_push(r->arena, group, items->items[i]);
	if (real_key && !group_path(r, c, items->items[from], &key))
		return false;
	return list_add(r, out, tuple_pair(r->arena, key, list_value(group)));
}

static bool filter_groupby(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *items, *keys, *out = list_make(r, 0);
	bool case_sensitive, equal;
	uint32_t from = 0;

	if (!out || !arg_bool(r, c, 3, false, &case_sensitive) ||
	    !value_to_list(r, c->args[0], &items) ||
	    !group_keys(r, c, items, case_sensitive, &keys) ||
	    !sort_by_keys(r, items, keys, 0))
		return false;
	for (uint32_t i = 1; i <= items->n; i++) {
		equal = false;
		if (i < items->n && !values_equal(r, keys->items[i],
					keys->items[i - 1], &equal))
			return false;
		if (equal)
			continue;
		if (!add_group(r, c, out, items, keys->items[from], from, i,
			!case_sensitive))
			return false;
		from = i;
	}
	for (uint32_t i = 0; i < out->n; i++)
		out->items[i].reserved = TUPLE_GROUP;
	*ret = list_value(out);
	return true;
}

static const struct native table[] = {
	{ "sort", filter_sort, "value reverse case_sensitive attribute", 1, 4,
	    0, NULL, NULL },
	{ "dictsort", filter_dictsort, "value case_sensitive by reverse", 1, 4,
	    0, NULL, NULL },
	{ "unique", filter_unique, "value case_sensitive attribute", 1, 3,
	    NATIVE_LAZY, NULL, NULL },
	{ "min", filter_min, "value case_sensitive attribute", 1, 3, 0, NULL,
	    NULL },
	{ "max", filter_max, "value case_sensitive attribute", 1, 3, 0, NULL,
	    NULL },
	{ "sum", filter_sum, "iterable attribute start", 1, 3, 0, NULL, NULL },
	{ "groupby", filter_groupby, "value attribute default case_sensitive",
	    2, 4, 0, NULL, NULL },
};
const struct native_table sort_filters = NATIVE_TABLE(table);
