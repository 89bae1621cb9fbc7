/*
 * Parameters of jobs in the forms of schedules, hooks and buttons: typed as in
 * the job's own form, shown for the job that is chosen, told at their fields,
 * and nothing set that was not.
 */
#include "unit/web/page_fixture.h"

#define BACKUP "job=backup&parameters_of=backup"

static const char *stored(const char *path)
{
	static char kept[8192];
	struct buf text = BUF_INIT(sizeof(kept) - 1);
	struct commit_id tip;

	assert_ok(store_tip(portal.web->app.store, STORE_MAIN, &tip, e));
	assert_ok(
	    store_read(portal.web->app.store, &tip, path, &text, NULL, e));
	memcpy(kept, buf_text(&text), text.len + 1);
	buf_release(&text);
	return kept;
}

static void assert_stored(const char *path, const char *part)
{
	if (!strstr(stored(path), part))
		fail_msg("\"%s\" is not in %s", part, stored(path));
}

static void test_the_job_is_chosen_first(void **state)
{
	struct exchange_reply reply = get("/schedules/new");

	(void)state;
	assert_status(reply, 200);
	assert_has(reply, "Choose the job first.");
	assert_has_not(reply, "name=\"parameters\"");
	assert_has_not(reply, "name=\"parameters.area\"");
	reply = get("/schedules/new?job=backup");
	assert_has(reply, "<option value=\"backup\" selected>");
	assert_has(reply, "name=\"parameters_of\" value=\"backup\"");
	assert_has(reply, "name=\"parameters.area\"");
	assert_has(reply, "name=\"parameters.devices\"");
	assert_has(reply, "name=\"parameters.retries\"");
	assert_has(reply, "Not set: 2.");
	assert_has(reply, "not set (off)");
	assert_has_not(reply, "name=\"parameters.wave_percent\"");
}

static void test_the_fields_of_another_job_are_asked_for(void **state)
{
	struct exchange_reply reply = post("/schedules/new",
	    "name=x1&job=bulk-provision&parameters_of=backup&"
	    "parameters.area=lab&cron=wrong&show-parameters=1");

	(void)state;
	assert_status(reply, 200);
	assert_has(reply, "name=\"parameters_of\" value=\"bulk-provision\"");
	assert_has(reply, "name=\"parameters.wave_percent\"");
	assert_has(reply, "<option value=\"lab\" selected>");
	assert_has(reply, "value=\"wrong\"");
	assert_has_not(reply, "Nothing was saved");
	assert_status(get("/schedules/x1"), 404);
}

static void test_what_was_not_seen_is_not_saved(void **state)
{
	struct exchange_reply reply = post("/schedules/new",
	    "name=x1&job=bulk-provision&parameters_of=backup&"
	    "parameters.area=lab&cron=@daily");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "Nothing was saved yet");
	assert_has(reply, "name=\"parameters.wave_percent\"");
	assert_status(get("/schedules/x1"), 404);
}

static void test_only_what_is_set_is_kept(void **state)
{
	struct exchange_reply reply = post("/schedules/new",
	    "name=s1&enabled=on&cron=@daily&" BACKUP
	    "&parameters.area=lab&parameters.devices=r1&parameters.retries=&"
	    "parameters.all=false&parameters.accept_smaller=");

	(void)state;
	assert_goes_to(&reply, "/schedules/s1");
	assert_stored("schedules/s1.json", "\"area\": \"lab\"");
	assert_stored("schedules/s1.json", "\"all\": false");
	assert_null(strstr(stored("schedules/s1.json"), "retries"));
	assert_null(strstr(stored("schedules/s1.json"), "accept_smaller"));
	reply = get("/schedules/s1");
	assert_has(reply, "Area: <b>lab</b>");
	assert_has(reply, "Devices: <b>r1</b>");
	assert_has(reply, "At 00:00 every day, UTC.");
	reply = get("/schedules/s1/edit");
	assert_has(reply, "<option value=\"lab\" selected>");
	assert_has(reply, "<option value=\"false\" selected>off");
	assert_has(reply, "id=\"f-parameters.devices\" value=\"r1\"");
	assert_has(reply, "id=\"f-parameters.retries\" value=\"\"");
}

static void test_what_is_wrong_is_told_at_its_field(void **state)
{
	struct exchange_reply reply = post("/schedules/new",
	    "name=s2&cron=@daily&" BACKUP
	    "&parameters.area=nowhere&parameters.retries=many");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "id=\"f-parameters.retries-error\"");
	assert_has(reply, "value=\"many\"");
	reply = post("/schedules/new",
	    "name=s2&cron=@daily&" BACKUP "&parameters.area=nowhere");
	assert_status(reply, 422);
	assert_has(reply, "id=\"f-parameters.area-error\"");
	assert_has(reply, "area &#34;nowhere&#34; does not exist");
	assert_has(reply, "<option value=\"nowhere\" selected>");
	reply = post("/schedules/new", "name=s2&cron=@daily&" BACKUP);
	assert_status(reply, 422);
	assert_has(reply, "no device is chosen");
	assert_status(get("/schedules/s2"), 404);
}

static void test_a_hook_says_only_what_is_its_own(void **state)
{
	struct exchange_reply reply = get("/hooks/new");

	(void)state;
	/* without a job it provisions */
	assert_has(reply, "name=\"parameters.commit_changes\"");
	assert_has_not(reply, "name=\"parameters.device\"");
	assert_has_not(reply, "name=\"parameters.dry_run\"");
	reply = post("/hooks/new",
	    "name=h1&enabled=on&auto_provision_on_update=on&dry_run=on&"
	    "fields=role&job=provision&parameters_of=provision&"
	    "parameters.commit_changes=false");
	assert_goes_to(&reply, "/hooks/h1");
	assert_stored("hooks/h1.json", "\"commit_changes\": false");
	reply = get("/hooks/h1");
	assert_has(reply, "Commit changes: <b>off</b>");
	reply = get("/hooks/h1/edit");
	assert_has(reply, "<option value=\"false\" selected>off");
}

static void test_a_button_fills_its_jobs_form(void **state)
{
	struct exchange_reply reply = post("/buttons/new",
	    "name=b1&label=Back+up&enabled=on&" BACKUP "&parameters.retries=7");

	(void)state;
	assert_goes_to(&reply, "/buttons/b1");
	reply = get("/jobs/backup/run?device=r1&button=b1");
	assert_has(reply, "id=\"f-retries\" value=\"7\"");
}

static void test_what_the_job_does_not_know_is_named(void **state)
{
	static const char text[] =
	    "{\"name\": \"odd\", \"job\": \"backup\", \"cron\": \"@daily\", "
	    "\"parameters\": {\"all\": true, \"colour\": \"red\"}}\n";
	static const struct store_message message = { .author = "test",
		.subject = "Write" };
	struct commit_id id;
	struct store_txn *t;
	struct exchange_reply reply;

	(void)state;
	assert_ok(store_txn_begin(portal.web->app.store, STORE_MAIN, &t, e));
	assert_ok(store_txn_put(
	    t, "schedules/odd.json", text, strlen(text), STORE_ANY, e));
	assert_ok(store_txn_commit(t, &message, &id, NULL, e));
	reply = get("/schedules/odd/edit");
	assert_has(reply, "left out when this is saved: <code>colour</code>");
}

static void test_a_view_says_who_uses_it(void **state)
{
	struct exchange_reply reply = post("/views/new",
	    "name=core&label=Core&table=devices&query=status%3Dactive");

	(void)state;
	assert_goes_to(&reply, "/views/core");
	assert_has_not(get("/views/core/edit"), "decides what these do");
	reply = post("/schedules/new",
	    "name=s3&cron=@daily&" BACKUP "&parameters.view=core");
	assert_goes_to(&reply, "/schedules/s3");
	reply = get_as(TOKEN_OPERATOR, "/views/core/edit");
	assert_has(reply, "decides what these do: schedule s3. Only an admin");
	reply = post_as(TOKEN_OPERATOR, "/views/core/edit", "name=core");
	assert_status(reply, 422);
	reply = get("/views/core/delete");
	assert_has(reply, "These choose devices by it: schedule s3.");
	reply = post("/views/core/delete", "");
	assert_status(reply, 409);
}

/* Files and REST stay as they were: an object, checked alike. */
static void test_rest_takes_an_object(void **state)
{
	struct ask wish = { .method = "POST",
		.uri = "/api/v1/schedules",
		.token = portal.tokens[TOKEN_ADMIN],
		.type = "application/json",
		.body = "{\"name\":\"s5\",\"job\":\"backup\",\"cron\":\"30 2 * * "
			"1-5\",\"parameters\":{\"area\":\"nowhere\"}}" };
	struct exchange_reply reply = ask(&wish);

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "\"field\":\"parameters\"");
	assert_has(reply, "area: area \\\"nowhere\\\" does not exist");
	wish.body = "{\"name\":\"s5\",\"job\":\"backup\",\"cron\":\"30 2 * * "
		    "1-5\",\"parameters\":{\"area\":\"lab\"}}";
	assert_status(ask(&wish), 201);
	assert_has(get("/api/v1/schedules/s5/times"),
	    "at 02:30 on Monday to Friday, UTC");
}

static void test_what_is_gone_is_told(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("r7", "");
	reply = post("/schedules/new",
	    "name=s4&enabled=on&cron=@daily&" BACKUP
	    "&parameters.devices=r7");
	assert_goes_to(&reply, "/schedules/s4");
	reply = post("/devices/r7/delete", "");
	assert_goes_to(&reply, "/devices");
	assert_has(get("/schedules/s4"),
	    "It starts nothing: device &#34;r7&#34; does not exist.");
	assert_has(get("/schedules"), "device &#34;r7&#34; does not exist");
	reply = get("/");
	assert_has(reply, "<a href=\"/schedules/s4\">s4</a>: device "
			  "&#34;r7&#34; does not exist");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_job_is_chosen_first),
		cmocka_unit_test(test_the_fields_of_another_job_are_asked_for),
		cmocka_unit_test(test_what_was_not_seen_is_not_saved),
		cmocka_unit_test(test_only_what_is_set_is_kept),
		cmocka_unit_test(test_what_is_wrong_is_told_at_its_field),
		cmocka_unit_test(test_a_hook_says_only_what_is_its_own),
		cmocka_unit_test(test_a_button_fills_its_jobs_form),
		cmocka_unit_test(test_what_the_job_does_not_know_is_named),
		cmocka_unit_test(test_a_view_says_who_uses_it),
		cmocka_unit_test(test_rest_takes_an_object),
		cmocka_unit_test(test_what_is_gone_is_told),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
