#include "jinja/lex_literal.h"

#include "base/crypto.h"
#include "base/text.h"
#include "jinja/utf8.h"

#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 400 /* characters */

/* 99: it is none of any base. */
static int digit_value(char c)
{
	int value = hex_digit(c);

	return value < 0 ? 99 : value;
}

/* Digits of a base with single underscores between them. */
static size_t digits(const char *p, size_t len, int base)
{
	size_t n = 0;

	while (n < len) {
		size_t next = n > 0 && p[n] == '_' ? n + 1 : n;

		if (next >= len || digit_value(p[next]) >= base)
			break;
		n = next + 1;
	}
	return n;
}

static enum err_code read_integer(
    const char *p, size_t len, int base, int64_t *ret, struct err *e)
{
	int64_t v = 0;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '_')
			continue;
		if (__builtin_mul_overflow(v, (int64_t)base, &v) ||
		    __builtin_add_overflow(v, digit_value(p[i]), &v))
			return err_set(e, ERR_INVALID,
			    "the integer does not fit in 64 bits");
	}
	*ret = v;
	return ERR_OK;
}

static int prefix_base(const char *p, size_t len)
{
	static const struct {
		char mark;
		int base;
	} bases[] = { { 'b', 2 }, { 'o', 8 }, { 'x', 16 } };

	if (len < 3 || p[0] != '0')
		return 0;
	for (size_t i = 0; i < 3; i++)
		if ((p[1] | 0x20) == bases[i].mark &&
		    digits(p + 2, len - 2, bases[i].base))
			return bases[i].base;
	return 0;
}

static size_t exponent(const char *p, size_t len)
{
	size_t sign = len > 1 && (p[1] == '+' || p[1] == '-');
	size_t n;

	if (len < 2 || (p[0] | 0x20) != 'e')
		return 0;
	n = digits(p + 1 + sign, len - 1 - sign, 10);
	return n ? 1 + sign + n : 0;
}

/* The length of a float at p, or 0 if there is only an integer. */
static size_t float_length(const char *p, size_t len)
{
	size_t n = digits(p, len, 10), fraction = 0;

	if (n + 1 < len && p[n] == '.')
		fraction = digits(p + n + 1, len - n - 1, 10);
	if (fraction)
		n += 1 + fraction;
	if (exponent(p + n, len - n))
		return n + exponent(p + n, len - n);
	return fraction ? n : 0;
}

static enum err_code read_float(
    const char *p, size_t len, double *ret, struct err *e)
{
	char text[NUMBER_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < len && n < NUMBER_MAX; i++)
		if (p[i] != '_')
			text[n++] = p[i];
	if (n == NUMBER_MAX)
		return err_set(e, ERR_INVALID, "the number is too long");
	text[n] = '\0';
	*ret = strtod(text, NULL);
	return ERR_OK;
}

enum err_code lex_number_literal(
    const char *p, size_t len, bool after_dot, struct token *t, struct err *e)
{
	int base = prefix_base(p, len);
	size_t n = after_dot || base ? 0 : float_length(p, len);

	if (n) {
		t->kind = T_FLOAT;
		t->len = (uint32_t)n;
		return read_float(p, n, &t->u.real, e);
	}
	t->kind = T_INTEGER;
	if (base) {
		n = digits(p + 2, len - 2, base);
		t->len = (uint32_t)n + 2;
		return read_integer(p + 2, n, base, &t->u.integer, e);
	}
	n = digits(p, len, 10);
	if (*p == '0') /* 007 is no integer: it is 00 and 7 */
		n = digits(p, n, 1);
	t->len = (uint32_t)n;
	return read_integer(p, n, 10, &t->u.integer, e);
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

size_t lex_name_length(const char *p, size_t len)
{
	size_t n = 0, step;

	while (n < len) {
		if (is_name_start(p[n]) || (p[n] >= '0' && p[n] <= '9'))
			step = 1;
		else if ((unsigned char)p[n] < 0xc3) /* below U+00C0 */
			break;
		else if (!(step = utf8_sequence(p + n, len - n)) ||
			 utf8_space(p + n, len - n))
			break;
		n += step;
	}
	return n;
}

struct escape {
	char mark;
	char value;
};

static const struct escape escapes[] = { { 'n', '\n' }, { 't', '\t' },
	{ 'r', '\r' }, { '\\', '\\' }, { '\'', '\'' }, { '"', '"' },
	{ 'a', '\a' }, { 'b', '\b' }, { 'f', '\f' }, { 'v', '\v' } };

/* \xNN, \uNNNN, \UNNNNNNNN: the number of digits, else 0. */
static size_t hex_digits(char mark)
{
	return mark == 'x' ? 2 : mark == 'u' ? 4 : mark == 'U' ? 8 : 0;
}

static size_t decode_hex(const char *p, size_t len, size_t n, char **to)
{
	uint32_t code = 0;

	if (len < n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (digit_value(p[i]) > 15)
			return 0;
		code = code << 4 | (uint32_t)digit_value(p[i]);
	}
	if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*to += utf8_encode(code, *to);
	return n;
}

static size_t decode_octal(const char *p, size_t len, char **to)
{
	uint32_t code = 0;
	size_t n = 0;

	while (n < 3 && n < len && digit_value(p[n]) < 8)
		code = code * 8 + (uint32_t)digit_value(p[n++]);
	*to += utf8_encode(code, *to);
	return n;
}

/* p is behind the backslash.  Returns the bytes taken, 0 if malformed. */
static size_t decode_escape(const char *p, size_t len, char **to)
{
	size_t n = hex_digits(*p);

	if (n) {
		n = decode_hex(p + 1, len - 1, n, to);
		return n ? n + 1 : 0;
	}
	if (*p >= '0' && *p <= '7')
		return decode_octal(p, len, to);
	if (*p == '\n') /* a continued line */
		return 1;
	if (*p == 'N') /* names of characters are not known here */
		return 0;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++)
		if (*p == escapes[i].mark) {
			*(*to)++ = escapes[i].value;
			return 1;
		}
	*(*to)++ = '\\';
	*(*to)++ = *p;
	return 1;
}

enum err_code lex_string_literal(struct arena *a, const char *p, size_t len,
    const char **ret, size_t *ret_len, struct err *e)
{
	char *text, *to;
	size_t i = 0;

	if (!memchr(p, '\\', len)) {
		*ret = p;
		*ret_len = len;
		return ERR_OK;
	}
	text = to = arena_alloc(a, len * 2 + 1);
	if (!text)
		return err_set(e, ERR_LIMIT, "the string is too long");
	while (i < len) {
		if (p[i] != '\\') {
			*to++ = p[i++];
			continue;
		}
		size_t n = decode_escape(p + i + 1, len - i - 1, &to);

		if (!n)
			return err_set(e, ERR_INVALID,
			    "malformed escape sequence in a string");
		i += n + 1;
	}
	*to = '\0';
	*ret = text;
	*ret_len = (size_t)(to - text);
	return ERR_OK;
}
