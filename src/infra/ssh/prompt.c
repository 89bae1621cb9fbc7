#include "infra/ssh/prompt.h"

#include <string.h>

static bool is_name_byte(char c)
{
	return c > ' ' && c < 0x7f && strchr("()#>", c) == NULL;
}

static void copy(char to[PROMPT_MAX], const char *from, size_t len)
{
	memcpy(to, from, len);
	to[len] = '\0';
}

/* "(s1)(config-if)": the last pair of brackets is the mode.  Answers how far
 * it reads. */
static size_t parse_modes(const char *text, size_t len, struct prompt *p)
{
	size_t at = 0;

	while (at < len && text[at] == '(') {
		const char *close = memchr(text + at, ')', len - at);

		if (close == NULL)
			break;
		copy(p->mode, text + at + 1, (size_t)(close - text) - at - 1);
		at = (size_t)(close - text) + 1;
	}
	return at;
}

/* vtysh names itself "(null)" once its host name is removed. */
static size_t parse_name(const char *text, size_t len)
{
	size_t n = 0;

	if (len >= 6 && memcmp(text, "(null)", 6) == 0)
		return 6;
	while (n < len && is_name_byte(text[n]))
		n++;
	return n;
}

bool prompt_parse(const char *text, size_t len, struct prompt *ret)
{
	struct prompt p = { .mode = "" };
	size_t at;

	if (len >= PROMPT_MAX)
		return false;
	at = parse_name(text, len);
	if (at == 0)
		return false;
	copy(p.name, text, at);
	at += parse_modes(text + at, len - at, &p);
	if (at == len || (text[at] != '#' && text[at] != '>'))
		return false;
	p.end = text[at++];
	if (at < len && text[at] == ' ')
		at++;
	if (at != len)
		return false;
	*ret = p;
	return true;
}

bool prompt_is(
    const char *text, size_t len, const char *name, struct prompt *ret)
{
	struct prompt p;

	if (!prompt_parse(text, len, &p) || strcmp(p.name, name) != 0)
		return false;
	*ret = p;
	return true;
}
