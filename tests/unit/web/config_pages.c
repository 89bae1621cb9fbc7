/*
 * The pages of configurations: saving what is intended, how far it is from the
 * backup, versions, and that text from devices stays text.
 */
#include "unit/web/page_fixture.h"

static void test_saves_an_intended_configuration_with_plain_newlines(
    void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("cfg", ROUTER);
	reply = post("/devices/cfg/intended",
	    "version=&text=interface+eth0%0D%0A+mtu+1500%0D%0A");
	assert_goes_to(&reply, "/devices/cfg/config");
	reply = get("/devices/cfg/raw/intended");
	assert_string_equal(reply.body, "interface eth0\n mtu 1500\n");
	/* made when there was none: someone else's stands there now */
	reply = post("/devices/cfg/intended", "version=&text=mine");
	assert_status(reply, 409);
	assert_has(reply, "\nmine</textarea>");
	assert_has(reply, "interface eth0");
}

static void test_text_from_devices_stays_text(void **state)
{
	static const char hostile[] =
	    "hostname <script>alert(1)</script>\n"
	    " description \x1b[31m\xe2\x80\xae\"onload=\"\xff\n"
	    "banner {{ 7 * 7 }} {% raw %}\n";
	static const char *const uris[] = { "/devices/hostile/config",
		"/devices/hostile/config?view=backup",
		"/devices/hostile/history", "/devices/hostile" };
	struct exchange_reply reply;

	(void)state;
	make_device("hostile", ROUTER);
	write_config("backup/lab/hostile.cfg", hostile);
	write_config("intended/lab/hostile.cfg", "hostname x\n");
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		reply = get(uris[i]);
		assert_status(reply, 200);
		assert_has_not(reply, "<script>alert");
		assert_has_not(reply, "\x1b");
		assert_has_not(reply, "\xe2\x80\xae");
		assert_has_not(reply, "\xff");
		assert_has_not(reply, "banner 49");
	}
	reply = get("/devices/hostile/config?view=backup");
	assert_has(reply, "&lt;script&gt;");
	assert_has(reply, "{{ 7 * 7 }}");
}

static void test_says_how_far_intended_and_backup_are_apart(void **state)
{
	static const char intended[] = "ip route 192.0.2.0/24 Null0\n";
	static const char apart[] =
	    "frr version 8.4.4\n!\nlog syslog\n!\nend\n";
	static const char same[] = "frr version 8.4.4\n!\n"
				   "ip route 192.0.2.0/24 Null0\n!\nend\n";
	struct exchange_reply reply;

	(void)state;
	make_device("sync", ROUTER);
	write_config("intended/lab/sync.cfg", intended);
	reply = get("/devices/sync");
	assert_has(reply, "no backup yet");
	write_config("backup/lab/sync.cfg", apart);
	reply = get("/devices/sync");
	assert_has(reply, "1 intended line missing, 1 not intended");
	reply = get("/devices/sync/config");
	assert_has(reply, "ip route");
	write_config("backup/lab/sync.cfg", same);
	reply = get("/devices/sync");
	assert_has(reply, "In sync");
}

static void test_shows_a_commit_and_the_version_it_wrote(void **state)
{
	struct exchange_reply reply;
	char uri[200], commit[41];
	const char *p;

	(void)state;
	make_device("hist", ROUTER);
	reply =
	    post("/devices/hist/intended", "version=&text=hostname+hist%0A");
	assert_goes_to(&reply, "/devices/hist/config");
	reply = get("/devices/hist/history?of=intended");
	p = memmem(reply.body, reply.body_len, "/devices/hist/history/", 22);
	assert_non_null(p);
	snprintf(commit, sizeof(commit), "%.40s", p + 22);
	snprintf(uri, sizeof(uri), "/devices/hist/history/%s", commit);
	reply = get(uri);
	assert_status(reply, 200);
	assert_has(reply, "hostname hist");
	snprintf(uri, sizeof(uri), "/devices/hist/history/%s/intended?raw=1",
	    commit);
	reply = get(uri);
	assert_string_equal(reply.body, "hostname hist\n");
	snprintf(uri, sizeof(uri), "/devices/hist/history/%s/backup", commit);
	assert_status(get(uri), 404);
	snprintf(uri, sizeof(uri), "/commits/%s", commit);
	reply = get(uri);
	assert_has(reply, "intended/lab/hist.cfg");
}

static void put_aside(const char *file, const char *text)
{
	char dir[100];
	struct err e = ERR_INIT;

	snprintf(dir, sizeof(dir), "%s/quarantine", portal.dir);
	assert_int_equal(dir_create(dir, 0700, &e), ERR_OK);
	fixture_write(dir, file, text);
}

static void test_shows_what_a_backup_put_aside(void **state)
{
	struct exchange_reply reply;

	(void)state;
	make_device("cut", ROUTER);
	write_config("backup/lab/cut.cfg", "hostname cut\nline vty\nend\n");
	assert_has(get("/devices/cut/aside"), "Nothing that was read");
	/* of a device that is called almost the same */
	put_aside("cut.off.cfg", "hostname other\n");
	put_aside("cut.off.version.txt", "other\n");
	assert_has(get("/devices/cut/aside"), "Nothing that was read");
	assert_status(get("/devices/cut/aside?raw=1"), 404);
	put_aside("cut.cfg", "hostname <b>cut</b>\n");
	put_aside("cut.version.txt", "half of \x1b[1m it\n");
	reply = get("/devices/cut/aside");
	assert_status(reply, 200);
	assert_has(reply, "is no backup");
	assert_has(reply, "line vty");
	assert_has(reply, "accept_smaller=true");
	assert_has_not(reply, "<b>cut</b>");
	reply = get("/devices/cut/aside?of=version");
	assert_has(reply, "half of");
	assert_has_not(reply, "\x1b");
	reply = get("/devices/cut/aside?raw=1");
	assert_string_equal(reply.body, "hostname <b>cut</b>\n");
	assert_status(get("/devices/cut/aside?of=..%2F..%2Fx&raw=1"), 404);
	assert_has_not(
	    get_as(TOKEN_VIEWER, "/devices/cut/aside"), "accept_smaller");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_saves_an_intended_configuration_with_plain_newlines),
		cmocka_unit_test(test_text_from_devices_stays_text),
		cmocka_unit_test(
		    test_says_how_far_intended_and_backup_are_apart),
		cmocka_unit_test(test_shows_a_commit_and_the_version_it_wrote),
		cmocka_unit_test(test_shows_what_a_backup_put_aside),
	};

	return cmocka_run_group_tests(tests, open_pages, portal_close);
}
