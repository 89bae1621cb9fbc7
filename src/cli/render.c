#include "cli/render.h"

#include "base/file.h"
#include "base/json.h"
#include "cli/template_dirs.h"
#include "jinja/jinja.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USAGE_STATUS 2
#define DATA_MAX ((size_t)64 << 20)
#define OUTPUT_MAX ((size_t)256 << 20)
#define DATA_ARENA_MAX ((size_t)1 << 30)
/* of one rendering; its output comes besides, see jinja_limits */
#define ARENA_MAX ((size_t)32 << 20)
#define REPEAT_MAX 10000000

static const char usage[] =
    "usage: render --template FILE --data FILE.json [--path DIR]...\n"
    "              [--autoescape] [--lenient] [--trim-blocks=on|off]\n"
    "              [--lstrip-blocks=on|off] [--repeat N]\n";

struct words {
	const char *template, *data;
	struct template_dirs dirs;
	struct jinja_options options;
	long repeat;
};

static bool on_or_off(const char *text, bool *ret)
{
	*ret = strcmp(text, "on") == 0;
	return *ret || strcmp(text, "off") == 0;
}

static bool read_flag(struct words *w, const char *word)
{
	if (strcmp(word, "--autoescape") == 0)
		w->options.autoescape = true;
	else if (strcmp(word, "--lenient") == 0)
		w->options.undefined = JINJA_LENIENT;
	else if (strncmp(word, "--trim-blocks=", 14) == 0)
		return on_or_off(word + 14, &w->options.trim_blocks);
	else if (strncmp(word, "--lstrip-blocks=", 16) == 0)
		return on_or_off(word + 16, &w->options.lstrip_blocks);
	else
		return false;
	return true;
}

static bool read_repeat(const char *text, long *ret)
{
	char *end;

	*ret = strtol(text, &end, 10);
	return *end == '\0' && *ret >= 1 && *ret <= REPEAT_MAX;
}

static bool read_option(struct words *w, const char *word, const char *value)
{
	if (strcmp(word, "--template") == 0)
		w->template = value;
	else if (strcmp(word, "--data") == 0)
		w->data = value;
	else if (strcmp(word, "--path") == 0)
		return template_dirs_add(&w->dirs, value);
	else
		return strcmp(word, "--repeat") == 0 &&
		       read_repeat(value, &w->repeat);
	return true;
}

static bool read_words(struct words *w, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (read_flag(w, argv[i]))
			continue;
		if (i + 1 >= argc || !read_option(w, argv[i], argv[i + 1]))
			return false;
		i++;
	}
	return w->template && w->data;
}

static enum err_code read_data(const char *path, json_t **ret, struct err *e)
{
	struct buf text = BUF_INIT(DATA_MAX);
	enum err_code rc = file_read(path, &text, e);

	if (!rc)
		rc = json_read(buf_text(&text), text.len, DATA_MAX, ret, e);
	if (rc)
		err_context(e, "%s", path);
	buf_release(&text);
	return rc;
}

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The values are made once, in an arena of their own: no render changes what
 * another one's arena owns. */
static enum err_code render_all(const struct words *w,
    const struct jinja_template *t, const json_t *data, struct buf *out,
    struct err *e)
{
	struct arena *values = arena_new(DATA_ARENA_MAX),
		     *a = arena_new(ARENA_MAX);
	enum err_code rc = ERR_OK;
	struct jv context;
	double start;

	if (!values || !a) {
		arena_free(values);
		arena_free(a);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	context = jv_from_json(values, data);
	start = seconds_now();
	for (long i = 0; !rc && i < (w->repeat ? w->repeat : 1); i++) {
		buf_clear(out);
		arena_reset(a);
		rc = jinja_render(t, a, context, out, e);
	}
	if (!rc && w->repeat)
		fprintf(stderr, "%.3f microseconds a render\n",
		    (seconds_now() - start) * 1e6 / (double)w->repeat);
	arena_free(values);
	arena_free(a);
	return rc;
}

static enum err_code load_and_render(
    struct words *w, struct buf *out, struct err *e)
{
	struct jinja_env *env = NULL;
	struct jinja_template *t = NULL;
	json_t *data = NULL;
	const char *name;
	enum err_code rc;

	rc = template_dirs_open(&w->dirs, w->template, &name, e);
	if (!rc)
		rc = read_data(w->data, &data, e);
	w->options.loader = template_dirs_load;
	w->options.loader_ctx = &w->dirs;
	if (!rc && !(env = jinja_env_new(&w->options)))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (!rc)
		rc = jinja_load(env, name, &t, e);
	if (!rc)
		rc = render_all(w, t, data, out, e);
	jinja_template_unref(t);
	jinja_env_free(env);
	json_decref(data);
	return rc;
}

int cmd_render(int argc, char **argv)
{
	struct words w = { .options = { .trim_blocks = true,
			       .undefined = JINJA_STRICT,
			       .limits = { .output_bytes = OUTPUT_MAX } } };
	struct buf out = BUF_INIT(OUTPUT_MAX);
	struct err e = ERR_INIT;
	enum err_code rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage, stdout) < 0;
	if (!read_words(&w, argc, argv)) {
		fputs(usage, stderr);
		return USAGE_STATUS;
	}
	rc = load_and_render(&w, &out, &e);
	if (!rc)
		rc = fd_write_all(STDOUT_FILENO, buf_text(&out), out.len, &e);
	if (rc)
		fprintf(stderr, "%s\n", e.message);
	buf_release(&out);
	template_dirs_close(&w.dirs);
	return rc ? 1 : 0;
}
