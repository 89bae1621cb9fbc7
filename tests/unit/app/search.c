/*
 * Search in configurations: what is found, where it stands, and that the index
 * follows the store through changes, moves, removals and a rebuilding.
 */
#include "app/search_internal.h"

#include "base/clock.h"

#include "unit/app/fixture.h"

static struct arena *arena;
static struct search_index *index_;

static int set_up(void **state)
{
	struct fixture *f;

	if (setup(state) != 0)
		return -1;
	f = *state;
	arena = arena_new((size_t)64 << 20);
	assert_ok(search_index_new(&f->app, &index_, e));
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	search_index_free(index_);
	arena_free(arena);
	return teardown(state);
}

static struct search_query query(const char *pattern, bool literal)
{
	struct line_regex_options options = { literal, true };
	struct search_query q = { .in = { true, true },
		.after = "",
		.max_texts = 10,
		.max_lines = 3,
		.context = 1,
		.budget_ms = 10000 };

	arena_reset(arena);
	assert_ok(line_regex_compile(arena, pattern, options, &q.pattern, e));
	return q;
}

/* "r1/intended:2 r2/backup:1", the number of lines that match. */
static const char *names(const struct search_found *found)
{
	static char text[2000];

	text[0] = '\0';
	for (size_t i = 0; i < found->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "%s%s/%s:%zu", i ? " " : "", found->texts[i].device,
		    found->texts[i].which == PATH_BACKUP ? "backup"
							 : "intended",
		    found->texts[i].n_matches);
	return text;
}

static struct search_found find(const char *pattern)
{
	struct search_query q = query(pattern, true);
	struct search_found found;

	assert_ok(search_texts(index_, &q, arena, &found, e));
	return found;
}

static void assert_finds(const char *pattern, const char *expected)
{
	struct search_found found = find(pattern);

	assert_string_equal(names(&found), expected);
}

static void put_backup(struct fixture *f, const char *path, const char *text)
{
	static const struct store_message message = { .author = "test",
		.subject = "Back up" };
	struct commit_id id;
	struct store_txn *t;

	assert_ok(store_txn_begin(f->app.store, STORE_MAIN, &t, e));
	assert_ok(store_txn_put(t, path, text, strlen(text), STORE_ANY, e));
	assert_ok(store_txn_commit(t, &message, &id, NULL, e));
}

static void make_devices(struct fixture *f)
{
	create(f, KIND_DEVICE, "{\"name\":\"a\",\"area\":\"row1\"}");
	create(f, KIND_DEVICE, "{\"name\":\"b\",\"area\":\"row1\"}");
	put_intended(f, "a", "hostname a\ninterface eth0\n descr alpha\n!\n");
	put_intended(f, "b", "hostname b\ninterface eth0\n descr beta\n!\n");
	put_backup(f, "backup/row1/a.cfg", "hostname a\ndescr ALPHA\n");
}

static void test_finds_lines_with_what_is_around_them(void **state)
{
	struct fixture *f = *state;
	struct search_found found;
	const struct search_line *lines;

	make_devices(f);
	assert_finds("alpha", "a/intended:1 a/backup:1");
	assert_finds("hostname", "a/intended:1 a/backup:1 b/intended:1");
	assert_finds("gamma", "");
	assert_finds("al", "a/intended:1 a/backup:1");
	found = find("descr");
	assert_int_equal(found.n_devices, 2);
	lines = found.texts[0].lines;
	assert_int_equal(found.texts[0].n_lines, 3);
	assert_int_equal(lines[0].number, 2);
	assert_false(lines[0].matches);
	assert_int_equal(lines[1].number, 3);
	assert_true(lines[1].matches);
	assert_int_equal(lines[1].len, strlen(" descr alpha"));
	assert_memory_equal(lines[1].text, " descr alpha", lines[1].len);
	assert_int_equal(lines[2].number, 4);
	assert_false(lines[2].gap);
}

static void test_tells_a_few_lines_and_counts_all(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT(10000);
	struct search_found found;

	make_devices(f);
	for (int i = 0; i < 50; i++)
		buf_printf(&text, "line %d\n%s\n", i, i % 10 ? "x" : "here");
	put_intended(f, "a", buf_text(&text));
	buf_release(&text);
	found = find("here");
	assert_int_equal(found.n, 1);
	assert_int_equal(found.texts[0].n_matches, 5);
	/* three of them, a line before and one after each */
	assert_int_equal(found.texts[0].n_lines, 9);
	assert_int_equal(found.texts[0].lines[3].number, 21);
	assert_true(found.texts[0].lines[3].gap);
	assert_int_equal(found.texts[0].lines[7].number, 42);
	assert_true(found.texts[0].lines[7].matches);
}

static void test_follows_the_store(void **state)
{
	struct fixture *f = *state;

	make_devices(f);
	assert_finds("alpha", "a/intended:1 a/backup:1");
	put_intended(f, "a", "hostname a\nomega\n");
	assert_finds("alpha", "a/backup:1");
	assert_finds("omega", "a/intended:1");
	create(f, KIND_DEVICE, "{\"name\":\"aa\",\"area\":\"lab\"}");
	put_intended(f, "aa", "omega again\n");
	assert_finds("omega", "a/intended:1 aa/intended:1");
	/* to an area before and to one behind */
	patch(f, KIND_DEVICE, "a", "{\"area\":\"lab\"}");
	assert_finds("omega", "a/intended:1 aa/intended:1");
	assert_finds("alpha", "a/backup:1");
	patch(f, KIND_DEVICE, "a", "{\"area\":\"row1\"}");
	assert_finds("omega", "a/intended:1 aa/intended:1");
	patch(f, KIND_DEVICE, "aa", "{\"name\":\"zz\"}");
	assert_finds("omega", "a/intended:1 zz/intended:1");
	assert_ok(try_delete(f, KIND_DEVICE, "a", e));
	assert_finds("omega", "zz/intended:1");
	assert_finds("alpha", "");
}

/* Git takes files of any size. */
static void test_passes_over_what_is_too_large(void **state)
{
	struct fixture *f = *state;
	char command[900];

	make_devices(f);
	snprintf(command, sizeof(command),
	    "cd %s/store.git && export GIT_INDEX_FILE=$PWD/../index "
	    "GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=a "
	    "GIT_COMMITTER_EMAIL=a@x && b=$(yes alpha | head -c %d | "
	    "git hash-object -w --stdin) && git read-tree main && "
	    "git update-index --add --cacheinfo "
	    "100644,$b,intended/row1/b.cfg && "
	    "git update-ref refs/heads/main $(git commit-tree -p main -m big "
	    "$(git write-tree))",
	    f->dir, STORE_MAX_FILE + 1);
	assert_int_equal(system(command), 0);
	assert_finds("alpha", "a/intended:1 a/backup:1");
	put_intended(f, "b", "hostname b\nomega\n");
	assert_finds("omega", "b/intended:1");
}

/* A pattern of the dear kind, on a text that would take it minutes. */
static void test_gives_up_within_a_text(void **state)
{
	struct fixture *f = *state;
	size_t len = (size_t)3 << 20;
	struct search_query q;
	struct search_found found;
	char *text = malloc(len + 1);
	unsigned seed = 1;
	int64_t began;

	make_devices(f);
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245u + 12345u;
		text[i] = i % 100 == 99 ? '\n' : "ab"[seed >> 16 & 1];
	}
	text[len] = '\0';
	put_intended(f, "a", text);
	free(text);
	assert_finds("alpha", "a/backup:1");
	q = query("(.{0,200}a.{0,200}){4}q", false);
	q.budget_ms = 50;
	began = clock_mono_ms();
	assert_ok(search_texts(index_, &q, arena, &found, e));
	assert_true(found.late);
	assert_string_equal(found.next, "a");
	assert_in_range(clock_mono_ms() - began, 0, 8000);
}

static void test_rebuilds_when_most_of_it_is_dead(void **state)
{
	struct fixture *f = *state;
	char text[100];

	make_devices(f);
	for (int i = 0; i < 20; i++) {
		snprintf(
		    text, sizeof(text), "hostname a\nround number %d\n", i);
		put_intended(f, "a", text);
		snprintf(text, sizeof(text), "number %d", i);
		assert_finds(text, "a/intended:1");
		assert_true(index_->file.dead <= index_->file.len);
		assert_true(index_->file.len < 2000);
	}
	assert_finds("beta", "b/intended:1");
}

static void test_goes_on_after_the_last_one(void **state)
{
	struct fixture *f = *state;
	struct search_query q;
	struct search_found found;

	make_devices(f);
	for (char c = 'c'; c < 'j'; c++) {
		char json[80], name[2] = { c, '\0' };

		snprintf(json, sizeof(json),
		    "{\"name\":\"%c\",\"area\":\"row1\"}", c);
		create(f, KIND_DEVICE, json);
		put_intended(f, name, "common line\n");
	}
	q = query("common", true);
	q.max_texts = 4;
	assert_ok(search_texts(index_, &q, arena, &found, e));
	assert_string_equal(
	    names(&found), "c/intended:1 d/intended:1 e/intended:1");
	assert_string_equal(found.next, "e");
	q.after = found.next;
	q.max_texts = 10;
	assert_ok(search_texts(index_, &q, arena, &found, e));
	assert_string_equal(names(&found),
	    "f/intended:1 g/intended:1 h/intended:1 i/intended:1");
	assert_string_equal(found.next, "");
	q = query("common", true);
	q.budget_ms = -1;
	assert_ok(search_texts(index_, &q, arena, &found, e));
	assert_true(found.late);
	assert_int_equal(found.n, 0);
	q = query("^hostname (a|b)$", false);
	q.in[PATH_BACKUP] = false;
	assert_ok(search_texts(index_, &q, arena, &found, e));
	assert_string_equal(names(&found), "a/intended:1 b/intended:1");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_finds_lines_with_what_is_around_them),
		T(test_tells_a_few_lines_and_counts_all),
		T(test_follows_the_store),
		T(test_passes_over_what_is_too_large),
		T(test_gives_up_within_a_text),
		T(test_rebuilds_when_most_of_it_is_dead),
		T(test_goes_on_after_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
