/* A window holds what a sort of all puts there, whatever the input. */
#include "base/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define MAX 3000

static unsigned seed = 7;
static size_t comparisons;

static unsigned next_random(void)
{
	seed = seed * 1103515245u + 12345u;
	return seed >> 8;
}

static int compare(const void *a, const void *b, void *ctx)
{
	const int *x = a, *y = b;

	(void)ctx;
	comparisons++;
	return (*x > *y) - (*x < *y);
}

static int compare_plain(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum shape { RANDOM, SORTED, REVERSED, EQUAL, FEW, SHAPES };

static int value_of(enum shape shape, size_t i, size_t n)
{
	switch (shape) {
	case RANDOM:
		return (int)(next_random() % 100000);
	case SORTED:
		return (int)i;
	case REVERSED:
		return (int)(n - i);
	case EQUAL:
		return 5;
	case FEW:
	case SHAPES:
		break;
	}
	return (int)(next_random() % 3);
}

static void check(enum shape shape, size_t n, size_t first, size_t count)
{
	static int values[MAX], sorted[MAX];
	static const void *items[MAX];

	for (size_t i = 0; i < n; i++) {
		values[i] = sorted[i] = value_of(shape, i, n);
		items[i] = &values[i];
	}
	qsort(sorted, n, sizeof(sorted[0]), compare_plain);
	order_window(items, n, first, count, compare, NULL);
	for (size_t i = first; i < n && i - first < count; i++)
		assert_int_equal(*(const int *)items[i], sorted[i]);
}

static void test_windows_of_every_shape(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 15, 16, 17, 40, 500, MAX };

	(void)state;
	for (int shape = 0; shape < SHAPES; shape++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			size_t n = sizes[i];

			check((enum shape)shape, n, 0, 50);
			check((enum shape)shape, n, n / 2, 50);
			check((enum shape)shape, n, n > 3 ? n - 3 : 0, 50);
			check((enum shape)shape, n, n, 50);
			check((enum shape)shape, n, 0, SIZE_MAX);
		}
	}
}

static void test_a_page_costs_a_few_passes(void **state)
{
	(void)state;
	for (int shape = 0; shape < SHAPES; shape++) {
		comparisons = 0;
		check((enum shape)shape, MAX, 1000, 50);
		assert_true(comparisons < 12 * MAX);
	}
}

/* What is in order already, either way, is seen by looking once. */
static void test_order_is_seen(void **state)
{
	static const enum shape shapes[] = { SORTED, REVERSED, EQUAL };

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		comparisons = 0;
		check(shapes[i], MAX, 1000, 50);
		assert_in_range(comparisons, MAX - 1, MAX + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows_of_every_shape),
		cmocka_unit_test(test_a_page_costs_a_few_passes),
		cmocka_unit_test(test_order_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
