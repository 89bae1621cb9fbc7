#include "web/throttle.h"

#include "base/crypto.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETS 1024
#define WAYS 4
#define FORGIVE_MS ((int64_t)3600 * 1000)
#define BUSY_MS 1000

struct entry {
	uint64_t key; /* 0: free */
	unsigned failures;
	int64_t last_ms;
	int64_t blocked_until_ms;
};

struct limits {
	char prefix; /* so that a user and an address never share an entry */
	unsigned free;
	int64_t max_wait_ms;
};

/* A user's wait stays short: others must not be able to lock someone out. */
static const struct limits user_limits = { 'u', 5, 60 * 1000 };
static const struct limits address_limits = { 'a', 20, 900 * 1000 };

struct throttle {
	pthread_mutex_t lock;
	uint8_t seed[16]; /* so that nobody can aim at a set */
	unsigned at_once;
	unsigned max_at_once;
	struct entry set[SETS][WAYS];
};

struct throttle *throttle_new(unsigned max_at_once)
{
	struct throttle *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	pthread_mutex_init(&t->lock, NULL);
	random_bytes(t->seed, sizeof(t->seed));
	t->max_at_once = max_at_once;
	return t;
}

void throttle_free(struct throttle *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static uint64_t key_of(
    const struct throttle *t, const struct limits *limits, const char *name)
{
	uint8_t mac[SHA256_SIZE];
	char text[300];
	uint64_t key;
	int n;

	n = snprintf(text, sizeof(text), "%c%.255s", limits->prefix, name);
	hmac_sha256_of(t->seed, sizeof(t->seed), text, (size_t)n, mac);
	memcpy(&key, mac, sizeof(key));
	return key ? key : 1;
}

/* The entry of the key, made if need be in place of the least worth keeping. */
static struct entry *entry_of(struct throttle *t, uint64_t key, int64_t now_ms)
{
	struct entry *set = t->set[key % SETS];
	struct entry *least = &set[0];

	for (int i = 0; i < WAYS; i++) {
		struct entry *entry = &set[i];

		if (entry->key && now_ms - entry->last_ms > FORGIVE_MS)
			*entry = (struct entry){ 0 };
		if (entry->key == key)
			return entry;
		if (entry->failures < least->failures)
			least = entry;
	}
	*least = (struct entry){ .key = key };
	return least;
}

static void count_attempt(
    struct entry *entry, const struct limits *limits, int64_t now_ms)
{
	int64_t wait_ms = 1000;

	entry->failures++;
	entry->last_ms = now_ms;
	if (entry->failures < limits->free)
		return;
	for (unsigned i = limits->free;
	     i < entry->failures && wait_ms < limits->max_wait_ms; i++)
		wait_ms *= 2;
	if (wait_ms > limits->max_wait_ms)
		wait_ms = limits->max_wait_ms;
	entry->blocked_until_ms = now_ms + wait_ms;
}

static int64_t wait_of(const struct entry *entry, int64_t now_ms)
{
	return entry->blocked_until_ms > now_ms
		   ? entry->blocked_until_ms - now_ms
		   : 0;
}

int64_t throttle_begin(
    struct throttle *t, const char *user, const char *address, int64_t now_ms)
{
	uint64_t user_key = key_of(t, &user_limits, user);
	uint64_t address_key = key_of(t, &address_limits, address);
	struct entry *by_address, *by_user;
	int64_t wait_ms, other_ms;

	pthread_mutex_lock(&t->lock);
	by_address = entry_of(t, address_key, now_ms);
	wait_ms = wait_of(by_address, now_ms);
	/* a blocked address does not even reach the users' entries */
	if (wait_ms > 0)
		goto out;
	count_attempt(by_address, &address_limits, now_ms);
	by_user = entry_of(t, user_key, now_ms);
	other_ms = wait_of(by_user, now_ms);
	if (other_ms > 0) {
		wait_ms = other_ms;
	} else if (t->at_once == t->max_at_once) {
		wait_ms = BUSY_MS;
	} else {
		count_attempt(by_user, &user_limits, now_ms);
		t->at_once++;
	}
out:
	pthread_mutex_unlock(&t->lock);
	return wait_ms;
}

static struct entry *find_entry(struct throttle *t, uint64_t key)
{
	struct entry *set = t->set[key % SETS];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
	}
	return NULL;
}

void throttle_end(
    struct throttle *t, const char *user, const char *address, bool success)
{
	uint64_t user_key = key_of(t, &user_limits, user);
	uint64_t address_key = key_of(t, &address_limits, address);
	struct entry *entry;

	pthread_mutex_lock(&t->lock);
	t->at_once--;
	entry = success ? find_entry(t, user_key) : NULL;
	if (entry)
		*entry = (struct entry){ 0 };
	entry = success ? find_entry(t, address_key) : NULL;
	if (entry && entry->failures > 0)
		entry->failures--;
	pthread_mutex_unlock(&t->lock);
}
