#include "unit/infra_git/fixture.h"

static void a_commit_holds_what_was_put(void **state)
{
	struct fixture *f = *state;
	struct commit_id before = tip_of(f), after, tip;
	struct store_txn *t = begin(f);
	bool changed = false;

	put(t, "devices/lab/r1.json", "{}\n");
	put(t, "settings.json", "");
	assert_ok(store_txn_commit(t, &plain, &after, &changed, e));
	assert_true(changed);
	tip = tip_of(f);
	assert_true(commit_id_equal(&after, &tip));
	assert_file(f, &after, "devices/lab/r1.json", "{}\n");
	assert_file(f, &after, "settings.json", "");
	assert_no_file(f, &before, "devices/lab/r1.json");
}

static void content_is_kept_byte_for_byte(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(1 << 20);
	struct store_txn *t = begin(f);
	struct commit_id id;
	struct blob_id blob, named;
	char data[256];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)i;
	assert_ok(store_txn_put(t, "a", data, sizeof(data), STORE_ABSENT, e));
	id = commit(t);
	assert_ok(store_read(f->s, &id, "a", &out, &blob, e));
	assert_int_equal(out.len, sizeof(data));
	assert_memory_equal(out.data, data, sizeof(data));
	blob_id_of(data, sizeof(data), &named);
	assert_true(blob_id_equal(&blob, &named));
	buf_clear(&out);
	assert_ok(store_read_blob(f->s, &blob, &out, e));
	assert_memory_equal(out.data, data, sizeof(data));
	buf_release(&out);
}

static void nothing_changed_makes_no_commit(void **state)
{
	struct fixture *f = *state;
	struct commit_id first = put_one(f, "a/b", "text"), again;
	struct store_txn *t = begin(f);
	bool changed = true;

	put(t, "a/b", "text");
	assert_ok(store_txn_remove(t, "a/missing", STORE_ANY, e));
	assert_ok(store_txn_remove(t, "no/such/dir", STORE_ABSENT, e));
	assert_ok(store_txn_commit(t, &plain, &again, &changed, e));
	assert_false(changed);
	assert_true(commit_id_equal(&first, &again));
	t = begin(f);
	assert_ok(store_txn_commit(t, &plain, &again, &changed, e));
	assert_false(changed);
}

static void an_emptied_directory_disappears(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;

	put_one(f, "a/b/c/d", "1");
	put_one(f, "a/e", "2");
	id = remove_one(f, "a/b/c/d");
	assert_diff(f, NULL, &id, "", "+a/e ");
	assert_no_file(f, &id, "a/b/c/d");
	id = remove_one(f, "a/e");
	assert_diff(f, NULL, &id, "", "");
	id = put_one(f, "back", "again");
	assert_diff(f, NULL, &id, "", "+back ");
}

/* --- expectations ------------------------------------------------------ */

static enum err_code try_put(struct fixture *f, const char *path,
    struct store_expect expect, struct err *e)
{
	struct commit_id before = tip_of(f), after, id;
	struct store_txn *t = begin(f);
	enum err_code rc;

	assert_int_equal(store_txn_put(t, path, "new", 3, expect, e), ERR_OK);
	rc = store_txn_commit(t, &plain, &id, NULL, e);
	after = tip_of(f);
	assert_int_equal(rc == ERR_OK, !commit_id_equal(&before, &after));
	return rc;
}

static void a_stale_expectation_stops_the_commit(void **state)
{
	struct fixture *f = *state;
	struct blob_id old = blob_of("old"), other = blob_of("other");

	put_one(f, "a/x", "old");
	assert_err(try_put(f, "a/x", STORE_ABSENT, e), ERR_STALE);
	assert_err(try_put(f, "a/x", store_expect_blob(&other), e), ERR_STALE);
	assert_err(try_put(f, "a/y", store_expect_blob(&old), e), ERR_STALE);
	assert_err(try_put(f, "q/y", store_expect_blob(&old), e), ERR_STALE);
	assert_err(try_put(f, "a/y", STORE_PRESENT, e), ERR_STALE);
	assert_ok(try_put(f, "a/x", store_expect_blob(&old), e));
	assert_ok(try_put(f, "a/y", STORE_ABSENT, e));
}

static void a_stale_message_names_the_path(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;

	put_one(f, "devices/lab/r1.json", "old");
	assert_int_equal(
	    try_put(f, "devices/lab/r1.json", STORE_ABSENT, &e), ERR_STALE);
	assert_non_null(strstr(e.message, "devices/lab/r1.json"));
}

static void a_requirement_guards_without_writing(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = put_one(f, "areas/lab.json", "{}");
	struct store_txn *t = begin(f);

	put(t, "devices/lab/r1.json", "{}");
	assert_ok(store_txn_require(t, "areas/lab.json", STORE_PRESENT, e));
	remove_one(f, "areas/lab.json");
	assert_err(store_txn_commit(t, &plain, &id, NULL, e), ERR_STALE);

	t = begin(f);
	put(t, "x", "1");
	assert_ok(store_txn_require(t, "areas/lab.json", STORE_ABSENT, e));
	assert_ok(store_txn_require(t, "x", STORE_ABSENT, e));
	assert_ok(store_txn_commit(t, &plain, &id, NULL, e));
	assert_diff(f, NULL, &id, "", "+x ");
}

static void a_required_tip_must_still_be_the_tip(void **state)
{
	struct fixture *f = *state;
	struct commit_id old = tip_of(f), id;
	struct store_txn *t = begin(f);

	put(t, "a", "1");
	store_txn_require_tip(t, &old);
	put_one(f, "b", "2");
	assert_err(store_txn_commit(t, &plain, &id, NULL, e), ERR_STALE);
	t = begin(f);
	put(t, "a", "1");
	old = tip_of(f);
	store_txn_require_tip(t, &old);
	assert_ok(store_txn_commit(t, &plain, &id, NULL, e));
}

/* The two touch different files of one directory: both stay. */
static void interleaved_transactions_merge(void **state)
{
	struct fixture *f = *state;
	struct store_txn *a = begin(f), *b = begin(f);
	struct commit_id id;

	assert_ok(store_txn_put(a, "d/a", "1", 1, STORE_ABSENT, e));
	assert_ok(store_txn_put(b, "d/b", "2", 1, STORE_ABSENT, e));
	assert_ok(store_txn_commit(a, &plain, &id, NULL, e));
	assert_ok(store_txn_commit(b, &plain, &id, NULL, e));
	assert_diff(f, NULL, &id, "", "+d/a +d/b ");
}

/* --- files and directories ---------------------------------------------- */

static void a_file_never_silently_replaces_a_directory(void **state)
{
	struct fixture *f = *state;

	put_one(f, "a/b", "1");
	put_one(f, "a.x", "1");
	put_one(f, "a-y", "1");
	assert_err(try_put(f, "a", STORE_ABSENT, e), ERR_CONFLICT);
	assert_err(try_put(f, "a/b/c", STORE_ABSENT, e), ERR_CONFLICT);
	assert_err(try_put(f, "a.x/c", STORE_ANY, e), ERR_CONFLICT);
}

static void a_file_replaces_a_directory_that_is_removed(void **state)
{
	struct fixture *f = *state;
	struct commit_id dir, file, again;
	struct store_txn *t;

	put_one(f, "a.x", "between");
	dir = put_one(f, "a/b", "1");
	t = begin(f);
	put(t, "a", "file");
	assert_ok(store_txn_remove(t, "a/b", STORE_PRESENT, e));
	file = commit(t);
	assert_diff(f, &dir, &file, "", "+a -a/b ");
	t = begin(f);
	put(t, "a/b", "1");
	assert_ok(store_txn_remove(t, "a", STORE_PRESENT, e));
	again = commit(t);
	assert_diff(f, &file, &again, "", "-a +a/b ");
	assert_diff(f, &dir, &again, "", "");
}

static void one_path_is_written_once_in_a_commit(void **state)
{
	struct fixture *f = *state;
	struct store_txn *t = begin(f);
	struct commit_id id;

	put(t, "a", "1");
	put(t, "b", "1");
	assert_ok(store_txn_remove(t, "a", STORE_ANY, e));
	assert_err(store_txn_commit(t, &plain, &id, NULL, e), ERR_INVALID);
	t = begin(f);
	put(t, "a", "1");
	put(t, "a/b", "1");
	assert_err(store_txn_commit(t, &plain, &id, NULL, e), ERR_CONFLICT);
}

static void hostile_paths_are_refused(void **state)
{
	struct fixture *f = *state;
	struct store_txn *t = begin(f);
	static const char *const paths[] = { "", "/", "/a", "a/", "a//b", ".",
		"..", "a/../b", ".git", "a/.git/config", ".GIT", "git~1",
		"a\nb", "a\\b", "a b", "\xff", "a/\xe2\x80\x8d.git", "-a",
		".gitmodules", "a:b", "a\x7f" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_err(store_txn_put(t, paths[i], "", 0, STORE_ANY, e),
		    ERR_INVALID);
		assert_err(
		    store_txn_remove(t, paths[i], STORE_ANY, e), ERR_INVALID);
		assert_err(
		    store_txn_require(t, paths[i], STORE_ANY, e), ERR_INVALID);
	}
	store_txn_abort(t);
	store_txn_abort(NULL);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_txn *t = begin(f);
	char *large = calloc(1, STORE_MAX_FILE + 1);

	assert_err(
	    store_txn_put(t, "a", large, STORE_MAX_FILE + 1, STORE_ANY, e),
	    ERR_LIMIT);
	free(large);
	store_txn_abort(t);
}

/* --- several commits at once --------------------------------------------- */

static void sealed_commits_arrive_together(void **state)
{
	struct fixture *f = *state;
	struct commit_id before = tip_of(f), now, id;
	struct store_txn *t = begin(f);
	struct store_message m = plain;
	struct blob_id one = blob_of("1");

	put(t, "a/x", "1");
	m.subject = "First";
	assert_ok(store_txn_seal(t, &m, e));
	/* the second is judged by what the first leaves */
	assert_ok(store_txn_put(t, "a/x", "2", 1, store_expect_blob(&one), e));
	put(t, "a/y", "1");
	m.subject = "Second";
	assert_ok(store_txn_seal(t, &m, e));
	put(t, "a/y", "1");
	m.subject = "Changes nothing";
	assert_ok(store_txn_seal(t, &m, e));
	now = tip_of(f);
	assert_true(commit_id_equal(&before, &now));
	assert_ok(store_txn_commit(t, NULL, &id, NULL, e));
	assert_file(f, &id, "a/x", "2");
	assert_int_equal(shell(f, "test \"$(git -C $S log --format=%s main | "
				  "tr '\\n' ,)\" = "
				  "'Second,First,Change something,'"),
	    0);
}

static void a_stale_commit_takes_its_whole_chain_down(void **state)
{
	struct fixture *f = *state;
	struct commit_id before = tip_of(f), after, id;
	struct store_txn *t = begin(f);

	put(t, "a", "1");
	assert_ok(store_txn_seal(t, &plain, e));
	assert_ok(store_txn_put(t, "a", "2", 1, STORE_ABSENT, e));
	assert_err(store_txn_commit(t, &plain, &id, NULL, e), ERR_STALE);
	after = tip_of(f);
	assert_true(commit_id_equal(&before, &after));
}

static void staged_changes_need_a_message(void **state)
{
	struct fixture *f = *state;
	struct store_txn *t = begin(f);
	struct commit_id id;

	put(t, "a", "1");
	assert_err(store_txn_commit(t, NULL, &id, NULL, e), ERR_INVALID);
}

static void a_large_transaction_becomes_one_pack(void **state)
{
	struct fixture *f = *state;
	struct store_txn *t = begin(f);
	struct commit_id before = tip_of(f), id;
	char path[64], text[64];

	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "d/%d/%d.cfg", i % 7, i);
		snprintf(text, sizeof(text), "content %d\n", i / 2);
		put(t, path, text);
	}
	id = commit(t);
	assert_int_equal(
	    shell(f, "test $(ls $S/objects/pack/*.pack | wc -l) = 1 && "
		     "git -C $S verify-pack $S/objects/pack/*.idx"),
	    0);
	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "d/%d/%d.cfg", i % 7, i);
		snprintf(text, sizeof(text), "content %d\n", i / 2);
		assert_file(f, &id, path, text);
	}
	t = begin(f);
	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "d/%d/%d.cfg", i % 7, i);
		assert_ok(store_txn_remove(t, path, STORE_PRESENT, e));
	}
	id = commit(t);
	assert_diff(f, &before, &id, "", "");
}

/* Of many files put, few changed: what was staged for a pack goes loose. */
static void unchanged_files_of_a_large_transaction_cost_nothing(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = { { 0 } };
	char path[64];

	for (int round = 0; round < 2; round++) {
		struct store_txn *t = begin(f);

		for (int i = 0; i < 200; i++) {
			snprintf(path, sizeof(path), "d/%d", i);
			put(t, path, round && i == 150 ? "changed" : path);
		}
		id = commit(t);
	}
	assert_file(f, &id, "d/150", "changed");
	assert_file(f, &id, "d/151", "d/151");
	assert_int_equal(
	    shell(f, "cd $S && test $(ls objects/pack/*.pack | wc -l) = 1 && "
		     "oid=$(git rev-parse main:d/150) && "
		     "test -e objects/$(echo $oid | sed 's,..,&/,') && "
		     "test $(git diff --name-only main~1 main | wc -l) = 1"),
	    0);
}

static void branches_are_apart(void **state)
{
	struct fixture *f = *state;
	struct commit_id main_before = tip_of(f), main_after, id;
	struct store_txn *t;

	assert_ok(store_txn_begin(f->s, STORE_RUNS, &t, e));
	put(t, "2026/11/21/run/run.json", "{}");
	id = commit(t);
	main_after = tip_of(f);
	assert_true(commit_id_equal(&main_before, &main_after));
	assert_file(f, &id, "2026/11/21/run/run.json", "{}");
	assert_no_file(f, &main_after, "2026/11/21/run/run.json");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_commit_holds_what_was_put),
		T(content_is_kept_byte_for_byte),
		T(nothing_changed_makes_no_commit),
		T(an_emptied_directory_disappears),
		T(a_stale_expectation_stops_the_commit),
		T(a_stale_message_names_the_path),
		T(a_requirement_guards_without_writing),
		T(a_required_tip_must_still_be_the_tip),
		T(interleaved_transactions_merge),
		T(a_file_never_silently_replaces_a_directory),
		T(a_file_replaces_a_directory_that_is_removed),
		T(one_path_is_written_once_in_a_commit),
		T(hostile_paths_are_refused),
		T(a_file_that_is_too_large_is_refused),
		T(sealed_commits_arrive_together),
		T(a_stale_commit_takes_its_whole_chain_down),
		T(staged_changes_need_a_message),
		T(a_large_transaction_becomes_one_pack),
		T(unchanged_files_of_a_large_transaction_cost_nothing),
		T(branches_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
