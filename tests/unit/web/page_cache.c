/* The cache of derived answers: what it gives back, and what makes room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "web/pages/page_cache.h"

static void test_gives_back_what_was_put(void **state)
{
	struct page_cache *c = page_cache_new(64);
	int value = 7, got = 0;

	(void)state;
	assert_false(page_cache_get(c, "k1", 2, &got, sizeof(got)));
	page_cache_put(c, "k1", 2, &value, sizeof(value));
	assert_true(page_cache_get(c, "k1", 2, &got, sizeof(got)));
	assert_int_equal(got, 7);
	value = 8;
	page_cache_put(c, "k1", 2, &value, sizeof(value));
	assert_true(page_cache_get(c, "k1", 2, &got, sizeof(got)));
	assert_int_equal(got, 8);
	page_cache_free(c);
}

static void test_key_and_size_must_be_the_same(void **state)
{
	struct page_cache *c = page_cache_new(64);
	int value = 7;
	char small = 'x';

	(void)state;
	page_cache_put(c, "key", 3, &value, sizeof(value));
	assert_false(page_cache_get(c, "ke", 2, &value, sizeof(value)));
	assert_false(page_cache_get(c, "key", 3, &small, sizeof(small)));
	assert_int_equal(small, 'x');
	page_cache_free(c);
}

/* One set of four: what was used longest ago goes. */
static void test_the_least_used_makes_room(void **state)
{
	struct page_cache *c = page_cache_new(4);
	int got;

	(void)state;
	for (int i = 0; i < 4; i++)
		page_cache_put(c, &i, sizeof(i), &i, sizeof(i));
	for (int i = 0; i < 4; i++) {
		if (i != 2)
			assert_true(page_cache_get(
			    c, &i, sizeof(i), &got, sizeof(got)));
	}
	page_cache_put(c, &(int){ 9 }, sizeof(int), &(int){ 9 }, sizeof(int));
	assert_false(
	    page_cache_get(c, &(int){ 2 }, sizeof(int), &got, sizeof(got)));
	assert_true(
	    page_cache_get(c, &(int){ 9 }, sizeof(int), &got, sizeof(got)));
	assert_true(
	    page_cache_get(c, &(int){ 0 }, sizeof(int), &got, sizeof(got)));
	page_cache_free(c);
}

static void test_no_cache_holds_nothing(void **state)
{
	int got = 3;

	(void)state;
	page_cache_put(NULL, "k", 1, &got, sizeof(got));
	assert_false(page_cache_get(NULL, "k", 1, &got, sizeof(got)));
	page_cache_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gives_back_what_was_put),
		cmocka_unit_test(test_key_and_size_must_be_the_same),
		cmocka_unit_test(test_the_least_used_makes_room),
		cmocka_unit_test(test_no_cache_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
