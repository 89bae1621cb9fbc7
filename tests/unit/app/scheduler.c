/*
 * Schedules over a clock of the test's own: what they start, and what they do
 * not when the worker was down, a run is open, or the clock was set.
 */
#include "app/scheduler.h"

#include "unit/app/fixture.h"

#include "domain/civil.h"

#define MIN ((int64_t)60000)
#define HOUR (60 * MIN)

static int64_t at(const char *text)
{
	int64_t s;
	bool utc;

	assert_true(civil_parse(text, &s, &utc));
	return s * 1000;
}

static struct scheduler *start_scheduler(struct fixture *f)
{
	struct scheduler *s;

	assert_ok(scheduler_new(&f->app, &s, e));
	return s;
}

static size_t count_queued(struct fixture *f)
{
	char(*ids)[RUN_ID_SIZE];
	size_t n;

	assert_ok(queue_list(f->dir, QUEUE_QUEUED, &ids, &n, e));
	free(ids);
	return n;
}

/* Every queued run ends, as the worker would let it. */
static void end_runs(struct fixture *f)
{
	char(*ids)[RUN_ID_SIZE];
	size_t n;

	assert_ok(queue_list(f->dir, QUEUE_QUEUED, &ids, &n, e));
	for (size_t i = 0; i < n; i++)
		assert_ok(queue_remove(f->dir, ids[i], QUEUE_QUEUED, e));
	free(ids);
}

static json_t *last_run(struct fixture *f, const char *schedule)
{
	struct schedule_state state;
	json_t *doc;

	schedule_state_read(f->dir, schedule, &state);
	assert_ok(runs_read(&f->app, state.run, &doc, e));
	return doc;
}

#define NIGHTLY                                                \
	"{\"name\":\"nightly\",\"job\":\"generate-intended\"," \
	"\"parameters\":{\"all\":true,\"dry_run\":true},"      \
	"\"cron\":\"30 2 * * *\"%s}"

static void create_nightly(struct fixture *f, const char *more)
{
	char json[400];

	snprintf(json, sizeof(json), NIGHTLY, more);
	create(f, KIND_SCHEDULE, json);
}

static const char *note_of(struct fixture *f, const char *name)
{
	static struct schedule_state state;

	schedule_state_read(f->dir, name, &state);
	return state.note;
}

/* --- what it starts ------------------------------------------------------ */

static void test_starts_once(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30"), next;
	json_t *doc;

	create_nightly(f, "");
	next = scheduler_look(s, due - HOUR);
	assert_true(next == due - HOUR + SCHEDULER_LOOK_MS);
	assert_true(scheduler_look(s, due - 2000) == due);
	assert_int_equal(count_queued(f), 0);
	scheduler_look(s, due + 1);
	assert_int_equal(count_queued(f), 1);
	doc = last_run(f, "nightly");
	assert_string_equal(json_text(doc, "trigger", ""), "schedule");
	assert_string_equal(json_text(doc, "actor", ""), "schedule:nightly");
	assert_string_equal(
	    json_text(json_object_get(doc, "schedule"), "due", ""),
	    "2026-11-21T02:30:00.000Z");
	json_decref(doc);
	for (int i = 0; i < 100; i++)
		scheduler_look(s, due + i * MIN);
	assert_int_equal(count_queued(f), 1);
	end_runs(f);
	scheduler_look(s, due + 24 * HOUR);
	assert_int_equal(count_queued(f), 1);
	scheduler_free(s);
}

/* A worker that died after it had started the run and before it noted that. */
static void test_restart(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");
	struct schedule_state before;

	create_nightly(f, "");
	scheduler_look(s, due - HOUR);
	schedule_state_read(f->dir, "nightly", &before);
	scheduler_look(s, due);
	scheduler_free(s);
	assert_ok(schedule_state_write(f->dir, "nightly", &before, e));
	s = start_scheduler(f);
	scheduler_look(s, due + 1000);
	assert_int_equal(count_queued(f), 1);
	scheduler_free(s);
	s = start_scheduler(f);
	scheduler_look(s, due + 2000);
	assert_int_equal(count_queued(f), 1);
	scheduler_free(s);
}

static void test_missed(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");

	create_nightly(f, "");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"once\",\"job\":"
	    "\"generate-intended\",\"parameters\":{\"all\":true},"
	    "\"cron\":\"0 2 * * *\",\"missed\":\"run_once\"}");
	scheduler_look(s, due - HOUR);
	scheduler_free(s);
	/* down for three days */
	s = start_scheduler(f);
	scheduler_look(s, due + 72 * HOUR + 30 * MIN);
	assert_int_equal(count_queued(f), 1);
	assert_non_null(strstr(note_of(f, "nightly"), "missed"));
	scheduler_look(s, due + 72 * HOUR + 31 * MIN);
	assert_int_equal(count_queued(f), 1);
	end_runs(f);
	scheduler_look(s, due + 96 * HOUR);
	assert_int_equal(count_queued(f), 2);
	scheduler_free(s);
}

static void test_never_two(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");
	json_t *doc;

	create_nightly(f, "");
	scheduler_look(s, due - HOUR);
	scheduler_look(s, due);
	scheduler_look(s, due + 24 * HOUR);
	assert_int_equal(count_queued(f), 1);
	assert_non_null(strstr(note_of(f, "nightly"), "has not ended"));
	/* by hand neither */
	{
		const struct snapshot *snapshot = now(f);
		const struct record *r =
		    snapshot_find(snapshot, KIND_SCHEDULE, "nightly");

		assert_err(schedule_run_now(&f->app, &admin, r, NULL, &doc, e),
		    ERR_CONFLICT, "has not ended");
		end_runs(f);
		assert_ok(schedule_run_now(&f->app, &admin, r, NULL, &doc, e));
		assert_string_equal(json_text(doc, "actor", ""), "admin");
		json_decref(doc);
		snapshot_unref(snapshot);
	}
	scheduler_look(s, due + 48 * HOUR);
	assert_int_equal(count_queued(f), 1);
	/* unless it may */
	patch(f, KIND_SCHEDULE, "nightly", "{\"overlap\":true}");
	scheduler_look(s, due + 71 * HOUR);
	scheduler_look(s, due + 72 * HOUR);
	assert_int_equal(count_queued(f), 2);
	scheduler_free(s);
}

static void test_pause(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");

	create_nightly(f, ",\"missed\":\"run_once\"");
	scheduler_look(s, due - HOUR);
	patch(f, KIND_SCHEDULE, "nightly", "{\"enabled\":false}");
	scheduler_look(s, due);
	assert_int_equal(count_queued(f), 0);
	/* what came while it was paused is not made up for */
	patch(f, KIND_SCHEDULE, "nightly", "{\"enabled\":true}");
	scheduler_look(s, due + MIN);
	assert_int_equal(count_queued(f), 0);
	scheduler_look(s, due + 24 * HOUR);
	assert_int_equal(count_queued(f), 1);
	scheduler_free(s);
}

/* One that is made anew is new, whatever another of its name had seen. */
static void test_made_anew(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");
	struct schedule_state left;

	create_nightly(f, ",\"missed\":\"run_once\"");
	scheduler_look(s, due - HOUR);
	assert_ok(try_delete(f, KIND_SCHEDULE, "nightly", e));
	scheduler_look(s, due - MIN);
	schedule_state_read(f->dir, "nightly", &left);
	assert_string_equal(left.timing, "");
	create_nightly(f, ",\"missed\":\"run_once\"");
	scheduler_look(s, due + HOUR);
	assert_int_equal(count_queued(f), 0);
	scheduler_look(s, due + 24 * HOUR);
	assert_int_equal(count_queued(f), 1);
	scheduler_free(s);
}

static void test_clock_jumps(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");

	create_nightly(f, "");
	scheduler_look(s, due - HOUR);
	scheduler_look(s, due);
	end_runs(f);
	/* back over its time: not again; then four years ahead, and back */
	scheduler_look(s, due - 2 * MIN);
	scheduler_look(s, due + MIN);
	assert_int_equal(count_queued(f), 0);
	scheduler_look(s, due + 4 * 365 * 24 * HOUR + HOUR);
	end_runs(f);
	scheduler_look(s, due + HOUR);
	assert_int_equal(count_queued(f), 0);
	scheduler_look(s, due + 24 * HOUR);
	assert_int_equal(count_queued(f), 1);
	scheduler_free(s);
}

/* What was started, and when it was due. */
struct started {
	struct {
		int64_t due_ms;
		char run[RUN_ID_SIZE];
	} items[400];
	size_t n;
};

/* An occurrence that comes again is the run that it was: its key says so, and
 * a run that is on record is not begun anew. */
static void note_started(struct fixture *f, struct started *all, int64_t now)
{
	struct schedule_state st;

	schedule_state_read(f->dir, "nightly", &st);
	assert_true(st.due_ms <= now);
	for (size_t k = 0; k < all->n; k++) {
		if ((all->items[k].due_ms == st.due_ms) !=
		    (strcmp(all->items[k].run, st.run) == 0))
			fail_msg("two runs of one occurrence");
	}
	assert_true(all->n < 400);
	all->items[all->n].due_ms = st.due_ms;
	memcpy(all->items[all->n++].run, st.run, RUN_ID_SIZE);
}

/* Steps of ten minutes; now and then it is set by up to three days, or the
 * worker starts anew.  The latest time that it showed. */
static int64_t wander(struct fixture *f, int64_t now, unsigned seed)
{
	struct scheduler *s = start_scheduler(f);
	struct started all = { .n = 0 };
	int64_t most = now;

	scheduler_look(s, now);
	for (int step = 0; step < 2000; step++) {
		int dice = rand_r(&seed) % 40;

		now += 10 * MIN;
		if (dice == 0)
			now += (rand_r(&seed) % 144 - 72) * HOUR;
		if (dice == 1) {
			scheduler_free(s);
			s = start_scheduler(f);
		}
		most = now > most ? now : most;
		scheduler_look(s, now);
		assert_true(count_queued(f) <= 1);
		if (count_queued(f) == 1)
			note_started(f, &all, now);
		end_runs(f);
	}
	scheduler_free(s);
	assert_true(all.n > 5);
	return most;
}

/* Over both changes of summer time.  No occurrence gets two runs, and once the
 * clock runs well each comes. */
static void test_a_wandering_clock(void **state)
{
	static const char *const from[] = { "2026-03-27T12:00",
		"2026-10-23T12:00" };
	struct fixture *f = *state;

	create_nightly(f, ",\"time_zone\":\"Europe/Berlin\"");
	for (unsigned i = 0; i < 2; i++) {
		int64_t now = wander(f, at(from[i]), i + 1) + 24 * HOUR;
		struct scheduler *s = start_scheduler(f);
		size_t n = 0;

		scheduler_look(s, now);
		end_runs(f);
		for (int step = 0; step < 10 * 144; step++) {
			scheduler_look(s, now += 10 * MIN);
			n += count_queued(f);
			end_runs(f);
		}
		assert_int_equal(n, 10);
		scheduler_free(s);
	}
}

static void test_follows(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");

	create_nightly(f, "");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"then\",\"job\":"
	    "\"generate-intended\",\"parameters\":{\"all\":true},"
	    "\"after\":\"nightly\"}");
	scheduler_look(s, due - HOUR);
	scheduler_look(s, due);
	/* its run is open: looked at again soon */
	assert_true(scheduler_look(s, due + 1000) <= due + 2000);
	assert_int_equal(count_queued(f), 1);
	end_runs(f);
	scheduler_look(s, due + 2000);
	assert_int_equal(count_queued(f), 1);
	end_runs(f);
	scheduler_look(s, due + 3000);
	scheduler_look(s, due + HOUR);
	assert_int_equal(count_queued(f), 0);
	scheduler_free(s);
}

static void test_refused_by_the_rules(void **state)
{
	struct fixture *f = *state;
	struct scheduler *s = start_scheduler(f);
	int64_t due = at("2026-11-21T02:30");

	create(f, KIND_SCHEDULE,
	    "{\"name\":\"b\",\"job\":\"backup\","
	    "\"parameters\":{\"device\":\"r1\"},\"cron\":\"30 2 * * *\"}");
	scheduler_look(s, due - HOUR);
	patch(f, KIND_DEVICE, "r1", "{\"status\":\"failed\"}");
	scheduler_look(s, due);
	assert_int_equal(count_queued(f), 0);
	assert_non_null(strstr(note_of(f, "b"), "nothing was started"));
	scheduler_look(s, due + MIN);
	assert_int_equal(count_queued(f), 0);
	scheduler_free(s);
}

#define DAILY "\"cron\":\"@daily\",\"parameters\":"

static void test_bad_records(void **state)
{
	static const struct {
		const char *json, *words;
	} rows[] = {
		{ "\"cron\":\"61 * * * *\"", "minute" },
		{ "\"job\":\"dance\",\"cron\":\"@daily\"",
		    "job: must be one of: provision" },
		{ "\"cron\":\"@daily\",\"at\":\"2026-12-01T00:00\"", "either" },
		{ "\"time_zone\":\"UTC\"", "either" },
		{ "\"cron\":\"@daily\",\"time_zone\":\"Mars/Olympus\"",
		    "time_zone: there is no time zone" },
		{ "\"cron\":\"@daily\",\"time_zone\":\"../../etc/passwd\"",
		    "time_zone: there is no time zone" },
		{ "\"cron\":\"@daily\",\"parameters\":{\"fast\":1}", "fast" },
		{ "\"after\":\"x\",\"cron\":\"@daily\"", "itself" },
		{ "\"after\":\"nobody\"", "does not exist" },
		{ "\"cron\":\"@daily\",\"after\":\"nightly\"", "no time" },
		{ "\"cron\":\"0 0 31 2 *\"", "never" },
		{ "\"at\":\"2020-12-01T03:00\"",
		    "at: 2020-12-01T03:00 has passed in UTC" },
		{ "\"cron\":\"@daily\"", "no device is chosen" },
		{ DAILY "{\"device\":\"r9\"}", "device: device \"r9\"" },
		{ DAILY "{\"devices\":[\"r1\",\"r9\"]}",
		    "devices: device \"r9\" does not exist" },
		{ DAILY "{\"area\":\"x\"}", "area \"x\" does not exist" },
		{ DAILY "{\"role\":\"x\"}", "role \"x\" does not exist" },
		{ DAILY "{\"platform\":\"x\"}", "platform: platform \"x\"" },
		{ DAILY "{\"tag\":\"x\"}", "tag: no device has the tag \"x\"" },
		{ DAILY "{\"view\":\"x\"}", "view: view \"x\" does not exist" },
	};
	struct fixture *f = *state;

	create_nightly(f, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char json[300];

		snprintf(json, sizeof(json), "{\"name\":\"x\",%s%s}",
		    strstr(rows[i].json, "\"job\"")
			? ""
			: "\"job\":\"generate-intended\",",
		    rows[i].json);
		assert_err(try_create(f, &admin, KIND_SCHEDULE, json, e),
		    ERR_INVALID, rows[i].words);
	}
	/* two that follow each other */
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"y\",\"job\":"
	    "\"generate-intended\",\"parameters\":{\"all\":true},"
	    "\"after\":\"nightly\"}");
	assert_err(try_patch(f, KIND_SCHEDULE, "nightly",
		       "{\"cron\":null,\"after\":\"y\"}", e),
	    ERR_INVALID, "follow");
	assert_err(
	    try_create(f, &operator_, KIND_SCHEDULE,
		"{\"name\":\"z\",\"job\":\"backup\",\"cron\":\"@daily\"}", e),
	    ERR_DENIED, "admin");
}

static void no_problem(void *ctx, const char *path, const char *message)
{
	(void)ctx;
	fail_msg("%s: %s", path, message);
}

/* One that has run is told otherwise, and never set again. */
static void test_a_time_that_has_passed(void **state)
{
	static const char once[] =
	    "{\"name\":\"once\",\"job\":\"generate-intended\",\"at\":"
	    "\"2020-12-01T03:00\",\"parameters\":{\"all\":true}}\n";
	struct fixture *f = *state;
	const struct snapshot *s;
	size_t n;

	push_main(f, { "schedules/once.json", once });
	s = now(f);
	inventory_check(s, no_problem, NULL, &n);
	assert_int_equal(n, 0);
	snapshot_unref(s);
	patch(f, KIND_SCHEDULE, "once", "{\"description\":\"It ran.\"}");
	patch(f, KIND_SCHEDULE, "once", "{\"enabled\":false}");
	assert_err(try_patch(f, KIND_SCHEDULE, "once", "{\"enabled\":true}", e),
	    ERR_INVALID, "has passed");
	assert_err(try_patch(f, KIND_SCHEDULE, "once",
		       "{\"at\":\"2021-12-01T03:00Z\"}", e),
	    ERR_INVALID, "has passed");
	patch(f, KIND_SCHEDULE, "once", "{\"at\":\"2999-12-01T03:00\"}");
}

/* Whoever pauses a schedule need not mend it first. */
static void test_what_is_gone_stays_named(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_DEVICE,
	    "{\"name\":\"r9\",\"area\":\"lab\",\"status\":\"active\"}");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"b\",\"job\":\"backup\"," DAILY
	    "{\"device\":\"r9\"}}");
	assert_ok(try_delete(f, KIND_DEVICE, "r9", e));
	patch(f, KIND_SCHEDULE, "b", "{\"enabled\":false}");
	assert_err(try_patch(f, KIND_SCHEDULE, "b",
		       "{\"parameters\":{\"retries\":1}}", e),
	    ERR_INVALID, "device \"r9\" does not exist");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_starts_once),
		T(test_restart),
		T(test_missed),
		T(test_never_two),
		T(test_pause),
		T(test_made_anew),
		T(test_clock_jumps),
		T(test_a_wandering_clock),
		T(test_follows),
		T(test_refused_by_the_rules),
		T(test_bad_records),
		T(test_a_time_that_has_passed),
		T(test_what_is_gone_stays_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
