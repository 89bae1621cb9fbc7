/*
 * What a template can call, and the other values that only the engine makes:
 * macros, bound methods, blocks, modules, cyclers, joiners.
 */
#ifndef JINJA_CALLABLE_H
#define JINJA_CALLABLE_H

#include "jinja/runtime.h"

enum callable_type { FN_NATIVE, FN_METHOD, FN_MACRO, FN_BLOCK };

struct callable {
	uint8_t type; /* enum callable_type */
	const struct native *native;
	struct jv self; /* FN_METHOD */
	const struct func *fn;
	struct frame *frame; /* FN_MACRO: around its definition */
	struct context *ctx;
	bool autoescape;   /* FN_MACRO: where it was defined */
	unsigned position; /* FN_BLOCK: in the chain of templates */
};

struct module {
	struct context *ctx;
	struct jv text; /* what the template printed */
	const char *name;
};

struct cycler {
	struct jv_list *items;
	size_t at;
};

struct joiner {
	struct jv separator;
	bool used;
};

struct jv callable_native(struct run *r, const struct native *n);
struct jv callable_method(
    struct run *r, const struct native *n, struct jv self);
struct jv callable_macro(struct run *r, const struct func *fn);
/* The block of that name at or above a position of the context's chain;
 * undefined if there is none. */
struct jv callable_block(struct run *r, struct context *ctx,
    const struct name *name, unsigned position);

/* Attributes of all of these, of modules and of self. */
bool callable_attr(
    struct run *r, struct jv v, const struct name *name, struct jv *ret);
bool callable_repr(struct run *r, struct jv v);
bool callable_str(struct run *r, struct jv v);

/* Calls with evaluated arguments. */
bool call_value(
    struct run *r, struct jv fn, const struct call *c, struct jv *ret);
/* The same, but what a macro or block prints goes straight to the output;
 * *ret is JV_MISSING then. */
bool call_to_output(
    struct run *r, struct jv fn, const struct call *c, struct jv *ret);
/* Matches c to the parameters of def and calls it. */
bool call_native(struct run *r, const struct native *def, const struct call *c,
    struct jv *ret);

extern const struct native_table global_functions;

#endif
