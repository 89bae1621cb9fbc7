/* Built-in filters on text. */
#include "jinja/filters.h"

#include "jinja/case_map.h"
#include "jinja/text.h"
#include "jinja/utf8.h"

#include <math.h>

static bool filter_escape(struct run *r, const struct call *c, struct jv *ret)
{
	size_t mark = text_begin(r);

	if (c->args[0].kind == JV_STRING && c->args[0].safe) {
		*ret = c->args[0];
		return true;
	}
	return emit_markup(r, c->args[0]) && text_take(r, mark, true, ret);
}

static bool filter_forceescape(
    struct run *r, const struct call *c, struct jv *ret)
{
	size_t mark = text_begin(r);
	struct jv v;

	return to_text(r, c->args[0], &v) && emit_escaped(r, v.u.text, v.len) &&
	       text_take(r, mark, true, ret);
}

static bool filter_safe(struct run *r, const struct call *c, struct jv *ret)
{
	if (!to_text(r, c->args[0], ret))
		return false;
	ret->safe = true;
	return true;
}

/* soft_str(): markup stays markup. */
static bool filter_string(struct run *r, const struct call *c, struct jv *ret)
{
	return to_text(r, c->args[0], ret);
}

static bool filter_replace(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s = c->args[0], old, new;
	struct jv all[4];
	struct call inner = { .def = c->def, .args = all, .n = 4 };
	bool escape = r->autoescape &&
		      ((c->args[1].kind == JV_STRING && c->args[1].safe) ||
			  (c->args[2].kind == JV_STRING && c->args[2].safe &&
			      !(s.kind == JV_STRING && s.safe)));
	struct call one = { .args = &s, .n = 1 };

	if (!to_text(r, c->args[1], &old) || !to_text(r, c->args[2], &new))
		return false;
	if (escape ? !filter_escape(r, &one, &s) : !to_text(r, s, &s))
		return false;
	if (!r->autoescape)
		s.safe = old.safe = new.safe = false;
	all[0] = s;
	all[1] = old;
	all[2] = new;
	all[3] = arg_given(c, 3) && c->args[3].kind == JV_NONE
		     ? jv_make(JV_MISSING)
		     : c->args[3];
	return text_replace(r, &inner, ret);
}

static bool filter_trim(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v, chars = jv_none();

	if (!to_text(r, c->args[0], &v))
		return false;
	if (arg_given(c, 1) && c->args[1].kind != JV_NONE &&
	    !arg_text(r, c, 1, "", &chars))
		return false;
	*ret = text_strip(v, chars, STRIP_BOTH);
	return true;
}

static bool filter_indent(struct run *r, const struct call *c, struct jv *ret)
{
	size_t mark = text_begin(r), at = 0, line, sep;
	struct jv s, width = jv_string("    ", 4, false);
	bool first, blank, start = true;

	if (!arg_text(r, c, 0, "", &s) || !arg_bool(r, c, 2, false, &first) ||
	    !arg_bool(r, c, 3, false, &blank))
		return false;
	if (arg_given(c, 1) && !text_indention(r, c, 1, s.safe, &width))
		return false;
	for (; start || at < s.len; at += line + sep, start = false) {
		text_line(s.u.text + at, s.len - at, &line, &sep);
		if (!start && !emit_char(r, '\n'))
			return false;
		if ((start ? first : blank || line > 0) && !emit_text(r, width))
			return false;
		if (!run_step(r) || !emit(r, s.u.text + at, line))
			return false;
	}
	/* Jinja2 appends a newline before it splits: one at the end that
	 * would close the last line is kept */
	if (s.len && sep && !emit_char(r, '\n'))
		return false;
	if (s.len && sep && blank && !emit_text(r, width))
		return false;
	return text_take(r, mark, s.safe, ret);
}

static bool filter_truncate(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv s, end, cut;
	int64_t length, leeway, keep;
	bool kill;
	size_t n;
	const char *space;

	if (!value_length(r, c->args[0], &n) ||
	    !arg_int(r, c, 1, 255, &length) ||
	    !arg_bool(r, c, 2, false, &kill) || !arg_text(r, c, 3, "...", &end))
		return false;
	if (arg_given(c, 4) && c->args[4].kind == JV_NONE)
		leeway = 5;
	else if (!arg_int(r, c, 4, 5, &leeway))
		return false;
	keep = length - (int64_t)utf8_count(end.u.text, end.len);
	if (keep < 0 || leeway < 0)
		return run_fail(
		    r, ERR_INVALID, "truncate: the length is too small");
	*ret = c->args[0];
	if ((int64_t)n <= length + leeway)
		return true;
	if (!arg_text(r, c, 0, "", &s))
		return false;
	n = utf8_offset(s.u.text, s.len, (size_t)keep);
	space = kill ? NULL : memrchr(s.u.text, ' ', n);
	cut =
	    jv_string(s.u.text, space ? (size_t)(space - s.u.text) : n, s.safe);
	return value_binary(r, X_ADD, cut, end, ret);
}

static bool is_word(uint32_t c)
{
	return c == '_' || (c >= '0' && c <= '9') || case_is_alpha(c);
}

static bool filter_wordcount(
    struct run *r, const struct call *c, struct jv *ret)
{
	bool inside = false;
	int64_t words = 0;
	struct jv v;
	size_t step;

	if (!to_text(r, c->args[0], &v) || !run_charge(r, v.len / 32))
		return false;
	for (size_t i = 0; i < v.len; i += step) {
		bool word =
		    is_word(utf8_decode(v.u.text + i, v.len - i, &step));

		words += word && !inside;
		inside = word;
	}
	*ret = jv_int(words);
	return true;
}

static bool filter_center(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v;
	int64_t width;

	if (!to_text(r, c->args[0], &v) || !arg_int(r, c, 1, 80, &width))
		return false;
	return text_pad(r, v, width, PAD_CENTER, jv_text(" "), ret);
}

/* Without comments and tags, runs of white space as one blank, and the
 * entities that the engine writes decoded. */
static bool filter_striptags(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v;
	size_t mark;

	if (!to_text(r, c->args[0], &v))
		return false;
	mark = text_begin(r);
	if (!text_strip_markup(r, v, "<!--", "-->") ||
	    !text_take(r, mark, false, &v) ||
	    !text_strip_markup(r, v, "<", ">") ||
	    !text_take(r, mark, false, &v))
		return false;
	return text_squeeze_unescape(r, v) && text_take(r, mark, false, ret);
}

static bool emit_quoted(struct run *r, struct jv v, bool query)
{
	static const char hex[] = "0123456789ABCDEF";
	struct jv text;

	if (!to_text(r, v, &text))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char b = (unsigned char)text.u.text[i];
		char coded[3] = { '%', hex[b >> 4], hex[b & 15] };
		bool plain = (b >= '0' && b <= '9') ||
			     ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') ||
			     (b && strchr("_.-~", b)) || (b == '/' && !query);

		if (plain		? !emit_char(r, (char)b)
		    : b == ' ' && query ? !emit_char(r, '+')
					: !emit(r, coded, 3))
			return false;
	}
	return true;
}

static bool emit_query_pair(
    struct run *r, struct jv key, struct jv value, bool first)
{
	return (first || emit_char(r, '&')) && emit_quoted(r, key, true) &&
	       emit_char(r, '=') && emit_quoted(r, value, true);
}

static bool emit_query_item(struct run *r, struct jv item, bool first)
{
	struct jv_list *pair;

	if (!value_to_list(r, item, &pair))
		return false;
	if (pair->n != 2)
		return run_fail(r, ERR_INVALID,
		    "urlencode: pairs of key and value are needed");
	return emit_query_pair(r, pair->items[0], pair->items[1], first);
}

static bool filter_urlencode(
    struct run *r, const struct call *c, struct jv *ret)
{
	size_t mark = text_begin(r);
	struct jv v = c->args[0], item;
	struct iter it;
	bool first = true;

	if (v.kind == JV_STRING || !iter_is_possible(v))
		return emit_quoted(r, v, false) &&
		       text_take(r, mark, false, ret);
	if (!iter_begin(r, v, &it))
		return false;
	for (; iter_next(r, &it, &item); first = false) {
		if (v.kind == JV_DICT) {
			struct jv value = v.u.dict->entries[it.at - 1].value;

			if (!emit_query_pair(r, item, value, first))
				return false;
		} else if (!emit_query_item(r, item, first)) {
			return false;
		}
	}
	return !r->failed && text_take(r, mark, false, ret);
}

static bool filter_format(struct run *r, const struct call *c, struct jv *ret)
{
	struct call rest = *c;
	struct jv format;

	if (c->n > 1 && c->n_kw)
		return run_fail(r, ERR_INVALID,
		    "format: positional and keyword arguments cannot be "
		    "mixed");
	rest.args++;
	rest.n--;
	return to_text(r, c->args[0], &format) &&
	       text_percent(r, format, &rest, ret);
}

static bool filter_upper(struct run *r, const struct call *c, struct jv *ret)
{
	size_t mark;
	struct jv v;

	if (!to_text(r, c->args[0], &v))
		return false;
	mark = text_begin(r);
	return emit_upper(r, v.u.text, v.len) &&
	       text_take(r, mark, v.safe, ret);
}

static bool filter_lower(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v;

	return to_text(r, c->args[0], &v) && value_lower(r, v, ret);
}

static bool emit_capitalised(struct run *r, const char *p, size_t len)
{
	size_t first = len ? utf8_step(p, len) : 0;

	return emit_upper(r, p, first) && emit_lower(r, p + first, len - first);
}

static bool filter_capitalize(
    struct run *r, const struct call *c, struct jv *ret)
{
	size_t mark;
	struct jv v;

	if (!to_text(r, c->args[0], &v))
		return false;
	mark = text_begin(r);
	return emit_capitalised(r, v.u.text, v.len) &&
	       text_take(r, mark, v.safe, ret);
}

static bool filter_title(struct run *r, const struct call *c, struct jv *ret)
{
	size_t mark, from = 0, i = 0, n;
	struct jv v;

	if (!to_text(r, c->args[0], &v))
		return false;
	mark = text_begin(r);
	while (i <= v.len) {
		bool end = i == v.len;

		n = end ? 1 : utf8_space(v.u.text + i, v.len - i);
		if (!n && !end && memchr("-({[<", v.u.text[i], 5))
			n = 1;
		if (!n) {
			i += utf8_step(v.u.text + i, v.len - i);
			continue;
		}
		if (!emit_capitalised(r, v.u.text + from, i - from))
			return false;
		if (!end && !emit(r, v.u.text + i, n))
			return false;
		i += n;
		from = i;
	}
	return text_take(r, mark, false, ret);
}

static const struct native text_table[] = {
	{ "e", filter_escape, "s", 1, 1, 0, NULL, NULL },
	{ "escape", filter_escape, "s", 1, 1, 0, NULL, NULL },
	{ "forceescape", filter_forceescape, "value", 1, 1, 0, NULL, NULL },
	{ "safe", filter_safe, "value", 1, 1, 0, NULL, NULL },
	{ "string", filter_string, "s", 1, 1, 0, NULL, NULL },
	{ "replace", filter_replace, "s old new count", 3, 4, 0, NULL, NULL },
	{ "trim", filter_trim, "value chars", 1, 2, 0, NULL, NULL },
	{ "indent", filter_indent, "s width first blank", 1, 4, 0, NULL, NULL },
	{ "truncate", filter_truncate, "s length killwords end leeway", 1, 5, 0,
	    NULL, NULL },
	{ "wordcount", filter_wordcount, "s", 1, 1, 0, NULL, NULL },
	{ "center", filter_center, "value width", 1, 2, 0, NULL, NULL },
	{ "striptags", filter_striptags, "value", 1, 1, 0, NULL, NULL },
	{ "urlencode", filter_urlencode, "value", 1, 1, 0, NULL, NULL },
	{ "format", filter_format, NULL, 1, 0, NATIVE_VARIADIC, NULL, NULL },
};
const struct native_table text_filters = NATIVE_TABLE(text_table);

static const struct native case_table[] = {
	{ "upper", filter_upper, "s", 1, 1, 0, NULL, NULL },
	{ "lower", filter_lower, "s", 1, 1, 0, NULL, NULL },
	{ "capitalize", filter_capitalize, "s", 1, 1, 0, NULL, NULL },
	{ "title", filter_title, "s", 1, 1, 0, NULL, NULL },
};
const struct native_table case_filters = NATIVE_TABLE(case_table);
