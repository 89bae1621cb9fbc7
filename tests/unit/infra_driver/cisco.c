/* What Cisco's command lines answer, as data. */
#include "infra/driver/cisco.h"

#include "infra/driver/ios_internal.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(16u << 20);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void test_ios_timer_is_read(void **state)
{
	struct cisco_timer t;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    ios_parse_timer("%No Rollback Confirmed Change pending\n", &t, &e),
	    ERR_OK);
	assert_false(t.pending);
	assert_int_equal(
	    ios_parse_timer(
		"Time configured(or reconfigured): 13:12:11 UTC Sat "
		"Nov 21 2026\nTimer type: absolute timer\n"
		"Timer value: 5 min\nUser: admin\n",
		&t, &e),
	    ERR_OK);
	assert_true(t.pending);
	assert_int_equal(t.left_s, -1); /* it tells what was set */
	assert_string_equal(t.user, "admin");
	/* Not to know is not the same as none. */
	assert_int_equal(
	    ios_parse_timer("% Invalid input detected\n", &t, &e), ERR_REMOTE);
}

static void test_ios_differences_become_a_diff(void **state)
{
	struct buf out = BUF_INIT(4096);
	size_t added, removed;

	(void)state;
	assert_true(ios_parse_differences("!Contextual Config Diffs:\n"
					  "+hostname b\n"
					  "interface GigabitEthernet1\n"
					  " -description old\n"
					  " +description new\n\n",
	    &out, &added, &removed));
	assert_string_equal(out.data, "--- running\n+++ candidate\n"
				      "+hostname b\n"
				      " interface GigabitEthernet1\n"
				      "- description old\n"
				      "+ description new\n");
	assert_int_equal(added, 2);
	assert_int_equal(removed, 1);
	buf_clear(&out);
	assert_true(ios_parse_differences(
	    "!No changes were found\n", &out, &added, &removed));
	assert_int_equal(out.len, 0);
	assert_int_equal(added + removed, 0);
	assert_false(ios_parse_differences(
	    "%Error opening flash:x\n", &out, &added, &removed));
	buf_release(&out);
}

static struct cisco_session session(
    const struct config_dialect *dialect, struct cisco_platform *platform)
{
	*platform = (struct cisco_platform){ .dialect = dialect };
	return (struct cisco_session){ .platform = platform };
}

static void test_files_are_what_ios_reads(void **state)
{
	struct cisco_platform platform;
	struct cisco_session s = session(&config_dialect_ios, &platform);
	struct buf out = BUF_INIT(4096);

	(void)state;
	assert_int_equal(
	    cisco_write_file(&s,
		"hostname a\n"
		"banner motd ^Cone\ntwo^C\n"
		"crypto pki certificate chain TP\n certificate 01\n"
		"  3082\n  quit\n",
		"!\nversion 17.3\nhostname b\nend\n", "end", &out, NULL),
	    ERR_OK);
	assert_string_equal(out.data, "version 17.3\nhostname a\n"
				      "banner motd \3one\ntwo\3\n"
				      "crypto pki certificate chain TP\n"
				      " certificate 01\n  3082\n  \tquit\n"
				      "end\n");
	buf_clear(&out);
	assert_int_equal(cisco_write_file(&s, "version 15.2\nend\ngarbage\n",
			     "version 17.3\n", "end", &out, NULL),
	    ERR_OK);
	assert_string_equal(out.data, "version 15.2\nend\n");
	buf_release(&out);
}

static void test_files_of_nxos(void **state)
{
	struct cisco_platform platform;
	struct cisco_session s = session(&config_dialect_nxos, &platform);
	struct buf out = BUF_INIT(4096);

	(void)state;
	assert_int_equal(cisco_write_file(&s, "banner motd #a@\nb#\nvlan 1\n",
			     "version 9.3(8)\n", NULL, &out, NULL),
	    ERR_OK);
	assert_string_equal(
	    out.data, "version 9.3(8)\nbanner motd ~a@\nb~\nvlan 1\n");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ios_timer_is_read),
		cmocka_unit_test(test_ios_differences_become_a_diff),
		cmocka_unit_test(test_files_are_what_ios_reads),
		cmocka_unit_test(test_files_of_nxos),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
