/*
 * The symbols of one scope while a template is compiled.
 */
#ifndef JINJA_SYMBOLS_H
#define JINJA_SYMBOLS_H

#include "jinja/ast.h"

enum symbol_load {
	LOAD_NONE, /* an entry of a branch that only notes the assignment */
	LOAD_PARAMETER,
	LOAD_RESOLVE,
	LOAD_ALIAS,
	LOAD_UNDEFINED,
};

struct symbol {
	const struct name *name;
	uint8_t load; /* enum symbol_load */
	bool stored;
	uint16_t slot;
	const struct symbol *alias; /* LOAD_ALIAS: the outer one */
	const struct func *fn;
};

/* The slots of a function: one for each pair of level and name. */
struct slot_table {
	struct slot_key {
		const struct name *name;
		unsigned level;
	} * keys;
	uint32_t n, cap;
};

struct scope {
	struct scope *parent; /* the scope around it */
	struct scope *base;   /* a branch of an if: what it adds to */
	struct func *fn;
	struct slot_table *slots;
	unsigned level;
	struct symbol **symbols;
	uint32_t n, cap;
	bool toplevel;
};

struct symbols_ctx {
	struct arena *scratch;
	bool failed; /* out of memory or too many names */
};

/* The symbol that a name means here, or NULL. */
struct symbol *symbols_find(struct scope *s, const struct name *name);
void symbols_load(
    struct symbols_ctx *c, struct scope *s, const struct name *name);
void symbols_store(
    struct symbols_ctx *c, struct scope *s, const struct name *name);
struct symbol *symbols_declare(
    struct symbols_ctx *c, struct scope *s, const struct name *name);
/* Merges the branches of an if into s. */
void symbols_merge(
    struct symbols_ctx *c, struct scope *s, struct scope branches[3]);

/* What entering the scope does; allocates from `a`. */
bool symbols_plan(
    struct arena *a, const struct scope *s, struct scope_plan *ret);
struct visible_list *symbols_visible(struct arena *a, struct scope *s);
/* How many functions lie between. */
uint16_t symbols_distance(const struct func *from, const struct func *to);

#endif
