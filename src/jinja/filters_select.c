/* map, select, reject and their relatives. */
#include "jinja/filters.h"

static bool map_attribute(
    struct run *r, const struct call *c, struct jv item, struct jv *ret)
{
	const struct jv *attribute = call_keyword(c, "attribute");
	const struct jv *fallback = call_keyword(c, "default");
	struct jv path = *attribute, part;
	const char *p, *end, *dot;

	if (!fallback || fallback->kind == JV_NONE || path.kind != JV_STRING) {
		if (!value_path(r, item, path, ret))
			return false;
		if (fallback && fallback->kind != JV_NONE &&
		    ret->kind == JV_UNDEFINED)
			*ret = *fallback;
		return true;
	}
	/* the default takes the place of each part that is missing */
	*ret = item;
	p = path.u.text;
	end = p + path.len;
	for (;; p = dot + 1) {
		dot = memchr(p, '.', (size_t)(end - p));
		part = jv_string(p, (size_t)((dot ? dot : end) - p), false);
		if (!value_path(r, *ret, part, ret))
			return false;
		if (ret->kind == JV_UNDEFINED)
			*ret = *fallback;
		if (!dot)
			return true;
	}
}

static bool check_map_keywords(struct run *r, const struct call *c)
{
	for (size_t i = 0; i < c->n_kw; i++)
		if (!(c->kw[i].len == 9 &&
			!memcmp(c->kw[i].name, "attribute", 9)) &&
		    !(c->kw[i].len == 7 &&
			!memcmp(c->kw[i].name, "default", 7)))
			return run_fail(r, ERR_INVALID,
			    "map: unexpected keyword argument '%.*s'",
			    (int)c->kw[i].len, c->kw[i].name);
	return true;
}

static bool map_item(struct run *r, const struct call *c, bool by_attribute,
    struct jv item, struct jv *ret)
{
	struct call rest = *c;

	if (by_attribute)
		return map_attribute(r, c, item, ret);
	rest.args += 2;
	rest.n -= 2;
	return apply_named(r, true, c->args[1], &rest, item, ret);
}

/* A generator in Jinja2: true even if there is nothing in it.  An empty
 * value gives an empty one without a look at the arguments. */
static bool no_items(struct run *r, struct jv v, bool *ret)
{
	bool truth;

	if (!value_truth(r, v, &truth))
		return false;
	*ret = !truth;
	return true;
}

static bool filter_map(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *out = list_make(r, 0);
	bool by_attribute = c->n < 2 && call_keyword(c, "attribute");
	bool empty;
	struct iter it;
	struct jv item, v;

	if (!out || !no_items(r, c->args[0], &empty))
		return false;
	*ret = list_value(out);
	if (empty)
		return true;
	if (!by_attribute && c->n < 2)
		return run_fail(
		    r, ERR_INVALID, "map requires a filter argument");
	if (by_attribute && !check_map_keywords(r, c))
		return false;
	if (!iter_begin(r, c->args[0], &it))
		return false;
	while (iter_next(r, &it, &item))
		if (!run_step(r) || !map_item(r, c, by_attribute, item, &v) ||
		    !list_add(r, out, v))
			return false;
	return !r->failed;
}

static bool select_item(
    struct run *r, const struct call *c, size_t off, struct jv item, bool *ret)
{
	struct call rest = *c;
	struct jv v = item;

	if (off == 2 && !value_path(r, item, c->args[1], &v))
		return false;
	if (c->n > off) {
		rest.args += off + 1;
		rest.n -= off + 1;
		if (!apply_named(r, false, c->args[off], &rest, v, &v))
			return false;
	}
	return value_truth(r, v, ret);
}

/* off: where the name of the test is: behind the value and, perhaps, the
 * attribute. */
static bool select_or_reject(
    struct run *r, const struct call *c, size_t off, bool keep, struct jv *ret)
{
	struct jv_list *out = list_make(r, 0);
	struct iter it;
	struct jv item;
	bool holds, empty;

	if (!out || !no_items(r, c->args[0], &empty))
		return false;
	*ret = list_value(out);
	if (empty)
		return true;
	if (c->n < off)
		return run_fail(
		    r, ERR_INVALID, "missing parameter for the attribute name");
	if (!iter_begin(r, c->args[0], &it))
		return false;
	while (iter_next(r, &it, &item)) {
		if (!run_step(r) || !select_item(r, c, off, item, &holds))
			return false;
		if (holds == keep && !list_add(r, out, item))
			return false;
	}
	return !r->failed;
}

static bool filter_select(struct run *r, const struct call *c, struct jv *ret)
{
	return select_or_reject(r, c, 1, true, ret);
}

static bool filter_reject(struct run *r, const struct call *c, struct jv *ret)
{
	return select_or_reject(r, c, 1, false, ret);
}

static bool filter_selectattr(
    struct run *r, const struct call *c, struct jv *ret)
{
	return select_or_reject(r, c, 2, true, ret);
}

static bool filter_rejectattr(
    struct run *r, const struct call *c, struct jv *ret)
{
	return select_or_reject(r, c, 2, false, ret);
}

static const struct native table[] = {
	{ "map", filter_map, NULL, 1, 0, NATIVE_VARIADIC | NATIVE_LAZY, NULL,
	    NULL },
	{ "select", filter_select, NULL, 1, 0, NATIVE_VARIADIC | NATIVE_LAZY,
	    NULL, NULL },
	{ "reject", filter_reject, NULL, 1, 0, NATIVE_VARIADIC | NATIVE_LAZY,
	    NULL, NULL },
	{ "selectattr", filter_selectattr, NULL, 1, 0,
	    NATIVE_VARIADIC | NATIVE_LAZY, NULL, NULL },
	{ "rejectattr", filter_rejectattr, NULL, 1, 0,
	    NATIVE_VARIADIC | NATIVE_LAZY, NULL, NULL },
};
const struct native_table select_filters = NATIVE_TABLE(table);
