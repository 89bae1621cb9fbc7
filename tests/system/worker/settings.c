/*
 * What the settings of jobs say is done: disabled ones are not begun, no more
 * run at once than may, what outlasts its time is ended, what failed is tried
 * again so often and no more, also after a kill.
 */
#include "system/worker/kit.h"

#include <stdlib.h>
#include <time.h>

static void set_job(struct kit *k, const char *job, const char *json)
{
	struct inventory_result result = { 0 };
	const struct kind *kind = kind_get(KIND_JOB);
	json_t *object = json_loads(json, 0, NULL);

	json_object_set_new(object, "name", json_string(job));
	if (inventory_create(&k->app, &kit_admin,
		&(struct inventory_change){ .kind = kind, .object = object },
		&result, NULL) != ERR_OK)
		kit_ok(k, inventory_update(&k->app, &kit_admin,
			      &(struct inventory_change){
				  .kind = kind, .key = job, .object = object },
			      &result, e));
	inventory_result_release(&result);
	json_decref(object);
}

static enum err_code try_backup(
    struct kit *k, int device, char id[RUN_ID_SIZE], struct err *e)
{
	char name[20];
	json_t *parameters, *doc = NULL;
	enum err_code rc;

	snprintf(name, sizeof(name), "d%d", device);
	parameters = json_pack("{s:s}", "device", name);
	rc = runs_create(&k->app, &kit_admin,
	    &(struct run_wish){
		.job = job_get(JOB_BACKUP), .parameters = parameters },
	    &doc, e);
	if (rc == ERR_OK)
		snprintf(id, RUN_ID_SIZE, "%s", json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(parameters);
	return rc;
}

static size_t count_runs(struct kit *k)
{
	struct run_filter filter = { .job = "backup", .limit = 500 };
	struct run_index *index;
	json_t *list;
	size_t n;

	kit_ok(k, run_index_new(&k->app, &index, e));
	kit_ok(k, run_index_list(index, &filter, &list, e));
	n = json_array_size(list);
	json_decref(list);
	run_index_free(index);
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

/* The newest run of the job. */
static void newest(struct kit *k, char id[RUN_ID_SIZE])
{
	struct run_filter filter = { .job = "backup", .limit = 1 };
	struct run_index *index;
	json_t *list;

	kit_ok(k, run_index_new(&k->app, &index, e));
	kit_ok(k, run_index_list(index, &filter, &list, e));
	snprintf(id, RUN_ID_SIZE, "%s",
	    json_text(json_array_get(list, 0), "id", ""));
	json_decref(list);
	run_index_free(index);
}

static void disabled(void)
{
	struct kit kit, *k = &kit;
	struct err refused = ERR_INIT;
	char id[RUN_ID_SIZE];

	kit_make(k, 1, NULL);
	kit_ok(k, try_backup(k, 0, id, e));
	set_job(k, "backup", "{\"enabled\":false,\"reason\":\"frozen\"}");
	kit_check(k, try_backup(k, 0, id, &refused) == ERR_CONFLICT);
	kit_check(k, strstr(refused.message, "frozen") != NULL);
	/* queued before: not begun */
	kit_start(k);
	kit_expect(k, id, RUN_FAILED, "disabled");
	kit_check(k, kit_count(k, 0, "open") == 0);
	set_job(k, "backup", "{}");
	kit_ok(k, try_backup(k, 0, id, e));
	kit_expect(k, id, RUN_SUCCEEDED, "");
	kit_end(k);
}

static void one_at_once(void)
{
	struct kit kit, *k = &kit;
	char a[RUN_ID_SIZE], b[RUN_ID_SIZE];
	struct timespec ts = { .tv_nsec = 300000000 };
	json_t *doc;

	kit_make(k, 2, NULL);
	set_job(k, "backup", "{\"concurrency\":1}");
	kit_control(k, 0, "latency 2000\n");
	kit_start(k);
	kit_ok(k, try_backup(k, 0, a, e));
	json_decref(kit_wait(k, a, kit_is_running));
	kit_ok(k, try_backup(k, 1, b, e));
	nanosleep(&ts, NULL);
	kit_ok(k, runs_read(&k->app, b, &doc, e));
	kit_check(k, run_doc_state(doc) == RUN_QUEUED);
	json_decref(doc);
	kit_control(k, 0, "");
	kit_expect(k, b, RUN_SUCCEEDED, "");
	kit_end(k);
}

static void again(void)
{
	struct kit kit, *k = &kit;
	char id[RUN_ID_SIZE], last[RUN_ID_SIZE];

	kit_make(k, 1, NULL);
	set_job(k, "backup", "{\"retries\":2,\"retry_delay\":1}");
	kit_control(k, 0, "unreachable always\n");
	kit_start(k);
	kit_ok(k, try_backup(k, 0, id, e));
	kit_expect(k, id, RUN_FAILED, "");
	wait_runs(k, 2);
	kit_kill(k);
	kit_start(k);
	/* the second one waits twice as long, and there is no third */
	wait_runs(k, 3);
	newest(k, last);
	kit_expect(k, last, RUN_FAILED, "");
	kit_check(k, kit_log_says(k, last, "retry 2 of run"));
	kit_kill(k);
	kit_start(k);
	kit_check(k, count_runs(k) == 3);
	/* what succeeds is not repeated */
	kit_control(k, 0, "");
	kit_ok(k, try_backup(k, 0, id, e));
	kit_expect(k, id, RUN_SUCCEEDED, "");
	kit_check(k, count_runs(k) == 4);
	kit_end(k);
}

/* The session's own deadline comes from the settings. */
static void too_long(void)
{
	struct kit kit, *k = &kit;
	char id[RUN_ID_SIZE];
	int64_t began = clock_mono_ms();

	kit_make(k, 1, NULL);
	set_job(k, "backup", "{\"time_limit\":1}");
	kit_control(k, 0, "latency 1500\n");
	kit_start(k);
	kit_ok(k, try_backup(k, 0, id, e));
	kit_expect(k, id, RUN_FAILED, "");
	kit_check(k, clock_mono_ms() - began < 20000);
	kit_end(k);
}

int main(void)
{
	disabled();
	too_long();
	one_at_once();
	again();
	return 0;
}
