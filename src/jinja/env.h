/*
 * The inside of an environment.
 */
#ifndef JINJA_ENV_H
#define JINJA_ENV_H

#include "jinja/ast.h"
#include "jinja/native.h"

#include <pthread.h>

struct run;

struct user_native {
	struct native native;
	struct user_native *next;
};

/* Templates that the loader served, by name. */
struct cache_entry {
	struct cache_entry *next;
	uint32_t hash;
	struct jinja_template *template;
};

#define CACHE_PLACES 256
#define CACHE_MAX 2048

struct jinja_env {
	struct jinja_options options;
	struct user_native *filters, *functions;
	pthread_rwlock_t lock; /* of the cache */
	struct cache_entry *cache[CACHE_PLACES];
	unsigned n_cached;
};

/* Functions of the caller, then the engine's globals. */
bool env_find_global(struct run *r, const struct name *name, struct jv *ret);

void template_ref(const struct jinja_template *t);

#endif
