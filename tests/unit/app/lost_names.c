/*
 * Schedules and hooks whose devices, views or tags are no more: they start
 * nothing and say so; the log says it once.
 */
#include "app/lost_names.h"

#include "unit/app/fixture.h"

#include "app/scheduler.h"
#include "base/clock.h"

#define MAX 8

static void make_holders(struct fixture *f)
{
	create(f, KIND_DEVICE,
	    "{\"name\":\"r9\",\"area\":\"lab\",\"status\":\"active\","
	    "\"tags\":[\"core\"]}");
	create(f, KIND_VIEW,
	    "{\"name\":\"v\",\"label\":\"V\",\"table\":\"devices\",\"query\":"
	    "\"status=active\"}");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"by-device\",\"job\":\"backup\",\"cron\":\"@daily\","
	    "\"parameters\":{\"devices\":[\"r1\",\"r9\"]}}");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"by-tag\",\"job\":\"backup\",\"cron\":\"@daily\","
	    "\"parameters\":{\"tag\":\"core\"}}");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"by-view\",\"job\":\"backup\",\"cron\":\"* * * * *\","
	    "\"parameters\":{\"view\":\"v\"}}");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"paused\",\"job\":\"backup\",\"cron\":\"@daily\","
	    "\"enabled\":false,\"parameters\":{\"view\":\"v\"}}");
	create(f, KIND_HOOK,
	    "{\"name\":\"hook\",\"enabled\":true,\"view\":\"v\"}");
}

/* Views go only by a push: the portal refuses to delete one in use. */
static void take_away(struct fixture *f)
{
	assert_ok(try_delete(f, KIND_DEVICE, "r9", e));
	push_main(f, { "views/v.json", NULL });
}

static void expect_lost(
    const struct snapshot *s, const char *name, const char *text)
{
	struct lost_name lost[MAX];
	size_t n = lost_names_find(s, lost, MAX);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(record_key(lost[i].record), name) != 0)
			continue;
		assert_string_equal(lost[i].text, text);
		return;
	}
	if (text)
		fail_msg("%s has lost nothing", name);
}

static void test_says_what_is_gone(void **state)
{
	struct fixture *f = *state;
	struct lost_name lost[MAX];
	char text[LOST_NAMES_TEXT];
	const struct snapshot *s;

	make_holders(f);
	s = now(f);
	assert_int_equal(lost_names_find(s, lost, MAX), 0);
	snapshot_unref(s);
	take_away(f);
	s = now(f);
	assert_int_equal(lost_names_find(s, lost, MAX), 4);
	assert_int_equal(lost_names_find(s, lost, 2), 2);
	expect_lost(s, "by-device", "device \"r9\" does not exist");
	expect_lost(s, "by-tag", "no device has the tag \"core\"");
	expect_lost(s, "by-view", "view \"v\" does not exist");
	expect_lost(s, "hook", "view \"v\" does not exist");
	/* one that is paused says it on its page */
	expect_lost(s, "paused", NULL);
	assert_true(
	    lost_names_of(s, snapshot_find(s, KIND_SCHEDULE, "paused"), text));
	snapshot_unref(s);
}

/* What stderr gets while `look` goes on. */
static size_t count_lines(
    struct fixture *f, struct lost_watch *w, const char *line)
{
	struct buf log = BUF_INIT(65536);
	const struct snapshot *s = now(f);
	char path[128];
	int kept = dup(STDERR_FILENO), file;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/told", f->dir);
	assert_non_null(freopen(path, "w", stderr));
	lost_watch_look(w, s);
	fflush(stderr);
	file = dup2(kept, STDERR_FILENO);
	assert_int_equal(file, STDERR_FILENO);
	close(kept);
	assert_ok(file_read(path, &log, e));
	for (const char *p = buf_text(&log); (p = strstr(p, line)); p++)
		n++;
	buf_release(&log);
	snapshot_unref(s);
	return n;
}

static void test_the_log_says_it_once(void **state)
{
	static const char line[] =
	    "schedule by-device: device \"r9\" does not exist";
	struct fixture *f = *state;
	struct lost_watch *w;

	assert_ok(lost_watch_new(&w, e));
	make_holders(f);
	assert_int_equal(count_lines(f, w, line), 0);
	take_away(f);
	assert_int_equal(count_lines(f, w, line), 1);
	assert_int_equal(count_lines(f, w, line), 0);
	/* mended, and broken again */
	patch(f, KIND_SCHEDULE, "by-device",
	    "{\"parameters\":{\"devices\":[\"r1\"]}}");
	assert_int_equal(count_lines(f, w, line), 0);
	lost_watch_free(w);
}

static void test_nothing_is_started(void **state)
{
	struct fixture *f = *state;
	char(*ids)[RUN_ID_SIZE];
	struct schedule_state at;
	struct scheduler *s;
	int64_t now_ms = clock_wall_ms();
	size_t n;

	make_holders(f);
	take_away(f);
	assert_ok(scheduler_new(&f->app, &s, e));
	scheduler_look(s, now_ms);
	scheduler_look(s, now_ms + 61 * (int64_t)1000);
	scheduler_free(s);
	assert_ok(queue_list(f->dir, QUEUE_QUEUED, &ids, &n, e));
	free(ids);
	assert_int_equal(n, 0);
	schedule_state_read(f->dir, "by-view", &at);
	assert_non_null(strstr(at.note, "view \"v\" does not exist"));
	/* and it can still be paused */
	patch(f, KIND_SCHEDULE, "by-view", "{\"enabled\":false}");
	patch(f, KIND_HOOK, "hook", "{\"enabled\":false}");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_says_what_is_gone),
		T(test_the_log_says_it_once),
		T(test_nothing_is_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
