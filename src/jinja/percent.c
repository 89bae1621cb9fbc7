/* "…" % values, as Python's printf-style formatting. */
#include "jinja/ops.h"

#include "jinja/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#define WIDTH_MAX 10000

struct spec {
	bool left, zero, plus, blank, alternate;
	int width, precision; /* -1: not given */
	char type;
	struct jv value;
};

struct percent {
	struct run *run;
	const char *p, *end;
	const struct call *args;
	size_t next;
	bool markup;
	bool used_key;
};

static bool take_argument(struct percent *f, struct jv *ret)
{
	if (f->next >= f->args->n)
		return run_fail(f->run, ERR_INVALID,
		    "not enough arguments for the format string");
	*ret = f->args->args[f->next++];
	return true;
}

/* %(key)s: from the keywords, or from a dict that is the only argument. */
static bool take_key(struct percent *f, struct jv *ret)
{
	const char *close = memchr(f->p, ')', (size_t)(f->end - f->p));
	size_t len = close ? (size_t)(close - f->p) : 0;
	const char *key = f->p;
	const struct call *a = f->args;

	if (!close)
		return run_fail(f->run, ERR_INVALID, "incomplete format key");
	f->p = close + 1;
	f->used_key = true;
	for (size_t i = 0; i < a->n_kw; i++)
		if (a->kw[i].len == len && !memcmp(a->kw[i].name, key, len)) {
			*ret = a->kw[i].value;
			return true;
		}
	if (a->n == 1 && a->args[0].kind == JV_DICT) {
		const struct dict_entry *e = dict_find_text(
		    a->args[0].u.dict, key, len, hash_text(key, len));

		if (e) {
			*ret = e->value;
			return true;
		}
	}
	return run_fail(
	    f->run, ERR_INVALID, "there is no value for '%.*s'", (int)len, key);
}

static bool read_number(struct percent *f, int *ret)
{
	struct jv v;

	if (f->p < f->end && *f->p == '*') {
		f->p++;
		if (!take_argument(f, &v))
			return false;
		if (v.kind != JV_INT || v.u.integer > WIDTH_MAX ||
		    v.u.integer < -WIDTH_MAX)
			return run_fail(f->run, ERR_INVALID, "* wants int");
		*ret = (int)v.u.integer;
		return true;
	}
	while (f->p < f->end && *f->p >= '0' && *f->p <= '9') {
		*ret = (*ret < 0 ? 0 : *ret) * 10 + (*f->p++ - '0');
		if (*ret > WIDTH_MAX)
			return run_fail(f->run, ERR_LIMIT,
			    "the width of a format is too large");
	}
	return true;
}

static bool read_flag(struct spec *s, char c)
{
	switch (c) {
	case '-':
		return s->left = true;
	case '0':
		return s->zero = true;
	case '+':
		return s->plus = true;
	case ' ':
		return s->blank = true;
	case '#':
		return s->alternate = true;
	}
	return false;
}

static bool read_spec(struct percent *f, struct spec *s)
{
	bool keyed = f->p < f->end && *f->p == '(';

	if (keyed) {
		f->p++;
		if (!take_key(f, &s->value))
			return false;
	}
	while (f->p < f->end && read_flag(s, *f->p))
		f->p++;
	if (!read_number(f, &s->width))
		return false;
	if (s->width < -1) {
		s->left = true;
		s->width = -s->width;
	}
	if (f->p < f->end && *f->p == '.') {
		f->p++;
		s->precision = 0;
		if (!read_number(f, &s->precision))
			return false;
		if (s->precision < 0)
			s->precision = 0;
	}
	while (f->p < f->end && strchr("hlL", *f->p))
		f->p++;
	if (f->p >= f->end)
		return run_fail(f->run, ERR_INVALID, "incomplete format");
	s->type = *f->p++;
	if (s->type == '%' || keyed)
		return true;
	return take_argument(f, &s->value);
}

static bool emit_padded(struct run *r, const struct spec *s, struct jv text)
{
	size_t n = utf8_count(text.u.text, text.len);
	size_t pad =
	    s->width > 0 && (size_t)s->width > n ? (size_t)s->width - n : 0;

	return (s->left || emit_fill(r, ' ', pad)) && emit_text(r, text) &&
	       (!s->left || emit_fill(r, ' ', pad));
}

static bool format_text(struct percent *f, const struct spec *s)
{
	struct run *r = f->run;
	size_t mark = text_begin(r);
	struct jv text;
	bool ok;

	if (s->type == 's' && f->markup)
		ok = emit_markup(r, s->value);
	else if (s->type == 's')
		ok = emit_str(r, s->value);
	else
		ok = emit_repr(r, s->value);
	if (!ok || !text_take(r, mark, false, &text))
		return false;
	if (s->precision >= 0)
		text.len = (uint32_t)utf8_offset(
		    text.u.text, text.len, (size_t)s->precision);
	return emit_padded(r, s, text);
}

static bool wrong_value(struct percent *f, const struct spec *s)
{
	if (s->value.kind == JV_UNDEFINED)
		return run_undefined(f->run, s->value);
	return run_fail(f->run, ERR_INVALID,
	    "%%%c format: a number is required, not %s", s->type,
	    kind_name(s->value.kind));
}

/* The C library formats as Python does, but for the sign of octal and
 * hexadecimal numbers and the mark of alternate octal ones. */
static void directive(
    const struct spec *s, const char *length, char type, char to[32])
{
	snprintf(to, 32, "%%%s%s%s%s%s*.*%s%c", s->left ? "-" : "",
	    s->zero ? "0" : "", s->plus ? "+" : "", s->blank ? " " : "",
	    s->alternate ? "#" : "", length, type);
}

static bool print(struct run *r, char *text, int n, size_t size)
{
	if (n < 0 || (size_t)n >= size)
		return run_fail(r, ERR_LIMIT, "the number is too long");
	return emit(r, text, (size_t)n);
}

static bool format_real(struct percent *f, const struct spec *s)
{
	char form[32], *text;
	size_t size = 400 + (size_t)((s->width > 0 ? s->width : 0) +
				     (s->precision > 0 ? s->precision : 0));
	int n;

	if (!value_is_number(s->value))
		return wrong_value(f, s);
	text = arena_alloc(f->run->arena, size);
	if (!text)
		return run_no_memory(f->run);
	directive(s, "", s->type, form);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = snprintf(text, size, form, s->width > 0 ? s->width : 0,
	    s->precision >= 0 ? s->precision : 6, value_real(s->value));
#pragma GCC diagnostic pop
	return print(f->run, text, n, size);
}

static bool digits_of(const struct spec *s, uint64_t v, char to[72])
{
	static const char lower[] = "0123456789abcdef";
	static const char upper[] = "0123456789ABCDEF";
	unsigned base = s->type == 'o' ? 8 : (s->type | 0x20) == 'x' ? 16 : 10;
	char *at = to + 71;

	*at = '\0';
	do {
		*--at = (s->type == 'X' ? upper : lower)[v % base];
		v /= base;
	} while (v);
	memmove(to, at, strlen(at) + 1);
	return true;
}

static bool emit_number(
    struct run *r, const struct spec *s, bool negative, const char *text)
{
	const char *sign = negative ? "-" : s->plus ? "+" : s->blank ? " " : "";
	const char *mark = !s->alternate    ? ""
			   : s->type == 'o' ? "0o"
			   : s->type == 'x' ? "0x"
			   : s->type == 'X' ? "0X"
					    : "";
	size_t n = strlen(text), zeros = 0, pad = 0, all;

	if (s->precision > 0 && (size_t)s->precision > n)
		zeros = (size_t)s->precision - n;
	all = strlen(sign) + strlen(mark) + zeros + n;
	if (s->width > 0 && (size_t)s->width > all)
		pad = (size_t)s->width - all;
	if (s->zero && !s->left) {
		zeros += pad;
		pad = 0;
	}
	return (s->left || emit_fill(r, ' ', pad)) && emit_cstr(r, sign) &&
	       emit_cstr(r, mark) && emit_fill(r, '0', zeros) &&
	       emit_cstr(r, text) && (!s->left || emit_fill(r, ' ', pad));
}

static bool format_integer(struct percent *f, const struct spec *s)
{
	struct jv v = s->value;
	char text[72];
	int64_t i;

	if (v.kind == JV_FLOAT && strchr("diu", s->type)) {
		if (!(v.u.real > -9.2e18 && v.u.real < 9.2e18))
			return run_fail(f->run, ERR_INVALID,
			    "the number does not fit in 64 bits");
		i = (int64_t)v.u.real;
	} else if (v.kind == JV_INT || v.kind == JV_BOOL) {
		i = v.u.integer;
	} else {
		return wrong_value(f, s);
	}
	digits_of(s, i < 0 ? 0 - (uint64_t)i : (uint64_t)i, text);
	return emit_number(f->run, s, i < 0, text);
}

static bool format_char(struct percent *f, const struct spec *s)
{
	char bytes[4];
	struct jv v = s->value;

	if (v.kind == JV_INT && v.u.integer >= 0 && v.u.integer < 0x110000)
		v = jv_string(
		    bytes, utf8_encode((uint32_t)v.u.integer, bytes), false);
	else if (v.kind != JV_STRING || utf8_count(v.u.text, v.len) != 1)
		return run_fail(
		    f->run, ERR_INVALID, "%%c requires int or char");
	return emit_padded(f->run, s, v);
}

static bool format_one(struct percent *f)
{
	struct spec s = { .width = -1, .precision = -1 };

	if (!read_spec(f, &s))
		return false;
	switch (s.type) {
	case '%':
		return emit_char(f->run, '%');
	case 's':
	case 'r':
	case 'a':
		return format_text(f, &s);
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		return format_integer(f, &s);
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return format_real(f, &s);
	case 'c':
		return format_char(f, &s);
	}
	return run_fail(
	    f->run, ERR_INVALID, "unsupported format character '%c'", s.type);
}

/* Python takes a single argument that can be subscripted for a mapping, of
 * which a format need not use anything. */
static bool is_mapping(const struct call *args)
{
	struct jv v = args->n == 1 ? args->args[0] : jv_none();

	return v.kind == JV_DICT || v.kind == JV_UNDEFINED ||
	       jv_is_plain_list(v) ||
	       (v.kind == JV_LIST && v.u.list->flavor == LIST_RANGE);
}

bool text_percent(
    struct run *r, struct jv format, const struct call *args, struct jv *ret)
{
	struct percent f = { .run = r,
		.p = format.u.text,
		.end = format.u.text + format.len,
		.args = args,
		.markup = format.safe };
	size_t mark = text_begin(r);
	const char *at;

	while ((at = memchr(f.p, '%', (size_t)(f.end - f.p))) != NULL) {
		if (!run_step(r) || !emit(r, f.p, (size_t)(at - f.p)))
			return false;
		f.p = at + 1;
		if (!format_one(&f))
			return false;
	}
	if (f.next < args->n && !f.used_key && !is_mapping(args))
		return run_fail(r, ERR_INVALID,
		    "not all arguments converted during string formatting");
	return emit(r, f.p, (size_t)(f.end - f.p)) &&
	       text_take(r, mark, format.safe, ret);
}
