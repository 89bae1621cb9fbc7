#include "unit/infra_git/fixture.h"

#include "base/clock.h"
#include "infra/git/disk.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

/*
 * Every step of a commit fails in turn, or is the last that the process does.
 * Whatever happens: the tip is the old commit or the new one, Git finds no
 * fault, and the next writer gets on at once.
 */
enum fault_action { FAULT_NONE, FAULT_ERRNO, FAULT_DIE, FAULT_SHELL };

struct fault {
	enum fault_action action;
	int at; /* the step that it strikes, from 1 */
	int error;
	const char *only; /* or every step of this name */
	const char *also;
	const char *command; /* with $S the store; run once */
	int steps;	     /* so far */
	bool struck;
	char last[64];
};

/* In memory that a child shares, so that its last step is known. */
static struct fault *fault;

static bool is_named(const char *step, const char *name)
{
	return name && strcmp(step, name) == 0;
}

int store_failpoint(const char *step)
{
	if (!fault)
		return 0;
	fault->steps++;
	if (fault->action == FAULT_NONE ||
	    !(is_named(step, fault->only) || is_named(step, fault->also) ||
		fault->steps == fault->at))
		return 0;
	fault->struck = true;
	snprintf(fault->last, sizeof(fault->last), "%s", step);
	if (fault->action == FAULT_DIE)
		_exit(42);
	if (fault->action == FAULT_SHELL) {
		fault->action = FAULT_NONE;
		assert_int_equal(system(fault->command), 0);
	}
	return fault->error;
}

static void arm(enum fault_action action, int at, int error)
{
	memset(fault, 0, sizeof(*fault));
	fault->action = action;
	fault->at = at;
	fault->error = error;
}

static void arm_named(const char *step, const char *also, int error)
{
	arm(FAULT_ERRNO, 0, error);
	fault->only = step;
	fault->also = also;
}

static void disarm(void)
{
	arm(FAULT_NONE, 0, 0);
}

/* A transaction of n files; above 64 objects it becomes a pack. */
static enum err_code try_commit(struct fixture *f, int n, const char *text,
    struct commit_id *ret, struct err *e)
{
	struct store_txn *t;
	char path[32];
	enum err_code rc = store_txn_begin(f->s, STORE_MAIN, &t, e);

	if (rc != ERR_OK)
		return rc;
	for (int i = 0; i < n; i++) {
		char data[64];

		snprintf(path, sizeof(path), "d/%d", i);
		snprintf(data, sizeof(data), "%s %d", text, i);
		put(t, path, data);
	}
	return store_txn_commit(t, &plain, ret, NULL, e);
}

static void assert_clean(struct fixture *f)
{
	assert_int_equal(
	    shell(f, "cd $S && git fsck --strict --no-dangling --no-progress "
		     ">fsck.out 2>&1 || { cat fsck.out; false; }"),
	    0);
}

static void assert_no_leftovers(struct fixture *f)
{
	assert_int_equal(
	    shell(f, "cd $S && test -z \"$(find . -name '*tmp*' -o -name "
		     "'switchyard-*' -o -name 'main.lock')\""),
	    0);
}

static void reopen(struct fixture *f)
{
	store_close(f->s);
	assert_ok(store_open(f->path, &f->s, e));
}

static bool is_sync(const char *step)
{
	return strstr(step, "sync") != NULL;
}

static void fail_each_step(
    struct fixture *f, int n, int error, enum err_code expected)
{
	struct commit_id before = tip_of(f), after, id;
	struct err e;
	int at;

	for (at = 1;; at++) {
		enum err_code rc;

		arm(FAULT_ERRNO, at, error);
		rc = try_commit(f, n, "new", &id, &e);
		if (!fault->struck)
			break;
		disarm();
		if (rc != expected)
			fail_msg("step %d (%s): %s: %s", at, fault->last,
			    err_code_word(rc), e.message);
		after = tip_of(f);
		assert_true(commit_id_equal(&before, &after));
		assert_no_leftovers(f);
		if (at % 5 == 0)
			assert_clean(f);
		reopen(f);
	}
	disarm();
	assert_true(at > 10);
	assert_false(commit_id_equal(&before, &id));
	assert_file(f, &id, "d/0", "new 0");
	assert_int_equal(
	    shell(f, "test $(git -C $S rev-list --count main) = 2"), 0);
}

static void a_full_disk_leaves_nothing_half_written(void **state)
{
	fail_each_step(*state, 1, ENOSPC, ERR_NO_SPACE);
}

static void a_failing_disk_leaves_nothing_half_written(void **state)
{
	fail_each_step(*state, 2, EIO, ERR_SYSTEM);
}

static void a_full_disk_leaves_no_half_pack(void **state)
{
	fail_each_step(*state, 100, ENOSPC, ERR_NO_SPACE);
}

/* --- after a failed fsync ------------------------------------------------ */

static void a_failed_fsync_stops_all_later_writes(void **state)
{
	struct fixture *f = *state;
	static const char *const steps[] = { "loose.sync", "loose.sync-dir",
		"ref.sync", "ref.sync-dir" };
	struct commit_id tip = put_one(f, "kept", "text"), id;
	struct store_txn *t;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_true(is_sync(steps[i]));
		arm_named(steps[i], NULL, EIO);
		assert_err(try_commit(f, 1, "lost", &id, e), ERR_SYSTEM);
		assert_true(fault->struck);
		disarm();
		assert_err(try_commit(f, 1, "lost", &id, e), ERR_SYSTEM);
		assert_err(
		    store_txn_begin(f->s, STORE_MAIN, &t, e), ERR_SYSTEM);
		id = tip_of(f);
		assert_true(commit_id_equal(&tip, &id));
		assert_file(f, &id, "kept", "text");
		reopen(f);
	}
	assert_ok(try_commit(f, 1, "kept", &id, e));
}

static void a_failed_write_does_not_stop_later_ones(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;

	arm_named("loose.write", NULL, ENOSPC);
	assert_err(try_commit(f, 1, "lost", &id, e), ERR_NO_SPACE);
	disarm();
	assert_ok(try_commit(f, 1, "kept", &id, e));
}

/* Only when the disk fails twice is the outcome unknown, and said to be. */
static void a_ref_that_cannot_be_put_back_is_an_unknown_outcome(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;

	arm_named("ref.sync-dir", "ref.put-back", EIO);
	assert_err(try_commit(f, 1, "doubtful", &id, e), ERR_UNKNOWN_OUTCOME);
	disarm();
	assert_clean(f);
	assert_err(try_commit(f, 1, "again", &id, e), ERR_SYSTEM);
	reopen(f);
	assert_ok(try_commit(f, 1, "again", &id, e));
}

/* --- death at every step ------------------------------------------------- */

static bool die_at(struct fixture *f, int n, int at)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct commit_id id;

		arm(FAULT_DIE, at, 0);
		_exit(try_commit(f, n, "new", &id, NULL) == ERR_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 1);
	fault->action = FAULT_NONE;
	return WEXITSTATUS(status) == 42;
}

static void die_at_each_step(struct fixture *f, int n)
{
	int at;

	disarm();
	for (at = 1;; at++) {
		struct commit_id before = tip_of(f), after, id;
		bool died = die_at(f, n, at);
		int64_t start;

		after = tip_of(f);
		/* the rename is the moment: before it the old, after it the new
		 */
		assert_int_equal(!commit_id_equal(&before, &after),
		    !died || strcmp(fault->last, "ref.sync-dir") == 0);
		if (at % 5 == 0)
			assert_clean(f);
		start = clock_mono_ms();
		assert_ok(try_commit(f, 1, "next", &id, e));
		assert_true(clock_mono_ms() - start < 1000);
		assert_ok(store_sweep(f->s, e));
		assert_no_leftovers(f);
		if (!died)
			break;
		assert_ok(try_commit(f, n, "old", &id, e));
	}
	assert_true(at > 10);
	assert_clean(f);
}

static void death_at_any_step_of_a_small_commit_is_harmless(void **state)
{
	die_at_each_step(*state, 1);
}

static void death_at_any_step_of_a_pack_is_harmless(void **state)
{
	die_at_each_step(*state, 70);
}

/* --- others move the ref ------------------------------------------------- */

#define COMMIT_BESIDE(tree)                                             \
	"cd $S && git update-ref refs/heads/main $(git -c user.name=x " \
	"-c user.email=x commit-tree -m beside -p main " tree ")"

static void arm_shell(struct fixture *f, const char *step, const char *command)
{
	arm(FAULT_SHELL, 0, 0);
	fault->only = step;
	fault->command = command;
	setenv("S", f->path, 1);
}

/* By somebody who does not take our lock, after the tree was built. */
static void a_ref_that_moved_meanwhile_is_built_upon(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;

	put_one(f, "a", "1");
	put_one(f, "b", "1");
	remove_one(f, "b");
	arm_shell(f, "ref.write", COMMIT_BESIDE("main~1^{tree}"));
	assert_ok(try_commit(f, 1, "ours", &id, e));
	assert_int_equal(fault->action, FAULT_NONE);
	assert_diff(f, NULL, &id, "", "+a +b +d/0 ");
}

/* Our pack is there, and its commit is not reachable yet. */
static void a_repack_beside_a_commit_takes_nothing_away(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;

	put_one(f, "a", "1");
	arm_shell(f, "ref.write", "git -C $S repack -adq");
	assert_ok(try_commit(f, 100, "ours", &id, e));
	assert_int_equal(fault->action, FAULT_NONE);
	assert_int_equal(system("git -C $S fsck --strict --no-dangling "
				">/dev/null 2>&1 && test -z \"$(ls $S/objects/"
				"pack | grep keep)\" && "
				"git -C $S cat-file -e main:d/99"),
	    0);
}

/* One that a dead writer left is removed, an administrator's is not. */
static void keep_files_of_the_dead_are_swept(void **state)
{
	struct fixture *f = *state;

	put_one(f, "a", "1");
	setenv("S", f->path, 1);
	assert_int_equal(system("cd $S/objects/pack && touch pack-1.keep && "
				"echo mine >pack-2.keep && echo 'switchyard: a "
				"commit is being made' >pack-3.keep"),
	    0);
	assert_ok(store_sweep(f->s, e));
	assert_int_equal(system("cd $S/objects/pack && test -e pack-1.keep && "
				"test -e pack-2.keep && test ! -e pack-3.keep"),
	    0);
}

static void a_ref_that_moved_meanwhile_may_make_it_stale(void **state)
{
	struct fixture *f = *state;
	struct store_txn *t = begin(f);
	struct commit_id id;

	put_one(f, "a", "1");
	remove_one(f, "a");
	assert_ok(store_txn_put(t, "a", "2", 1, STORE_ABSENT, e));
	arm_shell(f, "ref.write", COMMIT_BESIDE("main~1^{tree}"));
	assert_err(store_txn_commit(t, &plain, &id, NULL, e), ERR_STALE);
	id = tip_of(f);
	assert_file(f, &id, "a", "1");
	assert_no_leftovers(f);
}

/* --- the real thing ------------------------------------------------------ */

static void a_file_size_limit_is_a_full_disk(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, small = { 4096, 4096 };
	struct commit_id before = tip_of(f), after, id;

	disarm();
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_err(try_commit(f, 500, "large", &id, e), ERR_NO_SPACE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	after = tip_of(f);
	assert_true(commit_id_equal(&before, &after));
	assert_no_leftovers(f);
	assert_ok(try_commit(f, 500, "large", &id, e));
}

/* Descriptors run out at every possible moment of a commit. */
static void a_want_of_descriptors_is_harmless(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, few;
	struct commit_id before = tip_of(f), after, id;
	int refused = 0;
	struct err e;
	enum err_code rc = ERR_SYSTEM;

	disarm();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	for (few.rlim_cur = 3; rc != ERR_OK; few.rlim_cur++) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		rc = try_commit(f, 1, "new", &id, &e);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		after = tip_of(f);
		assert_int_equal(
		    rc == ERR_OK, !commit_id_equal(&before, &after));
		refused += rc == ERR_SYSTEM;
		assert_no_leftovers(f);
	}
	assert_true(refused > 5);
	assert_file(f, &id, "d/0", "new 0");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_full_disk_leaves_nothing_half_written),
		T(a_failing_disk_leaves_nothing_half_written),
		T(a_full_disk_leaves_no_half_pack),
		T(a_failed_fsync_stops_all_later_writes),
		T(a_failed_write_does_not_stop_later_ones),
		T(a_ref_that_cannot_be_put_back_is_an_unknown_outcome),
		T(death_at_any_step_of_a_small_commit_is_harmless),
		T(death_at_any_step_of_a_pack_is_harmless),
		T(a_ref_that_moved_meanwhile_is_built_upon),
		T(a_repack_beside_a_commit_takes_nothing_away),
		T(keep_files_of_the_dead_are_swept),
		T(a_ref_that_moved_meanwhile_may_make_it_stale),
		T(a_file_size_limit_is_a_full_disk),
		T(a_want_of_descriptors_is_harmless),
	};

	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
