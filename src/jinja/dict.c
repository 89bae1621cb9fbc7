#include "jinja/data.h"

#include <math.h>

/* Up to this many entries a search compares hashes one after the other,
 * which is faster than an index and needs no memory. */
#define LINEAR_MAX 8

uint32_t hash_text(const char *text, size_t len)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ len;
	uint64_t word;

	for (; len >= 8; text += 8, len -= 8) {
		memcpy(&word, text, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	if (len) {
		word = 0;
		memcpy(&word, text, len);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	h *= 0xc4ceb9fe1a85ec53u;
	return (uint32_t)(h >> 32);
}

static uint32_t hash_number(double real, int64_t integer)
{
	return hash_text((const char *)&integer, 8) ^
	       (real != 0 ? hash_text((const char *)&real, 8) : 0);
}

/* A whole float hashes as the integer that it equals. */
static uint32_t hash_real(double v)
{
	if (v >= -9.2e18 && v <= 9.2e18 && v == floor(v))
		return hash_number(0, (int64_t)v);
	return hash_number(v, 0);
}

bool hash_value(struct jv v, uint32_t *ret)
{
	uint32_t h = 0x345678, item;

	v = object_as_text(v);
	switch (v.kind) {
	case JV_STRING:
		*ret = hash_text(v.u.text, v.len);
		return true;
	case JV_BOOL:
	case JV_INT:
		*ret = hash_number(0, v.u.integer);
		return true;
	case JV_FLOAT:
		*ret = hash_real(v.u.real);
		return true;
	case JV_NONE:
	case JV_UNDEFINED:
		*ret = v.kind;
		return true;
	case JV_TUPLE:
		for (uint32_t i = 0; i < v.u.list->n; i++) {
			if (!hash_value(v.u.list->items[i], &item))
				return false;
			h = (h ^ item) * 1000003;
		}
		*ret = h;
		return true;
	case JV_LIST:
		if (v.u.list->flavor != LIST_GENERATOR)
			return false;
		break;
	case JV_DICT:
		return false;
	}
	*ret = hash_text((const char *)&v.u.internal, sizeof(void *));
	return true;
}

static bool is_number(struct jv v)
{
	return v.kind >= JV_BOOL && v.kind <= JV_FLOAT;
}

static bool numbers_equal(struct jv a, struct jv b)
{
	if (a.kind != JV_FLOAT && b.kind != JV_FLOAT)
		return a.u.integer == b.u.integer;
	if (a.kind == JV_FLOAT && b.kind == JV_FLOAT)
		return a.u.real == b.u.real;
	if (a.kind == JV_FLOAT)
		return a.u.real == (double)b.u.integer;
	return (double)a.u.integer == b.u.real;
}

bool keys_equal(struct jv a, struct jv b)
{
	if (is_number(a) && is_number(b))
		return numbers_equal(a, b);
	a = object_as_text(a);
	b = object_as_text(b);
	if (a.kind != b.kind)
		return false;
	if (a.kind == JV_STRING)
		return jv_same_text(a, b);
	if (a.kind == JV_NONE || a.kind == JV_UNDEFINED)
		return true;
	if (a.kind != JV_TUPLE)
		return a.u.internal == b.u.internal;
	if (a.u.list->n != b.u.list->n)
		return false;
	for (uint32_t i = 0; i < a.u.list->n; i++)
		if (!keys_equal(a.u.list->items[i], b.u.list->items[i]))
			return false;
	return true;
}

struct jv_dict *dict_new(struct arena *a, size_t capacity)
{
	struct jv_dict *d = arena_zalloc(a, sizeof(*d));

	if (!d || capacity > UINT32_MAX / 2)
		return NULL;
	d->owner = a;
	if (capacity) {
		d->entries = arena_alloc(a, capacity * sizeof(*d->entries));
		if (!d->entries)
			return NULL;
	}
	d->cap = (uint32_t)capacity;
	return d;
}

struct jv dict_value(struct jv_dict *d)
{
	if (!d)
		return jv_undefined(NULL);
	return (struct jv){ .kind = JV_DICT, .u.dict = d };
}

struct dict_entry *dict_find_text(
    const struct jv_dict *d, const char *text, size_t len, uint32_t hash)
{
	struct dict_entry *e;

	if (!d->index) {
		for (uint32_t i = 0; i < d->n; i++) {
			e = &d->entries[i];
			if (e->hash == hash && e->key.kind == JV_STRING &&
			    e->key.len == len &&
			    dict_same_bytes(e->key.u.text, text, len))
				return e;
		}
		return NULL;
	}
	for (uint32_t at = hash & d->mask; d->index[at];
	     at = (at + 1) & d->mask) {
		e = &d->entries[d->index[at] - 1];
		if (e->hash == hash && e->key.kind == JV_STRING &&
		    e->key.len == len &&
		    dict_same_bytes(e->key.u.text, text, len))
			return e;
	}
	return NULL;
}

struct dict_entry *dict_find(
    const struct jv_dict *d, struct jv key, uint32_t hash)
{
	if (key.kind == JV_STRING)
		return dict_find_text(d, key.u.text, key.len, hash);
	if (!d->index) {
		for (uint32_t i = 0; i < d->n; i++)
			if (d->entries[i].hash == hash &&
			    keys_equal(d->entries[i].key, key))
				return &d->entries[i];
		return NULL;
	}
	for (uint32_t at = hash & d->mask; d->index[at];
	     at = (at + 1) & d->mask) {
		struct dict_entry *e = &d->entries[d->index[at] - 1];

		if (e->hash == hash && keys_equal(e->key, key))
			return e;
	}
	return NULL;
}

static void index_add(struct jv_dict *d, uint32_t entry)
{
	uint32_t at = d->entries[entry].hash & d->mask;

	while (d->index[at])
		at = (at + 1) & d->mask;
	d->index[at] = entry + 1;
}

/* The index has at least twice as many places as entries. */
static bool index_build(struct arena *a, struct jv_dict *d)
{
	uint32_t places = 32;

	while (places < d->cap * 2)
		places *= 2;
	if (!d->index || places > d->mask + 1) {
		d->index = arena_alloc(a, places * sizeof(*d->index));
		if (!d->index)
			return false;
		d->mask = places - 1;
	}
	memset(d->index, 0, (d->mask + 1) * sizeof(*d->index));
	for (uint32_t i = 0; i < d->n; i++)
		index_add(d, i);
	return true;
}

static bool grow(struct arena *a, struct jv_dict *d)
{
	uint32_t cap = d->cap ? d->cap * 2 : 8;
	struct dict_entry *entries;

	if (cap > UINT32_MAX / 4)
		return false;
	entries = arena_alloc(a, cap * sizeof(*entries));
	if (!entries)
		return false;
	if (d->n)
		memcpy(entries, d->entries, d->n * sizeof(*entries));
	d->entries = entries;
	d->cap = cap;
	return !d->index || index_build(a, d);
}

bool dict_put(struct arena *a, struct jv_dict *d, struct jv key, uint32_t hash,
    struct jv value)
{
	struct dict_entry *e = dict_find(d, key, hash);

	if (e) {
		e->value = value;
		return true;
	}
	if (d->n == d->cap && !grow(a, d))
		return false;
	d->entries[d->n++] =
	    (struct dict_entry){ .key = key, .value = value, .hash = hash };
	if (d->index)
		index_add(d, d->n - 1);
	else if (d->n > LINEAR_MAX)
		return index_build(a, d);
	return true;
}

bool dict_put_text(
    struct arena *a, struct jv_dict *d, const char *key, struct jv value)
{
	struct jv k = jv_text(key);

	return k.kind == JV_STRING &&
	       dict_put(a, d, k, hash_text(k.u.text, k.len), value);
}

void dict_remove(struct jv_dict *d, struct dict_entry *e)
{
	size_t at = (size_t)(e - d->entries);

	memmove(e, e + 1, (d->n - at - 1) * sizeof(*e));
	d->n--;
	if (!d->index)
		return;
	memset(d->index, 0, (d->mask + 1) * sizeof(*d->index));
	for (uint32_t i = 0; i < d->n; i++)
		index_add(d, i);
}
