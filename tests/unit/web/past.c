/*
 * What is no more: addresses of deleted and renamed records, their history, and
 * the way back; the history of records of any kind.
 */
#include "unit/web/page_fixture.h"

/* Saves the edit form of `url` with these fields. */
static void edit(const char *url, const char *fields)
{
	char uri[100], form[300];
	struct exchange_reply reply;

	snprintf(uri, sizeof(uri), "%s/edit", url);
	reply = get(uri);
	snprintf(form, sizeof(form), "version=%.40s&%s",
	    hidden(&reply, "version"), fields);
	assert_status(post(uri, form), 303);
}

static void test_a_deleted_device_is_told_and_restored(void **state)
{
	struct exchange_reply reply;
	char body[4000];

	(void)state;
	make_device("gone1", "&serial=SN77&tags=a,b");
	assert_status(post("/devices/gone1/intended", "text=hostname+g1"), 303);
	assert_status(post("/devices/gone1/delete", ""), 303);
	reply = get("/devices/gone1");
	assert_status(reply, 410);
	assert_has(reply, "gone1 was deleted");
	assert_has(reply, "t_0");
	assert_has(reply, "Delete device gone1");
	assert_has(reply, "SN77");
	assert_has(reply, "/intended\">Configuration</a>");
	assert_has_not(reply, "/backup\">Configuration</a>");
	assert_has(reply, "action=\"/devices/gone1/restore\"");
	assert_has_not(get_as(TOKEN_VIEWER, "/devices/gone1"), "/restore\"");
	/* its history can be read, but nothing be done with it */
	reply = get("/devices/gone1/history");
	assert_status(reply, 200);
	assert_has(reply, "Delete device gone1");
	assert_has(reply, "is no more");
	assert_has_not(reply, "/devices/gone1/edit");
	assert_status(get("/devices/gone1/runs"), 200);
	assert_status(get("/devices/gone1/edit"), 404);
	assert_status(get("/devices/never"), 404);
	assert_status(post_as(TOKEN_VIEWER, "/devices/gone1/restore", ""), 403);
	assert_status(post("/devices/never/restore", ""), 404);
	reply = post_as(TOKEN_OPERATOR, "/devices/gone1/restore", "");
	assert_goes_to(&reply, "/devices/gone1");
	assert_status(get("/devices/gone1"), 200);
	reply = get("/devices/gone1/config?view=intended");
	assert_has(reply, "hostname");
	reply = get("/devices.csv?col=serial&col=tags&serial=SN77");
	snprintf(body, sizeof(body), "%.*s", (int)reply.body_len, reply.body);
	assert_non_null(strstr(body, "\"gone1\",\"SN77\",\"a, b\""));
	assert_has(get("/audit"), "Restore device gone1");
	assert_status(post("/devices/gone1/restore", ""), 409);
}

static void test_a_renamed_device_is_found(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("before", "");
	edit("/devices/before", "name=after&area=lab&status=planned");
	reply = get("/devices/before");
	assert_status(reply, 410);
	assert_has(reply, "before is called after now");
	assert_has(reply, "href=\"/devices/after\"");
	assert_has_not(reply, "/restore\"");
}

static void test_what_it_refers_to_must_be_there(void **state)
{
	struct exchange_reply reply;

	(void)state;
	assert_status(post("/areas/new", "name=away"), 303);
	assert_status(
	    post("/devices/new", "name=lost&area=away&status=planned"), 303);
	assert_status(post("/devices/lost/delete", ""), 303);
	assert_status(post("/areas/away/delete", ""), 303);
	/* found although its area is gone too */
	assert_status(get("/devices/lost"), 410);
	reply = post("/devices/lost/restore", "");
	assert_status(reply, 422);
	assert_has(reply, "cannot be restored now");
	assert_has(reply, "away");
	reply = get("/areas/away");
	assert_status(reply, 410);
	reply = post("/areas/away/restore", "");
	assert_goes_to(&reply, "/areas/away");
	reply = post("/devices/lost/restore", "");
	assert_goes_to(&reply, "/devices/lost");
}

/* The same over REST. */
static struct exchange_reply call(
    const char *method, const char *uri, enum fixture_token who)
{
	return ask(&(struct ask){ .method = method,
	    .uri = uri,
	    .token = portal.tokens[who],
	    .more = { "HTTP_IF_MATCH=*" } });
}

static void test_restores_over_rest(void **state)
{
	struct exchange_reply reply;
	json_t *json;

	(void)state;
	assert_status(post("/roles/new", "name=passing&description=by"), 303);
	assert_status(
	    call("POST", "/api/v1/roles/passing/restore", TOKEN_ADMIN), 409);
	assert_status(
	    call("DELETE", "/api/v1/roles/passing", TOKEN_ADMIN), 204);
	assert_status(
	    call("POST", "/api/v1/roles/passing/restore", TOKEN_VIEWER), 403);
	reply = call("POST", "/api/v1/roles/passing/restore", TOKEN_OPERATOR);
	assert_status(reply, 201);
	json = json_of(&reply);
	assert_string_equal(json_text(json, "description", ""), "by");
	json_decref(json);
	assert_status(
	    call("POST", "/api/v1/roles/never/restore", TOKEN_ADMIN), 404);
	assert_status(
	    call("DELETE", "/api/v1/roles/passing", TOKEN_ADMIN), 204);
	make_device("restful", "");
	assert_status(
	    call("DELETE", "/api/v1/devices/restful", TOKEN_ADMIN), 204);
	reply = call("GET", "/api/v1/devices/restful/history", TOKEN_VIEWER);
	assert_status(reply, 200);
	assert_has(reply, "Delete device restful");
}

/* The address behind "at=" of the n-th version that the page names. */
static void take_listed_version(
    const struct exchange_reply *reply, int n, char id[41])
{
	const char *p = reply->body, *end = reply->body + reply->body_len;

	for (; n >= 0; n--) {
		p = memmem(p, (size_t)(end - p), "at=", 3);
		assert_non_null(p);
		p += 3;
	}
	memcpy(id, p, 40);
	id[40] = '\0';
}

static void test_records_of_any_kind_have_a_history(void **state)
{
	char newest[41], older[41], uri[200];
	struct exchange_reply reply;

	(void)state;
	assert_status(post("/vlans/new", "vid=77&name=one&area=lab"), 303);
	edit("/vlans/lab/77", "vid=77&name=two&area=lab");
	/* its key is a path; people say it otherwise */
	reply = get("/vlans/lab/77");
	assert_has(reply, "href=\"/vlans/lab/77/history\"");
	assert_has(reply, "<h1>VLAN 77 (two) in lab</h1>");
	assert_has(get("/vlans/lab/77/delete"),
	    "<b>VLAN 77 (two) in lab</b>?</p>");
	assert_has(get("/vlans/lab/77/edit"),
	    "<a href=\"/vlans/lab/77\">VLAN 77 (two) in lab</a></li>");
	reply = get("/vlans/lab/77/history");
	assert_has(reply, "History of VLAN 77 (two) in lab");
	assert_status(reply, 200);
	assert_has(reply, "Update vlan lab/77");
	assert_has(reply, "Create vlan lab/77");
	take_listed_version(&reply, 0, newest);
	take_listed_version(&reply, 1, older);
	snprintf(uri, sizeof(uri), "/vlans/lab/77/history?at=%s&raw=1", older);
	assert_has(get(uri), "\"one\"");
	snprintf(
	    uri, sizeof(uri), "/vlans/lab/77/history?a=%s&b=%s", older, newest);
	reply = get(uri);
	assert_status(reply, 200);
	assert_has(reply, "two");
	assert_has(reply, "one");
	assert_status(post("/vlans/lab/77/delete", ""), 303);
	assert_status(get("/vlans/lab/77"), 410);
	assert_has(get("/vlans/lab/77"), "VLAN 77 (two) in lab was deleted");
	assert_has(get("/vlans/lab/77/history"), "Delete vlan lab/77");
	assert_status(get("/vlans/lab/78/history"), 404);
	assert_status(get("/schedules/nightly/history"), 200);
}

static void test_templates_have_a_history(void **state)
{
	struct exchange_reply reply;

	(void)state;
	assert_status(post("/templates/edit",
			  "name=frr/h.j2&text=hostname+a&action=save"),
	    303);
	reply = get("/templates/history?name=frr%2Fh.j2");
	assert_status(reply, 200);
	assert_has(reply, "?name=frr%2Fh.j2&amp;at=");
	assert_status(get("/templates/history?name=nothing"), 404);
	assert_status(
	    get("/templates/history?name=..%2Faccess%2Fusers%2Fann.json"), 404);
	assert_status(get("/templates/history"), 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_deleted_device_is_told_and_restored),
		cmocka_unit_test(test_a_renamed_device_is_found),
		cmocka_unit_test(test_what_it_refers_to_must_be_there),
		cmocka_unit_test(test_restores_over_rest),
		cmocka_unit_test(test_records_of_any_kind_have_a_history),
		cmocka_unit_test(test_templates_have_a_history),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
