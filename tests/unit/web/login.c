#include "unit/web/fixture.h"

#include "base/clock.h"
#include "web/pages/login.h"
#include "web/session.h"
#include "web/signed_out.h"

#define FORM "application/x-www-form-urlencoded"
#define GOOD "username=vera&password=correct+horse+battery"

/* A portal for each test: throttling remembers. */

static struct exchange_reply sign_in(const char *body)
{
	return ask(&(struct ask){
	    .method = "POST", .uri = "/login", .type = FORM, .body = body });
}

/* "name=value" of the session cookie that an answer sets. */
static void take_cookie(const struct exchange_reply *reply, char cookie[1000])
{
	const char *set = header(reply, "Set-Cookie");

	assert_non_null(set);
	snprintf(cookie, 1000, "%.*s", (int)strcspn(set, ";"), set);
}

static void sign_in_as_vera(char cookie[1000])
{
	struct exchange_reply reply = sign_in(GOOD);

	assert_status(reply, 303);
	take_cookie(&reply, cookie);
}

/* The form token that the dashboard shows to this session. */
static void take_csrf(const char *cookie, char form[200])
{
	char token[100] = "";
	struct exchange_reply reply;
	const char *found;

	reply =
	    ask(&(struct ask){ .uri = "/login?next=//evil", .cookie = cookie });
	assert_status(reply, 303);
	reply = ask(&(struct ask){ .uri = "/nowhere", .cookie = cookie });
	found = strstr(reply.body, "csrf=");
	assert_non_null(found);
	sscanf(found, "csrf=%99s", token);
	assert_int_equal(strlen(token), 43);
	snprintf(form, 200, "csrf=%s", token);
}

static void test_the_form_is_open_to_all(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = ask(&(struct ask){ .uri = "/login?next=%2Fdevices" });
	assert_status(reply, 200);
	assert_non_null(strstr(reply.body, "next=/devices"));
}

static void test_signing_in_sets_a_host_cookie(void **state)
{
	struct exchange_reply reply;
	const char *cookie;

	(void)state;
	reply = sign_in(GOOD "&next=%2Fdevices%3Fq%3Da");
	assert_status(reply, 303);
	assert_string_equal(header(&reply, "Location"), "/devices?q=a");
	cookie = header(&reply, "Set-Cookie");
	assert_true(text_starts_with(cookie, "__Host-switchyard="));
	assert_non_null(strstr(cookie, "; Path=/;"));
	assert_non_null(strstr(cookie, "; Secure"));
	assert_non_null(strstr(cookie, "; HttpOnly"));
	assert_non_null(strstr(cookie, "; SameSite=Lax"));
	assert_null(strstr(cookie, "Domain"));
}

static void test_the_cookie_signs_in(void **state)
{
	char cookie[1000];

	(void)state;
	sign_in_as_vera(cookie);
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .cookie = cookie }),
	    200);
	cookie[30] = cookie[30] == 'A' ? 'B' : 'A';
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .cookie = cookie }),
	    401);
}

static void test_next_stays_on_this_site(void **state)
{
	static const char *const bad[] = { "//evil.test", "/%5Cevil.test",
		"https://evil.test", "javascript:alert(1)", "devices", "" };
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct exchange_reply reply;

		snprintf(body, sizeof(body), GOOD "&next=%s", bad[i]);
		reply = sign_in(body);
		assert_status(reply, 303);
		assert_string_equal(header(&reply, "Location"), "/");
	}
}

static void test_wrong_user_and_wrong_password_look_alike(void **state)
{
	struct exchange_reply reply;
	char first[500];

	(void)state;
	reply = sign_in("username=vera&password=wrong");
	assert_status(reply, 403);
	assert_null(header(&reply, "Set-Cookie"));
	snprintf(first, sizeof(first), "%s", reply.body);
	reply = sign_in("username=nobody&password=wrong");
	assert_status(reply, 403);
	assert_string_equal(reply.body, first);
	/* disabled, with the right password */
	reply = sign_in("username=dora&password=correct+horse+battery");
	assert_status(reply, 403);
	assert_string_equal(reply.body, first);
}

/* Without a record the password is hashed all the same: an attempt for an
 * unknown user may not take less than half the time of a known one's. */
static void test_unknown_users_take_as_long(void **state)
{
	int64_t known = 0, unknown = 0, start;

	(void)state;
	for (int i = 0; i < 3; i++) {
		start = clock_mono_us();
		(void)sign_in("username=vera&password=wrong");
		known += clock_mono_us() - start;
		start = clock_mono_us();
		(void)sign_in("username=nobody&password=wrong");
		unknown += clock_mono_us() - start;
	}
	assert_true(unknown * 2 > known);
}

static void test_guessing_is_answered_429(void **state)
{
	struct exchange_reply reply;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_status(sign_in("username=vera&password=wrong"), 403);
	reply = sign_in(GOOD);
	assert_status(reply, 429);
	assert_string_equal(header(&reply, "Retry-After"), "1");
	assert_null(header(&reply, "Set-Cookie"));
}

static void test_foreign_sites_cannot_sign_anybody_in(void **state)
{
	struct ask a = {
		.method = "POST", .uri = "/login", .type = FORM, .body = GOOD
	};

	(void)state;
	a.more[0] = "HTTP_SEC_FETCH_SITE=cross-site";
	assert_status(ask(&a), 403);
	a.more[0] = "HTTP_ORIGIN=https://evil.test";
	assert_status(ask(&a), 403);
	a.more[0] = "HTTP_ORIGIN=null";
	assert_status(ask(&a), 403);
	a.more[0] = "HTTP_ORIGIN=" ORIGIN;
	assert_status(ask(&a), 303);
	a.more[0] = "HTTP_SEC_FETCH_SITE=same-origin";
	assert_status(ask(&a), 303);
}

/* --- signing out, and what the form token protects ----------------------- */

static struct exchange_reply post(
    const char *uri, const char *cookie, const char *body, const char *more)
{
	return ask(&(struct ask){ .method = "POST",
	    .uri = uri,
	    .cookie = cookie,
	    .type = FORM,
	    .body = body,
	    .more = { more } });
}

static void test_pages_need_the_form_token(void **state)
{
	char cookie[1000], other[1000], form[200], other_form[200];

	(void)state;
	sign_in_as_vera(cookie);
	sign_in_as_vera(other);
	take_csrf(cookie, form);
	take_csrf(other, other_form);
	assert_string_not_equal(form, other_form);
	assert_status(post("/logout", cookie, "a=b", NULL), 403);
	assert_status(post("/logout", cookie, "csrf=", NULL), 403);
	assert_status(post("/logout", cookie, other_form, NULL), 403);
	assert_status(
	    post("/logout", cookie, form, "HTTP_SEC_FETCH_SITE=same-site"),
	    403);
	assert_status(
	    post("/logout", cookie, form, "HTTP_ORIGIN=https://evil.test"),
	    403);
	assert_status(
	    post("/logout", cookie, form, "HTTP_ORIGIN=" ORIGIN), 303);
}

static void test_signing_out_ends_every_copy_of_the_session(void **state)
{
	char cookie[1000], other[1000], form[200];
	struct exchange_reply reply;

	(void)state;
	sign_in_as_vera(cookie);
	sign_in_as_vera(other);
	take_csrf(cookie, form);
	reply = post("/logout", cookie, form, NULL);
	assert_status(reply, 303);
	assert_string_equal(header(&reply, "Location"), "/login");
	assert_non_null(strstr(header(&reply, "Set-Cookie"), "Max-Age=0"));
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .cookie = cookie }),
	    401);
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .cookie = other }),
	    200);
}

static void test_ended_sessions_are_kept_until_they_expire(void **state)
{
	struct session s = { .id = "0123456789abcdef", .expires_ms = 5000 };

	(void)state;
	assert_false(signed_out_holds(portal.dir, &s));
	assert_ok(signed_out_add(portal.dir, &s, e));
	assert_true(signed_out_holds(portal.dir, &s));
	signed_out_sweep(portal.dir, 5000);
	assert_true(signed_out_holds(portal.dir, &s));
	signed_out_sweep(portal.dir, 5001);
	assert_false(signed_out_holds(portal.dir, &s));
}

static void test_signing_out_everywhere_ends_all_sessions(void **state)
{
	char one[1000], two[1000], fresh[1000], form[200];
	const struct snapshot *s;
	const struct record *user;

	(void)state;
	sign_in_as_vera(one);
	sign_in_as_vera(two);
	take_csrf(one, form);
	assert_status(post("/logout/everywhere", one, form, NULL), 303);
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .cookie = one }), 401);
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .cookie = two }), 401);
	/* her role did not change on the way */
	assert_ok(snapshots_current(portal.web->app.snapshots, &s, e));
	user = snapshot_find(s, KIND_USER, "vera");
	assert_string_equal(record_text(user, USER_ROLE), "viewer");
	assert_true(record_has(user, USER_PASSWORD));
	snapshot_unref(s);
	sign_in_as_vera(fresh);
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .cookie = fresh }),
	    200);
}

static void test_a_token_has_no_sessions(void **state)
{
	(void)state;
	assert_status(ask(&(struct ask){ .method = "POST",
			  .uri = "/logout/everywhere",
			  .type = FORM,
			  .token = portal.tokens[TOKEN_VIEWER],
			  .body = "a=b" }),
	    403);
}

/* --- REST with a cookie -------------------------------------------------- */

static void test_rest_with_a_cookie_is_no_forms_business(void **state)
{
	struct ask a = { .method = "POST",
		.uri = "/api/v1/jobs/backup/runs",
		.body = "{}" };
	char cookie[1000];
	struct exchange_reply reply;

	(void)state;
	reply = sign_in("username=olga&password=correct+horse+battery");
	take_cookie(&reply, cookie);
	a.cookie = cookie;
	a.type = "text/plain";
	assert_status(ask(&a), 415);
	a.type = FORM;
	assert_status(ask(&a), 415);
	a.body = NULL;
	assert_status(ask(&a), 415);
	a.type = NULL;
	assert_status(ask(&a), 403);
	a.type = "application/json";
	a.body = "{}";
	a.more[0] = "HTTP_SEC_FETCH_SITE=cross-site";
	assert_status(ask(&a), 403);
	a.more[0] = "HTTP_ORIGIN=https://evil.test";
	assert_status(ask(&a), 403);
	/* past the gates: the parameters are wrong */
	a.more[0] = "HTTP_SEC_FETCH_SITE=same-origin";
	assert_status(ask(&a), 422);
}

/* What takes text takes what a form of any site can send. */
static void test_text_with_a_cookie_names_its_origin(void **state)
{
	struct ask a = { .method = "POST",
		.uri = "/api/v1/import/devices?format=csv&dry_run=true",
		.type = "text/plain",
		.body = "name,area\n" };
	char cookie[1000];
	struct exchange_reply reply;

	(void)state;
	reply = sign_in("username=olga&password=correct+horse+battery");
	take_cookie(&reply, cookie);
	a.cookie = cookie;
	assert_status(ask(&a), 403);
	a.more[0] = "HTTP_ORIGIN=" ORIGIN;
	assert_status(ask(&a), 200);
}

static void test_proxy_identities_compare_the_origin(void **state)
{
	struct ask a = { .method = "POST",
		.uri = "/api/v1/jobs/backup/runs",
		.type = "application/json",
		.body = "{}",
		.more = { "REMOTE_USER=olga", "PORTAL_AUTH=mtls",
		    "HTTP_SEC_FETCH_SITE=same-origin",
		    "HTTP_ORIGIN=http://rebound.test" } };

	(void)state;
	assert_status(ask(&a), 403);
	a.more[3] = "HTTP_ORIGIN=" ORIGIN;
	assert_status(ask(&a), 422);
}

#define FRESH(test) \
	cmocka_unit_test_setup_teardown(test, portal_open, portal_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_the_form_is_open_to_all),
		FRESH(test_signing_in_sets_a_host_cookie),
		FRESH(test_the_cookie_signs_in),
		FRESH(test_next_stays_on_this_site),
		FRESH(test_wrong_user_and_wrong_password_look_alike),
		FRESH(test_unknown_users_take_as_long),
		FRESH(test_guessing_is_answered_429),
		FRESH(test_foreign_sites_cannot_sign_anybody_in),
		FRESH(test_pages_need_the_form_token),
		FRESH(test_signing_out_ends_every_copy_of_the_session),
		FRESH(test_ended_sessions_are_kept_until_they_expire),
		FRESH(test_signing_out_everywhere_ends_all_sessions),
		FRESH(test_a_token_has_no_sessions),
		FRESH(test_rest_with_a_cookie_is_no_forms_business),
		FRESH(test_text_with_a_cookie_names_its_origin),
		FRESH(test_proxy_identities_compare_the_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
