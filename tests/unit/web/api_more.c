/*
 * REST beside records: configurations, history, audit, host keys, jobs, runs,
 * access.
 */
#include "unit/web/fixture.h"

#define JSON "application/json"
#define R1 "/api/v1/devices/r1"

/* A portal for each test. */

static struct exchange_reply send(enum fixture_token who, const char *method,
    const char *uri, const char *type, const char *body)
{
	return ask(&(struct ask){ .method = method,
	    .uri = uri,
	    .token = portal.tokens[who],
	    .type = type,
	    .body = body });
}

static struct exchange_reply get(const char *uri)
{
	return send(TOKEN_ADMIN, "GET", uri, NULL, NULL);
}

static json_t *get_json(const char *uri)
{
	struct exchange_reply reply = get(uri);

	assert_status(reply, 200);
	return json_of(&reply);
}

/* --- configurations ------------------------------------------------------ */

static void test_intended_configurations_are_text(void **state)
{
	struct exchange_reply reply;
	char tag[64];

	(void)state;
	reply = get(R1 "/intended");
	assert_status(reply, 200);
	assert_string_equal(reply.body, "hostname r1\nip forwarding\n");
	assert_string_equal(
	    header(&reply, "Content-Type"), "text/plain; charset=utf-8");
	reply = send(TOKEN_OPERATOR, "PUT", R1 "/intended", "text/plain",
	    "hostname new\n");
	assert_status(reply, 200);
	take_header(&reply, "ETag", tag, sizeof(tag));
	reply = get(R1 "/intended");
	assert_string_equal(reply.body, "hostname new\n");
	assert_string_equal(header(&reply, "ETag"), tag);
}

static void test_intended_writes_are_checked(void **state)
{
	struct exchange_reply reply;

	(void)state;
	assert_status(
	    send(TOKEN_OPERATOR, "PUT", R1 "/intended", JSON, "{}"), 415);
	assert_status(send(TOKEN_OPERATOR, "PUT", R1 "/intended", "text/plain",
			  "a\x07\n"),
	    422);
	assert_status(
	    send(TOKEN_VIEWER, "PUT", R1 "/intended", "text/plain", "a\n"),
	    403);
	assert_status(send(TOKEN_OPERATOR, "PUT", "/api/v1/devices/r9/intended",
			  "text/plain", "a\n"),
	    404);
	reply = ask(&(struct ask){ .method = "PUT",
	    .uri = R1 "/intended",
	    .token = portal.tokens[TOKEN_OPERATOR],
	    .type = "text/plain",
	    .body = "a\n",
	    .more = { "HTTP_IF_MATCH="
		      "\"0123456789012345678901234567890123456789\"" } });
	assert_status(reply, 412);
	reply = get(R1 "/intended");
	assert_string_equal(reply.body, "hostname r1\nip forwarding\n");
}

static void test_the_difference_leads_to_what_is_intended(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = get(R1 "/backup");
	assert_string_equal(reply.body, "hostname r1\n");
	reply = get(R1 "/diff");
	assert_status(reply, 200);
	assert_non_null(strstr(reply.body, "\n+ip forwarding\n"));
	assert_true(text_starts_with(reply.body, "--- backup\n+++ intended\n"));
	assert_status(send(TOKEN_ADMIN, "POST", "/api/v1/devices", JSON,
			  "{\"name\":\"r2\",\"status\":\"planned\","
			  "\"area\":\"lab\"}"),
	    201);
	reply = get("/api/v1/devices/r2/diff");
	assert_status(reply, 404);
	assert_non_null(
	    strstr(reply.body, "r2 has no intended configuration yet"));
}

/* --- history and audit --------------------------------------------------- */

static void write_intended(const char *text)
{
	assert_status(
	    send(TOKEN_OPERATOR, "PUT", R1 "/intended", "text/plain", text),
	    200);
}

/* Follows `next` to the end; how many items there were. */
static size_t count_all(const char *path, size_t limit, size_t *ret_pages)
{
	char uri[300], cursor[120] = "";
	size_t n = 0;

	*ret_pages = 0;
	do {
		json_t *list;

		snprintf(uri, sizeof(uri), "%s?limit=%zu%s%s", path, limit,
		    *cursor ? "&before=" : "", cursor);
		list = get_json(uri);
		n += json_array_size(json_object_get(list, "items"));
		snprintf(
		    cursor, sizeof(cursor), "%s", json_text(list, "next", ""));
		json_decref(list);
		assert_true(++*ret_pages < 50);
	} while (*cursor);
	return n;
}

static void test_history_is_paged(void **state)
{
	size_t pages;

	(void)state;
	write_intended("one\n");
	write_intended("two\n");
	write_intended("three\n");
	assert_int_equal(count_all(R1 "/history", 2, &pages), 4);
	assert_int_equal(pages, 2);
	assert_status(get(R1 "/history?before=zz"), 400);
	assert_status(get(R1 "/history?limit=0"), 400);
}

static void test_audit_shows_both_branches_once(void **state)
{
	size_t pages, all, paged;
	json_t *list;

	(void)state;
	write_intended("one\n");
	write_intended("two\n");
	all = count_all("/api/v1/audit", 500, &pages);
	assert_true(all >= 4);
	paged = count_all("/api/v1/audit", 1, &pages);
	assert_int_equal(paged, all);
	list = get_json("/api/v1/audit?limit=1");
	assert_string_equal(
	    json_text(json_array_get(json_object_get(list, "items"), 0),
		"branch", ""),
	    "main");
	json_decref(list);
	assert_status(get("/api/v1/audit?before=x"), 400);
	assert_status(get("/api/v1/audit?before=-.x"), 400);
	assert_status(get("/api/v1/audit?before=-.-"), 200);
}

/* --- host keys ----------------------------------------------------------- */

#define KEY                                                                    \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAA"

static void test_host_keys_are_pinned(void **state)
{
	struct exchange_reply reply;
	json_t *o;

	(void)state;
	reply = send(TOKEN_OPERATOR, "POST", R1 "/hostkey", JSON,
	    "{\"keys\":[\"" KEY "\"]}");
	assert_status(reply, 200);
	o = get_json(R1 "/hostkey");
	assert_string_equal(
	    json_text(
		json_array_get(json_object_get(o, "keys"), 0), "type", ""),
	    "ssh-ed25519");
	assert_true(text_starts_with(
	    json_text(json_array_get(json_object_get(o, "keys"), 0),
		"fingerprint", ""),
	    "SHA256:"));
	assert_string_equal(json_text(o, "approved_by", ""), "token:t_1");
	assert_true(json_is_null(json_object_get(o, "pending")));
	json_decref(o);
}

static void test_what_is_no_key_is_refused(void **state)
{
	static const char *const bad[] = { "{}", "{\"keys\":[]}",
		"{\"keys\":\"x\"}", "{\"keys\":[5]}",
		"{\"keys\":[\"ssh-ed25519\"]}",
		"{\"keys\":[\"ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAAA\"]}",
		"{\"keys\":[\"ssh-ed25519 !!!\"]}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_status(
		    send(TOKEN_OPERATOR, "POST", R1 "/hostkey", JSON, bad[i]),
		    422);
	assert_status(send(TOKEN_OPERATOR, "POST", R1 "/hostkey", JSON,
			  "{\"fingerprint\":\"SHA256:none\"}"),
	    404);
	assert_status(send(TOKEN_VIEWER, "POST", R1 "/hostkey", JSON,
			  "{\"keys\":[\"" KEY "\"]}"),
	    403);
}

/* --- jobs and runs ------------------------------------------------------- */

#define START "/api/v1/jobs/provision/runs"
#define DRY "{\"parameters\":{\"device\":\"r1\"}}"

static void test_jobs_describe_their_parameters(void **state)
{
	json_t *job;

	(void)state;
	job = get_json("/api/v1/jobs/provision");
	assert_non_null(json_object_get(
	    json_object_get(json_object_get(job, "parameters"), "properties"),
	    "dry_run"));
	json_decref(job);
	assert_status(get("/api/v1/jobs/nothing"), 404);
}

static void start_run(char id[64])
{
	struct exchange_reply reply;
	char location[100];
	json_t *run;

	reply = send(TOKEN_OPERATOR, "POST", START, JSON, DRY);
	assert_status(reply, 202);
	run = json_of(&reply);
	snprintf(id, 64, "%s", json_text(run, "id", ""));
	snprintf(location, sizeof(location), "/api/v1/runs/%s", id);
	assert_string_equal(header(&reply, "Location"), location);
	assert_string_equal(json_text(run, "state", ""), "queued");
	assert_string_equal(json_text(run, "trigger", ""), "api");
	assert_string_equal(json_text(run, "actor", ""), "token:t_1");
	json_decref(run);
}

static void test_runs_are_started_listed_and_cancelled(void **state)
{
	char id[64], uri[120];
	json_t *o;

	(void)state;
	start_run(id);
	snprintf(uri, sizeof(uri), "/api/v1/runs/%s", id);
	o = get_json(uri);
	assert_string_equal(
	    json_text(
		json_array_get(json_object_get(o, "devices"), 0), "name", ""),
	    "r1");
	assert_non_null(json_object_get(
	    json_array_get(json_object_get(o, "devices"), 0), "diff"));
	json_decref(o);
	o = get_json("/api/v1/runs?device=r1&trigger=api&state=queued");
	assert_int_equal(json_array_size(json_object_get(o, "items")), 1);
	json_decref(o);
	o = get_json("/api/v1/runs?trigger=hook");
	assert_int_equal(json_array_size(json_object_get(o, "items")), 0);
	json_decref(o);
	snprintf(uri, sizeof(uri), "/api/v1/runs/%s/log?since=0", id);
	o = get_json(uri);
	assert_true(json_is_array(json_object_get(o, "lines")));
	assert_string_equal(json_text(o, "state", ""), "queued");
	json_decref(o);
	snprintf(uri, sizeof(uri), "/api/v1/runs/%s/cancel", id);
	assert_status(send(TOKEN_VIEWER, "POST", uri, NULL, NULL), 403);
	assert_status(send(TOKEN_OPERATOR, "POST", uri, NULL, NULL), 202);
}

static void test_an_idempotency_key_starts_one_run(void **state)
{
	struct ask a = { .method = "POST",
		.uri = START,
		.type = JSON,
		.token = portal.tokens[TOKEN_OPERATOR],
		.body = DRY,
		.more = { "HTTP_IDEMPOTENCY_KEY=abc" } };
	struct exchange_reply reply;
	char id[64];
	json_t *run;

	(void)state;
	reply = ask(&a);
	assert_status(reply, 202);
	run = json_of(&reply);
	snprintf(id, sizeof(id), "%s", json_text(run, "id", ""));
	json_decref(run);
	reply = ask(&a);
	assert_status(reply, 202);
	run = json_of(&reply);
	assert_string_equal(json_text(run, "id", ""), id);
	json_decref(run);
	run = get_json("/api/v1/runs");
	assert_int_equal(json_array_size(json_object_get(run, "items")), 1);
	json_decref(run);
}

static void test_wrong_runs_are_refused(void **state)
{
	static const struct {
		const char *body;
		int status;
	} cases[] = {
		{ "{\"parameters\":{}}", 422 },
		{ "{\"parameters\":{\"device\":\"r9\"}}", 422 },
		{ "{\"parameters\":{\"device\":\"r1\",\"x\":1}}", 422 },
		{ "{\"parameters\":[]}", 422 },
		{ "{\"params\":{}}", 422 },
		{ "[]", 400 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_status(
		    send(TOKEN_OPERATOR, "POST", START, JSON, cases[i].body),
		    cases[i].status);
	assert_status(send(TOKEN_VIEWER, "POST", START, JSON, DRY), 403);
	assert_status(get("/api/v1/runs/../../etc"), 400);
	assert_status(get("/api/v1/runs/nothing"), 404);
	assert_status(get("/api/v1/runs/20261121-083000-1f2e3d4c"), 404);
	assert_status(get("/api/v1/runs?state=odd"), 400);
	assert_status(get("/api/v1/runs?before=odd"), 400);
}

static size_t count_items(const char *uri, const char *next)
{
	json_t *o = get_json(uri);
	size_t n = json_array_size(json_object_get(o, "items"));

	assert_string_equal(json_text(o, "next", ""), next);
	json_decref(o);
	return n;
}

#define ROWS "/api/v1/runs/" FIXTURE_RUN "/devices"

static void test_rows_of_many_devices_come_in_pages(void **state)
{
	json_t *o, *row;

	(void)state;
	fixture_put_rows(250);
	o = get_json("/api/v1/runs/" FIXTURE_RUN);
	assert_int_equal(json_array_size(json_object_get(o, "devices")), 100);
	assert_int_equal(
	    json_number(json_object_get(o, "counts"), "all", 0), 250);
	assert_int_equal(
	    json_number(json_object_get(o, "counts"), "failed", 0), 84);
	json_decref(o);
	assert_int_equal(count_items(ROWS, "100"), 100);
	assert_int_equal(count_items(ROWS "?after=200", ""), 50);
	assert_int_equal(count_items(ROWS "?limit=1000", ""), 250);
	assert_int_equal(count_items(ROWS "?after=999", ""), 0);
	assert_int_equal(count_items(ROWS "?show=failed&limit=1000", ""), 84);
	assert_int_equal(count_items(ROWS "?show=open", ""), 0);
	assert_int_equal(count_items(ROWS "?show=changed&limit=5", "9"), 5);
	o = get_json(ROWS "?show=changed&limit=5&after=9");
	row = json_array_get(json_object_get(o, "items"), 0);
	assert_string_equal(json_text(row, "name", ""), "d10");
	json_decref(o);
	assert_status(get(ROWS "?show=none"), 400);
	assert_status(get(ROWS "?after=-1"), 400);
	assert_status(get("/api/v1/runs/nothing/devices"), 404);
}

static void test_status_rules_are_409(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = ask(&(struct ask){ .method = "PATCH",
	    .uri = R1,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .type = JSON,
	    .body = "{\"status\":\"failed\"}",
	    .more = { "HTTP_IF_MATCH=*" } });
	assert_status(reply, 200);
	reply = send(TOKEN_OPERATOR, "POST", START, JSON, DRY);
	assert_status(reply, 409);
	assert_non_null(strstr(reply.body, "its status is failed"));
}

/* --- access -------------------------------------------------------------- */

static void test_tokens_are_made_used_and_revoked(void **state)
{
	struct exchange_reply reply;
	char token[200];
	json_t *o;

	(void)state;
	reply = send(TOKEN_ADMIN, "POST", "/api/v1/tokens", JSON,
	    "{\"name\":\"ci\",\"role\":\"viewer\"}");
	assert_status(reply, 201);
	assert_string_equal(header(&reply, "Location"), "/api/v1/tokens/ci");
	o = json_of(&reply);
	snprintf(token, sizeof(token), "%s", json_text(o, "token", ""));
	json_decref(o);
	assert_true(text_starts_with(token, "sy_ci_"));
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .token = token }),
	    200);
	assert_status(
	    send(TOKEN_ADMIN, "DELETE", "/api/v1/tokens/ci", NULL, NULL), 204);
	assert_status(
	    ask(&(struct ask){ .uri = "/api/v1/devices", .token = token }),
	    401);
}

static void test_no_answer_holds_a_hash(void **state)
{
	static const char *const uris[] = { "/api/v1/users",
		"/api/v1/users/ann", "/api/v1/tokens", "/api/v1/tokens/t_0",
		"/api/openapi.json" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct exchange_reply reply = get(uris[i]);

		assert_status(reply, 200);
		assert_null(strstr(reply.body, "$y$"));
		assert_null(strstr(reply.body, "\"hash\""));
		assert_null(strstr(reply.body, "\"password\""));
		assert_null(strstr(reply.body, "sessions_after"));
	}
}

static void test_settings_are_replaced(void **state)
{
	struct exchange_reply reply;
	json_t *o;

	(void)state;
	reply = ask(&(struct ask){ .method = "PUT",
	    .uri = "/api/v1/settings",
	    .type = JSON,
	    .token = portal.tokens[TOKEN_ADMIN],
	    .body = "{\"site_name\":\"Lab\",\"slots\":4}",
	    .more = { "HTTP_IF_MATCH=*" } });
	assert_status(reply, 200);
	o = get_json("/api/v1/settings");
	assert_string_equal(json_text(o, "site_name", ""), "Lab");
	json_decref(o);
}

#define FRESH(test) \
	cmocka_unit_test_setup_teardown(test, portal_open, portal_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_intended_configurations_are_text),
		FRESH(test_intended_writes_are_checked),
		FRESH(test_the_difference_leads_to_what_is_intended),
		FRESH(test_history_is_paged),
		FRESH(test_audit_shows_both_branches_once),
		FRESH(test_host_keys_are_pinned),
		FRESH(test_what_is_no_key_is_refused),
		FRESH(test_jobs_describe_their_parameters),
		FRESH(test_runs_are_started_listed_and_cancelled),
		FRESH(test_an_idempotency_key_starts_one_run),
		FRESH(test_wrong_runs_are_refused),
		FRESH(test_rows_of_many_devices_come_in_pages),
		FRESH(test_status_rules_are_409),
		FRESH(test_tokens_are_made_used_and_revoked),
		FRESH(test_no_answer_holds_a_hash),
		FRESH(test_settings_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
