/*
 * Pages: what templates may use, the frame, the one-time message, and what is
 * left when a template fails.
 */
#include "unit/web/fixture.h"

#include "base/clock.h"
#include "web/cgi.h"
#include "web/errors.h"
#include "web/flash.h"
#include "web/page.h"
#include "web/session.h"

#include <time.h>

static struct page_files *files;
static struct jinja_env *env;
static struct arena *arena;
static struct buf out = BUF_INIT(1 << 20);

static int open_env(void **state)
{
	struct page_files_options options;

	if (portal_open(state) != 0)
		return -1;
	options = (struct page_files_options){ portal.templates,
		portal.static_dir, false };
	assert_ok(page_files_open(&options, &files, e));
	assert_ok(page_env_new(files, &env, e));
	arena = arena_new(1 << 20);
	return arena ? 0 : -1;
}

static int close_env(void **state)
{
	arena_free(arena);
	jinja_env_free(env);
	page_files_free(files);
	buf_release(&out);
	return portal_close(state);
}

/* The text that a template gives with x. */
static const char *render(const char *source, struct jv x)
{
	struct jv context = jv_dict(arena, 1);
	struct jinja_template *t;

	jv_dict_set(arena, context, "x", x);
	buf_clear(&out);
	assert_ok(jinja_compile(env, "test", source, strlen(source), &t, e));
	assert_ok(jinja_render(t, arena, context, &out, e));
	jinja_template_unref(t);
	return buf_text(&out);
}

static void test_url_escapes_a_segment(void **state)
{
	(void)state;
	assert_string_equal(render("{{ x | url }}", jv_text("a/b c?&\xc3\xa4")),
	    "a%2Fb%20c%3F%26%C3%A4");
	assert_string_equal(render("{{ url(x) }}", jv_text("lab")), "lab");
	assert_string_equal(render("{{ x | url }}", jv_int(10)), "10");
	assert_string_equal(render("{{ nothing | url }}", jv_none()), "");
}

static void test_device_text_shows_what_is_there(void **state)
{
	(void)state;
	assert_string_equal(render("{{ x | device_text }}",
				jv_text("a\x1b[31m<b>\xe2\x80\xae\n")),
	    "a\xef\xbf\xbd[31m&lt;b&gt;\xef\xbf\xbd\n");
}

static void test_assets_carry_their_hash(void **state)
{
	const char *text;

	(void)state;
	text = render("{{ asset('app.css') }}", jv_none());
	assert_true(text_starts_with(text, "/static/app.css?v="));
	assert_int_equal(strlen(text), strlen("/static/app.css?v=") + 12);
}

static void test_an_unknown_asset_is_an_error(void **state)
{
	static const char source[] = "{{ asset('../session-key') }}";
	struct jinja_template *t;

	(void)state;
	assert_ok(jinja_compile(env, "t", source, strlen(source), &t, e));
	assert_int_not_equal(
	    jinja_render(t, arena, jv_dict(arena, 1), &out, NULL), ERR_OK);
	jinja_template_unref(t);
}

static void test_times_are_told_for_people(void **state)
{
	static const struct {
		int64_t before_ms;
		const char *text;
	} cases[] = {
		{ 5000, "just now" },
		{ 61 * 1000, "1 minute ago" },
		{ 7200 * 1000 + 1000, "2 hours ago" },
		{ (int64_t)3 * 86400 * 1000, "3 days ago" },
		{ (int64_t)400 * 86400 * 1000, "1 year ago" },
		{ -7210 * 1000, "in 2 hours" },
	};
	char iso[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t then = clock_wall_ms() - cases[i].before_ms;

		clock_format_utc(then, iso);
		assert_string_equal(
		    render("{{ x | ago }}", jv_text(iso)), cases[i].text);
		assert_string_equal(
		    render("{{ ago(x) }}", jv_int(then)), cases[i].text);
	}
	assert_string_equal(render("{{ x | ago }}", jv_text("soon")), "");
	assert_string_equal(render("{{ x | ago }}", jv_none()), "");
}

static void test_datetimes_name_their_zone(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(
	    render("{{ x | datetime }}", jv_text("2026-11-21T08:30:00.123Z")),
	    "2026-11-21 08:30:00 UTC");
	assert_string_equal(render("{{ x | datetime }}", jv_text("")), "");
}

/* --- files --------------------------------------------------------------- */

static void test_dev_notices_changes_and_the_default_does_not(void **state)
{
	char identity[JINJA_IDENTITY_SIZE] = "";
	struct page_files_options o = { portal.templates, portal.static_dir,
		true };
	struct page_files *dev;
	bool unchanged = false;

	(void)state;
	fixture_write(portal.templates, "error.html", "error {{ status }}\n");
	assert_ok(page_files_open(&o, &dev, e));
	buf_clear(&out);
	assert_ok(
	    page_files_load(dev, "error.html", identity, &unchanged, &out, e));
	assert_false(unchanged);
	assert_ok(
	    page_files_load(dev, "error.html", identity, &unchanged, &out, e));
	assert_true(unchanged);
	fixture_write(portal.templates, "error.html", "new\n");
	unchanged = false;
	buf_clear(&out);
	assert_ok(
	    page_files_load(dev, "error.html", identity, &unchanged, &out, e));
	assert_false(unchanged);
	assert_string_equal(buf_text(&out), "new\n");
	buf_clear(&out);
	identity[0] = '\0';
	assert_ok(page_files_load(
	    files, "error.html", identity, &unchanged, &out, e));
	assert_null(strstr(buf_text(&out), "new"));
	assert_int_equal(page_files_load(dev, "../session-key", identity,
			     &unchanged, &out, NULL),
	    ERR_NOT_FOUND);
	page_files_free(dev);
}

/* --- a page that cannot be made ------------------------------------------ */

/* /devices wants devices.html, which this portal does not have. */
static void test_a_missing_template_is_a_500_page(void **state)
{
	struct exchange_reply reply;

	(void)state;
	log_setup("test", 2, LOG_ERROR + 1);
	reply = ask(&(struct ask){
	    .uri = "/devices", .token = portal.tokens[TOKEN_VIEWER] });
	log_setup("test", 2, LOG_ERROR);
	assert_status(reply, 500);
	assert_non_null(strstr(reply.body, "error 500"));
	assert_null(strstr(reply.body, "devices.html"));
}

static void test_without_the_error_page_a_plain_one_is_left(void **state)
{
	struct page_files_options o = { portal.templates, portal.static_dir,
		false };
	struct jinja_env *kept = portal.web->pages, *broken;
	struct page_files *other;
	struct exchange_reply reply;

	(void)state;
	fixture_write(portal.templates, "error.html", "{% if %}");
	assert_ok(page_files_open(&o, &other, e));
	assert_ok(page_env_new(other, &broken, e));
	log_setup("test", 2, LOG_ERROR + 1);
	portal.web->pages = broken;
	reply = ask(&(struct ask){ .uri = "/<nowhere>" });
	portal.web->pages = kept;
	log_setup("test", 2, LOG_ERROR);
	assert_status(reply, 404);
	assert_true(text_starts_with(reply.body, "<!doctype html>"));
	assert_non_null(strstr(reply.body, "there is no /&lt;nowhere&gt;"));
	jinja_env_free(broken);
	page_files_free(other);
}

/* --- what a handler may do to its response ------------------------------- */

static struct request request_of(const char *cookie, struct cgi *cgi)
{
	struct request r = { .web = portal.web,
		.arena = arena,
		.actor = { "ann", ROLE_ADMIN, TRIGGER_FORM },
		.cgi = cgi };

	memset(cgi, 0, sizeof(*cgi));
	cgi->value[CGI_HTTP_COOKIE] = cookie;
	return r;
}

static void test_a_flash_is_for_its_person_only(void **state)
{
	struct response response = { .body = BUF_INIT(100) };
	struct request r;
	struct jv flash, text;
	struct cgi cgi;
	char *cookie;

	(void)state;
	r = request_of("", &cgi);
	assert_int_equal(flash_take(&r, &response).kind, JV_NONE);
	assert_int_equal(response.n_headers, 0);
	response_flash(&r, &response, "good", "Saved r1\nand more");
	assert_int_equal(response.n_headers, 1);
	cookie = arena_strdup(arena, response.header[0].value);
	cookie[strcspn(cookie, ";")] = '\0';

	r = request_of(cookie, &cgi);
	flash = flash_take(&r, &response);
	assert_true(jv_dict_get(flash, "text", &text));
	assert_int_equal(text.len, strlen("Saved r1\nand more"));
	assert_non_null(strstr(response.header[1].value, "Max-Age=0"));
	r.actor.name = "bob";
	assert_int_equal(flash_take(&r, &response).kind, JV_NONE);
	assert_false(response.broken);
}

static void test_headers_cannot_be_split(void **state)
{
	struct response response = { .body = BUF_INIT(100) };

	(void)state;
	response_header(&response, "X", "a\r\nSet-Cookie: b");
	assert_true(response.broken);
	assert_int_equal(response.n_headers, 0);
	response_reset(&response);
	response_header(&response, "X", NULL);
	assert_true(response.broken);
	response_reset(&response);
	for (int i = 0; i <= RESPONSE_MAX_HEADERS; i++)
		response_header(&response, "X", "a");
	assert_true(response.broken);
	buf_release(&response.body);
}

static void test_every_code_has_its_status(void **state)
{
	static const struct {
		enum err_code code;
		int status;
	} cases[] = {
		{ ERR_INVALID, 422 },
		{ ERR_NOT_FOUND, 404 },
		{ ERR_CONFLICT, 409 },
		{ ERR_STALE, 409 },
		{ ERR_DENIED, 403 },
		{ ERR_LIMIT, 413 },
		{ ERR_NO_SPACE, 507 },
		{ ERR_TIMEOUT, 504 },
		{ ERR_REMOTE, 502 },
		{ ERR_CORRUPT, 500 },
		{ ERR_SYSTEM, 500 },
		{ ERR_UNKNOWN_OUTCOME, 502 },
		{ ERR_CANCELLED, 503 },
	};
	struct request r;
	struct cgi cgi;

	(void)state;
	r = request_of("", &cgi);
	for (int i = 0; i < CGI_NAMES; i++)
		cgi.value[i] = "";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = errors_status(&r, cases[i].code);

		assert_int_equal(status, cases[i].status);
		assert_string_not_equal(response_reason(status), "");
	}
	cgi.value[CGI_HTTP_IF_MATCH] = "\"x\"";
	assert_int_equal(errors_status(&r, ERR_STALE), 412);
	r.problem.status = 428;
	assert_int_equal(errors_status(&r, ERR_INVALID), 428);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url_escapes_a_segment),
		cmocka_unit_test(test_device_text_shows_what_is_there),
		cmocka_unit_test(test_assets_carry_their_hash),
		cmocka_unit_test(test_an_unknown_asset_is_an_error),
		cmocka_unit_test(test_times_are_told_for_people),
		cmocka_unit_test(test_datetimes_name_their_zone),
		cmocka_unit_test(
		    test_dev_notices_changes_and_the_default_does_not),
		cmocka_unit_test(test_a_missing_template_is_a_500_page),
		cmocka_unit_test(
		    test_without_the_error_page_a_plain_one_is_left),
		cmocka_unit_test(test_a_flash_is_for_its_person_only),
		cmocka_unit_test(test_headers_cannot_be_split),
		cmocka_unit_test(test_every_code_has_its_status),
	};

	return cmocka_run_group_tests(tests, open_env, close_env);
}
