/*
 * Runs over the store: the process that executes them and its end, the
 * master's, cancelling, and what is on record of them.  What they generate is
 * looked at in tests/system/generate.sh.
 */
#include "system/worker/kit.h"

#include "app/text_files.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEVICES 12
#define TEMPLATE "frr/main.j2"

static void put_template(struct kit *k, const char *text)
{
	struct text_file file = { .which = SNAPSHOT_TEMPLATES,
		.name = TEMPLATE };
	struct inventory_result result;

	kit_ok(k, text_file_put(&k->app, &kit_admin, &file, text, &result, e));
}

/* Devices whose configurations are generated. */
static void make(struct kit *k, int n_devices)
{
	char name[16];

	kit_make(k, n_devices, NULL);
	for (int i = 0; i < n_devices; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		kit_patch(
		    k, KIND_DEVICE, name, "{\"intended_from\":\"template\"}");
	}
}

static void generate(struct kit *k, char id[RUN_ID_SIZE])
{
	json_t *p = json_pack("{s:b, s:b}", "all", 1, "dry_run", 0), *doc;

	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){
			  .job = job_get(JOB_GENERATE), .parameters = p },
		      &doc, e));
	text_copy(id, RUN_ID_SIZE, json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
}

/* Long enough to be met in the middle, whatever the machine. */
static void put_slow_template(struct kit *k, const char *mark, int turns)
{
	char text[300];

	snprintf(text, sizeof(text),
	    "hostname {{ device.name }}\n! %s\n{%% for i in range(%d) %%}"
	    "{%% set x = i %% 7 %%}{%% endfor %%}\nend\n",
	    mark, turns);
	put_template(k, text);
}

static bool has_live_file(const struct kit *k, const char *id, const char *file)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/live/%s/%s", k->dir, id, file);
	return access(path, F_OK) == 0;
}

static void wait_live_file(struct kit *k, const char *id, const char *file)
{
	const struct timespec pause = { .tv_nsec = 200000 };
	int64_t until = clock_mono_ms() + 20000;

	while (!has_live_file(k, id, file)) {
		kit_check(k, clock_mono_ms() < until);
		nanosleep(&pause, NULL);
	}
}

/* Commits of this run on branch main. */
static int count_commits(struct kit *k, const char *id)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "exit $(git -C $DIR/store.git log --format=%%B main | "
	    "grep -c '^Run-Id: %s$')",
	    id);
	return kit_shell(k, command);
}

/* What is intended against the backups; no device is asked. */
static void compared_with_backups(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;
	json_t *p = json_pack("{s:b}", "all", 1), *doc;

	kit_make(k, 4, NULL);
	kit_start(k);
	for (int d = 0; d < 2; d++) {
		kit_provision(k, d, true, id); /* which takes a backup */
		kit_expect(k, id, RUN_SUCCEEDED, "");
	}
	kit_intend(k, 1, "hostname fake\nntp 192.0.2.1\nntp 192.0.2.2\n");
	kit_patch(k, KIND_DEVICE, "d3", "{\"status\":\"failed\"}");
	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){
			  .job = job_get(JOB_COMPARE), .parameters = p },
		      &doc, e));
	text_copy(id, RUN_ID_SIZE, json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
	kit_expect(k, id, RUN_SUCCEEDED,
	    "1 in sync, 1 differ, 1 not compared, 1 left alone, 0 failed");
	kit_wait_recorded(k, id);
	kit_check(k, kit_shell(k, "git -C $DIR/store.git show "
	    "runs:$(git -C $DIR/store.git ls-tree -r --name-only runs | "
	    "grep '/d1.diff$' | tail -1) | grep -qx '+ntp 192.0.2.2'") == 0);
	kit_check(k, kit_count(k, 2, " open") == 0);
	kit_check(k, count_commits(k, id) == 0);
	kit_end(k);
}

static void expect_intended(struct kit *k, const char *words)
{
	char command[300];

	snprintf(command, sizeof(command),
	    "for i in $(seq 0 %d); do git -C $DIR/store.git show "
	    "main:intended/lab/d$i.cfg | grep -q '%s' || exit 1; done",
	    DEVICES - 1, words);
	kit_check(k, kit_shell(k, command) == 0);
}

/* The process that held a session knows credentials: another one opens the
 * store, even where there may be one process only. */
static void never_where_credentials_were(void)
{
	char id[RUN_ID_SIZE];
	struct kit kit, *k = &kit;

	make(k, 1);
	put_template(k, "hostname {{ device.name }}\n");
	kit_start(k);
	generate(k, id); /* what the session needs */
	kit_expect(k, id, RUN_SUCCEEDED, "1 generated");
	kit_provision(k, 0, true, id);
	kit_expect(k, id, RUN_SUCCEEDED, "");
	generate(k, id);
	kit_expect(k, id, RUN_SUCCEEDED, "1 unchanged");
	kit_patch(k, KIND_SETTINGS, "settings", "{\"slots\":1}");
	for (int i = 0; i < 2; i++) {
		kit_provision(k, 0, true, id);
		kit_expect(k, id, RUN_SUCCEEDED, "");
		generate(k, id);
		kit_expect(k, id, RUN_SUCCEEDED, "1 unchanged");
	}
	kit_end(k);
}

/* Killed when a row is there, when the intent is on disk, when it was told to
 * go on: never half, never twice. */
static void killed_in_the_middle(void)
{
	static const char *const moments[] = { "run.json", "d0.diff",
		"plan.json" };
	struct kit kit, *k = &kit;
	char id[RUN_ID_SIZE], mark[40];

	make(k, DEVICES);
	for (size_t i = 0; i < 3; i++) {
		json_t *doc;
		bool succeeded;
		int n;

		snprintf(mark, sizeof(mark), "moment %zu", i);
		put_slow_template(k, mark, 60000);
		kit_start(k);
		generate(k, id);
		wait_live_file(k, id, moments[i]);
		kit_kill(k);
		kit_start(k);
		doc = kit_wait(k, id, kit_has_ended);
		succeeded = run_doc_state(doc) == RUN_SUCCEEDED;
		json_decref(doc);
		n = count_commits(k, id);
		kit_check(k, n == (succeeded ? 1 : 0));
		/* before the intent was on disk it starts again */
		kit_check(k, succeeded || i == 2);
		if (!succeeded) {
			generate(k, id);
			kit_expect(k, id, RUN_SUCCEEDED, "12 generated");
		}
		expect_intended(k, mark);
		kit_terminate(k);
	}
	kit_start(k);
	kit_end(k);
}

/* The process that executes it dies alone. */
static void its_process_dies(void)
{
	static const char kill_slots[] =
	    "for p in $(cat /proc/$WORKER/task/*/children); do kill -9 $p; "
	    "done";
	struct kit kit, *k = &kit;
	char id[RUN_ID_SIZE], command[300];

	make(k, DEVICES);
	put_slow_template(k, "first", 900000);
	kit_start(k);
	generate(k, id);
	wait_live_file(k, id, "d0.diff");
	snprintf(command, sizeof(command), "WORKER=%d; %s", (int)k->worker,
	    kill_slots);
	kit_check(k, kit_shell(k, command) == 0);
	kit_expect(k, id, RUN_FAILED, "before anything was written");
	kit_check(k, count_commits(k, id) == 0);
	generate(k, id);
	kit_expect(k, id, RUN_SUCCEEDED, "12 generated");
	expect_intended(k, "first");
	kit_end(k);
}

/* Rows are shown while it goes on, and it stops when it is asked to. */
static void cancelled_in_the_middle(void)
{
	struct kit kit, *k = &kit;
	char id[RUN_ID_SIZE];
	json_t *doc, *rows;

	make(k, DEVICES);
	put_slow_template(k, "never", 900000);
	kit_start(k);
	generate(k, id);
	wait_live_file(k, id, "d0.diff");
	kit_ok(k, runs_cancel(&k->app, &kit_admin, id, e));
	kit_expect(k, id, RUN_CANCELLED, "nothing was written");
	kit_check(k, count_commits(k, id) == 0);
	doc = kit_wait(k, id, kit_has_ended);
	rows = json_object_get(doc, "devices");
	kit_check(k, json_array_size(rows) > 0);
	kit_check(k, json_array_size(rows) < DEVICES);
	kit_check(k, strcmp(json_text(json_array_get(rows, 0), "state", ""),
			 "cancelled") == 0);
	json_decref(doc);
	kit_end(k);
}

/* A port that takes connections and says nothing. */
static int listen_silently(struct kit *k, char address[32])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	kit_check(k, bind(fd, (struct sockaddr *)&at, len) == 0);
	kit_check(k, listen(fd, 16) == 0);
	kit_check(k, getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	snprintf(address, 32, "127.0.0.1:%d", ntohs(at.sin_port));
	return fd;
}

/* A sweep changes nothing: it begins anew, and no run stays under way. */
static void killed_during_a_sweep(void)
{
	json_t *p = json_pack(
		   "{s:s, s:i, s:i}", "device", "d0", "timeout", 2, "damping", 1),
	       *doc;
	char id[RUN_ID_SIZE], address[32], patch[60];
	struct kit kit, *k = &kit;
	int fd;

	kit_make(k, 1, NULL);
	fd = listen_silently(k, address);
	kit_patch(k, KIND_PLATFORM, "frr", "{\"probes\":[\"ssh\"]}");
	snprintf(
	    patch, sizeof(patch), "{\"primary_ip4\":\"%s\"}", address);
	kit_patch(k, KIND_DEVICE, "d0", patch);
	kit_start(k);
	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){ .job = job_get(JOB_REACHABILITY),
			  .parameters = p },
		      &doc, e));
	text_copy(id, sizeof(id), json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
	for (int i = 0; i < 2; i++) {
		json_decref(kit_wait(k, id, kit_is_running));
		kit_kill(k);
		kit_start(k);
	}
	kit_expect(k, id, RUN_SUCCEEDED, "1 down");
	kit_wait_recorded(k, id);
	close(fd);
	kit_end(k);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "the store is not opened where credentials were",
		    never_where_credentials_were },
		{ "the worker is killed in the middle", killed_in_the_middle },
		{ "its process dies", its_process_dies },
		{ "cancelled in the middle", cancelled_in_the_middle },
		{ "compared with backups", compared_with_backups },
		{ "the worker is killed during a sweep",
		    killed_during_a_sweep },
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
