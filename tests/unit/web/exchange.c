#include "unit/web/fixture.h"

#include "web/decode.h"

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"
#define DEVICES "/api/v1/devices"

/* --- the attack list: what is refused, and how --------------------------- */

static void test_malformed_targets_are_400(void **state)
{
	static const char *const bad[] = { "/%", "/a%00", "/a%2f..%2fb",
		"/../etc/passwd", "/%ff", "/x?a=%", "/x?a=%ff", "/x?a=%00",
		"/x?a=%0d%0aSet-Cookie:x", "devices", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_status(ask(&(struct ask){ .uri = bad[i] }), 400);
}

static void test_long_targets_are_414(void **state)
{
	char uri[DECODE_MAX_QUERY + 100];

	(void)state;
	memset(uri, 'a', sizeof(uri));
	uri[0] = '/';
	uri[DECODE_MAX_PATH + 1] = '\0';
	assert_status(ask(&(struct ask){ .uri = uri }), 414);
	memset(uri, 'a', sizeof(uri));
	memcpy(uri, "/?", 2);
	uri[DECODE_MAX_QUERY + 3] = '\0';
	assert_status(ask(&(struct ask){ .uri = uri }), 414);
}

static void test_another_host_in_the_target_is_421(void **state)
{
	(void)state;
	assert_status(
	    ask(&(struct ask){ .uri = "http://evil.test/healthz" }), 421);
	assert_status(
	    ask(&(struct ask){ .uri = "http://portal.test.evil/healthz" }),
	    421);
	assert_status(ask(&(struct ask){ .uri = ORIGIN "/healthz" }), 200);
	assert_status(
	    ask(&(struct ask){ .uri = "https://other.test:8443/healthz" }),
	    200);
}

static void test_repeated_headers_are_400(void **state)
{
	(void)state;
	assert_status(ask(&(struct ask){ .uri = DEVICES,
			  .token = portal.tokens[TOKEN_ADMIN],
			  .more = { "HTTP_AUTHORIZATION=Bearer sy_x_y" } }),
	    400);
	assert_status(ask(&(struct ask){ .uri = "/healthz",
			  .more = { "HTTP_COOKIE=a=b", "HTTP_COOKIE=c=d" } }),
	    400);
}

static void test_control_bytes_in_headers_are_400(void **state)
{
	(void)state;
	assert_status(ask(&(struct ask){
			  .uri = "/healthz", .more = { "HTTP_X_A=a\x01" } }),
	    400);
	assert_status(ask(&(struct ask){
			  .uri = "/healthz", .more = { "HTTP_X_A=a\rb" } }),
	    400);
}

static void test_long_headers_are_431(void **state)
{
	char text[9000];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "HTTP_X_A=", 9);
	text[sizeof(text) - 1] = '\0';
	assert_status(
	    ask(&(struct ask){ .uri = "/healthz", .more = { text } }), 431);
}

static void test_too_many_parameters_are_400(void **state)
{
	char uri[DECODE_MAX_PARAMETERS * 2 + 20] = "/healthz?";

	(void)state;
	for (int i = 0; i <= DECODE_MAX_PARAMETERS; i++)
		strcat(uri, "a&");
	strcat(uri, "b");
	assert_status(ask(&(struct ask){ .uri = uri }), 400);
}

static void test_bodies_are_bounded_before_they_are_read(void **state)
{
	struct exchange_reply reply;
	char *big = calloc(1, BODY_JSON + 2);

	(void)state;
	memset(big, ' ', BODY_JSON + 1);
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = JSON,
	    .body = big });
	assert_status(reply, 413);
	free(big);
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = JSON,
	    .more = { "HTTP_X=1" },
	    .body = "{",
	    .body_len = 1 });
	assert_status(reply, 400);
}

static void test_a_body_that_ends_early_is_400(void **state)
{
	struct exchange_reply reply;

	(void)state;
	/* the blank CONTENT_LENGTH of the fixture gives way to this one */
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = JSON,
	    .more = { "CONTENT_LENGTH=10" } });
	assert_status(reply, 400);
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = JSON,
	    .more = { "CONTENT_LENGTH=-1" } });
	assert_status(reply, 400);
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = JSON,
	    .more = { "CONTENT_LENGTH=99999999999999999999" } });
	assert_status(reply, 400);
	/* what has come would do, and is still not what was sent */
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = JSON,
	    .body = "{\"name\":\"cut\",\"area\":\"lab\"}",
	    .claims = 60 });
	assert_status(reply, 400);
	assert_status(ask(&(struct ask){ .uri = DEVICES "/cut",
			  .token = portal.tokens[TOKEN_ADMIN] }),
	    404);
}

static void test_body_types_are_checked(void **state)
{
	static const char *const wrong[] = { FORM, "text/plain",
		"multipart/form-data; boundary=x", "application/xml" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_status(ask(&(struct ask){ .method = "POST",
				  .uri = DEVICES,
				  .type = wrong[i],
				  .token = portal.tokens[TOKEN_ADMIN],
				  .body = "{}" }),
		    415);
	assert_status(ask(&(struct ask){ .method = "POST",
			  .uri = "/login",
			  .type = JSON,
			  .body = "{}" }),
	    415);
}

/* --- methods and routes -------------------------------------------------- */

static void test_unknown_paths_are_404(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = ask(&(struct ask){ .uri = "/nowhere" });
	assert_status(reply, 404);
	assert_string_equal(
	    header(&reply, "Content-Type"), "text/html; charset=utf-8");
	reply = ask(&(struct ask){ .uri = "/api/v1/nowhere" });
	assert_status(reply, 404);
	assert_string_equal(
	    header(&reply, "Content-Type"), "application/problem+json");
	assert_status(ask(&(struct ask){ .uri = "//healthz" }), 404);
	assert_status(ask(&(struct ask){ .uri = "/healthz/" }), 404);
	assert_status(ask(&(struct ask){ .uri = "/HEALTHZ" }), 404);
}

static void test_other_methods_are_405_with_allow(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = ask(&(struct ask){ .method = "DELETE", .uri = DEVICES });
	assert_status(reply, 405);
	assert_string_equal(header(&reply, "Allow"), "GET, HEAD, POST");
	reply = ask(&(struct ask){ .method = "TRACE", .uri = DEVICES });
	assert_status(reply, 405);
	assert_non_null(header(&reply, "Allow"));
	assert_status(
	    ask(&(struct ask){ .method = "get", .uri = "/healthz" }), 405);
}

static void test_head_is_get_without_the_body(void **state)
{
	struct exchange_reply reply;
	char length[32];

	(void)state;
	reply = ask(&(struct ask){ .uri = "/healthz" });
	assert_status(reply, 200);
	assert_true(reply.body_len > 0);
	snprintf(length, sizeof(length), "%zu", reply.body_len);
	reply = ask(&(struct ask){ .method = "HEAD", .uri = "/healthz" });
	assert_status(reply, 200);
	assert_int_equal(reply.body_len, 0);
	assert_string_equal(header(&reply, "Content-Length"), length);
}

/* --- who may ------------------------------------------------------------- */

static void test_strangers_are_sent_to_sign_in(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = ask(&(struct ask){ .uri = "/devices?status=active&q=a%20b" });
	assert_status(reply, 303);
	assert_string_equal(header(&reply, "Location"),
	    "/login?next=%2Fdevices%3Fstatus%3Dactive%26q%3Da%2520b");
	reply = ask(&(struct ask){ .uri = "/" });
	assert_string_equal(header(&reply, "Location"), "/login");
	reply = ask(&(struct ask){ .uri = DEVICES });
	assert_status(reply, 401);
	assert_string_equal(header(&reply, "WWW-Authenticate"), "Bearer");
}

static void test_tokens_open_the_api(void **state)
{
	(void)state;
	assert_status(ask(&(struct ask){ .uri = DEVICES,
			  .token = portal.tokens[TOKEN_VIEWER] }),
	    200);
	assert_status(ask(&(struct ask){ .uri = DEVICES,
			  .more = { "HTTP_AUTHORIZATION=Basic YTpi" } }),
	    401);
}

static void test_wrong_tokens_are_401(void **state)
{
	static const char *const bad[] = { "", "sy", "sy_", "sy_t_0",
		"sy_t_0_short",
		"sy_nobody_0bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ",
		"sy_t_0_XbcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ",
		"xx_t_0_0bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ",
		"sy_../t_0_0bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_status(
		    ask(&(struct ask){ .uri = DEVICES, .token = bad[i] }), 401);
		/* nor is a page's answer to it a sign-in form */
		assert_status(
		    ask(&(struct ask){ .uri = "/", .token = bad[i] }), 401);
	}
	assert_status(ask(&(struct ask){ .uri = DEVICES,
			  .token = portal.tokens[TOKEN_EXPIRED] }),
	    401);
}

static void test_a_role_too_low_is_403_and_says_which(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_VIEWER],
	    .type = JSON,
	    .body = "{}" });
	assert_status(reply, 403);
	assert_non_null(strstr(reply.body, "needs the role operator"));
	reply = ask(&(struct ask){
	    .uri = "/api/v1/tokens", .token = portal.tokens[TOKEN_OPERATOR] });
	assert_status(reply, 403);
	assert_non_null(strstr(reply.body, "needs the role admin"));
}

static void test_identity_from_nginx_needs_its_word(void **state)
{
	(void)state;
	/* REMOTE_USER alone is what any client can cause */
	assert_status(
	    ask(&(struct ask){ .uri = DEVICES, .more = { "REMOTE_USER=ann" } }),
	    401);
	assert_status(
	    ask(&(struct ask){ .uri = DEVICES,
		.more = { "HTTP_REMOTE_USER=ann", "HTTP_PORTAL_AUTH=basic" } }),
	    401);
	assert_status(ask(&(struct ask){ .uri = DEVICES,
			  .more = { "REMOTE_USER=ann", "PORTAL_AUTH=mtls" } }),
	    200);
	assert_status(
	    ask(&(struct ask){ .uri = DEVICES,
		.more = { "REMOTE_USER=ann", "PORTAL_AUTH=because" } }),
	    403);
	assert_status(
	    ask(&(struct ask){ .uri = DEVICES,
		.more = { "REMOTE_USER=mallory", "PORTAL_AUTH=mtls" } }),
	    403);
	assert_status(ask(&(struct ask){ .uri = DEVICES,
			  .more = { "REMOTE_USER=dora", "PORTAL_AUTH=mtls" } }),
	    403);
	assert_status(
	    ask(&(struct ask){ .uri = "/",
		.more = { "REMOTE_USER=mallory", "PORTAL_AUTH=oidc" } }),
	    403);
}

/* --- what every answer carries ------------------------------------------- */

static void test_every_answer_has_the_security_headers(void **state)
{
	static const char *const uris[] = { "/healthz", "/login", "/nowhere",
		"/", "/%", DEVICES };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct exchange_reply reply =
		    ask(&(struct ask){ .uri = uris[i] });

		assert_string_equal(header(&reply, "Content-Security-Policy"),
		    "default-src 'none'; script-src 'self'; style-src 'self'; "
		    "img-src 'self' data:; font-src 'self'; connect-src "
		    "'self'; form-action 'self'; frame-ancestors 'none'; "
		    "base-uri 'none'");
		assert_string_equal(
		    header(&reply, "X-Content-Type-Options"), "nosniff");
		assert_string_equal(
		    header(&reply, "Referrer-Policy"), "same-origin");
		assert_string_equal(
		    header(&reply, "Cross-Origin-Opener-Policy"),
		    "same-origin");
		assert_string_equal(
		    header(&reply, "Cache-Control"), "no-store");
	}
}

static void test_problems_have_their_shape(void **state)
{
	struct exchange_reply reply;
	json_t *problem;

	(void)state;
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = DEVICES,
	    .token = portal.tokens[TOKEN_OPERATOR],
	    .type = JSON,
	    .body = "{\"name\":\"r9\",\"status\":\"odd\",\"area\":\"lab\"}" });
	assert_status(reply, 422);
	problem = json_of(&reply);
	assert_string_equal(
	    json_text(problem, "type", ""), "urn:switchyard:invalid");
	assert_string_equal(
	    json_text(problem, "title", ""), "Unprocessable Content");
	assert_int_equal(json_number(problem, "status", 0), 422);
	assert_true(text_starts_with(
	    json_text(problem, "instance", ""), "urn:switchyard:request:"));
	assert_string_equal(
	    json_text(json_array_get(json_object_get(problem, "errors"), 0),
		"field", ""),
	    "status");
	json_decref(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malformed_targets_are_400),
		cmocka_unit_test(test_long_targets_are_414),
		cmocka_unit_test(test_another_host_in_the_target_is_421),
		cmocka_unit_test(test_repeated_headers_are_400),
		cmocka_unit_test(test_control_bytes_in_headers_are_400),
		cmocka_unit_test(test_long_headers_are_431),
		cmocka_unit_test(test_too_many_parameters_are_400),
		cmocka_unit_test(test_bodies_are_bounded_before_they_are_read),
		cmocka_unit_test(test_a_body_that_ends_early_is_400),
		cmocka_unit_test(test_body_types_are_checked),
		cmocka_unit_test(test_unknown_paths_are_404),
		cmocka_unit_test(test_other_methods_are_405_with_allow),
		cmocka_unit_test(test_head_is_get_without_the_body),
		cmocka_unit_test(test_strangers_are_sent_to_sign_in),
		cmocka_unit_test(test_tokens_open_the_api),
		cmocka_unit_test(test_wrong_tokens_are_401),
		cmocka_unit_test(test_a_role_too_low_is_403_and_says_which),
		cmocka_unit_test(test_identity_from_nginx_needs_its_word),
		cmocka_unit_test(test_every_answer_has_the_security_headers),
		cmocka_unit_test(test_problems_have_their_shape),
	};

	return cmocka_run_group_tests(tests, portal_open, portal_close);
}
