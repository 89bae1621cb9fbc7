#include "jinja/runtime.h"

#include "jinja/ops.h"

#include <stdio.h>
#include <stdlib.h>

bool emit_slow(struct run *r, const char *text, size_t len)
{
	size_t old = r->out->len;

	if (len > r->out_max || old > r->out_max - len)
		return run_fail(r, ERR_LIMIT,
		    "the output is larger than %zu bytes", r->out_max);
	if (!buf_reserve(r->out, len))
		return run_fail(
		    r, ERR_LIMIT, "there is no room for the output");
	r->out_end = r->out->cap - 1;
	if (r->out_end > r->out_max)
		r->out_end = r->out_max;
	memcpy(r->out->data + old, text, len);
	r->out->len = old + len;
	return true;
}

bool emit_cstr(struct run *r, const char *text)
{
	return emit(r, text, strlen(text));
}

bool emit_char(struct run *r, char c)
{
	return emit(r, &c, 1);
}

bool emit_fill(struct run *r, char c, size_t n)
{
	char run_of[64];

	memset(run_of, c, sizeof(run_of));
	for (; n > sizeof(run_of); n -= sizeof(run_of))
		if (!emit(r, run_of, sizeof(run_of)))
			return false;
	return emit(r, run_of, n);
}

bool emit_int(struct run *r, int64_t v)
{
	char text[24], *at = text + sizeof(text);
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (v < 0)
		*--at = '-';
	return emit(r, at, (size_t)(text + sizeof(text) - at));
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&#34;";
	default:
		return "&#39;";
	}
}

/* 1: a character that markup cannot hold as it is */
static const unsigned char special[256] = {
	['&'] = 1, ['<'] = 1, ['>'] = 1, ['"'] = 1, ['\''] = 1
};

bool emit_escaped(struct run *r, const char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		if (!special[(unsigned char)text[i]])
			continue;
		if (!emit(r, text + from, i - from) ||
		    !emit_cstr(r, entity(text[i])))
			return false;
		from = i + 1;
	}
	return emit(r, text + from, len - from);
}

bool text_take(struct run *r, size_t mark, bool safe, struct jv *ret)
{
	size_t len = r->out->len - mark;
	bool ok = !r->failed &&
		  new_text(r, len ? r->out->data + mark : "", len, safe, ret);

	r->out->len = mark;
	return ok;
}

void text_drop(struct run *r, size_t mark)
{
	r->out->len = mark;
}

bool new_text(
    struct run *r, const char *text, size_t len, bool safe, struct jv *ret)
{
	char *copy;

	if (!run_charge(r, len / 32))
		return false;
	copy = arena_memdup(r->arena, text, len);
	if (!copy)
		return run_no_memory(r);
	*ret = jv_string(copy, len, safe);
	return true;
}

bool to_text(struct run *r, struct jv v, struct jv *ret)
{
	size_t mark = text_begin(r);

	if (v.kind == JV_STRING) {
		*ret = v;
		return true;
	}
	return emit_str(r, v) && text_take(r, mark, false, ret);
}

static bool emit_str_escaped(struct run *r, struct jv v)
{
	struct jv text;

	return to_text(r, v, &text) && emit_escaped(r, text.u.text, text.len);
}

bool emit_markup(struct run *r, struct jv v)
{
	if (v.kind == JV_STRING)
		return v.safe ? emit_text(r, v)
			      : emit_escaped(r, v.u.text, v.len);
	if (v.kind == JV_INT)
		return emit_int(r, v.u.integer);
	if (v.kind == JV_MODULE)
		return emit_str(r, v);
	return emit_str_escaped(r, v);
}

bool emit_value(struct run *r, struct jv v)
{
	if (r->autoescape)
		return emit_markup(r, v);
	if (v.kind == JV_STRING)
		return emit_text(r, v);
	return v.kind == JV_INT ? emit_int(r, v.u.integer) : emit_str(r, v);
}
