/*
 * The history index over more commits than are read at once, in several
 * segments, with writers that are killed, and with a disk that refuses.
 */
#include "unit/infra_git/fixture.h"

#include "app/port/history.h"
#include "infra/git/history_index.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static struct history_bounds bounds = { 4, 1000, 100, 100000 };

const struct history_bounds *history_test_bounds(void)
{
	return &bounds;
}

/* COMMITS commits on top of main: each changes x or y, by turns; one in a
 * hundred moves x to a new name. */
#define COMMITS "1500"
static void import_many(struct fixture *f)
{
	static const char script[] =
	    "awk 'BEGIN { name = \"d/x0\";"
	    "for (i = 1; i <= " COMMITS "; i++) {"
	    "  printf \"commit refs/heads/main\\ncommitter t <t@t> %d +0000\\n"
	    "data <<E\\nc%d\\nE\\n\", 1700000000 + i, i;"
	    "  if (i == 1) print \"from refs/heads/main^0\";"
	    "  if (i % 100 == 0) {"
	    "    new = \"d/x\" i; print \"R \" name \" \" new; name = new }"
	    "  else {"
	    "    printf \"M 100644 inline %s\\ndata <<E\\n%d\\nE\\n\","
	    "      i % 2 ? name : \"d/y\", i }"
	    "} print \"done\" }' | git -C $S fast-import --quiet --done";

	assert_int_equal(shell(f, script), 0);
}

/* The ids of a query's answer, a line each. */
static void answer_of(struct store *s, const char *path, struct buf *out)
{
	struct history_query q = {
		.paths = &path, .n_paths = 1, .limit = 5000
	};
	struct arena *a = arena_new((size_t)64 << 20);
	struct history_page page;

	assert_non_null(a);
	assert_ok(store_history(s, &q, a, &page, e));
	for (size_t i = 0; i < page.n; i++) {
		char id[STORE_OID_TEXT_SIZE];

		commit_id_format(&page.entries[i].commit.id, id);
		buf_printf(out, "%s\n", id);
	}
	arena_free(a);
}

static void assert_as_git(struct fixture *f, const char *path)
{
	struct buf ours = BUF_INIT(1 << 20), theirs = BUF_INIT(1 << 20);
	char command[300];

	snprintf(command, sizeof(command),
	    "git -C $S log --follow -M100%% --format=%%H main -- %s "
	    ">$S/log.out",
	    path);
	assert_int_equal(shell(f, command), 0);
	snprintf(command, sizeof(command), "%s/log.out", f->path);
	assert_ok(file_read(command, &theirs, e));
	assert_true(theirs.len > 0);
	answer_of(f->s, path, &ours);
	assert_string_equal(buf_text(&ours), buf_text(&theirs));
	buf_release(&ours);
	buf_release(&theirs);
}

static void a_long_history_is_as_git_has_it(void **state)
{
	struct fixture *f = *state;

	import_many(f);
	assert_as_git(f, "d/x1500");
	assert_as_git(f, "d/y");
	assert_int_equal(
	    shell(f, "test $(ls $S/switchyard-history/*.part | wc -l) -gt 2"),
	    0);
	/* and grows from there */
	put_one(f, "d/y", "new");
	assert_as_git(f, "d/y");
	import_many(f);
	assert_as_git(f, "d/x1500");
}

/* --- killed writers ------------------------------------------------------ */

static void index_and_die(const struct fixture *f)
{
	struct store *s;

	if (store_open(f->path, &s, NULL) != ERR_OK)
		_exit(1);
	while (store_history_update(s, STORE_MAIN, NULL) == ERR_OK)
		;
	_exit(1);
}

static void killed_writers_leave_nothing_wrong(void **state)
{
	struct fixture *f = *state;
	char text[24];

	for (long i = 0; i < 60; i++) {
		const struct timespec pause = { .tv_nsec = i * 50000 };
		pid_t child;

		snprintf(text, sizeof(text), "%ld", i);
		put_one(f, i % 2 ? "x" : "y", text);
		snprintf(text, sizeof(text), "z %ld", i);
		put_one(f, "z", text);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			index_and_die(f);
		nanosleep(&pause, NULL); /* the moment of death */
		assert_true(child > 1);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		if (i % 7 == 0)
			assert_as_git(f, "z");
	}
	assert_as_git(f, "x");
	assert_as_git(f, "y");
	assert_as_git(f, "z");
}

/* --- a disk that refuses ------------------------------------------------- */

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* In a process of its own, which the limit does not outlive. */
static void a_full_disk_is_worked_around(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t child;

	import_many(f);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct buf out = BUF_INIT(1 << 20);
		struct store *s;

		signal(SIGXFSZ, SIG_IGN);
		limit_files(1000);
		assert_ok(store_open(f->path, &s, e));
		answer_of(s, "d/y", &out);
		_exit(out.len == 735 * STORE_OID_TEXT_SIZE ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* and what it left is no harm to the others */
	assert_as_git(f, "d/y");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_long_history_is_as_git_has_it),
		T(killed_writers_leave_nothing_wrong),
		T(a_full_disk_is_worked_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
