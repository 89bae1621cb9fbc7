/* Ansible's filters and tests on regular expressions. */
#include "jinja/filters.h"

#include "jinja/regex.h"
#include "jinja/utf8.h"

static bool pattern_flags(
    struct run *r, struct jv ignorecase, struct jv multiline, unsigned *ret)
{
	bool on;

	*ret = 0;
	if (ignorecase.kind != JV_MISSING) {
		if (!value_truth(r, ignorecase, &on))
			return false;
		*ret |= on ? REGEX_IGNORECASE : 0;
	}
	if (multiline.kind != JV_MISSING) {
		if (!value_truth(r, multiline, &on))
			return false;
		*ret |= on ? REGEX_MULTILINE : 0;
	}
	return true;
}

static struct jv optional(const struct call *c, size_t i)
{
	return arg_given(c, i) ? c->args[i] : jv_make(JV_MISSING);
}

static struct jv group_text(
    const struct regex *x, struct jv text, unsigned group)
{
	size_t from, to;

	if (!regex_group(x, group, &from, &to))
		return jv_text("");
	return jv_string(text.u.text + from, to - from, false);
}

/* \1, \12, \g<1>, \g<name>: the group, and the bytes after the backslash;
 * -1: no reference, -2: an unknown one. */
static int reference(
    const struct regex *x, const char *p, size_t len, size_t *ret_len)
{
	const char *close;
	int n = 0;

	if (len && p[0] >= '1' && p[0] <= '9') {
		*ret_len = 1;
		n = p[0] - '0';
		if (len > 1 && p[1] >= '0' && p[1] <= '9') {
			n = n * 10 + (p[1] - '0');
			*ret_len = 2;
		}
		return n > (int)regex_groups(x) ? -2 : n;
	}
	if (len < 3 || p[0] != 'g' || p[1] != '<')
		return -1;
	close = memchr(p, '>', len);
	if (!close || close == p + 2)
		return -2;
	*ret_len = (size_t)(close - p) + 1;
	if (p[2] < '0' || p[2] > '9') {
		n = regex_group_number(x, p + 2, (size_t)(close - p) - 2);
		return n < 0 ? -2 : n;
	}
	for (const char *q = p + 2; q < close; q++) {
		if (*q < '0' || *q > '9' || n > 999)
			return -2;
		n = n * 10 + (*q - '0');
	}
	return n > (int)regex_groups(x) ? -2 : n;
}

static bool emit_escape(struct run *r, char c)
{
	static const char names[] = "nrtabfv\\", values[] = "\n\r\t\a\b\f\v\\";
	const char *at = strchr(names, c);

	if (at)
		return emit_char(r, values[at - names]);
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return run_fail(r, ERR_INVALID, "bad escape \\%c", c);
	return emit_char(r, '\\') && emit_char(r, c);
}

static bool emit_replacement(
    struct run *r, const struct regex *x, struct jv text, struct jv with)
{
	size_t taken = 0;

	for (size_t i = 0; i < with.len; i++) {
		const char *p = with.u.text + i;
		int group;

		if (*p != '\\' || i + 1 >= with.len) {
			if (!emit_char(r, *p))
				return false;
			continue;
		}
		group = reference(x, p + 1, with.len - i - 1, &taken);
		if (group == -2)
			return run_fail(r, ERR_INVALID,
			    "invalid group reference in the replacement");
		if (group < 0) {
			if (!emit_escape(r, p[1]))
				return false;
			i++;
			continue;
		}
		if (!emit_text(r, group_text(x, text, (unsigned)group)))
			return false;
		i += taken;
	}
	return true;
}

static bool replace_all(struct run *r, struct regex *x, struct jv text,
    struct jv with, int64_t count)
{
	size_t at = 0, copied = 0, from = 0, to = 0;
	bool found;

	for (int64_t n = 0; (count == 0 || n < count) && at <= text.len; n++) {
		if (!run_step(r) || !regex_match(r, x, text, at, &found))
			return false;
		if (!found)
			break;
		regex_group(x, 0, &from, &to);
		if (!emit(r, text.u.text + copied, from - copied) ||
		    !emit_replacement(r, x, text, with))
			return false;
		copied = to;
		at = to;
		if (to == from) /* an empty match: go on behind one character */
			at += to < text.len
				  ? utf8_step(text.u.text + to, text.len - to)
				  : 1;
	}
	return emit(r, text.u.text + copied, text.len - copied);
}

static bool filter_regex_replace(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv text, pattern, with;
	struct regex *x;
	unsigned flags;
	int64_t count;
	size_t mark;

	if (!to_text(r, c->args[0], &text) ||
	    !arg_text(r, c, 1, "", &pattern) || !arg_text(r, c, 2, "", &with) ||
	    !pattern_flags(r, optional(c, 3), optional(c, 4), &flags) ||
	    !arg_int(r, c, 5, 0, &count))
		return false;
	x = regex_get(r, pattern, flags);
	if (!x)
		return false;
	mark = text_begin(r);
	return replace_all(r, x, text, with, count) &&
	       text_take(r, mark, false, ret);
}

/* A \g<…> or \N argument of regex_search. */
static bool search_group(struct run *r, const struct regex *x, struct jv arg,
    struct jv text, struct jv *ret)
{
	size_t taken, from, to;
	int group = -2;

	if (arg.kind == JV_STRING && arg.len > 1 && arg.u.text[0] == '\\')
		group = reference(x, arg.u.text + 1, arg.len - 1, &taken);
	if (group < 0)
		return run_fail(
		    r, ERR_INVALID, "regex_search: unknown argument");
	*ret = regex_group(x, (unsigned)group, &from, &to)
		   ? group_text(x, text, (unsigned)group)
		   : jv_none();
	return true;
}

static bool filter_regex_search(
    struct run *r, const struct call *c, struct jv *ret)
{
	const struct jv *ignorecase = call_keyword(c, "ignorecase");
	const struct jv *multiline = call_keyword(c, "multiline");
	struct jv missing = jv_make(JV_MISSING), text, pattern, group;
	struct jv_list *groups = list_make(r, 0);
	struct regex *x;
	unsigned flags;
	bool found;

	if (c->n < 2)
		return run_fail(
		    r, ERR_INVALID, "regex_search: the pattern is missing");
	if (!groups || !to_text(r, c->args[0], &text) ||
	    !arg_text(r, c, 1, "", &pattern) ||
	    !pattern_flags(r, ignorecase ? *ignorecase : missing,
		multiline ? *multiline : missing, &flags))
		return false;
	x = regex_get(r, pattern, flags);
	if (!x || !regex_match(r, x, text, 0, &found))
		return false;
	*ret = found && c->n == 2 ? group_text(x, text, 0) : jv_none();
	if (!found || c->n == 2)
		return true;
	for (size_t i = 2; i < c->n; i++)
		if (!search_group(r, x, c->args[i], text, &group) ||
		    !list_add(r, groups, group))
			return false;
	*ret = list_value(groups);
	return true;
}

static bool found_item(
    struct run *r, const struct regex *x, struct jv text, struct jv *ret)
{
	struct jv_list *all;

	if (regex_groups(x) < 2) {
		*ret = group_text(x, text, regex_groups(x));
		return true;
	}
	all = list_make(r, regex_groups(x));
	for (unsigned i = 1; all && i <= regex_groups(x); i++)
		if (!list_add(r, all, group_text(x, text, i)))
			return false;
	*ret = tuple_value(all);
	return all != NULL;
}

static bool filter_regex_findall(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *out = list_make(r, 0);
	struct jv text, pattern, item;
	size_t at = 0, from = 0, to = 0;
	struct regex *x;
	unsigned flags;
	bool found = true;

	if (!out || !to_text(r, c->args[0], &text) ||
	    !arg_text(r, c, 1, "", &pattern) ||
	    !pattern_flags(r, optional(c, 3), optional(c, 2), &flags))
		return false;
	x = regex_get(r, pattern, flags);
	while (x && found && at <= text.len) {
		if (!run_step(r) || !regex_match(r, x, text, at, &found))
			return false;
		if (!found)
			break;
		regex_group(x, 0, &from, &to);
		if (!found_item(r, x, text, &item) || !list_add(r, out, item))
			return false;
		at = to > from ? to : to + 1;
		while (at < text.len &&
		       ((unsigned char)text.u.text[at] & 0xc0) == 0x80)
			at++;
	}
	*ret = list_value(out);
	return x != NULL;
}

static bool filter_regex_escape(
    struct run *r, const struct call *c, struct jv *ret)
{
	static const char special[] = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";
	struct jv text;
	size_t mark;

	if (!to_text(r, c->args[0], &text))
		return false;
	mark = text_begin(r);
	for (size_t i = 0; i < text.len; i++) {
		char b = text.u.text[i];

		if ((b && strchr(special, b) && !emit_char(r, '\\')) ||
		    !emit_char(r, b))
			return false;
	}
	return text_take(r, mark, false, ret);
}

static bool regex_test(
    struct run *r, const struct call *c, unsigned anchored, struct jv *ret)
{
	struct jv text, pattern;
	struct regex *x;
	unsigned flags;
	bool found;

	if (!to_text(r, c->args[0], &text) ||
	    !arg_text(r, c, 1, "", &pattern) ||
	    !pattern_flags(r, optional(c, 2), optional(c, 3), &flags))
		return false;
	x = regex_get(r, pattern, flags | anchored);
	if (!x || !regex_match(r, x, text, 0, &found))
		return false;
	*ret = jv_bool(found);
	return true;
}

static bool test_match(struct run *r, const struct call *c, struct jv *ret)
{
	return regex_test(r, c, REGEX_ANCHORED, ret);
}

static bool test_search(struct run *r, const struct call *c, struct jv *ret)
{
	return regex_test(r, c, 0, ret);
}

static const struct native table[] = {
	{ "regex_replace", filter_regex_replace,
	    "value pattern replacement ignorecase multiline count", 1, 6, 0,
	    NULL, NULL },
	{ "regex_search", filter_regex_search, NULL, 1, 0, NATIVE_VARIADIC,
	    NULL, NULL },
	{ "regex_findall", filter_regex_findall,
	    "value regex multiline ignorecase", 2, 4, 0, NULL, NULL },
	{ "regex_escape", filter_regex_escape, "string", 1, 1, 0, NULL, NULL },
};
const struct native_table regex_filters = NATIVE_TABLE(table);

static const struct native tests[] = {
	{ "match", test_match, "value pattern ignorecase multiline", 2, 4, 0,
	    NULL, NULL },
	{ "search", test_search, "value pattern ignorecase multiline", 2, 4, 0,
	    NULL, NULL },
	{ "regex", test_search, "value pattern ignorecase multiline", 2, 4, 0,
	    NULL, NULL },
};
const struct native_table regex_tests = NATIVE_TABLE(tests);
