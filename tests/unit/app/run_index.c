/* Lists of runs: queued, live and on record, whole and in short. */
#include "app/run_progress.h"
#include "app/runs.h"

#include "app/run_files.h"
#include "base/clock.h"
#include "unit/app/runs_kit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char *list_ids(struct run_index *index, struct run_filter filter)
{
	struct buf out = BUF_INIT(1 << 16);
	json_t *list, *one;
	size_t i;

	assert_ok(run_index_list(index, &filter, &list, e));
	json_array_foreach(list, i, one)
		buf_printf(&out, "%.2s%c ", json_text(one, "id", "") + 22,
		    json_text(one, "state", "?")[0]);
	json_decref(list);
	return buf_steal(&out, NULL);
}

static void assert_list(struct run_index *index, struct run_filter filter,
    const char *expected)
{
	char *got = list_ids(index, filter);

	assert_string_equal(got, expected);
	free(got);
}

#define ID(n) "20261121-083000-000000" n

static void test_lists(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_filter all = { 0 };

	assert_ok(run_index_new(&f->app, &index, e));
	assert_list(index, all, "");
	assert_null(run_index_last(index, "r1"));
	done(f, ID("01"), "succeeded", "r1");
	done(f, ID("03"), "failed", "r1");
	done(f, ID("02"), "unknown", "r2");
	assert_list(index, all, "03f 02u 01s ");
	assert_list(index, (struct run_filter){ .device = "r1" },
	    "03f 01s ");
	assert_list(index, (struct run_filter){ .state = "unknown" }, "02u ");
	assert_list(index, (struct run_filter){ .actor = "eve" }, "");
	assert_list(index, (struct run_filter){ .trigger = "form",
	    .job = "provision" }, "03f 02u 01s ");
	assert_list(index, (struct run_filter){ .limit = 2 }, "03f 02u ");
	assert_list(index, (struct run_filter){ .before = ID("02") }, "01s ");
	/* a settled run takes the place of the unknown one */
	done(f, ID("02"), "succeeded", "r2");
	assert_list(index, all, "03f 02s 01s ");
	run_index_free(index);
	assert_ok(run_index_new(&f->app, &index, e));
	assert_list(index, all, "03f 02s 01s ");
	run_index_free(index);
}

static void put_live(struct fixture *f, const char *id, const char *device)
{
	json_t *p = json_pack("{s:s}", "device", device);
	json_t *doc = run_doc_new(id, job_get(JOB_BACKUP), TRIGGER_CLI, "olga",
	    p, device);
	struct buf text = BUF_INIT(10000);

	assert_ok(json_write(doc, &text, e));
	assert_ok(queue_put(f->dir, id, buf_text(&text), text.len, e));
	json_decref(p);
	json_decref(doc);
	buf_release(&text);
}

static void assert_last(struct run_index *index, const char *device,
    const char *id, const char *state)
{
	json_t *doc = run_index_last(index, device);

	assert_string_equal(json_text(doc, "id", ""), id);
	assert_string_equal(json_text(doc, "state", ""), state);
	json_decref(doc);
}

/* Two changes of the spool within one tick of its time stamp, the second one
 * after it was read. */
static void test_a_run_put_in_the_same_tick_is_seen(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_filter all = { 0 };

	assert_ok(run_index_new(&f->app, &index, e));
	put_live(f, ID("05"), "r1");
	assert_list(index, all, "05q ");
	put_live(f, ID("06"), "r1");
	usleep(60000);
	assert_list(index, all, "06q 05q ");
	run_index_free(index);
}

/* queued → claimed → done: always once in the list. */
static void test_live_runs_in_lists(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_filter all = { 0 };

	assert_ok(run_index_new(&f->app, &index, e));
	done(f, ID("01"), "succeeded", "r1");
	put_live(f, ID("05"), "r1");
	put_live(f, ID("04"), "r2");
	assert_list(index, all, "05q 04q 01s ");
	assert_list(index, (struct run_filter){ .device = "r1" },
	    "05q 01s ");
	assert_list(index, (struct run_filter){ .limit = 1 }, "05q ");
	assert_last(index, "r1", ID("05"), "queued");
	assert_ok(queue_move(f->dir, ID("05"), QUEUE_QUEUED, QUEUE_CLAIMED,
	    e));
	assert_list(index, all, "05q 04q 01s ");
	done(f, ID("05"), "failed", "r1");
	assert_list(index, (struct run_filter){ .device = "r1" },
	    "05f 01s ");
	assert_ok(queue_remove(f->dir, ID("05"), QUEUE_CLAIMED, e));
	assert_list(index, all, "05f 04q 01s ");
	assert_last(index, "r1", ID("05"), "failed");
	assert_last(index, "r2", ID("04"), "queued");
	run_index_free(index);
}

/* What stands in the spool and cannot be read hides no other run. */
static void test_damage_in_the_spool_hides_nothing(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	char path[300];
	int fd;

	put_live(f, ID("05"), "r1");
	snprintf(path, sizeof(path), "%s/spool/queued/%s.json", f->dir,
	    ID("01"));
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/spool/queued/%s.json", f->dir,
	    ID("02"));
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/spool/queued/%s.json", f->dir,
	    ID("03"));
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(ftruncate(fd, 8 << 20), 0);
	close(fd);
	assert_ok(run_index_new(&f->app, &index, e));
	assert_list(index, (struct run_filter){ 0 }, "05q ");
	run_index_free(index);
}

/* Slower than one look at all places, as every real run is. */
static void *shuffle(void *arg)
{
	struct timespec pause = { .tv_nsec = 3000000 };
	struct fixture *f = arg;

	for (int i = 0; i < 100; i++) {
		nanosleep(&pause, NULL);
		assert_ok(queue_move(f->dir, ID("07"), QUEUE_QUEUED,
		    QUEUE_CLAIMED, e));
		assert_ok(queue_move(f->dir, ID("07"), QUEUE_CLAIMED,
		    QUEUE_QUEUED, e));
	}
	return NULL;
}

static void test_a_moving_run_is_listed_once(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	pthread_t thread;

	put_live(f, ID("07"), "r1");
	assert_ok(run_index_new(&f->app, &index, e));
	pthread_create(&thread, NULL, shuffle, f);
	for (int i = 0; i < 300; i++) {
		char *got = list_ids(index, (struct run_filter){ 0 });
		json_t *doc;

		assert_true(strlen(got) <= strlen("07q "));
		free(got);
		assert_ok(runs_read(&f->app, ID("07"), &doc, e));
		json_decref(doc);
	}
	pthread_join(thread, NULL);
	assert_list(index, (struct run_filter){ 0 }, "07q ");
	run_index_free(index);
}

static void test_many_runs_of_many_devices(void **state)
{
	struct fixture *f = *state;
	const struct store_message m = { .author = "t", .subject = "runs" };
	struct run_index *index;
	struct store_txn *t;
	struct commit_id tip;

	assert_ok(store_txn_begin(f->app.store, STORE_RUNS, &t, e));
	for (int i = 0; i < 1000; i++) {
		char id[RUN_ID_SIZE], dir[RUN_DIR_SIZE], path[100], text[400];

		run_id_format(1795249800000 + i, (uint32_t)i, id);
		run_dir_of(id, dir);
		snprintf(path, sizeof(path), "%s/run.json", dir);
		snprintf(text, sizeof(text), "{\"id\":\"%s\",\"job\":\"x\","
		    "\"state\":\"failed\",\"trigger\":\"cli\",\"actor\":"
		    "\"a%d\",\"parameters\":{},\"devices\":[{\"name\":"
		    "\"d%d\"}]}", id, i, i % 400);
		assert_ok(store_txn_put(t, path, text, strlen(text), STORE_ANY,
		    e));
	}
	assert_ok(store_txn_commit(t, &m, &tip, NULL, e));
	assert_ok(run_index_new(&f->app, &index, e));
	for (int d = 0; d < 400; d++) {
		char name[20], actor[20];
		json_t *doc;

		snprintf(name, sizeof(name), "d%d", d);
		snprintf(actor, sizeof(actor), "a%d", d < 200 ? 800 + d
							      : 400 + d);
		doc = run_index_last(index, name);
		assert_string_equal(json_text(doc, "actor", ""), actor);
		json_decref(doc);
	}
	run_index_free(index);
}

/* Rows of d0 to d149: every third failed, every second changed. */
static char *many_rows(const char *id)
{
	struct buf text = BUF_INIT(1 << 20);

	buf_printf(&text, "{\"id\":\"%s\",\"job\":\"generate-intended\","
	    "\"state\":\"failed\",\"trigger\":\"form\",\"actor\":\"admin\","
	    "\"parameters\":{\"all\":true},\"devices\":[", id);
	for (int i = 0; i < 150; i++)
		buf_printf(&text, "%s{\"name\":\"d%d\",\"state\":\"%s\"%s}",
		    i ? "," : "", i, i % 3 ? "succeeded" : "failed",
		    i % 2 ? "" : ",\"added\":1");
	buf_puts(&text, "]}");
	return buf_steal(&text, NULL);
}

static void put_many(struct fixture *f, const char *id)
{
	char path[100], dir[RUN_DIR_SIZE], *text = many_rows(id);
	struct raw_file file = { path, text };

	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	push(f, STORE_RUNS, &file, 1);
	free(text);
}

static void test_a_run_over_many_devices_is_listed_in_short(void **state)
{
	struct fixture *f = *state;
	struct run_filter all = { 0 };
	struct run_index *index;
	json_t *list, *run, *counts;

	assert_ok(run_index_new(&f->app, &index, e));
	done(f, ID("01"), "failed", "d0");
	put_many(f, ID("02"));
	assert_list(index, (struct run_filter){ .device = "d149" }, "02f ");
	assert_list(index, (struct run_filter){ .device = "d150" }, "");
	assert_ok(run_index_list(index, &all, &list, e));
	run = json_array_get(list, 0);
	assert_int_equal(json_array_size(json_object_get(run, "devices")), 0);
	counts = json_object_get(run, "counts");
	assert_int_equal(json_number(counts, "all", 0), 150);
	assert_int_equal(json_number(counts, "changed", 0), 75);
	assert_int_equal(json_number(counts, "failed", 0), 50);
	assert_int_equal(json_number(counts, "open", -1), 0);
	json_decref(list);
	/* it was on no device */
	assert_last(index, "d0", ID("01"), "failed");
	assert_null(run_index_last(index, "d1"));
	run_index_free(index);
}

/* Rows of d0 to d119 of a backup: d0 failed, d1 was left alone, the others were
 * read. */
static void put_fleet(struct fixture *f, const char *id)
{
	struct buf text = BUF_INIT(1 << 20);
	char path[100], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, NULL };

	buf_printf(&text, "{\"id\":\"%s\",\"job\":\"backup\",\"state\":"
	    "\"failed\",\"trigger\":\"form\",\"actor\":\"admin\","
	    "\"result\":\"118 of 120 done\",\"finished_at\":"
	    "\"2026-11-21T08:31:00.000Z\",\"parameters\":{\"all\":true},"
	    "\"devices\":[{\"name\":\"d0\",\"state\":\"failed\"},"
	    "{\"name\":\"d1\",\"state\":\"succeeded\",\"left_alone\":true}",
	    id);
	for (int i = 2; i < 120; i++)
		buf_printf(&text, ",{\"name\":\"d%d\",\"state\":\"succeeded\","
		    "\"backup_before\":\"0123\"}", i);
	buf_puts(&text, "]}");
	file.text = buf_text(&text);
	run_dir_of(id, dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	push(f, STORE_RUNS, &file, 1);
	buf_release(&text);
}

static void assert_own(struct run_index *index, const char *device,
    const char *state, const char *result)
{
	struct run_filter own = { .device = device, .own = true };
	json_t *list, *doc;

	assert_ok(run_index_list(index, &own, &list, e));
	doc = json_array_get(list, 0);
	assert_string_equal(json_text(doc, "state", ""), state);
	assert_string_equal(json_text(doc, "result", ""), result);
	json_decref(list);
}

/* d0 and d1 in one run, which keeps their rows, and 120 in the next, which
 * keeps their numbers. */
static void test_a_list_is_told_as_the_device_knows_it(void **state)
{
	struct fixture *f = *state;
	char path[100], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, "{\"id\":\"" ID("01") "\",\"job\":"
	    "\"backup\",\"state\":\"failed\",\"trigger\":\"cli\",\"actor\":"
	    "\"olga\",\"parameters\":{},\"result\":\"1 of 2 done\","
	    "\"devices\":[{\"name\":\"d0\",\"state\":\"failed\"},{\"name\":"
	    "\"d1\",\"state\":\"succeeded\",\"result\":\"read\"}]}" };
	struct run_index *index;

	assert_ok(run_index_new(&f->app, &index, e));
	run_dir_of(ID("01"), dir);
	snprintf(path, sizeof(path), "%s/run.json", dir);
	push(f, STORE_RUNS, &file, 1);
	assert_own(index, "d0", "failed", "");
	assert_own(index, "d1", "succeeded", "read");
	put_fleet(f, ID("02"));
	assert_own(index, "d0", "failed", "");
	assert_own(index, "d119", "succeeded", "");
	assert_list(index, (struct run_filter){ .device = "d119" }, "02f ");
	run_index_free(index);
}

static void test_a_device_knows_its_part_of_a_run_over_many(void **state)
{
	struct fixture *f = *state;
	struct run_index *index;
	struct run_backup backup;
	json_t *doc;

	assert_ok(run_index_new(&f->app, &index, e));
	done(f, ID("01"), "succeeded", "d1");
	put_fleet(f, ID("02"));
	assert_last(index, "d0", ID("02"), "failed");
	assert_last(index, "d1", ID("01"), "succeeded");
	assert_last(index, "d119", ID("02"), "succeeded");
	assert_null(run_index_last(index, "d120"));
	doc = run_index_last(index, "d7");
	assert_int_equal(json_array_size(json_object_get(doc, "devices")), 1);
	assert_null(json_object_get(doc, "result"));
	assert_null(json_object_get(doc, "counts"));
	json_decref(doc);
	assert_false(run_index_last_backup(index, "d0", &backup));
	assert_false(run_index_last_backup(index, "d1", &backup));
	assert_true(run_index_last_backup(index, "d7", &backup));
	assert_string_equal(backup.id, ID("02"));
	assert_string_equal(backup.time, "2026-11-21T08:31:00.000Z");
	/* a later run that took none leaves it */
	done(f, ID("03"), "failed", "d7");
	assert_last(index, "d7", ID("03"), "failed");
	assert_true(run_index_last_backup(index, "d7", &backup));
	assert_string_equal(backup.id, ID("02"));
	/* the same run once more, as when an unknown one is settled */
	put_fleet(f, ID("02"));
	assert_last(index, "d8", ID("02"), "succeeded");
	assert_true(run_index_last_backup(index, "d7", &backup));
	run_index_free(index);
}

static void test_progress(void **state)
{
	struct run_progress p;
	json_t *told;
	json_t *run = json_loads("{\"started_at\":\"2026-11-21T08:30:00.000Z\","
	    "\"counts\":{\"all\":1000,\"failed\":20,\"open\":400,"
	    "\"changed\":3},\"devices\":[]}", 0, NULL);
	int64_t start;

	(void)state;
	assert_true(clock_parse_utc("2026-11-21T08:30:00.000Z", &start));
	run_progress_of(run, start + 60000, &p);
	assert_int_equal(p.total, 1000);
	assert_int_equal(p.done, 580);
	assert_int_equal(p.failed, 20);
	assert_int_equal(p.left, 400);
	assert_int_equal((int)p.per_minute, 600);
	assert_int_equal(p.left_s, 40);
	/* nothing can be said yet */
	run_progress_of(run, start + 10, &p);
	assert_int_equal(p.left_s, -1);
	/* what has ended is measured by its own end */
	json_object_set_new(run, "finished_at",
	    json_string("2026-11-21T08:32:00.000Z"));
	run_progress_of(run, start + 3600000, &p);
	assert_int_equal((int)p.per_minute, 300);
	/* what was not begun did not fail, and was not done in that time */
	json_object_set_new(json_object_get(run, "counts"), "cancelled",
	    json_integer(400));
	json_object_set_new(json_object_get(run, "counts"), "open",
	    json_integer(0));
	run_progress_of(run, start + 3600000, &p);
	assert_int_equal(p.done, 580);
	assert_int_equal(p.failed, 20);
	assert_int_equal(p.cancelled, 400);
	assert_int_equal((int)p.per_minute, 300);
	told = run_progress_json(&p);
	assert_int_equal(
	    json_integer_value(json_object_get(told, "cancelled")), 400);
	json_decref(told);
	/* one that waits to be tried again is not done "in 0 s" */
	json_object_set_new(json_object_get(run, "counts"), "cancelled",
	    json_integer(0));
	json_object_set_new(json_object_get(run, "counts"), "open",
	    json_integer(1));
	json_object_del(run, "finished_at");
	run_progress_of(run, start + 6000, &p);
	assert_int_equal(p.left, 1);
	assert_int_equal(p.left_s, -1);
	/* no more digits than it is good for */
	p.per_minute = 1000.0 / 3;
	told = run_progress_json(&p);
	assert_true(
	    json_real_value(json_object_get(told, "per_minute")) == 333.3);
	json_decref(told);
	json_decref(run);
}

/* The last lines, whatever the number of all. */
static void test_the_end_of_a_log(void **state)
{
	struct fixture *f = *state;
	struct buf log = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	char path[100], dir[RUN_DIR_SIZE];
	struct raw_file file = { path, NULL };
	long last;

	for (int i = 1; i <= 1200; i++)
		buf_printf(&log, "{\"n\":%d}\n", i);
	file.text = buf_text(&log);
	run_dir_of(ID("09"), dir);
	snprintf(path, sizeof(path), "%s/log.jsonl", dir);
	push(f, STORE_RUNS, &file, 1);
	assert_ok(runs_read_log_end(&f->app, ID("09"), 3, &out, &last, e));
	assert_int_equal(last, 1200);
	assert_string_equal(buf_text(&out),
	    "{\"n\":1198}\n{\"n\":1199}\n{\"n\":1200}\n");
	buf_clear(&out);
	assert_ok(runs_read_log_end(&f->app, ID("09"), 5000, &out, &last, e));
	assert_int_equal(out.len, log.len);
	/* no log yet */
	assert_ok(runs_read_log_end(&f->app, ID("08"), 10, &out, &last, e));
	assert_int_equal(last, 0);
	buf_release(&log);
	buf_release(&out);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_lists),
		T(test_a_run_put_in_the_same_tick_is_seen),
		T(test_live_runs_in_lists),
		T(test_damage_in_the_spool_hides_nothing),
		T(test_a_moving_run_is_listed_once),
		T(test_many_runs_of_many_devices),
		T(test_a_run_over_many_devices_is_listed_in_short),
		T(test_a_list_is_told_as_the_device_knows_it),
		T(test_a_device_knows_its_part_of_a_run_over_many),
		T(test_progress),
		T(test_the_end_of_a_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
