/*
 * The table of runs: filtered, ordered, handed out; and what is done with many.
 */
#include "unit/web/page_fixture.h"

/* Both are there, the first before the second. */
static void assert_order(
    const struct exchange_reply *reply, const char *one, const char *two)
{
	const char *a = memmem(reply->body, reply->body_len, one, strlen(one));
	const char *b = memmem(reply->body, reply->body_len, two, strlen(two));

	assert_non_null(a);
	assert_non_null(b);
	assert_true(a < b);
}

static void test_runs_are_ordered_and_handed_out(void **state)
{
	struct exchange_reply reply;
	json_t *whole, *all, *one;

	(void)state;
	fixture_put_rows(3);
	make_device("q1", "&platform=frr&primary_ip4=192.0.2.8");
	assert_status(post("/devices/q1/intended", "text=hostname+q1"), 303);
	reply = post("/jobs/provision/run", "device=q1&dry_run=on");
	assert_status(reply, 303);
	/* "generate-…" comes before "provision" */
	reply = get("/runs?sort=job");
	assert_order(&reply, "/runs/" FIXTURE_RUN, "/devices/q1");
	assert_has(reply, "aria-sort=\"ascending\"");
	reply = get("/runs?sort=-job&size=1");
	assert_has(reply, "/devices/q1");
	assert_has_not(reply, "/runs/" FIXTURE_RUN);
	assert_has(reply, "page=2");
	reply = get("/runs?sort=-job&size=1&page=2");
	assert_has(reply, "/runs/" FIXTURE_RUN);
	assert_has_not(reply, "/devices/q1");
	/* the newest first, unless asked otherwise */
	reply = get("/runs?size=1&device=q1&device=d1");
	assert_has(reply, "1–1 of 2");
	assert_has(reply, "page=2");
	assert_has(reply, "aria-sort=\"descending\"");
	reply = get("/runs?sort=time&device=q1&device=d1");
	assert_has(reply, "1–2 of 2");
	assert_has(get("/runs?q=GENERATE"), "/runs/" FIXTURE_RUN);
	assert_has(get("/runs?q=nothing-like-it"), "No run matches");
	assert_has(get("/runs?devices=3"), "/runs/" FIXTURE_RUN);
	assert_has(get("/runs?id=" FIXTURE_RUN "&col=id&col=devices"),
	    ">3</td>");
	reply = get("/runs.csv?col=state&col=device&job=generate-intended");
	assert_has(reply, "\"job\",\"device\",\"state\"\r\n"
			  "\"generate-intended\",\"d0, d1, d2\","
			  "\"failed\"\r\n");
	reply = get("/runs.json?job=generate-intended");
	all = whole = json_of(&reply);
	all = json_object_get(all, "items");
	assert_int_equal(json_array_size(all), 1);
	one = json_array_get(all, 0);
	assert_int_equal(json_array_size(json_object_get(one, "device")), 3);
	assert_string_equal(json_text(one, "state", ""), "failed");
	json_decref(whole);
}

/* The hidden field of the form that was shown, as a part of the next one. */
static void add_field(
    const struct exchange_reply *reply, const char *name, struct buf *form)
{
	char start[80];
	const char *at, *end;

	snprintf(start, sizeof(start), "name=\"%s\" value=\"", name);
	at = memmem(reply->body, reply->body_len, start, strlen(start));
	assert_non_null(at);
	at += strlen(start);
	end = strchr(at, '"');
	buf_printf(form, "&%s=%.*s", name, (int)(end - at), at);
}

/* What a click on the button of the form would send. */
static char *confirm(const struct exchange_reply *reply)
{
	struct buf form = BUF_INIT(4096);

	buf_puts(&form, "x=y");
	add_field(reply, "once", &form);
	add_field(reply, "rows", &form);
	add_field(reply, "digest", &form);
	return buf_steal(&form, NULL);
}

static void start_run(const char *device, char *id, size_t size)
{
	char location[200], uri[100], form[100];
	struct exchange_reply reply;

	make_device(device, "&platform=frr&primary_ip4=192.0.2.7");
	snprintf(uri, sizeof(uri), "/devices/%s/intended", device);
	assert_status(post(uri, "text=hostname+q"), 303);
	snprintf(form, sizeof(form), "device=%s&dry_run=on", device);
	reply = post("/jobs/provision/run", form);
	take_header(&reply, "Location", location, sizeof(location));
	snprintf(id, size, "%s", location + strlen("/runs/"));
}

static void test_cancels_the_runs_that_were_ticked(void **state)
{
	char id[60], form[300], *sent;
	struct exchange_reply reply;

	(void)state;
	start_run("q2", id, sizeof(id));
	snprintf(form, sizeof(form), "scope=ticked&action=cancel&row=%s", id);
	assert_status(post_as(TOKEN_VIEWER, "/bulk/runs", form), 403);
	assert_has_not(get_as(TOKEN_VIEWER, "/runs"), "/bulk/runs");
	/* the number and the run are told, and nothing is done yet */
	reply = post("/bulk/runs?device=q2", form);
	assert_status(reply, 200);
	assert_has(reply, "Cancel: <b>1</b> run");
	assert_has(reply, "/bulk/runs/cancel?device=q2");
	sent = confirm(&reply);
	assert_has(get("/runs?device=q2&state=queued"), id);
	assert_status(post_as(TOKEN_VIEWER, "/bulk/runs/cancel", sent), 403);
	reply = post("/bulk/runs/cancel?device=q2", sent);
	assert_has(reply, "1 of 1 run was asked to stop");
	free(sent);
	/* what is gone, none at all, an unknown act */
	assert_status(
	    post("/bulk/runs", "scope=ticked&action=cancel&row=nonsense"), 409);
	assert_status(post("/bulk/runs", "scope=ticked&action=cancel"), 422);
	assert_status(post("/bulk/runs", "scope=all&action=dance"), 404);
}

static void test_runs_again_what_failed(void **state)
{
	struct exchange_reply reply;
	char id[60], *sent;

	(void)state;
	fixture_put_rows(3);
	start_run("q3", id, sizeof(id));
	make_device("d0", "");
	/* all that match; one is under way, and is left */
	reply =
	    post("/bulk/runs?device=q3&device=d0", "scope=all&action=again");
	assert_has(reply, "Run again: <b>1</b> run");
	assert_has(reply, "1 of the 2 chosen is left as it is");
	assert_has(reply, "it has not ended yet");
	sent = confirm(&reply);
	/* other rows than those that were shown are not taken */
	assert_status(
	    post("/bulk/runs/again", "rows=" FIXTURE_RUN "&digest=00"), 409);
	reply = post("/bulk/runs/again?device=q3&device=d0", sent);
	assert_has(reply, "1 of 2 runs was started again");
	assert_has(reply, "cannot be run again: it has not ended yet");
	assert_has(get("/runs?trigger=bulk"), "1–1 of 1");
	/* the same form once more starts nothing twice */
	reply = post("/bulk/runs/again?device=q3&device=d0", sent);
	assert_has(reply, "1 of 2 runs was started again");
	assert_has(get("/runs?trigger=bulk"), "1–1 of 1");
	free(sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_are_ordered_and_handed_out),
		cmocka_unit_test(test_cancels_the_runs_that_were_ticked),
		cmocka_unit_test(test_runs_again_what_failed),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
