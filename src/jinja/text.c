#include "jinja/text.h"

#include "jinja/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

struct jv text_part(struct jv s, size_t from, size_t to)
{
	return jv_string(s.u.text + from, to - from, s.safe);
}

const char *text_last_hit(struct jv s, size_t end, struct jv sep)
{
	for (size_t at = end; at + 1 > sep.len; at--)
		if (memcmp(s.u.text + at - sep.len, sep.u.text, sep.len) == 0)
			return s.u.text + at - sep.len;
	return NULL;
}

static bool in_set(struct jv chars, const char *p, size_t n)
{
	size_t step;

	for (size_t i = 0; i < chars.len; i += step) {
		step = utf8_step(chars.u.text + i, chars.len - i);
		if (step == n && memcmp(chars.u.text + i, p, n) == 0)
			return true;
	}
	return false;
}

static size_t strippable(struct jv chars, const char *p, size_t len)
{
	size_t n;

	if (chars.kind != JV_STRING)
		return utf8_space(p, len);
	n = utf8_step(p, len);
	return in_set(chars, p, n) ? n : 0;
}

struct jv text_strip(struct jv v, struct jv chars, enum strip_side side)
{
	const char *p = v.u.text, *end = p + v.len;
	size_t n;

	while ((side & STRIP_LEFT) && p < end &&
	       (n = strippable(chars, p, (size_t)(end - p))) > 0)
		p += n;
	while ((side & STRIP_RIGHT) && end > p) {
		const char *last = end - 1;

		while (last > p && ((unsigned char)*last & 0xc0) == 0x80)
			last--;
		if (utf8_step(last, (size_t)(end - last)) !=
		    (size_t)(end - last))
			last = end - 1;
		if (!strippable(chars, last, (size_t)(end - last)))
			break;
		end = last;
	}
	return jv_string(p, (size_t)(end - p), v.safe);
}

static bool emit_part(struct run *r, struct jv v, bool markup)
{
	return markup && !v.safe ? emit_escaped(r, v.u.text, v.len)
				 : emit_text(r, v);
}

/* An empty pattern matches before each character and at the end. */
static bool replace_between(
    struct run *r, struct jv s, struct jv new, int64_t count)
{
	size_t i = 0, step;

	for (; count != 0; count--) {
		if (!run_step(r) || !emit_part(r, new, s.safe))
			return false;
		if (i >= s.len)
			return true;
		step = utf8_step(s.u.text + i, s.len - i);
		if (!emit(r, s.u.text + i, step))
			return false;
		i += step;
	}
	return emit(r, s.u.text + i, s.len - i);
}

static bool escape_pattern(struct run *r, struct jv *old)
{
	size_t mark = text_begin(r);

	return emit_escaped(r, old->u.text, old->len) &&
	       text_take(r, mark, true, old);
}

bool text_replace(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0], old = c->args[1], new = c->args[2];
	int64_t count = c->args[3].kind == JV_INT ? c->args[3].u.integer : -1;
	const char *p = s.u.text, *end = p + s.len, *hit;
	size_t mark = text_begin(r);

	if (c->args[3].kind != JV_INT && c->args[3].kind != JV_MISSING)
		return run_fail(
		    r, ERR_INVALID, "replace: the count must be an integer");
	if (!run_charge(r, s.len / 32))
		return false;
	if (s.safe && !old.safe && !escape_pattern(r, &old))
		return false;
	if (old.len == 0)
		return replace_between(r, s, new, count) &&
		       text_take(r, mark, s.safe, ret);
	for (; count != 0; count--) {
		hit = memmem(p, (size_t)(end - p), old.u.text, old.len);
		if (!hit)
			break;
		if (!run_step(r) || !emit(r, p, (size_t)(hit - p)) ||
		    !emit_part(r, new, s.safe))
			return false;
		p = hit + old.len;
	}
	if (p == s.u.text) {
		text_drop(r, mark);
		*ret = s;
		return true;
	}
	return emit(r, p, (size_t)(end - p)) && text_take(r, mark, s.safe, ret);
}

bool text_pad(struct run *r, struct jv v, int64_t width, enum pad_side side,
    struct jv fill, struct jv *ret)
{
	int64_t pad = width - (int64_t)utf8_count(v.u.text, v.len), left = 0;
	size_t mark = text_begin(r);

	*ret = v;
	if (pad <= 0)
		return true;
	if (width > (int64_t)r->limits->range_items)
		return run_fail(r, ERR_LIMIT,
		    "the text would be padded to more than %zu characters",
		    r->limits->range_items);
	if (side == PAD_LEFT)
		left = pad;
	else if (side == PAD_CENTER)
		left = pad / 2 + (pad & width & 1);
	for (int64_t i = 0; i < left; i++)
		if (!emit_text(r, fill))
			return false;
	if (!emit_text(r, v))
		return false;
	for (int64_t i = left; i < pad; i++)
		if (!emit_text(r, fill))
			return false;
	return text_take(r, mark, v.safe, ret);
}

/* The bytes of the line separator at p, or 0. */
static size_t separator(const char *p, size_t len)
{
	unsigned char c = (unsigned char)*p;

	if (c == '\r')
		return len > 1 && p[1] == '\n' ? 2 : 1;
	if ((c >= '\n' && c <= '\f') || (c >= 0x1c && c <= 0x1e))
		return 1;
	if (c == 0xc2 && len > 1 && (unsigned char)p[1] == 0x85)
		return 2;
	if (c == 0xe2 && len > 2 && (unsigned char)p[1] == 0x80 &&
	    ((unsigned char)p[2] == 0xa8 || (unsigned char)p[2] == 0xa9))
		return 3;
	return 0;
}

void text_line(const char *p, size_t len, size_t *ret_line, size_t *ret_sep)
{
	*ret_sep = 0;
	for (*ret_line = 0; *ret_line < len; (*ret_line)++) {
		*ret_sep = separator(p + *ret_line, len - *ret_line);
		if (*ret_sep)
			break;
	}
}

bool text_indention(
    struct run *r, const struct call *c, size_t i, bool markup, struct jv *ret)
{
	size_t mark = text_begin(r);
	int64_t width;

	if (c->args[i].kind == JV_STRING) {
		*ret = c->args[i];
		ret->safe = ret->safe || markup;
		return true;
	}
	if (c->args[i].kind != JV_INT && c->args[i].kind != JV_BOOL)
		return run_fail(r, ERR_INVALID,
		    "indent: the width must be a number or a text");
	width = c->args[i].u.integer;
	if (width > 10000)
		return run_fail(r, ERR_LIMIT, "indent: the width is too large");
	return emit_fill(r, ' ', width > 0 ? (size_t)width : 0) &&
	       text_take(r, mark, markup, ret);
}

bool text_strip_markup(
    struct run *r, struct jv v, const char *from, const char *to)
{
	const char *p = v.u.text, *end = p + v.len, *open, *close;
	size_t n_from = strlen(from), n_to = strlen(to);

	if (!run_charge(r, v.len / 8))
		return false;
	for (;;) {
		open = memmem(p, (size_t)(end - p), from, n_from);
		close = open ? memmem(open + n_from,
				   (size_t)(end - open) - n_from, to, n_to)
			     : NULL;
		if (!close)
			return emit(r, p, (size_t)(end - p));
		if (!emit(r, p, (size_t)(open - p)))
			return false;
		p = close + n_to;
	}
}

struct entity {
	const char *text;
	const char *value;
};

static const struct entity entities[] = { { "&amp;", "&" }, { "&lt;", "<" },
	{ "&gt;", ">" }, { "&quot;", "\"" }, { "&#34;", "\"" },
	{ "&#39;", "'" }, { "&apos;", "'" }, { "&nbsp;", "\xc2\xa0" } };

static size_t emit_entity(struct run *r, const char *p, size_t len)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
		size_t n = strlen(entities[i].text);

		if (n <= len && memcmp(p, entities[i].text, n) == 0)
			return emit_cstr(r, entities[i].value) ? n : 0;
	}
	return emit_char(r, '&') ? 1 : 0;
}

bool text_squeeze_unescape(struct run *r, struct jv v)
{
	bool blank = false, any = false;
	size_t n;

	for (size_t i = 0; i < v.len; i += n) {
		n = utf8_space(v.u.text + i, v.len - i);
		if (n) {
			blank = any;
			continue;
		}
		if (blank && !emit_char(r, ' '))
			return false;
		blank = false;
		any = true;
		n = 1;
		if (v.u.text[i] == '&')
			n = emit_entity(r, v.u.text + i, v.len - i);
		else if (!emit_char(r, v.u.text[i]))
			return false;
		if (n == 0)
			return false;
	}
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* Takes 0x, 0o, 0b where the base allows them. */
static int prefix(const char **p, const char *end, int base)
{
	int found = 10;

	if (end - *p > 2 && (*p)[0] == '0') {
		switch ((*p)[1] | 0x20) {
		case 'x':
			found = 16;
			break;
		case 'o':
			found = 8;
			break;
		case 'b':
			found = 2;
			break;
		}
	}
	if (found != 10 && (base == 0 || base == found)) {
		*p += 2;
		if (**p == '_')
			(*p)++;
		return found;
	}
	return base ? base : 10;
}

bool text_to_int(struct jv v, int base, int64_t *ret, bool *ret_overflow)
{
	struct jv s = text_strip(v, jv_none(), STRIP_BOTH);
	const char *p = s.u.text, *end = p + s.len;
	bool negative = p < end && *p == '-', digit_before = false;
	int given = base;
	int64_t n = 0;

	*ret_overflow = false;
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	base = prefix(&p, end, base);
	if (p == end)
		return false;
	if (given == 0 && *p == '0' && base == 10)
		for (const char *q = p; q < end; q++)
			if (*q != '0' && *q != '_')
				return false;
	for (; p < end; p++) {
		if (*p == '_') {
			if (!digit_before)
				return false;
			digit_before = false;
			continue;
		}
		if (digit(*p) >= base)
			return false;
		digit_before = true;
		if (__builtin_mul_overflow(n, (int64_t)base, &n) ||
		    __builtin_sub_overflow(n, (int64_t)digit(*p), &n))
			*ret_overflow = true;
	}
	if (!negative && n == INT64_MIN)
		*ret_overflow = true;
	*ret = *ret_overflow || negative ? n : -n;
	return digit_before;
}

static bool is_word(const char *p, const char *word)
{
	return strcasecmp(p, word) == 0;
}

bool text_to_real(struct jv v, double *ret)
{
	struct jv s = text_strip(v, jv_none(), STRIP_BOTH);
	char text[400], *end;
	const char *p = text;
	size_t n = 0;

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.u.text[i];

		if (c == '_' && i > 0 && i + 1 < s.len &&
		    digit(s.u.text[i - 1]) < 10 && digit(s.u.text[i + 1]) < 10)
			continue;
		text[n++] = c;
	}
	text[n] = '\0';
	if (*p == '-' || *p == '+')
		p++;
	if (is_word(p, "inf") || is_word(p, "infinity")) {
		*ret = text[0] == '-' ? -(double)INFINITY : (double)INFINITY;
		return true;
	}
	if (is_word(p, "nan")) {
		*ret = (double)NAN;
		return true;
	}
	if (strspn(text, "0123456789+-.eE") != n ||
	    !strpbrk(text, "0123456789"))
		return false;
	*ret = strtod(text, &end);
	return *end == '\0' && end != text;
}
