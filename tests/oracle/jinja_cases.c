/*
 * Renders cases for the differential suite: one JSON object a line on stdin
 *   {"template": "…", "data": {…}, "autoescape": bool, "trim_blocks": bool,
 *    "lstrip_blocks": bool, "strict": bool, "templates": {"name": "…"}}
 * and one a line on stdout: {"ok": "…"} or {"error": "…"}.
 */
#include "base/json.h"
#include "jinja/jinja.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)8 << 20)

static enum err_code load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e)
{
	const char *text = json_text(ctx, name, NULL);

	(void)unchanged;
	if (!text)
		return err_set(e, ERR_NOT_FOUND, "no template '%s'", name);
	snprintf(identity, JINJA_IDENTITY_SIZE, "%s", name);
	buf_puts(out, text);
	return ERR_OK;
}

static enum err_code render(
    const json_t *c, struct arena *a, struct buf *out, struct err *e)
{
	struct jinja_options o = {
		.autoescape = json_flag(c, "autoescape", false),
		.trim_blocks = json_flag(c, "trim_blocks", false),
		.lstrip_blocks = json_flag(c, "lstrip_blocks", false),
		.undefined =
		    json_flag(c, "strict", true) ? JINJA_STRICT : JINJA_LENIENT,
		.loader = load,
		.loader_ctx = json_object_get(c, "templates"),
	};
	struct jinja_env *env = jinja_env_new(&o);
	struct jinja_template *t;
	const json_t *source = json_object_get(c, "template");
	enum err_code rc;

	if (!env)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = jinja_compile(env, "main", json_string_value(source),
	    json_string_length(source), &t, e);
	if (!rc) {
		rc = jinja_render(
		    t, a, jv_from_json(a, json_object_get(c, "data")), out, e);
		jinja_template_unref(t);
	}
	jinja_env_free(env);
	return rc;
}

static bool answer(const char *line, size_t len)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new((size_t)256 << 20);
	struct buf out = BUF_INIT((size_t)64 << 20),
		   text = BUF_INIT(LINE_MAX_BYTES * 8);
	json_t *c = NULL, *reply = json_object();
	enum err_code rc = json_read(line, len, LINE_MAX_BYTES, &c, &e);
	bool ok;

	if (!rc)
		rc = render(c, a, &out, &e);
	ok = rc ? json_set_text(reply, "error", e.message, strlen(e.message))
		: json_set_text(reply, "ok", buf_text(&out), out.len);
	ok = ok && !json_write_line(reply, &text, &e);
	if (ok)
		puts(buf_text(&text));
	json_decref(reply);
	json_decref(c);
	buf_release(&out);
	buf_release(&text);
	arena_free(a);
	return ok;
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	bool ok = true;

	while (ok && (len = getline(&line, &cap, stdin)) > 0) {
		ok = answer(line, (size_t)len);
		fflush(stdout);
	}
	free(line);
	return ok ? 0 : 1;
}
