#include "web/pages/page_cache.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 4

struct entry {
	uint64_t used; /* 0: empty */
	uint8_t key_len;
	uint8_t value_len;
	uint8_t key[PAGE_CACHE_KEY];
	uint8_t value[PAGE_CACHE_VALUE];
};

struct page_cache {
	pthread_mutex_t lock;
	uint64_t clock;
	size_t n_sets; /* a power of two */
	struct entry entries[];
};

struct page_cache *page_cache_new(size_t entries)
{
	struct page_cache *c;
	size_t n_sets = 1;

	while (n_sets * WAYS < entries)
		n_sets *= 2;
	/* Zeroed pages cost nothing before they are used. */
	c = calloc(1, sizeof(*c) + n_sets * WAYS * sizeof(struct entry));
	if (!c)
		return NULL;
	c->n_sets = n_sets;
	if (pthread_mutex_init(&c->lock, NULL) != 0) {
		free(c);
		return NULL;
	}
	return c;
}

void page_cache_free(struct page_cache *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* FNV-1a, 64 bits. */
static uint64_t hash_key(const uint8_t *key, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ key[i]) * 0x100000001b3u;
	return h ^ (h >> 32);
}

static struct entry *set_of(struct page_cache *c, const void *key, size_t len)
{
	return &c->entries[(hash_key(key, len) & (c->n_sets - 1)) * WAYS];
}

static struct entry *find(struct entry *set, const void *key, size_t len)
{
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].used && set[i].key_len == len &&
		    memcmp(set[i].key, key, len) == 0)
			return &set[i];
	}
	return NULL;
}

bool page_cache_get(struct page_cache *c, const void *key, size_t key_len,
    void *value, size_t value_len)
{
	struct entry *found;
	bool hit;

	if (!c)
		return false;
	pthread_mutex_lock(&c->lock);
	found = find(set_of(c, key, key_len), key, key_len);
	hit = found && found->value_len == value_len;
	if (hit) {
		found->used = ++c->clock;
		memcpy(value, found->value, value_len);
	}
	pthread_mutex_unlock(&c->lock);
	return hit;
}

void page_cache_put(struct page_cache *c, const void *key, size_t key_len,
    const void *value, size_t value_len)
{
	struct entry *set, *to;

	assert(key_len <= PAGE_CACHE_KEY && value_len <= PAGE_CACHE_VALUE);
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	set = set_of(c, key, key_len);
	to = find(set, key, key_len);
	for (size_t i = 0; !to && i < WAYS; i++) {
		if (!set[i].used)
			to = &set[i];
	}
	if (!to) {
		to = set;
		for (size_t i = 1; i < WAYS; i++)
			to = set[i].used < to->used ? &set[i] : to;
	}
	to->used = ++c->clock;
	to->key_len = (uint8_t)key_len;
	to->value_len = (uint8_t)value_len;
	memcpy(to->key, key, key_len);
	memcpy(to->value, value, value_len);
	pthread_mutex_unlock(&c->lock);
}
