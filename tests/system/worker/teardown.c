/*
 * Many devices taken out of service by one run: in waves, each with its last
 * backup and its own place in the archive; stopped where too many fail; and the
 * end of the worker in between.
 */
#include "system/worker/kit.h"

#include "base/text.h"

#include <time.h>

#define DEVICES 24

static void begin(struct kit *k, const char *parameters, char id[RUN_ID_SIZE])
{
	json_t *p = json_loads(parameters, 0, NULL), *doc;

	kit_check(k, p != NULL);
	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){
			  .job = job_get(JOB_TEARDOWN), .parameters = p },
		      &doc, e));
	text_copy(id, RUN_ID_SIZE, json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
}

/* All but the last two are to go. */
static void make(struct kit *k)
{
	kit_make(k, DEVICES, NULL);
	kit_patch(k, KIND_PLATFORM, "frr",
	    "{\"teardown_lines\":\"hostname gone\\nshutdown\"}");
	for (int i = 0; i < DEVICES - 2; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%d", i);
		kit_patch(
		    k, KIND_DEVICE, name, "{\"status\":\"decommissioning\"}");
	}
}

/* Files of this folder of main that match. */
static int count_files(struct kit *k, const char *folder)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "exit $(git -C $DIR/store.git ls-tree -r --name-only main %s | "
	    "wc -l)",
	    folder);
	return kit_shell(k, command);
}

static int count_archiving(struct kit *k, const char *id)
{
	char command[400];

	snprintf(command, sizeof(command),
	    "exit $(git -C $DIR/store.git log main --format='%%s%%n%%B' | "
	    "awk '/^Archive .* torn down$/ { a = 1 } /^Run-Id: %s$/ { "
	    "n += a; a = 0 } END { print n + 0 }')",
	    id);
	return kit_shell(k, command);
}

static void in_waves(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	make(k);
	kit_start(k);
	begin(k, "{\"all\":true}", id);
	kit_expect(k, id, RUN_SUCCEEDED,
	    "22 of 24 done, 22 would change, 2 left alone");
	kit_wait_recorded(k, id);
	kit_check(k, count_files(k, "archive") == 0);
	kit_expect_rows(k, id,
	    (const struct kit_rows[]){
		{ 0, DEVICES - 2, "succeeded", "dry run" },
		{ DEVICES - 2, DEVICES, "succeeded", "left alone" } },
	    2);
	for (int i = 0; i < DEVICES; i++)
		kit_check(k, kit_count(k, i, " line ") == 0);
	begin(k, "{\"area\":\"lab\",\"dry_run\":false}", id);
	kit_expect(
	    k, id, RUN_SUCCEEDED, "22 of 24 done, 22 changed, 2 left alone");
	kit_wait_recorded(k, id);
	kit_expect_rows(k, id,
	    (const struct kit_rows[]){
		{ 0, DEVICES - 2, "succeeded", "confirmed" },
		{ DEVICES - 2, DEVICES, "succeeded", "left alone" } },
	    2);
	kit_check(k, kit_log_says(k, id, "up to 1 of 24 devices"));
	kit_check(k, kit_log_says(k, id, "up to 4 of 24 devices"));
	kit_check(k, count_files(k, "devices") == 2);
	kit_check(k, count_files(k, "backup") == 0);
	kit_check(k, count_files(k, "archive/devices") == 22);
	kit_check(k, count_files(k, "archive/intended") == 22);
	kit_check(k, count_files(k, "archive/backup") == 22);
	/* many devices are one commit, and each has its history */
	kit_check(k, count_archiving(k, id) < 22);
	kit_check(k,
	    kit_shell(k, "for i in $(seq 0 21); do git -C $DIR/store.git show "
			 "main:archive/backup/lab/d$i.cfg | "
			 "grep -q 'hostname gone' || exit 1; done") == 0);
	kit_check(k,
	    kit_shell(k, "git -C $DIR/store.git log -p main -- "
			 "backup/lab/d7.cfg | grep -q '^+hostname fake'") == 0);
	for (int i = 0; i < DEVICES; i++)
		kit_check(
		    k, kit_count(k, i, " line shutdown") == (i < DEVICES - 2));
	kit_check(k, kit_shell(k, "\"$SWITCHYARD\" --dir \"$DIR\" check "
				  ">/dev/null") == 0);
	kit_end(k);
}

/* The first device refuses its line: no other one is begun, none is archived.
 */
static void stopped(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	make(k);
	kit_control(k, 0, "refuse 1\n");
	kit_start(k);
	begin(k, "{\"all\":true,\"dry_run\":false}", id);
	kit_expect(k, id, RUN_FAILED, "1 failed");
	kit_wait_recorded(k, id);
	kit_expect_rows(k, id,
	    (const struct kit_rows[]){ { 0, 1, "rolled-back", "refused" },
		{ 1, DEVICES, "cancelled", "not begun" } },
	    2);
	kit_check(k, kit_log_says(k, id, "the run stops above 10%"));
	kit_check(k, count_files(k, "archive") == 0);
	kit_check(k, count_files(k, "devices") == DEVICES);
	for (int i = 1; i < DEVICES; i++)
		kit_check(k, kit_count(k, i, " line ") == 0);
	kit_end(k);
}

/* Each row's end is what its device shows; no line was sent twice, and nothing
 * is left unsaid. */
static void expect_ends_as_devices_show(struct kit *k, const char *id)
{
	json_t *doc = kit_wait(k, id, kit_has_ended);

	for (int i = 0; i < DEVICES - 2; i++) {
		bool gone = strstr(kit_device_file(k, i, "running"),
				"hostname gone\n") != NULL;
		const char *state;
		char name[16];

		snprintf(name, sizeof(name), "d%d", i);
		state = json_text(kit_row(doc, name), "state", "");
		if (strcmp(state, gone ? "succeeded" : "rolled-back") != 0)
			kit_fail(k, "%s is %s, and it is %s", name, state,
			    gone ? "gone" : "as before");
		kit_check(k, kit_count(k, i, " line hostname gone") <= 1);
		kit_check(k, kit_count(k, i, " line shutdown") <= 1);
	}
	json_decref(doc);
	kit_expect_rows(k, id,
	    &(struct kit_rows){
		DEVICES - 2, DEVICES, "succeeded", "left alone" },
	    1);
}

/* Every device is sent its lines once and is archived once, whenever the worker
 * dies. */
static void killed(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	struct timespec ts = { .tv_nsec = 60000000 };

	make(k);
	for (int i = 0; i < DEVICES; i++)
		kit_control(k, i, "latency 5\n");
	kit_start(k);
	begin(k, "{\"all\":true,\"dry_run\":false,\"max_failed\":100}", id);
	for (int i = 0; i < 8; i++) {
		nanosleep(&ts, NULL);
		kit_kill(k);
		kit_start(k);
	}
	json_decref(kit_wait(k, id, kit_has_ended));
	kit_wait_recorded(k, id);
	expect_ends_as_devices_show(k, id);
	/* who was told to go and went is in the archive, nobody else */
	kit_check(
	    k, kit_shell(k,
		   "for i in $(seq 0 23); do "
		   "a=0; git -C $DIR/store.git cat-file -e "
		   "main:archive/devices/lab/d$i.json 2>/dev/null && a=1; "
		   "g=0; grep -qx 'hostname gone' $DIR/fake/$((10000 + "
		   "i))/running "
		   "&& g=1; [ $a = $g ] || exit 1; done") == 0);
	kit_check(
	    k, count_files(k, "devices") + count_files(k, "archive/devices") ==
		   DEVICES);
	kit_end(k);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{ "torn down in waves", in_waves },
		{ "stopped when too many fail", stopped },
		{ "killed in between", killed },
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
