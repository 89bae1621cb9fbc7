#include "unit/infra_git/fixture.h"

#include "app/port/history.h"

/*
 * Every allocation of ours fails in turn (they are wrapped at link time): the
 * answer is an error, nothing is leaked, and the store is as before.
 */
static long countdown; /* the allocation that fails; 0: none */

static bool fails(void)
{
	return countdown > 0 && --countdown == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(p, n, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

/* --- what is tried ------------------------------------------------------- */

typedef enum err_code (*attempt_fn)(struct fixture *f);

static enum err_code write_files(struct fixture *f, int n)
{
	struct commit_id id;
	struct store_txn *t;
	enum err_code rc = store_txn_begin(f->s, STORE_MAIN, &t, NULL);

	for (int i = 0; rc == ERR_OK && i < n; i++) {
		char path[32];

		snprintf(path, sizeof(path), "new/%d/%d", i % 3, i);
		rc =
		    store_txn_put(t, path, path, strlen(path), STORE_ANY, NULL);
		if (rc == ERR_OK && i == n / 2)
			rc = store_txn_seal(t, &plain, NULL);
		if (rc != ERR_OK)
			store_txn_abort(t);
	}
	if (rc == ERR_OK)
		rc = store_txn_commit(t, &plain, &id, NULL, NULL);
	return rc;
}

static enum err_code write_few(struct fixture *f)
{
	return write_files(f, 2);
}

static enum err_code write_many(struct fixture *f)
{
	return write_files(f, 70);
}

static enum err_code open_and_read(struct fixture *f)
{
	struct buf out = BUF_INIT(1 << 20);
	struct commit_id tip;
	struct store *s;
	enum err_code rc = store_open(f->path, &s, NULL);

	if (rc != ERR_OK)
		return rc;
	rc = store_tip(s, STORE_MAIN, &tip, NULL);
	if (rc == ERR_OK)
		rc = store_read(s, &tip, "d/old", &out, NULL, NULL);
	if (rc == ERR_OK)
		rc = store_diff(s, NULL, &tip, "", describe_change, &out, NULL);
	if (rc == ERR_OK)
		rc = buf_check(&out, "the test's own buffer", NULL);
	buf_release(&out);
	store_close(s);
	return rc;
}

static enum err_code ignore_commit(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	(void)ctx;
	(void)c;
	(void)stop;
	(void)e;
	return ERR_OK;
}

static enum err_code read_log(struct fixture *f)
{
	struct store *s;
	enum err_code rc = store_open(f->path, &s, NULL);

	if (rc != ERR_OK)
		return rc;
	rc = store_log(s, STORE_MAIN, NULL, ignore_commit, NULL, NULL);
	store_close(s);
	return rc;
}

/* --- the torture --------------------------------------------------------- */

static void fail_each_allocation(struct fixture *f, attempt_fn attempt)
{
	struct commit_id before = tip_of(f), after;
	enum err_code rc = ERR_SYSTEM;
	long n;

	for (n = 1; rc != ERR_OK; n++) {
		countdown = n;
		rc = attempt(f);
		if (rc == ERR_OK && countdown == 0)
			fail_msg("allocation %ld failed unnoticed", n);
		countdown = 0;
		if (rc == ERR_OK)
			break;
		assert_int_equal(rc, ERR_SYSTEM);
		after = tip_of(f);
		assert_true(commit_id_equal(&before, &after));
	}
	assert_true(n > 3);
}

static void prepare(struct fixture *f)
{
	struct store_txn *t;

	put_one(f, "d/old", "text");
	t = begin(f);
	put(t, "d/renamed", "text");
	assert_ok(store_txn_remove(t, "d/old", STORE_ANY, e));
	commit(t);
	put_one(f, "d/old", "again");
}

static void memory_may_fail_during_a_small_commit(void **state)
{
	prepare(*state);
	fail_each_allocation(*state, write_few);
}

static void memory_may_fail_during_a_large_commit(void **state)
{
	prepare(*state);
	fail_each_allocation(*state, write_many);
}

static void memory_may_fail_while_reading(void **state)
{
	prepare(*state);
	fail_each_allocation(*state, open_and_read);
}

static void memory_may_fail_while_walking_history(void **state)
{
	prepare(*state);
	fail_each_allocation(*state, read_log);
}

/* An index that cannot be kept on disk for want of memory is kept without: so
 * the answer is an error or it is right. */
static void a_history_is_right_or_an_error(void **state)
{
	struct fixture *f = *state;
	const char *path = "d/renamed";
	struct history_query query = { .paths = &path,
		.n_paths = 1,
		.limit = 10 };
	bool all = false;

	prepare(f);
	for (long n = 1; !all; n++) {
		struct arena *arena = arena_new(1 << 20);
		struct history_page page;
		struct store *s;
		enum err_code rc;

		assert_ok(store_open(f->path, &s, e));
		assert_int_equal(
		    shell(f, "rm -rf $S/switchyard-history"), 0);
		countdown = n;
		rc = store_history(s, &query, arena, &page, NULL);
		all = countdown > 0;
		countdown = 0;
		if (rc == ERR_OK)
			assert_int_equal(page.n, 2);
		else
			assert_true(rc == ERR_SYSTEM || rc == ERR_LIMIT);
		assert_true(!all || rc == ERR_OK);
		store_close(s);
		arena_free(arena);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(memory_may_fail_during_a_small_commit),
		T(memory_may_fail_during_a_large_commit),
		T(memory_may_fail_while_reading),
		T(memory_may_fail_while_walking_history),
		T(a_history_is_right_or_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
