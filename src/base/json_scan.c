#include "base/json_scan.h"

#include <string.h>

static void skip_space(struct json_scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' ||
				     *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

/* From the quote before it to behind the one after it. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return NULL;
}

/* A number, true, false or null. */
static const char *word_end(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && !memchr(",]}: \n\t\r", *p, 8))
		p++;
	return p > start ? p : NULL;
}

static const char *nested_end(const char *p, const char *end)
{
	size_t depth = 0;

	while (p && p < end) {
		if (*p == '"') {
			p = string_end(p, end);
			continue;
		}
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		p++;
		if (depth == 0)
			return p;
	}
	return NULL;
}

static bool take_value(struct json_scan *s, struct json_span *ret)
{
	const char *from = s->at, *to;

	if (from >= s->end)
		return false;
	if (*from == '"')
		to = string_end(from, s->end);
	else if (*from == '{' || *from == '[')
		to = nested_end(from, s->end);
	else
		to = word_end(from, s->end);
	if (!to)
		return false;
	*ret = (struct json_span){ from, (size_t)(to - from) };
	s->at = to;
	return true;
}

static bool take_key(struct json_scan *s, struct json_span *ret)
{
	struct json_span quoted;

	skip_space(s);
	if (s->at == s->end || *s->at != '"' || !take_value(s, &quoted))
		return false;
	skip_space(s);
	if (s->at == s->end || *s->at++ != ':')
		return false;
	*ret = (struct json_span){ quoted.text + 1, quoted.len - 2 };
	return true;
}

struct json_scan json_scan_begin(struct json_span of)
{
	struct json_scan s = { .at = of.text, .end = of.text + of.len };

	skip_space(&s);
	s.failed = s.at == s.end || (*s.at != '{' && *s.at != '[');
	if (!s.failed)
		s.members = *s.at++ == '{';
	s.first = true;
	return s;
}

bool json_scan_next(
    struct json_scan *s, struct json_span *ret_key, struct json_span *ret)
{
	char last = s->members ? '}' : ']';

	if (s->failed)
		return false;
	skip_space(s);
	if (s->at < s->end && *s->at == last)
		return false;
	if (!s->first && (s->at == s->end || *s->at++ != ',')) {
		s->failed = true;
		return false;
	}
	s->first = false;
	s->failed = s->members && !take_key(s, ret_key);
	if (!s->failed) {
		skip_space(s);
		s->failed = !take_value(s, ret);
	}
	return !s->failed;
}

bool json_span_is(struct json_span span, const char *text)
{
	return span.len == strlen(text) &&
	       memcmp(span.text, text, span.len) == 0;
}
