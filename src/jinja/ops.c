#include "jinja/ops.h"

/* Values hold each other to any depth; a list may hold itself. */
#define COMPARE_DEPTH_MAX 100

const char *kind_name(unsigned kind)
{
	static const char *const names[] = {
		[JV_UNDEFINED] = "Undefined",
		[JV_NONE] = "None",
		[JV_BOOL] = "bool",
		[JV_INT] = "int",
		[JV_FLOAT] = "float",
		[JV_STRING] = "str",
		[JV_LIST] = "list",
		[JV_TUPLE] = "tuple",
		[JV_DICT] = "dict",
		[JV_OBJECT] = "object",
		[JV_CALLABLE] = "function",
		[JV_NAMESPACE] = "namespace",
		[JV_LOOP] = "loop",
		[JV_MODULE] = "module",
		[JV_SELF] = "self",
		[JV_CYCLER] = "cycler",
		[JV_JOINER] = "joiner",
		[JV_MISSING] = "missing",
		[JV_LAZY] = "lazy",
	};

	return kind < sizeof(names) / sizeof(*names) ? names[kind] : "?";
}

bool value_truth(struct run *r, struct jv v, bool *ret)
{
	switch (v.kind) {
	case JV_UNDEFINED:
		if (r->strict && !(v.reserved & UNDEF_LENIENT))
			return run_undefined(r, v);
		*ret = false;
		return true;
	case JV_NONE:
		*ret = false;
		return true;
	case JV_BOOL:
	case JV_INT:
		*ret = v.u.integer != 0;
		return true;
	case JV_FLOAT:
		*ret = v.u.real != 0;
		return true;
	case JV_STRING:
		*ret = v.len != 0;
		return true;
	case JV_LIST:
		*ret = v.u.list->flavor == LIST_GENERATOR || v.u.list->n != 0;
		return true;
	case JV_TUPLE:
		*ret = v.u.list->n != 0;
		return true;
	case JV_DICT:
		*ret = v.u.dict->n != 0;
		return true;
	}
	*ret = true;
	return true;
}

static bool equal_at(
    struct run *r, struct jv a, struct jv b, unsigned depth, bool *ret);

static bool lists_equal(struct run *r, const struct jv_list *a,
    const struct jv_list *b, unsigned depth, bool *ret)
{
	*ret = a->n == b->n;
	if (!run_charge(r, a->n / 8))
		return false;
	for (uint32_t i = 0; *ret && i < a->n; i++)
		if (!equal_at(r, list_at(a, i), list_at(b, i), depth, ret))
			return false;
	return true;
}

static bool dicts_equal(struct run *r, const struct jv_dict *a,
    const struct jv_dict *b, unsigned depth, bool *ret)
{
	*ret = a->n == b->n;
	if (!run_charge(r, a->n / 8))
		return false;
	for (uint32_t i = 0; *ret && i < a->n; i++) {
		const struct dict_entry *e = &a->entries[i];
		const struct dict_entry *o = dict_find(b, e->key, e->hash);

		*ret = o != NULL;
		if (o && !equal_at(r, e->value, o->value, depth, ret))
			return false;
	}
	return true;
}

/* Views of a dict compare by identity or as sets; ranges by items. */
static bool same_list_type(struct jv a, struct jv b)
{
	if (a.kind != b.kind)
		return false;
	return a.kind == JV_TUPLE || (a.u.list->flavor == b.u.list->flavor &&
					 a.u.list->flavor != LIST_GENERATOR &&
					 a.u.list->flavor != LIST_VALUES);
}

static bool equal_at(
    struct run *r, struct jv a, struct jv b, unsigned depth, bool *ret)
{
	if (depth > COMPARE_DEPTH_MAX)
		return run_fail(r, ERR_LIMIT, "the values are nested too deep");
	if (a.kind == JV_UNDEFINED || b.kind == JV_UNDEFINED) {
		struct jv u = a.kind == JV_UNDEFINED ? a : b;

		if (r->strict && !(u.reserved & UNDEF_LENIENT))
			return run_undefined(r, u);
		*ret = a.kind == b.kind;
		return true;
	}
	a = overlay_view(r, a);
	b = overlay_view(r, b);
	if (jv_is_listlike(a) && jv_is_listlike(b) && same_list_type(a, b))
		return a.u.list == b.u.list
			   ? (*ret = true)
			   : lists_equal(r, a.u.list, b.u.list, depth + 1, ret);
	if (a.kind == JV_DICT && b.kind == JV_DICT)
		return a.u.dict == b.u.dict
			   ? (*ret = true)
			   : dicts_equal(r, a.u.dict, b.u.dict, depth + 1, ret);
	if (a.kind == JV_TUPLE)
		*ret = false;
	else
		*ret = keys_equal(a, b);
	return true;
}

bool values_equal(struct run *r, struct jv a, struct jv b, bool *ret)
{
	return equal_at(r, a, b, 0, ret);
}

static int sign_of(double a, double b)
{
	return a < b ? -1 : a > b;
}

static int compare_text(struct jv a, struct jv b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.u.text, b.u.text, n);

	return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static bool compare_at(
    struct run *r, struct jv a, struct jv b, unsigned depth, int *ret);

static bool compare_lists(struct run *r, const struct jv_list *a,
    const struct jv_list *b, unsigned depth, int *ret)
{
	uint32_t n = a->n < b->n ? a->n : b->n;
	bool equal = true;

	if (!run_charge(r, n / 8))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (!equal_at(r, a->items[i], b->items[i], depth, &equal))
			return false;
		if (!equal)
			return compare_at(
			    r, a->items[i], b->items[i], depth, ret);
	}
	*ret = a->n < b->n ? -1 : a->n > b->n;
	return true;
}

static bool compare_at(
    struct run *r, struct jv a, struct jv b, unsigned depth, int *ret)
{
	if (depth > COMPARE_DEPTH_MAX)
		return run_fail(r, ERR_LIMIT, "the values are nested too deep");
	if (a.kind == JV_UNDEFINED)
		return run_undefined(r, a);
	if (b.kind == JV_UNDEFINED)
		return run_undefined(r, b);
	a = object_as_text(a);
	b = object_as_text(b);
	if (a.kind == JV_STRING && b.kind == JV_STRING) {
		*ret = compare_text(a, b);
		return true;
	}
	if (value_is_number(a) && value_is_number(b)) {
		if (a.kind == JV_FLOAT || b.kind == JV_FLOAT)
			*ret = sign_of(value_real(a), value_real(b));
		else
			*ret = a.u.integer < b.u.integer
				   ? -1
				   : a.u.integer > b.u.integer;
		return true;
	}
	if ((a.kind == JV_TUPLE && b.kind == JV_TUPLE) ||
	    (jv_is_plain_list(a) && jv_is_plain_list(b)))
		return compare_lists(r, overlay_view(r, a).u.list,
		    overlay_view(r, b).u.list, depth + 1, ret);
	return run_fail(r, ERR_INVALID, "cannot compare %s and %s by order",
	    kind_name(a.kind), kind_name(b.kind));
}

bool values_compare(struct run *r, struct jv a, struct jv b, int *ret)
{
	return compare_at(r, a, b, 0, ret);
}

bool value_hash(struct run *r, struct jv v, uint32_t *ret)
{
	if (v.kind == JV_UNDEFINED && r->strict &&
	    !(v.reserved & UNDEF_LENIENT))
		return run_undefined(r, v);
	if (!hash_value(v, ret))
		return run_fail(
		    r, ERR_INVALID, "a %s cannot be a key", kind_name(v.kind));
	return true;
}

static bool text_contains(
    struct run *r, struct jv in, struct jv item, bool *ret)
{
	if (item.kind != JV_STRING)
		return item.kind == JV_UNDEFINED
			   ? run_undefined(r, item)
			   : run_fail(r, ERR_INVALID,
				 "'in <string>' needs a string, not %s",
				 kind_name(item.kind));
	if (!run_charge(r, in.len / 32))
		return false;
	*ret = item.len == 0 ||
	       memmem(in.u.text, in.len, item.u.text, item.len) != NULL;
	return true;
}

static bool list_contains(
    struct run *r, struct jv in, struct jv item, bool *ret)
{
	struct iter it;
	struct jv one;

	*ret = false;
	if (!iter_begin(r, in, &it))
		return false;
	while (!*ret && iter_next(r, &it, &one)) {
		if (!run_step(r))
			return false;
		if (one.kind == item.kind && one.kind != JV_UNDEFINED &&
		    one.kind != JV_FLOAT && one.u.internal == item.u.internal &&
		    one.len == item.len)
			*ret = true;
		else if (!values_equal(r, one, item, ret))
			return false;
	}
	return !r->failed;
}

bool value_contains(struct run *r, struct jv in, struct jv item, bool *ret)
{
	uint32_t hash;

	item = object_as_text(item);
	switch (in.kind) {
	case JV_STRING:
		return text_contains(r, in, item, ret);
	case JV_DICT:
		if (!value_hash(r, item, &hash))
			return false;
		*ret = dict_find(in.u.dict, item, hash) != NULL;
		return true;
	case JV_OBJECT:
	case JV_UNDEFINED:
	case JV_LIST:
	case JV_TUPLE:
		return list_contains(r, in, item, ret);
	}
	return run_fail(
	    r, ERR_INVALID, "'in' is not possible with %s", kind_name(in.kind));
}
