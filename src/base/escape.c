#include "base/escape.h"

#include "base/text.h"

#include <string.h>

void escape_html(struct buf *out, const char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *with;

		switch (text[i]) {
		case '&':
			with = "&amp;";
			break;
		case '<':
			with = "&lt;";
			break;
		case '>':
			with = "&gt;";
			break;
		case '"':
			with = "&#34;";
			break;
		case '\'':
			with = "&#39;";
			break;
		default:
			continue;
		}
		buf_add(out, text + from, i - from);
		buf_puts(out, with);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

void escape_url(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_unreserved(c))
			buf_putc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

void escape_json(struct buf *out, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		unsigned char c = (unsigned char)text[i];
		size_t n;

		if (c == '"' || c == '\\') {
			buf_printf(out, "\\%c", c);
			i++;
		} else if (c == '\n') {
			buf_puts(out, "\\n");
			i++;
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(out, "\\u%04x", c);
			i++;
		} else if ((n = utf8_sequence(text + i, len - i)) > 0) {
			buf_add(out, text + i, n);
			i += n;
		} else {
			buf_puts(out, "\xEF\xBF\xBD");
			i++;
		}
	}
}

void escape_log(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '\t')
			buf_puts(out, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
}

static bool is_bidi_control(const char *p, size_t n)
{
	unsigned char b2;

	if (n != 3 || (unsigned char)p[0] != 0xE2)
		return false;
	b2 = (unsigned char)p[2];
	if ((unsigned char)p[1] == 0x80)
		return b2 >= 0xAA && b2 <= 0xAE;
	if ((unsigned char)p[1] == 0x81)
		return b2 >= 0xA6 && b2 <= 0xA9;
	return false;
}

void escape_device_text(struct buf *out, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		unsigned char c = (unsigned char)text[i];
		size_t n = utf8_sequence(text + i, len - i);
		bool control = (c < 0x20 && c != '\n' && c != '\t') ||
		    c == 0x7f || (c == 0xC2 && n == 2 &&
		    (unsigned char)text[i + 1] < 0xA0);

		if (n == 0 || control || is_bidi_control(text + i, n)) {
			buf_puts(out, "\xEF\xBF\xBD");
			i += n ? n : 1;
		} else {
			buf_add(out, text + i, n);
			i += n;
		}
	}
}
