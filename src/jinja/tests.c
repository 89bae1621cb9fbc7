/* What may stand behind `is`. */
#include "jinja/filters.h"

#include "jinja/case_map.h"
#include "jinja/utf8.h"

static bool answer(struct jv *ret, bool v)
{
	*ret = jv_bool(v);
	return true;
}

static bool test_defined(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind != JV_UNDEFINED);
}

static bool test_undefined(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_UNDEFINED);
}

static bool test_none(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_NONE);
}

static bool test_boolean(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_BOOL);
}

static bool test_true(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_BOOL && c->args[0].u.integer);
}

static bool test_false(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_BOOL && !c->args[0].u.integer);
}

static bool test_integer(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_INT);
}

static bool test_float(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_FLOAT);
}

static bool test_number(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, value_is_number(c->args[0]));
}

static bool test_string(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, c->args[0].kind == JV_STRING);
}

static bool test_mapping(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(
	    ret, c->args[0].kind == JV_DICT || c->args[0].kind == JV_OBJECT);
}

static bool test_sequence(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0];

	return answer(ret,
	    v.kind == JV_STRING || v.kind == JV_TUPLE || v.kind == JV_DICT ||
		(v.kind == JV_UNDEFINED && !r->strict) ||
		(v.kind == JV_LIST && (v.u.list->flavor == LIST_PLAIN ||
					  v.u.list->flavor == LIST_RANGE)));
}

static bool test_iterable(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0];

	if (v.kind == JV_UNDEFINED && r->strict &&
	    !(v.reserved & UNDEF_LENIENT))
		return run_undefined(r, v);
	return answer(ret, iter_is_possible(v));
}

static bool test_callable(struct run *r, const struct call *c, struct jv *ret)
{
	uint8_t kind = c->args[0].kind;

	(void)r;
	return answer(ret, kind == JV_CALLABLE || kind == JV_LOOP ||
			       kind == JV_JOINER || kind == JV_UNDEFINED);
}

static bool test_escaped(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return answer(ret, (c->args[0].kind == JV_STRING && c->args[0].safe) ||
			       c->args[0].kind == JV_MODULE);
}

static bool test_sameas(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv a = overlay_view(r, c->args[0]);
	struct jv b = overlay_view(r, c->args[1]);

	if (a.kind != b.kind)
		return answer(ret, false);
	if (a.kind == JV_NONE)
		return answer(ret, true);
	if (a.kind == JV_STRING)
		return answer(ret, jv_same_text(a, b) && a.safe == b.safe);
	return answer(ret, a.u.internal == b.u.internal);
}

static bool remainder_is(
    struct run *r, struct jv a, struct jv b, int64_t wanted, struct jv *ret)
{
	struct jv rest;
	bool equal;

	if (!value_binary(r, X_MOD, a, b, &rest) ||
	    !values_equal(r, rest, jv_int(wanted), &equal))
		return false;
	return answer(ret, equal);
}

static bool test_odd(struct run *r, const struct call *c, struct jv *ret)
{
	return remainder_is(r, c->args[0], jv_int(2), 1, ret);
}

static bool test_even(struct run *r, const struct call *c, struct jv *ret)
{
	return remainder_is(r, c->args[0], jv_int(2), 0, ret);
}

static bool test_divisibleby(
    struct run *r, const struct call *c, struct jv *ret)
{
	return remainder_is(r, c->args[0], c->args[1], 0, ret);
}

static bool all_cased(struct run *r, struct jv v, bool upper, struct jv *ret)
{
	bool any = false;
	size_t n;

	if (!to_text(r, v, &v))
		return false;
	for (size_t i = 0; i < v.len; i += n) {
		uint32_t code = utf8_decode(v.u.text + i, v.len - i, &n);

		if (upper ? case_is_lower(code) : case_is_upper(code))
			return answer(ret, false);
		any =
		    any || (upper ? case_is_upper(code) : case_is_lower(code));
	}
	return answer(ret, any);
}

static bool test_lower(struct run *r, const struct call *c, struct jv *ret)
{
	return all_cased(r, c->args[0], false, ret);
}

static bool test_upper(struct run *r, const struct call *c, struct jv *ret)
{
	return all_cased(r, c->args[0], true, ret);
}

static bool test_in(struct run *r, const struct call *c, struct jv *ret)
{
	bool in;

	return value_contains(r, c->args[1], c->args[0], &in) &&
	       answer(ret, in);
}

static bool test_eq(struct run *r, const struct call *c, struct jv *ret)
{
	bool equal;

	return values_equal(r, c->args[0], c->args[1], &equal) &&
	       answer(ret, equal);
}

static bool test_ne(struct run *r, const struct call *c, struct jv *ret)
{
	bool equal;

	return values_equal(r, c->args[0], c->args[1], &equal) &&
	       answer(ret, !equal);
}

static bool test_lt(struct run *r, const struct call *c, struct jv *ret)
{
	int order;

	return values_compare(r, c->args[0], c->args[1], &order) &&
	       answer(ret, order < 0);
}

static bool test_le(struct run *r, const struct call *c, struct jv *ret)
{
	int order;

	return values_compare(r, c->args[0], c->args[1], &order) &&
	       answer(ret, order <= 0);
}

static bool test_gt(struct run *r, const struct call *c, struct jv *ret)
{
	int order;

	return values_compare(r, c->args[0], c->args[1], &order) &&
	       answer(ret, order > 0);
}

static bool test_ge(struct run *r, const struct call *c, struct jv *ret)
{
	int order;

	return values_compare(r, c->args[0], c->args[1], &order) &&
	       answer(ret, order >= 0);
}

static bool known(
    struct run *r, const struct call *c, bool filter, struct jv *ret)
{
	struct jv v = c->args[0];
	const char *name;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind != JV_STRING)
		return answer(ret, false);
	name = arena_memdup(r->arena, v.u.text, v.len);
	if (!name)
		return run_no_memory(r);
	return answer(ret, (filter ? env_find_filter(r->env, name)
				   : env_find_test(r->env, name)) != NULL);
}

static bool test_filter(struct run *r, const struct call *c, struct jv *ret)
{
	return known(r, c, true, ret);
}

static bool test_test(struct run *r, const struct call *c, struct jv *ret)
{
	return known(r, c, false, ret);
}

#define UNARY(name, fn)                                \
	{                                              \
		name, fn, "value", 1, 1, 0, NULL, NULL \
	}
#define BINARY(name, fn, other)                               \
	{                                                     \
		name, fn, "value " other, 2, 2, 0, NULL, NULL \
	}

static const struct native table[] = {
	UNARY("defined", test_defined),
	UNARY("undefined", test_undefined),
	UNARY("none", test_none),
	UNARY("boolean", test_boolean),
	UNARY("true", test_true),
	UNARY("false", test_false),
	UNARY("integer", test_integer),
	UNARY("float", test_float),
	UNARY("number", test_number),
	UNARY("string", test_string),
	UNARY("mapping", test_mapping),
	UNARY("sequence", test_sequence),
	UNARY("iterable", test_iterable),
	UNARY("callable", test_callable),
	UNARY("escaped", test_escaped),
	UNARY("odd", test_odd),
	UNARY("even", test_even),
	UNARY("lower", test_lower),
	UNARY("upper", test_upper),
	UNARY("filter", test_filter),
	UNARY("test", test_test),
	BINARY("divisibleby", test_divisibleby, "num"),
	BINARY("sameas", test_sameas, "other"),
	BINARY("in", test_in, "seq"),
	BINARY("eq", test_eq, "b"),
	BINARY("equalto", test_eq, "b"),
	BINARY("==", test_eq, "b"),
	BINARY("ne", test_ne, "b"),
	BINARY("!=", test_ne, "b"),
	BINARY("lt", test_lt, "b"),
	BINARY("lessthan", test_lt, "b"),
	BINARY("<", test_lt, "b"),
	BINARY("le", test_le, "b"),
	BINARY("<=", test_le, "b"),
	BINARY("gt", test_gt, "b"),
	BINARY("greaterthan", test_gt, "b"),
	BINARY(">", test_gt, "b"),
	BINARY("ge", test_ge, "b"),
	BINARY(">=", test_ge, "b"),
};
const struct native_table builtin_tests = NATIVE_TABLE(table);
