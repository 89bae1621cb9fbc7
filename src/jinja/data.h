/*
 * The inside of lists and dicts, and the kinds of value that only the engine
 * makes.
 *
 * Everything lives in an arena.  `owner` is the arena that a container was
 * built in: a render changes only what its own arena owns (see
 * overlay_own() in runtime.h).
 */
#ifndef JINJA_DATA_H
#define JINJA_DATA_H

#include "jinja/value.h"

#include <string.h>

/* Kinds beyond enum jv_kind.  From JV_MISSING on: not values at all, but
 * the state of a variable's slot. */
enum {
	JV_LOOP = JV_NAMESPACE + 1,
	JV_MODULE,
	JV_SELF,
	JV_CYCLER,
	JV_JOINER,
	JV_MISSING,
	JV_LAZY,
};

/* jv.reserved of undefined values and tuples. */
enum {
	UNDEF_LENIENT = 1, /* even where undefined values are strict */
	UNDEF_ATTR = 2,	   /* jv.len is the kind that lacks u.name */
	UNDEF_HINT = 4,	   /* u.name is the whole message */
	TUPLE_GROUP = 8,   /* a tuple of groupby: has .grouper and .list */
};

/* Python has several list-like types that print and behave differently. */
enum list_flavor {
	LIST_PLAIN,
	LIST_GENERATOR, /* true, has no length, can be walked once */
	LIST_ITEMS,	/* dict.items() and so on */
	LIST_KEYS,
	LIST_VALUES,
	LIST_RANGE, /* items are computed: start + i * step */
};

struct deferred; /* a generator's filter and arguments, see iter.c */

struct jv_list {
	struct jv *items;
	struct deferred *deferred; /* not NULL: items are not made yet */
	uint32_t n, cap;
	uint8_t flavor;
	bool consumed; /* a generator that was walked */
	struct arena *owner;
	int64_t start, step;
};

struct dict_entry {
	struct jv key, value;
	uint32_t hash;
};

struct jv_dict {
	struct dict_entry *entries; /* in insertion order */
	uint32_t *index;	    /* entry number + 1; NULL while small */
	uint32_t n, cap, mask;
	struct arena *owner;
};

struct object {
	const struct jv_class *cls;
	const void *self;
};

static inline struct jv jv_make(unsigned kind)
{
	return (struct jv){ .kind = (uint8_t)kind };
}

/* What an object is as text, see struct jv_class; other values as they are. */
static inline struct jv object_as_text(struct jv v)
{
	const struct object *o;

	if (v.kind != JV_OBJECT)
		return v;
	o = v.u.object;
	return o->cls->text ? jv_text(o->cls->text(o->self)) : v;
}

static inline struct jv jv_string(const char *text, size_t len, bool safe)
{
	return (struct jv){ .kind = JV_STRING,
		.safe = safe,
		.len = (uint32_t)len,
		.u.text = text };
}

static inline bool jv_is_listlike(struct jv v)
{
	return v.kind == JV_LIST || v.kind == JV_TUPLE;
}

static inline bool jv_is_plain_list(struct jv v)
{
	return v.kind == JV_LIST && v.u.list->flavor == LIST_PLAIN;
}

static inline bool jv_is_generator(struct jv v)
{
	return v.kind == JV_LIST && v.u.list->flavor == LIST_GENERATOR;
}

static inline bool jv_text_is(struct jv v, const char *text)
{
	return v.kind == JV_STRING && strlen(text) == v.len &&
	       memcmp(v.u.text, text, v.len) == 0;
}

static inline bool jv_same_text(struct jv a, struct jv b)
{
	return a.len == b.len && memcmp(a.u.text, b.u.text, a.len) == 0;
}

struct jv_list *list_new(struct arena *a, size_t capacity);
bool list_push(struct arena *a, struct jv_list *l, struct jv item);
struct jv list_value(struct jv_list *l);  /* none if l is NULL */
struct jv tuple_value(struct jv_list *l); /* the same */
struct jv tuple_pair(struct arena *a, struct jv first, struct jv second);

static inline struct jv list_at(const struct jv_list *l, size_t i)
{
	if (l->flavor == LIST_RANGE)
		return jv_int(l->start + (int64_t)i * l->step);
	return l->items[i];
}

uint32_t hash_text(const char *text, size_t len);
/* False: a list or dict, which cannot be a key. */
bool hash_value(struct jv v, uint32_t *ret);
/* Equality of keys: 1 == 1.0 == true, tuples by item. */
bool keys_equal(struct jv a, struct jv b);

struct jv_dict *dict_new(struct arena *a, size_t capacity);
struct dict_entry *dict_find(
    const struct jv_dict *d, struct jv key, uint32_t hash);
struct dict_entry *dict_find_text(
    const struct jv_dict *d, const char *text, size_t len, uint32_t hash);
static inline uint64_t dict_load8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

static inline uint32_t dict_load4(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

/* memcmp() costs more than the comparison of a short key; the last words
 * overlap with what was compared before. */
static inline bool dict_same_bytes(const char *a, const char *b, size_t n)
{
	if (n < 4)
		return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] &&
				     a[n - 1] == b[n - 1]);
	if (n < 8)
		return dict_load4(a) == dict_load4(b) &&
		       dict_load4(a + n - 4) == dict_load4(b + n - 4);
	for (size_t i = 0; i + 8 < n; i += 8)
		if (dict_load8(a + i) != dict_load8(b + i))
			return false;
	return dict_load8(a + n - 8) == dict_load8(b + n - 8);
}

/* dict_find_text() without a call where the dict is small. */
static inline struct dict_entry *dict_find_fast(
    const struct jv_dict *d, const char *text, size_t len, uint32_t hash)
{
	struct dict_entry *e = d->entries;

	if (d->index)
		return dict_find_text(d, text, len, hash);
	for (size_t n = d->n; n > 0; n--, e++)
		if (e->hash == hash && e->key.kind == JV_STRING &&
		    e->key.len == len &&
		    dict_same_bytes(e->key.u.text, text, len))
			return e;
	return NULL;
}

bool dict_put(struct arena *a, struct jv_dict *d, struct jv key, uint32_t hash,
    struct jv value);
bool dict_put_text(struct arena *a, struct jv_dict *d, const char *key,
    struct jv value); /* key borrowed */
void dict_remove(struct jv_dict *d, struct dict_entry *e);
struct jv dict_value(struct jv_dict *d); /* none if d is NULL */

#endif
