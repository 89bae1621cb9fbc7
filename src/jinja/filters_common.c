#include "jinja/filters.h"

#include "jinja/callable.h"
#include "jinja/case_map.h"

const struct native_table *const all_filters[] = { &text_filters, &case_filters,
	&number_filters, &list_filters, &select_filters, &sort_filters,
	&json_filters, &wrap_filters, &set_filters, &regex_filters,
	&yaml_filters, &ipaddr_filters, &ipmath_filters, &netutils_filters,
	&vlan_filters, &interface_filters, &mac_filters, &password_filters,
	&natural_filters, NULL };

const struct native_table *const all_tests[] = { &builtin_tests, &regex_tests,
	NULL };

bool arg_int(struct run *r, const struct call *c, size_t i, int64_t fallback,
    int64_t *ret)
{
	struct jv v;

	if (!arg_given(c, i)) {
		*ret = fallback;
		return true;
	}
	v = c->args[i];
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind != JV_INT && v.kind != JV_BOOL)
		return run_fail(r, ERR_INVALID,
		    "%s: an integer is needed, "
		    "not %s",
		    c->def->name, kind_name(v.kind));
	*ret = v.u.integer;
	return true;
}

bool arg_bool(
    struct run *r, const struct call *c, size_t i, bool fallback, bool *ret)
{
	*ret = fallback;
	return !arg_given(c, i) || value_truth(r, c->args[i], ret);
}

bool arg_text(struct run *r, const struct call *c, size_t i,
    const char *fallback, struct jv *ret)
{
	if (!arg_given(c, i)) {
		*ret = jv_text(fallback);
		return true;
	}
	*ret = c->args[i];
	if (ret->kind == JV_UNDEFINED)
		return run_undefined(r, *ret);
	if (ret->kind != JV_STRING)
		return run_fail(r, ERR_INVALID,
		    "%s: a string is needed, not %s", c->def->name,
		    kind_name(ret->kind));
	return true;
}

const struct jv *call_keyword(const struct call *c, const char *name)
{
	for (size_t i = 0; i < c->n_kw; i++)
		if (c->kw[i].len == strlen(name) &&
		    memcmp(c->kw[i].name, name, c->kw[i].len) == 0)
			return &c->kw[i].value;
	return NULL;
}

static bool is_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0 && n < 18;
}

static struct jv path_part(const char *p, size_t n)
{
	int64_t v = 0;

	if (!is_digits(p, n))
		return jv_string(p, n, false);
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (p[i] - '0');
	return jv_int(v);
}

bool value_path(struct run *r, struct jv v, struct jv attribute, struct jv *ret)
{
	const char *p = attribute.u.text, *end, *dot;

	*ret = v;
	if (attribute.kind == JV_NONE || attribute.kind == JV_MISSING)
		return true;
	if (attribute.kind != JV_STRING)
		return value_item(r, v, attribute, ret);
	end = p + attribute.len;
	for (;; p = dot + 1) {
		dot = memchr(p, '.', (size_t)(end - p));
		if (!value_item(r, *ret,
			path_part(p, (size_t)((dot ? dot : end) - p)), ret))
			return false;
		if (!dot)
			return true;
	}
}

bool apply_named(struct run *r, bool is_filter, struct jv name,
    const struct call *rest, struct jv v, struct jv *ret)
{
	const struct native *def;
	struct call c = *rest;
	struct slot_mark mark;
	const char *text;
	bool ok;

	if (name.kind == JV_UNDEFINED)
		return run_undefined(r, name);
	text = name.kind == JV_STRING
		   ? arena_memdup(r->arena, name.u.text, name.len)
		   : NULL;
	def = !text	  ? NULL
	      : is_filter ? env_find_filter(r->env, text)
			  : env_find_test(r->env, text);
	if (!def)
		return run_fail(r, ERR_INVALID, "no %s named '%s'",
		    is_filter ? "filter" : "test", text ? text : "?");
	c.args = slots_push(r, rest->n + 1, &mark);
	if (!c.args)
		return false;
	c.args[0] = v;
	for (size_t i = 0; i < rest->n; i++)
		c.args[i + 1] = rest->args[i];
	c.n = rest->n + 1;
	ok = run_step(r) && call_native(r, def, &c, ret);
	slots_pop(r, mark);
	return ok;
}

bool value_lower(struct run *r, struct jv v, struct jv *ret)
{
	size_t mark = text_begin(r);

	*ret = v;
	if (v.kind != JV_STRING)
		return true;
	return emit_lower(r, v.u.text, v.len) &&
	       text_take(r, mark, v.safe, ret);
}
