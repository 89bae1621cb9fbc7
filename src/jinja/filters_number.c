/* Built-in filters on numbers. */
#include "jinja/filters.h"

#include "jinja/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool filter_abs(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0];

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (!value_is_number(v))
		return run_fail(r, ERR_INVALID, "a %s has no absolute value",
		    kind_name(v.kind));
	if (v.kind == JV_FLOAT)
		*ret = jv_float(fabs(v.u.real));
	else if (v.u.integer < 0)
		return value_negate(r, v, true, ret);
	else
		*ret = jv_int(v.u.integer);
	return true;
}

static bool too_large(struct run *r)
{
	return run_fail(r, ERR_INVALID,
	    "integer overflow: the number does not fit in 64 bits");
}

/* int(float): 1 converted, 0 not a number, -1 failed. */
static int real_to_int(struct run *r, double v, struct jv *ret)
{
	if (isnan(v))
		return 0;
	if (!(v > -9223372036854775809.0 && v < 9223372036854775808.0)) {
		too_large(r);
		return -1;
	}
	*ret = jv_int((int64_t)v);
	return 1;
}

static int text_as_int(struct run *r, struct jv v, int base, struct jv *ret)
{
	bool overflow;
	int64_t i;
	double real;

	if (text_to_int(v, base, &i, &overflow)) {
		*ret = jv_int(i);
		return overflow ? (too_large(r), -1) : 1;
	}
	return text_to_real(v, &real) ? real_to_int(r, real, ret) : 0;
}

static bool filter_int(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0];
	int64_t base;
	int done = 0;

	if (!arg_int(r, c, 2, 10, &base))
		return false;
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind == JV_INT || v.kind == JV_BOOL) {
		*ret = jv_int(v.u.integer);
		return true;
	}
	if (v.kind == JV_FLOAT)
		done = real_to_int(r, v.u.real, ret);
	else if (v.kind == JV_STRING)
		done = text_as_int(r, v,
		    base == 0 || (base >= 2 && base <= 36) ? (int)base : 10,
		    ret);
	if (done == 0)
		*ret = arg_given(c, 1) ? c->args[1] : jv_int(0);
	return done >= 0;
}

static bool filter_float(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0];
	double real;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (value_is_number(v))
		*ret = jv_float(value_real(v));
	else if (v.kind == JV_STRING && text_to_real(v, &real))
		*ret = jv_float(real);
	else
		*ret = arg_given(c, 1) ? c->args[1] : jv_float(0);
	return true;
}

/* Correctly rounded, half to even on the exact value, as Python's round():
 * through the decimal digits. */
static double round_decimals(double v, int64_t digits)
{
	char text[420];
	double scale;

	if (!isfinite(v) || digits > 60)
		return v;
	if (digits >= 0) {
		snprintf(text, sizeof(text), "%.*f", (int)digits, v);
		return strtod(text, NULL);
	}
	if (digits < -308)
		return copysign(0, v);
	scale = pow(10, (double)-digits);
	return rint(v / scale) * scale;
}

static int64_t round_integer(int64_t v, int64_t digits)
{
	int64_t scale = 1, rest, low;

	if (digits >= 0)
		return v;
	if (digits < -18)
		return 0;
	for (; digits < 0; digits++)
		scale *= 10;
	rest = v % scale;
	if (rest < 0)
		rest += scale;
	low = v - rest;
	if (rest * 2 > scale || (rest * 2 == scale && (low / scale) % 2 != 0))
		low += scale;
	return low;
}

static bool filter_round(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0], method;
	int64_t digits;
	double scale;

	if (!arg_int(r, c, 1, 0, &digits) ||
	    !arg_text(r, c, 2, "common", &method))
		return false;
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (!value_is_number(v))
		return run_fail(r, ERR_INVALID, "a %s cannot be rounded",
		    kind_name(v.kind));
	if (jv_text_is(method, "common")) {
		*ret = v.kind == JV_FLOAT
			   ? jv_float(round_decimals(v.u.real, digits))
			   : jv_int(round_integer(v.u.integer, digits));
		return true;
	}
	scale = pow(10, (double)digits);
	if (jv_text_is(method, "ceil"))
		*ret = jv_float(ceil(value_real(v) * scale) / scale);
	else if (jv_text_is(method, "floor"))
		*ret = jv_float(floor(value_real(v) * scale) / scale);
	else
		return run_fail(r, ERR_INVALID,
		    "round: the method must be common, ceil or floor");
	return true;
}

static bool size_value(struct run *r, struct jv v, double *ret)
{
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (value_is_number(v)) {
		*ret = value_real(v);
		return true;
	}
	if (v.kind == JV_STRING && text_to_real(v, ret))
		return true;
	return run_fail(r, ERR_INVALID, "filesizeformat: not a number");
}

static bool filter_filesizeformat(
    struct run *r, const struct call *c, struct jv *ret)
{
	static const char letters[] = "kMGTPEZY";
	char text[64];
	double bytes, base, unit;
	bool binary;
	size_t i = 0;

	if (!size_value(r, c->args[0], &bytes) ||
	    !arg_bool(r, c, 1, false, &binary))
		return false;
	base = binary ? 1024 : 1000;
	unit = base * base;
	if (bytes == 1) {
		snprintf(text, sizeof(text), "1 Byte");
	} else if (bytes < base) {
		snprintf(text, sizeof(text), "%lld Bytes", (long long)bytes);
	} else {
		for (; i < 7 && bytes >= unit; i++)
			unit *= base;
		snprintf(text, sizeof(text), "%.1f %c%s", base * bytes / unit,
		    binary && i == 0 ? 'K' : letters[i], binary ? "iB" : "B");
	}
	return new_text(r, text, strlen(text), false, ret);
}

static const struct native table[] = {
	{ "abs", filter_abs, "x", 1, 1, 0, NULL, NULL },
	{ "int", filter_int, "value default base", 1, 3, 0, NULL, NULL },
	{ "float", filter_float, "value default", 1, 2, 0, NULL, NULL },
	{ "round", filter_round, "value precision method", 1, 3, 0, NULL,
	    NULL },
	{ "filesizeformat", filter_filesizeformat, "value binary", 1, 2, 0,
	    NULL, NULL },
};
const struct native_table number_filters = NATIVE_TABLE(table);
