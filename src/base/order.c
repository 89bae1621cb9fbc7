#include "base/order.h"

#include <stdbool.h>
#include <stdint.h>

#define SMALL 16

static void swap(const void **a, const void **b)
{
	const void *t = *a;

	*a = *b;
	*b = t;
}

static void insertion_sort(
    const void **items, size_t n, order_compare compare, void *ctx)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t j = i;
		     j > 0 && compare(items[j], items[j - 1], ctx) < 0; j--)
			swap(&items[j], &items[j - 1]);
	}
}

/* The median of the first, the middle and the last comes to the front. */
static void choose_pivot(
    const void **items, size_t n, order_compare compare, void *ctx)
{
	const void **a = &items[0], **b = &items[n / 2], **c = &items[n - 1];

	if (compare(*b, *a, ctx) < 0)
		swap(a, b);
	if (compare(*c, *b, ctx) < 0)
		swap(b, c);
	if (compare(*b, *a, ctx) < 0)
		swap(a, b);
	swap(a, b);
}

/* Hoare's: what is below the pivot before it, what is above behind it.
 * Answers where the pivot stands. */
static size_t partition(
    const void **items, size_t n, order_compare compare, void *ctx)
{
	size_t i = 0, j = n;

	choose_pivot(items, n, compare, ctx);
	for (;;) {
		while (++i < n && compare(items[i], items[0], ctx) < 0)
			continue;
		while (compare(items[--j], items[0], ctx) > 0)
			continue;
		if (i >= j)
			break;
		swap(&items[i], &items[j]);
	}
	swap(&items[0], &items[j]);
	return j;
}

/* The wanted window, in indices of `items`, is [from, to). */
struct window {
	size_t from, to;
};

/* Recursion goes into the smaller side, the loop into the larger one, so that
 * the depth is at most log2(n); a side without wanted rows is left alone. */
static void order_part(const void **items, size_t n, struct window w,
    order_compare compare, void *ctx)
{
	while (n > SMALL && w.from < w.to && w.from < n) {
		size_t at = partition(items, n, compare, ctx);
		struct window left = { w.from, w.to < at ? w.to : at };
		size_t skip = at + 1;
		struct window right = { w.from > skip ? w.from - skip : 0,
			w.to > skip ? w.to - skip : 0 };

		if (at < n / 2) {
			order_part(items, at, left, compare, ctx);
			items += skip;
			n -= skip;
			w = right;
		} else {
			order_part(items + skip, n - skip, right, compare, ctx);
			n = at;
			w = left;
		}
	}
	if (w.from < w.to && w.from < n)
		insertion_sort(items, n, compare, ctx);
}

/* Each element, times `sign`, is not below the one before it. */
static bool is_ordered(
    const void **items, size_t n, int sign, order_compare compare, void *ctx)
{
	for (size_t i = 1; i < n; i++) {
		int order = compare(items[i - 1], items[i], ctx);

		if (sign > 0 ? order > 0 : order < 0)
			return false;
	}
	return true;
}

/* Lists come in an order of their own, and that is often what is asked for. */
static bool is_easily_ordered(
    const void **items, size_t n, order_compare compare, void *ctx)
{
	if (is_ordered(items, n, 1, compare, ctx))
		return true;
	if (!is_ordered(items, n, -1, compare, ctx))
		return false;
	for (size_t i = 0; i < n / 2; i++)
		swap(&items[i], &items[n - 1 - i]);
	return true;
}

void order_window(const void **items, size_t n, size_t first, size_t count,
    order_compare compare, void *ctx)
{
	struct window w = { first, n };

	if (first >= n || is_easily_ordered(items, n, compare, ctx))
		return;
	if (count < n - first)
		w.to = first + count;
	order_part(items, n, w, compare, ctx);
}
