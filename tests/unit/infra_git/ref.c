#include "unit/infra_git/fixture.h"

#include "base/clock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <utime.h>

static void assert_tip(struct fixture *f, const struct commit_id *expected)
{
	struct commit_id tip = tip_of(f);

	assert_true(commit_id_equal(&tip, expected));
}

static void write_text(
    const struct fixture *f, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	assert_ok(file_replace(path, text, strlen(text), 0644, e));
}

static void write_ref(const struct fixture *f, const struct commit_id *id)
{
	char line[STORE_OID_TEXT_SIZE + 1];

	commit_id_format(id, line);
	strcat(line, "\n");
	write_text(f, "refs/heads/main", line);
}

/* Two moves in one tick of the clock: the second must be seen, too. */
static void every_move_is_seen_at_once(void **state)
{
	struct fixture *f = *state;
	struct store *other;
	struct commit_id tip, id;
	char text[16];

	assert_ok(store_open(f->path, &other, e));
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "%d", i);
		id = put_one(f, "counter", text);
		assert_ok(store_tip(other, STORE_MAIN, &tip, e));
		assert_true(commit_id_equal(&tip, &id));
		assert_tip(f, &id);
	}
	store_close(other);
}

static void a_move_is_seen_by_a_store_that_had_it_cached(void **state)
{
	struct fixture *f = *state;
	struct commit_id old = put_one(f, "a", "1"), new;
	int64_t until = clock_mono_ms() + 40;

	/* until the ref file is old enough for its stamp to be trusted */
	while (clock_mono_ms() < until)
		assert_tip(f, &old);
	new = put_one(f, "a", "2");
	assert_tip(f, &new);
	assert_int_equal(
	    shell(f, "git -C $S update-ref refs/heads/main main~1"), 0);
	assert_tip(f, &old);
}

/* Some file systems give a new file the inode of the one just replaced; then
 * two versions within one tick of the clock differ in nothing but content, as
 * here, where the file is written in place. */
static void a_ref_that_changes_twice_in_a_tick_is_read_again(void **state)
{
	struct fixture *f = *state;
	struct commit_id real = tip_of(f), id = { { 1 } };
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/refs/heads/main", f->path);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	for (int i = 0; i < 1000; i++) {
		char line[STORE_OID_TEXT_SIZE + 1];

		memcpy(&id.raw[4], &i, sizeof(i));
		commit_id_format(&id, line);
		assert_int_equal(pwrite(fd, line, STORE_OID_TEXT_SIZE - 1, 0),
		    STORE_OID_TEXT_SIZE - 1);
		assert_tip(f, &id);
	}
	close(fd);
	write_ref(f, &real);
}

static void packed_refs_are_read(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = put_one(f, "a", "1");

	assert_int_equal(shell(f, "git -C $S pack-refs --all && "
				  "test ! -e $S/refs/heads/main"),
	    0);
	assert_tip(f, &id);
	id = put_one(f, "a", "2");
	assert_tip(f, &id);
	assert_int_equal(shell(f, "git -C $S pack-refs --all"), 0);
	assert_tip(f, &id);
}

static void a_branch_without_commits_is_zero(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;
	struct store_txn *t;
	struct buf out = BUF_INIT(64);

	assert_int_equal(
	    shell(f, "git -C $S update-ref -d refs/heads/runs"), 0);
	assert_ok(store_tip(f->s, STORE_RUNS, &id, e));
	assert_true(commit_id_is_zero(&id));
	assert_ok(store_txn_begin(f->s, STORE_RUNS, &t, e));
	assert_ok(store_txn_remove(t, "a", STORE_ANY, e));
	assert_ok(store_txn_commit(t, &plain, &id, NULL, e));
	assert_true(commit_id_is_zero(&id));
	assert_ok(store_txn_begin(f->s, STORE_RUNS, &t, e));
	put(t, "a", "1");
	assert_ok(store_txn_commit(t, &plain, &id, NULL, e));
	assert_ok(store_read(f->s, &id, "a", &out, NULL, e));
	buf_release(&out);
}

static void a_damaged_ref_is_corrupt(void **state)
{
	struct fixture *f = *state;
	static const char *const texts[] = { "", "ref: refs/heads/runs\n",
		"1234\n", "0123456789012345678901234567890123456789",
		"z123456789012345678901234567890123456789\n",
		/* not "no commits yet": a first one would orphan all others */
		"0000000000000000000000000000000000000000\n" };
	struct commit_id tip = tip_of(f), id;
	char good[STORE_OID_TEXT_SIZE + 1];

	commit_id_format(&tip, good);
	strcat(good, "\n");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct store_txn *t = begin(f);

		write_text(f, "refs/heads/main", texts[i]);
		assert_err(store_tip(f->s, STORE_MAIN, &id, e), ERR_CORRUPT);
		put(t, "a", "1");
		assert_err(
		    store_txn_commit(t, &plain, &id, NULL, e), ERR_CORRUPT);
	}
	write_text(f, "refs/heads/main", good);
	assert_tip(f, &tip);
}

/* What a writer of ours leaves when it is killed between lock and rename. */
static void a_dead_writers_lock_is_taken_away_at_once(void **state)
{
	struct fixture *f = *state;
	int64_t start = clock_mono_ms();

	write_text(f, "switchyard-main.ref", "half written");
	assert_int_equal(
	    shell(f, "ln $S/switchyard-main.ref $S/refs/heads/main.lock"), 0);
	put_one(f, "a", "1");
	assert_true(clock_mono_ms() - start < 1000);
	assert_int_equal(shell(f, "test ! -e $S/refs/heads/main.lock && "
				  "test ! -e $S/switchyard-main.ref"),
	    0);
}

static void an_old_lock_of_another_program_is_taken_away(void **state)
{
	struct fixture *f = *state;
	struct utimbuf old = { 1000000000, 1000000000 };
	char path[256];
	int64_t start;

	write_text(f, "refs/heads/main.lock", "");
	snprintf(path, sizeof(path), "%s/refs/heads/main.lock", f->path);
	assert_int_equal(utime(path, &old), 0);
	start = clock_mono_ms();
	put_one(f, "a", "1");
	assert_true(clock_mono_ms() - start < 1000);
}

/* A living owner is waited for: breaking its lock could lose a commit. */
static void a_fresh_lock_of_another_program_is_waited_for(void **state)
{
	struct fixture *f = *state;
	char path[256];
	int64_t start = clock_mono_ms();
	int status;
	pid_t owner;

	write_text(f, "refs/heads/main.lock", "");
	snprintf(path, sizeof(path), "%s/refs/heads/main.lock", f->path);
	owner = fork();
	assert_true(owner >= 0);
	if (owner == 0) {
		usleep(300000);
		unlink(path);
		_exit(0);
	}
	put_one(f, "a", "1");
	assert_true(clock_mono_ms() - start >= 290);
	assert_int_equal(waitpid(owner, &status, 0), owner);
}

static int setup_watched(void **state)
{
	struct fixture *f;
	int rc = setup(state);

	f = *state;
	assert_ok(store_watch(f->s, e));
	return rc;
}

/* Removed, packed, written anew: what decides changes its place. */
static void a_watched_ref_is_followed(void **state)
{
	struct fixture *f = *state;
	struct commit_id one = put_one(f, "a", "1"), two;

	assert_tip(f, &one);
	assert_int_equal(shell(f, "git -C $S pack-refs --all --prune"), 0);
	assert_tip(f, &one);
	two = put_one(f, "a", "2");
	assert_tip(f, &two);
	assert_int_equal(
	    shell(f, "git -C $S update-ref refs/heads/main main~"), 0);
	assert_tip(f, &one);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TW(name)                                                       \
	{                                                              \
		"watched: " #name, name, setup_watched, teardown, NULL \
	}
	const struct CMUnitTest tests[] = {
		T(every_move_is_seen_at_once),
		T(a_move_is_seen_by_a_store_that_had_it_cached),
		T(a_ref_that_changes_twice_in_a_tick_is_read_again),
		T(packed_refs_are_read),
		T(a_branch_without_commits_is_zero),
		T(a_damaged_ref_is_corrupt),
		T(a_dead_writers_lock_is_taken_away_at_once),
		T(an_old_lock_of_another_program_is_taken_away),
		T(a_fresh_lock_of_another_program_is_waited_for),
		TW(every_move_is_seen_at_once),
		TW(a_move_is_seen_by_a_store_that_had_it_cached),
		TW(a_ref_that_changes_twice_in_a_tick_is_read_again),
		TW(packed_refs_are_read),
		TW(a_damaged_ref_is_corrupt),
		TW(a_watched_ref_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
