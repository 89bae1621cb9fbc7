#include "jinja/str_format.h"

#include "jinja/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#define WIDTH_MAX 10000
#define FIELD_DEPTH_MAX 2

struct field_spec {
	char fill[5];
	bool filled; /* fill was written */
	char align;  /* '<' '>' '^' '=' or 0 */
	char sign;   /* '+' ' ' or 0 */
	bool alternate, comma, underscore;
	int width, precision;
	char type;
};

struct formatter {
	struct run *run;
	const struct call *args;
	bool markup;
	size_t next;
	bool numbered; /* {0}: not to be mixed with {} */
};

static bool is_align(char c)
{
	return c == '<' || c == '>' || c == '^' || c == '=';
}

static bool read_int(struct run *r, const char **p, const char *end, int *ret)
{
	while (*p < end && **p >= '0' && **p <= '9') {
		*ret = (*ret < 0 ? 0 : *ret) * 10 + (*(*p)++ - '0');
		if (*ret > WIDTH_MAX)
			return run_fail(
			    r, ERR_LIMIT, "format: the width is too large");
	}
	return true;
}

static void read_alignment(
    const char **p, const char *end, struct field_spec *s)
{
	size_t n = *p < end ? utf8_step(*p, (size_t)(end - *p)) : 0;

	if (n && *p + n < end && is_align((*p)[n])) {
		memcpy(s->fill, *p, n);
		s->fill[n] = '\0';
		s->align = (*p)[n];
		s->filled = true;
		*p += n + 1;
	} else if (n && is_align(**p)) {
		s->align = *(*p)++;
	}
}

static bool take(const char **p, const char *end, char c)
{
	if (*p >= end || **p != c)
		return false;
	(*p)++;
	return true;
}

static bool parse_spec(struct run *r, struct jv text, struct field_spec *s)
{
	const char *p = text.u.text, *end = p + text.len;

	*s = (struct field_spec){ .fill = " ", .width = -1, .precision = -1 };
	read_alignment(&p, end, s);
	if (p < end && (*p == '+' || *p == '-' || *p == ' '))
		s->sign = *p++;
	s->alternate = take(&p, end, '#');
	if (take(&p, end, '0') && !s->filled) {
		strcpy(s->fill, "0");
		if (!s->align)
			s->align = '=';
	}
	if (!read_int(r, &p, end, &s->width))
		return false;
	s->comma = take(&p, end, ',');
	s->underscore = take(&p, end, '_');
	if (take(&p, end, '.')) {
		if (p >= end || *p < '0' || *p > '9')
			return run_fail(
			    r, ERR_INVALID, "format: the precision is missing");
		if (!read_int(r, &p, end, &s->precision))
			return false;
	}
	if (p < end)
		s->type = *p++;
	return p == end ||
	       run_fail(r, ERR_INVALID, "format: invalid specification");
}

static bool emit_fills(struct run *r, const char *fill, size_t n)
{
	for (; n > 0; n--)
		if (!emit_cstr(r, fill))
			return false;
	return true;
}

/* head: sign and prefix, before which or after which '=' pads. */
static bool emit_aligned(struct run *r, const struct field_spec *s,
    const char *head, struct jv body, char fallback)
{
	char align = s->align ? s->align : fallback;
	size_t n = strlen(head) + utf8_count(body.u.text, body.len);
	size_t pad =
	    s->width > 0 && (size_t)s->width > n ? (size_t)s->width - n : 0;
	size_t left = align == '>' ? pad : align == '^' ? pad / 2 : 0;
	size_t inside = align == '=' ? pad : 0;

	return emit_fills(r, s->fill, left) && emit_cstr(r, head) &&
	       emit_fills(r, s->fill, inside) && emit_text(r, body) &&
	       emit_fills(r, s->fill, pad - left - inside);
}

static bool format_text(struct run *r, const struct field_spec *s, struct jv v)
{
	if ((s->type && s->type != 's') || s->sign || s->align == '=' ||
	    s->comma || s->underscore || s->alternate) {
		if (!(s->align == '=' && !strcmp(s->fill, "0") &&
			(!s->type || s->type == 's')) ||
		    s->align != '=')
			return run_fail(
			    r, ERR_INVALID, "format: not for strings");
	}
	if (s->align == '=')
		return run_fail(r, ERR_INVALID, "format: not for strings");
	if (s->precision >= 0)
		v.len = (uint32_t)utf8_offset(
		    v.u.text, v.len, (size_t)s->precision);
	return emit_aligned(r, s, "", v, '<');
}

static void group_digits(
    const char *digits, unsigned every, char mark, char *to)
{
	size_t n = strcspn(digits, ".e"), i;

	for (i = 0; i < n; i++) {
		if (i && mark && (n - i) % every == 0)
			*to++ = mark;
		*to++ = digits[i];
	}
	strcpy(to, digits + n);
}

static const char *sign_text(const struct field_spec *s, bool negative)
{
	return negative		? "-"
	       : s->sign == '+' ? "+"
	       : s->sign == ' ' ? " "
				: "";
}

static char group_mark(const struct field_spec *s)
{
	return s->comma ? ',' : s->underscore ? '_' : '\0';
}

static bool format_int(struct run *r, const struct field_spec *s, int64_t v)
{
	static const struct {
		char type, prefix[3];
		unsigned base;
	} types[] = { { 'd', "", 10 }, { 'x', "0x", 16 }, { 'X', "0X", 16 },
		{ 'o', "0o", 8 }, { 'b', "0b", 2 }, { 'n', "", 10 } };
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char digits[72], grouped[144], head[8], *at = digits + 71;
	size_t t = 0;

	while (t < 6 && types[t].type != (s->type ? s->type : 'd'))
		t++;
	if (t == 6 || s->precision >= 0)
		return run_fail(r, ERR_INVALID, "format: not for integers");
	*at = '\0';
	do {
		*--at =
		    (s->type == 'X' ? "0123456789ABCDEF"
				    : "0123456789abcdef")[rest % types[t].base];
		rest /= types[t].base;
	} while (rest);
	group_digits(at, types[t].base == 10 ? 3 : 4, group_mark(s), grouped);
	snprintf(head, sizeof(head), "%s%s", sign_text(s, v < 0),
	    s->alternate ? types[t].prefix : "");
	return emit_aligned(r, s, head, jv_text(grouped), '>');
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static bool real_digits(
    struct run *r, const struct field_spec *s, double v, char *to, size_t size)
{
	char form[8] = "%.*";
	char type = s->type == '%' ? 'f' : s->type;
	int n;

	if (!type || !strchr("eEfFgG", type))
		return run_fail(r, ERR_INVALID, "format: not for floats");
	form[3] = type;
	form[4] = '\0';
	if (s->type == '%')
		v *= 100;
	n = snprintf(to, size, form, s->precision >= 0 ? s->precision : 6, v);
	return (n >= 0 && (size_t)n < size) ||
	       run_fail(r, ERR_LIMIT, "format: the number is too long");
}
#pragma GCC diagnostic pop

/* Without a type, a number keeps a digit behind its point, or an exponent. */
static bool keep_point(
    struct run *r, struct field_spec *g, double v, char *to, size_t size)
{
	char *zero;

	if (strpbrk(to, ".en"))
		return true;
	if (strlen(to) < (size_t)g->precision) {
		strcat(to, ".0");
		return true;
	}
	g->type = 'e';
	g->precision = g->precision > 0 ? g->precision - 1 : 0;
	if (!real_digits(r, g, v, to, size))
		return false;
	zero = strchr(to, 'e');
	if (zero && strchr(to, '.')) {
		char *from = zero;

		while (from[-1] == '0')
			from--;
		if (from[-1] == '.')
			from--;
		memmove(from, zero, strlen(zero) + 1);
	}
	return true;
}

static bool default_digits(
    struct run *r, const struct field_spec *s, double v, char *to, size_t size)
{
	struct field_spec g = *s;
	size_t mark = text_begin(r);
	struct jv text;

	if (s->precision >= 0) {
		g.type = 'g';
		if (!real_digits(r, &g, v, to, size))
			return false;
		return keep_point(r, &g, v, to, size);
	}
	if (!emit_float(r, v) || !text_take(r, mark, false, &text))
		return false;
	snprintf(to, size, "%.*s", (int)text.len, text.u.text);
	return true;
}

static bool format_real(struct run *r, const struct field_spec *s, double v)
{
	char digits[800], grouped[1100];
	bool negative = __builtin_signbit(v) != 0 && v == v;

	if (s->precision > 300)
		return run_fail(r, ERR_LIMIT,
		    "format: the number is too "
		    "long");
	if (negative)
		v = -v;
	if (!(s->type ? real_digits(r, s, v, digits, sizeof(digits))
		      : default_digits(r, s, v, digits, sizeof(digits))))
		return false;
	group_digits(digits, 3, group_mark(s), grouped);
	if (s->type == '%')
		strcat(grouped, "%");
	return emit_aligned(
	    r, s, sign_text(s, negative), jv_text(grouped), '>');
}

static bool format_value(struct formatter *f, struct jv v, struct jv spec)
{
	struct run *r = f->run;
	struct field_spec s;
	size_t mark = text_begin(r);

	if (v.kind == JV_UNDEFINED && spec.len)
		return run_undefined(r, v);
	if (spec.len == 0)
		return f->markup ? emit_markup(r, v) : emit_str(r, v);
	if (!parse_spec(r, spec, &s))
		return false;
	if (v.kind == JV_INT || v.kind == JV_BOOL) {
		if (s.type && strchr("eEfFgG%", s.type))
			return format_real(r, &s, (double)v.u.integer);
		return format_int(r, &s, v.u.integer);
	}
	if (v.kind == JV_FLOAT)
		return format_real(r, &s, v.u.real);
	if (v.kind != JV_STRING)
		return run_fail(r, ERR_INVALID,
		    "format: a %s takes no specification", kind_name(v.kind));
	if (v.kind == JV_STRING && f->markup && !v.safe) {
		if (!emit_escaped(r, v.u.text, v.len) ||
		    !text_take(r, mark, true, &v))
			return false;
	}
	if (!to_text(r, v, &v))
		return false;
	return format_text(r, &s, v);
}

static bool argument(
    struct formatter *f, const char *name, size_t len, struct jv *ret)
{
	const struct call *a = f->args;
	size_t i = 0;

	if (len == 0) {
		i = f->next++;
	} else if (strspn(name, "0123456789") >= len) {
		f->numbered = true;
		i = len < 9 ? (size_t)strtoul(name, NULL, 10) : SIZE_MAX - 1;
	} else {
		for (size_t k = 0; k < a->n_kw; k++)
			if (a->kw[k].len == len &&
			    !memcmp(a->kw[k].name, name, len)) {
				*ret = a->kw[k].value;
				return true;
			}
		return run_fail(f->run, ERR_INVALID,
		    "format: there is no argument '%.*s'", (int)len, name);
	}
	if (f->numbered && f->next)
		return run_fail(f->run, ERR_INVALID,
		    "format: numbered and automatic fields are mixed");
	if (i + 1 >= a->n)
		return run_fail(f->run, ERR_INVALID,
		    "format: there are not enough arguments");
	*ret = a->args[i + 1];
	return true;
}

/* name, name.attr, name[item] */
static bool field_value(
    struct formatter *f, const char *p, const char *end, struct jv *ret)
{
	size_t n = 0;
	struct jv key;

	while (p + n < end && p[n] != '.' && p[n] != '[')
		n++;
	if (!argument(f, p, n, ret))
		return false;
	for (p += n; p < end; p += n) {
		bool item = *p++ == '[';

		n = 0;
		while (p + n < end &&
		       (item ? p[n] != ']' : p[n] != '.' && p[n] != '['))
			n++;
		key = jv_string(p, n, false);
		if (n && item && strspn(p, "0123456789") >= n && n < 9)
			key = jv_int((int64_t)strtol(p, NULL, 10));
		if (n == 0 || (!item && ret->kind == JV_DICT) ||
		    !value_item(f->run, *ret, key, ret))
			return run_fail(
			    f->run, ERR_INVALID, "format: invalid field name");
		if (ret->kind == JV_UNDEFINED)
			return run_undefined(f->run, *ret);
		n += item;
	}
	return true;
}

static bool convert(struct run *r, char conversion, struct jv *v)
{
	size_t mark = text_begin(r);

	if (conversion == 's')
		return to_text(r, *v, v);
	if (conversion != 'r' && conversion != 'a')
		return run_fail(r, ERR_INVALID, "format: unknown conversion");
	return emit_repr(r, *v) && text_take(r, mark, false, v);
}

static bool format_pieces(
    struct formatter *f, const char *p, const char *end, unsigned depth);

/* The inside of {…}. */
static bool format_field(
    struct formatter *f, const char *p, const char *end, unsigned depth)
{
	const char *name = p;
	char conversion = '\0';
	struct jv v, spec = jv_text("");
	size_t mark;

	for (bool inside = false; p < end; p++) {
		inside = (inside || *p == '[') && *p != ']';
		if (!inside && (*p == '!' || *p == ':'))
			break;
	}
	if (!field_value(f, name, p, &v))
		return false;
	if (p + 1 < end && *p == '!') {
		conversion = p[1];
		p += 2;
	}
	if (conversion && !convert(f->run, conversion, &v))
		return false;
	if (p < end && *p == ':') {
		mark = text_begin(f->run);
		if (!format_pieces(f, p + 1, end, depth + 1) ||
		    !text_take(f->run, mark, false, &spec))
			return false;
	} else if (p < end) {
		return run_fail(f->run, ERR_INVALID,
		    "format: expected ':' after the conversion");
	}
	return format_value(f, v, spec);
}

static const char *field_end(const char *p, const char *end)
{
	unsigned depth = 1;

	for (; p < end; p++) {
		depth += *p == '{';
		depth -= *p == '}';
		if (depth == 0)
			return p;
	}
	return NULL;
}

static bool format_pieces(
    struct formatter *f, const char *p, const char *end, unsigned depth)
{
	const char *close;

	if (depth > FIELD_DEPTH_MAX)
		return run_fail(
		    f->run, ERR_INVALID, "format: fields are nested too deep");
	while (p < end) {
		if (*p != '{' && *p != '}') {
			if (!emit_char(f->run, *p++))
				return false;
			continue;
		}
		if (p + 1 < end && p[1] == *p) {
			if (!emit_char(f->run, *p))
				return false;
			p += 2;
			continue;
		}
		close = *p == '{' ? field_end(p + 1, end) : NULL;
		if (!close)
			return run_fail(f->run, ERR_INVALID,
			    "format: single '%c' in the format", *p);
		if (!run_step(f->run) || !format_field(f, p + 1, close, depth))
			return false;
		p = close + 1;
	}
	return true;
}

bool str_format(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv format = c->args[0];
	struct formatter f = { .run = r, .args = c, .markup = format.safe };
	size_t mark = text_begin(r);

	return format_pieces(
		   &f, format.u.text, format.u.text + format.len, 0) &&
	       text_take(r, mark, format.safe, ret);
}
