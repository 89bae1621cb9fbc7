#include "jinja/ops.h"

#include "jinja/callable.h"
#include "jinja/loop.h"
#include "jinja/methods.h"
#include "jinja/utf8.h"

/* An index or slice counted from the end if negative. */
static bool index_within(int64_t i, size_t n, size_t *ret)
{
	if (i < 0)
		i += (int64_t)n;
	if (i < 0 || (size_t)i >= n)
		return false;
	*ret = (size_t)i;
	return true;
}

static bool text_item(struct jv v, int64_t i, struct jv *ret)
{
	size_t at, step;

	if (!index_within(i, utf8_count(v.u.text, v.len), &at))
		return false;
	at = utf8_offset(v.u.text, v.len, at);
	step = utf8_step(v.u.text + at, v.len - at);
	*ret = jv_string(v.u.text + at, step, v.safe);
	return true;
}

static bool has_index(struct jv v)
{
	return v.kind == JV_TUPLE ||
	       (v.kind == JV_LIST && (v.u.list->flavor == LIST_PLAIN ||
					 v.u.list->flavor == LIST_RANGE));
}

static bool item_by_number(struct jv v, int64_t i, struct jv *ret)
{
	size_t at;

	if (v.kind == JV_STRING)
		return text_item(v, i, ret);
	if (!has_index(v) || !index_within(i, v.u.list->n, &at))
		return false;
	*ret = list_at(v.u.list, at);
	return true;
}

static struct jv undefined_item(struct run *r, struct jv v, struct jv index)
{
	struct jv text;
	size_t mark = text_begin(r);

	if (index.kind == JV_STRING)
		return undefined_attr(
		    arena_memdup(r->arena, index.u.text, index.len), v.kind);
	if (!emit_repr(r, index) || !text_take(r, mark, false, &text))
		return jv_undefined("an item");
	return undefined_hint(r, "%s has no element %.*s", kind_name(v.kind),
	    (int)(text.len < 60 ? text.len : 60), text.u.text);
}

/* a['x'] finds keys first, then attributes. */
static bool item_by_text(
    struct run *r, struct jv v, struct jv index, struct jv *ret)
{
	struct name name = { .text = arena_memdup(
				 r->arena, index.u.text, index.len),
		.len = index.len,
		.hash = hash_text(index.u.text, index.len) };

	if (!name.text)
		return run_no_memory(r);
	name.methods = methods_named(name.text);
	name.loop_attr = loop_attr_named(name.text, name.len);
	return value_attr(r, v, &name, ret);
}

bool value_item(struct run *r, struct jv v, struct jv index, struct jv *ret)
{
	const struct dict_entry *e;
	uint32_t hash;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind == JV_DICT && hash_value(index, &hash)) {
		e = dict_find(v.u.dict, index, hash);
		if (e) {
			*ret = overlay_view(r, e->value);
			return true;
		}
	}
	if (index.kind == JV_UNDEFINED && r->strict)
		return run_undefined(r, index);
	if (index.kind == JV_STRING)
		return item_by_text(r, v, index, ret);
	if ((index.kind != JV_INT && index.kind != JV_BOOL) ||
	    !item_by_number(v, index.u.integer, ret))
		*ret = undefined_item(r, v, index);
	else
		*ret = overlay_view(r, *ret);
	return true;
}

static bool object_attr(
    struct run *r, struct jv v, const char *name, size_t len, struct jv *ret)
{
	const struct object *o = v.u.object;

	return o->cls->get(o->self, name, len, r->arena, ret);
}

/* The kind's own methods come before the keys of a dict. */
static bool bound_method(
    struct run *r, struct jv v, const struct name *name, struct jv *ret)
{
	const struct native *m = method_find(v, name);

	if (!m)
		return false;
	*ret = callable_method(r, m, v);
	return true;
}

static bool group_attr(struct jv v, const struct name *name, struct jv *ret)
{
	if (strcmp(name->text, "grouper") == 0)
		*ret = v.u.list->items[0];
	else if (strcmp(name->text, "list") == 0)
		*ret = v.u.list->items[1];
	else
		return false;
	return true;
}

bool value_attr(
    struct run *r, struct jv v, const struct name *name, struct jv *ret)
{
	const struct dict_entry *e;

	if (v.kind == JV_DICT || v.kind == JV_NAMESPACE) {
		if (name->methods && v.kind == JV_DICT &&
		    bound_method(r, v, name, ret))
			return true;
		e = dict_find_text(v.u.dict, name->text, name->len, name->hash);
		*ret = e ? overlay_view(r, e->value)
			 : undefined_attr(name->text, v.kind);
		return true;
	}
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind == JV_OBJECT) {
		if (object_attr(r, v, name->text, name->len, ret)) {
			*ret = overlay_view(r, *ret);
			return true;
		}
	} else if (v.kind == JV_LOOP) {
		if (loop_attr(r, v, name, ret))
			return true;
	} else if (v.kind >= JV_CALLABLE) {
		if (callable_attr(r, v, name, ret))
			return true;
	} else if (v.kind == JV_TUPLE && (v.reserved & TUPLE_GROUP) &&
		   group_attr(v, name, ret)) {
		return true;
	} else if (name->methods && bound_method(r, v, name, ret)) {
		return true;
	}
	if (!r->failed)
		*ret = undefined_attr(name->text, v.kind);
	return !r->failed;
}

bool value_attr_text(
    struct run *r, struct jv v, const char *name, size_t len, struct jv *ret)
{
	return value_item(r, v, jv_string(name, len, false), ret);
}

struct slice {
	int64_t start, stop, step;
};

static bool bound_number(struct run *r, struct jv v, int64_t *ret)
{
	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind != JV_INT && v.kind != JV_BOOL)
		return run_fail(r, ERR_INVALID,
		    "the bounds of a slice must be integers, not %s",
		    kind_name(v.kind));
	*ret = v.u.integer;
	return true;
}

static int64_t clamp(int64_t i, int64_t n, bool backwards)
{
	if (i < 0) {
		i += n;
		if (i < 0)
			i = backwards ? -1 : 0;
	} else if (i >= n) {
		i = backwards ? n - 1 : n;
	}
	return i;
}

/* Bounds as Python's slice.indices() gives them. */
static bool slice_indices(
    struct run *r, const struct jv bounds[3], int64_t n, struct slice *ret)
{
	bool back;

	ret->step = 1;
	if (bounds[2].kind != JV_NONE &&
	    !bound_number(r, bounds[2], &ret->step))
		return false;
	if (ret->step == 0)
		return run_fail(r, ERR_INVALID, "the step of a slice is 0");
	back = ret->step < 0;
	if (ret->step > n)
		ret->step = n + 1;
	if (ret->step < -n)
		ret->step = -n - 1;
	ret->start = back ? n - 1 : 0;
	ret->stop = back ? -1 : n;
	if (bounds[0].kind != JV_NONE) {
		if (!bound_number(r, bounds[0], &ret->start))
			return false;
		ret->start = clamp(ret->start, n, back);
	}
	if (bounds[1].kind != JV_NONE) {
		if (!bound_number(r, bounds[1], &ret->stop))
			return false;
		ret->stop = clamp(ret->stop, n, back);
	}
	return true;
}

static bool in_slice(const struct slice *s, int64_t i)
{
	return s->step > 0 ? i < s->stop : i > s->stop;
}

static bool slice_text(
    struct run *r, struct jv v, const struct slice *s, struct jv *ret)
{
	size_t mark = text_begin(r), at, to;

	if (s->step == 1) {
		at = utf8_offset(v.u.text, v.len, (size_t)s->start);
		to = s->stop > s->start
			 ? at + utf8_offset(v.u.text + at, v.len - at,
				    (size_t)(s->stop - s->start))
			 : at;
		*ret = jv_string(v.u.text + at, to - at, v.safe);
		return true;
	}
	if (!run_charge(r, v.len))
		return false;
	if (!utf8_is_ascii(v.u.text, v.len) && v.len > 10000)
		return run_fail(r, ERR_LIMIT,
		    "the text is too long for a "
		    "slice with a step");
	for (int64_t i = s->start; in_slice(s, i); i += s->step) {
		struct jv c;

		if (!text_item(v, i, &c) || !emit_text(r, c))
			break;
	}
	return text_take(r, mark, v.safe, ret);
}

static bool slice_range(struct run *r, const struct jv_list *of,
    const struct slice *s, struct jv *ret)
{
	struct jv_list *l = list_make(r, 1);
	int64_t span = s->step > 0 ? s->stop - s->start : s->start - s->stop;
	int64_t each = s->step > 0 ? s->step : -s->step;

	if (!l)
		return false;
	l->flavor = LIST_RANGE;
	l->n = span > 0 ? (uint32_t)((span - 1) / each + 1) : 0;
	l->start = of->start + s->start * of->step;
	l->step = of->step * s->step;
	l->items[0] = jv_int(of->start + s->stop * of->step);
	*ret = list_value(l);
	return true;
}

static bool slice_list(
    struct run *r, struct jv v, const struct slice *s, struct jv *ret)
{
	struct jv_list *l;

	if (v.u.list->flavor == LIST_RANGE)
		return slice_range(r, v.u.list, s, ret);
	l = list_make(r, 0);

	for (int64_t i = s->start; l && in_slice(s, i); i += s->step)
		if (!run_step(r) ||
		    !list_add(r, l, list_at(v.u.list, (size_t)i)))
			return false;
	if (!l)
		return false;
	*ret = v.kind == JV_TUPLE ? tuple_value(l) : list_value(l);
	return true;
}

bool value_slice(
    struct run *r, struct jv v, const struct jv bounds[3], struct jv *ret)
{
	struct slice s = { 0, 0, 1 };
	int64_t n;

	if (v.kind == JV_UNDEFINED)
		return run_undefined(r, v);
	if (v.kind != JV_STRING && !has_index(v))
		return run_fail(
		    r, ERR_INVALID, "a %s cannot be sliced", kind_name(v.kind));
	n = v.kind == JV_STRING ? (int64_t)utf8_count(v.u.text, v.len)
				: (int64_t)v.u.list->n;
	if (!slice_indices(r, bounds, n, &s))
		return false;
	return v.kind == JV_STRING ? slice_text(r, v, &s, ret)
				   : slice_list(r, v, &s, ret);
}
