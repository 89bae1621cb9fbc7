/* The dashboard: first steps, what needs attention, coverage. */
#include "unit/web/page_fixture.h"

#include "app/reach_book.h"

static void put_run(const char *id, const char *more)
{
	static const struct store_message message = { .author = "test",
		.subject = "Run" };
	char path[96], text[600];
	struct commit_id commit;
	struct store_txn *t;
	struct store *store;

	snprintf(text, sizeof(text),
	    "{\"id\":\"%s\",\"trigger\":\"form\",\"actor\":\"ann\","
	    "\"parameters\":{},\"finished_at\":\"2026-11-20T08:30:00.000Z\","
	    "%s}\n",
	    id, more);
	snprintf(path, sizeof(path), "%s/store.git", portal.dir);
	assert_ok(store_open(path, &store, e));
	assert_ok(store_txn_begin(store, STORE_RUNS, &t, e));
	snprintf(path, sizeof(path), "2026/11/20/%s/run.json", id);
	fixture_put(t, path, text);
	assert_ok(store_txn_commit(t, &message, &commit, NULL, e));
	store_close(store);
}

static void test_leads_through_the_first_steps(void **state)
{
	struct exchange_reply reply = get("/");

	(void)state;
	assert_has(reply, "First steps");
	assert_has(reply, "Make an area <span class=\"hidden\">(done)</span>");
	assert_has(reply, "Take its first backup <span class=\"hidden\">");
	assert_has(reply, "href=\"/jobs/provision/run?device=r1\"");
	/* who may not do them is shown no way to */
	assert_has_not(get_as(TOKEN_VIEWER, "/"),
	    "href=\"/jobs/provision/run?device=r1\"");
	put_run("20261120-083000-00000001",
	    "\"job\":\"provision\",\"state\":\"succeeded\",\"devices\":["
	    "{\"name\":\"r1\",\"state\":\"succeeded\"}]");
	assert_has_not(get("/"), "First steps");
}

static void test_says_what_needs_attention(void **state)
{
	struct exchange_reply reply = get("/");

	(void)state;
	assert_has(reply, "Nothing: every device");
	put_run("20261120-083100-00000002",
	    "\"job\":\"compare\",\"state\":\"succeeded\",\"devices\":["
	    "{\"name\":\"r1\",\"state\":\"succeeded\",\"added\":2,"
	    "\"removed\":1},{\"name\":\"r2\",\"state\":\"succeeded\"}]");
	reply = get("/");
	assert_has(reply,
	    "/runs/20261120-083100-00000002?show=changed\">1 of 2 devices</a> "
	    "differs");
	put_run("20261120-083200-00000003",
	    "\"job\":\"backup\",\"state\":\"failed\",\"result\":\"cut off\","
	    "\"devices\":[{\"name\":\"r1\",\"state\":\"failed\","
	    "\"quarantined\":true}]");
	reply = get("/");
	assert_has(reply, "was not whole and was put aside");
	assert_has(reply, "cut off");
	put_run("20261120-083300-00000004",
	    "\"job\":\"backup\",\"state\":\"succeeded\",\"devices\":["
	    "{\"name\":\"r1\",\"state\":\"succeeded\"}]");
	reply = get("/");
	assert_has_not(reply, "was put aside");
}

static void test_covers_by_status(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("cov1", "");
	reply = get("/");
	assert_has(reply, "1 backed up</span>");
	assert_has(reply, "1 intended</span>");
	assert_has(reply, "href=\"/devices?status=active\"");
}

/* A few are named; many are counted by area. */
static void test_gathers_what_is_down(void **state)
{
	struct reach_state states[7] = { 0 };

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		snprintf(
		    states[i].device, sizeof(states[i].device), "down%zu", i);
		states[i].verdict = REACH_DOWN;
		if (i < 6)
			make_device(states[i].device, "");
	}
	assert_ok(reach_book_write(portal.dir, states, 2, e));
	assert_has(get("/"), "href=\"/devices/down1\">down1</a> has not");
	assert_ok(reach_book_write(portal.dir, states, 7, e));
	assert_has(get("/"), ">7 devices</a> do not answer");
	assert_has(get("/"), "href=\"/devices?area=lab\">lab</a> 6 · ");
	assert_has(get("/"), "elsewhere 1</span>");
	assert_has_not(get("/"), "href=\"/devices/down1\"");
}

/* Without the runs that only ask whether it answers. */
static void test_device_tells_what_happened_lately(void **state)
{
	struct exchange_reply reply;

	(void)state;
	put_run("20261120-090000-00000005",
	    "\"job\":\"backup\",\"state\":\"failed\",\"result\":\"no answer\","
	    "\"devices\":[{\"name\":\"cov1\",\"state\":\"failed\"}]");
	put_run("20261120-090100-00000006",
	    "\"job\":\"reachability\",\"state\":\"succeeded\",\"devices\":["
	    "{\"name\":\"cov1\",\"state\":\"succeeded\"}]");
	reply = get("/devices/cov1");
	assert_has(reply, "href=\"/runs/20261120-090000-00000005\">Back up");
	assert_has_not(reply, "href=\"/runs/20261120-090100-00000006\">Check "
			      "reachability</a> <span class=\"faint\">");
	assert_has(reply, ">Create device cov1</a>");
}

static size_t rows_of(const char *uri)
{
	struct exchange_reply reply = get(uri);
	json_t *all = json_of(&reply);
	size_t n = json_array_size(json_object_get(all, "items"));

	json_decref(all);
	return n;
}

/* What each link of the dashboard leads to, and what can be done there. */
static void test_each_need_is_a_table(void **state)
{
	static const struct {
		const char *word, *row;
	} last[] = {
		{ "failed", "\"state\":\"failed\"" },
		{ "failed", "\"state\":\"rolled-back\"" },
		{ "unsettled", "\"state\":\"unknown\"" },
		{ "quarantined", "\"state\":\"failed\",\"quarantined\":true" },
	};
	struct exchange_reply reply;
	char id[40], doc[400], uri[80];

	(void)state;
	make_device("n1", "&tags=needs");
	make_device("n2", "&tags=needs");
	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
		snprintf(id, sizeof(id), "20261120-09%02zu00-00000001", i);
		snprintf(doc, sizeof(doc),
		    "\"job\":\"backup\",\"state\":\"failed\",\"devices\":["
		    "{\"name\":\"n1\",%s},{\"name\":\"n2\",\"state\":"
		    "\"succeeded\"}]",
		    last[i].row);
		put_run(id, doc);
		snprintf(uri, sizeof(uri), "/devices.json?needs=%s&tags=needs",
		    last[i].word);
		assert_int_equal(rows_of(uri), 1);
		snprintf(uri, sizeof(uri), "/devices?needs=%s", last[i].word);
		reply = get("/");
		assert_has(reply, uri);
		reply = get(uri);
		assert_has(reply, "value=\"n1\"");
		assert_has_not(reply, "value=\"n2\"");
		/* all of it is handed to a job, and nothing else */
		snprintf(uri, sizeof(uri), "/bulk/devices?needs=%s&tags=needs",
		    last[i].word);
		reply = post(uri, "scope=all&do=run&job=backup");
		assert_has(reply, "n1");
		assert_has_not(reply, "value=\"n1, n2");
	}
	put_run("20261120-092000-00000001",
	    "\"job\":\"compare\",\"state\":\"succeeded\",\"devices\":["
	    "{\"name\":\"n2\",\"state\":\"succeeded\",\"added\":1,"
	    "\"removed\":0},{\"name\":\"n1\",\"state\":\"succeeded\"}]");
	reply = get("/devices?needs=drifted");
	assert_has(reply, "value=\"n2\"");
	assert_has_not(reply, "value=\"n1\"");
	assert_has(get("/devices?needs=drifted&tags=x"), "No device matches");
	assert_true(rows_of("/devices.json?needs=nonsense") > 1);
}

static void put_key(const char *device, const char *key)
{
	char dir[120], name[80], text[300];

	snprintf(dir, sizeof(dir), "%s/pending-hostkeys", portal.dir);
	assert_ok(dir_create(dir, 0700, e));
	snprintf(name, sizeof(name), "%s.json", device);
	snprintf(text, sizeof(text),
	    "{\"type\":\"ssh-ed25519\",\"key\":\"%s\",\"fingerprint\":"
	    "\"SHA256:%s\",\"run\":\"\"}\n",
	    key, device);
	fixture_write(dir, name, text);
}

#define KEY \
	"AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

/* What waits is told while it waits; the run that met it has no more to say. */
static void test_a_settled_key_is_no_alarm(void **state)
{
	struct exchange_reply reply;

	static const char alarm[] =
	    "key1</a>: <a href=\"/runs/20261120-084000-00000001";

	(void)state;
	make_device("key1", "");
	put_run("20261120-084000-00000001",
	    "\"job\":\"backup\",\"state\":\"failed\",\"result\":\"the host key "
	    "of key1 has changed\",\"devices\":[{\"name\":\"key1\","
	    "\"state\":\"failed\",\"hostkey\":\"SHA256:key1\"}]");
	put_key("key1", KEY);
	reply = get("/");
	assert_has(reply, "a host key waits for approval");
	assert_has_not(reply, alarm);
	reply = post(
	    "/bulk/devices/approve", "row=key1&fingerprint-key1=SHA256%3Akey1");
	assert_status(reply, 303);
	reply = get("/");
	assert_has_not(reply, "a host key waits for approval");
	assert_has_not(reply, alarm);
}

static void test_keys_are_approved_together(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("k1", "");
	make_device("k2", "");
	make_device("k3", "");
	put_key("k1", KEY);
	put_key("k2", KEY);
	put_key("k3", KEY);
	reply = get("/devices?needs=approval");
	assert_has(reply, "Approve the ticked keys");
	assert_has(reply, "name=\"fingerprint-k1\" value=\"SHA256:");
	assert_has_not(
	    get_as(TOKEN_VIEWER, "/devices?needs=approval"), "Approve the");
	assert_status(post("/bulk/devices/approve", "x=y"), 422);
	assert_status(
	    post_as(TOKEN_VIEWER, "/bulk/devices/approve", "row=k1"), 403);
	/* k2 without what was seen: it stays */
	reply = post("/bulk/devices/approve",
	    "row=k1&row=k2&row=nobody&fingerprint-k1=SHA256%3Ak1");
	assert_goes_to(&reply, "/devices?needs=approval");
	reply = get("/devices?needs=approval");
	assert_has_not(reply, "value=\"k1\"");
	assert_has(reply, "value=\"k2\"");
	assert_has(reply, "value=\"k3\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leads_through_the_first_steps),
		cmocka_unit_test(test_says_what_needs_attention),
		cmocka_unit_test(test_covers_by_status),
		cmocka_unit_test(test_gathers_what_is_down),
		cmocka_unit_test(test_device_tells_what_happened_lately),
		cmocka_unit_test(test_each_need_is_a_table),
		cmocka_unit_test(test_a_settled_key_is_no_alarm),
		cmocka_unit_test(test_keys_are_approved_together),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
