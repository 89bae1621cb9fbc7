/*
 * Retention: old runs leave the tip of branch `runs`; the audit trail tells the
 * same of them before and after, by device too.
 */
#include "system/worker/kit.h"

#include "app/audit.h"

#include <unistd.h>

/* A run of long ago, as if it had been recorded then. */
static void put_old_run(struct kit *k, const char *id, const char *dir)
{
	struct store_trailer trailers[] = { { "Run-Id", id },
		{ "Job", "backup" }, { "Trigger", "form" }, { "Actor", "otto" },
		{ "Device", "d0" }, { "Result", "succeeded" } };
	struct store_message m = { .author = "otto", .subject = "Back up",
		.trailers = trailers, .n_trailers = 6 };
	char path[100], text[400];
	struct commit_id commit;
	struct store_txn *t;

	snprintf(path, sizeof(path), "%s/%s/run.json", dir, id);
	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"job\":\"backup\","
	    "\"state\":\"succeeded\",\"trigger\":\"form\",\"actor\":\"otto\","
	    "\"parameters\":{\"device\":\"d0\"},\"devices\":[{\"name\":\"d0\","
	    "\"state\":\"succeeded\"}]}", id);
	kit_ok(k, store_txn_begin(k->app.store, STORE_RUNS, &t, e));
	kit_ok(k, store_txn_put(t, path, text, strlen(text), STORE_ANY, e));
	kit_ok(k, store_txn_commit(t, &m, &commit, NULL, e));
}

/* The same of a run over d0 and one that is no more. */
static void put_old_fleet(struct kit *k, const char *id, const char *dir)
{
	struct store_trailer trailers[] = { { "Run-Id", id },
		{ "Job", "backup" }, { "Trigger", "schedule" },
		{ "Actor", "otto" }, { "Device", "2 devices" },
		{ "Result", "failed" } };
	struct store_message m = { .author = "otto", .subject = "Back up",
		.trailers = trailers, .n_trailers = 6 };
	char path[100], text[400];
	struct commit_id commit;
	struct store_txn *t;

	snprintf(path, sizeof(path), "%s/%s/run.json", dir, id);
	snprintf(text, sizeof(text), "{\"id\":\"%s\",\"job\":\"backup\","
	    "\"state\":\"failed\",\"trigger\":\"schedule\",\"actor\":"
	    "\"otto\",\"parameters\":{\"all\":true},\"devices\":["
	    "{\"name\":\"d0\",\"state\":\"failed\"},{\"name\":\"gone\","
	    "\"state\":\"succeeded\"}]}", id);
	kit_ok(k, store_txn_begin(k->app.store, STORE_RUNS, &t, e));
	kit_ok(k, store_txn_put(t, path, text, strlen(text), STORE_ANY, e));
	kit_ok(k, store_txn_commit(t, &m, &commit, NULL, e));
}

/* What the audit trail tells of otto's runs with these filters: the ids' last
 * digits, newest first. */
static void audit_is(struct kit *k, struct run_index *index,
    struct history_filter filter, const char *expected)
{
	struct arena *arena = arena_new(1 << 20);
	struct audit_query query = { .filter = filter, .runs = index,
		.leave_out = { [STORE_MAIN] = true }, .limit = 100 };
	char got[40] = "";
	struct audit_page page;

	query.filter.author = "otto";
	kit_ok(k, audit_read(&k->app, &query, arena, &page, e));
	for (size_t i = 0; i < page.n && strlen(got) < 30; i++)
		snprintf(got + strlen(got), 3, "%s ",
		    page.events[i].commit.run +
			strlen(page.events[i].commit.run) - 1);
	if (strcmp(got, expected) != 0)
		fprintf(stderr, "the audit trail has \"%s\", not \"%s\"\n",
		    got, expected);
	kit_check(k, strcmp(got, expected) == 0);
	arena_free(arena);
}

/* The same before and after. */
static void audit_tells_old_runs(struct kit *k, struct run_index *index)
{
	static const struct {
		struct history_filter filter;
		const char *expected;
	} cases[] = {
		{ { .device = "d0" }, "4 3 2 1 " },
		{ { .device = "gone" }, "4 " },
		{ { .device = "gone", .result = "succeeded" }, "" },
		{ { .device = "d1" }, "" },
		{ { .job = "backup" }, "4 3 2 1 " },
		{ { .trigger = "schedule" }, "4 " },
		{ { .result = "succeeded" }, "3 2 1 " },
		{ { .until_ms = 1000 }, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		audit_is(k, index, cases[i].filter, cases[i].expected);
}

static size_t count_runs(struct kit *k, struct run_index *index)
{
	struct run_filter all = { 0 };
	json_t *list;
	size_t n;

	kit_ok(k, run_index_list(index, &all, &list, e));
	n = json_array_size(list);
	json_decref(list);
	return n;
}

/* Old runs leave the lists; the history has them. */
static void old_runs_are_archived(void)
{
	int64_t until = clock_mono_ms() + 20000;
	struct err absent = ERR_INIT;
	struct run_index *index;
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *doc;

	kit_make(k, 1, NULL);
	put_old_run(k, "20240102-030405-00000001", "2024/01/02");
	put_old_run(k, "20240102-030405-00000002", "2024/01/02");
	put_old_run(k, "20250607-030405-00000003", "2025/06/07");
	put_old_fleet(k, "20250607-030405-00000004", "2025/06/07");
	kit_ok(k, run_index_new(&k->app, &index, e));
	audit_tells_old_runs(k, index);
	kit_patch(k, KIND_SETTINGS, "settings", "{\"keep_runs_days\":40}");
	kit_start(k);
	kit_provision(k, 0, true, id);
	kit_expect(k, id, RUN_SUCCEEDED, "");
	kit_wait_recorded(k, id);
	while (count_runs(k, index) > 1 && clock_mono_ms() < until)
		usleep(2000);
	kit_check(k, count_runs(k, index) == 1);
	audit_tells_old_runs(k, index);
	run_index_free(index);
	/* and to a program that starts only then */
	kit_ok(k, run_index_new(&k->app, &index, e));
	audit_tells_old_runs(k, index);
	run_index_free(index);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git log --format=%s runs "
	    "| grep -qx 'Archive the 2 runs of 2024/01/02'") == 0);
	kit_check(k, kit_shell(k, "! git -C $DIR/store.git ls-tree -r "
	    "--name-only runs | grep -q '^202[45]/'") == 0);
	/* who asks for one is told where it is, and it is there */
	kit_check(k, runs_read(&k->app, "20240102-030405-00000002", &doc,
			 &absent) == ERR_NOT_FOUND);
	kit_check(k, strstr(absent.message, "is archived"));
	kit_check(k, strstr(absent.message,
	    "2024/01/02/20240102-030405-00000002"));
	kit_check(k, kit_shell(k, "c=$(git -C $DIR/store.git log "
	    "--diff-filter=D --format=%H runs -- "
	    "2024/01/02/20240102-030405-00000002) && "
	    "git -C $DIR/store.git show "
	    "$c^:2024/01/02/20240102-030405-00000002/run.json | "
	    "grep -q otto") == 0);
	kit_check(k, runs_read(&k->app, "29990102-030405-00000002", &doc,
			 &absent) == ERR_NOT_FOUND);
	kit_check(k, strstr(absent.message, "there is no run"));
	kit_end(k);
}

int main(void)
{
	old_runs_are_archived();
	return 0;
}
