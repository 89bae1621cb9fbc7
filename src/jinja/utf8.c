#include "jinja/utf8.h"

#include "base/text.h"

size_t utf8_step(const char *p, size_t len)
{
	size_t n;

	if ((unsigned char)*p < 0x80)
		return 1;
	n = utf8_sequence(p, len);
	return n ? n : 1;
}

uint32_t utf8_decode(const char *p, size_t len, size_t *ret_len)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t n = utf8_step(p, len);
	uint32_t code = (unsigned char)*p;

	*ret_len = n;
	if (n == 1)
		return code;
	code &= mask[n];
	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)p[i] & 0x3f);
	return code;
}

size_t utf8_encode(uint32_t code, char *to)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

bool utf8_is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

size_t utf8_count(const char *text, size_t len)
{
	size_t n = 0;

	if (utf8_is_ascii(text, len))
		return len;
	for (size_t i = 0; i < len; n++)
		i += utf8_step(text + i, len - i);
	return n;
}

size_t utf8_offset(const char *text, size_t len, size_t n)
{
	size_t at = 0;

	while (n > 0 && at < len) {
		at += utf8_step(text + at, len - at);
		n--;
	}
	return at;
}

static bool is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 ||
	       c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
	       c == 0x3000;
}

size_t utf8_space(const char *p, size_t len)
{
	size_t n;
	uint32_t code;

	if (len == 0)
		return 0;
	code = utf8_decode(p, len, &n);
	if (n == 1 && code >= 0x80)
		return 0;
	return is_space(code) ? n : 0;
}

/* The start of the code point that ends before `at`. */
static size_t previous(const char *text, size_t at)
{
	size_t from = at - 1;

	while (from > 0 && at - from < 4 &&
	       ((unsigned char)text[from] & 0xc0) == 0x80)
		from--;
	return utf8_step(text + from, at - from) == at - from ? from : at - 1;
}

size_t utf8_rstrip(const char *text, size_t len)
{
	while (len > 0) {
		size_t from = previous(text, len);

		if (!utf8_space(text + from, len - from))
			break;
		len = from;
	}
	return len;
}
