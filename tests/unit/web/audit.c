/*
 * The audit trail: filters, pages, files for other programs; and the history of
 * a device over REST.
 */
#include "unit/web/open_pages.h"

static struct exchange_reply get(const char *uri)
{
	return ask(
	    &(struct ask){ .uri = uri, .token = portal.tokens[TOKEN_VIEWER] });
}

static size_t count(const struct exchange_reply *reply, const char *text)
{
	const char *at = reply->body, *end = at + reply->body_len;
	size_t n = 0, len = strlen(text);

	while ((at = memmem(at, (size_t)(end - at), text, len)) != NULL) {
		at += len;
		n++;
	}
	return n;
}

struct event {
	enum store_branch branch;
	const char *author, *subject, *device, *job, *result;
	int64_t time_s;
	const char *path, *text;
};

static void make(const struct event *event)
{
	struct store_trailer trailers[] = { { "Trigger", "form" },
		{ "Device", event->device }, { "Job", event->job },
		{ "Result", event->result } };
	struct store_message m = { .author = event->author,
		.subject = event->subject,
		.trailers = trailers,
		.n_trailers = event->job ? 4 : 2,
		.time_ms = event->time_s * 1000 };
	struct commit_id id;
	struct store_txn *t;

	assert_ok(store_txn_begin(portal.web->app.store, event->branch, &t, e));
	fixture_put(t, event->path, event->text);
	assert_ok(store_txn_commit(t, &m, &id, NULL, e));
}

/* Two days, two people, two devices; all after what the fixture did. */
#define DAY 4102444800 /* 2100-01-01 */
static const struct event events[] = {
	{ STORE_MAIN, "anna", "alpha", "r1", NULL, NULL, DAY + 1,
	    "intended/lab/r1.cfg", "a\n" },
	{ STORE_RUNS, "anna", "beta", "r1", "provision", "succeeded", DAY + 2,
	    "2100/01/01/x/run.json", "{}\n" },
	{ STORE_MAIN, "=bob,\"x\"", "gamma", "2 devices", "generate-intended",
	    "succeeded", DAY + 3, "intended/lab/r1.cfg", "b\n" },
	{ STORE_RUNS, "=bob,\"x\"", "delta", "r2", "provision", "failed",
	    DAY + 86400 * 3, "2100/01/04/x/run.json", "{}\n" },
};

static void make_all(void)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		make(&events[i]);
}

static const char *const words[] = { "alpha", "beta", "gamma", "delta" };

/* The page has just these events; expected: their first letters. */
static void assert_events(const char *query, const char *expected)
{
	char uri[200];
	struct exchange_reply reply;

	snprintf(uri, sizeof(uri), "/audit?%s", query);
	reply = get(uri);
	assert_status(reply, 200);
	for (int i = 0; i < 4; i++) {
		bool wanted = strchr(expected, words[i][0]) != NULL;

		if ((count(&reply, words[i]) == 1) != wanted)
			fail_msg("%s: %s is %s", uri, words[i],
			    wanted ? "missing" : "there");
	}
}

/* A run over three devices and what it left on branch runs. */
static void a_run_over_many_is_found_under_each(void **state)
{
	struct store_trailer trailers[] = { { "Run-Id", FIXTURE_RUN },
		{ "Job", "generate-intended" }, { "Trigger", "form" },
		{ "Device", "12 devices" }, { "Result", "failed" } };
	struct store_message m = { .author = "carla",
		.subject = "omega",
		.trailers = trailers,
		.n_trailers = 5 };
	struct exchange_reply reply;
	struct commit_id id;
	struct store_txn *t;

	(void)state;
	fixture_put_rows(12);
	assert_ok(store_txn_begin(portal.web->app.store, STORE_RUNS, &t, e));
	fixture_put(t, "2026/11/21/" FIXTURE_RUN "/log.jsonl", "{}\n");
	assert_ok(store_txn_commit(t, &m, &id, NULL, e));
	reply = get("/audit?device=d11");
	assert_int_equal(count(&reply, "omega"), 1);
	reply = get("/audit?device=d0");
	assert_int_equal(count(&reply, "omega"), 1);
	reply = get("/audit?device=d12");
	assert_int_equal(count(&reply, "omega"), 0);
	reply = get("/audit?device=d1&result=succeeded");
	assert_int_equal(count(&reply, "omega"), 0);
	reply = get("/audit.csv?device=d7");
	assert_int_equal(count(&reply, "omega"), 1);
	/* the runs of a device too */
	reply = get("/runs?device=d9");
	assert_true(count(&reply, FIXTURE_RUN) > 0);
	reply = get("/runs?device=d12");
	assert_int_equal(count(&reply, FIXTURE_RUN), 0);
}

static void the_timeline_is_filtered(void **state)
{
	(void)state;
	make_all();
	assert_events("", "abgd");
	assert_events("person=anna", "ab");
	/* gamma is of two devices, and wrote a file of r1 */
	assert_events("device=r1", "abg");
	assert_events("device=r2", "d");
	assert_events("job=provision", "bd");
	assert_events("job=provision&result=failed", "d");
	assert_events("trigger=form&only=changes", "ag");
	assert_events("only=runs", "bd");
	assert_events("since=2100-01-03", "d");
	assert_events(
	    "since=2100-01-01T00:00:02Z&until=2100-01-01T00:00:03Z", "b");
	assert_events("person=nobody", "");
	assert_status(get("/audit?since=yesterday"), 400);
	assert_status(get("/audit?until=2100-13-01"), 400);
	assert_status(get("/audit?only=all"), 400);
	assert_status(get("/audit?before=x"), 422);
}

static void it_is_given_as_csv_and_json(void **state)
{
	struct exchange_reply reply;
	json_t *json, *first;

	(void)state;
	make_all();
	reply = get("/audit.csv?only=runs");
	assert_status(reply, 200);
	assert_string_equal(
	    header(&reply, "Content-Type"), "text/csv; charset=utf-8");
	assert_int_equal(count(&reply, "\"time\",\"person\",\"what\""), 1);
	assert_int_equal(
	    count(&reply, "\"2100-01-04T00:00:00.000Z\",\"'=bob,\"\"x\"\"\","
			  "\"delta\",\"r2\",\"provision\",\"form\",\"failed\""),
	    1);
	reply = get("/audit.json?device=r2");
	json = json_of(&reply);
	assert_int_equal(json_array_size(json_object_get(json, "items")), 1);
	first = json_array_get(json_object_get(json, "items"), 0);
	assert_string_equal(json_text(first, "person", ""), "=bob,\"x\"");
	assert_string_equal(json_text(first, "branch", ""), "runs");
	assert_true(json_is_null(json_object_get(json, "next")));
	json_decref(json);
	reply = get("/audit.json?person=nobody");
	json = json_of(&reply);
	assert_int_equal(json_array_size(json_object_get(json, "items")), 0);
	json_decref(json);
}

static void rest_filters_alike(void **state)
{
	struct exchange_reply reply;
	json_t *json;

	(void)state;
	make_all();
	reply = get("/api/v1/audit?device=r1&since=2100-01-01T00:00:00Z");
	json = json_of(&reply);
	assert_int_equal(json_array_size(json_object_get(json, "items")), 3);
	json_decref(json);
	assert_status(get("/api/v1/audit?since=x"), 400);
}

static void rest_tells_what_a_commit_did_to_a_device(void **state)
{
	struct exchange_reply reply =
	    get("/api/v1/devices/r1/history?kind=intended&limit=1");
	json_t *json, *entry, *change;
	char uri[200];

	(void)state;
	make_all();
	reply = get("/api/v1/devices/r1/history?kind=intended&limit=1");
	json = json_of(&reply);
	entry = json_array_get(json_object_get(json, "items"), 0);
	assert_string_equal(json_text(entry, "subject", ""), "gamma");
	change = json_array_get(json_object_get(entry, "changes"), 0);
	assert_string_equal(json_text(change, "kind", ""), "intended");
	assert_string_equal(json_text(change, "what", ""), "changed");
	assert_int_equal(json_number(change, "added", -1), 1);
	assert_int_equal(json_number(change, "removed", -1), 1);
	snprintf(uri, sizeof(uri),
	    "/api/v1/devices/r1/versions/%s?kind=intended",
	    json_text(json, "next", ""));
	json_decref(json);
	reply = get(uri);
	assert_status(reply, 200);
	assert_string_equal(reply.body, "a\n");
	assert_non_null(header(&reply, "ETag"));
	assert_status(get("/api/v1/devices/r1/history?kind=x"), 400);
	assert_status(get("/api/v1/devices/r1/versions/zz"), 404);
	assert_status(get("/api/v1/devices/no/versions/zz"), 404);
}

/* Git takes names and messages of any bytes. */
static void rest_tells_of_commits_in_other_encodings(void **state)
{
	struct exchange_reply reply;
	json_t *json, *entry, *trailers;
	char command[600];

	(void)state;
	make_all();
	snprintf(command, sizeof(command),
	    "cd %s/store.git && c=$(git cat-file commit main | LC_ALL=C sed "
	    "-e 's/^author =bob/author J\xf6rg/' -e 's/^gamma/gr\xfc\xdf/' "
	    "-e 's/^Result: .*/Result: \xfc/') && git update-ref "
	    "refs/heads/main $(printf '%%s\\n' \"$c\" | "
	    "git hash-object -t commit -w --stdin)",
	    portal.dir);
	assert_int_equal(system(command), 0);
	reply = get("/api/v1/audit?only=changes&limit=1");
	assert_status(reply, 200);
	json = json_of(&reply);
	entry = json_array_get(json_object_get(json, "items"), 0);
	trailers = json_object_get(entry, "trailers");
	assert_string_equal(
	    json_text(entry, "subject", ""), "gr\xef\xbf\xbd\xef\xbf\xbd");
	assert_memory_equal(
	    json_text(entry, "author", ""), "J\xef\xbf\xbdrg", 6);
	assert_string_equal(json_text(trailers, "Result", ""), "\xef\xbf\xbd");
	json_decref(json);
	assert_status(get("/api/v1/devices/r1/history"), 200);
	assert_status(get("/devices/r1/history"), 200);
	assert_status(get("/audit"), 200);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_pages, portal_close)
	const struct CMUnitTest tests[] = {
		T(a_run_over_many_is_found_under_each),
		T(the_timeline_is_filtered),
		T(it_is_given_as_csv_and_json),
		T(rest_filters_alike),
		T(rest_tells_what_a_commit_did_to_a_device),
		T(rest_tells_of_commits_in_other_encodings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
