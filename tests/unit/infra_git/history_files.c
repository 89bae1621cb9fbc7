/*
 * The index of the history on disk: shared, torn, damaged, deleted, and always
 * only a copy of what Git has.
 */
#include "unit/infra_git/history_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

static void file_of(struct fixture *f, const char *suffix, char path[512])
{
	char dir[256];
	const struct dirent *entry;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/switchyard-history", f->path);
	d = opendir(dir);
	assert_non_null(d);
	*path = '\0';
	while ((entry = readdir(d)) != NULL) {
		size_t n = strlen(entry->d_name), m = strlen(suffix);

		if (n > m && strncmp(entry->d_name, "main", 4) == 0 &&
		    strcmp(entry->d_name + n - m, suffix) == 0)
			snprintf(path, 512, "%s/%s", dir, entry->d_name);
	}
	closedir(d);
}

static off_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Another process' view of the same store. */
static struct store *other_store(const struct fixture *f)
{
	struct store *s;

	assert_ok(store_open(f->path, &s, e));
	return s;
}

static void several_processes_share_it(void **state)
{
	struct fixture *f = *state;
	struct store *other = other_store(f);
	char subject[16], expected[512] = "", before[544];

	for (int i = 0; i < 40; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		put_as(f, subject, "x", subject);
		snprintf(before, sizeof(before), "%s %s", subject, expected);
		memcpy(expected, before, sizeof(expected));
		assert_history(i % 3 ? other : f->s, "x", expected);
	}
	assert_history(f->s, "x", expected);
	store_close(other);
}

static void a_torn_end_is_cut_off(void **state)
{
	struct fixture *f = *state;
	char log[512];
	off_t whole, longer;

	put_as(f, "A", "x", "1");
	assert_history(f->s, "x", "A ");
	put_as(f, "B", "x", "2");
	assert_history(f->s, "x", "B A ");
	file_of(f, ".log", log);
	whole = size_of(log);
	put_as(f, "C", "x", "3");
	assert_history(f->s, "x", "C B A ");
	longer = size_of(log);
	assert_true(longer > whole);
	for (off_t end = whole; end < longer; end += 7) {
		struct store *other;

		assert_int_equal(truncate(log, end), 0);
		other = other_store(f);
		assert_history(other, "x", "C B A ");
		store_close(other);
		assert_int_equal(size_of(log), longer);
	}
}

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char c;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, at), 1);
	c = (char)(c ^ 0x20);
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static void damage_is_noticed_and_mended(void **state)
{
	struct fixture *f = *state;
	static const char *const suffixes[] = { ".part", ".log" };
	char path[512];

	put_as(f, "A", "x", "1");
	assert_history(f->s, "x", "A ");
	put_as(f, "B", "x", "2");
	assert_history(f->s, "x", "B A ");
	for (int i = 0; i < 2; i++) {
		file_of(f, suffixes[i], path);
		for (off_t at = 0; at < size_of(path); at += 41) {
			struct store *other;

			flip(path, at);
			other = other_store(f);
			assert_history(other, "x", "B A ");
			store_close(other);
			file_of(f, suffixes[i], path);
		}
	}
}

static void it_may_be_deleted_at_any_time(void **state)
{
	struct fixture *f = *state;
	struct store *other;

	put_as(f, "A", "x", "1");
	assert_history(f->s, "x", "A ");
	assert_int_equal(shell(f, "rm $S/switchyard-history/*.part"), 0);
	put_as(f, "B", "x", "2");
	assert_history(f->s, "x", "B A ");
	other = other_store(f);
	assert_history(other, "x", "B A ");
	assert_int_equal(shell(f, "rm -r $S/switchyard-history"), 0);
	put_as(f, "C", "x", "3");
	assert_history(other, "x", "C B A ");
	assert_history(f->s, "x", "C B A ");
	store_close(other);
}

static void a_rewritten_branch_is_noticed(void **state)
{
	struct fixture *f = *state;

	put_as(f, "A", "x", "1");
	put_as(f, "B", "x", "2");
	assert_history(f->s, "x", "B A ");
	assert_int_equal(
	    shell(f, "git -C $S update-ref refs/heads/main main~1"), 0);
	assert_history(f->s, "x", "A ");
	put_as(f, "C", "x", "3");
	assert_history(f->s, "x", "C A ");
}

static void without_a_place_it_is_kept_in_memory(void **state)
{
	struct fixture *f = *state;
	char subject[16];

	assert_int_equal(shell(f, "touch $S/switchyard-history"), 0);
	for (int i = 0; i < 12; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		put_as(f, subject, "x", subject);
	}
	assert_history(f->s, "x", "11 10 9 8 7 6 5 4 3 2 1 0 ");
	put_as(f, "12", "x", "12");
	assert_history(f->s, "x", "12 11 10 9 8 7 6 5 4 3 2 1 0 ");
}

#define COMMITS 60

static void *ask_all_the_time(void *arg)
{
	struct fixture *f = arg;
	struct store *own = other_store(f);
	const char *path = "x";
	struct history_query q = { .paths = &path, .n_paths = 1, .limit = 500 };
	size_t seen = 0;

	while (seen < COMMITS) {
		struct arena *a = arena();
		struct history_page page;

		assert_ok(store_history(own, &q, a, &page, e));
		assert_true(page.n >= seen);
		seen = page.n;
		for (size_t i = 0; i < page.n; i++)
			assert_int_equal(atoi(page.entries[i].commit.subject),
			    page.n - 1 - i);
		arena_free(a);
	}
	store_close(own);
	return NULL;
}

static void many_extend_it_at_once(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[3];
	char subject[16];

	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ask_all_the_time, f), 0);
	for (int i = 0; i < COMMITS; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		put_as(f, subject, "x", subject);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(several_processes_share_it),
		T(a_torn_end_is_cut_off),
		T(damage_is_noticed_and_mended),
		T(it_may_be_deleted_at_any_time),
		T(a_rewritten_branch_is_noticed),
		T(without_a_place_it_is_kept_in_memory),
		T(many_extend_it_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
