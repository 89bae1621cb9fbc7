/*
 * A bump allocator for what lives exactly as long as one request or one run.
 *
 * Allocations are 16-byte aligned and never freed one by one.  When the
 * maximum is reached or memory runs out an allocation returns NULL and
 * arena_failed() stays true: a builder may go on with NULLs (the text
 * functions below and jinja's value builders pass them through) and check
 * once at the end.  One thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"

struct arena;

/* max: bytes the arena may hand out in all.  NULL when out of memory. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *a);  /* NULL is fine */
void arena_reset(struct arena *a); /* all gone; keeps the first block */

void *arena_alloc(struct arena *a, size_t len);	 /* uninitialised */
void *arena_zalloc(struct arena *a, size_t len); /* zeroed */
char *arena_memdup(struct arena *a, const void *data, size_t len); /* + NUL */
char *arena_strdup(struct arena *a, const char *text); /* NULL → NULL */
char *arena_printf(struct arena *a, const char *fmt, ...) printf_like(2, 3);

bool arena_failed(const struct arena *a);
size_t arena_used(const struct arena *a); /* bytes handed out */

#endif
