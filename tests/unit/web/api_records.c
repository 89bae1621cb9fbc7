#include "unit/web/fixture.h"

#define JSON "application/json"
#define DEVICES "/api/v1/devices"
#define R2 "{\"name\":\"r2\",\"status\":\"planned\",\"area\":\"lab\"}"

/* A portal for each test. */

static struct exchange_reply send_json(
    const char *method, const char *uri, const char *body, const char *if_match)
{
	char text[100] = "";

	if (if_match)
		snprintf(text, sizeof(text), "HTTP_IF_MATCH=%s", if_match);
	return ask(&(struct ask){ .method = method,
	    .uri = uri,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = body ? JSON : NULL,
	    .body = body,
	    .more = { if_match ? text : NULL } });
}

static struct exchange_reply get(const char *uri)
{
	return send_json("GET", uri, NULL, NULL);
}

static void etag_of(const char *uri, char tag[64])
{
	struct exchange_reply reply = get(uri);

	assert_status(reply, 200);
	take_header(&reply, "ETag", tag, 64);
	assert_int_equal(strlen(tag), 42);
}

/* The keys of a list, joined: "r1 r2". */
static void names_of(const char *uri, const char *member, char text[500])
{
	struct exchange_reply reply = get(uri);
	json_t *list, *item;
	size_t i;

	assert_status(reply, 200);
	list = json_of(&reply);
	text[0] = '\0';
	json_array_foreach(json_object_get(list, "items"), i, item)
	{
		strcat(text, i ? " " : "");
		strcat(text, json_text(item, member, "?"));
	}
	json_decref(list);
}

static void test_create_read_change_delete(void **state)
{
	struct exchange_reply reply;
	char tag[64], text[500];
	json_t *device;

	(void)state;
	reply = send_json("POST", DEVICES, R2, NULL);
	assert_status(reply, 201);
	assert_string_equal(header(&reply, "Location"), DEVICES "/r2");
	take_header(&reply, "ETag", tag, sizeof(tag));
	names_of(DEVICES, "name", text);
	assert_string_equal(text, "r1 r2");

	reply = send_json("PATCH", DEVICES "/r2",
	    "{\"status\":\"active\",\"serial\":\"X1\"}", tag);
	assert_status(reply, 200);
	device = json_of(&reply);
	assert_string_equal(json_text(device, "status", ""), "active");
	assert_string_equal(json_text(device, "area", ""), "lab");
	json_decref(device);
	take_header(&reply, "ETag", tag, sizeof(tag));

	reply = send_json("PUT", DEVICES "/r2", R2, tag);
	assert_status(reply, 200);
	device = json_of(&reply);
	assert_string_equal(json_text(device, "status", ""), "planned");
	assert_null(json_object_get(device, "serial"));
	json_decref(device);
	take_header(&reply, "ETag", tag, sizeof(tag));

	reply = send_json("DELETE", DEVICES "/r2", NULL, tag);
	assert_status(reply, 204);
	assert_int_equal(reply.body_len, 0);
	assert_null(header(&reply, "Content-Length"));
	assert_status(get(DEVICES "/r2"), 404);
}

static void test_creating_twice_is_409(void **state)
{
	(void)state;
	assert_status(send_json("POST", DEVICES, R2, NULL), 201);
	assert_status(send_json("POST", DEVICES, R2, NULL), 409);
}

static void test_a_known_version_is_304(void **state)
{
	struct exchange_reply reply;
	char text[100] = "HTTP_IF_NONE_MATCH=", tag[64];

	(void)state;
	etag_of(DEVICES "/r1", tag);
	strcat(text, tag);
	reply = ask(&(struct ask){ .uri = DEVICES "/r1",
	    .token = portal.tokens[TOKEN_VIEWER],
	    .more = { text } });
	assert_status(reply, 304);
	assert_int_equal(reply.body_len, 0);
	reply = ask(&(struct ask){ .uri = DEVICES "/r1",
	    .token = portal.tokens[TOKEN_VIEWER],
	    .more = { "HTTP_IF_NONE_MATCH=\"00\"" } });
	assert_status(reply, 200);
}

static void test_changes_need_if_match(void **state)
{
	(void)state;
	assert_status(send_json("PUT", DEVICES "/r1", R2, NULL), 428);
	assert_status(send_json("PATCH", DEVICES "/r1", "{}", NULL), 428);
	assert_status(send_json("DELETE", DEVICES "/r1", NULL, NULL), 428);
	/* what is not there is 404, whatever was sent */
	assert_status(send_json("DELETE", DEVICES "/r7", NULL, NULL), 404);
}

static void test_odd_if_match_is_400_or_412(void **state)
{
	static const char *const bad[] = { "abc", "\"", "W/",
		"\"0123456789012345678901234567890123456789",
		"\"0123456789012345678901234567890123456789\", \"x\"" };
	/* tags that no version of ours has: they match nothing */
	static const char *const foreign[] = { "\"\"", "W/\"00\"", "\"old\"",
		"\"0000000000000000000000000000000000000000\"",
		"\"012345678901234567890123456789012345678g\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_status(
		    send_json("PATCH", DEVICES "/r1", "{}", bad[i]), 400);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		assert_status(
		    send_json("PATCH", DEVICES "/r1", "{}", foreign[i]), 412);
	assert_status(send_json("PATCH", DEVICES "/r1", "{}", "*"), 200);
}

static void test_stale_changes_are_412_with_both_versions(void **state)
{
	struct exchange_reply reply;
	json_t *problem, *current;
	char old[64], now[64];

	(void)state;
	etag_of(DEVICES "/r1", old);
	assert_status(
	    send_json("PATCH", DEVICES "/r1", "{\"serial\":\"first\"}", old),
	    200);
	etag_of(DEVICES "/r1", now);
	reply =
	    send_json("PATCH", DEVICES "/r1", "{\"serial\":\"second\"}", old);
	assert_status(reply, 412);
	problem = json_of(&reply);
	current = json_object_get(problem, "current");
	assert_string_equal(
	    json_text(json_object_get(current, "object"), "serial", ""),
	    "first");
	assert_memory_equal(json_text(current, "version", ""), now + 1, 40);
	assert_string_equal(
	    json_text(json_object_get(problem, "submitted"), "serial", ""),
	    "second");
	json_decref(problem);
	assert_status(send_json("DELETE", DEVICES "/r1", NULL, old), 412);
}

static void test_what_is_referred_to_stays(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = send_json("DELETE", "/api/v1/areas/lab", NULL, "*");
	assert_status(reply, 409);
	assert_non_null(strstr(reply.body, "r1"));
	reply = send_json("DELETE", "/api/v1/secrets/lab", NULL, "*");
	assert_status(reply, 409);
}

static void test_wrong_bodies_are_400_or_422(void **state)
{
	static const struct {
		const char *body;
		int status;
	} cases[] = {
		{ "{", 400 },
		{ "[]", 400 },
		{ "null", 400 },
		{ "{\"name\":\"a\",\"name\":\"b\"}", 400 },
		{ "{\"name\":\"\xff\"}", 400 },
		{ "{}", 422 },
		{ "{\"name\":\"r2\",\"status\":\"planned\"}", 422 },
		{ "{\"name\":\"../r2\",\"status\":\"planned\","
		  "\"area\":\"lab\"}",
		    422 },
		{ "{\"name\":\"r2\",\"status\":\"planned\",\"area\":\"moon\"}",
		    422 },
		{ "{\"name\":\"r2\",\"status\":\"planned\",\"area\":\"lab\","
		  "\"colour\":\"red\"}",
		    422 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_status(send_json("POST", DEVICES, cases[i].body, NULL),
		    cases[i].status);
	assert_status(send_json("POST", DEVICES, NULL, NULL), 400);
}

static void make_devices(int n)
{
	char body[200];

	for (int i = 2; i <= n; i++) {
		snprintf(body, sizeof(body),
		    "{\"name\":\"r%d\",\"status\":\"%s\",\"area\":\"lab\","
		    "\"tags\":[\"%s\"]}",
		    i, i % 2 ? "active" : "planned", i % 2 ? "odd" : "even");
		assert_status(send_json("POST", DEVICES, body, NULL), 201);
	}
}

static void test_lists_are_filtered_and_paged(void **state)
{
	struct exchange_reply reply;
	json_t *list;
	char text[500];

	(void)state;
	make_devices(5);
	names_of(DEVICES "?status=active", "name", text);
	assert_string_equal(text, "r1 r3 r5");
	names_of(DEVICES "?tags=even&area=lab", "name", text);
	assert_string_equal(text, "r2 r4");
	names_of(DEVICES "?q=R3", "name", text);
	assert_string_equal(text, "r3");
	names_of(DEVICES "?status=staged", "name", text);
	assert_string_equal(text, "");
	reply = get(DEVICES "?limit=2");
	list = json_of(&reply);
	assert_string_equal(json_text(list, "next", ""), "r2");
	json_decref(list);
	names_of(DEVICES "?limit=2&after=r2", "name", text);
	assert_string_equal(text, "r3 r4");
	names_of(DEVICES "?limit=2&after=r4", "name", text);
	assert_string_equal(text, "r5");
	reply = get(DEVICES "?limit=1&after=r4");
	list = json_of(&reply);
	assert_true(json_is_null(json_object_get(list, "next")));
	json_decref(list);
}

static void test_unknown_parameters_are_400(void **state)
{
	(void)state;
	assert_status(get(DEVICES "?colour=red"), 400);
	assert_status(get(DEVICES "?limit=0"), 400);
	assert_status(get(DEVICES "?limit=1001"), 400);
	assert_status(get(DEVICES "?limit=x"), 400);
	assert_status(get("/api/v1/areas?platform=frr"), 400);
}

static void test_vlans_have_two_part_keys(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = send_json("POST", "/api/v1/vlans",
	    "{\"vid\":10,\"name\":\"users\",\"area\":\"lab\"}", NULL);
	assert_status(reply, 201);
	assert_string_equal(header(&reply, "Location"), "/api/v1/vlans/lab/10");
	assert_status(get("/api/v1/vlans/lab/10"), 200);
	assert_status(get("/api/v1/vlans/lab/11"), 404);
	assert_status(
	    send_json("DELETE", "/api/v1/vlans/lab/10", NULL, "*"), 204);
}

static void test_operators_do_not_touch_credentials(void **state)
{
	(void)state;
	assert_status(ask(&(struct ask){ .method = "POST",
			  .uri = "/api/v1/secrets",
			  .token = portal.tokens[TOKEN_OPERATOR],
			  .type = JSON,
			  .body = "{}" }),
	    403);
	assert_status(ask(&(struct ask){ .method = "POST",
			  .uri = "/api/v1/hooks",
			  .token = portal.tokens[TOKEN_OPERATOR],
			  .type = JSON,
			  .body = "{}" }),
	    403);
}

static void test_the_author_of_a_change_is_its_actor(void **state)
{
	struct exchange_reply reply;
	json_t *list, *commit, *trailers;

	(void)state;
	assert_status(
	    send_json("PATCH", DEVICES "/r1", "{\"serial\":\"S\"}", "*"), 200);
	reply = get(DEVICES "/r1/history?limit=1");
	assert_status(reply, 200);
	list = json_of(&reply);
	commit = json_array_get(json_object_get(list, "items"), 0);
	trailers = json_object_get(commit, "trailers");
	assert_string_equal(json_text(commit, "author", ""), "token:t_0");
	assert_string_equal(json_text(trailers, "Actor", ""), "token:t_0");
	assert_string_equal(json_text(trailers, "Trigger", ""), "api");
	assert_string_equal(json_text(trailers, "Action", ""), "update");
	assert_string_equal(json_text(trailers, "Device", ""), "r1");
	assert_int_equal(strlen(json_text(list, "next", "")), 40);
	json_decref(list);
}

#define FRESH(test) \
	cmocka_unit_test_setup_teardown(test, portal_open, portal_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_create_read_change_delete),
		FRESH(test_creating_twice_is_409),
		FRESH(test_a_known_version_is_304),
		FRESH(test_changes_need_if_match),
		FRESH(test_odd_if_match_is_400_or_412),
		FRESH(test_stale_changes_are_412_with_both_versions),
		FRESH(test_what_is_referred_to_stays),
		FRESH(test_wrong_bodies_are_400_or_422),
		FRESH(test_lists_are_filtered_and_paged),
		FRESH(test_unknown_parameters_are_400),
		FRESH(test_vlans_have_two_part_keys),
		FRESH(test_operators_do_not_touch_credentials),
		FRESH(test_the_author_of_a_change_is_its_actor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
