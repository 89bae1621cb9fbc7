/*
 * What operators do to values, as in Python.
 */
#ifndef JINJA_OPS_H
#define JINJA_OPS_H

#include "jinja/runtime.h"

/* The name of a kind's type in Python, for messages. */
const char *kind_name(unsigned kind);

bool value_truth(struct run *r, struct jv v, bool *ret);
bool values_equal(struct run *r, struct jv a, struct jv b, bool *ret);
/* <0, 0, >0; fails where Python has no order. */
bool values_compare(struct run *r, struct jv a, struct jv b, int *ret);
bool value_contains(struct run *r, struct jv in, struct jv item, bool *ret);
/* len(); fails for what has none. */
bool value_length(struct run *r, struct jv v, size_t *ret);
/* A key for a dict: fails if it cannot be hashed. */
bool value_hash(struct run *r, struct jv v, uint32_t *ret);

bool value_binary(
    struct run *r, enum expr_op op, struct jv a, struct jv b, struct jv *ret);
bool value_negate(struct run *r, struct jv v, bool minus, struct jv *ret);
bool value_concat(
    struct run *r, const struct jv *items, size_t n, struct jv *ret);

static inline bool value_is_number(struct jv v)
{
	return v.kind >= JV_BOOL && v.kind <= JV_FLOAT;
}
static inline double value_real(struct jv v)
{
	return v.kind == JV_FLOAT ? v.u.real : (double)v.u.integer;
}

/* v[i], v[start:stop:step]; what is absent is undefined. */
bool value_item(struct run *r, struct jv v, struct jv index, struct jv *ret);
bool value_slice(
    struct run *r, struct jv v, const struct jv bounds[3], struct jv *ret);
bool value_attr(
    struct run *r, struct jv v, const struct name *name, struct jv *ret);
/* The same where the name is computed; without methods. */
bool value_attr_text(
    struct run *r, struct jv v, const char *name, size_t len, struct jv *ret);

/* Iteration.  A generator can be walked once. */
struct iter {
	struct jv of;
	size_t at, n;
};
bool iter_begin(struct run *r, struct jv v, struct iter *ret);
/* false: at the end, or failed (r->failed) */
bool iter_next(struct run *r, struct iter *it, struct jv *ret);
bool iter_is_possible(struct jv v);
/* Calls def, or makes a generator that will. */
bool native_invoke(struct run *r, const struct native *def,
    const struct call *c, struct jv *ret);
/* All items in a list of their own. */
bool value_to_list(struct run *r, struct jv v, struct jv_list **ret);
bool list_add(struct run *r, struct jv_list *l, struct jv item);
struct jv_list *list_make(struct run *r, size_t capacity);
bool dict_add(struct run *r, struct jv_dict *d, struct jv key, struct jv value);

/* printf-style "…" % values */
bool text_percent(
    struct run *r, struct jv format, const struct call *args, struct jv *ret);

#endif
