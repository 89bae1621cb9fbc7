#include "unit/infra_git/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

/* One struct store, many threads: half of them write, all of them read. */
#define THREADS 4
#define ROUNDS 25

struct worker {
	struct fixture *f;
	int number;
	pthread_t thread;
};

/* Adds one to the number in a file that all share. */
static bool add_one(struct store *s)
{
	struct buf text = BUF_INIT(64);
	struct err e = ERR_INIT;
	struct commit_id tip, id;
	struct blob_id blob;
	struct store_txn *t;
	char next[32];
	enum err_code rc;

	assert_int_equal(store_tip(s, STORE_MAIN, &tip, &e), ERR_OK);
	assert_int_equal(
	    store_read(s, &tip, "shared", &text, &blob, &e), ERR_OK);
	snprintf(next, sizeof(next), "%d", atoi(text.data) + 1);
	buf_release(&text);
	assert_int_equal(store_txn_begin(s, STORE_MAIN, &t, &e), ERR_OK);
	assert_int_equal(store_txn_put(t, "shared", next, strlen(next),
			     store_expect_blob(&blob), &e),
	    ERR_OK);
	rc = store_txn_commit(t, &plain, &id, NULL, &e);
	assert_true(rc == ERR_OK || rc == ERR_STALE);
	return rc == ERR_OK;
}

static enum err_code count(
    void *ctx, const struct store_change *c, struct err *e)
{
	(void)c;
	(void)e;
	++*(int *)ctx;
	return ERR_OK;
}

static void *work(void *ctx)
{
	struct worker *w = ctx;
	struct store *s = w->f->s;
	char path[32];

	snprintf(path, sizeof(path), "own/%d", w->number);
	for (int i = 0; i < ROUNDS; i++) {
		struct commit_id tip;
		int files = 0;

		while (!add_one(s))
			;
		put_one(w->f, path, i % 2 ? "odd" : "even");
		assert_int_equal(store_tip(s, STORE_MAIN, &tip, NULL), ERR_OK);
		assert_int_equal(
		    store_diff(s, NULL, &tip, "", count, &files, NULL), ERR_OK);
		assert_true(files >= 2);
	}
	return NULL;
}

static void threads_share_a_store(void **state)
{
	struct fixture *f = *state;
	struct worker workers[THREADS];
	struct commit_id tip;
	char total[32];

	put_one(f, "shared", "0");
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .f = f, .number = i };
		assert_int_equal(
		    pthread_create(&workers[i].thread, NULL, work, &workers[i]),
		    0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	tip = tip_of(f);
	snprintf(total, sizeof(total), "%d", THREADS * ROUNDS);
	assert_file(f, &tip, "shared", total);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    threads_share_a_store, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
