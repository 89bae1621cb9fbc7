/*
 * What pages derive from versions that never change: small answers kept under
 * a key that names those versions, so that nothing ever has to be
 * invalidated.
 *
 * A fixed number of entries, four to a set; the one of a set that was used
 * longest ago makes room.  Any thread.
 */
#ifndef WEB_PAGES_PAGE_CACHE_H
#define WEB_PAGES_PAGE_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#define PAGE_CACHE_KEY 120  /* bytes, at most */
#define PAGE_CACHE_VALUE 80 /* bytes, at most */

struct page_cache;

/* NULL when out of memory.  entries: rounded up to a power of two. */
struct page_cache *page_cache_new(size_t entries);
void page_cache_free(struct page_cache *c); /* NULL is fine */

/* Copies the value of exactly this key and length; false if it is not there.
 * A cache of NULL holds nothing. */
bool page_cache_get(struct page_cache *c, const void *key, size_t key_len,
    void *value, size_t value_len);
void page_cache_put(struct page_cache *c, const void *key, size_t key_len,
    const void *value, size_t value_len);

#endif
