/*
 * What runs by itself: settings of jobs, hooks, schedules.
 */
#include "unit/web/page_fixture.h"

static void test_a_hook_is_tried_as_a_dry_run(void **state)
{
	struct exchange_reply reply = get("/hooks/default");

	(void)state;
	assert_has(reply, "Try it");
	assert_int_equal(
	    post_as(TOKEN_VIEWER, "/hooks/default/test", "device=r1").status,
	    403);
	reply = post_as(TOKEN_OPERATOR, "/hooks/default/test", "device=none");
	assert_non_null(strstr(reply.head, "Location: /hooks/default"));
	reply =
	    post_as(TOKEN_OPERATOR, "/hooks/default/test", "device=r1&once=h");
	assert_int_equal(reply.status, 303);
	assert_non_null(strstr(reply.head, "/runs/"));
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = "/api/v1/hooks/default/test",
	    .token = portal.tokens[TOKEN_OPERATOR],
	    .type = "application/json",
	    .body = "{\"device\":\"r1\"}" });
	assert_int_equal(reply.status, 202);
	assert_has(reply, "\"dry_run\":true");
}

static void test_a_hook_whose_job_only_reads_is_tried_as_it_is(void **state)
{
	struct exchange_reply reply;

	(void)state;
	assert_int_equal(
	    ask(&(struct ask){ .method = "POST",
		    .uri = "/api/v1/hooks",
		    .token = portal.tokens[TOKEN_ADMIN],
		    .type = "application/json",
		    .body = "{\"name\":\"reader\",\"job\":\"backup\"}" })
		.status,
	    201);
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = "/api/v1/hooks/reader/test",
	    .token = portal.tokens[TOKEN_OPERATOR],
	    .type = "application/json",
	    .body = "{\"device\":\"r1\"}" });
	assert_int_equal(reply.status, 202);
	assert_has(reply, "\"job\":\"backup\"");
	assert_has(reply, "\"tried\"");
}

static void test_a_schedule_is_paused_and_run_by_hand(void **state)
{
	struct exchange_reply reply = get("/schedules/nightly");

	(void)state;
	assert_has(reply, "30 2 * * *");
	assert_has(reply, "02:30:00 +0");
	assert_has(reply, "Run now");
	reply = get_as(TOKEN_VIEWER, "/schedules/nightly");
	assert_has_not(reply, "Run now");
	assert_has_not(reply, "Pause");
	assert_int_equal(
	    post_as(TOKEN_OPERATOR, "/schedules/nightly/pause", "").status,
	    403);
	assert_int_equal(post("/schedules/nightly/pause", "").status, 303);
	reply = get("/schedules/nightly");
	assert_has(reply, "It is paused");
	reply = get("/schedules");
	assert_has(reply, "paused");
	assert_int_equal(post("/schedules/nightly/resume", "").status, 303);
	reply = get("/schedules/nightly");
	assert_has_not(reply, "It is paused");
	reply = post_as(TOKEN_OPERATOR, "/schedules/nightly/run", "once=x");
	assert_int_equal(reply.status, 303);
	assert_non_null(strstr(reply.head, "/runs/"));
	/* it has not ended: not again */
	reply = post_as(TOKEN_OPERATOR, "/schedules/nightly/run", "once=y");
	assert_non_null(strstr(reply.head, "Location: /schedules/nightly"));
	reply = get("/schedules/nightly");
	assert_has(reply, "in hand");
	reply = get("/api/v1/schedules/nightly/times");
	assert_has(reply, "\"open\"");
}

static void test_the_settings_of_a_job_are_kept(void **state)
{
	struct exchange_reply reply = get("/jobs/backup");

	(void)state;
	assert_has(reply, "name=\"retries\"");
	assert_has_not(reply, "name=\"name\"");
	reply = get_as(TOKEN_OPERATOR, "/jobs/backup");
	assert_has_not(reply, "name=\"retries\"");
	assert_int_equal(
	    post_as(TOKEN_OPERATOR, "/jobs/backup", "enabled=on").status, 403);
	reply = post("/jobs/backup", "enabled=on&retries=99");
	assert_int_equal(reply.status, 422);
	assert_has(reply, "99");
	assert_int_equal(post("/jobs/backup",
			     "retries=2&retry_delay=30&notify=on&reason=frozen")
			     .status,
	    303);
	reply = get("/jobs/backup");
	assert_has(reply, "This job is disabled: frozen");
	reply = get("/jobs");
	assert_has(reply, "The job backup is disabled: frozen");
	reply = post("/jobs/backup/run", "device=r1");
	assert_int_equal(reply.status, 409);
	assert_has(reply, "disabled");
	reply = get("/api/v1/jobs/backup/settings");
	assert_has(reply, "\"reason\"");
	/* someone else's version */
	reply = post("/jobs/backup",
	    "version=0000000000000000000000000000000000000001&enabled=on");
	assert_int_equal(reply.status, 409);
	reply = get("/jobs/backup");
	{
		char form[500];

		snprintf(form, sizeof(form),
		    "version=%s&enabled=on&retries=0&retry_delay=60",
		    hidden(&reply, "version"));
		assert_int_equal(post("/jobs/backup", form).status, 303);
	}
	reply = get("/jobs/backup");
	assert_has_not(reply, "This job is disabled");
	assert_int_equal(get("/jobs/dance").status, 404);
}

static void set_status(const char *status)
{
	struct exchange_reply reply = get("/devices/r1/edit");
	char form[500];

	snprintf(form, sizeof(form),
	    "version=%s&name=r1&area=lab&role=router&platform=frr"
	    "&primary_ip4=192.0.2.1&status=%s",
	    hidden(&reply, "version"), status);
	assert_int_equal(post("/devices/r1/edit", form).status, 303);
}

static void test_why_a_job_is_off_reads_as_a_sentence(void **state)
{
	struct exchange_reply reply = get("/devices/r1");

	(void)state;
	assert_has(reply, "<b>Off.</b> Teardown is for devices whose status");
	assert_has(get("/jobs/teardown/run?device=r1"), "now. Teardown is for");
	set_status("failed");
	reply = get("/devices/r1");
	assert_has(reply, "<b>Off.</b> Its status is failed: ");
	assert_has_not(reply, "r1: its status");
	set_status("active");
}

/* Nobody has said what is to be taken off: the page says so, and leads to
 * where it can be said. */
static void test_teardown_without_lines_is_off(void **state)
{
	static const char template[] =
	    "href=\"/templates/edit?name=frr/teardown.j2\"";
	static const char lines[] =
	    "href=\"/platforms/frr/edit#f-teardown_lines\"";
	struct exchange_reply reply;

	(void)state;
	write_config("buttons/teardown.json",
	    "{\n  \"job\": \"teardown\",\n  \"label\": \"Tear down\",\n"
	    "  \"name\": \"teardown\"\n}\n");
	set_status("decommissioning");
	reply = get("/devices/r1");
	assert_has(
	    reply, "<b>Tear down</b> is off. There is no templates/frr/");
	assert_has(reply, "<b>Off.</b> There is no templates/frr/teardown.j2");
	assert_has(reply, template);
	assert_has(reply, lines);
	assert_has_not(get_as(TOKEN_VIEWER, "/devices/r1"), template);
	reply = get("/jobs/teardown/run?device=r1");
	assert_has(reply, "This cannot run now. There is no templates/frr/");
	assert_has(reply, template);
	assert_has(get("/platforms/frr/edit"), "id=\"f-teardown_lines\"");
	write_config("templates/frr/teardown.j2", "no hostname\n");
	reply = get("/devices/r1");
	assert_has_not(reply, "<b>Tear down</b> is off.");
	assert_has_not(reply, template);
	assert_has_not(get("/jobs/teardown/run?device=r1"), "cannot run now");
	set_status("active");
}

/* The same words wherever it is asked for; nothing is kept. */
static void test_no_schedule_is_once_in_the_past(void **state)
{
	static const char passed[] = "2020-01-01T00:00 has passed in UTC";
	static const char json[] =
	    "{\"name\":\"late\",\"job\":\"backup\",\"at\":"
	    "\"2020-01-01T00:00\",\"parameters\":{\"all\":true}}";
	struct ask rest = { .method = "POST",
		.uri = "/api/v1/schedules",
		.token = portal.tokens[TOKEN_ADMIN],
		.type = "application/json",
		.body = json };
	struct exchange_reply reply = post("/schedules/new",
	    "name=late&job=backup&parameters_of=backup&enabled=on&"
	    "parameters.all=true&at=2020-01-01T00%3A00&time_zone=UTC&"
	    "missed=skip");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, passed);
	reply = ask(&rest);
	assert_status(reply, 422);
	assert_has(reply, passed);
	assert_status(get("/schedules/late"), 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_settings_of_a_job_are_kept),
		cmocka_unit_test(test_a_hook_is_tried_as_a_dry_run),
		cmocka_unit_test(
		    test_a_hook_whose_job_only_reads_is_tried_as_it_is),
		cmocka_unit_test(test_a_schedule_is_paused_and_run_by_hand),
		cmocka_unit_test(test_no_schedule_is_once_in_the_past),
		cmocka_unit_test(test_why_a_job_is_off_reads_as_a_sentence),
		cmocka_unit_test(test_teardown_without_lines_is_off),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
