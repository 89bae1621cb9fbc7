#include "jinja/symbols.h"

#define NAMES_MAX 4096 /* of one scope; slots of one function */

static struct symbol *find_own(const struct scope *s, const struct name *name)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->symbols[i]->name == name)
			return s->symbols[i];
	return NULL;
}

/* In this scope, seen from a branch of it or not. */
static struct symbol *find_here(const struct scope *s, const struct name *name)
{
	for (; s; s = s->base) {
		struct symbol *y = find_own(s, name);

		if (y && y->load != LOAD_NONE)
			return y;
	}
	return NULL;
}

struct symbol *symbols_find(struct scope *s, const struct name *name)
{
	for (; s; s = s->parent) {
		struct symbol *y = find_here(s, name);

		if (y)
			return y;
	}
	return NULL;
}

static bool is_stored(const struct scope *s, const struct name *name)
{
	for (; s; s = s->base) {
		const struct symbol *y = find_own(s, name);

		if (y && y->stored)
			return true;
	}
	return false;
}

static void *grow(
    struct symbols_ctx *c, void *old, uint32_t n, uint32_t *cap, size_t item)
{
	uint32_t more = *cap ? *cap * 2 : 16;
	void *grown =
	    n < NAMES_MAX ? arena_alloc(c->scratch, more * item) : NULL;

	if (!grown) {
		c->failed = true;
		return NULL;
	}
	if (n)
		memcpy(grown, old, n * item);
	*cap = more;
	return grown;
}

static uint16_t slot_of(
    struct symbols_ctx *c, struct scope *s, const struct name *name)
{
	struct slot_table *t = s->slots;

	for (uint32_t i = 0; i < t->n; i++)
		if (t->keys[i].name == name && t->keys[i].level == s->level)
			return (uint16_t)i;
	if (t->n == t->cap) {
		void *keys = grow(c, t->keys, t->n, &t->cap, sizeof(*t->keys));

		if (!keys)
			return 0;
		t->keys = keys;
	}
	t->keys[t->n] = (struct slot_key){ .name = name, .level = s->level };
	s->fn->n_slots = (uint16_t)(t->n + 1);
	return (uint16_t)t->n++;
}

static struct symbol *entry(
    struct symbols_ctx *c, struct scope *s, const struct name *name)
{
	struct symbol *y = find_own(s, name);

	if (y || c->failed)
		return y;
	if (s->n == s->cap) {
		void *grown =
		    grow(c, s->symbols, s->n, &s->cap, sizeof(*s->symbols));

		if (!grown)
			return NULL;
		s->symbols = grown;
	}
	y = arena_zalloc(c->scratch, sizeof(*y));
	if (!y) {
		c->failed = true;
		return NULL;
	}
	y->name = name;
	y->fn = s->fn;
	y->slot = slot_of(c, s, name);
	s->symbols[s->n++] = y;
	return y;
}

static struct symbol *define(struct symbols_ctx *c, struct scope *s,
    const struct name *name, enum symbol_load load)
{
	struct symbol *y = entry(c, s, name);

	if (y)
		y->load = (uint8_t)load;
	return y;
}

void symbols_load(
    struct symbols_ctx *c, struct scope *s, const struct name *name)
{
	if (!symbols_find(s, name))
		define(c, s, name, LOAD_RESOLVE);
}

static const struct symbol *find_outer(
    const struct scope *s, const struct name *name)
{
	return s->parent ? symbols_find(s->parent, name) : NULL;
}

void symbols_store(
    struct symbols_ctx *c, struct scope *s, const struct name *name)
{
	struct symbol *y = entry(c, s, name);
	const struct symbol *outer;

	if (!y)
		return;
	y->stored = true;
	if (find_here(s, name))
		return;
	outer = find_outer(s, name);
	y->load = outer ? LOAD_ALIAS : LOAD_UNDEFINED;
	y->alias = outer;
}

struct symbol *symbols_declare(
    struct symbols_ctx *c, struct scope *s, const struct name *name)
{
	struct symbol *y = define(c, s, name, LOAD_PARAMETER);

	if (y)
		y->stored = true;
	return y;
}

/* A name that only some of the branches assign keeps, in the others, what it
 * was outside. */
static void load_from_outside(
    struct symbols_ctx *c, struct scope *s, const struct name *name)
{
	struct symbol *y = entry(c, s, name);

	if (!y)
		return;
	y->alias = find_outer(s, name);
	y->load = y->alias ? LOAD_ALIAS : LOAD_RESOLVE;
}

static unsigned count_stores(
    const struct scope branches[3], const struct name *name)
{
	unsigned n = 0;

	for (unsigned b = 0; b < 3; b++) {
		const struct symbol *y = find_own(&branches[b], name);

		n += y && y->stored;
	}
	return n;
}

static void merge_branch(
    struct symbols_ctx *c, struct scope *s, const struct scope *branch)
{
	for (uint32_t i = 0; i < branch->n; i++) {
		const struct symbol *from = branch->symbols[i];
		struct symbol *to = entry(c, s, from->name);

		if (!to)
			return;
		if (from->load != LOAD_NONE) {
			to->load = from->load;
			to->alias = from->alias;
		}
	}
}

void symbols_merge(
    struct symbols_ctx *c, struct scope *s, struct scope branches[3])
{
	for (unsigned b = 0; b < 3; b++)
		merge_branch(c, s, &branches[b]);
	for (unsigned b = 0; b < 3; b++) {
		for (uint32_t i = 0; i < branches[b].n; i++) {
			const struct symbol *y = branches[b].symbols[i];
			struct symbol *to = entry(c, s, y->name);

			if (!to)
				return;
			if (!y->stored || is_stored(s, y->name))
				continue;
			if (count_stores(branches, y->name) != 3)
				load_from_outside(c, s, y->name);
			to->stored = true;
		}
	}
}

uint16_t symbols_distance(const struct func *from, const struct func *to)
{
	uint16_t n = 0;

	for (; from && from != to; from = from->parent)
		n++;
	return n;
}

static bool reads_only(const struct symbol *y)
{
	return y->load == LOAD_RESOLVE && !y->stored;
}

static struct slot_init init_of(const struct scope *s, const struct symbol *y)
{
	struct slot_init in = { .slot = y->slot };

	in.kind = y->load == LOAD_RESOLVE ? INIT_LAZY
		  : y->load == LOAD_ALIAS ? INIT_COPY
					  : INIT_MISSING;
	if (y->load == LOAD_ALIAS) {
		in.from = y->alias->slot;
		in.up = symbols_distance(s->fn, y->alias->fn);
	}
	return in;
}

bool symbols_plan(
    struct arena *a, const struct scope *s, struct scope_plan *ret)
{
	ret->inits = arena_alloc(a, (s->n + 1) * sizeof(*ret->inits));
	ret->n = ret->n_once = 0;
	if (!ret->inits)
		return false;
	for (int once = 0; once < 2; once++) {
		for (uint32_t i = 0; i < s->n; i++) {
			const struct symbol *y = s->symbols[i];

			if (y->load <= LOAD_PARAMETER ||
			    reads_only(y) != (once == 1))
				continue;
			ret->inits[ret->n + ret->n_once] = init_of(s, y);
			if (once)
				ret->n_once++;
			else
				ret->n++;
		}
	}
	return true;
}

static bool listed(const struct visible_list *v, const struct name *name)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (v->items[i].name == name)
			return true;
	return false;
}

struct visible_list *symbols_visible(struct arena *a, struct scope *s)
{
	struct visible_list *v = arena_zalloc(a, sizeof(*v));
	uint32_t n = 0;

	for (struct scope *at = s; at; at = at->parent)
		n += at->n;
	if (v)
		v->items = arena_alloc(a, (n + 1) * sizeof(*v->items));
	if (!v || !v->items)
		return NULL;
	for (struct scope *at = s; at; at = at->parent) {
		for (uint32_t i = 0; i < at->n; i++) {
			const struct name *name = at->symbols[i]->name;
			const struct symbol *y;

			if (!at->symbols[i]->stored || listed(v, name))
				continue;
			y = symbols_find(s, name);
			v->items[v->n++] = (struct visible){ .name = name,
				.slot = y->slot,
				.up = symbols_distance(s->fn, y->fn) };
		}
	}
	return v;
}
