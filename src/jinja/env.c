#include "jinja/env.h"

#include "base/text.h"
#include "jinja/callable.h"
#include "jinja/filters.h"
#include "jinja/lexer.h"
#include "jinja/parser.h"
#include "jinja/scope.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A template's tree is a small multiple of its source. */
#define TEMPLATE_ARENA_MAX ((size_t)256 << 20)

static void default_limits(struct jinja_limits *l)
{
	if (!l->source_bytes)
		l->source_bytes = (size_t)1 << 20;
	if (!l->output_bytes)
		l->output_bytes = (size_t)32 << 20;
	if (!l->steps)
		l->steps = 50000000;
	if (!l->depth)
		l->depth = 200;
	if (!l->range_items)
		l->range_items = 1000000;
	if (!l->regex_matches)
		l->regex_matches = 100000;
}

struct jinja_env *jinja_env_new(const struct jinja_options *options)
{
	struct jinja_env *env = calloc(1, sizeof(*env));

	if (!env)
		return NULL;
	if (pthread_rwlock_init(&env->lock, NULL)) {
		free(env);
		return NULL;
	}
	env->options = *options;
	default_limits(&env->options.limits);
	return env;
}

static void free_natives(struct user_native *n)
{
	struct user_native *next;

	for (; n; n = next) {
		next = n->next;
		free(n);
	}
}

static void cache_clear(struct jinja_env *env)
{
	struct cache_entry *next;

	for (size_t i = 0; i < CACHE_PLACES; i++) {
		for (struct cache_entry *c = env->cache[i]; c; c = next) {
			next = c->next;
			jinja_template_unref(c->template);
			free(c);
		}
		env->cache[i] = NULL;
	}
	env->n_cached = 0;
}

void jinja_env_free(struct jinja_env *env)
{
	if (!env)
		return;
	cache_clear(env);
	free_natives(env->filters);
	free_natives(env->functions);
	pthread_rwlock_destroy(&env->lock);
	free(env);
}

static bool call_user(struct run *r, const struct call *c, struct jv *ret)
{
	struct err e = ERR_INIT;
	enum err_code rc;

	if (c->n_kw)
		return run_fail(r, ERR_INVALID,
		    "%s() takes no keyword arguments", c->def->name);
	*ret = jv_none();
	rc = c->def->user(c->def->user_ctx, r->arena, c->args, c->n, ret, &e);
	if (!rc)
		return true;
	return run_fail(r, rc, "%s(): %s", c->def->name, e.message);
}

static bool add_native(
    struct user_native **list, const char *name, jinja_function fn, void *ctx)
{
	struct user_native *n = calloc(1, sizeof(*n));

	if (!n)
		return false;
	n->native = (struct native){ .name = name,
		.fn = call_user,
		.flags = NATIVE_VARIADIC | NATIVE_USER,
		.user = fn,
		.user_ctx = ctx };
	n->next = *list;
	*list = n;
	return true;
}

bool jinja_env_add_function(
    struct jinja_env *env, const char *name, jinja_function fn, void *ctx)
{
	return add_native(&env->functions, name, fn, ctx);
}

bool jinja_env_add_filter(
    struct jinja_env *env, const char *name, jinja_function fn, void *ctx)
{
	return add_native(&env->filters, name, fn, ctx);
}

static const struct native *find_user(
    const struct user_native *list, const char *name)
{
	for (; list; list = list->next)
		if (strcmp(list->native.name, name) == 0)
			return &list->native;
	return NULL;
}

static const struct native *find_in_tables(
    const struct native_table *const *tables, const char *name)
{
	for (; *tables; tables++)
		for (size_t i = 0; i < (*tables)->n; i++)
			if (strcmp((*tables)->items[i].name, name) == 0)
				return &(*tables)->items[i];
	return NULL;
}

/* Ansible's filters may be named with their collection. */
static const char *without_collection(const char *name)
{
	static const char *const collections[] = { "ansible.builtin.",
		"ansible.utils.", "ansible.netcommon.", "community.general." };

	for (size_t i = 0; i < 4; i++)
		if (text_starts_with(name, collections[i]))
			return name + strlen(collections[i]);
	return name;
}

const struct native *env_find_filter(
    const struct jinja_env *env, const char *name)
{
	const struct native *n = find_user(env->filters, name);

	return n ? n : find_in_tables(all_filters, without_collection(name));
}

const struct native *env_find_test(
    const struct jinja_env *env, const char *name)
{
	(void)env;
	return find_in_tables(all_tests, name);
}

bool env_find_global(struct run *r, const struct name *name, struct jv *ret)
{
	static const struct native_table *const globals[] = { &global_functions,
		NULL };
	const struct native *n = find_user(r->env->functions, name->text);

	if (!n)
		n = find_in_tables(globals, name->text);
	if (n)
		*ret = callable_native(r, n);
	return n != NULL;
}

void template_position(const struct jinja_template *t, uint32_t pos,
    unsigned *ret_line, unsigned *ret_col)
{
	const char *at = t->source, *end = t->source + pos, *nl;

	*ret_line = 1;
	while ((nl = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		(*ret_line)++;
		at = nl + 1;
	}
	*ret_col = (unsigned)(end - at) + 1;
}

void template_ref(const struct jinja_template *t)
{
	union {
		const struct jinja_template *in;
		struct jinja_template *out;
	} u = { .in = t };

	atomic_fetch_add_explicit(&u.out->refs, 1, memory_order_relaxed);
}

void jinja_template_unref(struct jinja_template *t)
{
	if (t && atomic_fetch_sub(&t->refs, 1) == 1) {
		arena_free(t->arena);
		free(t);
	}
}

/* \r\n and \r become \n; one newline at the end is dropped. */
static bool copy_source(
    struct jinja_template *t, const char *source, size_t len, bool keep_newline)
{
	char *to = arena_alloc(t->arena, len + 1);
	size_t n = 0;

	if (!to)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (source[i] == '\r') {
			to[n++] = '\n';
			if (i + 1 < len && source[i + 1] == '\n')
				i++;
		} else {
			to[n++] = source[i];
		}
	}
	if (!keep_newline && n > 0 && to[n - 1] == '\n')
		n--;
	to[n] = '\0';
	t->source = to;
	t->source_len = n;
	return true;
}

static enum err_code compile(struct jinja_template *t, struct arena *scratch,
    uint32_t *ret_pos, struct err *e)
{
	const struct jinja_options *o = &t->env->options;
	struct lex_options lex = { .trim_blocks = o->trim_blocks,
		.lstrip_blocks = o->lstrip_blocks,
		.strings = t->arena };
	struct token_list tokens;
	enum err_code rc;

	*ret_pos = 0;
	rc = lex_source(
	    scratch, t->source, t->source_len, &lex, &tokens, ret_pos, e);
	if (!rc)
		rc = parse_template(t, scratch, &tokens, ret_pos, e);
	if (!rc)
		rc = scope_bind(t, scratch, ret_pos, e);
	return rc;
}

static void locate(const struct jinja_template *t, uint32_t pos, struct err *e)
{
	unsigned line, col;

	if (!e)
		return;
	if (pos > t->source_len)
		pos = (uint32_t)t->source_len;
	template_position(t, pos, &line, &col);
	err_context(e, "%s:%u:%u", t->name, line, col);
}

static struct jinja_template *template_new(
    struct jinja_env *env, const char *name)
{
	struct jinja_template *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->env = env;
	t->refs = 1;
	t->arena = arena_new(TEMPLATE_ARENA_MAX);
	if (t->arena)
		t->name = arena_strdup(t->arena, name);
	if (!t->name) {
		arena_free(t->arena);
		free(t);
		return NULL;
	}
	return t;
}

enum err_code jinja_compile(struct jinja_env *env, const char *name,
    const char *source, size_t len, struct jinja_template **ret, struct err *e)
{
	struct jinja_template *t;
	struct arena *scratch;
	enum err_code rc = ERR_SYSTEM;
	uint32_t pos;

	if (len > env->options.limits.source_bytes)
		return err_set(e, ERR_LIMIT,
		    "%s: the template is larger than %zu bytes", name,
		    env->options.limits.source_bytes);
	t = template_new(env, name);
	scratch = arena_new(TEMPLATE_ARENA_MAX);
	if (!t || !scratch ||
	    !copy_source(t, source, len, env->options.keep_trailing_newline))
		err_set(e, ERR_SYSTEM, "%s: out of memory", name);
	else
		rc = compile(t, scratch, &pos, e);
	if (rc && t && t->source)
		locate(t, pos, e);
	arena_free(scratch);
	if (rc)
		jinja_template_unref(t);
	else
		*ret = t;
	return rc;
}
