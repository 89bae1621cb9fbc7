#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)32 * 1024)
#define ALIGNMENT ((size_t)16)

struct block {
	struct block *next;
	size_t size;
	_Alignas(16) unsigned char data[];
};

struct arena {
	struct block *first;   /* kept by arena_reset */
	struct block *current; /* the one being filled */
	size_t used;	       /* bytes used in current */
	size_t total;	       /* bytes handed out */
	size_t max;
	bool failed;
};

static struct block *block_new(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b) {
		b->next = NULL;
		b->size = size;
	}
	return b;
}

struct arena *arena_new(size_t max)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->first = a->current = block_new(BLOCK_SIZE);
	if (!a->first) {
		free(a);
		return NULL;
	}
	a->max = max;
	return a;
}

static void free_after(struct block *b)
{
	struct block *next;

	for (b = b->next; b; b = next) {
		next = b->next;
		free(b);
	}
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	free_after(a->first);
	free(a->first);
	free(a);
}

void arena_reset(struct arena *a)
{
	free_after(a->first);
	a->first->next = NULL;
	a->current = a->first;
	a->used = a->total = 0;
	a->failed = false;
}

static void *fail(struct arena *a)
{
	a->failed = true;
	return NULL;
}

static void *alloc_in_new_block(struct arena *a, size_t len)
{
	struct block *b = block_new(len > BLOCK_SIZE / 4 ? len : BLOCK_SIZE);

	if (!b)
		return fail(a);
	a->total += len;
	if (b->size == len) {
		/* a large one gets a block of its own, behind the current */
		b->next = a->current->next;
		a->current->next = b;
		return b->data;
	}
	b->next = a->current->next;
	a->current->next = b;
	a->current = b;
	a->used = len;
	return b->data;
}

void *arena_alloc(struct arena *a, size_t len)
{
	void *p;

	if (len > a->max || a->total > a->max - len)
		return fail(a);
	len = (len + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (len > a->current->size - a->used)
		return alloc_in_new_block(a, len);
	p = a->current->data + a->used;
	a->used += len;
	a->total += len;
	return p;
}

void *arena_zalloc(struct arena *a, size_t len)
{
	void *p = arena_alloc(a, len);

	return p ? memset(p, 0, len) : NULL;
}

char *arena_memdup(struct arena *a, const void *data, size_t len)
{
	char *p = len < SIZE_MAX ? arena_alloc(a, len + 1) : fail(a);

	if (!p)
		return NULL;
	if (len)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *text)
{
	return text ? arena_memdup(a, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char small[256];
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		return fail(a);
	if ((size_t)n < sizeof(small))
		return arena_memdup(a, small, (size_t)n);
	p = arena_alloc(a, (size_t)n + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

bool arena_failed(const struct arena *a)
{
	return a->failed;
}

size_t arena_used(const struct arena *a)
{
	return a->total;
}
