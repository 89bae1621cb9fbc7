/*
 * The forms of records: what was typed stays, stale edits show both versions,
 * refusals say why, an import is looked at first.
 */
#include "unit/web/page_fixture.h"

static void test_a_refused_form_keeps_what_was_typed(void **state)
{
	struct exchange_reply reply = post("/devices/new",
	    "name=not+a+name&status=active&area=lab&primary_ip4=300.1.1.1&"
	    "serial=%22%3Cb%3E&vars=%7Bbroken&tags=one%2C+two");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "value=\"not a name\"");
	assert_has(reply, "value=\"300.1.1.1\"");
	assert_has(reply, "value=\"&#34;&lt;b&gt;\"");
	assert_has(reply, "\n{broken</textarea>");
	assert_has(reply, "value=\"one, two\"");
	assert_has(reply, "id=\"f-name-error\"");
	assert_has(reply, "id=\"f-primary_ip4-error\"");
	assert_has(reply, "aria-invalid=\"true\"");
}

static void test_control_characters_are_a_fault_of_their_field(void **state)
{
	struct exchange_reply reply = post("/devices/new",
	    "name=r77&status=active&area=lab&serial=AB%0C12&tags=one%1B");

	(void)state;
	assert_status(reply, 422);
	assert_has(reply, "value=\"r77\"");
	assert_has(reply, "id=\"f-serial-error\"");
	assert_has(reply, "id=\"f-tags-error\"");
	/* but no NUL, nowhere; and where no schema looks, none at all */
	assert_status(post("/devices/new", "name=r77%00&area=lab"), 400);
	assert_status(post("/settings/users", "name=a%0Cb"), 400);
}

static void test_a_taken_name_is_a_conflict(void **state)
{
	struct exchange_reply reply = post("/devices/new",
	    "name=r1&status=active&area=lab&description=second");

	(void)state;
	assert_status(reply, 409);
	assert_has(reply, "value=\"second\"");
}

static void test_creates_and_shows_a_device(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("new1", ROUTER "&tags=a,b&vars=%7B%22asn%22%3A+65001%7D");
	reply = get("/devices/new1");
	assert_status(reply, 200);
	assert_has(reply, "192.0.2.9");
	assert_has(reply, "65001");
	assert_has(reply, "/devices?tags=b");
}

static void test_a_stale_edit_shows_both_versions(void **state)
{
	char form[500], version[STORE_OID_TEXT_SIZE];
	struct exchange_reply reply;

	(void)state;
	make_device("stale", ROUTER);
	reply = get("/devices/stale/edit");
	take_version(&reply, version);
	snprintf(form, sizeof(form),
	    "version=%s&name=stale&status=active&area=lab&serial=THEIRS",
	    version);
	reply = post("/devices/stale/edit", form);
	assert_goes_to(&reply, "/devices/stale");
	snprintf(form, sizeof(form),
	    "version=%s&name=stale&status=active&area=lab&serial=MINE",
	    version);
	reply = post("/devices/stale/edit", form);
	assert_status(reply, 409);
	assert_has(reply, "THEIRS");
	assert_has(reply, "value=\"MINE\"");
	assert_string_not_equal(hidden(&reply, "version"), version);
	reply = get("/devices/stale");
	assert_has(reply, "THEIRS");
	assert_has_not(reply, "MINE");
}

static void test_renaming_moves_the_page(void **state)
{
	char form[300], version[STORE_OID_TEXT_SIZE];
	struct exchange_reply reply;

	(void)state;
	make_device("before", ROUTER);
	reply = get("/devices/before/edit");
	take_version(&reply, version);
	snprintf(form, sizeof(form),
	    "version=%s&name=after&status=active&area=lab", version);
	reply = post("/devices/before/edit", form);
	assert_goes_to(&reply, "/devices/after");
	assert_status(get("/devices/before"), 410);
	reply = get("/devices/after/history");
	assert_has(reply, "Create device before");
}

static void test_what_is_used_is_not_deleted(void **state)
{
	struct exchange_reply reply = get("/areas/lab/delete");

	(void)state;
	assert_has(reply, "cannot be deleted");
	reply = post("/areas/lab/delete", "");
	assert_status(reply, 409);
	assert_status(get("/areas/lab"), 200);
	make_device("gone", ROUTER);
	reply = post("/devices/gone/delete", "");
	assert_goes_to(&reply, "/devices");
	assert_status(get("/devices/gone"), 410);
}

/* The form that was shown is one that can be sent: as it is, and after it was
 * refused. */
static void test_forms_send_the_version_that_they_showed(void **state)
{
	struct exchange_reply reply;
	char version[STORE_OID_TEXT_SIZE], form[200];

	(void)state;
	make_device("ver", ROUTER);
	reply = post("/devices/ver/intended", "version=&text=one%0D%0A");
	assert_status(reply, 303);
	reply = get("/devices/ver/intended");
	take_version(&reply, version);
	assert_int_equal(strlen(version), 40);
	snprintf(form, sizeof(form), "version=%s&text=two", version);
	assert_status(post("/devices/ver/intended", form), 303);
	/* a stale one can be saved over what is there, on purpose */
	reply = post("/devices/ver/intended", form);
	assert_status(reply, 409);
	take_version(&reply, version);
	snprintf(form, sizeof(form), "version=%s&text=three", version);
	assert_status(post("/devices/ver/intended", form), 303);
	/* a record's form that was refused once */
	reply = get("/devices/ver/edit");
	take_version(&reply, version);
	snprintf(form, sizeof(form),
	    "version=%s&name=ver&area=lab&status=active&primary_ip4=x",
	    version);
	reply = post("/devices/ver/edit", form);
	assert_status(reply, 422);
	take_version(&reply, version);
	snprintf(form, sizeof(form),
	    "version=%s&name=ver&area=lab&status=planned", version);
	assert_status(post("/devices/ver/edit", form), 303);
}

static void test_an_import_is_looked_at_before_it_is_made(void **state)
{
	static const char form[] = "kind=devices&format=csv&area=lab&"
				   "text=name%2Cserial%0Aimp1%2C%3Cb%3E%0A";
	struct exchange_reply reply = get("/import");
	char save[300];

	(void)state;
	assert_has(reply, "<option>netbox</option>");
	assert_has(reply, "<option>planned</option>");
	reply = post("/import", form);
	assert_has(reply, "<option selected>csv</option>");
	assert_int_equal(reply.status, 200);
	assert_has(reply, "1 to create");
	assert_has(reply, "value=\"save\"");
	assert_int_equal(get("/devices/imp1").status, 404);
	snprintf(save, sizeof(save), "%s&do=save", form);
	assert_int_equal(post_as(TOKEN_VIEWER, "/import", save).status, 403);
	assert_int_equal(post("/import", save).status, 303);
	reply = get("/devices/imp1");
	assert_int_equal(reply.status, 200);
	assert_has(reply, "&lt;b&gt;");
	/* what is wrong is told, and there is no way on */
	reply = post("/import",
	    "kind=devices&format=csv&text=name%2Carea%0Aimp2%2Cmoon%0A");
	assert_int_equal(reply.status, 422);
	assert_has(reply, "does not exist");
	assert_has_not(reply, "value=\"save\"");
	assert_int_equal(
	    post("/import", "kind=spoons&format=csv&text=a").status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_refused_form_keeps_what_was_typed),
		cmocka_unit_test(
		    test_control_characters_are_a_fault_of_their_field),
		cmocka_unit_test(test_a_taken_name_is_a_conflict),
		cmocka_unit_test(test_creates_and_shows_a_device),
		cmocka_unit_test(test_a_stale_edit_shows_both_versions),
		cmocka_unit_test(test_renaming_moves_the_page),
		cmocka_unit_test(test_what_is_used_is_not_deleted),
		cmocka_unit_test(test_forms_send_the_version_that_they_showed),
		cmocka_unit_test(test_an_import_is_looked_at_before_it_is_made),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
