/*
 * The whole engine, with small limits: a render ends, and the buffer holds
 * no more than its limit.  The template includes, imports and extends itself
 * by the name "self"; the first byte sets the options.
 */
#include "jinja/jinja.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define OUTPUT_MAX 65536

struct source {
	const char *text;
	size_t len;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err_code load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e)
{
	const struct source *s = ctx;

	(void)unchanged;
	if (name[0] != 's')
		return err_set(e, ERR_NOT_FOUND, "no template");
	snprintf(identity, JINJA_IDENTITY_SIZE, "1");
	buf_add(out, s->text, s->len);
	return ERR_OK;
}

static struct jv sample(struct arena *a)
{
	static const char text[] =
	    "{\"n\": 7, \"f\": 2.5, \"s\": \"Hello <b>\", \"t\": true,"
	    " \"nil\": null, \"l\": [3, 1, 2], \"u\": \"\\u00e9\\u4e2d\","
	    " \"d\": {\"a\": 1, \"b\": [1, {\"c\": \"x\"}]},"
	    " \"ip\": \"192.0.2.1/24\", \"mac\": \"00:11:22:33:44:55\","
	    " \"users\": [{\"name\": \"ann\", \"age\": 3}]}";
	json_t *json = json_loads(text, 0, NULL);
	struct jv v = jv_from_json(a, json);

	/* the values borrow their strings from the tree: it stays */
	static json_t *kept;
	json_decref(kept);
	kept = json;
	return v;
}

static void render(struct jinja_env *env)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct buf out = BUF_INIT(OUTPUT_MAX);
	struct jinja_template *t;
	struct err e = ERR_INIT;

	if (a && jinja_load(env, "self", &t, &e) == ERR_OK) {
		(void)!jinja_render(t, a, sample(a), &out, &e);
		if (out.len > OUTPUT_MAX)
			abort();
		jinja_template_unref(t);
	}
	buf_release(&out);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source s = { .text = (const char *)data + 1, .len = size - 1 };
	struct jinja_env *env;

	if (size == 0)
		return 0;
	env = jinja_env_new(&(struct jinja_options){ .autoescape = data[0] & 1,
	    .trim_blocks = data[0] & 2,
	    .lstrip_blocks = data[0] & 4,
	    .undefined = data[0] & 8 ? JINJA_LENIENT : JINJA_STRICT,
	    .loader = load,
	    .loader_ctx = &s,
	    .limits = { .output_bytes = OUTPUT_MAX,
		.steps = 20000,
		.depth = 20,
		.range_items = 1000,
		.regex_matches = 1000 } });
	if (!env)
		return 0;
	render(env);
	jinja_env_free(env);
	return 0;
}
