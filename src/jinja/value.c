#include "jinja/value.h"

#include "jinja/data.h"

struct jv jv_undefined(const char *name)
{
	return (struct jv){ .kind = JV_UNDEFINED, .u.name = name };
}

struct jv jv_none(void)
{
	return jv_make(JV_NONE);
}

struct jv jv_bool(bool v)
{
	struct jv value = jv_make(JV_BOOL);

	value.u.integer = v;
	return value;
}

struct jv jv_int(int64_t v)
{
	return (struct jv){ .kind = JV_INT, .u.integer = v };
}

struct jv jv_float(double v)
{
	return (struct jv){ .kind = JV_FLOAT, .u.real = v };
}

struct jv jv_textn(const char *text, size_t len)
{
	if (!text)
		return jv_none();
	if (len > UINT32_MAX)
		return jv_undefined("a text of more than 4 GiB");
	return jv_string(text, len, false);
}

struct jv jv_text(const char *text)
{
	return text ? jv_textn(text, strlen(text)) : jv_none();
}

struct jv jv_safe(const char *html)
{
	struct jv v = jv_text(html);

	v.safe = v.kind == JV_STRING;
	return v;
}

struct jv jv_copy_text(struct arena *a, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	char *copy = text ? arena_memdup(a, text, len) : NULL;

	if (text && !copy)
		return jv_undefined(NULL);
	return jv_textn(copy, len);
}

struct jv_list *list_new(struct arena *a, size_t capacity)
{
	struct jv_list *l = arena_zalloc(a, sizeof(*l));

	if (!l || capacity > UINT32_MAX)
		return NULL;
	l->owner = a;
	if (capacity) {
		l->items = arena_alloc(a, capacity * sizeof(*l->items));
		if (!l->items)
			return NULL;
	}
	l->cap = (uint32_t)capacity;
	return l;
}

bool list_push(struct arena *a, struct jv_list *l, struct jv item)
{
	if (!l)
		return false;
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 8;
		struct jv *items;

		if (cap < l->cap)
			return false;
		items = arena_alloc(a, cap * sizeof(*items));
		if (!items)
			return false;
		if (l->n)
			memcpy(items, l->items, l->n * sizeof(*items));
		l->items = items;
		l->cap = cap;
	}
	l->items[l->n++] = item;
	return true;
}

struct jv list_value(struct jv_list *l)
{
	if (!l)
		return jv_undefined(NULL);
	return (struct jv){ .kind = JV_LIST, .u.list = l };
}

struct jv tuple_value(struct jv_list *l)
{
	struct jv v = list_value(l);

	if (l)
		v.kind = JV_TUPLE;
	return v;
}

struct jv tuple_pair(struct arena *a, struct jv first, struct jv second)
{
	struct jv_list *l = list_new(a, 2);

	if (l) {
		l->items[0] = first;
		l->items[1] = second;
		l->n = 2;
	}
	return tuple_value(l);
}

struct jv jv_list(struct arena *a, size_t capacity)
{
	return list_value(list_new(a, capacity));
}

bool jv_list_append(struct arena *a, struct jv list, struct jv item)
{
	return jv_is_listlike(list) && list_push(a, list.u.list, item);
}

size_t jv_list_len(struct jv list)
{
	return jv_is_listlike(list) ? list.u.list->n : 0;
}

struct jv jv_list_at(struct jv list, size_t i)
{
	if (!jv_is_listlike(list) || i >= list.u.list->n)
		return jv_undefined(NULL);
	return list_at(list.u.list, i);
}

struct jv jv_dict(struct arena *a, size_t capacity)
{
	return dict_value(dict_new(a, capacity));
}

bool jv_dict_set(
    struct arena *a, struct jv dict, const char *key, struct jv value)
{
	return dict.kind == JV_DICT &&
	       dict_put_text(a, dict.u.dict, key, value);
}

bool jv_dict_get(struct jv dict, const char *key, struct jv *ret)
{
	size_t len = strlen(key);
	struct dict_entry *e;

	if (dict.kind != JV_DICT)
		return false;
	e = dict_find_text(dict.u.dict, key, len, hash_text(key, len));
	if (e)
		*ret = e->value;
	return e != NULL;
}

bool jv_as_text(struct jv v, const char **ret, size_t *ret_len)
{
	v = object_as_text(v);
	if (v.kind != JV_STRING)
		return false;
	*ret = v.u.text;
	*ret_len = v.len;
	return true;
}

bool jv_dict_next(
    struct jv dict, size_t *at, struct jv *ret_key, struct jv *ret_value)
{
	const struct dict_entry *e;

	if (dict.kind != JV_DICT || *at >= dict.u.dict->n)
		return false;
	e = &dict.u.dict->entries[(*at)++];
	*ret_key = e->key;
	*ret_value = e->value;
	return true;
}

struct jv jv_object(
    struct arena *a, const struct jv_class *cls, const void *self)
{
	struct object *o = arena_alloc(a, sizeof(*o));

	if (!o)
		return jv_undefined(NULL);
	*o = (struct object){ .cls = cls, .self = self };
	return (struct jv){ .kind = JV_OBJECT, .u.object = o };
}

static struct jv from_json_array(struct arena *a, const json_t *value)
{
	struct jv_list *l = list_new(a, json_array_size(value));
	size_t i;
	json_t *item;

	json_array_foreach(value, i, item)
	    list_push(a, l, jv_from_json(a, item));
	return list_value(l);
}

/* json_object_iter() takes a pointer that is not const but changes nothing. */
static struct jv from_json_object(struct arena *a, const json_t *value)
{
	union {
		const json_t *in;
		json_t *out;
	} u = { .in = value };
	struct jv_dict *d = dict_new(a, json_object_size(value));
	const char *key;
	json_t *item;

	json_object_foreach(u.out, key, item) if (d)
	    dict_put_text(a, d, key, jv_from_json(a, item));
	return dict_value(d);
}

struct jv jv_from_json(struct arena *a, const json_t *value)
{
	if (!value)
		return jv_none();
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return from_json_object(a, value);
	case JSON_ARRAY:
		return from_json_array(a, value);
	case JSON_STRING:
		return jv_textn(
		    json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		return jv_int(json_integer_value(value));
	case JSON_REAL:
		return jv_float(json_real_value(value));
	case JSON_TRUE:
		return jv_bool(true);
	case JSON_FALSE:
		return jv_bool(false);
	case JSON_NULL:
		break;
	}
	return jv_none();
}
