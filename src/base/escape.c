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

/* What cannot be seen but changes what is seen: marks, overrides and isolates
 * of direction, separators of lines and paragraphs, characters of no width. */
static bool is_invisible(const char *p, size_t n)
{
	static const struct {
		unsigned char first[2];
		unsigned char from, to; /* the third byte */
	} ranges[] = {
		{ { 0xE2, 0x80 }, 0x8B, 0x8F }, /* U+200B-200F */
		{ { 0xE2, 0x80 }, 0xA8, 0xAE }, /* U+2028-202E */
		{ { 0xE2, 0x81 }, 0xA0, 0xA9 }, /* U+2060-2069 */
		{ { 0xEF, 0xBB }, 0xBF, 0xBF }, /* U+FEFF */
	};

	if (n == 2) /* U+061C */
		return memcmp(p, "\xD8\x9C", 2) == 0;
	for (size_t i = 0; n == 3 && i < sizeof(ranges) / sizeof(ranges[0]);
	     i++) {
		if (memcmp(p, ranges[i].first, 2) == 0 &&
		    (unsigned char)p[2] >= ranges[i].from &&
		    (unsigned char)p[2] <= ranges[i].to)
			return true;
	}
	return false;
}

void escape_device_text(struct buf *out, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		unsigned char c = (unsigned char)text[i];
		size_t n = utf8_sequence(text + i, len - i);
		bool control =
		    (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ||
		    (c == 0xC2 && n == 2 && (unsigned char)text[i + 1] < 0xA0);

		if (n == 0 || control || is_invisible(text + i, n)) {
			buf_puts(out, "\xEF\xBF\xBD");
			i += n ? n : 1;
		} else {
			buf_add(out, text + i, n);
			i += n;
		}
	}
}
