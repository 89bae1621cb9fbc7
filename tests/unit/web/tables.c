/*
 * Tables: what they filter, order, show and hand out; what is done with many
 * rows; views that are kept.
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

static void test_any_field_filters(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("f1", "&serial=AA1&tags=one,two");
	make_device("f2", "&serial=AA2&tags=one&role=router");
	reply = get("/devices?serial=AA2");
	assert_has(reply, "value=\"f2\"");
	assert_has_not(reply, "value=\"f1\"");
	/* it is shown, so that it can be taken away */
	assert_has(reply, "name=\"serial\" value=\"AA2\"");
	reply = get("/devices?serial=AA1&serial=AA2");
	assert_has(reply, "value=\"f1\"");
	assert_has(reply, "value=\"f2\"");
	assert_has_not(reply, "value=\"r1\"");
	reply = get("/devices?tags=one&role=router");
	assert_has(reply, "value=\"f2\"");
	assert_has_not(reply, "value=\"f1\"");
	reply = get("/devices?q=aA1");
	assert_has(reply, "value=\"f1\"");
	assert_has_not(reply, "value=\"f2\"");
	assert_has(get("/devices?serial=ZZ"), "No device matches");
}

static void test_orders_by_any_column(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("o2", "&serial=S10&tags=o");
	make_device("o10", "&serial=S9&tags=o");
	make_device("o3", "&tags=o");
	reply = get("/devices?tags=o");
	assert_order(&reply, "value=\"o2\"", "value=\"o3\"");
	assert_order(&reply, "value=\"o3\"", "value=\"o10\"");
	/* nothing comes last, either way */
	reply = get("/devices?tags=o&sort=serial");
	assert_order(&reply, "value=\"o10\"", "value=\"o2\"");
	assert_order(&reply, "value=\"o2\"", "value=\"o3\"");
	reply = get("/devices?tags=o&sort=-serial");
	assert_order(&reply, "value=\"o2\"", "value=\"o10\"");
	assert_order(&reply, "value=\"o10\"", "value=\"o3\"");
	reply = get("/devices?tags=o&sort=-vars");
	assert_status(reply, 200);
	reply = get("/devices?sort=nothing&size=x&page=-1");
	assert_status(reply, 200);
}

static void test_shows_the_columns_that_are_asked_for(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("c1", "&serial=COLS&tags=red,blue");
	reply = get("/devices?col=serial&col=tags&serial=COLS");
	assert_has(reply, ">COLS</td>");
	assert_has(reply, ">red</span>");
	assert_has_not(reply, "sort=platform");
	assert_has_not(reply, ">Last run</th>");
	/* links and forms keep them */
	assert_has(reply, "col=serial&amp;col=tags&amp;serial=COLS&amp;sort=");
	assert_has(reply, "name=\"col\" value=\"serial\"");
	assert_has(get("/devices?col=last_run"), ">Last run</th>");
	assert_has(get("/areas?col=description"), "sort=description");
}

static void test_pages_hold_as_many_rows_as_asked_for(void **state)
{
	struct exchange_reply reply;
	char name[20];

	(void)state;
	for (int i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "page%d", i);
		make_device(name, "&tags=paged");
	}
	reply = get("/devices?tags=paged&size=3");
	assert_has(reply, "1–3 of 7");
	assert_has(reply, "page=2");
	reply = get("/devices?tags=paged&size=3&page=3");
	assert_has(reply, "7–7 of 7");
	assert_has(reply, "value=\"page6\"");
	assert_has_not(reply, "value=\"page5\"");
	/* past the end is the last page */
	assert_has(get("/devices?tags=paged&size=3&page=99"), "7–7 of 7");
}

static void test_exports_what_matches_with_its_columns(void **state)
{
	struct exchange_reply reply;
	json_t *all, *one;

	(void)state;
	make_device("x1", "&serial=%3D1%2B2&tags=ex,port&"
			  "vars=%7B%22n%22%3A+1%7D");
	reply = get("/devices.csv?tags=ex&col=serial&col=tags");
	assert_string_equal(
	    header(&reply, "Content-Type"), "text/csv; charset=utf-8");
	assert_int_equal(
	    reply.body_len, strlen("\"name\",\"serial\",\"tags\"\r\n"
				   "\"x1\",\"'=1+2\",\"ex, port\"\r\n"));
	assert_has(reply, "\"x1\",\"'=1+2\",\"ex, port\"\r\n");
	reply = get("/devices.json?tags=ex&col=tags&col=vars&col=role");
	all = json_of(&reply);
	one = json_array_get(json_object_get(all, "items"), 0);
	assert_string_equal(json_text(one, "name", ""), "x1");
	assert_int_equal(json_array_size(json_object_get(one, "tags")), 2);
	assert_int_equal(json_number(json_object_get(one, "vars"), "n", 0), 1);
	assert_true(json_is_null(json_object_get(one, "role")));
	assert_int_equal(json_object_size(one), 4);
	json_decref(all);
	assert_has(get("/areas.csv"), "\"lab\"");
	reply = get("/vlans.json");
	all = json_of(&reply);
	assert_true(json_is_array(json_object_get(all, "items")));
	json_decref(all);
}

static void test_every_list_is_a_table(void **state)
{
	struct exchange_reply reply;

	(void)state;
	reply = get("/schedules?sort=-job&enabled=yes&q=night");
	assert_has(reply, "nightly");
	assert_has(reply, "at 02:30 every day");
	assert_has(reply, "sort=name");
	assert_has(get("/schedules?enabled=no"), "No schedule matches");
	assert_has(get("/schedules.csv?col=job"),
	    "\"nightly\",\"generate-intended\"\r\n");
	reply = get("/settings/users?role=viewer");
	assert_has(reply, "href=\"/settings/users/vera\"");
	assert_has_not(reply, "href=\"/settings/users/olga\"");
	reply = get("/settings/users?disabled=yes");
	assert_has(reply, "href=\"/settings/users/dora\"");
	assert_has_not(reply, "href=\"/settings/users/ann\"");
	/* what is hidden neither shows, nor filters, nor orders */
	reply = get("/settings/users.csv?col=password&col=role&password=x&"
		    "sort=password&role=viewer");
	assert_has(reply, "\"name\",\"role\"\r\n\"vera\",\"viewer\"\r\n");
	reply = get("/settings/tokens?sort=-name&role=admin");
	assert_has(reply, "/settings/tokens/t_0/revoke");
	assert_has(reply, ">expired</span>");
	assert_has_not(get("/settings/tokens.json"), "hash");
	assert_status(get_as(TOKEN_OPERATOR, "/settings/users.csv"), 403);
	assert_status(get_as(TOKEN_OPERATOR, "/settings/tokens.json"), 403);
	/* of these nobody keeps a view */
	assert_has_not(get("/settings/users"), "Save view");
	assert_has(get("/hooks"), "Save view");
}

/* --- many at once -------------------------------------------------------- */

static void test_changes_what_was_ticked(void **state)
{
	struct exchange_reply reply;
	char form[600], digest[80];

	(void)state;
	make_device("b1", "&tags=bulk");
	make_device("b2", "&tags=bulk");
	make_device("b3", "&tags=bulk");
	reply = post(
	    "/bulk/devices?tags=bulk", "scope=ticked&row=b1&row=b3&do=edit");
	assert_status(reply, 200);
	assert_has(reply, "Change 2 devices");
	assert_has(reply, "action=\"/bulk/devices/edit?tags=bulk\"");
	snprintf(digest, sizeof(digest), "%.64s", hidden(&reply, "digest"));
	assert_string_equal(hidden(&reply, "rows"), "b1,b3,");
	/* nothing asked for; then something wrong: both are told */
	snprintf(
	    form, sizeof(form), "scope=ticked&rows=b1,b3&digest=%.64s", digest);
	reply = post("/bulk/devices/edit?tags=bulk", form);
	assert_status(reply, 422);
	assert_has(reply, "No change was asked for");
	snprintf(form, sizeof(form),
	    "scope=ticked&rows=b1,b3&digest=%.64s&how-role=set&role=nobodys",
	    digest);
	reply = post("/bulk/devices/edit?tags=bulk", form);
	assert_status(reply, 422);
	assert_has(reply, "device b1");
	assert_has(reply, "id=\"f-role-error\"");
	snprintf(form, sizeof(form),
	    "scope=ticked&rows=b1,b3&digest=%.64s&how-role=set&role=router&"
	    "how-tags=add&tags=more&how-serial=keep&serial=ignored",
	    digest);
	reply = post("/bulk/devices/edit?tags=bulk", form);
	assert_goes_to(&reply, "/devices?tags=bulk");
	reply = get("/devices.csv?tags=more&col=role&col=serial");
	assert_has(reply, "\"b1\",\"router\",\"\"\r\n");
	assert_has(reply, "\"b3\",\"router\",\"\"\r\n");
	assert_has_not(reply, "\"b2\"");
	assert_has(get("/audit"), "Update 2 devices");
}

static void test_all_that_match_are_those_that_were_shown(void **state)
{
	struct exchange_reply reply;
	char form[300];

	(void)state;
	make_device("m1", "&tags=match");
	make_device("m2", "&tags=match");
	reply = post("/bulk/devices?tags=match", "scope=all&do=edit");
	assert_has(reply, "Change 2 devices");
	snprintf(form, sizeof(form),
	    "scope=all&digest=%.64s&how-status=set&status=planned",
	    hidden(&reply, "digest"));
	make_device("m3", "&tags=match");
	reply = post("/bulk/devices/edit?tags=match", form);
	assert_status(reply, 409);
	assert_has(reply, "Change 3 devices");
	assert_has_not(get("/devices.csv?tags=match"), "planned");
	snprintf(form, sizeof(form),
	    "scope=all&digest=%.64s&how-status=set&status=planned",
	    hidden(&reply, "digest"));
	reply = post("/bulk/devices/edit?tags=match", form);
	assert_goes_to(&reply, "/devices?tags=match");
	assert_has(get("/devices.csv?tags=match"), "\"m3\",\"planned\"");
}

static void test_refuses_what_cannot_be_done_with_many(void **state)
{
	(void)state;
	assert_status(post("/bulk/devices", "scope=ticked&do=edit"), 422);
	assert_status(
	    post("/bulk/devices", "scope=ticked&row=nobody&do=edit"), 409);
	assert_status(post("/bulk/users", "scope=all&do=edit"), 404);
	assert_status(
	    post_as(TOKEN_VIEWER, "/bulk/devices", "scope=all&do=edit"), 403);
	assert_status(post("/bulk/devices", "scope=all&do=run&job=dance"), 400);
	assert_has_not(get_as(TOKEN_VIEWER, "/devices"), "id=\"bulk\"");
}

static void test_schedules_are_paused_together(void **state)
{
	struct exchange_reply reply;
	char form[300];

	(void)state;
	assert_has_not(get_as(TOKEN_OPERATOR, "/schedules"), "id=\"bulk\"");
	assert_has_not(get_as(TOKEN_OPERATOR, "/channels"), "id=\"bulk\"");
	reply = post("/bulk/schedules", "scope=all&do=edit");
	assert_has(reply, "Change 1 schedule");
	snprintf(form, sizeof(form), "scope=all&digest=%.64s&how-enabled=set",
	    hidden(&reply, "digest"));
	assert_status(
	    post_as(TOKEN_OPERATOR, "/bulk/schedules/edit", form), 403);
	reply = post("/bulk/schedules/edit", form);
	assert_status(reply, 303);
	assert_has(get("/schedules?enabled=no"), ">paused</span>");
}

static void test_hands_rows_to_a_job(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("j1", "&tags=job");
	make_device("j2", "&tags=job");
	reply = post(
	    "/bulk/devices?tags=job", "scope=all&do=run&job=generate-intended");
	assert_status(reply, 200);
	assert_has(reply, "action=\"/jobs/generate-intended/run\"");
	assert_has(reply, "value=\"j1, j2\"");
	/* how the table was filtered chooses no further devices */
	reply = post("/bulk/devices?platform=frr&area=lab&tag=job&q=j",
	    "scope=ticked&row=j1&do=run&job=bulk-provision");
	assert_status(reply, 200);
	assert_has(reply, "value=\"j1\"");
	assert_has_not(reply, "value=\"frr\" selected");
	assert_has_not(reply, "value=\"lab\" selected");
	assert_has_not(reply, "value=\"job\"");
	reply = get("/jobs/bulk-provision/run?area=lab");
	assert_has(reply, "value=\"lab\" selected");
}

/* --- views --------------------------------------------------------------- */

static void test_keeps_a_view(void **state)
{
	struct exchange_reply reply =
	    post("/views/save", "table=devices&label=Down+in+lab&"
				"query=status%3Dfailed%26sort%3D-name");

	(void)state;
	assert_goes_to(&reply, "/devices?status=failed&sort=-name");
	reply = get("/devices?status=failed&sort=-name");
	assert_has(reply, "href=\"/devices?status=failed&amp;sort=-name\" "
			  "aria-current=\"true\">Down in lab</a>");
	reply = get("/views");
	assert_has(reply, "devices-down-in-lab");
	/* the same name again is told, and changes nothing */
	reply = post("/views/save", "table=devices&label=Down+in+lab&query=x");
	assert_goes_to(&reply, "/devices?x");
	assert_has_not(get("/devices"), "href=\"/devices?x\"");
	assert_status(post("/views/save", "table=nothing&label=a&query="), 422);
	assert_status(post_as(TOKEN_VIEWER, "/views/save",
			  "table=devices&label=a&query="),
	    403);
	reply = post("/views/devices-down-in-lab/delete", "");
	assert_goes_to(&reply, "/views");
}

static void test_tables_filter_sort_and_export(void **state)
{
	struct exchange_reply reply;
	const char *two, *ten;

	(void)state;
	make_device("t10", ROUTER "&tags=tab");
	make_device("t2", ROUTER "&tags=tab&serial=%3D1%2B2");
	reply = get("/devices?tags=tab");
	two = memmem(reply.body, reply.body_len, "href=\"/devices/t2\"", 18);
	ten = memmem(reply.body, reply.body_len, "href=\"/devices/t10\"", 19);
	assert_true(two && ten && two < ten);
	assert_has(reply, "aria-sort=\"ascending\"");
	reply = get("/devices?tags=tab&sort=-name");
	two = memmem(reply.body, reply.body_len, "href=\"/devices/t2\"", 18);
	ten = memmem(reply.body, reply.body_len, "href=\"/devices/t10\"", 19);
	assert_true(two && ten && ten < two);
	reply = get("/devices?q=T10");
	assert_has(reply, "href=\"/devices/t10\"");
	assert_has_not(reply, "href=\"/devices/t2\"");
	reply = get("/devices.csv?tags=tab");
	assert_has(reply, "\"name\",\"status\",");
	assert_has(reply, "\"t2\"");
	assert_has_not(reply, "\"r1\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_filter_sort_and_export),
		cmocka_unit_test(test_any_field_filters),
		cmocka_unit_test(test_orders_by_any_column),
		cmocka_unit_test(test_shows_the_columns_that_are_asked_for),
		cmocka_unit_test(test_pages_hold_as_many_rows_as_asked_for),
		cmocka_unit_test(test_exports_what_matches_with_its_columns),
		cmocka_unit_test(test_every_list_is_a_table),
		cmocka_unit_test(test_changes_what_was_ticked),
		cmocka_unit_test(test_all_that_match_are_those_that_were_shown),
		cmocka_unit_test(test_refuses_what_cannot_be_done_with_many),
		cmocka_unit_test(test_hands_rows_to_a_job),
		cmocka_unit_test(test_schedules_are_paused_together),
		cmocka_unit_test(test_keeps_a_view),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
