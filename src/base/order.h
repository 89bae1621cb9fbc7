/*
 * The rows of one page out of many, in order, without ordering the others:
 * expected linear time, where sorting all of them would be n log n; one pass
 * where they are in order already, or in the opposite one.
 */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stddef.h>

/* As for qsort_r(3): of two elements, not of pointers to them. */
typedef int (*order_compare)(const void *a, const void *b, void *ctx);

/* Puts at items[first, first + count) what a sort would put there; the others
 * stand before and behind, in any order.  What is past `n` is ignored. */
void order_window(const void **items, size_t n, size_t first, size_t count,
    order_compare compare, void *ctx);

#endif
