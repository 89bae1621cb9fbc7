/*
 * Notifications: who is told of what, what they are sent, and that an event
 * that is told twice is sent once.
 */
#include "app/notify.h"

#include "app/outbox.h"

#include "unit/app/fixture.h"

static size_t count_waiting(struct fixture *f)
{
	char(*ids)[OUTBOX_ID_SIZE];
	size_t n;

	assert_ok(outbox_list(f->dir, OUTBOX_WAITING, &ids, &n, e));
	free(ids);
	return n;
}

/* The first item of the outbox, a new reference. */
static json_t *first_item(struct fixture *f)
{
	char(*ids)[OUTBOX_ID_SIZE];
	json_t *item;
	size_t n;

	assert_ok(outbox_list(f->dir, OUTBOX_WAITING, &ids, &n, e));
	assert_true(n > 0);
	assert_ok(outbox_read(f->dir, OUTBOX_WAITING, ids[0], &item, e));
	free(ids);
	return item;
}

static void publish(struct fixture *f, enum notify_event event, const char *id)
{
	static const char *const devices[] = { "r1", "r2" };
	struct notification note = { .event = event,
		.id = id,
		.title = "Backup failed: \"r1\"\xc3\xa4",
		.text = "it does not answer",
		.devices = devices,
		.n_devices = 2 };
	const struct snapshot *s = now(f);

	note.run = parse_json("{\"id\":\"20261121-100000-00000001\","
			      "\"actor\":\"<!channel> &\"}");
	assert_ok(notify_publish(&f->app, s, &note, e));
	json_decref((json_t *)(uintptr_t)note.run);
	snapshot_unref(s);
}

static void deliver(struct fixture *f, const char *id)
{
	struct outbox_item item;

	assert_ok(outbox_open(f->dir, OUTBOX_WAITING, id, false, &item, e));
	assert_ok(outbox_move(f->dir, &item, OUTBOX_DELIVERED, e));
	outbox_close(&item);
}

static void test_who_is_told(void **state)
{
	struct fixture *f = *state;

	publish(f, NOTIFY_RUN_FAILED, "1-failed");
	assert_int_equal(count_waiting(f), 0);
	create(f, KIND_CHANNEL,
	    "{\"name\":\"all\",\"type\":\"webhook\","
	    "\"url\":\"http://192.0.2.1/\"}");
	create(f, KIND_CHANNEL,
	    "{\"name\":\"down\",\"type\":\"slack\",\"url\":"
	    "\"https://192.0.2.1/\",\"events\":[\"device_down\"]}");
	create(f, KIND_CHANNEL,
	    "{\"name\":\"off\",\"type\":\"webhook\","
	    "\"url\":\"http://192.0.2.1/\","
	    "\"enabled\":false}");
	publish(f, NOTIFY_RUN_FAILED, "1-failed");
	assert_int_equal(count_waiting(f), 1);
	/* told again, also when it has been sent: once */
	publish(f, NOTIFY_RUN_FAILED, "1-failed");
	assert_int_equal(count_waiting(f), 1);
	deliver(f, "1-failed.all");
	publish(f, NOTIFY_RUN_FAILED, "1-failed");
	assert_int_equal(count_waiting(f), 0);
	publish(f, NOTIFY_DEVICE_DOWN, "2-down");
	assert_int_equal(count_waiting(f), 2);
}

static void expect_render(
    struct fixture *f, const char *channel, const char *wanted)
{
	struct buf body = BUF_INIT(OUTBOX_MAX_ITEM);
	json_t *item;

	create(f, KIND_CHANNEL, channel);
	publish(f, NOTIFY_RUN_FAILED, "x");
	item = first_item(f);
	assert_ok(notify_render(item, &body, e));
	if (!strstr(buf_text(&body), wanted))
		fail_msg("\"%s\" is not in %s", wanted, buf_text(&body));
	json_decref(item);
	buf_release(&body);
	assert_ok(try_delete(f, KIND_CHANNEL, "c", e));
	assert_ok(outbox_drop(f->dir, "x.c", "admin", e));
	assert_ok(outbox_drop(f->dir, "x.c", "admin", e));
}

#define CHANNEL(type, more) \
	"{\"name\":\"c\",\"type\":\"" type "\",\"url\":\"" more "}"

static void test_what_is_sent(void **state)
{
	struct fixture *f = *state;

	expect_render(
	    f, CHANNEL("webhook", "http://a/\""), "\"event\":\"run_failed\"");
	expect_render(f, CHANNEL("slack", "http://a/\""),
	    "{\"text\":\"Backup failed: \\\"r1\\\"\xc3\xa4\\nit does not "
	    "answer\\nr1, r2\\nRun 20261121-100000-00000001\"}");
	expect_render(f,
	    CHANNEL("teams", "http://a/\",\"template\":\"{{ count }}: "
			     "{{ devices|join('+') }}\""),
	    "{\"text\":\"2: r1+r2\"}");
	expect_render(f,
	    CHANNEL("webhook", "http://a/\",\"template\":"
			       "\"<{{ title }}>\""),
	    "<Backup failed: \"r1\"\xc3\xa4>");
	/* what a device said calls nobody, and what the template says may */
	expect_render(f,
	    CHANNEL("slack", "http://a/\",\"template\":"
			     "\"<!here> {{ run.actor }}\""),
	    "{\"text\":\"<!here> &lt;!channel&gt; &amp;\"}");
	expect_render(f,
	    CHANNEL("teams", "http://a/\",\"template\":"
			     "\"{{ run.actor }}\""),
	    "{\"text\":\"<!channel> &\"}");
	/* an alarm with a wrong template is an alarm still */
	expect_render(f,
	    CHANNEL("slack", "http://a/\",\"template\":\"{{ 1 // 0 }}\""),
	    "it does not answer");
	expect_render(f,
	    CHANNEL("slack", "http://a/\",\"template\":\"{% for a in "
			     "range(999999) %}{% for b in range(9999) %}x"
			     "{% endfor %}{% endfor %}\""),
	    "template is wrong");
}

/* The text that a channel of this type shows: its part of the body. */
static void assert_has_text(struct fixture *f, enum notify_event event,
    const char *type, const char *template)
{
	struct buf body = BUF_INIT(OUTBOX_MAX_ITEM);
	struct notification note = { .event = event,
		.id = "x",
		.title = "sw1 is down",
		.text = "",
		.only = "c" };
	const struct snapshot *s;
	char channel[300];
	json_t *item, *sent;

	snprintf(channel, sizeof(channel),
	    "{\"name\":\"c\",\"type\":\"%s\",\"template\":\"%s\",%s}", type,
	    template,
	    strcmp(type, "email") == 0
		? "\"url\":\"smtp://a\",\"from\":\"a@b\",\"to\":[\"c@d\"]"
		: "\"url\":\"http://a/\"");
	create(f, KIND_CHANNEL, channel);
	s = now(f);
	assert_ok(notify_publish(&f->app, s, &note, e));
	snapshot_unref(s);
	item = first_item(f);
	assert_ok(notify_render(item, &body, e));
	sent = json_loads(buf_text(&body), 0, NULL);
	if (sent)
		assert_string_equal(json_text(sent, "text", ""), "sw1 is down");
	else
		assert_string_equal(buf_text(&body), "sw1 is down");
	json_decref(sent);
	json_decref(item);
	buf_release(&body);
	assert_ok(try_delete(f, KIND_CHANNEL, "c", e));
	assert_ok(outbox_drop(f->dir, "x.c", "admin", e));
	assert_ok(outbox_drop(f->dir, "x.c", "admin", e));
}

/* Chats refuse a message without a text, and nobody learns from one. */
static void test_no_text_is_empty(void **state)
{
	static const char *const types[] = { "webhook", "slack", "teams",
		"email" };

	for (int event = 0; event < NOTIFY_EVENTS; event++) {
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			assert_has_text(
			    *state, (enum notify_event)event, types[i], "");
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_has_text(*state, NOTIFY_DEVICE_DOWN, types[i],
		    " {{ none_such }}\\n");
}

/* The state of the device, and none of the sweep that found it. */
static void test_states_of_devices(void **state)
{
	struct fixture *f = *state;
	static const char *const devices[] = { "sw1" };
	struct notification note = { .event = NOTIFY_DEVICE_DOWN,
		.id = "x",
		.title = "sw1 is down",
		.text = "sw1 is down: ssh no answer.",
		.devices = devices,
		.n_devices = 1 };
	struct buf body = BUF_INIT(OUTBOX_MAX_ITEM);
	json_t *run = parse_json("{\"id\":\"r\",\"state\":\"running\"}");
	json_t *states = parse_json("[{\"device\":\"sw1\","
				    "\"verdict\":\"down\"}]");
	const struct snapshot *s;
	const json_t *event;
	json_t *item;

	create(f, KIND_CHANNEL, CHANNEL("slack", "http://a/\""));
	s = now(f);
	note.run = run;
	note.states = states;
	assert_ok(notify_publish(&f->app, s, &note, e));
	snapshot_unref(s);
	item = first_item(f);
	event = json_object_get(item, "event");
	assert_true(json_equal(json_object_get(event, "states"), states));
	assert_string_equal(
	    json_text(json_object_get(event, "run"), "id", ""), "r");
	assert_null(json_object_get(json_object_get(event, "run"), "state"));
	/* each device has its sentence: no list of names is to follow */
	assert_ok(notify_render(item, &body, e));
	assert_non_null(strstr(
	    buf_text(&body), "down\\nsw1 is down: ssh no answer.\\nRun r"));
	buf_release(&body);
	json_decref(item);
	json_decref(states);
	json_decref(run);
}

static void test_where_it_leads(void **state)
{
	struct fixture *f = *state;

	assert_err(try_create(f, &admin, KIND_SETTINGS,
		       "{\"portal_url\":\"portal.example\"}", e),
	    ERR_INVALID, "https://portal.example");
	assert_err(try_create(f, &admin, KIND_SETTINGS,
		       "{\"keep_runs_days\":5}", e),
	    ERR_INVALID, "the least is 31");
	create(f, KIND_SETTINGS,
	    "{\"portal_url\":\"https://portal.example/\"}");
	expect_render(f, CHANNEL("webhook", "http://a/\""),
	    "\"url\":\"https://portal.example/runs/"
	    "20261121-100000-00000001\"");
	expect_render(f, CHANNEL("slack", "http://a/\""),
	    "r2\\nhttps://portal.example/runs/20261121-100000-00000001\"}");
}

/* What waits can be hurried or given up, what was given up sent or forgotten.
 */
static void test_what_an_admin_does(void **state)
{
	struct fixture *f = *state;
	struct outbox_item item;
	char next[OUTBOX_ID_SIZE];
	json_t *list = json_array(), *one;

	create(f, KIND_CHANNEL,
	    "{\"name\":\"c.d\",\"type\":\"webhook\",\"url\":\"http://a/\"}");
	publish(f, NOTIFY_RUN_FAILED, "1-failed");
	publish(f, NOTIFY_RUN_FAILED, "2-failed");
	publish(f, NOTIFY_RUN_FAILED, "3-failed");
	assert_string_equal(outbox_channel("1-failed.c.d"), "c.d");
	assert_ok(outbox_page(f->dir, OUTBOX_WAITING, NULL, 2, list, next, e));
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(
	    json_text(json_array_get(list, 0), "id", ""), "3-failed.c.d");
	assert_ok(outbox_page(f->dir, OUTBOX_WAITING, next, 3, list, next, e));
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(
	    json_text(json_array_get(list, 2), "id", ""), "1-failed.c.d");
	assert_string_equal(next, "");
	/* an hour is to be waited */
	assert_ok(outbox_open(
	    f->dir, OUTBOX_WAITING, "1-failed.c.d", false, &item, e));
	assert_err(outbox_retry(f->dir, "1-failed.c.d", e), ERR_CONFLICT,
	    "being sent now");
	assert_err(outbox_drop(f->dir, "1-failed.c.d", "admin", e),
	    ERR_CONFLICT, "being sent now");
	json_object_set_new(item.json, "next_ms", json_integer(1));
	json_object_set_new(item.json, "attempts", json_integer(7));
	assert_ok(outbox_rewrite(f->dir, &item, e));
	outbox_close(&item);
	assert_ok(outbox_retry(f->dir, "1-failed.c.d", e));
	one = first_item(f);
	assert_null(json_object_get(one, "next_ms"));
	assert_int_equal(json_number(one, "attempts", 0), 7);
	json_decref(one);
	assert_ok(outbox_drop(f->dir, "1-failed.c.d", "admin", e));
	assert_int_equal(outbox_count(f->dir, OUTBOX_WAITING), 2);
	assert_int_equal(outbox_count(f->dir, OUTBOX_GIVEN_UP), 1);
	/* told again, it stays dropped */
	publish(f, NOTIFY_RUN_FAILED, "1-failed");
	assert_int_equal(outbox_count(f->dir, OUTBOX_WAITING), 2);
	assert_ok(outbox_retry(f->dir, "1-failed.c.d", e));
	one = first_item(f);
	assert_int_equal(json_number(one, "attempts", 9), 0);
	json_decref(one);
	assert_int_equal(outbox_count(f->dir, OUTBOX_GIVEN_UP), 0);
	assert_err(outbox_retry(f->dir, "../x", e), ERR_NOT_FOUND, "no such");
	assert_err(outbox_drop(f->dir, "9-failed.c.d", "admin", e),
	    ERR_NOT_FOUND, "no such");
	json_decref(list);
}

static void test_email(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(OUTBOX_MAX_ITEM);
	json_t *item;

	create(f, KIND_CHANNEL,
	    "{\"name\":\"m\",\"type\":\"email\",\"url\":"
	    "\"smtp://192.0.2.1\",\"from\":\"sw@example.net\",\"to\":"
	    "[\"a@example.net\",\"b@example.net\"]}");
	publish(f, NOTIFY_RUN_FAILED, "x");
	item = first_item(f);
	assert_ok(notify_make_mail(item, "one\ntwo\r\n.", 0, &out, e));
	assert_non_null(strstr(
	    buf_text(&out), "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"));
	assert_non_null(
	    strstr(buf_text(&out), "To: a@example.net,\r\n b@example.net\r\n"));
	assert_non_null(strstr(buf_text(&out), "Subject: =?UTF-8?B?"));
	assert_non_null(strstr(buf_text(&out), "\r\n\r\none\r\ntwo\r\n.\r\n"));
	for (const char *p = buf_text(&out); (p = strchr(p, '\n')); p++)
		assert_int_equal(p[-1], '\r');
	json_decref(item);
	buf_release(&out);
}

/* The value is that of: printf '1.{}' | openssl dgst -sha256 -hmac key */
static void test_signature(void **state)
{
	char signature[120];

	(void)state;
	notify_sign("key", 3, 1, "{}", 2, signature);
	assert_string_equal(signature,
	    "t=1,v1="
	    "1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224");
}

static void test_bad_channels(void **state)
{
	static const struct {
		const char *json, *words;
	} rows[] = {
		{ "\"type\":\"webhook\"", "address" },
		{ "\"type\":\"webhook\",\"url\":\"file:///etc/passwd\"",
		    "address" },
		{ "\"type\":\"email\",\"url\":\"http://a/\",\"from\":\"a@b\","
		  "\"to\":[\"a@b\"]",
		    "smtp" },
		{ "\"type\":\"email\",\"url\":\"smtp://a\",\"to\":[\"a@b\"]",
		    "from" },
		{ "\"type\":\"email\",\"url\":\"smtp://a\",\"from\":\"a@b\"",
		    "somebody" },
		{ "\"type\":\"email\",\"url\":\"smtp://a\",\"from\":\"a@b\","
		  "\"to\":[\"a b@c\"]",
		    "no address" },
		{ "\"type\":\"slack\",\"url\":\"http://a/\",\"events\":"
		  "[\"party\"]",
		    "no event" },
		{ "\"type\":\"slack\",\"url\":\"http://a/\",\"template\":"
		  "\"{% if %}\"",
		    "template" },
		{ "\"type\":\"slack\",\"url\":\"http://a/\",\"sign_secret\":"
		  "\"none\"",
		    "does not exist" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char json[300];

		snprintf(
		    json, sizeof(json), "{\"name\":\"x\",%s}", rows[i].json);
		assert_err(try_create(f, &admin, KIND_CHANNEL, json, e),
		    ERR_INVALID, rows[i].words);
	}
}

/* Operators choose the credentials of devices, and where those are sent: the
 * address of a chat's web hook must not go there. */
static void test_secrets_are_not_for_devices(void **state)
{
	static const struct {
		enum kind_id kind;
		const char *json;
	} takes[] = {
		{ KIND_AREA, "{\"name\":\"x\",\"credentials\":\"chat\"}" },
		{ KIND_AREA, "{\"name\":\"x\",\"snmp_credentials\":\"chat\"}" },
		{ KIND_PLATFORM, "{\"name\":\"x\",\"driver\":\"frr\","
				 "\"snmp_credentials\":\"chat\"}" },
	};
	struct fixture *f = *state;

	create(f, KIND_SECRET,
	    "{\"name\":\"chat\",\"provider\":\"file\",\"reference\":\"c\"}");
	create(f, KIND_SECRET,
	    "{\"name\":\"ssh\",\"provider\":\"file\",\"reference\":\"s\"}");
	create(f, KIND_CHANNEL,
	    "{\"name\":\"c\",\"type\":\"slack\",\"url_secret\":\"chat\"}");
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++)
		assert_err(
		    try_create(f, &operator_, takes[i].kind, takes[i].json, e),
		    ERR_INVALID, "is used by channel c");
	create(f, KIND_AREA, "{\"name\":\"y\",\"credentials\":\"ssh\"}");
	assert_err(try_create(f, &admin, KIND_CHANNEL,
		       "{\"name\":\"d\",\"type\":\"webhook\",\"url\":"
		       "\"http://192.0.2.1/\",\"sign_secret\":\"ssh\"}",
		       e),
	    ERR_INVALID, "is used by area y");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_who_is_told),
		T(test_what_is_sent),
		T(test_no_text_is_empty),
		T(test_states_of_devices),
		T(test_where_it_leads),
		T(test_what_an_admin_does),
		T(test_email),
		cmocka_unit_test(test_signature),
		T(test_bad_channels),
		T(test_secrets_are_not_for_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
