/*
 * Search in configurations: what is found, where it stands, and that the index
 * follows the store through changes, moves, removals and a rebuilding.
 */
#include "app/search_internal.h"

#include "base/clock.h"

#include "unit/app/fixture.h"

#include <sched.h>
#include <sys/stat.h>

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
	struct line_regex_options options = { .literal = literal,
		.fold_case = true };
	struct search_query q = { .in = { true, true, true },
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
	static const char *const words[] = { "intended", "backup",
		"outputs" };
	static char text[2000];

	text[0] = '\0';
	for (size_t i = 0; i < found->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "%s%s/%s:%zu", i ? " " : "", found->texts[i].device,
		    words[found->texts[i].which],
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

static void test_command_outputs(void **state)
{
	struct fixture *f = *state;

	make_devices(f);
	put_backup(f, "backup/row1/a.txt", "### v: show version\nalpha 1\n");
	put_backup(f, "backup/row1/a.log", "alpha\n");
	assert_finds("alpha", "a/intended:1 a/backup:1 a/outputs:1");
	assert_finds("show version", "a/outputs:1");
	/* they go with their device */
	patch(f, KIND_DEVICE, "a", "{\"name\":\"c\",\"area\":\"lab\"}");
	assert_finds("show version", "c/outputs:1");
	assert_ok(try_delete(f, KIND_DEVICE, "c", e));
	assert_finds("show version", "");
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
	q = query("(.{0,200}a.{0,200}){4}[^ab]", false);
	q.budget_ms = 50;
	began = clock_mono_ms();
	assert_ok(search_texts(index_, &q, arena, &found, e));
	assert_true(found.late);
	assert_string_equal(found.next, "a");
	assert_in_range(clock_mono_ms() - began, 0, 8000);
}

static struct stat image_stat(struct fixture *f)
{
	char path[200];
	struct stat st;

	snprintf(path, sizeof(path), "%s/store.git/switchyard-search", f->dir);
	assert_int_equal(stat(path, &st), 0);
	return st;
}

/* As a process that begins now. */
static void begin_anew(struct fixture *f)
{
	search_index_free(index_);
	assert_ok(search_index_new(&f->app, &index_, e));
}

static void test_makes_another_image_when_much_came_later(void **state)
{
	struct fixture *f = *state;
	size_t len = (size_t)300 << 10;
	char *text = malloc(len + 100);
	struct stat first, last;

	make_devices(f);
	assert_finds("beta", "b/intended:1");
	first = image_stat(f);
	assert_int_equal(first.st_mode, S_IFREG | 0600);
	memset(text, 'x', len);
	for (int i = 0; i < 8; i++) {
		snprintf(text + len, 100, "\nround number %d", i);
		put_intended(f, "a", text);
		assert_finds(text + len + 1, "a/intended:1");
		assert_true(index_->later.file.len < 2 << 20);
	}
	free(text);
	last = image_stat(f);
	assert_true(first.st_ino != last.st_ino);
	assert_finds("beta", "b/intended:1");
	assert_finds("alpha", "a/backup:1");
}

static void test_the_next_process_takes_the_image(void **state)
{
	struct fixture *f = *state;
	struct stat first, last;

	make_devices(f);
	assert_finds("beta", "b/intended:1");
	first = image_stat(f);
	begin_anew(f);
	assert_finds("beta", "b/intended:1");
	/* and what came after it */
	put_intended(f, "b", "gamma\n");
	assert_ok(try_delete(f, KIND_DEVICE, "a", e));
	begin_anew(f);
	assert_finds("beta", "");
	assert_finds("alpha", "");
	assert_finds("gamma", "b/intended:1");
	last = image_stat(f);
	assert_int_equal(first.st_ino, last.st_ino);
	assert_int_equal(first.st_mtim.tv_nsec, last.st_mtim.tv_nsec);
}

/* Something that cannot be replaced lies where the next image is made. */
static void test_searches_without_room_for_another_image(void **state)
{
	struct fixture *f = *state;
	size_t len = (size_t)1200 << 10;
	char *text = malloc(len + 1);
	char path[200];

	make_devices(f);
	assert_finds("beta", "b/intended:1");
	snprintf(
	    path, sizeof(path), "%s/store.git/switchyard-search.new", f->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	memset(text, 'x', len);
	text[len] = '\0';
	put_intended(f, "a", text);
	free(text);
	assert_finds("beta", "b/intended:1");
	assert_finds("xxxx", "a/intended:1");
	/* nor can it be made at all */
	begin_anew(f);
	snprintf(path, sizeof(path), "%s/store.git/switchyard-search", f->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(search_texts(index_, &(struct search_query){ 0 },
			     arena, &(struct search_found){ 0 }, NULL),
	    ERR_SYSTEM);
}

static void change_image(struct fixture *f, long at, const char *text)
{
	char path[200];
	FILE *image;

	snprintf(path, sizeof(path), "%s/store.git/switchyard-search", f->dir);
	image = fopen(path, "r+");
	assert_non_null(image);
	assert_int_equal(fseek(image, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	assert_true(fputs(text, image) >= 0);
	assert_int_equal(fclose(image), 0);
}

static void test_what_is_no_image_is_made_anew(void **state)
{
	struct fixture *f = *state;
	char path[200];

	make_devices(f);
	snprintf(path, sizeof(path), "%s/store.git/switchyard-search", f->dir);
	for (int i = 0; i < 6; i++) {
		begin_anew(f);
		assert_finds("beta", "b/intended:1");
		begin_anew(f);
		if (i == 0)
			change_image(f, -100, "x");
		else if (i == 1)
			change_image(f, sizeof(struct search_header) + 3, "x");
		else if (i == 2)
			change_image(f, 0, "SYfind0");
		else if (i == 3)
			assert_int_equal(truncate(path, 1000), 0);
		else if (i == 4)
			assert_int_equal(truncate(path, 0), 0);
		else
			change_image(f, offsetof(struct search_header, at),
			    "other store");
		assert_finds("beta", "b/intended:1");
	}
	/* nor is it a pipe that nobody fills */
	begin_anew(f);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_finds("beta", "b/intended:1");
}

/* While a thread has it in hand. */
static void test_the_keeper_makes_it(void **state)
{
	struct fixture *f = *state;
	size_t len = (size_t)1200 << 10;
	char *text = malloc(len + 1);
	int64_t began = clock_mono_ms();
	uint64_t size;

	make_devices(f);
	assert_ok(search_index_start(index_, e));
	assert_finds("beta", "b/intended:1");
	memset(text, 'x', len);
	text[len] = '\0';
	size = (uint64_t)image_stat(f).st_size;
	put_intended(f, "a", text);
	free(text);
	/* found before the new image is there, and after */
	for (bool made = false; !made; sched_yield()) {
		assert_finds("xxxxx", "a/intended:1");
		pthread_rwlock_rdlock(&index_->lock);
		made = index_->image.header->size > size + len / 2;
		pthread_rwlock_unlock(&index_->lock);
		assert_true(clock_mono_ms() - began < 60000);
	}
	assert_finds("xxxxx", "a/intended:1");
	search_index_stop(index_);
	assert_finds("alpha", "a/backup:1");
}

/* The names of those of 30 texts with a line that matches. */
static void read_all(
    char texts[30][100], struct line_regex *re, char *to, size_t size)
{
	to[0] = '\0';
	for (int i = 0; i < 30; i++) {
		const char *p = texts[i], *end = p + strlen(p);
		size_t len, n = 0;

		while (p < end && (p = line_regex_next(re, p, end, &len))) {
			n++;
			p += len + 1;
		}
		if (n)
			snprintf(to + strlen(to), size - strlen(to),
			    "%sd%02d/intended:%zu", *to ? " " : "", i, n);
	}
}

/* Every expression finds what it finds when all texts are read, in those of the
 * image and in those that came later. */
static void test_shapes_leave_nothing_out(void **state)
{
	static const char *const patterns[] = { "\\d{5}", "[0-4]\\d9", "^$",
		"(up|down)$", "q|zz", "e\\d[13579]", "^[^ ]", "7\\b", "." };
	struct fixture *f = *state;
	char texts[30][100], expected[2000];

	for (int i = 0; i < 30; i++) {
		char json[80], name[8];

		snprintf(name, sizeof(name), "d%02d", i);
		snprintf(json, sizeof(json),
		    "{\"name\":\"%s\",\"area\":\"row1\"}", name);
		create(f, KIND_DEVICE, json);
		snprintf(texts[i], sizeof(texts[i]),
		    "host d%d\n\n port %d\n state %s\nfe%d\n", i, i * 977,
		    i % 3 ? "up" : "down", i * 31);
		put_intended(f, name, texts[i]);
		if (i == 20)
			assert_finds("xyz", "");
	}
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct search_query q = query(patterns[i], false);
		struct search_found found;

		q.max_texts = 100;
		assert_ok(search_texts(index_, &q, arena, &found, e));
		assert_int_equal(found.n_devices, 30);
		read_all(texts, q.pattern, expected, sizeof(expected));
		assert_string_equal(names(&found), expected);
	}
	assert_int_equal(index_->image.header->devices.n, 21);
	assert_true(index_->image.header->shapes.n < 400);
}

/* Lines of which no two have a shape in common are searched without. */
static void test_texts_without_shapes_are_read(void **state)
{
	struct fixture *f = *state;
	struct search_text_at *text;
	char *line = malloc(6001);

	make_devices(f);
	memset(line, 'x', 6000);
	memcpy(line + 5990, "\nomega\n", 8);
	put_intended(f, "a", line);
	free(line);
	assert_finds("beta", "b/intended:1");
	text = (void *)(uintptr_t)&index_->image.devices[0].text[PATH_INTENDED];
	assert_int_equal(text->n_ids, SEARCH_NO_SHAPES);
	for (int i = 0; i < 2; i++) {
		struct search_query q = query("o[m]ega|xyzzy", false);
		struct search_found found;

		assert_ok(search_texts(index_, &q, arena, &found, e));
		assert_string_equal(names(&found), "a/intended:1");
	}
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
	q.max_texts = 3;
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
	q.in[PATH_BACKUP] = q.in[PATH_OUTPUTS] = false;
	assert_ok(search_texts(index_, &q, arena, &found, e));
	assert_string_equal(names(&found), "a/intended:1 b/intended:1");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_finds_lines_with_what_is_around_them),
		T(test_tells_a_few_lines_and_counts_all),
		T(test_command_outputs),
		T(test_follows_the_store),
		T(test_passes_over_what_is_too_large),
		T(test_gives_up_within_a_text),
		T(test_makes_another_image_when_much_came_later),
		T(test_searches_without_room_for_another_image),
		T(test_the_next_process_takes_the_image),
		T(test_what_is_no_image_is_made_anew),
		T(test_the_keeper_makes_it),
		T(test_shapes_leave_nothing_out),
		T(test_texts_without_shapes_are_read),
		T(test_goes_on_after_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
