/*
 * Single runs, as people start them: what happens to the device, what is
 * recorded, how they are cancelled, and how the worker is stopped in between.
 */
#include "system/worker/kit.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void dry_run_then_push(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	struct buf diff = BUF_INIT(10000);
	json_t *doc, *device;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "hostname fake\nntp 192.0.2.1\n");
	kit_start(k);
	kit_provision(k, 0, true, id);
	kit_expect(k, id, RUN_SUCCEEDED, "dry run: 1 line would be added");
	kit_check(k, strcmp(kit_device_file(k, 0, "running"),
	    "hostname fake\n") == 0);
	kit_check(k, kit_count(k, 0, " line ") == 0);
	kit_ok(k, runs_read_diff(&k->app, id, "d0", &diff, e));
	kit_check(k, strstr(buf_text(&diff), "+ntp 192.0.2.1\n"));
	buf_release(&diff);
	kit_provision(k, 0, false, id);
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed after re-reading");
	kit_wait_recorded(k, id);
	kit_check(k, strcmp(kit_device_file(k, 0, "running"),
	    "hostname fake\nntp 192.0.2.1\n") == 0);
	kit_check(k, strcmp(kit_device_file(k, 0, "startup"),
	    "hostname fake\nntp 192.0.2.1\n") == 0);
	doc = kit_wait(k, id, kit_has_ended);
	device = json_array_get(json_object_get(doc, "devices"), 0);
	kit_check(k, json_number(device, "added", 0) == 1);
	kit_check(k, strlen(json_text(device, "intended_commit", "")) == 40);
	json_decref(doc);
	/* the backup is what the device has now */
	kit_check(k, kit_shell(k, "test \"$(git -C $DIR/store.git show "
	    "main:backup/lab/d0.cfg)\" = \"$(cat $DIR/fake/10000/running)\"")
	    == 0);
	/* an intent before the effect, and how it ended */
	kit_check(k, kit_shell(k, "test \"$(git -C $DIR/store.git log "
	    "--format='%(trailers:key=Result,valueonly,separator=)' -2 runs "
	    "| tr '\\n' ' ')\" = 'succeeded started '") == 0);
	/* and the same by the command line */
	kit_check(k, kit_shell(k, "\"$SWITCHYARD\" --dir \"$DIR\" run "
	    "provision --device d0 --no-dry-run --follow | "
	    "grep -q 'already as intended'") == 0);
	kit_check(k, kit_shell(k, "\"$SWITCHYARD\" --dir \"$DIR\" fsck "
	    ">/dev/null") == 0);
	kit_end(k);
}

/* The time stamp of the n-th line of a device's log with this word. */
static int64_t time_of(struct kit *k, int device, const char *word, size_t n)
{
	const char *log, *p;

	kit_wait_count(k, device, word, n);
	log = p = kit_device_file(k, device, "log");
	while (n > 0 && (p = strstr(p, word)) != NULL) {
		if (--n > 0)
			p += strlen(word);
	}
	while (p > log && p[-1] != '\n')
		p--;
	return strtoll(p, NULL, 10);
}

static void one_by_one_and_side_by_side(void)
{
	char ids[3][RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	int64_t start;

	kit_make(k, 2, NULL);
	for (int d = 0; d < 2; d++) {
		kit_control(k, d, "latency 60\n");
		kit_intend(k, d, "hostname fake\nntp 192.0.2.1\n");
	}
	kit_start(k);
	kit_provision(k, 0, false, ids[0]);
	/* ids tell the order by the millisecond */
	start = clock_wall_ms();
	while (clock_wall_ms() <= start)
		;
	kit_provision(k, 0, true, ids[1]);
	kit_provision(k, 1, false, ids[2]);
	for (int i = 0; i < 3; i++)
		kit_expect(k, ids[i], RUN_SUCCEEDED, "");
	/* the push of d0 has two sessions; the dry run comes after them, in
	 * the order in which they were asked for */
	kit_check(k, time_of(k, 0, "open", 3) >= time_of(k, 0, "close", 2));
	kit_check(k, kit_log_says(k, ids[1], "0 lines to add"));
	/* d1 was not kept waiting */
	kit_check(k, time_of(k, 1, "open", 1) < time_of(k, 0, "close", 1));
	kit_end(k);
}

/* Two records of one address are one device. */
static void one_address_is_one_device(void)
{
	char ids[2][RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 2, NULL);
	kit_control(k, 0, "latency 50\n");
	kit_patch(k, KIND_DEVICE, "d1", "{\"primary_ip4\":\"127.0.0.1:10000\"}");
	kit_start(k);
	kit_provision(k, 0, true, ids[0]);
	kit_wait_count(k, 0, "open", 1);
	/* renamed while it is under way */
	kit_patch(k, KIND_DEVICE, "d0", "{\"name\":\"new0\"}");
	kit_provision(k, 1, true, ids[1]);
	for (int i = 0; i < 2; i++)
		kit_expect(k, ids[i], RUN_SUCCEEDED, "already as intended");
	kit_check(k, time_of(k, 0, "open", 2) >= time_of(k, 0, "close", 1));
	kit_end(k);
}

/* The backups of a run go where its device is now. */
static void renamed_in_between(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\nc\n");
	kit_control(k, 0, "latency 60\n");
	kit_start(k);
	kit_provision(k, 0, false, id);
	kit_wait_count(k, 0, " line ", 1);
	kit_patch(k, KIND_DEVICE, "d0", "{\"name\":\"new0\"}");
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed");
	kit_wait_recorded(k, id);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git ls-tree -r "
	    "--name-only main backup | grep -q '/new0.cfg$'") == 0);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git ls-tree -r "
	    "--name-only main backup | grep -q '/d0.cfg$'") != 0);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git show $(git -C "
	    "$DIR/store.git ls-tree -r main backup | grep '/new0.cfg$' | "
	    "cut -c13-52) | grep -q '^c$'") == 0);
	kit_end(k);
}

static void cancelled_in_time(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "hostname fake\nntp 192.0.2.1\n");
	/* in the queue, nobody serves it */
	kit_provision(k, 0, false, id);
	kit_ok(k, runs_cancel(&k->app, &kit_admin, id, e));
	kit_start(k);
	kit_expect(k, id, RUN_CANCELLED, "cancelled by admin before it started");
	/* only the mark is there, as if it had been claimed meanwhile */
	kit_terminate(k);
	kit_provision(k, 0, false, id);
	kit_ok(k, queue_request_cancel(k->dir, id, "admin", e));
	kit_start(k);
	kit_expect(k, id, RUN_CANCELLED, "cancelled by admin before it started");
	kit_check(k, kit_count(k, 0, "open") == 0);
	/* in its session, before anything was sent */
	kit_control(k, 0, "latency 400\n");
	kit_provision(k, 0, false, id);
	kit_wait_count(k, 0, "open", 1);
	kit_ok(k, runs_cancel(&k->app, &kit_admin, id, e));
	kit_expect(k, id, RUN_CANCELLED, "nothing was changed");
	kit_check(k, kit_count(k, 0, " line ") == 0);
	kit_end(k);
}

static void cancelled_too_late(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\nc\n");
	kit_control(k, 0, "latency 60\n");
	kit_start(k);
	kit_provision(k, 0, false, id);
	kit_wait_count(k, 0, " line ", 1);
	kit_ok(k, runs_cancel(&k->app, &kit_admin, id, e));
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed");
	kit_check(k, kit_log_says(k, id, "what was begun is brought to an end"));
	kit_check(k, strcmp(kit_device_file(k, 0, "running"),
	    "hostname fake\na\nb\nc\n") == 0);
	kit_check(k, runs_cancel(&k->app, &kit_admin, id, NULL) ==
	    ERR_CONFLICT);
	kit_end(k);
}

static bool is_queued(const json_t *doc)
{
	return run_doc_state(doc) == RUN_QUEUED;
}

static void stopped_in_between(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\nc\nd\n");
	kit_control(k, 0, "latency 300\n");
	kit_start(k);
	/* before the effect: back into the queue */
	kit_provision(k, 0, false, id);
	kit_wait_count(k, 0, "open", 1);
	kit_check(k, kit_terminate(k) < 3000);
	json_decref(kit_wait(k, id, is_queued));
	kit_check(k, kit_count(k, 0, " line ") == 0);
	/* in the middle of it: it ends first */
	kit_control(k, 0, "latency 60\n");
	kit_start(k);
	kit_wait_count(k, 0, " line ", 2);
	kit_terminate(k);
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed");
	kit_check(k, kit_count(k, 0, " line ") == 4);
	/* nothing is left to do, and nothing is done again */
	kit_control(k, 0, "");
	kit_start(k);
	kit_check(k, kit_count(k, 0, " line ") == 4);
	kit_check(k, kit_shell(k, "test -z \"$(ls $DIR/live)\"") == 0);
	kit_end(k);
}

/* What cannot be known is read, and put back if it is half done. */
static void unknown_and_settled(void)
{
	char id[RUN_ID_SIZE], other[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\nc\n");
	kit_start(k);
	/* cut off after the second line, and out of reach since */
	kit_control(k, 0, "drop 2\nunreachable later\n");
	kit_provision(k, 0, false, id);
	json_decref(kit_wait(k, id, kit_is_unknown));
	/* other runs of the device wait until it is settled */
	kit_provision(k, 0, true, other);
	kit_control(k, 0, "");
	kit_expect(k, id, RUN_ROLLED_BACK, "the old configuration was put back");
	kit_expect(k, other, RUN_SUCCEEDED, "3 lines would be added");
	kit_check(k, strcmp(kit_device_file(k, 0, "running"),
	    "hostname fake\n") == 0);
	/* cut off after the last line: the change is there */
	kit_control(k, 0, "drop 3\n");
	kit_provision(k, 0, false, id);
	kit_expect(k, id, RUN_SUCCEEDED, "the change is complete");
	kit_check(k, kit_count(k, 0, "line c") == 1);
	kit_end(k);
}

/* Someone else takes care of the device. */
static void unknown_and_given_up(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *doc;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\n");
	kit_start(k);
	kit_control(k, 0, "drop 1\nunreachable later\n");
	kit_provision(k, 0, false, id);
	json_decref(kit_wait(k, id, kit_is_unknown));
	kit_ok(k, runs_cancel(&k->app, &kit_admin, id, e));
	doc = kit_wait(k, id, run_doc_has_ended);
	kit_check(k, run_doc_state(doc) == RUN_UNKNOWN);
	json_decref(doc);
	kit_check(k, kit_log_says(k, id, "admin ended the settling"));
	/* a new start does not take it up again */
	while (kit_shell(k, "test -z \"$(ls $DIR/spool/claimed)\"") != 0)
		;
	kit_kill(k);
	kit_start(k);
	kit_check(k, kit_shell(k, "test -z \"$(ls $DIR/live)\"") == 0);
	kit_check(k, runs_cancel(&k->app, &kit_admin, id, NULL) ==
	    ERR_CONFLICT);
	kit_end(k);
}

/* The queue's files of a run are gone, as after a store was put back: its end
 * is on record as unknown, once. */
static void lost_for_good(void)
{
	struct kit kit, *k = &kit;
	char id[RUN_ID_SIZE];
	json_t *doc;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\n");
	kit_start(k);
	kit_control(k, 0, "drop 1\nunreachable later\n");
	kit_provision(k, 0, false, id);
	json_decref(kit_wait(k, id, kit_is_unknown));
	while (kit_shell(k, "git -C $DIR/store.git log -1 --format=%B runs | "
			    "grep -q 'Result: unknown'") != 0)
		;
	kit_kill(k);
	kit_check(k, kit_shell(k, "rm -r $DIR/live/* $DIR/spool/claimed/*") ==
	    0);
	for (int start = 0; start < 2; start++) {
		kit_start(k);
		doc = kit_wait(k, id, run_doc_has_ended);
		kit_check(k, run_doc_state(doc) == RUN_UNKNOWN);
		kit_check(k, strstr(json_text(doc, "result", ""),
		    "was put back"));
		json_decref(doc);
		kit_check(k, kit_shell(k, "test $(git -C $DIR/store.git log "
		    "--format=%s runs | grep -c 'end is not known') = 1") == 0);
		kit_kill(k);
	}
	kit_control(k, 0, "");
	kit_start(k);
	kit_provision(k, 0, false, id);
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed");
	kit_end(k);
}

static void refusals_of_the_device(void)
{
	static const struct {
		const char *control;
		enum run_state state;
		const char *words;
	} rows[] = {
		{ "unreachable always\n", RUN_FAILED, "cannot be reached" },
		{ "password other\n", RUN_FAILED, "refused the password" },
		{ "key changed\n", RUN_FAILED, "host key has changed" },
		{ "key unknown\n", RUN_FAILED, "host key is not known" },
		{ "corrupt 1\n", RUN_FAILED, "without its end" },
		{ "pending eve\n", RUN_FAILED, "a commit of eve waits" },
		{ "refuse 2\n", RUN_ROLLED_BACK, "refused \"b\"" },
		{ "lie 1\n", RUN_ROLLED_BACK, "does not show what was" },
		{ "die 2\n", RUN_ROLLED_BACK, "was put back" },
		{ "nosave 1\n", RUN_SUCCEEDED, "could not be saved" },
	};
	bool waits = false; /* a host key, until an approved one is met */
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	kit_make(k, 1, NULL);
	kit_intend(k, 0, "a\nb\nc\n");
	kit_start(k);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kit_control(k, 0, rows[i].control);
		kit_provision(k, 0, false, id);
		kit_expect(k, id, rows[i].state, rows[i].words);
		kit_check(k, strcmp(kit_device_file(k, 0, "running"),
		    rows[i].state == RUN_SUCCEEDED ? "hostname fake\na\nb\nc\n"
		    : "hostname fake\n") == 0);
		waits = waits || strstr(rows[i].words, "host key");
		waits = waits && rows[i].state != RUN_SUCCEEDED;
		kit_check(k, (kit_shell(k, "grep -q SHA256:fake "
		    "$DIR/pending-hostkeys/d0.json") == 0) == waits);
	}
	kit_check(k, kit_shell(k, "test -s $DIR/quarantine/d0.cfg") == 0);
	kit_end(k);
}

/* From the click to the session, with a slot free. */
static void starts_at_once(void)
{
	int64_t took[40];
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	size_t n = sizeof(took) / sizeof(took[0]);

	kit_make(k, 1, NULL);
	kit_start(k);
	for (size_t i = 0; i < n; i++) {
		int64_t start = clock_mono_us();

		kit_provision(k, 0, true, id);
		took[i] = time_of(k, 0, "open", i + 1) - start;
		kit_expect(k, id, RUN_SUCCEEDED, "");
	}
	qsort(took, n, sizeof(took[0]), compare);
	printf("from the request to the session: median %.1f ms, longest "
	       "%.1f ms of %zu\n", (double)took[n / 2] / 1000,
	    (double)took[n - 1] / 1000, n);
	kit_check(k, took[n / 2] < 100000);
	kit_end(k);
}

/* The last backup, the lines, verification, and the record goes to the
 * archive; Git keeps everything. */
static void torn_down(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *p = json_pack("{s:s, s:b}", "device", "d0", "dry_run", 0), *doc;
	struct err refused = ERR_INIT;

	kit_make(k, 2, NULL);
	kit_start(k);
	kit_check(k, runs_create(&k->app, &kit_admin,
			 &(struct run_wish){
			     .job = job_get(JOB_TEARDOWN), .parameters = p },
			 &doc, &refused) == ERR_CONFLICT);
	kit_check(k, strstr(refused.message, "decommissioning"));
	kit_patch(k, KIND_DEVICE, "d0", "{\"status\":\"decommissioning\"}");
	kit_check(k, runs_create(&k->app, &kit_admin,
			 &(struct run_wish){
			     .job = job_get(JOB_TEARDOWN), .parameters = p },
			 &doc, &refused) == ERR_CONFLICT);
	kit_check(k, strstr(refused.message, "templates/frr/teardown.j2"));
	kit_patch(k, KIND_PLATFORM, "frr",
	    "{\"teardown_lines\":\"hostname gone\"}");
	/* nothing else may touch it */
	kit_check(k, runs_create(&k->app, &kit_admin,
			 &(struct run_wish){
			     .job = job_get(JOB_BACKUP), .parameters = p },
			 &doc, &refused) != ERR_OK);
	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){
			  .job = job_get(JOB_TEARDOWN), .parameters = p },
		      &doc, e));
	snprintf(id, sizeof(id), "%s", json_text(doc, "id", ""));
	kit_check(k, strstr(json_text(doc, "teardown", ""), "hostname gone"));
	json_decref(doc);
	json_decref(p);
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed after re-reading");
	kit_wait_recorded(k, id);
	kit_check(k, strstr(kit_device_file(k, 0, "running"),
	    "hostname gone\n"));
	kit_check(k, kit_shell(k, "git -C $DIR/store.git ls-tree -r "
	    "--name-only main | grep d0 | sort | tr '\\n' ' ' | grep -qx "
	    "'archive/backup/lab/d0.cfg archive/devices/lab/d0.json "
	    "archive/intended/lab/d0.cfg '") == 0);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git show "
	    "main:archive/backup/lab/d0.cfg | grep -q gone") == 0);
	/* what it had before is in the history */
	kit_check(k, kit_shell(k, "git -C $DIR/store.git log -p main -- "
	    "backup/lab/d0.cfg | grep -q '^+hostname fake'") == 0);
	kit_check(k, kit_shell(k, "\"$SWITCHYARD\" --dir \"$DIR\" check "
	    ">/dev/null") == 0);
	kit_end(k);
}

/* What was allowed when it was asked for is asked again before it starts. */
static void rules_hold_in_the_worker(void)
{
	static const struct {
		const char *status;
		enum run_state push, dry;
	} cases[] = {
		{ "inventory", RUN_FAILED, RUN_SUCCEEDED },
		{ "planned", RUN_FAILED, RUN_SUCCEEDED },
		{ "staged", RUN_FAILED, RUN_SUCCEEDED },
		{ "active", RUN_SUCCEEDED, RUN_SUCCEEDED },
		{ "failed", RUN_FAILED, RUN_FAILED },
		{ "decommissioning", RUN_FAILED, RUN_FAILED },
	};
	char push[6][RUN_ID_SIZE], dry[6][RUN_ID_SIZE], name[16], patch[64];
	struct kit kit, *k = &kit;

	kit_make_intending(k, 12, NULL, "hostname fake\nntp 192.0.2.1\n");
	for (int i = 0; i < 6; i++) {
		kit_provision(k, i, false, push[i]);
		kit_provision(k, 6 + i, true, dry[i]);
	}
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		snprintf(patch, sizeof(patch), "{\"status\":\"%s\"}",
		    cases[i % 6].status);
		kit_patch(k, KIND_DEVICE, name, patch);
	}
	kit_start(k);
	for (int i = 0; i < 6; i++) {
		bool pushed = cases[i].push == RUN_SUCCEEDED;

		kit_expect(k, push[i], cases[i].push,
		    pushed ? "confirmed" : "Nothing was changed");
		kit_expect(k, dry[i], cases[i].dry,
		    cases[i].dry == RUN_SUCCEEDED ? "dry run"
						  : "Nothing was changed");
		kit_check(k, (kit_count(k, i, " open") > 0) == pushed);
		kit_check(k, (kit_count(k, 6 + i, " open") > 0) ==
		    (cases[i].dry == RUN_SUCCEEDED));
	}
	kit_end(k);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "a dry run leaves the device; a push changes it",
		    dry_run_then_push },
		{ "one device one by one, two side by side",
		    one_by_one_and_side_by_side },
		{ "one address is one device", one_address_is_one_device },
		{ "renamed while it is changed", renamed_in_between },
		{ "torn down and archived", torn_down },
		{ "the rules hold in the worker", rules_hold_in_the_worker },
		{ "cancelled in time", cancelled_in_time },
		{ "cancelled too late", cancelled_too_late },
		{ "the worker is stopped in between", stopped_in_between },
		{ "unknown, and settled", unknown_and_settled },
		{ "unknown, and given up", unknown_and_given_up },
		{ "lost with its files", lost_for_good },
		{ "what devices refuse", refusals_of_the_device },
		{ "a run starts at once", starts_at_once },
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		int64_t start = clock_mono_ms();

		tests[i].run();
		printf("ok %s (%.1f s)\n", tests[i].name,
		    (double)(clock_mono_ms() - start) / 1000);
		fflush(stdout);
	}
	return 0;
}
