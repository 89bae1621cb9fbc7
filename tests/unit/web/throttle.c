#include "web/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define HOUR_MS ((int64_t)3600 * 1000)

static int64_t fail_once(
    struct throttle *t, const char *user, const char *address, int64_t now)
{
	int64_t wait = throttle_begin(t, user, address, now);

	if (wait == 0)
		throttle_end(t, user, address, false);
	return wait;
}

static void test_guessing_one_user_is_slowed_down(void **state)
{
	struct throttle *t = throttle_new(4);
	int64_t now = 1000;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(fail_once(t, "ann", "10.0.0.1", now), 0);
	assert_int_equal(fail_once(t, "ann", "10.0.0.1", now), 1000);
	/* another address does not help */
	assert_int_equal(fail_once(t, "ann", "10.0.0.2", now), 1000);
	/* other users are not touched */
	assert_int_equal(fail_once(t, "bob", "10.0.0.2", now), 0);
	now += 1000;
	assert_int_equal(fail_once(t, "ann", "10.0.0.1", now), 0);
	assert_int_equal(fail_once(t, "ann", "10.0.0.1", now), 2000);
	throttle_free(t);
}

static void test_the_wait_of_a_user_is_bounded(void **state)
{
	struct throttle *t = throttle_new(4);
	int64_t now = 1000, longest = 0;
	char address[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		int64_t wait;

		/* many addresses, so that none of them is held back */
		snprintf(address, sizeof(address), "10.0.1.%d", i);
		wait = fail_once(t, "ann", address, now);
		if (wait > longest)
			longest = wait;
		now += wait;
	}
	assert_int_equal(longest, 60 * 1000);
	throttle_free(t);
}

static void test_an_address_that_tries_many_users_is_held_back(void **state)
{
	struct throttle *t = throttle_new(4);
	char user[32];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(fail_once(t, user, "10.0.0.1", 5), 0);
	}
	assert_int_equal(fail_once(t, "fresh", "10.0.0.1", 5), 1000);
	assert_int_equal(fail_once(t, "fresh", "10.0.0.2", 5), 0);
	throttle_free(t);
}

static void test_success_forgives_the_user(void **state)
{
	struct throttle *t = throttle_new(4);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(fail_once(t, "ann", "10.0.0.1", 5), 0);
	assert_int_equal(throttle_begin(t, "ann", "10.0.0.1", 5), 0);
	throttle_end(t, "ann", "10.0.0.1", true);
	for (int i = 0; i < 5; i++)
		assert_int_equal(fail_once(t, "ann", "10.0.0.1", 5), 0);
	assert_int_equal(fail_once(t, "ann", "10.0.0.1", 5), 1000);
	throttle_free(t);
}

static void test_attempts_at_once_count_before_they_end(void **state)
{
	struct throttle *t = throttle_new(100);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(throttle_begin(t, "ann", "10.0.0.1", 5), 0);
	assert_int_equal(throttle_begin(t, "ann", "10.0.0.1", 5), 1000);
	throttle_free(t);
}

static void test_hashes_at_once_are_bounded(void **state)
{
	struct throttle *t = throttle_new(2);

	(void)state;
	assert_int_equal(throttle_begin(t, "a", "10.0.0.1", 5), 0);
	assert_int_equal(throttle_begin(t, "b", "10.0.0.2", 5), 0);
	assert_true(throttle_begin(t, "c", "10.0.0.3", 5) > 0);
	throttle_end(t, "a", "10.0.0.1", false);
	assert_int_equal(throttle_begin(t, "c", "10.0.0.3", 5), 0);
	throttle_free(t);
}

static void test_an_hour_forgives(void **state)
{
	struct throttle *t = throttle_new(4);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(fail_once(t, "ann", "10.0.0.1", 5), 0);
	assert_int_equal(fail_once(t, "ann", "10.0.0.1", HOUR_MS + 6), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    fail_once(t, "ann", "10.0.0.1", HOUR_MS + 6), 0);
	throttle_free(t);
}

/* A flood of single failures must not push out the one who fails often. */
static void test_a_flood_keeps_what_counts(void **state)
{
	struct throttle *t = throttle_new(4);
	char user[32], address[32];

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(fail_once(t, "ann", "10.0.0.1", 5), 0);
	for (int i = 0; i < 50000; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		snprintf(address, sizeof(address), "a%d", i);
		(void)fail_once(t, user, address, 6);
	}
	assert_true(fail_once(t, "ann", "10.9.9.9", 7) > 0);
	throttle_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guessing_one_user_is_slowed_down),
		cmocka_unit_test(test_the_wait_of_a_user_is_bounded),
		cmocka_unit_test(
		    test_an_address_that_tries_many_users_is_held_back),
		cmocka_unit_test(test_success_forgives_the_user),
		cmocka_unit_test(test_attempts_at_once_count_before_they_end),
		cmocka_unit_test(test_hashes_at_once_are_bounded),
		cmocka_unit_test(test_an_hour_forgives),
		cmocka_unit_test(test_a_flood_keeps_what_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
