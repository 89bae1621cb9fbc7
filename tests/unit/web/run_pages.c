/*
 * Runs from pages: forms and buttons start them once, queued ones are
 * cancelled, many devices are a table.
 */
#include "unit/web/page_fixture.h"

static const char *run_of(const struct exchange_reply *reply)
{
	static char location[100];

	assert_status(*reply, 303);
	take_header(reply, "Location", location, sizeof(location));
	assert_true(text_starts_with(location, "/runs/"));
	return location;
}

static void test_the_form_starts_a_dry_run(void **state)
{
	struct exchange_reply reply = get("/jobs/provision/run?device=r1");
	const char *run;

	(void)state;
	assert_has(reply, "name=\"dry_run\" id=\"f-dry_run\" value=\"on\" "
			  "checked");
	reply = post(
	    "/jobs/provision/run", "device=r1&dry_run=on&commit_changes=on");
	run = run_of(&reply);
	reply = get(run);
	assert_status(reply, 200);
	assert_has(reply, "queued");
	assert_has(reply, "dry run");
	assert_has(reply, "<dt>Trigger</dt><dd>form</dd>");
	reply = post_as(TOKEN_VIEWER, "/jobs/provision/run", "device=r1");
	assert_status(reply, 403);
}

static void test_a_button_is_the_trigger(void **state)
{
	struct exchange_reply reply = post("/buttons/new",
	    "name=go&label=Go+now&job=provision&enabled=on&one_click=on&"
	    "parameters_of=provision&parameters.dry_run=true");
	const char *run;

	(void)state;
	assert_goes_to(&reply, "/buttons/go");
	reply = get("/devices/r1");
	assert_has(reply, "Go now");
	reply = post("/devices/r1/button", "button=go");
	run = run_of(&reply);
	reply = get(run);
	assert_has(reply, "<dt>Trigger</dt><dd>button</dd>");
	reply = post("/jobs/provision/run",
	    "device=r1&dry_run=on&commit_changes=on&button=go");
	run = run_of(&reply);
	reply = get(run);
	assert_has(reply, "<dt>Trigger</dt><dd>button</dd>");
	assert_status(post("/devices/r1/button", "button=none"), 404);
}

static void test_twice_the_same_form_is_one_run(void **state)
{
	char first[100];
	struct exchange_reply reply =
	    post("/jobs/backup/run", "device=r1&once=abc");

	(void)state;
	snprintf(first, sizeof(first), "%s", run_of(&reply));
	reply = post("/jobs/backup/run", "device=r1&once=abc");
	assert_string_equal(run_of(&reply), first);
}

static void test_a_queued_run_is_cancelled(void **state)
{
	struct exchange_reply reply = post("/jobs/backup/run", "device=r1");
	char uri[120], run[100];

	(void)state;
	snprintf(run, sizeof(run), "%s", run_of(&reply));
	snprintf(uri, sizeof(uri), "%s/cancel", run);
	reply = post(uri, "");
	assert_goes_to(&reply, run);
	snprintf(uri, sizeof(uri), "%s/log?since=0", run);
	reply = get(uri);
	assert_status(reply, 200);
	assert_has(reply, "\"lines\":[]");
	assert_status(get("/runs/20260101-000000-00000000/log"), 404);
}

static void test_many_devices_are_a_table(void **state)
{
	struct exchange_reply reply;

	(void)state;
	fixture_put_rows(250);
	reply = get("/runs/" FIXTURE_RUN);
	assert_status(reply, 200);
	assert_has(reply, "166 done · 84 failed · 0 left");
	assert_has(reply, "Page 1 of 3");
	assert_has(reply, "<td>d99</td>");
	assert_has_not(reply, "<td>d100</td>");
	reply = get("/runs/" FIXTURE_RUN "?show=failed&page=1");
	assert_has(reply, "84 devices");
	assert_has_not(reply, "<td>d1</td>");
	assert_status(get("/runs/" FIXTURE_RUN "?page=0"), 400);
	reply = get("/runs");
	assert_has(reply, "250 devices");
	/* no device's last run failed: what failed was the job */
	reply = get("/");
	assert_has(reply, "href=\"/runs/" FIXTURE_RUN "\"");
	assert_has_not(reply, "\"/devices/\"");
}

static void test_a_button_that_is_off_says_why(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = post("/devices/new",
	    "name=failed1&status=failed&platform=frr&area=lab&"
	    "primary_ip4=192.0.2.8");
	assert_status(reply, 303);
	reply = get("/devices/failed1");
	assert_has(reply, "Its status is failed");
	reply = post("/jobs/provision/run", "device=failed1&dry_run=on");
	assert_status(reply, 409);
	assert_has(reply, "its status is failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_form_starts_a_dry_run),
		cmocka_unit_test(test_a_button_is_the_trigger),
		cmocka_unit_test(test_twice_the_same_form_is_one_run),
		cmocka_unit_test(test_a_queued_run_is_cancelled),
		cmocka_unit_test(test_many_devices_are_a_table),
		cmocka_unit_test(test_a_button_that_is_off_says_why),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
