/* Search as a page and over REST. */
#include "unit/web/page_fixture.h"

static void test_finds_records_and_lines(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("sea1", "&serial=QX77%3C&tags=deep");
	assert_status(post("/devices/sea1/intended",
			  "text=hostname+sea1%0Aip+%3Cb%3Ewide%0A+descr+tide"),
	    303);
	reply = get("/search?q=qx77");
	assert_has(reply, "<mark>QX77</mark>&lt;</span>");
	assert_has(reply, "href=\"/devices/sea1\"");
	reply = get("/search?q=%3CB%3E");
	assert_has(reply, "ip <mark>&lt;b&gt;</mark>wide");
	assert_has(reply, "/devices/sea1/config?view=intended#L2");
	/* what is around it is there, and not marked */
	assert_has(reply, "hostname sea1</td>");
	reply = get("/search?q=%3CB%3E&case=on");
	assert_has(reply, "No line matches");
	reply = get("/search?q=%5Eip+.*wide%24&mode=regex");
	assert_has(reply, "<mark>ip &lt;b&gt;wide</mark>");
	reply = get("/search?q=tide&in=backup");
	assert_has(reply, "No line matches");
	reply = get("/search?q=lab");
	assert_has(reply, "href=\"/areas/lab\"");
}

/* Also where more are found before it than are told. */
static void test_what_is_called_just_so_comes_first(void **state)
{
	struct exchange_reply reply;
	const char *exact;

	(void)state;
	for (int i = 0; i < 41; i++) {
		char name[30];

		snprintf(name, sizeof(name), "bay%d-pier7", i);
		make_device(name, "");
	}
	make_device("pier7", "&primary_ip4=192.0.2.77:830");
	reply = get("/search?q=PIER7");
	exact = strstr(reply.body, "href=\"/devices/pier7\"");
	assert_non_null(exact);
	assert_true(exact < strstr(reply.body, "href=\"/devices/bay0-pier7\""));
	assert_has_not(reply, "bay9-pier7");
	assert_has(get("/search?q=192.0.2.77"), "href=\"/devices/pier7\"");
}

/* More than are looked at together, and one that is too much for that. */
static void test_finds_each_of_many_records(void **state)
{
	char more[320], large[6000], path[80], link[40];
	struct exchange_reply reply;

	(void)state;
	memset(more, 'x', sizeof(more));
	memcpy(more, "&description=", 13);
	for (int i = 0; i < 20; i++) {
		char name[16];

		snprintf(name, sizeof(name), "many%02d", i);
		snprintf(more + 250, sizeof(more) - 250, "end+%d.", i);
		make_device(name, more);
	}
	strcpy(large, "{\"name\":\"large\",\"area\":\"lab\",\"tags\":[\"t\"");
	for (int i = 0; i < 80; i++)
		snprintf(large + strlen(large), sizeof(large) - strlen(large),
		    ",\"t%060d\"", i);
	strcat(large, "]}");
	write_config("devices/lab/large.json", large);
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof(path),
		    "/search?mode=regex&q=x%%2Be.d+%d%%5C.%%24", i);
		reply = get(path);
		snprintf(link, sizeof(link), "href=\"/devices/many%02d\"", i);
		assert_has(reply, link);
		snprintf(link, sizeof(link), "href=\"/devices/many%02d\"",
		    (i + 1) % 20);
		assert_has_not(reply, link);
	}
	reply =
	    get("/search?q=t000000000000000000000000000000000000000000000079");
	assert_has_not(reply, "/devices/many00");
	reply = get("/search?mode=regex&q=%5Et0%2B79%24");
	assert_has(reply, "href=\"/devices/large\"");
}

static void test_says_what_is_wrong_with_an_expression(void **state)
{
	struct exchange_reply reply = get("/search?q=%28a&mode=regex");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "a ( without its )");
	assert_has(reply, "value=\"(a\"");
	assert_status(get("/search?q=a"), 422);
	assert_status(get("/search"), 200);
	assert_status(get("/api/v1/search?q=%28a&mode=regex"), 400);
	assert_status(get("/api/v1/search"), 400);
}

static void test_answers_over_rest(void **state)
{
	struct exchange_reply reply;
	json_t *answer, *text, *line;

	(void)state;
	make_device("sea2", "");
	assert_status(
	    post("/devices/sea2/intended", "text=one%0Aisland+9%0Athree"), 303);
	reply = get_as(TOKEN_VIEWER, "/api/v1/search?q=ISLAND&limit=1");
	assert_status(reply, 200);
	answer = json_of(&reply);
	text = json_array_get(json_object_get(answer, "items"), 0);
	assert_string_equal(json_text(text, "device", ""), "sea2");
	assert_string_equal(json_text(text, "config", ""), "intended");
	assert_int_equal(json_number(text, "matches", 0), 1);
	line = json_array_get(json_object_get(text, "lines"), 1);
	assert_int_equal(json_number(line, "number", 0), 2);
	assert_string_equal(json_text(line, "text", ""), "island 9");
	assert_true(json_flag(line, "match", false));
	assert_int_equal(
	    json_array_size(json_object_get(answer, "records")), 0);
	json_decref(answer);
	reply = get("/api/v1/search?q=sea2");
	answer = json_of(&reply);
	assert_string_equal(
	    json_text(json_array_get(json_object_get(answer, "records"), 0),
		"kind", ""),
	    "device");
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_records_and_lines),
		cmocka_unit_test(test_what_is_called_just_so_comes_first),
		cmocka_unit_test(test_finds_each_of_many_records),
		cmocka_unit_test(test_says_what_is_wrong_with_an_expression),
		cmocka_unit_test(test_answers_over_rest),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
