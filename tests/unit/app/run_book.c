/* Rows of runs over many devices, from documents that are kept at hand. */
#include "app/run_book.h"

#include "app/run_files.h"
#include "base/file.h"
#include "unit/app/runs_kit.h"

#include <sys/stat.h>

#define MANY "20261121-083000-00000001"
#define FEW "20261121-083000-00000002"

/* Rows of d0 on: every third failed, every second changed, the last open. */
static void make_doc(struct buf *text, const char *id, int n)
{
	buf_clear(text);
	buf_printf(text,
	    "{\"actor\":\"admin\",\"id\":\"%s\",\"job\":\"backup\",\"devices\":"
	    "[",
	    id);
	for (int i = 0; i < n; i++)
		buf_printf(text,
		    "%s{\"name\":\"d%d\",\"result\":\"a \\\"]}\","
		    "\"state\":\"%s\"%s}",
		    i ? "," : "", i,
		    i == n - 1 ? "queued"
		    : i % 3    ? "succeeded"
			       : "failed",
		    i % 2 ? "" : ",\"added\":1");
	buf_puts(text, "],\"parameters\":{\"all\":true},\"state\":\"failed\","
		       "\"trigger\":\"form\"}");
}

static void put_done(struct fixture *f, const char *id, int n)
{
	struct buf text = BUF_INIT(4 << 20);
	char path[100], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, NULL };

	make_doc(&text, id, n);
	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	file.text = buf_text(&text);
	push(f, STORE_RUNS, &file, 1);
	buf_release(&text);
}

static void write_live(
    struct fixture *f, const char *id, const char *name, int n)
{
	struct buf text = BUF_INIT(4 << 20);
	char path[400];

	make_doc(&text, id, n);
	snprintf(path, sizeof(path), "%s/live", f->dir);
	(void)mkdir(path, 0700);
	run_live_path(f->dir, id, NULL, path, sizeof(path));
	(void)mkdir(path, 0700);
	run_live_path(f->dir, id, name, path, sizeof(path));
	assert_ok(file_replace(path, buf_text(&text), text.len, 0600, e));
	buf_release(&text);
}

struct books {
	struct run_index *index;
	struct run_book *book;
};

static struct books open_books(struct fixture *f)
{
	struct books b;

	assert_ok(run_index_new(&f->app, &b.index, e));
	assert_ok(run_book_new(&f->app, b.index, &b.book, e));
	return b;
}

static void close_books(struct books b)
{
	run_book_free(b.book);
	run_index_free(b.index);
}

static void assert_row(const struct run_sheet *sheet, enum run_rows which,
    size_t skip, const char *name)
{
	size_t at = run_sheet_find(sheet, which, skip);
	json_t *rows = run_sheet_rows(sheet, which, 1, &at);

	assert_string_equal(
	    json_text(json_array_get(rows, 0), "name", ""), name);
	json_decref(rows);
}

static void test_rows_are_paged_by_kind(void **state)
{
	struct fixture *f = *state;
	struct run_sheet *sheet;
	struct books b;
	json_t *rows;
	size_t at = 0;

	put_done(f, MANY, 1000);
	b = open_books(f);
	assert_ok(run_book_open(b.book, MANY, &sheet, e));
	assert_int_equal(run_sheet_count(sheet, RUN_ROWS_ALL), 1000);
	assert_int_equal(run_sheet_count(sheet, RUN_ROWS_FAILED), 333);
	assert_int_equal(run_sheet_count(sheet, RUN_ROWS_CHANGED), 500);
	assert_int_equal(run_sheet_count(sheet, RUN_ROWS_OPEN), 1);
	assert_int_equal(run_sheet_count(sheet, RUN_ROWS_CANCELLED), 0);
	assert_row(sheet, RUN_ROWS_FAILED, 100, "d300");
	assert_row(sheet, RUN_ROWS_OPEN, 0, "d999");
	assert_row(sheet, RUN_ROWS_OPEN, 1, "");
	/* as many as asked for, and where to go on */
	rows = run_sheet_rows(sheet, RUN_ROWS_FAILED, 2, &at);
	assert_int_equal(json_array_size(rows), 2);
	assert_int_equal(at, 4);
	json_decref(rows);
	at = 5000;
	rows = run_sheet_rows(sheet, RUN_ROWS_ALL, 2, &at);
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
	assert_true(run_sheet_has_device(sheet, "d999"));
	assert_false(run_sheet_has_device(sheet, "d1000"));
	assert_false(run_sheet_has_device(sheet, ""));
	run_sheet_unref(sheet);
	close_books(b);
}

/* Said in short alike, however it is read. */
static void assert_same_brief(struct fixture *f, struct books b, const char *id)
{
	json_t *ours, *theirs;

	assert_ok(run_book_read_brief(b.book, id, &ours, e));
	assert_ok(runs_read_brief(&f->app, id, &theirs, e));
	assert_true(json_equal(ours, theirs));
	json_decref(ours);
	json_decref(theirs);
}

static void test_briefs_are_those_of_the_document(void **state)
{
	struct fixture *f = *state;
	struct run_sheet *sheet;
	struct books b;
	json_t *doc;

	put_done(f, MANY, 1000);
	put_done(f, FEW, 3);
	b = open_books(f);
	assert_same_brief(f, b, MANY);
	assert_same_brief(f, b, FEW);
	/* what the worker wrote for it counts before the document */
	write_live(f, MANY, "brief.json", 5);
	assert_ok(run_book_read_brief(b.book, MANY, &doc, e));
	assert_int_equal(json_array_size(json_object_get(doc, "devices")), 5);
	json_decref(doc);
	assert_int_equal(
	    run_book_open(b.book, "20261121-083000-000000ff", &sheet, NULL),
	    ERR_NOT_FOUND);
	assert_int_equal(
	    run_book_open(b.book, "nonsense", &sheet, NULL), ERR_NOT_FOUND);
	close_books(b);
}

static size_t count_rows(struct books b, const char *id)
{
	struct run_sheet *sheet;
	size_t n;

	assert_ok(run_book_open(b.book, id, &sheet, e));
	n = run_sheet_count(sheet, RUN_ROWS_ALL);
	run_sheet_unref(sheet);
	return n;
}

static void test_what_is_written_anew_is_read_anew(void **state)
{
	struct fixture *f = *state;
	struct books b = open_books(f);
	char path[400];

	write_live(f, MANY, "run.json", 500);
	assert_int_equal(count_rows(b, MANY), 500);
	assert_int_equal(count_rows(b, MANY), 500);
	write_live(f, MANY, "run.json", 501);
	assert_int_equal(count_rows(b, MANY), 501);
	/* it is recorded, and recorded once more when it is settled */
	put_done(f, MANY, 700);
	run_live_path(f->dir, MANY, "run.json", path, sizeof(path));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(count_rows(b, MANY), 700);
	put_done(f, MANY, 701);
	assert_int_equal(count_rows(b, MANY), 701);
	close_books(b);
}

/* More than are kept: each is right all the same. */
static void test_many_documents(void **state)
{
	struct fixture *f = *state;
	struct books b = open_books(f);

	for (int i = 0; i < 40; i++) {
		char id[RUN_ID_SIZE];

		snprintf(id, sizeof(id), "20261121-083000-%08x", 0x100 + i);
		write_live(f, id, "run.json", 300 + i);
		assert_int_equal(count_rows(b, id), 300 + i);
	}
	for (int i = 0; i < 40; i++) {
		char id[RUN_ID_SIZE];

		snprintf(id, sizeof(id), "20261121-083000-%08x", 0x100 + i);
		assert_int_equal(count_rows(b, id), 300 + i);
	}
	close_books(b);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_rows_are_paged_by_kind),
		T(test_briefs_are_those_of_the_document),
		T(test_what_is_written_anew_is_read_anew),
		T(test_many_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
