#include "domain/run.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Rows from, columns to: queued claimed running succeeded failed rolled-back
 * cancelled unknown. */
static void test_legal_table(void **state)
{
	static const char *const rows[RUN_STATES] = {
		[RUN_QUEUED] = "01001010",
		[RUN_CLAIMED] = "10101010",
		[RUN_RUNNING] = "10011111",
		[RUN_SUCCEEDED] = "00000000",
		[RUN_FAILED] = "00000000",
		[RUN_ROLLED_BACK] = "00000000",
		[RUN_CANCELLED] = "00000000",
		[RUN_UNKNOWN] = "00011100",
	};

	(void)state;
	for (int from = 0; from < RUN_STATES; from++) {
		for (int to = 0; to < RUN_STATES; to++)
			assert_int_equal(run_state_may_follow(
			    (enum run_state)from, (enum run_state)to),
			    rows[from][to] == '1');
		assert_int_equal(run_state_is_final((enum run_state)from),
		    strcmp(rows[from], "00000000") == 0);
	}
}

static void test_words(void **state)
{
	enum run_state run_state;
	enum run_trigger trigger;

	(void)state;
	for (int i = 0; i < RUN_STATES; i++) {
		assert_true(run_state_parse(run_state_words[i], &run_state));
		assert_int_equal(run_state, i);
	}
	assert_false(run_state_parse("done", &run_state));
	for (int i = 0; i < TRIGGERS; i++) {
		assert_true(run_trigger_parse(run_trigger_words[i], &trigger));
		assert_int_equal(trigger, i);
	}
	assert_false(run_trigger_parse("", &trigger));
}

static void test_ids(void **state)
{
	char id[RUN_ID_SIZE], next[RUN_ID_SIZE], dir[RUN_DIR_SIZE];

	(void)state;
	run_id_format(1795249800123, 0xffffffff, id);
	assert_true(run_id_is_valid(id));
	assert_memory_equal(id, "20261121-083000-", 16);
	run_dir_of(id, dir);
	assert_memory_equal(dir, "2026/11/21/20261121-083000-", 27);
	assert_string_equal(dir + 11, id);
	/* of two runs of one second the earlier one sorts first, whatever the
	 * random bits are */
	run_id_format(1795249800124, 0, next);
	assert_true(strcmp(id, next) < 0);
	run_id_format(1795249800999, 0xffffffff, id);
	run_id_format(1795249801000, 0, next);
	assert_true(strcmp(id, next) < 0);
	run_id_format(1795249800999, 1, next);
	assert_string_not_equal(id, next);
}

static void test_bad_ids(void **state)
{
	static const char *const bad[] = { "", "20261121-083000-1f2e3d4",
		"20261121-083000-1f2e3d4c5", "20261121-083000-1F2e3d4c",
		"20261121x083000-1f2e3d4c", "2026112/-083000-1f2e3d4c",
		"../../../../../etc/passw", "20261121-083000-1f2e3d4\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(run_id_is_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legal_table),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_bad_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
