/*
 * A Jinja2-compatible template engine.
 *
 * An environment holds the options, the loader and the compiled templates;
 * it may be used by any number of threads at once.  A template is compiled
 * once, is immutable, and is cached under the identity that the loader gives
 * (for templates from the store: the Git blob id), so that a changed template
 * is compiled anew and an unchanged one never.
 *
 * A render writes to a buffer and allocates from an arena, both the caller's.
 * It ends in a bounded time: steps, recursion, output, range(), string
 * repetition and regular expressions all have limits.  A template reaches
 * nothing but its context and what the loader serves: no file, environment,
 * network or clock.
 *
 * The semantics are those of Jinja2 3.1 (https://jinja.palletsprojects.com/);
 * the differences are listed in docs/templates.md.
 */
#ifndef JINJA_JINJA_H
#define JINJA_JINJA_H

#include "jinja/value.h"

struct jinja_env;
struct jinja_template;

/* Serves the source of a template by name.
 *
 * Appends the source to `out` and writes an identity of up to
 * JINJA_IDENTITY_SIZE-1 characters that changes whenever the source does.
 * If *identity already holds the identity of a cached compile and it is still
 * current, the loader may answer ERR_OK without appending (`*unchanged` set).
 * ERR_NOT_FOUND: no such template (include … ignore missing goes on).
 * Called from any thread. */
#define JINJA_IDENTITY_SIZE 80
typedef enum err_code (*jinja_loader)(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e);

enum jinja_undefined {
	JINJA_STRICT,  /* any use of an undefined value is an error */
	JINJA_LENIENT, /* Jinja2's default: prints empty, false, iterates empty;
			  attributes of it are errors */
};

/* Zero means the default in brackets. */
struct jinja_limits {
	size_t source_bytes;	/* a template's source [1 MiB] */
	size_t output_bytes;	/* a render's output [32 MiB] */
	uint64_t steps;		/* evaluated nodes and loop turns [50 M] */
	unsigned depth;		/* nested calls, includes, expressions [200] */
	size_t range_items;	/* range() and string/list repetition [1 M] */
	uint32_t regex_matches; /* pcre2 match limit [100,000] */
};

struct jinja_options {
	bool autoescape;
	bool trim_blocks;
	bool lstrip_blocks;
	bool keep_trailing_newline;
	enum jinja_undefined undefined;
	struct jinja_limits limits;
	jinja_loader loader; /* may be NULL: only jinja_compile() */
	void *loader_ctx;    /* borrowed for the life of the environment */
};

/* NULL when out of memory. */
struct jinja_env *jinja_env_new(const struct jinja_options *options);
void jinja_env_free(struct jinja_env *env);

/* A function or value that every template sees (pages: url_for, icon, …).
 * Not after the first render.  The function gets positional arguments only;
 * on failure it fills `e`, and the engine adds template and line. */
typedef enum err_code (*jinja_function)(void *ctx, struct arena *a,
    const struct jv *args, size_t n_args, struct jv *ret, struct err *e);
bool jinja_env_add_function(struct jinja_env *env, const char *name,
    jinja_function fn, void *ctx) must_check;
/* The same as a filter: args[0] is the piped value. */
bool jinja_env_add_filter(struct jinja_env *env, const char *name,
    jinja_function fn, void *ctx) must_check;

/* Compiles a source text under a name for messages.  Not cached. */
enum err_code jinja_compile(struct jinja_env *env, const char *name,
    const char *source, size_t len, struct jinja_template **ret,
    struct err *e) must_check;

/* From the loader and the cache; a new reference. */
enum err_code jinja_load(struct jinja_env *env, const char *name,
    struct jinja_template **ret, struct err *e) must_check;

void jinja_template_unref(struct jinja_template *t);

/* Renders with `context` (a dict or object: its keys are the globals of the
 * template).  On failure `out` holds what was written so far and the error
 * reads
 *   frr/main.j2:12:7: 'vlan_id' is undefined, in {{ vlan_id }}
 *     included from frr/site.j2:3
 */
enum err_code jinja_render(const struct jinja_template *t, struct arena *a,
    struct jv context, struct buf *out, struct err *e) must_check;

#endif
