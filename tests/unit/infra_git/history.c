/*
 * What a history tells: the commits of a path through renames, versions, pages,
 * filters, and the same as Git's own.
 */
#include "unit/infra_git/history_fixture.h"

static void a_history_has_the_commits_of_its_path(void **state)
{
	struct fixture *f = *state;

	put_as(f, "A", "d/lab/r1", "1");
	put_as(f, "B", "d/lab/r2", "1");
	assert_history(f->s, "d/lab/r1", "A ");
	put_as(f, "C", "d/lab/r1", "2");
	put_as(f, "D", "other", "2");
	remove_one(f, "d/lab/r1");
	put_as(f, "E", "d/lab/r1", "3");
	assert_history(f->s, "d/lab/r1", "E Change something C A ");
	assert_history(f->s, "d/lab/r2", "B ");
	assert_history(f->s, "nothing", "");
	assert_history(f->s, "d/lab", "");
}

static void versions_say_what_was_before(void **state)
{
	struct fixture *f = *state;
	const char *paths[] = { "x", "b" };
	struct history_query q = { .paths = paths, .n_paths = 2, .limit = 9 };
	struct blob_id one = blob_of("1"), two = blob_of("2");
	struct history_version *v;
	struct arena *a = arena();
	struct history_page page;

	put_as(f, "A", "a", "1");
	put_as(f, "B", "a", "2");
	change_as(f, "C", "b", "2", "a", NULL);
	remove_one(f, "b");
	assert_ok(store_history(f->s, &q, a, &page, e));
	assert_int_equal(page.n, 4);
	v = page.entries[0].versions;
	assert_true(v->has_old && !v->has_new && v->of == 1);
	assert_true(blob_id_equal(&v->old_blob, &two));
	v = page.entries[1].versions;
	assert_string_equal(v->path, "b");
	assert_string_equal(v->old_path, "a");
	assert_true(v->has_old && v->has_new);
	assert_true(blob_id_equal(&v->old_blob, &two));
	assert_true(blob_id_equal(&v->new_blob, &two));
	v = page.entries[2].versions;
	assert_string_equal(v->path, "a");
	assert_true(blob_id_equal(&v->old_blob, &one));
	v = page.entries[3].versions;
	assert_false(v->has_old);
	assert_true(blob_id_equal(&v->new_blob, &one));
	arena_free(a);
}

static void renames_are_followed(void **state)
{
	struct fixture *f = *state;

	put_as(f, "A", "d/old", "1");
	put_as(f, "B", "d/old", "2");
	change_as(f, "Same", "e/new", "2", "d/old", NULL);
	put_as(f, "C", "e/new", "3");
	change_as(f, "Edited", "e/newer", "4", "e/new", "e/new");
	change_as(f, "Moved", "f/newer", "5", "e/newer", "e/");
	put_as(f, "D", "f/newer", "6");
	/* one of the same name that has nothing to do with it */
	put_as(f, "X", "d/old", "x");
	assert_history(f->s, "f/newer", "D Moved Edited C Same B A ");
	assert_history(f->s, "d/old", "X Same B A ");
}

static void what_moves_with_a_record_is_followed(void **state)
{
	struct fixture *f = *state;

	put_as(f, "A", "devices/a/r1.json", "record 1");
	put_as(f, "B", "intended/a/r1.cfg", "config 1");
	change_as(f, "Record", "devices/b/r2.json", "record 2",
	    "devices/a/r1.json", "devices/a/r1.json");
	change_as(f, "Config", "intended/b/r2.cfg", "config 2",
	    "intended/a/r1.cfg", "devices/a/r1.json");
	change_as(f, "Area", "intended/c/r2.cfg", "config 3",
	    "intended/b/r2.cfg", "devices/b/");
	/* by hand, with no trailer and another content */
	change_as(f, "Hand", "intended/d/r2.cfg", "config 4",
	    "intended/c/r2.cfg", NULL);
	change_as(f, "Else", "backup/d/r2.cfg", "x", "intended/d/r2.cfg", NULL);
	assert_history(f->s, "devices/b/r2.json", "Record A ");
	assert_history(f->s, "intended/d/r2.cfg", "Else Hand Area Config B ");
	assert_history(f->s, "backup/d/r2.cfg", "Else ");
}

static void a_trailer_that_names_nothing_is_harmless(void **state)
{
	struct fixture *f = *state;

	put_as(f, "A", "a", "1");
	change_as(f, "B", "b", "other", "a", "no/such/file");
	change_as(f, "C", "c", "more", "b", "/");
	assert_history(f->s, "b", "C B ");
	assert_history(f->s, "c", "C ");
}

static void pages_continue_where_the_last_one_ended(void **state)
{
	struct fixture *f = *state;
	const char *paths[] = { "x", "y" };
	struct history_query q = { .paths = paths, .n_paths = 2, .limit = 3 };
	struct commit_id unknown = { { 7 } };
	struct arena *a = arena();
	struct history_page page;
	char subject[2] = "A";
	size_t n = 0;

	for (int i = 0; i < 20; i++, subject[0]++)
		put_as(f, subject, i % 3 ? "x" : "y", subject);
	do {
		assert_ok(store_history(f->s, &q, a, &page, e));
		for (size_t i = 0; i < page.n; i++, n++)
			assert_int_equal(page.entries[i].commit.subject[0],
			    'A' + 19 - (int)n);
		q.from = &page.next;
	} while (page.has_more);
	assert_int_equal(n, 20);
	q.from = &unknown;
	assert_err(store_history(f->s, &q, a, &page, e), ERR_NOT_FOUND);
	q.n_paths = HISTORY_MAX_PATHS + 1;
	assert_err(store_history(f->s, &q, a, &page, e), ERR_LIMIT);
	arena_free(a);
}

static void commit_with(struct fixture *f, enum store_branch branch,
    const char *author, const char *device, const char *result)
{
	struct store_trailer trailers[] = { { "Run-Id", "run-1" },
		{ "Job", "provision" }, { "Trigger", "form" },
		{ "Device", device }, { "Result", result } };
	struct store_message m = { .author = author,
		.subject = result,
		.trailers = trailers,
		.n_trailers = 5,
		.time_ms = 1700000000000 };
	struct store_txn *t;
	struct commit_id id;

	assert_ok(store_txn_begin(f->s, branch, &t, e));
	put(t, "2023/x", result);
	assert_ok(store_txn_commit(t, &m, &id, NULL, e));
}

static void a_timeline_is_filtered(void **state)
{
	struct fixture *f = *state;
	const char *path = "2023/x";
	struct history_filter filter = { .author = "anna" };
	struct history_query q = {
		.branch = STORE_RUNS, .limit = 10, .filter = &filter
	};

	commit_with(f, STORE_RUNS, "anna", "r1", "started");
	commit_with(f, STORE_RUNS, "bob", "r2", "failed");
	commit_with(f, STORE_RUNS, "anna", "r2", "succeeded");
	assert_answer(f->s, &q, "succeeded started ");
	filter = (struct history_filter){ .device = "r2" };
	assert_answer(f->s, &q, "succeeded failed ");
	filter.result = "failed";
	filter.job = "provision";
	filter.trigger = "form";
	assert_answer(f->s, &q, "failed ");
	filter.trigger = "hook";
	assert_answer(f->s, &q, "");
	filter = (struct history_filter){ .since_ms = 1700000000001 };
	assert_answer(f->s, &q, "");
	filter = (struct history_filter){ .since_ms = 1700000000000,
		.until_ms = 1700000000001,
		.device = "r1" };
	assert_answer(f->s, &q, "started ");
	/* a commit of many devices that touched the file of this one */
	commit_with(f, STORE_MAIN, "anna", "2 devices", "done");
	q = (struct history_query){ .limit = 10, .filter = &filter };
	assert_answer(f->s, &q, "");
	q.paths = &path;
	q.n_paths = 1;
	assert_answer(f->s, &q, "done ");
}

static void an_empty_branch_has_no_history(void **state)
{
	struct fixture *f = *state;
	struct history_query q = { .branch = STORE_RUNS, .limit = 5 };

	assert_int_equal(
	    shell(f, "git -C $S update-ref -d refs/heads/runs"), 0);
	assert_answer(f->s, &q, "");
}

#define FILES 12

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

/* Puts, removals and renames; names and contents are never used twice, so that
 * Git has no choice of what was renamed. */
static void random_commit(
    struct fixture *f, char paths[FILES][32], unsigned *serial, unsigned *seed)
{
	struct store_txn *t = begin(f);
	char text[32];

	for (unsigned i = next_random(seed) % FILES; i < FILES; i += 3) {
		char old[32];

		memcpy(old, paths[i], sizeof(old));
		snprintf(text, sizeof(text), "text %u", ++*serial);
		switch (next_random(seed) % 6) {
		case 0: /* a new name */
			snprintf(paths[i], sizeof(paths[i]), "t%u/d/n%u",
			    *serial, *serial);
			if (*old)
				assert_ok(
				    store_txn_remove(t, old, STORE_ANY, e));
			put(t, paths[i], text);
			break;
		case 1: /* deleted; the name comes back sometimes */
			if (*old)
				assert_ok(
				    store_txn_remove(t, old, STORE_ANY, e));
			break;
		default:
			if (!*old)
				snprintf(paths[i], sizeof(paths[i]),
				    "t%u/d/n%u", *serial, *serial);
			put(t, paths[i], text);
		}
	}
	commit(t);
}

static void random_move(
    struct fixture *f, char paths[FILES][32], unsigned *serial, unsigned *seed)
{
	char *path = paths[next_random(seed) % FILES];
	struct buf text = BUF_INIT(4096);
	struct commit_id tip = tip_of(f);
	struct store_txn *t;

	if (!*path || store_read(f->s, &tip, path, &text, NULL, NULL) != ERR_OK)
		return;
	t = begin(f);
	assert_ok(store_txn_remove(t, path, STORE_ANY, e));
	++*serial;
	snprintf(path, 32, "t%u/d/n%u", *serial, *serial);
	put(t, path, buf_text(&text));
	commit(t);
	buf_release(&text);
}

static void assert_as_git(struct fixture *f, const char *path)
{
	struct history_query q = {
		.paths = &path, .n_paths = 1, .limit = 1000
	};
	struct buf theirs = BUF_INIT(1 << 20), ours = BUF_INIT(1 << 20);
	struct arena *a = arena();
	struct history_page page;
	char command[512];

	snprintf(command, sizeof(command),
	    "git -C $S log --follow -M100%% --format=%%H main -- %s "
	    ">$S/log.out",
	    path);
	assert_int_equal(shell(f, command), 0);
	snprintf(command, sizeof(command), "%s/log.out", f->path);
	assert_ok(file_read(command, &theirs, e));
	assert_ok(store_history(f->s, &q, a, &page, e));
	for (size_t i = 0; i < page.n; i++) {
		char id[STORE_OID_TEXT_SIZE];

		commit_id_format(&page.entries[i].commit.id, id);
		buf_printf(&ours, "%s\n", id);
	}
	assert_string_equal(buf_text(&ours), buf_text(&theirs));
	buf_release(&theirs);
	buf_release(&ours);
	arena_free(a);
}

static void random_histories_are_as_git_has_them(void **state)
{
	struct fixture *f = *state;

	for (unsigned round = 1; round <= 3; round++) {
		char paths[FILES][32] = { "" };
		unsigned seed = round, serial = round * 10000;

		bounds.tail_commits = round * 5;
		bounds.segment_commits = round * 20;
		for (int i = 0; i < 80; i++) {
			random_commit(f, paths, &serial, &seed);
			random_move(f, paths, &serial, &seed);
			if (i % 9 == 0)
				assert_history(f->s, "none", "");
		}
		for (int i = 0; i < FILES; i++) {
			if (*paths[i])
				assert_as_git(f, paths[i]);
		}
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_history_has_the_commits_of_its_path),
		T(versions_say_what_was_before),
		T(renames_are_followed),
		T(what_moves_with_a_record_is_followed),
		T(a_trailer_that_names_nothing_is_harmless),
		T(pages_continue_where_the_last_one_ended),
		T(a_timeline_is_filtered),
		T(an_empty_branch_has_no_history),
		T(random_histories_are_as_git_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
