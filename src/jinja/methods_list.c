/* Methods of list and tuple. */
#include "jinja/filters.h"
#include "jinja/methods.h"

/* The list to be changed: never one that other renders can see. */
static bool own(struct run *r, const struct call *c, struct jv_list **ret)
{
	struct jv self = c->args[0];

	if (!overlay_own(r, &self))
		return false;
	*ret = self.u.list;
	return true;
}

static bool list_append(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;

	*ret = jv_none();
	return own(r, c, &l) && list_add(r, l, c->args[1]);
}

static bool list_extend(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l, *more;

	if (!own(r, c, &l) || !value_to_list(r, c->args[1], &more))
		return false;
	for (uint32_t i = 0; i < more->n; i++)
		if (!list_add(r, l, more->items[i]))
			return false;
	*ret = jv_none();
	return true;
}

static bool position(
    struct run *r, const struct jv_list *l, int64_t i, uint32_t *ret)
{
	if (i < 0)
		i += l->n;
	if (i < 0 || i >= l->n)
		return run_fail(
		    r, ERR_INVALID, "there is no item at that index");
	*ret = (uint32_t)i;
	return true;
}

static void take_out(struct jv_list *l, uint32_t at)
{
	memmove(&l->items[at], &l->items[at + 1],
	    (l->n - at - 1) * sizeof(*l->items));
	l->n--;
}

static bool list_pop(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;
	int64_t i;
	uint32_t at;

	if (!own(r, c, &l) || !arg_int(r, c, 1, -1, &i) ||
	    !position(r, l, i, &at) || !run_charge(r, (l->n - at) / 32))
		return false;
	*ret = l->items[at];
	take_out(l, at);
	return true;
}

static bool list_insert(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;
	int64_t at;

	if (!own(r, c, &l) || !arg_int(r, c, 1, 0, &at))
		return false;
	if (at < 0)
		at += l->n;
	at = at < 0 ? 0 : at > l->n ? l->n : at;
	if (!run_charge(r, (uint64_t)(l->n - at) / 32) ||
	    !list_add(r, l, c->args[2]))
		return false;
	memmove(&l->items[at + 1], &l->items[at],
	    (size_t)(l->n - 1 - at) * sizeof(*l->items));
	l->items[at] = c->args[2];
	*ret = jv_none();
	return true;
}

/* Of an item, from a position on; l->n if it is not there. */
static bool find_item(struct run *r, const struct jv_list *l, struct jv item,
    uint32_t from, uint32_t *ret)
{
	bool equal = false;

	for (*ret = from; *ret < l->n; (*ret)++) {
		if (!run_step(r) ||
		    !values_equal(r, l->items[*ret], item, &equal))
			return false;
		if (equal)
			return true;
	}
	return true;
}

static bool list_remove(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;
	uint32_t at;

	if (!own(r, c, &l) || !find_item(r, l, c->args[1], 0, &at))
		return false;
	if (at == l->n)
		return run_fail(
		    r, ERR_INVALID, "remove: the item is not in the list");
	take_out(l, at);
	*ret = jv_none();
	return true;
}

static bool list_index(struct run *r, const struct call *c, struct jv *ret)
{
	const struct jv_list *l = overlay_view(r, c->args[0]).u.list;
	int64_t from;
	uint32_t at;

	if (!arg_int(r, c, 2, 0, &from))
		return false;
	if (from < 0)
		from += l->n;
	if (!find_item(r, l, c->args[1], from < 0 ? 0 : (uint32_t)from, &at))
		return false;
	if (at >= l->n)
		return run_fail(
		    r, ERR_INVALID, "index: the item is not in the list");
	*ret = jv_int(at);
	return true;
}

static bool list_count(struct run *r, const struct call *c, struct jv *ret)
{
	const struct jv_list *l = overlay_view(r, c->args[0]).u.list;
	int64_t n = 0;
	uint32_t at = 0;

	for (;; at++) {
		if (!find_item(r, l, c->args[1], at, &at))
			return false;
		if (at >= l->n)
			break;
		n++;
	}
	*ret = jv_int(n);
	return true;
}

static bool list_reverse(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;

	if (!own(r, c, &l) || !run_charge(r, l->n / 8))
		return false;
	for (uint32_t i = 0; i < l->n / 2; i++) {
		struct jv swap = l->items[i];

		l->items[i] = l->items[l->n - 1 - i];
		l->items[l->n - 1 - i] = swap;
	}
	*ret = jv_none();
	return true;
}

static bool list_sort(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;
	bool reverse;

	*ret = jv_none();
	if (c->n > 1 || c->n_kw > 1 ||
	    (c->n_kw == 1 && !call_keyword(c, "reverse")))
		return run_fail(r, ERR_INVALID,
		    "sort() takes only the keyword argument 'reverse'");
	if (!own(r, c, &l))
		return false;
	reverse = false;
	if (c->n_kw && !value_truth(r, c->kw[0].value, &reverse))
		return false;
	return sort_by_keys(r, l, l, reverse ? SORT_REVERSE : 0);
}

static bool list_copy(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;

	if (!value_to_list(r, c->args[0], &l))
		return false;
	*ret = list_value(l);
	return true;
}

static bool list_clear(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;

	if (!own(r, c, &l))
		return false;
	l->n = 0;
	*ret = jv_none();
	return true;
}

static const struct native list_table[] = {
	{ "append", list_append, "self", 2, 2, 0, NULL, NULL },
	{ "extend", list_extend, "self", 2, 2, 0, NULL, NULL },
	{ "pop", list_pop, "self", 1, 2, 0, NULL, NULL },
	{ "insert", list_insert, "self", 3, 3, 0, NULL, NULL },
	{ "remove", list_remove, "self", 2, 2, 0, NULL, NULL },
	{ "index", list_index, "self", 2, 3, 0, NULL, NULL },
	{ "count", list_count, "self", 2, 2, 0, NULL, NULL },
	{ "reverse", list_reverse, "self", 1, 1, 0, NULL, NULL },
	{ "sort", list_sort, NULL, 1, 0, NATIVE_VARIADIC, NULL, NULL },
	{ "copy", list_copy, "self", 1, 1, 0, NULL, NULL },
	{ "clear", list_clear, "self", 1, 1, 0, NULL, NULL },
};
const struct native_table list_methods = NATIVE_TABLE(list_table);

static const struct native tuple_table[] = {
	{ "index", list_index, "self", 2, 3, 0, NULL, NULL },
	{ "count", list_count, "self", 2, 2, 0, NULL, NULL },
};
const struct native_table tuple_methods = NATIVE_TABLE(tuple_table);
