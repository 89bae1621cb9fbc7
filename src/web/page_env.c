#include "web/page.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_TEXT ((size_t)32 * 1024 * 1024)

static bool text_of(
    const struct jv *args, size_t n_args, const char **ret, size_t *ret_len)
{
	if (n_args < 1 || args[0].kind != JV_STRING)
		return false;
	*ret = args[0].u.text;
	*ret_len = args[0].len;
	return true;
}

/* Copies what was built into the arena. */
static enum err_code give_text(
    struct arena *a, struct buf *built, struct jv *ret, struct err *e)
{
	char *text =
	    buf_ok(built) ? arena_memdup(a, buf_text(built), built->len) : NULL;
	size_t len = built->len;

	buf_release(built);
	if (!text)
		return err_set(e, ERR_LIMIT, "the text is too long");
	*ret = jv_textn(text, len);
	return ERR_OK;
}

/* url(segment): for a path segment or a query value; numbers too. */
static enum err_code url(void *ctx, struct arena *a, const struct jv *args,
    size_t n_args, struct jv *ret, struct err *e)
{
	struct buf built = BUF_INIT(MAX_TEXT);
	const char *text;
	size_t len;

	(void)ctx;
	if (n_args == 1 && args[0].kind == JV_INT) {
		*ret = args[0];
		return ERR_OK;
	}
	if (!text_of(args, n_args, &text, &len)) {
		*ret = jv_text("");
		return ERR_OK;
	}
	escape_url(&built, text, len);
	return give_text(a, &built, ret, e);
}

/* device_text(text): what is shown is what is there. */
static enum err_code device_text(void *ctx, struct arena *a,
    const struct jv *args, size_t n_args, struct jv *ret, struct err *e)
{
	struct buf built = BUF_INIT(MAX_TEXT);
	const char *text;
	size_t len;

	(void)ctx;
	if (!text_of(args, n_args, &text, &len)) {
		*ret = jv_text("");
		return ERR_OK;
	}
	escape_device_text(&built, text, len);
	return give_text(a, &built, ret, e);
}

/* asset('app.css') → /static/app.css?v=0123456789ab */
static enum err_code asset(void *ctx, struct arena *a, const struct jv *args,
    size_t n_args, struct jv *ret, struct err *e)
{
	char hash[PAGE_FILES_HASH_SIZE];
	const char *text, *name;
	size_t len;

	if (!text_of(args, n_args, &text, &len))
		return err_set(e, ERR_INVALID, "asset() takes a file name");
	name = arena_memdup(a, text, len);
	if (!name || !page_files_asset(ctx, name, hash))
		return err_set(e, ERR_NOT_FOUND, "there is no static file %.*s",
		    (int)(len < 100 ? len : 100), text);
	*ret = jv_text(arena_printf(a, "/static/%s?v=%s", name, hash));
	return ERR_OK;
}

/* --- times --------------------------------------------------------------- */

static bool time_of(
    struct arena *a, const struct jv *args, size_t n_args, int64_t *ret_ms)
{
	const char *text;
	size_t len;

	if (n_args >= 1 && args[0].kind == JV_INT) {
		*ret_ms = args[0].u.integer;
		return true;
	}
	if (!text_of(args, n_args, &text, &len) || len >= CLOCK_TEXT_SIZE)
		return false;
	text = arena_memdup(a, text, len);
	return text && clock_parse_utc(text, ret_ms);
}

static const struct unit {
	int64_t seconds;
	const char *one, *many;
} units[] = {
	{ 365 * 86400, "year", "years" },
	{ 30 * 86400, "month", "months" },
	{ 86400, "day", "days" },
	{ 3600, "hour", "hours" },
	{ 60, "minute", "minutes" },
};

/* ago(iso or milliseconds): "3 minutes ago", "in 2 hours", "just now". */
static enum err_code ago(void *ctx, struct arena *a, const struct jv *args,
    size_t n_args, struct jv *ret, struct err *e)
{
	int64_t then_ms, seconds;
	bool future;

	(void)ctx;
	(void)e;
	*ret = jv_text("");
	if (!time_of(a, args, n_args, &then_ms))
		return ERR_OK;
	seconds = (clock_wall_ms() - then_ms) / 1000;
	future = seconds < 0;
	if (future)
		seconds = -seconds;
	*ret = jv_text("just now");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const struct unit *u = &units[i];
		long long n = seconds / u->seconds;

		if (n == 0)
			continue;
		*ret =
		    jv_text(arena_printf(a, "%s%lld %s%s", future ? "in " : "",
			n, n == 1 ? u->one : u->many, future ? "" : " ago"));
		break;
	}
	return ERR_OK;
}

/* datetime(iso or milliseconds): local time with its zone. */
static enum err_code datetime(void *ctx, struct arena *a, const struct jv *args,
    size_t n_args, struct jv *ret, struct err *e)
{
	char text[64];
	struct tm tm;
	int64_t ms;
	time_t s;

	(void)ctx;
	(void)e;
	*ret = jv_text("");
	if (!time_of(a, args, n_args, &ms))
		return ERR_OK;
	s = (time_t)(ms / 1000);
	if (!localtime_r(&s, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm))
		return ERR_OK;
	*ret = jv_copy_text(a, text);
	return ERR_OK;
}

enum err_code page_env_new(
    struct page_files *files, struct jinja_env **ret, struct err *e)
{
	static const struct {
		const char *name;
		jinja_function fn;
	} filters[] = {
		{ "url", url },
		{ "device_text", device_text },
		{ "ago", ago },
		{ "datetime", datetime },
		{ "asset", asset },
	};
	struct jinja_env *env = jinja_env_new(&(struct jinja_options){
	    .autoescape = true,
	    .trim_blocks = true,
	    .lstrip_blocks = true,
	    .undefined = JINJA_LENIENT,
	    .loader = page_files_load,
	    .loader_ctx = files,
	});
	bool ok = env != NULL;

	/* each as a filter and as a function: {{ x | ago }}, {{ ago(x) }} */
	for (size_t i = 0; ok && i < sizeof(filters) / sizeof(filters[0]); i++)
		ok = jinja_env_add_filter(
			 env, filters[i].name, filters[i].fn, files) &&
		     jinja_env_add_function(
			 env, filters[i].name, filters[i].fn, files);
	if (!ok) {
		jinja_env_free(env);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = env;
	return ERR_OK;
}
