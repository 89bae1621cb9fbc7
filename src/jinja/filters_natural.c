/* natural_sort: numbers within text compare as numbers, case does not count. */
#include "jinja/filters.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && is_digit(p[n]))
		n++;
	return n;
}

/* Text and numbers in turn, beginning with text, as a tuple. */
static bool natural_key(struct run *r, struct jv v, struct jv *ret)
{
	struct jv_list *parts = list_make(r, 4);
	struct jv text;

	if (!parts || !to_text(r, v, &text) || !value_lower(r, text, &text))
		return false;
	for (size_t at = 0; at <= text.len;) {
		size_t n = 0, d;
		int64_t number = 0;

		while (at + n < text.len && !is_digit(text.u.text[at + n]))
			n++;
		if (!list_add(r, parts, jv_string(text.u.text + at, n, false)))
			return false;
		at += n;
		d = digits(text.u.text + at, text.len - at);
		if (d == 0)
			break;
		for (size_t i = 0; i < d; i++)
			if (__builtin_mul_overflow(
				number, (int64_t)10, &number) ||
			    __builtin_add_overflow(number,
				(int64_t)(text.u.text[at + i] - '0'), &number))
				number = INT64_MAX;
		if (!list_add(r, parts, jv_int(number)))
			return false;
		at += d;
	}
	*ret = tuple_value(parts);
	return true;
}

static bool filter_natural_sort(
    struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *items, *keys;
	struct jv key, attribute = arg_given(c, 1) ? c->args[1] : jv_none();
	bool reverse;

	if (!arg_bool(r, c, 2, false, &reverse) ||
	    !value_to_list(r, c->args[0], &items))
		return false;
	keys = list_make(r, items->n);
	for (uint32_t i = 0; keys && i < items->n; i++)
		if (!run_step(r) ||
		    !value_path(r, items->items[i], attribute, &key) ||
		    !natural_key(r, key, &key) || !list_add(r, keys, key))
			return false;
	*ret = list_value(items);
	return keys && sort_by_keys(r, items, keys, reverse ? SORT_REVERSE : 0);
}

static const struct native table[] = {
	{ "natural_sort", filter_natural_sort, "value attribute reverse", 1, 3,
	    0, NULL, NULL },
};
const struct native_table natural_filters = NATIVE_TABLE(table);
