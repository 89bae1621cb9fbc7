#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_continuation(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

size_t utf8_sequence(const char *p, size_t len)
{
	const unsigned char *s = (const unsigned char *)p;
	unsigned char low = 0x80, high = 0xBF;
	size_t n;

	if (len == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		n = 2;
	else if (s[0] >= 0xE0 && s[0] <= 0xEF)
		n = 3;
	else if (s[0] >= 0xF0 && s[0] <= 0xF4)
		n = 4;
	else
		return 0;
	if (len < n)
		return 0;
	if (s[0] == 0xE0)
		low = 0xA0;
	else if (s[0] == 0xED)
		high = 0x9F;
	else if (s[0] == 0xF0)
		low = 0x90;
	else if (s[0] == 0xF4)
		high = 0x8F;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if (!is_continuation(s[i]))
			return 0;
	}
	return n;
}

bool utf8_is_valid(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_sequence(text + i, len - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

bool text_has_no_control(const char *text, size_t len, bool multiline)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (multiline && (c == '\n' || c == '\t'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

bool text_to_long(const char *text, long min, long max, long *ret)
{
	char *end;
	long n;

	if (!text || !*text || strchr(" \t\n+", text[0]))
		return false;
	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || *end || n < min || n > max)
		return false;
	*ret = n;
	return true;
}

bool text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);

	return n >= m && strcmp(text + n - m, suffix) == 0;
}

bool text_copy(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);
	bool fits = n < size;

	if (size == 0)
		return false;
	if (!fits)
		n = size - 1;
	memcpy(to, from, n);
	to[n] = '\0';
	return fits;
}

void text_append_line(char *to, size_t size, const char *text)
{
	size_t used = strlen(to), len = strlen(text), n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_sequence(text + i, len - i);
		if (used + (n ? n : 1) >= size)
			break;
		if (n == 0 || (unsigned char)text[i] < 0x20 ||
		    text[i] == 0x7f) {
			to[used++] = ' ';
			n = 1;
			continue;
		}
		memcpy(to + used, text + i, n);
		used += n;
	}
	to[used] = '\0';
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

bool text_contains(const char *text, const char *word)
{
	unsigned char first = lower(*word);

	if (!first)
		return true;
	for (; *text; text++) {
		size_t n = 1;

		if (lower(*text) != first)
			continue;
		while (word[n] && lower(text[n]) == lower(word[n]))
			n++;
		if (!word[n])
			return true;
	}
	return false;
}

void text_lower(char *text)
{
	for (; *text; text++)
		*text = (char)lower(*text);
}

const char *text_after_name(const char *text, const char *name)
{
	size_t len = strlen(name);

	return len > 0 && strncmp(text, name, len) == 0 &&
		       strncmp(text + len, ": ", 2) == 0
		   ? text + len + 2
		   : text;
}
