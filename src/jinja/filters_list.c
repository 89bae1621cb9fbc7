/* Built-in filters on sequences and on values of any kind. */
#include "jinja/filters.h"

#include "jinja/text.h"
#include "jinja/utf8.h"

static bool filter_default(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0];
	bool boolean, truth;

	if (!arg_bool(r, c, 2, false, &boolean))
		return false;
	if (v.kind != JV_UNDEFINED && boolean) {
		if (!value_truth(r, v, &truth))
			return false;
		if (!truth)
			v = jv_undefined(NULL);
	}
	if (v.kind == JV_UNDEFINED)
		v = arg_given(c, 1) ? c->args[1] : jv_text("");
	*ret = v;
	return true;
}

static bool filter_length(struct run *r, const struct call *c, struct jv *ret)
{
	size_t n;

	if (!value_length(r, c->args[0], &n))
		return false;
	*ret = jv_int((int64_t)n);
	return true;
}

static bool filter_list(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;

	if (!value_to_list(r, c->args[0], &l))
		return false;
	*ret = list_value(l);
	return true;
}

static bool filter_first(struct run *r, const struct call *c, struct jv *ret)
{
	struct iter it;

	if (!iter_begin(r, c->args[0], &it))
		return false;
	if (!iter_next(r, &it, ret))
		*ret =
		    undefined_hint(r, "no first item, the sequence was empty");
	return !r->failed;
}

static bool filter_last(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = overlay_view(r, c->args[0]);
	struct jv_list *l;

	if (jv_is_generator(v) || !iter_is_possible(v))
		return v.kind == JV_UNDEFINED
			   ? run_undefined(r, v)
			   : run_fail(r, ERR_INVALID, "a %s cannot be reversed",
				 kind_name(v.kind));
	if (jv_is_listlike(v) && v.u.list->n) {
		*ret = overlay_view(r, list_at(v.u.list, v.u.list->n - 1));
		return true;
	}
	if (!value_to_list(r, v, &l))
		return false;
	*ret = l->n ? l->items[l->n - 1]
		    : undefined_hint(r, "no last item, the sequence was empty");
	return true;
}

static bool emit_join_item(struct run *r, struct jv v, bool markup)
{
	return markup ? emit_markup(r, v) : emit_str(r, v);
}

static bool any_safe(const struct jv_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->items[i].kind == JV_STRING && l->items[i].safe)
			return true;
	return false;
}

static bool filter_join(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv d = arg_given(c, 1) ? c->args[1] : jv_text(""), item;
	struct jv_list *l;
	bool markup;
	size_t mark;

	if (!value_to_list(r, c->args[0], &l))
		return false;
	for (uint32_t i = 0; arg_given(c, 2) && i < l->n; i++) {
		if (!value_path(r, l->items[i], c->args[2], &item))
			return false;
		l->items[i] = item;
	}
	if (!to_text(r, d, &d))
		return false;
	mark = text_begin(r);
	markup = r->autoescape && (d.safe || any_safe(l));
	for (uint32_t i = 0; i < l->n; i++)
		if ((i && !emit_join_item(r, d, markup)) ||
		    !emit_join_item(r, l->items[i], markup) || !run_step(r))
			return false;
	return text_take(r, mark, markup, ret);
}

static bool reverse_text(struct run *r, struct jv v, struct jv *ret)
{
	size_t mark = text_begin(r), at = v.len;

	while (at > 0) {
		size_t from = at - 1;

		while (from > 0 && at - from < 4 &&
		       ((unsigned char)v.u.text[from] & 0xc0) == 0x80)
			from--;
		if (utf8_step(v.u.text + from, at - from) != at - from)
			from = at - 1;
		if (!emit(r, v.u.text + from, at - from))
			return false;
		at = from;
	}
	return text_take(r, mark, v.safe, ret);
}

static bool filter_reverse(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l;

	if (c->args[0].kind == JV_STRING)
		return reverse_text(r, c->args[0], ret);
	if (!value_to_list(r, c->args[0], &l))
		return false;
	for (uint32_t i = 0; i < l->n / 2; i++) {
		struct jv swap = l->items[i];

		l->items[i] = l->items[l->n - 1 - i];
		l->items[l->n - 1 - i] = swap;
	}
	/* Python reverses a generator through a list, which it then is */
	*ret = jv_is_generator(c->args[0]) ? list_value(l) : generator_value(l);
	return true;
}

static bool filter_batch(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l, *out = list_make(r, 0), *part = NULL;
	int64_t size;

	if (!out || !arg_int(r, c, 1, 0, &size) ||
	    !value_to_list(r, c->args[0], &l))
		return false;
	for (uint32_t i = 0; i < l->n; i++) {
		if (!part || part->n == size) {
			part = list_make(r, 0);
			if (!part || !list_add(r, out, list_value(part)))
				return false;
		}
		if (!list_add(r, part, l->items[i]))
			return false;
	}
	if (size > (int64_t)r->limits->range_items)
		return run_fail(r, ERR_LIMIT, "batch: the size is too large");
	while (part && arg_given(c, 2) && c->args[2].kind != JV_NONE &&
	       part->n < size)
		if (!run_step(r) || !list_add(r, part, c->args[2]))
			return false;
	*ret = list_value(out);
	return true;
}

static bool filter_slice(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv_list *l, *out = list_make(r, 0);
	int64_t slices, per, extra, at = 0;
	bool fill = arg_given(c, 2) && c->args[2].kind != JV_NONE;

	if (!out || !arg_int(r, c, 1, 0, &slices) ||
	    !value_to_list(r, c->args[0], &l))
		return false;
	if (slices == 0)
		return run_fail(r, ERR_INVALID, "division by zero");
	if (slices > (int64_t)r->limits->range_items)
		return run_fail(r, ERR_LIMIT, "slice: too many slices");
	per = l->n / slices;
	extra = l->n % slices;
	for (int64_t i = 0; i < slices; i++) {
		struct jv_list *part = list_make(r, 0);
		int64_t n = per + (i < extra);

		for (; part && n > 0; n--, at++)
			if (!list_add(r, part, l->items[at]))
				return false;
		if (part && fill && i >= extra &&
		    !list_add(r, part, c->args[2]))
			return false;
		if (!part || !run_step(r) ||
		    !list_add(r, out, list_value(part)))
			return false;
	}
	*ret = list_value(out);
	return true;
}

static bool filter_items(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = overlay_view(r, c->args[0]);
	struct jv_list *l = list_make(r, 0);

	if (!l)
		return false;
	if (v.kind != JV_UNDEFINED && v.kind != JV_DICT)
		return run_fail(
		    r, ERR_INVALID, "can only get item pairs from a mapping");
	for (uint32_t i = 0; v.kind == JV_DICT && i < v.u.dict->n; i++) {
		const struct dict_entry *e = &v.u.dict->entries[i];

		if (!list_add(r, l, tuple_pair(r->arena, e->key, e->value)))
			return false;
	}
	*ret = list_value(l);
	return true;
}

/* Attributes only, no keys: methods and what objects and the engine's own
 * values have. */
static bool filter_attr(struct run *r, const struct call *c, struct jv *ret)
{
	struct jv v = c->args[0], name;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (!to_text(r, c->args[1], &name))
		return false;
	if (v.kind == JV_DICT) {
		v = dict_value(dict_new(r->arena, 0));
		if (v.kind != JV_DICT)
			return run_no_memory(r);
	}
	return value_attr_text(r, v, name.u.text, name.len, ret);
}

static const struct native table[] = {
	{ "default", filter_default, "value default_value boolean", 1, 3, 0,
	    NULL, NULL },
	{ "d", filter_default, "value default_value boolean", 1, 3, 0, NULL,
	    NULL },
	{ "length", filter_length, "obj", 1, 1, 0, NULL, NULL },
	{ "count", filter_length, "obj", 1, 1, 0, NULL, NULL },
	{ "list", filter_list, "value", 1, 1, 0, NULL, NULL },
	{ "first", filter_first, "seq", 1, 1, 0, NULL, NULL },
	{ "last", filter_last, "seq", 1, 1, 0, NULL, NULL },
	{ "join", filter_join, "value d attribute", 1, 3, 0, NULL, NULL },
	{ "reverse", filter_reverse, "value", 1, 1, 0, NULL, NULL },
	{ "batch", filter_batch, "value linecount fill_with", 2, 3, NATIVE_LAZY,
	    NULL, NULL },
	{ "slice", filter_slice, "value slices fill_with", 2, 3, NATIVE_LAZY,
	    NULL, NULL },
	{ "items", filter_items, "value", 1, 1, NATIVE_LAZY, NULL, NULL },
	{ "attr", filter_attr, "obj name", 2, 2, 0, NULL, NULL },
};
const struct native_table list_filters = NATIVE_TABLE(table);
