#include "app/port/queue.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define ID_1 "20261121-083000-00000001"
#define ID_2 "20261121-083000-00000002"
#define ID_3 "20261121-083001-00000000"

struct fixture {
	char dir[64];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/switchyard-queue-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(queue_prepare(f->dir, NULL), ERR_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(dir_remove(f->dir, NULL), ERR_OK);
	free(f);
	return 0;
}

static void put(struct fixture *f, const char *id, const char *text)
{
	assert_int_equal(queue_put(f->dir, id, text, strlen(text), NULL),
	    ERR_OK);
}

static void assert_place(struct fixture *f, const char *id, int wanted)
{
	struct buf out = BUF_INIT(1000);
	enum queue_place place;
	enum err_code rc = queue_read(f->dir, id, &out, &place, NULL);

	if (wanted < 0) {
		assert_int_equal(rc, ERR_NOT_FOUND);
	} else {
		assert_int_equal(rc, ERR_OK);
		assert_int_equal(place, wanted);
	}
	buf_release(&out);
}

static void test_put_read_move_remove(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(1000);
	enum queue_place place;

	put(f, ID_1, "{}");
	assert_int_equal(queue_read(f->dir, ID_1, &out, &place, NULL), ERR_OK);
	assert_string_equal(buf_text(&out), "{}");
	buf_release(&out);
	assert_int_equal(queue_move(f->dir, ID_1, QUEUE_QUEUED, QUEUE_CLAIMED,
	    NULL), ERR_OK);
	assert_place(f, ID_1, QUEUE_CLAIMED);
	/* the second one to claim it is told so */
	assert_int_equal(queue_move(f->dir, ID_1, QUEUE_QUEUED, QUEUE_CLAIMED,
	    NULL), ERR_NOT_FOUND);
	assert_int_equal(queue_remove(f->dir, ID_1, QUEUE_CLAIMED, NULL),
	    ERR_OK);
	assert_int_equal(queue_remove(f->dir, ID_1, QUEUE_CLAIMED, NULL),
	    ERR_OK);
	assert_place(f, ID_1, -1);
}

/* A run that is in any place already is never put a second time. */
static void test_no_second_put(void **state)
{
	struct fixture *f = *state;

	assert_false(queue_holds(f->dir, ID_1));
	assert_false(queue_holds(f->dir, "../x"));
	put(f, ID_1, "{}");
	assert_true(queue_holds(f->dir, ID_1));
	assert_int_equal(queue_put(f->dir, ID_1, "x", 1, NULL), ERR_CONFLICT);
	assert_int_equal(queue_move(f->dir, ID_1, QUEUE_QUEUED, QUEUE_CLAIMED,
	    NULL), ERR_OK);
	assert_int_equal(queue_put(f->dir, ID_1, "x", 1, NULL), ERR_CONFLICT);
	assert_place(f, ID_1, QUEUE_CLAIMED);
}

static void test_ids_are_checked(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = { "", "../x", "20261121-083000-0000",
		"20261121-083000-0000000G" };
	struct buf out = BUF_INIT(100);
	enum queue_place place;
	char actor[128];

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(queue_put(f->dir, bad[i], "x", 1, NULL),
		    ERR_NOT_FOUND);
		assert_int_equal(queue_read(f->dir, bad[i], &out, &place,
		    NULL), ERR_NOT_FOUND);
		assert_int_equal(queue_request_cancel(f->dir, bad[i], "a",
		    NULL), ERR_NOT_FOUND);
		assert_int_equal(queue_remove(f->dir, bad[i], QUEUE_QUEUED,
		    NULL), ERR_NOT_FOUND);
		assert_false(queue_cancel_requested(f->dir, bad[i], actor));
		queue_clear_cancel(f->dir, bad[i]);
	}
	buf_release(&out);
}

static void test_list_is_sorted_and_skips_strangers(void **state)
{
	struct fixture *f = *state;
	char (*ids)[RUN_ID_SIZE];
	char path[256];
	size_t n;

	put(f, ID_3, "c");
	put(f, ID_1, "a");
	put(f, ID_2, "b");
	snprintf(path, sizeof(path), "%s/spool/queued/" ID_1 ".json.tmp-x",
	    f->dir);
	assert_int_equal(file_replace(path, "x", 1, 0600, NULL), ERR_OK);
	snprintf(path, sizeof(path), "%s/spool/queued/not-a-run", f->dir);
	assert_int_equal(file_replace(path, "x", 1, 0600, NULL), ERR_OK);
	assert_int_equal(queue_list(f->dir, QUEUE_QUEUED, &ids, &n, NULL),
	    ERR_OK);
	assert_int_equal(n, 3);
	assert_string_equal(ids[0], ID_1);
	assert_string_equal(ids[1], ID_2);
	assert_string_equal(ids[2], ID_3);
	free(ids);
	assert_int_equal(queue_list(f->dir, QUEUE_CANCELLED, &ids, &n, NULL),
	    ERR_OK);
	assert_int_equal(n, 0);
	free(ids);
}

static void test_cancel_marks(void **state)
{
	struct fixture *f = *state;
	char actor[128] = "";

	assert_false(queue_cancel_requested(f->dir, ID_1, actor));
	assert_int_equal(queue_request_cancel(f->dir, ID_1, "admin", NULL),
	    ERR_OK);
	assert_true(queue_cancel_requested(f->dir, ID_1, actor));
	assert_string_equal(actor, "admin");
	queue_clear_cancel(f->dir, ID_1);
	assert_false(queue_cancel_requested(f->dir, ID_1, actor));
}

static void test_keys_bind_once(void **state)
{
	struct fixture *f = *state;
	char id[RUN_ID_SIZE] = ID_1, other[RUN_ID_SIZE] = ID_2;
	bool bound = true;

	assert_int_equal(queue_bind_key(f->dir, "a\nkey", id, &bound, NULL),
	    ERR_OK);
	assert_false(bound);
	assert_string_equal(id, ID_1);
	assert_int_equal(queue_bind_key(f->dir, "a\nkey", other, &bound, NULL),
	    ERR_OK);
	assert_true(bound);
	assert_string_equal(other, ID_1);
	strcpy(other, ID_3);
	assert_int_equal(queue_bind_key(f->dir, "b\nkey", other, &bound, NULL),
	    ERR_OK);
	assert_false(bound);
}

/* --- races --------------------------------------------------------------- */

#define N_RUNS 100
#define N_THREADS 4

struct racer {
	struct fixture *f;
	enum queue_place to;
	int won;
};

static void *race_all(void *arg)
{
	struct racer *r = arg;

	for (int i = 0; i < N_RUNS; i++) {
		char id[RUN_ID_SIZE];

		snprintf(id, sizeof(id), "20261121-083000-%08x",
		    (unsigned)i);
		r->won += queue_move(r->f->dir, id, QUEUE_QUEUED, r->to,
		    NULL) == ERR_OK;
	}
	return NULL;
}

/* Claimers and cancellers take from the same queue: each run goes to one. */
static void test_claims_and_cancels_race(void **state)
{
	struct fixture *f = *state;
	struct racer racers[N_THREADS];
	pthread_t threads[N_THREADS];
	char (*ids)[RUN_ID_SIZE];
	size_t n_claimed, n_cancelled;
	int won = 0;

	for (int i = 0; i < N_RUNS; i++) {
		char id[RUN_ID_SIZE];

		snprintf(id, sizeof(id), "20261121-083000-%08x",
		    (unsigned)i);
		put(f, id, "{}");
	}
	for (int t = 0; t < N_THREADS; t++) {
		racers[t] = (struct racer){ f, t % 2 ? QUEUE_CLAIMED
						     : QUEUE_CANCELLED, 0 };
		pthread_create(&threads[t], NULL, race_all, &racers[t]);
	}
	for (int t = 0; t < N_THREADS; t++) {
		pthread_join(threads[t], NULL);
		won += racers[t].won;
	}
	assert_int_equal(won, N_RUNS);
	assert_int_equal(queue_list(f->dir, QUEUE_CLAIMED, &ids, &n_claimed,
	    NULL), ERR_OK);
	free(ids);
	assert_int_equal(queue_list(f->dir, QUEUE_CANCELLED, &ids,
	    &n_cancelled, NULL), ERR_OK);
	free(ids);
	assert_int_equal(n_claimed + n_cancelled, N_RUNS);
}

static void *bind_same(void *arg)
{
	struct racer *r = arg;
	char id[RUN_ID_SIZE];
	bool bound;

	snprintf(id, sizeof(id), "20261121-083000-%08x", (unsigned)r->won);
	assert_int_equal(queue_bind_key(r->f->dir, "same", id, &bound, NULL),
	    ERR_OK);
	r->won = (int)strtol(id + 16, NULL, 16);
	return NULL;
}

static void test_one_binding_wins(void **state)
{
	struct racer racers[N_THREADS];
	pthread_t threads[N_THREADS];

	for (int t = 0; t < N_THREADS; t++) {
		racers[t] = (struct racer){ *state, QUEUE_QUEUED, t };
		pthread_create(&threads[t], NULL, bind_same, &racers[t]);
	}
	for (int t = 0; t < N_THREADS; t++)
		pthread_join(threads[t], NULL);
	for (int t = 1; t < N_THREADS; t++)
		assert_int_equal(racers[t].won, racers[0].won);
}

/* --- what the dead left behind ------------------------------------------- */

static void make_old(struct fixture *f, const char *name)
{
	struct utimbuf old = { 1000000, 1000000 };
	char path[256];

	snprintf(path, sizeof(path), "%s/spool/%s", f->dir, name);
	if (access(path, F_OK) != 0)
		assert_int_equal(file_replace(path, ID_1, strlen(ID_1), 0600,
		    NULL), ERR_OK);
	assert_int_equal(utime(path, &old), 0);
}

static bool exists(struct fixture *f, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/spool/%s", f->dir, name);
	return access(path, F_OK) == 0;
}

static void test_sweep(void **state)
{
	struct fixture *f = *state;

	put(f, ID_2, "{}");
	make_old(f, "queued/" ID_2 ".json");
	make_old(f, "queued/" ID_1 ".json.tmp-abcdef");
	make_old(f, "keys/0123abcd.tmp-abcdef");
	make_old(f, "keys/0123abcd");
	assert_int_equal(queue_request_cancel(f->dir, ID_1, "a", NULL),
	    ERR_OK);
	make_old(f, "cancel/" ID_1);
	assert_int_equal(queue_request_cancel(f->dir, ID_2, "a", NULL),
	    ERR_OK);
	make_old(f, "cancel/" ID_2);
	put(f, ID_3, "{}");
	queue_sweep(f->dir);
	assert_true(exists(f, "queued/" ID_2 ".json"));
	assert_true(exists(f, "queued/" ID_3 ".json"));
	assert_false(exists(f, "queued/" ID_1 ".json.tmp-abcdef"));
	assert_false(exists(f, "keys/0123abcd.tmp-abcdef"));
	assert_false(exists(f, "keys/0123abcd"));
	assert_false(exists(f, "cancel/" ID_1)); /* no such run any more */
	assert_true(exists(f, "cancel/" ID_2));
}

static void test_missing_directory(void **state)
{
	struct fixture *f = *state;
	char (*ids)[RUN_ID_SIZE];
	struct err e = ERR_INIT;
	size_t n;

	assert_int_not_equal(queue_list("/nonexistent", QUEUE_QUEUED, &ids,
	    &n, &e), ERR_OK);
	assert_int_not_equal(queue_put("/nonexistent", ID_1, "x", 1, &e),
	    ERR_OK);
	/* preparing twice is harmless */
	put(f, ID_1, "{}");
	assert_int_equal(queue_prepare(f->dir, NULL), ERR_OK);
	assert_place(f, ID_1, QUEUE_QUEUED);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_put_read_move_remove),
		T(test_no_second_put),
		T(test_ids_are_checked),
		T(test_list_is_sorted_and_skips_strangers),
		T(test_cancel_marks),
		T(test_keys_bind_once),
		T(test_claims_and_cancels_race),
		T(test_one_binding_wins),
		T(test_sweep),
		T(test_missing_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
