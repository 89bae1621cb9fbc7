/*
 * A schedule in a real worker: started when it is due, once, also when the
 * worker is killed at that moment; what follows it comes when it has ended;
 * one that names a view is for what the worker knows of devices by then.
 */
#include "system/worker/kit.h"

#include <stdlib.h>
#include <time.h>

#define ROUNDS 4

static json_t *list_runs(struct kit *k)
{
	struct run_filter filter = { .trigger = "schedule", .limit = 500 };
	struct run_index *index;
	json_t *list;

	kit_ok(k, run_index_new(&k->app, &index, e));
	kit_ok(k, run_index_list(index, &filter, &list, e));
	run_index_free(index);
	return list;
}

static size_t count_runs(struct kit *k)
{
	json_t *list = list_runs(k);
	size_t n = json_array_size(list);

	json_decref(list);
	return n;
}

static void wait_runs(struct kit *k, size_t n)
{
	int64_t until = clock_mono_ms() + 30000;
	struct timespec ts = { .tv_nsec = 10000000 };

	while (count_runs(k) < n) {
		if (clock_mono_ms() > until)
			kit_fail(k, "%zu runs, not %zu", count_runs(k), n);
		nanosleep(&ts, NULL);
	}
}

static void create(struct kit *k, enum kind_id kind, const char *json)
{
	struct inventory_result result = { 0 };
	json_t *object = json_loads(json, 0, NULL);

	kit_ok(k, inventory_create(&k->app, &kit_admin,
		      &(struct inventory_change){
			  .kind = kind_get(kind), .object = object },
		      &result, e));
	json_decref(object);
	inventory_result_release(&result);
}

static void create_schedule(
    struct kit *k, const char *name, const char *device, const char *when)
{
	char json[300];

	snprintf(json, sizeof(json),
	    "{\"name\":\"%s\",\"job\":\"backup\",%s,\"parameters\":"
	    "{\"device\":\"%s\"},\"missed\":\"run_once\"}",
	    name, when, device);
	create(k, KIND_SCHEDULE, json);
}

/* "\"at\":\"2026-…Z\"" so many seconds from now. */
static void create_due(struct kit *k, const char *name, int64_t in_s)
{
	int64_t at = clock_wall_ms() + in_s * 1000;
	char text[CLOCK_TEXT_SIZE], when[80];

	clock_format_utc(at, text);
	snprintf(when, sizeof(when), "\"at\":\"%.19sZ\"", text);
	create_schedule(k, name, "d0", when);
}

static void check_all(struct kit *k, const char *actor)
{
	json_t *list = list_runs(k), *run;
	bool found = false;
	size_t i;

	json_array_foreach(list, i, run)
	{
		const char *id = json_text(run, "id", "");

		kit_expect(k, id, RUN_SUCCEEDED, "");
		if (strcmp(json_text(run, "actor", ""), actor) != 0)
			continue;
		found = true;
		kit_check(k, kit_log_says(k, id, "started it"));
	}
	kit_check(k, found);
	json_decref(list);
}

static void due_and_followed(void)
{
	struct kit kit, *k = &kit;

	kit_make(k, 2, NULL);
	kit_start(k);
	create_due(k, "first", 2);
	create_schedule(k, "second", "d1", "\"after\":\"first\"");
	wait_runs(k, 2);
	check_all(k, "schedule:first");
	check_all(k, "schedule:second");
	kit_kill(k);
	kit_start(k);
	kit_check(k, count_runs(k) == 2);
	kit_end(k);
}

/* Killed around the moment at which it is due. */
static void killed(void)
{
	struct kit kit, *k = &kit;
	struct timespec ts = { .tv_nsec = 0 };

	kit_make(k, 1, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		char name[20];

		snprintf(name, sizeof(name), "s%d", i);
		kit_start(k);
		create_due(k, name, 1);
		ts.tv_nsec = 700000000 + i * 70000000;
		nanosleep(&ts, NULL);
		kit_kill(k);
		kit_start(k);
		wait_runs(k, (size_t)i + 1);
		check_all(k, "schedule:s0");
		kit_kill(k);
	}
	kit_start(k);
	kit_check(k, count_runs(k) == ROUNDS);
	kit_end(k);
}

/* Due in a second; the id of the run that it starts, on record. */
static void run_schedule(struct kit *k, const char *name,
    const char *parameters, char id[RUN_ID_SIZE])
{
	size_t before = count_runs(k);
	char json[300], text[CLOCK_TEXT_SIZE];
	json_t *list;

	clock_format_utc(clock_wall_ms() + 1000, text);
	snprintf(json, sizeof(json),
	    "{\"name\":\"%s\",\"job\":\"backup\",\"at\":\"%.19sZ\","
	    "\"missed\":\"run_once\",\"parameters\":%s}",
	    name, text, parameters);
	create(k, KIND_SCHEDULE, json);
	wait_runs(k, before + 1);
	list = list_runs(k);
	snprintf(id, RUN_ID_SIZE, "%s",
	    json_text(json_array_get(list, 0), "id", ""));
	json_decref(list);
	kit_wait_recorded(k, id);
}

/* What the worker itself knows of devices chooses those that it tries again. */
static void those_that_failed(void)
{
	struct kit kit, *k = &kit;
	char id[RUN_ID_SIZE];
	json_t *doc;

	kit_make(k, 3, NULL);
	kit_control(k, 1, "unreachable always\n");
	create(k, KIND_VIEW,
	    "{\"name\":\"failed\",\"label\":\"Failed\",\"table\":"
	    "\"devices\",\"query\":\"needs=failed\"}");
	kit_start(k);
	run_schedule(k, "all", "{\"all\":true,\"retries\":0}", id);
	kit_expect_row(k, id, 0, "succeeded", "");
	kit_expect_row(k, id, 1, "failed", "");
	kit_control(k, 1, "\n");
	run_schedule(k, "again", "{\"view\":\"failed\"}", id);
	kit_expect_row(k, id, 1, "succeeded", "");
	doc = kit_wait(k, id, kit_has_ended);
	kit_check(k, json_array_size(json_object_get(doc, "devices")) == 1);
	json_decref(doc);
	kit_end(k);
}

int main(void)
{
	due_and_followed();
	those_that_failed();
	killed();
	return 0;
}
