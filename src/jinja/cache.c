#include "jinja/env.h"

#include <stdlib.h>

static struct cache_entry **cache_place(struct jinja_env *env, uint32_t hash)
{
	return &env->cache[hash % CACHE_PLACES];
}

static struct cache_entry *cache_find(
    struct jinja_env *env, const char *name, uint32_t hash)
{
	struct cache_entry *c;

	for (c = *cache_place(env, hash); c; c = c->next)
		if (c->hash == hash && strcmp(c->template->name, name) == 0)
			return c;
	return NULL;
}

/* A reference to the cached template, or NULL. */
static struct jinja_template *cache_get(
    struct jinja_env *env, const char *name, uint32_t hash)
{
	struct cache_entry *c;
	struct jinja_template *t = NULL;

	pthread_rwlock_rdlock(&env->lock);
	c = cache_find(env, name, hash);
	if (c) {
		t = c->template;
		template_ref(t);
	}
	pthread_rwlock_unlock(&env->lock);
	return t;
}

/* Room for one more: whole chains go, which is rare and simple. */
static void cache_evict(struct jinja_env *env)
{
	struct cache_entry *next;

	for (size_t i = 0; i < CACHE_PLACES && env->n_cached >= CACHE_MAX;
	     i++) {
		for (struct cache_entry *c = env->cache[i]; c; c = next) {
			next = c->next;
			jinja_template_unref(c->template);
			free(c);
			env->n_cached--;
		}
		env->cache[i] = NULL;
	}
}

/* Without memory the template is simply not cached. */
static void cache_put(
    struct jinja_env *env, uint32_t hash, struct jinja_template *t)
{
	struct cache_entry *c;

	pthread_rwlock_wrlock(&env->lock);
	c = cache_find(env, t->name, hash);
	if (c) {
		jinja_template_unref(c->template);
	} else {
		cache_evict(env);
		c = calloc(1, sizeof(*c));
		if (c) {
			c->hash = hash;
			c->next = *cache_place(env, hash);
			*cache_place(env, hash) = c;
			env->n_cached++;
		}
	}
	if (c) {
		template_ref(t);
		c->template = t;
	}
	pthread_rwlock_unlock(&env->lock);
}

static enum err_code load_source(struct jinja_env *env, const char *name,
    const char *identity, uint32_t hash, const struct buf *source,
    struct jinja_template **ret, struct err *e)
{
	struct jinja_template *t;
	enum err_code rc = buf_check(source, "the template", e);

	if (!rc)
		rc = jinja_compile(
		    env, name, buf_text(source), source->len, &t, e);
	if (rc)
		return rc;
	memcpy(t->identity, identity, sizeof(t->identity));
	cache_put(env, hash, t);
	*ret = t;
	return ERR_OK;
}

enum err_code jinja_load(struct jinja_env *env, const char *name,
    struct jinja_template **ret, struct err *e)
{
	uint32_t hash = hash_text(name, strlen(name));
	char identity[JINJA_IDENTITY_SIZE] = "";
	struct jinja_template *cached;
	struct buf source;
	bool unchanged = false;
	enum err_code rc;

	if (!env->options.loader)
		return err_set(
		    e, ERR_NOT_FOUND, "there is no template '%s'", name);
	cached = cache_get(env, name, hash);
	if (cached)
		memcpy(identity, cached->identity, sizeof(identity));
	buf_init(&source, env->options.limits.source_bytes);
	rc = env->options.loader(
	    env->options.loader_ctx, name, identity, &unchanged, &source, e);
	identity[sizeof(identity) - 1] = '\0';
	if (!rc && cached &&
	    (unchanged || strcmp(identity, cached->identity) == 0)) {
		*ret = cached;
		cached = NULL;
	} else if (!rc) {
		rc = load_source(env, name, identity, hash, &source, ret, e);
	}
	jinja_template_unref(cached);
	buf_release(&source);
	return rc;
}
