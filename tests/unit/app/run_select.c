/* Runs chosen for a table: what filters meet, orders and pages. */
#include "app/run_select.h"

#include "app/run_archive.h"
#include "app/run_words.h"
#include "unit/app/runs_kit.h"

#define ID(n) "20261121-083000-000000" n

/* One of many: who asked, which job, and so many devices. */
static void put_run(struct fixture *f, const char *id, const char *job,
    const char *actor, int devices)
{
	struct buf text = BUF_INIT(1 << 20);
	char path[100], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, NULL };

	buf_printf(&text,
	    "{\"id\":\"%s\",\"job\":\"%s\",\"state\":\"failed\","
	    "\"trigger\":\"form\",\"actor\":\"%s\",\"result\":\"No Answer\","
	    "\"created_at\":\"2026-11-21T08:30:00.%.2sZ\","
	    "\"parameters\":{\"all\":true},\"devices\":[",
	    id, job, actor, id + 22);
	for (int i = 0; i < devices; i++)
		buf_printf(&text, "%s{\"name\":\"m%d\",\"state\":\"failed\"}",
		    i ? "," : "", i);
	buf_puts(&text, "]}");
	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	file.text = buf_text(&text);
	push(f, STORE_RUNS, &file, 1);
	buf_release(&text);
}

static void put_some(struct fixture *f)
{
	done(f, ID("01"), "succeeded", "r10");
	done(f, ID("02"), "failed", "r2");
	put_run(f, ID("03"), "backup", "eve", 12);
	done(f, ID("04"), "succeeded", "r2");
	put_run(f, ID("05"), "compare", "zoe", 130);
}

/* "05 04 …", and how many there are. */
static void assert_rows(struct run_index *index, const struct run_query *query,
    const char *expected, size_t total)
{
	struct buf got = BUF_INIT(1 << 10);
	struct run_selection s;

	assert_ok(run_index_select(index, query, &s, e));
	for (size_t i = 0; i < s.n; i++)
		buf_printf(&got, "%s%.2s", i ? " " : "", s.rows[i]->id + 22);
	assert_string_equal(buf_text(&got), expected);
	assert_int_equal(s.total, total);
	run_selection_release(&s);
	buf_release(&got);
}

static void test_orders(void **state)
{
	static const struct {
		enum run_field field;
		bool down;
		const char *expected;
	} cases[] = {
		{ RUN_FIELD_TIME, true, "05 04 03 02 01" },
		{ RUN_FIELD_TIME, false, "01 02 03 04 05" },
		{ RUN_FIELD_ID, false, "01 02 03 04 05" },
		/* within one job the newest stands first */
		{ RUN_FIELD_JOB, false, "03 05 04 02 01" },
		{ RUN_FIELD_JOB, true, "04 02 01 05 03" },
		/* r2 before r10; the first device counts */
		{ RUN_FIELD_DEVICE, false, "05 03 04 02 01" },
		{ RUN_FIELD_DEVICE, true, "01 04 02 05 03" },
		{ RUN_FIELD_STATE, false, "05 03 02 04 01" },
		{ RUN_FIELD_ACTOR, false, "04 02 01 03 05" },
		{ RUN_FIELD_ACTOR, true, "05 03 04 02 01" },
		{ RUN_FIELD_DEVICES, false, "04 02 01 03 05" },
		{ RUN_FIELD_DEVICES, true, "05 03 04 02 01" },
	};
	struct fixture *f = *state;
	struct run_index *index;

	put_some(f);
	assert_ok(run_index_new(&f->app, &index, e));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_rows(index,
		    &(struct run_query){ .sort = cases[i].field,
			.down = cases[i].down,
			.limit = 10 },
		    cases[i].expected, 5);
	/* what has no device comes last either way */
	put_run(f, ID("06"), "compare", "zoe", 0);
	assert_rows(index,
	    &(struct run_query){ .sort = RUN_FIELD_DEVICE, .limit = 10 },
	    "05 03 04 02 01 06", 6);
	assert_rows(index,
	    &(struct run_query){
		.sort = RUN_FIELD_DEVICE, .down = true, .limit = 10 },
	    "01 04 02 05 03 06", 6);
	run_index_free(index);
}

static void test_filters(void **state)
{
	static const struct {
		const char *name, *value, *or_value, *expected;
	} cases[] = {
		{ "job", "provision", NULL, "04 02 01" },
		{ "job", "backup", "compare", "05 03" },
		{ "job", "no-such-job", NULL, "" },
		{ "state", "succeeded", NULL, "04 01" },
		{ "actor", "eve", NULL, "03" },
		{ "device", "r2", "r10", "04 02 01" },
		{ "device", "m11", NULL, "05 03" },
		{ "device", "m129", NULL, "05" },
		{ "device", "m1299", NULL, "" },
		{ "devices", "12", NULL, "03" },
		{ "id", ID("02"), NULL, "02" },
		{ "time", "2026-11-21T08:30:00.03", NULL, "03" },
		{ "time", "2026-11-20", NULL, "" },
		/* nothing that is filtered by */
		{ "result", "No Answer", NULL, "05 04 03 02 01" },
		{ "q", "EVE", NULL, "03" },
		{ "q", "no ans", NULL, "05 03" },
		{ "q", "m129", NULL, "05" },
		{ "q", "R10", NULL, "01" },
		{ "q", "00000004", NULL, "04" },
		/* a job's title */
		{ "q", "provision dev", NULL, "04 02 01" },
		{ "q", "nothing-like-it", NULL, "" },
	};
	struct fixture *f = *state;
	struct run_index *index;

	put_some(f);
	assert_ok(run_index_new(&f->app, &index, e));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row_filter filter;

		run_fields_filter(&filter);
		(void)row_filter_add(&filter, cases[i].name, cases[i].value);
		if (cases[i].or_value)
			assert_true(row_filter_add(
			    &filter, cases[i].name, cases[i].or_value));
		assert_rows(index,
		    &(struct run_query){ .filter = &filter,
			.sort = RUN_FIELD_TIME,
			.down = true,
			.limit = 10 },
		    cases[i].expected, (strlen(cases[i].expected) + 1) / 3);
	}
	run_index_free(index);
}

static void test_pages(void **state)
{
	struct run_query query = { .sort = RUN_FIELD_JOB, .limit = 2 };
	struct fixture *f = *state;
	struct run_index *index;
	struct run_selection s;

	assert_ok(run_index_new(&f->app, &index, e));
	assert_rows(index, &query, "", 0);
	put_some(f);
	assert_rows(index, &query, "03 05", 5);
	query.first = 2;
	assert_rows(index, &query, "04 02", 5);
	/* past the end is the last page */
	query.first = 100;
	assert_ok(run_index_select(index, &query, &s, e));
	assert_int_equal(s.first, 4);
	assert_int_equal(s.n, 1);
	/* what is held stays when the run is recorded anew */
	done(f, ID("01"), "failed", "r10");
	assert_rows(index,
	    &(struct run_query){
		.before = ID("02"), .sort = RUN_FIELD_TIME, .limit = 9 },
	    "01", 1);
	assert_string_equal(s.rows[0]->state, "succeeded");
	run_selection_release(&s);
	run_index_free(index);
}

static void test_holds_one(void **state)
{
	const struct run_entry *entry;
	struct fixture *f = *state;
	struct run_index *index;

	put_some(f);
	assert_ok(run_index_new(&f->app, &index, e));
	assert_null(run_index_hold(index, ID("09")));
	assert_null(run_index_hold(index, "nonsense"));
	entry = run_index_hold(index, ID("03"));
	assert_string_equal(entry->job, "backup");
	run_index_free(index);
	assert_string_equal(entry->actor, "eve");
	run_entry_unref(entry);
}

static void test_words(void **state)
{
	struct run_words w = { 0 };
	uint32_t first = 0, word = 0;
	const uint32_t *ranks;
	char text[20];

	(void)state;
	assert_false(run_words_find(&w, "r1", &word));
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "r%d", 999 - i);
		assert_true(run_words_add(&w, text, &word));
		first = i ? first : word;
	}
	assert_true(run_words_add(&w, "r999", &word));
	assert_int_equal(word, first);
	assert_true(run_words_add(&w, "", &word));
	assert_int_equal(word, 0);
	assert_int_equal(run_words_count(&w), 1001);
	ranks = run_words_ranks(&w);
	assert_int_equal(ranks[0], 0);
	assert_true(run_words_find(&w, "r2", &word));
	assert_int_equal(ranks[word], 3);
	assert_true(run_words_find(&w, "r10", &word));
	assert_int_equal(ranks[word], 11);
	assert_string_equal(run_words_text(&w, word), "r10");
	run_words_release(&w);
}

/* Two runs over the same devices, one over others; and what is no file. */
static void test_archived_devices(void **state)
{
	static const char *const runs[] = {
		"{\"id\":\"" ID("01") "\",\"devices\":[{\"name\":\"a\"},"
		"{\"name\":\"b\"}]}",
		"{\"id\":\"" ID("02") "\",\"devices\":[{\"name\":\"b\"},"
		"{\"name\":\"c\"}]}",
		"{\"id\":\"" ID("03") "\",\"devices\":[{\"name\":\"a\"},"
		"{\"name\":\"b\"}]}",
		/* of one the commit tells */
		"{\"id\":\"" ID("04") "\",\"devices\":[{\"name\":\"a\"}]}",
	};
	struct run_archive_day *day = run_archive_day_new();
	struct run_archive archive = { 0 };
	struct run_words words = { 0 };
	char path[RUN_ARCHIVE_PATH_SIZE];
	json_t *bad;

	(void)state;
	assert_null(run_archive_day_json(day));
	for (size_t i = 0; i < 4; i++) {
		json_t *run = parse_json(runs[i]);

		assert_true(run_archive_day_add(day, run));
		json_decref(run);
	}
	assert_int_equal(json_array_size(json_object_get(
			     run_archive_day_json(day), "sets")),
	    2);
	for (int twice = 0; twice < 2; twice++)
		assert_true(run_archive_take(
		    &archive, &words, run_archive_day_json(day)));
	run_archive_day_free(day);
	assert_int_equal(archive.n_sets, 2);
	assert_true(run_archive_has(&archive, &words, ID("01"), "b"));
	assert_true(run_archive_has(&archive, &words, ID("03"), "a"));
	assert_false(run_archive_has(&archive, &words, ID("01"), "c"));
	assert_false(run_archive_has(&archive, &words, ID("04"), "a"));
	assert_false(run_archive_has(&archive, &words, ID("02"), ""));
	assert_false(run_archive_has(&archive, &words, ID("02"), "d"));
	bad = parse_json("{\"names\":[1,\"z\"],\"sets\":[[0,7,1],4],"
			 "\"runs\":{\"x\":0,\"" ID("09") "\":9}}");
	assert_true(run_archive_take(&archive, &words, bad));
	assert_false(run_archive_has(&archive, &words, ID("09"), "z"));
	json_decref(bad);
	run_archive_path("2026/11/21", path);
	assert_string_equal(path, "archived/2026/11/21.json");
	assert_true(run_archive_is_path(path));
	assert_false(run_archive_is_path("2026/11/21/x/run.json"));
	run_archive_release(&archive);
	run_words_release(&words);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_orders),
		T(test_filters),
		T(test_pages),
		T(test_holds_one),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_archived_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
