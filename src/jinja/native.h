/*
 * Functions written in C that templates call: filters, tests, methods and
 * globals.
 *
 * A native with named parameters gets exactly n_params arguments, in order,
 * absent ones of kind JV_MISSING; the binding of keywords happens when the
 * template is compiled where possible.  With NATIVE_VARIADIC it gets what was
 * written: n positional ones and the keywords.
 *
 * args[0] is the piped value (filters, tests) or self (methods).
 */
#ifndef JINJA_NATIVE_H
#define JINJA_NATIVE_H

#include "jinja/data.h"
#include "jinja/jinja.h"

#define NATIVE_PARAMS_MAX 8

struct run;
struct native;

struct keyword {
	const char *name;
	uint32_t len;
	struct jv value;
};

struct call {
	const struct native *def;
	struct jv *args;
	size_t n;
	const struct keyword *kw;
	size_t n_kw;
};

/* On failure the error is set by run_fail(). */
typedef bool (*native_fn)(struct run *r, const struct call *c, struct jv *ret);

/* NATIVE_LAZY: the result is a generator in Python: fn runs when its items
 * are first asked for. */
enum { NATIVE_VARIADIC = 1, NATIVE_USER = 2, NATIVE_LAZY = 4 };

struct native {
	const char *name;
	native_fn fn;
	const char *params; /* "value old new count", including args[0] */
	uint8_t required;   /* how many of them must be given */
	uint8_t n_params;
	uint8_t flags;
	/* NATIVE_USER: set by jinja_env_add_filter and _function; jv_function()
	 * uses user_ctx alone */
	jinja_function user;
	void *user_ctx;
};

struct native_table {
	const struct native *items;
	size_t n;
};

#define NATIVE_TABLE(array)                               \
	{                                                 \
		(array), sizeof(array) / sizeof(*(array)) \
	}

/* The number of the parameter with that name, or -1. */
int native_param(const struct native *def, const char *name, size_t len);

/* In an environment: NULL if there is no such filter or test. */
const struct native *env_find_filter(
    const struct jinja_env *env, const char *name);
const struct native *env_find_test(
    const struct jinja_env *env, const char *name);

#endif
