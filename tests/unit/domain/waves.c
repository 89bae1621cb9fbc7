#include "domain/waves.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void test_one_then_some_then_all(void **state)
{
	static const struct {
		size_t n, done, allowed;
	} cases[] = {
		{ 0, 0, 0 },
		{ 1, 0, 1 },
		{ 1, 1, 1 },
		{ 2, 1, 2 },
		{ 3, 1, 2 },
		{ 3, 2, 3 },
		{ 10, 0, 1 },
		{ 10, 1, 2 },
		{ 10, 2, 10 },
		{ 1000, 0, 1 },
		{ 1000, 1, 101 },
		{ 1000, 100, 101 },
		{ 1000, 101, 1000 },
		{ 1005, 1, 102 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct waves w = { cases[i].n, 10, 10 };

		assert_int_equal(
		    waves_allowed(&w, cases[i].done), cases[i].allowed);
	}
}

static void test_stops_by_the_share_of_the_wave(void **state)
{
	struct waves w = { 1000, 10, 10 };

	(void)state;
	assert_false(waves_stop(&w, 0, 0));
	assert_true(waves_stop(&w, 1, 1)); /* the first device */
	assert_false(waves_stop(&w, 50, 10));
	assert_true(waves_stop(&w, 50, 11));  /* of 101 */
	assert_true(waves_stop(&w, 101, 11)); /* the last of them */
	assert_false(waves_stop(&w, 102, 11));
	assert_false(waves_stop(&w, 900, 100));
	assert_true(waves_stop(&w, 900, 101));
	w.max_failed = 0;
	assert_false(waves_stop(&w, 500, 0));
	assert_true(waves_stop(&w, 500, 1));
	w.max_failed = 100;
	assert_false(waves_stop(&w, 1, 1));
	assert_false(waves_stop(&w, 1000, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_then_some_then_all),
		cmocka_unit_test(test_stops_by_the_share_of_the_wave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
