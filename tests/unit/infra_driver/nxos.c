/* What NX-OS answers, as data. */
#include "infra/driver/cisco_timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_timer_is_read(void **state)
{
	struct cisco_timer t;

	(void)state;
	nxos_parse_timer("Last operation : Configure replace to user config\n"
			 "Details:\n"
			 "  Start Time: Wed Nov 9 06:16:16 2016\n"
			 "  Cfg-replace done By: admin\n"
			 "  Commit Timeout: 118 seconds remaining\n",
	    &t);
	assert_true(t.pending);
	assert_int_equal(t.left_s, 118);
	assert_string_equal(t.user, "admin");
	nxos_parse_timer("Cfg-replace done By : joe\n"
			 "Commit timer: time remaining 7 sec\n",
	    &t);
	assert_true(t.pending);
	assert_int_equal(t.left_s, 7);
	assert_string_equal(t.user, "joe");
}

static void test_no_timer_is_read(void **state)
{
	struct cisco_timer t;

	(void)state;
	nxos_parse_timer("Last operation : None\n", &t);
	assert_false(t.pending);
	assert_string_equal(t.user, "");
	nxos_parse_timer("Cfg-replace done By: joe\n"
			 "  Commit Timeout: 120\n"
			 "7 files remaining\n",
	    &t);
	assert_false(t.pending);
	nxos_parse_timer("done By", &t);
	assert_false(t.pending);
	assert_string_equal(t.user, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timer_is_read),
		cmocka_unit_test(test_no_timer_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
