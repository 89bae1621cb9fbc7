/*
 * The pages with their own templates, asked in-process: all of them answer,
 * what is not there is a page, and viewers see no way to change anything.
 */
#include "unit/web/page_fixture.h"

static void test_every_page_answers(void **state)
{
	static const char *const uris[] = { "/", "/devices",
		"/devices?q=r1&status=active&sort=-name&size=100&page=9",
		"/devices?tags=none", "/devices/new", "/devices/new?area=lab",
		"/devices/r1", "/devices/r1/edit", "/devices/r1/delete",
		"/devices/r1/config", "/devices/r1/config?view=intended",
		"/devices/r1/config?view=backup",
		"/devices/r1/config?view=nothing", "/devices/r1/intended",
		"/devices/r1/intended?from=backup", "/devices/r1/history",
		"/devices/r1/history?of=backup", "/devices/r1/runs", "/areas",
		"/areas?q=x", "/areas/new", "/areas/lab", "/areas/lab/edit",
		"/areas/lab/delete", "/vlans", "/vlans/new", "/roles",
		"/roles/router", "/platforms", "/platforms/frr", "/secrets",
		"/secrets/lab", "/secrets/lab/edit", "/buttons", "/buttons/new",
		"/hooks", "/hooks/new", "/hooks/default", "/hooks/default/edit",
		"/import", "/channels", "/channels/new", "/channels/ops",
		"/notifications", "/notifications?place=given-up",
		"/channels/ops/edit", "/schedules", "/schedules/new",
		"/schedules/nightly", "/schedules/nightly/edit",
		"/schedules/nightly/delete", "/jobs", "/jobs/provision/run",
		"/jobs/provision", "/jobs/generate-intended",
		"/jobs/backup/run?device=r1",
		"/jobs/provision/run?device=r1&button=none", "/runs",
		"/runs?device=r1&state=failed&trigger=form&job=backup&actor=x",
		"/audit", "/audit?device=r1&only=changes&person=test",
		"/settings", "/settings/users", "/settings/users/ann",
		"/settings/users/ann/delete",
		"/settings/tokens" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct exchange_reply reply = get(uris[i]);

		if (reply.status != 200)
			fail_msg("%s: %d %.*s", uris[i], reply.status,
			    (int)reply.body_len, reply.body);
		assert_has(reply, "</html>");
		assert_has_not(reply, "style=\"");
		assert_has_not(reply, "onclick=");
	}
}

static void test_what_is_not_there_is_a_page_that_says_so(void **state)
{
	static const char *const uris[] = { "/devices/nobody",
		"/devices/nobody/config", "/devices/nobody/edit",
		"/areas/nowhere", "/vlans/lab/99", "/jobs/dance/run",
		"/runs/20260101-000000-00000000", "/runs/nonsense",
		"/commits/0000000000000000000000000000000000000000",
		"/commits/nonsense", "/devices/r1/history/nonsense",
		"/devices/r1/raw/nonsense", "/settings/users/nobody" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct exchange_reply reply = get(uris[i]);

		if (reply.status != 404)
			fail_msg("%s: %d", uris[i], reply.status);
		assert_has(reply, "<h1>");
	}
}

static void test_viewers_see_no_way_to_change_and_have_none(void **state)
{
	struct exchange_reply reply = get_as(TOKEN_VIEWER, "/devices/r1");

	(void)state;
	assert_status(reply, 200);
	assert_has_not(reply, "/devices/r1/edit");
	assert_has_not(reply, "/delete");
	assert_has_not(reply, "/jobs/provision/run");
	reply = post_as(TOKEN_VIEWER, "/devices/new", "name=x");
	assert_status(reply, 403);
	assert_has(reply, "operator");
	reply = get_as(TOKEN_OPERATOR, "/secrets/lab/edit");
	assert_status(reply, 403);
	reply = get_as(TOKEN_OPERATOR, "/settings/tokens");
	assert_status(reply, 403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_page_answers),
		cmocka_unit_test(test_what_is_not_there_is_a_page_that_says_so),
		cmocka_unit_test(
		    test_viewers_see_no_way_to_change_and_have_none),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
