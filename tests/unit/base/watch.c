#include "base/watch.h"

#include "base/clock.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int make_dir(void **state)
{
	char name[] = "/tmp/switchyard-watch-XXXXXX";

	if (!mkdtemp(name) || chdir(name) != 0 || mkdir("a", 0700) != 0 ||
	    mkdir("b", 0700) != 0)
		return -1;
	*state = strdup(name);
	return *state ? 0 : -1;
}

static int drop_dir(void **state)
{
	struct err e = ERR_INIT;
	enum err_code rc = dir_remove(*state, &e);

	free(*state);
	return rc == ERR_OK ? 0 : -1;
}

static struct watch *watch_both(void)
{
	const char *const dirs[] = { "a", "b" };
	struct watch *w = NULL;
	struct err e = ERR_INIT;

	assert_int_equal(watch_new(dirs, 2, &w, &e), ERR_OK);
	return w;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Twice: an answer may have ended the trust in time just then. */
static void assert_quiet(struct watch *w)
{
	uint64_t one = watch_generation(w), two = watch_generation(w);

	assert_int_not_equal(one, 0);
	assert_true(one == two || two == watch_generation(w));
}

static void assert_told(struct watch *w, uint64_t *before)
{
	uint64_t now = watch_generation(w);

	assert_int_not_equal(now, 0);
	assert_int_not_equal(now, *before);
	*before = now;
	assert_quiet(w);
	*before = watch_generation(w);
}

static void every_change_is_told_at_once(void **state)
{
	struct watch *w = watch_both();
	uint64_t before;

	(void)state;
	assert_quiet(w);
	before = watch_generation(w);
	put("a/file", "one");
	assert_told(w, &before);
	put("b/other", "two");
	assert_told(w, &before);
	assert_int_equal(rename("b/other", "a/file"), 0);
	assert_told(w, &before);
	assert_int_equal(truncate("a/file", 1), 0);
	assert_told(w, &before);
	assert_int_equal(unlink("a/file"), 0);
	assert_told(w, &before);
	watch_free(w);
}

static void a_change_by_another_process_is_told(void **state)
{
	struct watch *w = watch_both();
	uint64_t before = watch_generation(w);
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(mkdir("a/new", 0700) == 0 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_told(w, &before);
	watch_free(w);
}

static void a_missing_directory_counts_as_changing(void **state)
{
	const char *const dirs[] = { "a", "later" };
	struct watch *w;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(watch_new(dirs, 2, &w, &e), ERR_OK);
	assert_int_equal(watch_generation(w), 0);
	assert_int_equal(mkdir("later", 0700), 0);
	assert_quiet(w);
	watch_free(w);
	assert_int_equal(watch_generation(NULL), 0);
}

/* Of the new directory under the old path, changes are told as well. */
static void a_replaced_directory_is_followed(void **state)
{
	struct watch *w = watch_both();
	uint64_t before = watch_generation(w);

	(void)state;
	assert_int_equal(rename("a", "gone"), 0);
	assert_int_equal(watch_generation(w), 0);
	assert_int_equal(mkdir("a", 0700), 0);
	assert_told(w, &before);
	put("a/file", "one");
	assert_told(w, &before);
	assert_int_equal(rmdir("b"), 0);
	assert_int_equal(watch_generation(w), 0);
	watch_free(w);
}

static void no_answer_is_trusted_for_long(void **state)
{
	struct watch *w = watch_both();
	uint64_t first = watch_generation(w);
	int64_t end = clock_mono_ms() + 10 * WATCH_TRUST_MS;

	(void)state;
	while (watch_generation(w) == first && clock_mono_ms() < end)
		usleep(10000);
	assert_int_not_equal(watch_generation(w), first);
	watch_free(w);
}

struct race {
	struct watch *w;
	atomic_uint begun, made; /* writes of files */
	atomic_bool over;
};

static void *ask(void *arg)
{
	struct race *race = arg;
	uint64_t known = 0;
	unsigned seen = 0;

	while (!race->over) {
		unsigned made = race->made;
		uint64_t generation = watch_generation(race->w);

		/* whoever reads now sees no more than what was begun */
		if (generation != known || generation == 0)
			seen = race->begun;
		else if (made > seen)
			return race;
		known = generation;
	}
	return NULL;
}

/* A thread must not be told the old number while another one is still reading
 * the event. */
static void no_thread_is_told_too_late(void **state)
{
	struct race race = { .w = watch_both() };
	pthread_t threads[4];
	char path[32];
	void *late;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ask, &race), 0);
	for (unsigned i = 1; i <= 2000; i++) {
		snprintf(path, sizeof(path), "a/%u", i % 7);
		race.begun = i;
		put(path, "x");
		race.made = i;
	}
	race.over = true;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &late), 0);
		assert_null(late);
	}
	watch_free(race.w);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_dir, drop_dir)
	const struct CMUnitTest tests[] = {
		T(every_change_is_told_at_once),
		T(a_change_by_another_process_is_told),
		T(a_missing_directory_counts_as_changing),
		T(a_replaced_directory_is_followed),
		T(no_answer_is_trusted_for_long),
		T(no_thread_is_told_too_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
