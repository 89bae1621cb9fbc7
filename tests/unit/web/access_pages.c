/*
 * Who may come in: tokens, users, passwords, host keys, the site's settings.
 */
#include "unit/web/page_fixture.h"

static void test_approves_the_key_that_was_seen(void **state)
{
	static const char pending[] =
	    "{\"type\": \"ssh-ed25519\", \"key\": "
	    "\"AAAAC3NzaC1lZDI1NTE5AAAAIGVudGlyZWx5IG1hZGUgdXAga2V5\", "
	    "\"fingerprint\": \"SHA256:abc\", \"run\": \"\"}";
	struct exchange_reply reply;
	char dir[100];

	(void)state;
	make_device("keyed", ROUTER);
	snprintf(dir, sizeof(dir), "%s/pending-hostkeys", portal.dir);
	assert_ok(dir_create(dir, 0700, e));
	fixture_write(dir, "keyed.json", pending);
	reply = get("/");
	assert_has(reply, "SHA256:abc");
	reply = get("/devices/keyed");
	assert_has(reply, "SHA256:abc");
	reply = post("/devices/keyed/hostkey",
	    "decision=approve&fingerprint=SHA256%3Aother");
	assert_goes_to(&reply, "/devices/keyed");
	reply = get("/devices/keyed");
	assert_has(reply, "id=\"hostkey\"");
	reply = post_as(TOKEN_VIEWER, "/devices/keyed/hostkey",
	    "decision=approve&fingerprint=SHA256%3Aabc");
	assert_status(reply, 403);
	reply = post("/devices/keyed/hostkey",
	    "decision=approve&fingerprint=SHA256%3Aabc");
	assert_goes_to(&reply, "/devices/keyed");
	reply = get("/devices/keyed");
	assert_has_not(reply, "id=\"hostkey\"");
	assert_has(reply, "approved by");
}

static void test_a_token_is_shown_once_and_revoked(void **state)
{
	struct exchange_reply reply =
	    post("/settings/tokens", "name=ci_1&role=operator");
	char token[200];
	const char *p;

	(void)state;
	assert_status(reply, 200);
	p = memmem(reply.body, reply.body_len, "sy_ci_1_", 8);
	assert_non_null(p);
	snprintf(token, sizeof(token), "%.*s", (int)strcspn(p, "<"), p);
	reply = get("/settings/tokens");
	assert_has_not(reply, token);
	reply = ask(&(struct ask){ .uri = "/devices", .token = token });
	assert_status(reply, 200);
	reply = post("/settings/tokens/ci_1/revoke", "");
	assert_goes_to(&reply, "/settings/tokens");
	reply = ask(&(struct ask){ .uri = "/api/v1/devices", .token = token });
	assert_status(reply, 401);
	reply = post("/settings/tokens", "name=bad+name&role=operator&"
					 "expires_at=tomorrow");
	assert_status(reply, 422);
	assert_has(reply, "value=\"tomorrow\"");
}

static void test_users_are_made_and_the_last_admin_stays(void **state)
{
	struct exchange_reply reply = post("/settings/users",
	    "name=new&role=viewer&password=short&full_name=N");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "value=\"N\"");
	assert_has_not(reply, "value=\"short\"");
	reply = post("/settings/users",
	    "name=newbie&role=viewer&password=long+enough+really");
	assert_goes_to(&reply, "/settings/users");
	reply = post("/settings/users/newbie", "role=operator");
	assert_goes_to(&reply, "/settings/users");
	reply = post("/settings/users/ann", "role=viewer");
	assert_status(reply, 409);
	assert_has(reply, "last admin");
	reply = post("/settings/users/ann/delete", "");
	assert_status(reply, 409);
	/* asks first; nothing on the user's page deletes at once */
	assert_has_not(get("/settings/users/newbie"),
	    "action=\"/settings/users/newbie/delete");
	reply = get("/settings/users/newbie/delete");
	assert_has(reply, "Delete user <b>newbie</b>?");
	assert_has(reply, "action=\"/settings/users/newbie/delete");
	assert_status(get("/settings/users/newbie"), 200);
	assert_status(get("/settings/users/nobody/delete"), 404);
	reply = post("/settings/users/newbie/delete", "");
	assert_goes_to(&reply, "/settings/users");
	reply = get("/settings/users");
	assert_has_not(reply, "$y$");
}

static void test_settings_are_saved(void **state)
{
	char form[600];
	struct exchange_reply reply = get("/settings");

	(void)state;
	snprintf(form, sizeof(form),
	    "version=%s&site_name=North+yard&default_credentials=lab&"
	    "session_hours=8&slots=4",
	    hidden(&reply, "version"));
	reply = post("/settings", form);
	assert_goes_to(&reply, "/settings");
	reply = get("/");
	assert_has(reply, "North yard");
	reply = post("/settings", form);
	assert_status(reply, 409);
	reply = post_as(TOKEN_OPERATOR, "/settings", form);
	assert_status(reply, 403);
}

/* Whoever finds a browser signed in may not try passwords there at leisure.
 * The last test: the user and the address have to wait afterwards. */
static void test_guessing_ones_own_password_is_throttled(void **state)
{
	struct ask a = { .method = "POST",
		.uri = "/login",
		.type = "application/x-www-form-urlencoded",
		.body = "username=vera&password=correct+horse+battery" };
	struct exchange_reply reply = ask(&a);
	char cookie[1000], body[600];
	int refused = 0;

	(void)state;
	take_header(&reply, "Set-Cookie", cookie, sizeof(cookie));
	cookie[strcspn(cookie, ";")] = '\0';
	reply = ask(&(struct ask){ .uri = "/settings", .cookie = cookie });
	snprintf(body, sizeof(body),
	    "csrf=%s&current=guess&password=another+one+here&"
	    "repeated=another+one+here",
	    hidden(&reply, "csrf"));
	a.uri = "/settings/password";
	a.cookie = cookie;
	a.body = body;
	for (int i = 0; i < 7; i++) {
		reply = ask(&a);
		if (reply.status == 429)
			refused++;
		else
			assert_status(reply, 422);
	}
	assert_true(refused > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_approves_the_key_that_was_seen),
		cmocka_unit_test(test_a_token_is_shown_once_and_revoked),
		cmocka_unit_test(test_users_are_made_and_the_last_admin_stays),
		cmocka_unit_test(test_settings_are_saved),
		cmocka_unit_test(test_guessing_ones_own_password_is_throttled),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
