/* str() and repr(), byte for byte as Python prints them. */
#include "jinja/runtime.h"

#include "jinja/callable.h"
#include "jinja/ops.h"
#include "jinja/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define REPR_DEPTH_MAX 60

/* The fewest digits that read back as the same number. */
static int shortest_digits(double v, char text[32])
{
	int digits;

	/* below, numbers have less precision than 15 digits */
	for (digits = fabs(v) < 2.3e-308 ? 1 : 15; digits < 17; digits++) {
		snprintf(text, 32, "%.*e", digits - 1, v);
		if (strtod(text, NULL) == v)
			return digits;
	}
	snprintf(text, 32, "%.16e", v);
	return digits;
}

/* Python switches to an exponent below 1e-4 and from 1e16 on. */
bool emit_float(struct run *r, double v)
{
	char text[32], out[40];
	int digits, exponent;
	char *e;

	if (isnan(v))
		return emit_cstr(r, "nan");
	if (isinf(v))
		return emit_cstr(r, v < 0 ? "-inf" : "inf");
	digits = shortest_digits(v, text);
	e = strchr(text, 'e');
	exponent = atoi(e + 1);
	if (exponent >= -4 && exponent < 16) {
		int decimals = digits - 1 - exponent;

		snprintf(
		    out, sizeof(out), "%.*f", decimals > 0 ? decimals : 0, v);
		if (strchr(out, '.')) {
			for (e = out + strlen(out) - 1; *e == '0'; e--)
				*e = '\0';
			if (*e == '.')
				*e = '\0';
		}
		if (!strchr(out, '.'))
			strcat(out, ".0");
		return emit_cstr(r, out);
	}
	*e = '\0';
	if (strchr(text, '.')) {
		char *last = text + strlen(text) - 1;

		while (*last == '0')
			*last-- = '\0';
		if (*last == '.')
			*last = '\0';
	}
	snprintf(out, sizeof(out), "%.24se%c%02d", text,
	    exponent < 0 ? '-' : '+', abs(exponent));
	return emit_cstr(r, out);
}

/* Code points that repr() shows as escapes: controls, separators, formats,
 * private use. */
static bool is_unprintable(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = { { 0x7f, 0xa0 }, { 0xad, 0xad }, { 0x600, 0x605 },
		{ 0x61c, 0x61c }, { 0x6dd, 0x6dd }, { 0x70f, 0x70f },
		{ 0x1680, 0x1680 }, { 0x180e, 0x180e }, { 0x2000, 0x200f },
		{ 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },
		{ 0xd800, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb },
		{ 0xfffe, 0xffff }, { 0xe0000, 0x10ffff } };

	if (c < 0x20)
		return true;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

static bool emit_repr_char(
    struct run *r, const char *p, size_t n, uint32_t code, char quote)
{
	char text[12];

	if (code == '\n')
		return emit_cstr(r, "\\n");
	if (code == '\r')
		return emit_cstr(r, "\\r");
	if (code == '\t')
		return emit_cstr(r, "\\t");
	if (code == '\\' || code == (uint32_t)quote)
		return emit_char(r, '\\') && emit(r, p, n);
	if (!is_unprintable(code))
		return emit(r, p, n);
	snprintf(text, sizeof(text),
	    code < 0x100     ? "\\x%02x"
	    : code < 0x10000 ? "\\u%04x"
			     : "\\U%08x",
	    code);
	return emit_cstr(r, text);
}

static bool emit_repr_text(struct run *r, struct jv v)
{
	const char *p = v.u.text, *end = p + v.len;
	char quote =
	    memchr(p, '\'', v.len) && !memchr(p, '"', v.len) ? '"' : '\'';
	size_t n;
	uint32_t code;

	if ((v.safe && !emit_cstr(r, "Markup(")) || !emit_char(r, quote))
		return false;
	for (; p < end; p += n) {
		code = utf8_decode(p, (size_t)(end - p), &n);
		if (!emit_repr_char(r, p, n, code, quote))
			return false;
	}
	return emit_char(r, quote) && (!v.safe || emit_char(r, ')'));
}

static bool repr_at(struct run *r, struct jv v, unsigned depth);

static bool repr_items(struct run *r, const struct jv_list *l, unsigned depth)
{
	for (uint32_t i = 0; i < l->n; i++)
		if ((i && !emit(r, ", ", 2)) ||
		    !repr_at(r, list_at(l, i), depth + 1) || !run_step(r))
			return false;
	return true;
}

static bool repr_range(struct run *r, const struct jv_list *l)
{
	int64_t stop = l->start + (int64_t)l->n * l->step;

	/* the bound as it was written is kept in cap's place: items */
	if (l->items)
		stop = l->items[0].u.integer;
	return emit_cstr(r, "range(") && emit_int(r, l->start) &&
	       emit_cstr(r, ", ") && emit_int(r, stop) &&
	       (l->step == 1 || (emit_cstr(r, ", ") && emit_int(r, l->step))) &&
	       emit_char(r, ')');
}

static bool repr_list(struct run *r, struct jv v, unsigned depth)
{
	static const char *const opening[] = { [LIST_PLAIN] = "[",
		[LIST_ITEMS] = "dict_items([",
		[LIST_KEYS] = "dict_keys([",
		[LIST_VALUES] = "dict_values([" };
	const struct jv_list *l = v.u.list;

	if (v.kind == JV_TUPLE)
		return emit_char(r, '(') && repr_items(r, l, depth) &&
		       emit_cstr(r, l->n == 1 ? ",)" : ")");
	if (l->flavor == LIST_RANGE)
		return repr_range(r, l);
	if (l->flavor == LIST_GENERATOR)
		return emit_cstr(r, "<generator object>");
	return emit_cstr(r, opening[l->flavor]) && repr_items(r, l, depth) &&
	       emit_cstr(r, l->flavor == LIST_PLAIN ? "]" : "])");
}

static bool repr_dict(struct run *r, const struct jv_dict *d, unsigned depth)
{
	if (!emit_char(r, '{'))
		return false;
	for (uint32_t i = 0; i < d->n; i++)
		if ((i && !emit(r, ", ", 2)) ||
		    !repr_at(r, d->entries[i].key, depth + 1) ||
		    !emit(r, ": ", 2) ||
		    !repr_at(r, d->entries[i].value, depth + 1) || !run_step(r))
			return false;
	return emit_char(r, '}');
}

static bool repr_at(struct run *r, struct jv v, unsigned depth)
{
	if (depth > REPR_DEPTH_MAX)
		return run_fail(r, ERR_LIMIT, "the value is nested too deep");
	v = overlay_view(r, v);
	switch (v.kind) {
	case JV_UNDEFINED:
		return emit_cstr(r, "Undefined");
	case JV_NONE:
		return emit_cstr(r, "None");
	case JV_BOOL:
		return emit_cstr(r, v.u.integer ? "True" : "False");
	case JV_INT:
		return emit_int(r, v.u.integer);
	case JV_FLOAT:
		return emit_float(r, v.u.real);
	case JV_STRING:
		return emit_repr_text(r, v);
	case JV_LIST:
	case JV_TUPLE:
		return repr_list(r, v, depth);
	case JV_DICT:
		return repr_dict(r, v.u.dict, depth);
	case JV_NAMESPACE:
		return emit_cstr(r, "<Namespace ") &&
		       repr_dict(r, v.u.dict, depth) && emit_char(r, '>');
	case JV_OBJECT:
		return emit_char(r, '<') &&
		       emit_cstr(
			   r, ((const struct object *)v.u.object)->cls->name) &&
		       emit_char(r, '>');
	}
	return callable_repr(r, v);
}

bool emit_repr(struct run *r, struct jv v)
{
	return repr_at(r, v, 0);
}

bool emit_str(struct run *r, struct jv v)
{
	v = object_as_text(v);
	if (v.kind == JV_STRING)
		return emit_text(r, v);
	if (v.kind == JV_MODULE)
		return callable_str(r, v);
	if (v.kind != JV_UNDEFINED)
		return repr_at(r, v, 0);
	if (r->strict && !(v.reserved & UNDEF_LENIENT))
		return run_undefined(r, v);
	return true;
}
