#include "jinja/ops.h"

#include <math.h>

static bool wrong_types(struct run *r, const char *op, struct jv a, struct jv b)
{
	if (a.kind == JV_UNDEFINED)
		return run_undefined(r, a);
	if (b.kind == JV_UNDEFINED)
		return run_undefined(r, b);
	return run_fail(r, ERR_INVALID, "cannot compute %s %s %s",
	    kind_name(a.kind), op, kind_name(b.kind));
}

static bool overflow(struct run *r)
{
	return run_fail(r, ERR_INVALID,
	    "integer overflow: the result does "
	    "not fit in 64 bits");
}

static bool divided_by_zero(struct run *r)
{
	return run_fail(r, ERR_INVALID, "division by zero");
}

/* Adds text so that markup stays markup: the other side is escaped. */
static bool emit_side(struct run *r, struct jv v, bool markup)
{
	return markup ? emit_markup(r, v) : emit_text(r, v);
}

static bool add_texts(struct run *r, struct jv a, struct jv b, struct jv *ret)
{
	bool markup = a.safe || b.safe;
	size_t mark = text_begin(r);

	return emit_side(r, a, markup) && emit_side(r, b, markup) &&
	       text_take(r, mark, markup, ret);
}

static bool add_lists(struct run *r, struct jv a, struct jv b, struct jv *ret)
{
	struct jv_list *l = list_make(r, a.u.list->n + b.u.list->n);

	if (!l)
		return false;
	for (uint32_t i = 0; i < a.u.list->n; i++)
		list_push(r->arena, l, a.u.list->items[i]);
	for (uint32_t i = 0; i < b.u.list->n; i++)
		list_push(r->arena, l, b.u.list->items[i]);
	*ret = a.kind == JV_TUPLE ? tuple_value(l) : list_value(l);
	return true;
}

static bool value_add(struct run *r, struct jv a, struct jv b, struct jv *ret)
{
	if (a.kind == JV_STRING && b.kind == JV_STRING)
		return add_texts(r, a, b, ret);
	if ((a.kind == JV_TUPLE && b.kind == JV_TUPLE) ||
	    (jv_is_plain_list(a) && jv_is_plain_list(b)))
		return add_lists(r, a, b, ret);
	return wrong_types(r, "+", a, b);
}

static bool repeat_text(struct run *r, struct jv v, int64_t n, struct jv *ret)
{
	size_t mark = text_begin(r);

	if (v.len && n > (int64_t)(r->limits->range_items / v.len))
		return run_fail(r, ERR_LIMIT,
		    "a repeated string is longer than %zu bytes",
		    r->limits->range_items);
	if (!v.len)
		n = 0;
	if (!run_charge(r, n > 0 ? (uint64_t)n / 8 : 0))
		return false;
	for (int64_t i = 0; i < n; i++)
		if (!emit_text(r, v))
			return false;
	return text_take(r, mark, v.safe, ret);
}

static bool repeat_list(struct run *r, struct jv v, int64_t n, struct jv *ret)
{
	size_t len = v.u.list->n;
	struct jv_list *l;

	if (n < 0 || !len)
		n = 0;
	if (len && n > (int64_t)(r->limits->range_items / len))
		return run_fail(r, ERR_LIMIT,
		    "a repeated list is longer than %zu items",
		    r->limits->range_items);
	l = list_make(r, len * (size_t)n);
	if (!l)
		return false;
	for (int64_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < len; k++)
			list_push(r->arena, l, v.u.list->items[k]);
	*ret = v.kind == JV_TUPLE ? tuple_value(l) : list_value(l);
	return true;
}

static bool is_count(struct jv v)
{
	return v.kind == JV_INT || v.kind == JV_BOOL;
}

static bool is_sequence(struct jv v)
{
	return v.kind == JV_STRING || v.kind == JV_TUPLE || jv_is_plain_list(v);
}

static bool value_repeat(
    struct run *r, struct jv a, struct jv b, struct jv *ret)
{
	if (is_count(a) && is_sequence(b)) {
		struct jv swap = a;

		a = b;
		b = swap;
	}
	if (!is_sequence(a) || !is_count(b))
		return wrong_types(r, "*", a, b);
	return a.kind == JV_STRING ? repeat_text(r, a, b.u.integer, ret)
				   : repeat_list(r, a, b.u.integer, ret);
}

static bool int_power(
    struct run *r, int64_t base, int64_t exponent, struct jv *ret)
{
	int64_t v = 1;
	bool failed = false;

	if (exponent < 0) {
		if (base == 0)
			return divided_by_zero(r);
		*ret = jv_float(pow((double)base, (double)exponent));
		return true;
	}
	while (exponent > 0 && !failed) {
		if (exponent & 1)
			failed = __builtin_mul_overflow(v, base, &v);
		exponent >>= 1;
		if (exponent && !failed)
			failed = __builtin_mul_overflow(base, base, &base);
	}
	if (failed)
		return overflow(r);
	*ret = jv_int(v);
	return true;
}

static bool int_divide(
    struct run *r, enum expr_op op, int64_t a, int64_t b, struct jv *ret)
{
	int64_t q, m;

	if (b == 0)
		return divided_by_zero(r);
	if (op == X_DIV) {
		*ret = jv_float((double)a / (double)b);
		return true;
	}
	if (b == -1) { /* INT64_MIN / -1 traps */
		if (op == X_FLOORDIV && a == INT64_MIN)
			return overflow(r);
		*ret = jv_int(op == X_FLOORDIV ? -a : 0);
		return true;
	}
	q = a / b;
	m = a % b;
	if (m != 0 && (m < 0) != (b < 0)) {
		q--;
		m += b;
	}
	*ret = jv_int(op == X_FLOORDIV ? q : m);
	return true;
}

static bool int_binary(
    struct run *r, enum expr_op op, int64_t a, int64_t b, struct jv *ret)
{
	int64_t v = 0;
	bool failed;

	if (op == X_ADD)
		failed = __builtin_add_overflow(a, b, &v);
	else if (op == X_SUB)
		failed = __builtin_sub_overflow(a, b, &v);
	else if (op == X_MUL)
		failed = __builtin_mul_overflow(a, b, &v);
	else if (op == X_POW)
		return int_power(r, a, b, ret);
	else
		return int_divide(r, op, a, b, ret);
	if (failed)
		return overflow(r);
	*ret = jv_int(v);
	return true;
}

static bool real_modulo(
    struct run *r, double a, double b, bool floor_of, struct jv *ret)
{
	double m, q;

	if (b == 0)
		return divided_by_zero(r);
	m = fmod(a, b);
	q = (a - m) / b;
	if (m != 0 && (m < 0) != (b < 0)) {
		m += b;
		q -= 1;
	} else if (m == 0) {
		m = copysign(0, b);
	}
	q = q != 0 ? (q - floor(q) > 0.5 ? floor(q) + 1 : floor(q))
		   : copysign(0, a / b);
	*ret = jv_float(floor_of ? q : m);
	return true;
}

static bool real_power(struct run *r, double a, double b, struct jv *ret)
{
	double v;

	if (a == 0 && b < 0)
		return divided_by_zero(r);
	if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
		return run_fail(r, ERR_INVALID,
		    "the power is not a real "
		    "number");
	v = pow(a, b);
	if (isinf(v) && isfinite(a) && isfinite(b))
		return run_fail(r, ERR_INVALID, "the result is too large");
	*ret = jv_float(v);
	return true;
}

static bool real_binary(
    struct run *r, enum expr_op op, double a, double b, struct jv *ret)
{
	if (op == X_POW)
		return real_power(r, a, b, ret);
	if (op == X_FLOORDIV || op == X_MOD)
		return real_modulo(r, a, b, op == X_FLOORDIV, ret);
	if (op == X_DIV && b == 0)
		return divided_by_zero(r);
	*ret = jv_float(op == X_ADD   ? a + b
			: op == X_SUB ? a - b
			: op == X_MUL ? a * b
				      : a / b);
	return true;
}

static const char *symbol_of(enum expr_op op)
{
	static const char *const symbols[] = { [X_ADD] = "+",
		[X_SUB] = "-",
		[X_MUL] = "*",
		[X_DIV] = "/",
		[X_FLOORDIV] = "//",
		[X_MOD] = "%",
		[X_POW] = "**" };

	return symbols[op];
}

bool value_binary(
    struct run *r, enum expr_op op, struct jv a, struct jv b, struct jv *ret)
{
	if (value_is_number(a) && value_is_number(b)) {
		if (a.kind == JV_FLOAT || b.kind == JV_FLOAT)
			return real_binary(
			    r, op, value_real(a), value_real(b), ret);
		return int_binary(r, op, a.u.integer, b.u.integer, ret);
	}
	if (b.kind == JV_UNDEFINED && a.kind != JV_UNDEFINED &&
	    !(op == X_MOD && a.kind == JV_STRING))
		return run_undefined(r, b);
	if (op == X_ADD)
		return value_add(r, a, b, ret);
	if (op == X_MUL)
		return value_repeat(r, a, b, ret);
	if (op == X_MOD && a.kind == JV_STRING) {
		struct call c = { .args = &b, .n = 1 };

		if (b.kind == JV_TUPLE) {
			c.args = b.u.list->items;
			c.n = b.u.list->n;
		}
		return text_percent(r, a, &c, ret);
	}
	return wrong_types(r, symbol_of(op), a, b);
}

bool value_negate(struct run *r, struct jv v, bool minus, struct jv *ret)
{
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (!value_is_number(v))
		return run_fail(
		    r, ERR_INVALID, "a %s has no sign", kind_name(v.kind));
	if (v.kind == JV_FLOAT) {
		*ret = jv_float(minus ? -v.u.real : v.u.real);
		return true;
	}
	if (minus && v.u.integer == INT64_MIN)
		return overflow(r);
	*ret = jv_int(minus ? -v.u.integer : v.u.integer);
	return true;
}

bool value_concat(
    struct run *r, const struct jv *items, size_t n, struct jv *ret)
{
	size_t mark = text_begin(r);
	bool markup = false;

	for (size_t i = 0; i < n && r->autoescape; i++)
		markup = markup ||
			 (items[i].kind == JV_STRING && items[i].safe) ||
			 items[i].kind == JV_MODULE;
	for (size_t i = 0; i < n; i++)
		if (!(markup ? emit_markup(r, items[i])
			     : emit_str(r, items[i])))
			return false;
	return text_take(r, mark, markup, ret);
}
