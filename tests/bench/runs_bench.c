/*
 * Measures lists of runs and the rows of large ones
 * (tests/bench/runs_bench.sh):
 *
 *   runs_bench DIR RUNS ROWS
 *
 * DIR holds an initialised portal; RUNS single runs and one over ROWS devices
 * are recorded there first.  A figure a line: "<milliseconds> <what>".
 */
#include "app/run_book.h"
#include "app/run_select.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 51
#define FIRST_MS INT64_C(1795249800000)

static struct err error, *const e = &error;

static void check(enum err_code rc)
{
	if (rc == ERR_OK)
		return;
	fprintf(stderr, "runs_bench: %s (%s)\n", e->message, e->detail);
	exit(1);
}

/* --- what is measured ---------------------------------------------------- */

static void put_run(struct store_txn *t, const char *id, const struct buf *text)
{
	char dir[RUN_DIR_SIZE], path[100];

	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	check(store_txn_put(t, path, buf_text(text), text->len, STORE_ANY, e));
}

static void make_run(const char *id, int i, struct buf *text)
{
	static const char *const states[] = { "succeeded", "succeeded",
		"succeeded", "failed", "rolled-back" };

	buf_clear(text);
	buf_printf(text,
	    "{\"actor\":\"person%d\",\"created_at\":\"2026-11-21T08:30:00.000Z"
	    "\",\"devices\":[{\"name\":\"sw%06d\",\"state\":\"%s\"}],"
	    "\"finished_at\":\"2026-11-21T08:30:02.000Z\",\"id\":\"%s\","
	    "\"job\":\"%s\",\"parameters\":{\"device\":\"sw%06d\"},"
	    "\"result\":\"sw%06d: %d lines would be added\",\"state\":\"%s\","
	    "\"trigger\":\"%s\"}",
	    i % 40, i % 10000, states[i % 5], id, job_words[i % 3], i % 10000,
	    i % 10000, i, states[i % 5], run_trigger_words[i % 4]);
}

static void make_rows(const char *id, int rows, struct buf *text)
{
	buf_clear(text);
	buf_printf(text,
	    "{\"actor\":\"admin\",\"id\":\"%s\",\"job\":\"backup\","
	    "\"parameters\":{\"all\":true},\"state\":\"failed\","
	    "\"trigger\":\"form\",\"devices\":[",
	    id);
	for (int i = 0; i < rows; i++)
		buf_printf(text,
		    "%s{\"backup_after\":"
		    "\"0123456789012345678901234567890123456"
		    "789\",\"name\":\"sw%06d\",\"result\":\"read; %d lines\","
		    "\"state\":\"%s\"}",
		    i ? "," : "", i, i, i % 50 ? "succeeded" : "failed");
	buf_puts(text, "]}");
}

static void record_all(
    const struct app *app, int runs, int rows, char large[RUN_ID_SIZE])
{
	const struct store_message m = { .author = "bench", .subject = "Runs" };
	struct buf text = BUF_INIT((size_t)64 << 20);
	char id[RUN_ID_SIZE];
	struct commit_id tip;
	struct store_txn *t;

	check(store_txn_begin(app->store, STORE_RUNS, &t, e));
	for (int i = 0; i < runs; i++) {
		run_id_format(FIRST_MS + i * 1000, (uint32_t)i, id);
		make_run(id, i, &text);
		put_run(t, id, &text);
	}
	run_id_format(FIRST_MS + INT64_C(1000) * runs, 1, large);
	make_rows(large, rows, &text);
	put_run(t, large, &text);
	check(store_txn_commit(t, &m, &tip, NULL, e));
	buf_release(&text);
}

/* --- measuring ----------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print_times(double times[ROUNDS], const char *what)
{
	qsort(times, ROUNDS, sizeof(*times), by_value);
	printf("%7.2f ms, longest %.2f ms  %s\n", times[ROUNDS / 2],
	    times[ROUNDS - 1], what);
}

static void measure_list(struct run_index *index, const char *what,
    struct run_query query, const char *name, const char *value)
{
	struct row_filter filter;
	double times[ROUNDS];

	run_fields_filter(&filter);
	if (name)
		(void)row_filter_add(&filter, name, value);
	query.filter = &filter;
	query.limit = 50;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = clock_mono_us();
		struct run_selection s;

		check(run_index_select(index, &query, &s, e));
		for (size_t k = 0; k < s.n; k++)
			json_decref(run_entry_json(s.rows[k]));
		run_selection_release(&s);
		times[i] = (double)(clock_mono_us() - start) / 1000;
	}
	print_times(times, what);
}

static void measure_lists(struct run_index *index)
{
	const struct run_query newest = { .sort = RUN_FIELD_TIME,
		.down = true };
	struct run_query last = newest;

	measure_list(index, "the newest 50", newest, NULL, NULL);
	last.first = SIZE_MAX;
	measure_list(index, "the oldest 50", last, NULL, NULL);
	measure_list(index, "of one state", newest, "state", "failed");
	measure_list(index, "of one device", newest, "device", "sw000777");
	measure_list(index, "by device",
	    (struct run_query){ .sort = RUN_FIELD_DEVICE }, NULL, NULL);
	measure_list(index, "by person, downwards, of one job",
	    (struct run_query){ .sort = RUN_FIELD_ACTOR, .down = true }, "job",
	    "backup");
	measure_list(index, "searched, in every result", newest, "q", "9999");
	measure_list(index, "searched, nowhere", newest, "q", "no such text");
}

static void measure_rows(
    const struct app *app, struct run_index *index, const char *id, bool keep)
{
	struct run_book *book = NULL;
	double times[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		size_t at = 0;
		struct run_sheet *sheet;
		int64_t start;

		if (!book)
			check(run_book_new(app, index, &book, e));
		start = clock_mono_us();
		check(run_book_open(book, id, &sheet, e));
		json_decref(run_sheet_rows(sheet, RUN_ROWS_FAILED, 100, &at));
		run_sheet_unref(sheet);
		times[i] = (double)(clock_mono_us() - start) / 1000;
		if (!keep) {
			run_book_free(book);
			book = NULL;
		}
	}
	run_book_free(book);
	print_times(times, keep ? "100 failed rows of the large run"
				: "the same, its document read first");
}

int main(int argc, char **argv)
{
	char large[RUN_ID_SIZE];
	struct run_index *index;
	struct app app;
	int64_t start;

	if (argc != 4) {
		fprintf(stderr, "usage: runs_bench DIR RUNS ROWS\n");
		return 2;
	}
	check(app_open(argv[1], &app, e));
	record_all(&app, atoi(argv[2]), atoi(argv[3]), large);
	start = clock_mono_us();
	check(run_index_new(&app, &index, e));
	printf("%7.2f ms  the index made from nothing\n",
	    (double)(clock_mono_us() - start) / 1000);
	measure_lists(index);
	measure_rows(&app, index, large, true);
	measure_rows(&app, index, large, false);
	run_index_free(index);
	app_close(&app);
	return 0;
}
