/* Functions that every template has: range, dict, namespace, cycler, joiner. */
#include "jinja/callable.h"

#include "jinja/filters.h"
#include "jinja/methods.h"

static bool range_size(
    struct run *r, int64_t start, int64_t stop, int64_t step, uint32_t *ret)
{
	uint64_t span, each = step < 0 ? 0 - (uint64_t)step : (uint64_t)step;
	uint64_t n;

	*ret = 0;
	if (step > 0 ? start >= stop : start <= stop)
		return true;
	span = step > 0 ? (uint64_t)stop - (uint64_t)start
			: (uint64_t)start - (uint64_t)stop;
	n = (span - 1) / each + 1;
	if (n > r->limits->range_items)
		return run_fail(r, ERR_LIMIT, "a range has more than %zu items",
		    r->limits->range_items);
	*ret = (uint32_t)n;
	return true;
}

static bool global_range(struct run *r, const struct call *c, struct jv *ret)
{
	int64_t start = 0, stop, step;
	struct jv_list *l = list_make(r, 1);

	if (!l || !arg_int(r, c, 0, 0, &stop) || !arg_int(r, c, 2, 1, &step))
		return false;
	if (arg_given(c, 1)) {
		start = stop;
		if (!arg_int(r, c, 1, 0, &stop))
			return false;
	}
	if (step == 0)
		return run_fail(r, ERR_INVALID, "range: the step is 0");
	if (!range_size(r, start, stop, step, &l->n))
		return false;
	l->flavor = LIST_RANGE;
	l->start = start;
	l->step = step;
	l->items[0] = jv_int(stop); /* for repr() */
	*ret = list_value(l);
	return true;
}

static bool fill_dict(struct run *r, const struct call *c, struct jv_dict *d)
{
	if (c->n > 1)
		return run_fail(r, ERR_INVALID,
		    "%s() takes at most one positional argument", c->def->name);
	if (c->n == 1 && !dict_update_from(r, d, c->args[0]))
		return false;
	for (size_t i = 0; i < c->n_kw; i++)
		if (!dict_add(r, d,
			jv_string(c->kw[i].name, c->kw[i].len, false),
			c->kw[i].value))
			return false;
	return true;
}

static bool global_dict(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_dict *d = dict_new(r->arena, c->n_kw);

	if (!d)
		return run_no_memory(r);
	*ret = dict_value(d);
	return fill_dict(r, c, d);
}

static bool global_namespace(
    struct run *r, const struct call *c, struct jv *ret)
{
	if (!global_dict(r, c, ret))
		return false;
	ret->kind = JV_NAMESPACE;
	return true;
}

static bool global_cycler(struct run *r, const struct call *c, struct jv *ret)
{
	struct cycler *y = arena_zalloc(r->arena, sizeof(*y));

	if (c->n == 0 || c->n_kw)
		return run_fail(r, ERR_INVALID, "cycler: no items given");
	if (!y)
		return run_no_memory(r);
	y->items = list_make(r, c->n);
	for (size_t i = 0; y->items && i < c->n; i++)
		list_push(r->arena, y->items, c->args[i]);
	*ret = jv_make(JV_CYCLER);
	ret->u.internal = y;
	return y->items != NULL;
}

static bool global_joiner(struct run *r, const struct call *c, struct jv *ret)
{
	struct joiner *j = arena_zalloc(r->arena, sizeof(*j));

	if (!j)
		return run_no_memory(r);
	j->separator = arg_given(c, 0) ? c->args[0] : jv_text(", ");
	*ret = jv_make(JV_JOINER);
	ret->u.internal = j;
	return true;
}

static const struct native table[] = {
	{ "range", global_range, "start", 1, 3, 0, NULL, NULL },
	{ "dict", global_dict, NULL, 0, 0, NATIVE_VARIADIC, NULL, NULL },
	{ "namespace", global_namespace, NULL, 0, 0, NATIVE_VARIADIC, NULL,
	    NULL },
	{ "cycler", global_cycler, NULL, 0, 0, NATIVE_VARIADIC, NULL, NULL },
	{ "joiner", global_joiner, "sep", 0, 1, 0, NULL, NULL },
};
const struct native_table global_functions = NATIVE_TABLE(table);
