/*
 * The table of notifications: filtered, handed out; sent again and dropped,
 * many at once.
 */
#include "unit/web/page_fixture.h"

#include "app/outbox.h"

static void put_note(const char *id, const char *title)
{
	json_t *item = json_pack("{s:{s:s}, s:{s:s, s:s, s:s}, s:i, s:I, s:s}",
	    "channel", "type", "webhook", "event", "event", "run_failed",
	    "title", title, "time", "2026-11-21T08:30:00.000Z", "attempts", 3,
	    "next_ms", (json_int_t)4102444800000, "why", "no answer");

	assert_ok(outbox_prepare(portal.dir, e));
	assert_ok(outbox_put(portal.dir, id, item, e));
	json_decref(item);
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

static char *confirm(const struct exchange_reply *reply)
{
	struct buf form = BUF_INIT(4096);

	buf_puts(&form, "x=y");
	add_field(reply, "rows", &form);
	add_field(reply, "digest", &form);
	return buf_steal(&form, NULL);
}

static void test_filters_and_hands_out(void **state)
{
	struct exchange_reply reply;

	(void)state;
	put_note("n1.ops", "r1 failed");
	put_note("n2.night", "r2 failed");
	reply = get("/notifications");
	assert_has(reply, "1–2 of 2");
	assert_has(reply, ">no answer</td>");
	assert_has(reply, "<a href=\"/channels\">Channels</a>");
	reply = get("/channels");
	assert_has(reply, "<h1>Channels</h1>");
	assert_has_not(reply, ">Notifications<");
	reply = get("/notifications?channel=ops&place=waiting");
	assert_has(reply, "r1 failed");
	assert_has_not(reply, "r2 failed");
	assert_has(get("/notifications?q=R2"), "r2 failed");
	assert_has(
	    get("/notifications?place=given-up"), "Nothing was given up");
	assert_has(get("/notifications.csv?col=attempts&channel=ops"),
	    "\"title\",\"attempts\"\r\n\"r1 failed\",\"3\"\r\n");
	assert_has(get("/notifications.json?col=attempts&channel=ops"),
	    "{\"title\": \"r1 failed\", \"attempts\": 3}");
	assert_status(get_as(TOKEN_OPERATOR, "/notifications"), 403);
	assert_status(get_as(TOKEN_OPERATOR, "/notifications.csv"), 403);
}

static void test_drops_and_sends_again(void **state)
{
	struct exchange_reply reply;
	char *sent;

	(void)state;
	put_note("n3.ops", "r3 failed");
	put_note("n4.ops", "r4 failed");
	reply =
	    post("/bulk/notifications", "scope=ticked&action=drop&row=n3.ops");
	assert_has(reply, "Drop: <b>1</b> notification");
	assert_has(reply, "r3 failed");
	sent = confirm(&reply);
	assert_int_equal(outbox_count(portal.dir, OUTBOX_GIVEN_UP), 0);
	assert_status(
	    post_as(TOKEN_OPERATOR, "/bulk/notifications/drop", sent), 403);
	reply = post("/bulk/notifications/drop", sent);
	assert_goes_to(&reply, "/notifications");
	assert_int_equal(outbox_count(portal.dir, OUTBOX_GIVEN_UP), 1);
	free(sent);
	/* all that were given up wait again */
	reply = post(
	    "/bulk/notifications?place=given-up", "scope=all&action=retry");
	assert_has(reply, "Send now: <b>1</b> notification");
	sent = confirm(&reply);
	reply = post("/bulk/notifications/retry?place=given-up", sent);
	assert_goes_to(&reply, "/notifications?place=given-up");
	assert_int_equal(outbox_count(portal.dir, OUTBOX_GIVEN_UP), 0);
	/* it is not where it was shown any more */
	assert_status(
	    post("/bulk/notifications/retry?place=given-up", sent), 409);
	free(sent);
	assert_status(
	    post("/bulk/notifications", "scope=ticked&action=drop"), 422);
	assert_status(
	    post("/bulk/notifications", "scope=all&action=dance"), 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters_and_hands_out),
		cmocka_unit_test(test_drops_and_sends_again),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
