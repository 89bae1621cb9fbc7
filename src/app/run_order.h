/*
 * Runs in the order that a list asks for: entries of the index, and documents.
 */
#ifndef APP_RUN_ORDER_H
#define APP_RUN_ORDER_H

#include "app/run_entry.h"

/* Puts entries[first, first + count) in order, as base/order.h does. */
void run_order_entries(const struct run_entry **entries, size_t n, size_t first,
    size_t count, const struct run_filter *f);

/* Orders all, then keeps [skip, skip + limit).  Takes over `list`; a new
 * array, NULL when out of memory. */
json_t *run_order_docs(
    json_t *list, size_t skip, size_t limit, const struct run_filter *f);

#endif
