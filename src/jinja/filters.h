/*
 * The tables of filters and tests, one for each file.
 */
#ifndef JINJA_FILTERS_H
#define JINJA_FILTERS_H

#include "jinja/native.h"
#include "jinja/ops.h"

extern const struct native_table *const all_filters[]; /* NULL-terminated */
extern const struct native_table *const all_tests[];

extern const struct native_table text_filters, case_filters, number_filters,
    list_filters, select_filters, sort_filters, json_filters, wrap_filters,
    set_filters, regex_filters, yaml_filters, ipaddr_filters, ipmath_filters,
    netutils_filters, vlan_filters, interface_filters, mac_filters,
    password_filters, natural_filters, builtin_tests, regex_tests;

/* Arguments: false after run_fail().  An absent one gives the fallback. */
bool arg_int(struct run *r, const struct call *c, size_t i, int64_t fallback,
    int64_t *ret);
bool arg_bool(
    struct run *r, const struct call *c, size_t i, bool fallback, bool *ret);
/* A string; other values fail. */
bool arg_text(struct run *r, const struct call *c, size_t i,
    const char *fallback, struct jv *ret);

static inline bool arg_given(const struct call *c, size_t i)
{
	return i < c->n && c->args[i].kind != JV_MISSING;
}

/* A keyword of a variadic filter; NULL: not given. */
const struct jv *call_keyword(const struct call *c, const char *name);

/* `a.b.0` applied to a value, as sort, map, groupby and others take it:
 * numbers are indices.  attribute may be an integer. */
bool value_path(
    struct run *r, struct jv v, struct jv attribute, struct jv *ret);

/* Calls a filter or test by name with args[0] set to v. */
bool apply_named(struct run *r, bool is_filter, struct jv name,
    const struct call *rest, struct jv v, struct jv *ret);

/* A new list that is walked once, as Python's generators are. */
static inline struct jv generator_value(struct jv_list *l)
{
	if (l)
		l->flavor = LIST_GENERATOR;
	return list_value(l);
}

/* v with str.lower() applied if it is a string. */
bool value_lower(struct run *r, struct jv v, struct jv *ret);
/* Stable; keys and items move together.  SORT_WRAPPED: Jinja2's sort filter
 * compares lists of keys, so that equal keys need no order. */
enum { SORT_REVERSE = 1, SORT_WRAPPED = 2 };
bool sort_by_keys(
    struct run *r, struct jv_list *items, struct jv_list *keys, unsigned flags);

#endif
