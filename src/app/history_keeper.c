#include "app/history_keeper.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAUSE_S 2

struct history_keeper {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock; /* of stopping */
	pthread_cond_t wake;
	bool stopping;
};

/* False when it is time to stop. */
static bool wait_a_while(struct history_keeper *k)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PAUSE_S;
	pthread_mutex_lock(&k->lock);
	while (!k->stopping &&
	       pthread_cond_timedwait(&k->wake, &k->lock, &until) == 0)
		;
	stopping = k->stopping;
	pthread_mutex_unlock(&k->lock);
	return !stopping;
}

/* What fails again and again is told once. */
static void *keep(void *arg)
{
	struct history_keeper *k = arg;
	bool told[STORE_BRANCHES] = { false };

	do {
		for (int b = 0; b < STORE_BRANCHES; b++) {
			struct err e = ERR_INIT;
			bool failed = store_history_update(k->store,
					  (enum store_branch)b, &e) != ERR_OK;

			if (failed && !told[b])
				log_err(&e, "the history index");
			told[b] = failed;
		}
	} while (wait_a_while(k));
	return NULL;
}

static void release(struct history_keeper *k)
{
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

enum err_code history_keeper_start(
    struct store *store, struct history_keeper **ret, struct err *e)
{
	struct history_keeper *k = calloc(1, sizeof(*k));
	pthread_condattr_t monotonic;
	int rc;

	if (!k)
		return err_set(e, ERR_SYSTEM, "out of memory");
	k->store = store;
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&k->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	rc = pthread_create(&k->thread, NULL, keep, k);
	if (rc != 0) {
		release(k);
		return err_set(e, ERR_SYSTEM,
		    "cannot start the history's thread: %s", strerror(rc));
	}
	*ret = k;
	return ERR_OK;
}

void history_keeper_stop(struct history_keeper *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->stopping = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	release(k);
}
