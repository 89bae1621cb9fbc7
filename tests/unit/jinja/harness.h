/*
 * Renders a template text with data given as JSON; used by all tests of the
 * engine.  Include after cmocka.h.
 */
#ifndef UNIT_JINJA_HARNESS_H
#define UNIT_JINJA_HARNESS_H

#include "base/json.h"
#include "jinja/jinja.h"

#include <stdio.h>
#include <string.h>

struct file {
	const char *name, *text;
};

struct golden {
	const char *template, *data, *expected;
};

struct setup {
	struct jinja_options options;
	const struct file *files; /* for include and so on; ends with NULL */
};

static inline enum err_code harness_load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e)
{
	(void)unchanged;
	for (const struct file *f = ctx; f && f->name; f++) {
		if (strcmp(f->name, name) != 0)
			continue;
		snprintf(identity, JINJA_IDENTITY_SIZE, "%s", name);
		buf_puts(out, f->text);
		return ERR_OK;
	}
	return err_set(e, ERR_NOT_FOUND, "no template '%s'", name);
}

static inline enum err_code harness_render(const struct setup *s,
    const char *template, const char *data, struct buf *out, struct err *e)
{
	struct jinja_options o = s->options;
	struct arena *a = arena_new((size_t)40 << 20);
	struct jinja_template *t = NULL;
	struct jinja_env *env;
	json_t *json = NULL;
	enum err_code rc;

	assert_non_null(a);
	o.loader = harness_load;
	memcpy(&o.loader_ctx, &s->files, sizeof(void *));
	env = jinja_env_new(&o);
	assert_non_null(env);
	assert_int_equal(
	    json_read(data, strlen(data), 1 << 20, &json, e), ERR_OK);
	rc = jinja_compile(env, "main", template, strlen(template), &t, e);
	if (!rc)
		rc = jinja_render(t, a, jv_from_json(a, json), out, e);
	jinja_template_unref(t);
	jinja_env_free(env);
	json_decref(json);
	arena_free(a);
	return rc;
}

static inline void harness_expect(const struct setup *s, const struct golden *g)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	enum err_code rc =
	    harness_render(s, g->template, g->data ? g->data : "{}", &out, &e);

	if (rc)
		print_message("%s: %s\n", g->template, e.message);
	assert_int_equal(rc, ERR_OK);
	assert_string_equal(buf_text(&out), g->expected);
	buf_release(&out);
}

/* The render fails, and the message contains the text. */
static inline void harness_expect_error(
    const struct setup *s, const struct golden *g)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	enum err_code rc =
	    harness_render(s, g->template, g->data ? g->data : "{}", &out, &e);

	if (!rc || !strstr(e.message, g->expected))
		print_message("%s: %s, expected %s\n", g->template,
		    rc ? e.message : buf_text(&out), g->expected);
	assert_int_not_equal(rc, ERR_OK);
	assert_non_null(strstr(e.message, g->expected));
	buf_release(&out);
}

#define FOR_EACH_GOLDEN(setup, table, check)                             \
	for (size_t i_ = 0; i_ < sizeof(table) / sizeof(*(table)); i_++) \
	check((setup), &(table)[i_])

#endif
