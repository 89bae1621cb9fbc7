#include "unit/infra_git/fixture.h"

static enum err_code add_name(void *ctx, const char *name, struct err *e)
{
	(void)e;
	buf_printf(ctx, "%s ", name);
	return ERR_OK;
}

static void assert_list(struct fixture *f, const struct commit_id *at,
    const char *dir, const char *expected)
{
	struct buf out = BUF_INIT(4096);

	assert_ok(store_list(f->s, at, dir, add_name, &out, e));
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

static struct commit_id sample(struct fixture *f)
{
	struct store_txn *t = begin(f);

	put(t, "a/b", "1");
	put(t, "a/c/d", "2");
	put(t, "a-b", "3");
	put(t, "a.b", "4");
	put(t, "z", "5");
	return commit(t);
}

static void a_directory_lists_its_names(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = sample(f);

	assert_list(f, &id, "", "a-b a.b a/ z ");
	assert_list(f, &id, "a", "b c/ ");
	assert_list(f, &id, "a/", "b c/ ");
	assert_list(f, &id, "a/c/", "d ");
}

static void what_is_not_there_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = sample(f), zero = { { 0 } }, unknown = id;
	struct buf out = BUF_INIT(4096);
	struct blob_id blob;
	static const char *const files[] = { "", "/", "a", "a/", "a/b/", "b",
		"a/b/x", "/a/b", "a//b", "A/b", "a/c", "z/", "a/\xff" };
	static const char *const dirs[] = { "a/b", "a/x/", "b", "//", "/a" };

	unknown.raw[0] ^= 1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_no_file(f, &id, files[i]);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		assert_err(store_list(f->s, &id, dirs[i], add_name, &out, e),
		    ERR_NOT_FOUND);
	assert_no_file(f, &zero, "a/b");
	assert_no_file(f, &unknown, "a/b");
	memcpy(blob.raw, unknown.raw, sizeof(blob.raw));
	assert_err(store_read_blob(f->s, &blob, &out, e), ERR_NOT_FOUND);
	memcpy(blob.raw, id.raw, sizeof(blob.raw)); /* a commit, not a blob */
	assert_err(store_read_blob(f->s, &blob, &out, e), ERR_NOT_FOUND);
	buf_release(&out);
}

static void a_file_larger_than_the_buffer_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = put_one(f, "a", "12345678");
	struct buf out = BUF_INIT(7);

	assert_err(store_read(f->s, &id, "a", &out, NULL, e), ERR_LIMIT);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void a_difference_is_in_path_order(void **state)
{
	struct fixture *f = *state;
	struct commit_id zero = { { 0 } }, one = sample(f), two;
	struct store_txn *t = begin(f);

	assert_diff(f, NULL, &one, "", "+a-b +a.b +a/b +a/c/d +z ");
	assert_diff(f, &zero, &one, "a/", "+a/b +a/c/d ");
	assert_diff(f, &one, &zero, "a/c/", "-a/c/d ");
	put(t, "a.b", "new");
	put(t, "a/c/d", "new");
	put(t, "y/y", "new");
	assert_ok(store_txn_remove(t, "z", STORE_ANY, e));
	two = commit(t);
	assert_diff(f, &one, &two, "", "~a.b ~a/c/d +y/y -z ");
	assert_diff(f, &two, &one, "", "~a.b ~a/c/d -y/y +z ");
	assert_diff(f, &one, &two, "a/", "~a/c/d ");
	assert_diff(f, &one, &two, "y/", "+y/y ");
	assert_diff(f, &one, &two, "q/", "");
	assert_diff(f, &one, &one, "", "");
}

static enum err_code check_blobs(
    void *ctx, const struct store_change *c, struct err *e)
{
	struct blob_id old = blob_of("old"), new = blob_of("new");

	assert_true(blob_id_equal(&c->old_blob, &old));
	assert_true(blob_id_equal(&c->new_blob, &new));
	++*(int *)ctx;
	return err_set(e, ERR_CANCELLED, "enough");
}

static void a_difference_tells_the_blobs_and_can_be_stopped(void **state)
{
	struct fixture *f = *state;
	struct commit_id one, two;
	int calls = 0;

	put_one(f, "a", "old");
	one = put_one(f, "b", "old");
	put_one(f, "a", "new");
	two = put_one(f, "b", "new");
	assert_err(store_diff(f->s, &one, &two, "", check_blobs, &calls, e),
	    ERR_CANCELLED);
	assert_int_equal(calls, 1);
}

static void a_prefix_is_a_directory(void **state)
{
	struct fixture *f = *state;
	struct commit_id id = sample(f);
	struct buf out = BUF_INIT(4096);

	assert_err(store_diff(f->s, NULL, &id, "a", describe_change, &out, e),
	    ERR_INVALID);
}

/* What others commit with Git may hold more than files and directories. */
/* Not a difference that takes every file away. */
static void a_difference_to_a_missing_commit_is_corrupt(void **state)
{
	struct fixture *f = *state;
	struct commit_id one = put_one(f, "a", "1"), none;
	struct buf out = BUF_INIT(1000);

	memset(&none, 0xff, sizeof(none));
	assert_err(store_diff(f->s, &one, &none, "", describe_change, &out, e),
	    ERR_CORRUPT);
	assert_err(store_diff(f->s, NULL, &none, "a/", describe_change, &out, e),
	    ERR_CORRUPT);
	assert_int_equal(out.len, 0);
	/* a shallow clone ends somewhere */
	assert_ok(store_diff(f->s, &none, &one, "", describe_change, &out, e));
	buf_release(&out);
}

static void links_and_submodules_are_passed_over(void **state)
{
	struct fixture *f = *state;
	struct commit_id id;

	put_one(f, "dir/file", "1");
	assert_int_equal(
	    shell(f, "cd $S && link=$(printf /etc/passwd | git hash-object -w "
		     "--stdin) && tree=$(printf '120000 blob %s\\tlink\\n"
		     "160000 commit %s\\tsub\\n040000 tree %s\\tdir\\n' $link "
		     "$(git rev-parse main main:dir) | git mktree) && "
		     "commit=$(git -c user.name=x -c user.email=x commit-tree "
		     "-m x -p main $tree) && git update-ref refs/heads/main "
		     "$commit"),
	    0);
	id = tip_of(f);
	assert_list(f, &id, "", "dir/ ");
	assert_no_file(f, &id, "link");
	assert_no_file(f, &id, "sub");
	assert_diff(f, NULL, &id, "", "+dir/file ");
	/* and are kept by those who write beside them */
	put_one(f, "new", "1");
	assert_int_equal(
	    shell(f, "test $(git -C $S ls-tree main | wc -l) = 4"), 0);
}

static void everything_reads_the_same_after_a_repack(void **state)
{
	struct fixture *f = *state;
	struct commit_id old = sample(f), id;

	for (int i = 0; i < 20; i++)
		put_one(f, "a/c/d", i % 2 ? "odd" : "even");
	id = tip_of(f);
	assert_file(f, &id, "a/c/d", "odd");
	assert_int_equal(shell(f, "git -C $S repack -adq"), 0);
	assert_file(f, &id, "a/c/d", "odd");
	put_one(f, "a/c/d", "new");
	assert_int_equal(shell(f, "git -C $S repack -adq"), 0);
	assert_file(f, &old, "a/c/d", "2");
	id = tip_of(f);
	assert_file(f, &id, "a/c/d", "new");
	assert_int_equal(shell(f, "git -C $S gc -q --prune=now"), 0);
	assert_diff(f, &old, &id, "", "~a/c/d ");
}

/* libgit2 knows the pack from a multi-pack index but has not opened it yet
 * when it goes away. */
static void a_pack_may_vanish_before_it_is_read(void **state)
{
	struct fixture *f = *state;
	struct commit_id packed = put_one(f, "a", "packed"), loose;

	assert_int_equal(
	    shell(f, "cd $S && git repack -adq && git multi-pack-index write"),
	    0);
	loose = put_one(f, "b", "loose");
	store_close(f->s);
	assert_ok(store_open(f->path, &f->s, e));
	assert_file(f, &loose, "b", "loose");
	assert_int_equal(shell(f, "cd $S && git repack -adq && "
				  "test $(ls objects/pack/*.pack | wc -l) = 1"),
	    0);
	assert_file(f, &packed, "a", "packed");
	assert_file(f, &loose, "a", "packed");
}

static void damage_is_reported_and_not_passed_on(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(4096);
	struct commit_id id = put_one(f, "a", "precious");

	assert_int_equal(
	    shell(f,
		"cd $S && oid=$(git rev-parse main:a) && "
		"file=objects/$(echo $oid | sed 's,..,&/,') && "
		"cp $file keep && other=$(printf other | git hash-object -w "
		"--stdin) && cp -f objects/$(echo $other | sed 's,..,&/,') "
		"$file"),
	    0);
	assert_err(store_read(f->s, &id, "a", &out, NULL, e), ERR_CORRUPT);
	assert_int_equal(out.len, 0);
	assert_int_equal(
	    shell(f, "cd $S && oid=$(git rev-parse main:a) && "
		     "cp -f keep objects/$(echo $oid | sed 's,..,&/,') && "
		     "rm keep"),
	    0);
	assert_file(f, &id, "a", "precious");
	buf_release(&out);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_directory_lists_its_names),
		T(what_is_not_there_is_not_found),
		T(a_file_larger_than_the_buffer_is_an_error),
		T(a_difference_is_in_path_order),
		T(a_difference_tells_the_blobs_and_can_be_stopped),
		T(a_prefix_is_a_directory),
		T(a_difference_to_a_missing_commit_is_corrupt),
		T(links_and_submodules_are_passed_over),
		T(everything_reads_the_same_after_a_repack),
		T(a_pack_may_vanish_before_it_is_read),
		T(damage_is_reported_and_not_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
