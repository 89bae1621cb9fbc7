/*
 * Runs over many devices: backups of a fleet, what they cost when nothing has
 * changed, retries, what the status rules leave alone, cancelling, sharing the
 * slots, and the end of the worker in between.
 */
#include "system/worker/kit.h"

#include "app/run_again.h"
#include "base/text.h"

#include <time.h>
#include <unistd.h>

/* Sessions at a time, at the most. */
#define MAX_SLOTS 8

static void nap(int ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000L };

	nanosleep(&ts, NULL);
}

static void start(struct kit *k, enum job_id job, const char *parameters,
    char id[RUN_ID_SIZE])
{
	json_t *p = json_loads(parameters, 0, NULL), *doc;

	kit_check(k, p != NULL);
	kit_ok(
	    k, runs_create(&k->app, &kit_admin,
		   &(struct run_wish){ .job = job_get(job), .parameters = p },
		   &doc, e));
	text_copy(id, RUN_ID_SIZE, json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
}

static void backup(struct kit *k, const char *parameters, char id[RUN_ID_SIZE])
{
	start(k, JOB_BACKUP, parameters, id);
}

/* Commits on main of this run. */
static int commits(struct kit *k, const char *id)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "exit $(git -C $DIR/store.git log --format=%%B main | "
	    "grep -c '^Run-Id: %s$')",
	    id);
	return kit_shell(k, command);
}

static int count_backups(struct kit *k)
{
	return kit_shell(k, "exit $(git -C $DIR/store.git ls-tree -r "
			    "--name-only main backup | wc -l)");
}

/* One commit for what changed, none for what did not. */
static void commits_follow_the_change(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 40, NULL);
	kit_start(k);
	backup(k, "{\"all\":true}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "40 of 40 done, 40 changed");
	kit_wait_recorded(k, id);
	kit_expect_rows(k, id,
	    (const struct kit_rows[]){ { 0, 40, "succeeded", "read" } }, 1);
	kit_check(k, commits(k, id) == 1);
	kit_check(k, count_backups(k) == 40);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git log -1 main | "
				  "grep -q 'Device: 40 devices'") == 0);
	backup(k, "{\"area\":\"lab\"}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "40 of 40 done");
	kit_wait_recorded(k, id);
	kit_check(k, commits(k, id) == 0);
	kit_check(k, kit_shell(k, "echo more >>$DIR/fake/10007/running") == 0);
	backup(k, "{\"devices\":[\"d7\",\"d8\"]}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "2 of 2 done, 1 changed");
	kit_wait_recorded(k, id);
	kit_check(k, commits(k, id) == 1);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git log -1 main | "
				  "grep -q 'Device: d7$'") == 0);
	/* one record of the run, with the rows */
	kit_check(
	    k, kit_shell(k,
		   "test $(git -C $DIR/store.git log "
		   "--format=%s runs | grep -c 'Back up configuration') = 3") ==
		   0);
	kit_end(k);
}

/* What cannot be read is tried again, then told; the last good one stays. */
static void failures_are_told(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *doc;

	kit_make(k, 6, NULL);
	kit_start(k);
	backup(k, "{\"all\":true}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "6 of 6 done");
	kit_wait_recorded(k, id);
	kit_control(k, 1, "unreachable always\n");
	kit_control(k, 2, "corrupt 1\n");
	kit_control(k, 3, "password wrong\n");
	kit_patch(k, KIND_DEVICE, "d4", "{\"status\":\"failed\"}");
	kit_patch(k, KIND_DEVICE, "d5", "{\"status\":\"decommissioning\"}");
	backup(k, "{\"all\":true,\"retries\":2,\"retry_after\":0}", id);
	kit_expect(k, id, RUN_FAILED, "1 of 6 done, 3 failed, 2 left alone");
	kit_wait_recorded(k, id);
	kit_expect_row(k, id, 0, "succeeded", "read");
	kit_expect_row(k, id, 1, "failed", "cannot be reached");
	kit_expect_row(k, id, 2, "failed", "without its end");
	kit_expect_row(k, id, 3, "failed", "refused the password");
	kit_expect_row(k, id, 4, "succeeded", "left alone: d4: its status is");
	kit_expect_row(k, id, 5, "succeeded", "only teardown");
	/* first sweep, and three attempts; a wrong password is tried once */
	kit_check(k, kit_count(k, 1, " open") == 4);
	kit_check(k, kit_count(k, 2, " open") == 4);
	kit_check(k, kit_count(k, 3, " open") == 2);
	kit_check(k, kit_count(k, 4, " open") == 1);
	kit_check(k, kit_shell(k, "test -s $DIR/quarantine/d2.cfg") == 0);
	kit_control(k, 1, "\n");
	kit_ok(k, run_again_create(&k->app, &kit_admin, id, NULL, &doc, e));
	text_copy(id, sizeof(id), json_text(doc, "id", ""));
	json_decref(doc);
	kit_expect(k, id, RUN_FAILED, "1 of 3 done, 2 failed");
	kit_wait_recorded(k, id);
	kit_expect_row(k, id, 1, "succeeded", "read");
	kit_check(k,
	    kit_shell(k, "test \"$(git -C $DIR/store.git show "
			 "main:backup/lab/d2.cfg)\" = 'hostname fake'") == 0);
	kit_end(k);
}

static void put_running(struct kit *k, int device, const char *text)
{
	char command[400];

	snprintf(command, sizeof(command),
	    "printf '%s' >\"$DIR/fake/%d/running\"", text, 10000 + device);
	kit_check(k, kit_shell(k, command) == 0);
}

/* The platform's rules: lines that change by themselves make no commit, and
 * what is cut off never takes the place of what is whole. */
static void only_whole_ones_are_kept(void)
{
	char id[RUN_ID_SIZE], one[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 3, NULL);
	kit_patch(k, KIND_PLATFORM, "frr",
	    "{\"backup_end\":\"end\",\"backup_ignore\":\"uptime ...\"}");
	for (int d = 0; d < 3; d++)
		put_running(k, d,
		    "hostname fake\\nuptime 1 s\\nntp 192.0.2.1\\nend\\n");
	kit_start(k);
	backup(k, "{\"all\":true}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "3 of 3 done, 3 changed");
	kit_wait_recorded(k, id);
	kit_check(
	    k, kit_shell(k, "! git -C $DIR/store.git show "
			    "main:backup/lab/d0.cfg | grep -q uptime") == 0);
	put_running(
	    k, 0, "hostname fake\\nuptime 2 s\\nntp 192.0.2.1\\nend\\n");
	put_running(k, 1, "hostname fake\\nuptime 1 s\\nntp 192.0");
	put_running(k, 2, "end\\n");
	backup(k, "{\"all\":true,\"retry_after\":0}", id);
	kit_expect(k, id, RUN_FAILED, "1 of 3 done, 2 failed");
	kit_wait_recorded(k, id);
	kit_check(k, commits(k, id) == 0);
	kit_expect_row(k, id, 1, "failed", "the last good backup stays");
	kit_check(k, kit_log_says(k, id, "it ends with \\\"ntp 192.0\\\""));
	kit_check(k, kit_log_says(k, id, "less than 30%"));
	kit_check(k, kit_shell(k, "test -s $DIR/quarantine/d1.cfg && "
				  "test -s $DIR/quarantine/d2.cfg") == 0);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git show "
				  "main:backup/lab/d2.cfg | grep -q ntp") == 0);
	/* someone says that it is right */
	backup(k, "{\"device\":\"d2\",\"accept_smaller\":true}", one);
	kit_expect(k, one, RUN_SUCCEEDED, "read");
	kit_check(k, kit_shell(k, "! git -C $DIR/store.git show "
				  "main:backup/lab/d2.cfg | grep -q ntp") == 0);
	kit_end(k);
}

static bool some_are_done(const json_t *doc)
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach(json_object_get(doc, "devices"), i, row) n +=
	    strcmp(json_text(row, "state", ""), "succeeded") == 0;
	return n >= 4;
}

static void cancelled_at_once(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	int64_t asked;
	json_t *doc, *row;
	size_t i, n[2] = { 0 };

	kit_make(k, 60, NULL);
	for (int d = 0; d < 60; d++)
		kit_control(k, d, "latency 40\n");
	/* it would take its time */
	kit_control(k, 0, "latency 20000\n");
	kit_start(k);
	backup(k, "{\"all\":true}", id);
	json_decref(kit_wait(k, id, some_are_done));
	asked = clock_mono_ms();
	kit_ok(k, runs_cancel(&k->app, &kit_admin, id, e));
	kit_expect(k, id, RUN_CANCELLED, "not begun");
	kit_wait_recorded(k, id);
	kit_check(k, clock_mono_ms() - asked < 1000);
	doc = kit_wait(k, id, kit_has_ended);
	json_array_foreach(json_object_get(doc, "devices"), i, row)
	{
		const char *state = json_text(row, "state", "");

		n[0] += strcmp(state, "succeeded") == 0;
		n[1] += strcmp(state, "cancelled") == 0;
	}
	kit_check(k, n[0] >= 4 && n[1] > 10 && n[0] + n[1] == 60);
	json_decref(doc);
	/* none that is said to be cancelled was kept, and all others were */
	kit_check(k, count_backups(k) == (int)n[0]);
	kit_end(k);
}

/* A run of one device, and another fleet, do not wait for a long one. */
static void slots_are_shared(void)
{
	char big[RUN_ID_SIZE], small[RUN_ID_SIZE], one[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *doc;

	kit_make(k, 80, NULL);
	for (int i = 0; i < 80; i++)
		kit_control(k, i, "latency 30\n");
	kit_start(k);
	backup(k, "{\"all\":true}", big);
	json_decref(kit_wait(k, big, some_are_done));
	kit_provision(k, 79, true, one);
	backup(k, "{\"devices\":[\"d76\",\"d77\",\"d78\"]}", small);
	kit_expect(k, one, RUN_SUCCEEDED, "already as intended");
	kit_expect(k, small, RUN_SUCCEEDED, "3 of 3 done");
	kit_ok(k, runs_read(&k->app, big, &doc, e));
	kit_check(k, run_doc_state(doc) == RUN_RUNNING);
	json_decref(doc);
	kit_expect(k, big, RUN_SUCCEEDED, "80 of 80 done");
	kit_end(k);
}

/* However often the worker ends: each device ends once, and those that had
 * ended are not read again. */
static void killed_in_between(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *doc, *row;
	size_t i, reads = 0;

	kit_make(k, 50, NULL);
	for (int d = 0; d < 50; d++)
		kit_control(k, d, "latency 20\n");
	kit_start(k);
	backup(k, "{\"all\":true}", id);
	for (int turn = 0; turn < 6; turn++) {
		nap(40 * turn);
		if (turn == 3)
			kit_terminate(k);
		else
			kit_kill(k);
		kit_start(k);
	}
	kit_expect(k, id, RUN_SUCCEEDED, "50 of 50 done, 50 changed");
	kit_wait_recorded(k, id);
	doc = kit_wait(k, id, kit_has_ended);
	kit_check(k, json_array_size(json_object_get(doc, "devices")) == 50);
	json_array_foreach(json_object_get(doc, "devices"), i, row)
	    kit_check(k, strcmp(json_text(row, "state", ""), "succeeded") == 0);
	json_decref(doc);
	kit_check(k, commits(k, id) > 0);
	kit_check(k, count_backups(k) == 50);
	for (int d = 0; d < 50; d++)
		reads += kit_count(k, d, " read");
	/* what was in a session when the worker ended, or not on record yet */
	kit_check(k, reads < 50 + 6 * 2 * MAX_SLOTS);
	kit_end(k);
}

static size_t devices_with(struct kit *k, const char *word)
{
	size_t n = 0;

	for (int d = 0; d < k->n_devices; d++)
		n += kit_count(k, d, word) > 0;
	return n;
}

/* One, then a tenth, then the rest; a dry run needs no waves. */
static void provisioned_in_waves(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make_intending(k, 30, NULL, "hostname fake\nntp 192.0.2.1\n");
	kit_start(k);
	start(k, JOB_BULK_PROVISION, "{\"all\":true}", id);
	kit_expect(k, id, RUN_SUCCEEDED, "30 of 30 done, 30 would change");
	kit_wait_recorded(k, id);
	kit_check(k, devices_with(k, " line ") == 0);
	kit_check(k, !kit_log_says(k, id, "wave"));
	kit_patch(k, KIND_DEVICE, "d3", "{\"status\":\"planned\"}");
	start(k, JOB_BULK_PROVISION, "{\"all\":true,\"dry_run\":false}", id);
	kit_expect(
	    k, id, RUN_SUCCEEDED, "29 of 30 done, 29 changed, 1 left alone");
	kit_check(k, kit_log_says(k, id, "up to 1 of 30 devices"));
	kit_check(k, kit_log_says(k, id, "up to 4 of 30 devices"));
	kit_check(k, kit_log_says(k, id, "up to 30 of 30 devices"));
	kit_check(k, devices_with(k, " line ") == 29);
	kit_expect_rows(k, id,
	    (const struct kit_rows[]){
		{ 0, 3, "succeeded", "confirmed after re-reading" },
		{ 3, 4, "succeeded", "left alone" },
		{ 4, 30, "succeeded", "confirmed after re-reading" } },
	    3);
	/* its intent was on record before, its end after */
	kit_check(
	    k, kit_shell(k, "git -C $DIR/store.git log --format=%s runs "
			    "| grep -q 'Provision devices: start on '") == 0);
	kit_check(
	    k, kit_shell(k, "git -C $DIR/store.git ls-tree -r "
			    "--name-only runs | grep -q '/d29.diff$'") == 0);
	kit_check(
	    k, kit_shell(k, "git -C $DIR/store.git show "
			    "main:backup/lab/d29.cfg | grep -q ntp") == 0);
	kit_end(k);
}

/* Of forty devices the last thirty cannot be reached. */
static void expect_what_devices_show(struct kit *k, const char *id)
{
	json_t *doc = kit_wait(k, id, kit_has_ended);
	size_t succeeded = 0, failed = 0, cancelled = 0;

	for (int d = 0; d < 40; d++) {
		bool changed =
		    strstr(kit_device_file(k, d, "running"), "ntp") != NULL;
		const char *state;
		char name[16];

		snprintf(name, sizeof(name), "d%d", d);
		state = json_text(kit_row(doc, name), "state", "");
		kit_check(k, changed == (strcmp(state, "succeeded") == 0));
		succeeded += changed;
		failed += d >= 10 && strcmp(state, "failed") == 0;
		cancelled += strcmp(state, "cancelled") == 0;
	}
	kit_check(k, succeeded >= 1 && failed >= 5 && cancelled >= 19);
	kit_check(k, succeeded + failed + cancelled == 40);
	json_decref(doc);
}

static void stopped_when_too_many_fail(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make_intending(k, 40, NULL, "hostname fake\nntp 192.0.2.1\n");
	kit_control(k, 0, "refuse 1\n");
	kit_start(k);
	start(k, JOB_BULK_PROVISION, "{\"all\":true,\"dry_run\":false}", id);
	kit_expect(k, id, RUN_FAILED, "0 of 40 done, 1 failed, 39 not begun");
	kit_wait_recorded(k, id);
	kit_expect_row(k, id, 0, "rolled-back", "refused");
	kit_expect_rows(k, id,
	    (const struct kit_rows[]){ { 1, 40, "cancelled", "not begun" } },
	    1);
	kit_check(k, devices_with(k, " open") == 1);
	/* the first is well, and some of the second wave are not */
	kit_control(k, 0, "\n");
	for (int d = 10; d < 40; d++)
		kit_control(k, d, "unreachable always\n");
	start(k, JOB_BULK_PROVISION,
	    "{\"all\":true,\"dry_run\":false,\"retries\":0,"
	    "\"wave_percent\":50,\"max_failed\":20}",
	    id);
	expect_what_devices_show(k, id);
	kit_end(k);
}

static bool has_been_given_up(const json_t *doc)
{
	return run_doc_state(doc) == RUN_UNKNOWN && run_doc_has_ended(doc);
}

/* d2 is lost after the first line; the others end, and the run stands as
 * unknown. */
static void lose_one(struct kit *k, char id[RUN_ID_SIZE])
{
	json_t *doc;

	kit_make_intending(k, 5, NULL, "hostname fake\nfirst\nsecond\n");
	kit_control(k, 2, "drop 1\nunreachable later\n");
	kit_start(k);
	start(k, JOB_BULK_PROVISION,
	    "{\"all\":true,\"dry_run\":false,\"max_failed\":100}", id);
	doc = kit_wait(k, id, kit_is_unknown);
	kit_check(k,
	    strcmp(json_text(kit_row(doc, "d2"), "state", ""), "unknown") == 0);
	kit_check(k, strcmp(json_text(kit_row(doc, "d4"), "state", ""),
			 "succeeded") == 0);
	json_decref(doc);
}

/* It ends with what is read, also over a restart. */
static void unknown_devices_are_settled(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	lose_one(k, id);
	kit_kill(k);
	kit_start(k);
	kit_control(k, 2, "\n");
	kit_expect(k, id, RUN_FAILED, "4 of 5 done, 4 changed, 1 failed");
	kit_expect_rows(k, id,
	    (const struct kit_rows[]){ { 0, 2, "succeeded", "confirmed" },
		{ 2, 3, "rolled-back", "put back" },
		{ 3, 5, "succeeded", "confirmed" } },
	    3);
	kit_check(k, kit_count(k, 2, " line first") == 1);
	kit_wait_recorded(k, id);
	/* it was on record as unknown before */
	kit_check(k,
	    kit_shell(k, "git -C $DIR/store.git log --format="
			 "'%(trailers:key=Result,valueonly,separator=)' runs | "
			 "grep -qx unknown") == 0);
	kit_end(k);
}

/* Or when someone takes care of the device. */
static void unknown_devices_are_given_up(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *doc;

	lose_one(k, id);
	kit_ok(k, runs_cancel(&k->app, &kit_admin, id, e));
	doc = kit_wait(k, id, has_been_given_up);
	kit_check(k,
	    strstr(json_text(doc, "result", ""), "1 with an unknown outcome"));
	json_decref(doc);
	kit_wait_recorded(k, id);
	/* the device is free */
	kit_control(k, 2, "\n");
	kit_provision(k, 2, true, id);
	kit_expect(k, id, RUN_SUCCEEDED, "dry run");
	kit_end(k);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{ "commits follow the change", commits_follow_the_change },
		{ "failures are told", failures_are_told },
		{ "only whole ones are kept", only_whole_ones_are_kept },
		{ "cancelled at once", cancelled_at_once },
		{ "slots are shared", slots_are_shared },
		{ "killed in between", killed_in_between },
		{ "provisioned in waves", provisioned_in_waves },
		{ "stopped when too many fail", stopped_when_too_many_fail },
		{ "unknown devices are settled", unknown_devices_are_settled },
		{ "unknown devices are given up",
		    unknown_devices_are_given_up },
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		int64_t from = clock_mono_ms();

		tests[i].test();
		printf("ok %s (%.1f s)\n", tests[i].name,
		    (double)(clock_mono_ms() - from) / 1000);
		fflush(stdout);
	}
	return 0;
}
