/* Methods of str. */
#include "jinja/filters.h"
#include "jinja/methods.h"

#include "jinja/case_map.h"
#include "jinja/str_format.h"
#include "jinja/str_split.h"
#include "jinja/text.h"
#include "jinja/utf8.h"

static bool strip(
    struct run *r, const struct call *c, enum strip_side side, struct jv *ret)
{
	struct jv chars = jv_none();

	if (arg_given(c, 1) && c->args[1].kind != JV_NONE &&
	    !arg_text(r, c, 1, "", &chars))
		return false;
	*ret = text_strip(c->args[0], chars, side);
	return true;
}

static bool str_strip(struct run *r, const struct call *c, struct jv *ret)
{
	return strip(r, c, STRIP_BOTH, ret);
}

static bool str_lstrip(struct run *r, const struct call *c, struct jv *ret)
{
	return strip(r, c, STRIP_LEFT, ret);
}

static bool str_rstrip(struct run *r, const struct call *c, struct jv *ret)
{
	return strip(r, c, STRIP_RIGHT, ret);
}

static bool has_affix(struct jv s, struct jv affix, bool at_end)
{
	const char *at;

	if (affix.kind != JV_STRING || affix.len > s.len)
		return false;
	at = at_end ? s.u.text + s.len - affix.len : s.u.text;
	return memcmp(at, affix.u.text, affix.len) == 0;
}

/* A string or a tuple of them; optional bounds as in a slice. */
static bool affix(
    struct run *r, const struct call *c, bool at_end, struct jv *ret)
{
	struct jv s = c->args[0],
		  bounds[3] = { jv_none(), jv_none(), jv_none() };
	struct jv v = c->args[1];
	bool found = false;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind != JV_STRING && v.kind != JV_TUPLE)
		return run_fail(r, ERR_INVALID,
		    "%s: the argument must be a string or a tuple of strings",
		    c->def->name);
	if (arg_given(c, 2)) {
		bounds[0] = c->args[2];
		if (arg_given(c, 3))
			bounds[1] = c->args[3];
		if (!value_slice(r, s, bounds, &s))
			return false;
	}
	if (v.kind == JV_STRING)
		found = has_affix(s, v, at_end);
	else
		for (uint32_t i = 0; i < v.u.list->n; i++)
			found =
			    found || has_affix(s, v.u.list->items[i], at_end);
	*ret = jv_bool(found);
	return true;
}

static bool str_startswith(struct run *r, const struct call *c, struct jv *ret)
{
	return affix(r, c, false, ret);
}

static bool str_endswith(struct run *r, const struct call *c, struct jv *ret)
{
	return affix(r, c, true, ret);
}

static bool str_removeprefix(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0], p;

	if (!arg_text(r, c, 1, "", &p))
		return false;
	*ret = has_affix(s, p, false) ? text_part(s, p.len, s.len) : s;
	return true;
}

static bool str_removesuffix(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0], p;

	if (!arg_text(r, c, 1, "", &p))
		return false;
	*ret = has_affix(s, p, true) ? text_part(s, 0, s.len - p.len) : s;
	return true;
}

static bool str_replace(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v;

	for (size_t i = 1; i < 3; i++)
		if (!arg_text(r, c, i, "", &v))
			return false;
	return text_replace(r, c, ret);
}

static bool str_join(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0], item;
	size_t mark = text_begin(r);
	struct iter it;
	bool first = true;

	if (!iter_begin(r, c->args[1], &it))
		return false;
	for (; iter_next(r, &it, &item); first = false) {
		if (item.kind != JV_STRING)
			return item.kind == JV_UNDEFINED
				   ? run_undefined(r, item)
				   : run_fail(r, ERR_INVALID,
					 "join: a string is needed, not %s",
					 kind_name(item.kind));
		if ((!first && !emit_text(r, s)) ||
		    !(s.safe ? emit_markup(r, item) : emit_text(r, item)) ||
		    !run_step(r))
			return false;
	}
	return !r->failed && text_take(r, mark, s.safe, ret);
}

static bool find_text(
    struct run *r, const struct call *c, bool last, int64_t *ret)
{
	struct jv s = c->args[0], sub,
		  bounds[3] = { jv_none(), jv_none(), jv_none() };
	const char *hit, *base = s.u.text;

	if (!arg_text(r, c, 1, "", &sub) || !run_charge(r, s.len / 8))
		return false;
	for (size_t i = 2; i < 4 && arg_given(c, i); i++)
		bounds[i - 2] = c->args[i];
	if (!value_slice(r, s, bounds, &s))
		return false;
	hit = last ? text_last_hit(s, s.len, sub)
		   : memmem(s.u.text, s.len, sub.u.text, sub.len);
	*ret = hit ? (int64_t)utf8_count(base, (size_t)(hit - base)) : -1;
	return true;
}

static bool str_find(struct run *r, const struct call *c, struct jv *ret)
{
	int64_t at;

	if (!find_text(r, c, false, &at))
		return false;
	*ret = jv_int(at);
	return true;
}

static bool str_rfind(struct run *r, const struct call *c, struct jv *ret)
{
	int64_t at;

	if (!find_text(r, c, true, &at))
		return false;
	*ret = jv_int(at);
	return true;
}

static bool str_index(struct run *r, const struct call *c, struct jv *ret)
{
	int64_t at;

	if (!find_text(r, c, strcmp(c->def->name, "rindex") == 0, &at))
		return false;
	if (at < 0)
		return run_fail(
		    r, ERR_INVALID, "%s: substring not found", c->def->name);
	*ret = jv_int(at);
	return true;
}

static bool str_count(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0], sub;
	const char *p = s.u.text, *end = p + s.len;
	int64_t n = 0;

	if (!arg_text(r, c, 1, "", &sub) || !run_charge(r, s.len / 8))
		return false;
	if (sub.len == 0) {
		*ret = jv_int((int64_t)utf8_count(s.u.text, s.len) + 1);
		return true;
	}
	while ((p = memmem(p, (size_t)(end - p), sub.u.text, sub.len))) {
		p += sub.len;
		n++;
	}
	*ret = jv_int(n);
	return true;
}

/* The filters of the same name do the same. */
static bool by_filter(struct run *r, const struct call *c, struct jv *ret)
{
	const struct native *f = env_find_filter(r->env, c->def->name);

	return f && f->fn(r, c, ret);
}

static bool str_title(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0];
	size_t mark = text_begin(r), n;
	bool inside = false;

	for (size_t i = 0; i < s.len; i += n) {
		uint32_t code = utf8_decode(s.u.text + i, s.len - i, &n);
		bool cased = case_is_upper(code) || case_is_lower(code);

		if (!(cased && inside ? emit_lower(r, s.u.text + i, n)
			: cased	      ? emit_upper(r, s.u.text + i, n)
				      : emit(r, s.u.text + i, n)))
			return false;
		inside = cased;
	}
	return text_take(r, mark, s.safe, ret);
}

static bool str_swapcase(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0];
	size_t mark = text_begin(r), n;

	for (size_t i = 0; i < s.len; i += n) {
		uint32_t code = utf8_decode(s.u.text + i, s.len - i, &n);

		if (!(case_is_upper(code) ? emit_lower(r, s.u.text + i, n)
					  : emit_upper(r, s.u.text + i, n)))
			return false;
	}
	return text_take(r, mark, s.safe, ret);
}

static bool str_casefold(struct run *r, const struct call *c, struct jv *ret)
{
	return value_lower(r, c->args[0], ret);
}

static bool pad(
    struct run *r, const struct call *c, enum pad_side side, struct jv *ret)
{
	struct jv fill;
	int64_t width;

	if (!arg_int(r, c, 1, 0, &width) || !arg_text(r, c, 2, " ", &fill))
		return false;
	if (utf8_count(fill.u.text, fill.len) != 1)
		return run_fail(r, ERR_INVALID,
		    "the fill character must be exactly one character");
	return text_pad(r, c->args[0], width, side, fill, ret);
}

static bool str_ljust(struct run *r, const struct call *c, struct jv *ret)
{
	return pad(r, c, PAD_RIGHT, ret);
}

static bool str_rjust(struct run *r, const struct call *c, struct jv *ret)
{
	return pad(r, c, PAD_LEFT, ret);
}

static bool str_center(struct run *r, const struct call *c, struct jv *ret)
{
	return pad(r, c, PAD_CENTER, ret);
}

static bool str_zfill(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0], rest = s;
	size_t mark;
	int64_t width;
	bool sign = s.len && (s.u.text[0] == '-' || s.u.text[0] == '+');

	if (!arg_int(r, c, 1, 0, &width))
		return false;
	if (!sign)
		return text_pad(r, s, width, PAD_LEFT, jv_text("0"), ret);
	rest = text_part(s, 1, s.len);
	if (!text_pad(r, rest, width - 1, PAD_LEFT, jv_text("0"), &rest))
		return false;
	mark = text_begin(r);
	return emit(r, s.u.text, 1) && emit_text(r, rest) &&
	       text_take(r, mark, s.safe, ret);
}

enum char_class { CLASS_DIGIT, CLASS_ALPHA, CLASS_ALNUM, CLASS_SPACE };

static bool has_class(
    enum char_class class, const char *p, size_t len, uint32_t code)
{
	bool digit = code >= '0' && code <= '9';
	bool alpha = case_is_alpha(code);

	switch (class) {
	case CLASS_DIGIT:
		return digit;
	case CLASS_ALPHA:
		return alpha;
	case CLASS_ALNUM:
		return digit || alpha;
	case CLASS_SPACE:
		return utf8_space(p, len) > 0;
	}
	return false;
}

static bool all_of(const struct call *c, enum char_class class, struct jv *ret)
{
	struct jv s = c->args[0];
	bool all = s.len > 0;
	size_t n;

	for (size_t i = 0; all && i < s.len; i += n) {
		uint32_t code = utf8_decode(s.u.text + i, s.len - i, &n);

		all = has_class(class, s.u.text + i, s.len - i, code);
	}
	*ret = jv_bool(all);
	return true;
}

static bool str_isdigit(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return all_of(c, CLASS_DIGIT, ret);
}

static bool str_isalpha(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return all_of(c, CLASS_ALPHA, ret);
}

static bool str_isalnum(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return all_of(c, CLASS_ALNUM, ret);
}

static bool str_isspace(struct run *r, const struct call *c, struct jv *ret)
{
	(void)r;
	return all_of(c, CLASS_SPACE, ret);
}

static bool str_iscase(struct run *r, const struct call *c, struct jv *ret)
{
	const char *name =
	    strcmp(c->def->name, "isupper") == 0 ? "upper" : "lower";
	const struct native *t = env_find_test(r->env, name);

	return t && t->fn(r, c, ret);
}

static const struct native table[] = {
	{ "split", str_split, "self sep maxsplit", 1, 3, 0, NULL, NULL },
	{ "rsplit", str_rsplit, "self sep maxsplit", 1, 3, 0, NULL, NULL },
	{ "splitlines", str_splitlines, "self keepends", 1, 2, 0, NULL, NULL },
	{ "strip", str_strip, "self", 1, 2, 0, NULL, NULL },
	{ "lstrip", str_lstrip, "self", 1, 2, 0, NULL, NULL },
	{ "rstrip", str_rstrip, "self", 1, 2, 0, NULL, NULL },
	{ "startswith", str_startswith, "self", 2, 4, 0, NULL, NULL },
	{ "endswith", str_endswith, "self", 2, 4, 0, NULL, NULL },
	{ "removeprefix", str_removeprefix, "self", 2, 2, 0, NULL, NULL },
	{ "removesuffix", str_removesuffix, "self", 2, 2, 0, NULL, NULL },
	{ "replace", str_replace, "self", 3, 4, 0, NULL, NULL },
	{ "join", str_join, "self", 2, 2, 0, NULL, NULL },
	{ "find", str_find, "self", 2, 4, 0, NULL, NULL },
	{ "rfind", str_rfind, "self", 2, 4, 0, NULL, NULL },
	{ "index", str_index, "self", 2, 4, 0, NULL, NULL },
	{ "rindex", str_index, "self", 2, 4, 0, NULL, NULL },
	{ "count", str_count, "self", 2, 2, 0, NULL, NULL },
	{ "upper", by_filter, "self", 1, 1, 0, NULL, NULL },
	{ "lower", by_filter, "self", 1, 1, 0, NULL, NULL },
	{ "casefold", str_casefold, "self", 1, 1, 0, NULL, NULL },
	{ "capitalize", by_filter, "self", 1, 1, 0, NULL, NULL },
	{ "title", str_title, "self", 1, 1, 0, NULL, NULL },
	{ "swapcase", str_swapcase, "self", 1, 1, 0, NULL, NULL },
	{ "ljust", str_ljust, "self", 2, 3, 0, NULL, NULL },
	{ "rjust", str_rjust, "self", 2, 3, 0, NULL, NULL },
	{ "center", str_center, "self", 2, 3, 0, NULL, NULL },
	{ "zfill", str_zfill, "self", 2, 2, 0, NULL, NULL },
	{ "partition", str_partition, "self", 2, 2, 0, NULL, NULL },
	{ "rpartition", str_partition, "self", 2, 2, 0, NULL, NULL },
	{ "isdigit", str_isdigit, "self", 1, 1, 0, NULL, NULL },
	{ "isdecimal", str_isdigit, "self", 1, 1, 0, NULL, NULL },
	{ "isnumeric", str_isdigit, "self", 1, 1, 0, NULL, NULL },
	{ "isalpha", str_isalpha, "self", 1, 1, 0, NULL, NULL },
	{ "isalnum", str_isalnum, "self", 1, 1, 0, NULL, NULL },
	{ "isspace", str_isspace, "self", 1, 1, 0, NULL, NULL },
	{ "isupper", str_iscase, "self", 1, 1, 0, NULL, NULL },
	{ "islower", str_iscase, "self", 1, 1, 0, NULL, NULL },
	{ "format", str_format, NULL, 1, 0, NATIVE_VARIADIC, NULL, NULL },
};
const struct native_table str_methods = NATIVE_TABLE(table);
