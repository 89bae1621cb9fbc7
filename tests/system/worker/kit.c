#include "system/worker/kit.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 30000
#define FIRST_PORT 10000
#define MAX_TEXT ((size_t)8 << 20)

const struct actor kit_admin = { "admin", ROLE_ADMIN, TRIGGER_FORM };

static void nap(void)
{
	struct timespec ts = { .tv_nsec = 2000000 };

	nanosleep(&ts, NULL);
}

int kit_shell(struct kit *k, const char *command)
{
	int status;

	setenv("DIR", k->dir, 1);
	setenv("SWITCHYARD", SWITCHYARD_CLI, 1);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

_Noreturn void kit_fail(struct kit *k, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "FAILED: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n--- the end of the worker's log\n");
	(void)kit_shell(k, "tail -n 60 \"$DIR/worker.log\" >&2");
	if (k->worker > 0)
		kill(k->worker, SIGKILL);
	if (k->dir[0])
		(void)!dir_remove(k->dir, NULL);
	exit(1);
}

/* --- making -------------------------------------------------------------- */

static void write_file(
    struct kit *k, const char *name, const char *text, mode_t mode)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", k->dir, name);
	kit_ok(k, file_replace(path, text, strlen(text), mode, e));
}

static void make_dir(struct kit *k, const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", k->dir, name);
	kit_ok(k, dir_create(path, 0700, e));
}

static void make_seed(struct kit *k, const char *intended)
{
	static const char *const dirs[] = { "seed/areas", "seed/platforms",
		"seed/secrets", "seed/devices/lab", "seed/hooks",
		"seed/intended/lab", "fake" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make_dir(k, dirs[i]);
	write_file(k, "seed/areas/lab.json",
	    "{\"name\":\"lab\",\"credentials\":\"lab\"}", 0600);
	write_file(k, "seed/platforms/frr.json",
	    "{\"name\":\"frr\",\"driver\":\"frr\"}", 0600);
	write_file(k, "seed/secrets/lab.json",
	    "{\"name\":\"lab\",\"provider\":\"file\",\"reference\":\"lab\","
	    "\"username\":\"admin\"}",
	    0600);
	write_file(k, "seed/hooks/default.json",
	    "{\"name\":\"default\",\"enabled\":false}", 0600);
	write_file(k, "seed/settings.json", "{\"slots\":8}", 0600);
	for (int i = 0; i < k->n_devices; i++) {
		char name[60], text[200];

		snprintf(name, sizeof(name), "seed/devices/lab/d%d.json", i);
		snprintf(text, sizeof(text),
		    "{\"name\":\"d%d\",\"area\":\"lab\",\"platform\":\"frr\","
		    "\"status\":\"active\",\"primary_ip4\":\"127.0.0.1:%d\"}",
		    i, FIRST_PORT + i);
		write_file(k, name, text, 0600);
		snprintf(name, sizeof(name), "seed/intended/lab/d%d.cfg", i);
		write_file(k, name, intended, 0600);
		snprintf(name, sizeof(name), "fake/%d", FIRST_PORT + i);
		make_dir(k, name);
		snprintf(name, sizeof(name), "fake/%d/running", FIRST_PORT + i);
		write_file(k, name, "hostname fake\n", 0600);
	}
}

void kit_make(struct kit *k, int n_devices, const char *base)
{
	kit_make_intending(k, n_devices, base, "hostname fake\n");
}

void kit_make_intending(
    struct kit *k, int n_devices, const char *base, const char *intended)
{
	*k = (struct kit){ .n_devices = n_devices };
	if (!base)
		base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(k->dir, sizeof(k->dir), "%s/switchyard-worker-XXXXXX", base);
	kit_check(k, mkdtemp(k->dir) != NULL);
	make_seed(k, intended);
	kit_check(k, kit_shell(k, "\"$SWITCHYARD\" --dir \"$DIR\" init --seed "
				  "\"$DIR/seed\" >/dev/null") == 0);
	write_file(k, "secrets/lab", "canary-password\n", 0600);
	kit_ok(k, app_open(k->dir, &k->app, e));
}

/* --- the worker ---------------------------------------------------------- */

static void become_worker(struct kit *k)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/worker.log", k->dir);
	if (!freopen(path, "a", stderr) || !freopen("/dev/null", "r", stdin) ||
	    !freopen(path, "a", stdout))
		_exit(120);
	snprintf(path, sizeof(path), "%s/fake", k->dir);
	setenv("SWITCHYARD_FAKE", path, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl(SWITCHYARD_WORKER, "switchyard-worker", "--dir", k->dir,
	    (char *)NULL);
	_exit(121);
}

static bool is_ready(struct kit *k)
{
	struct buf text = BUF_INIT(64);
	char path[300];
	bool ready;

	snprintf(path, sizeof(path), "%s/run/worker.ready", k->dir);
	ready = file_read(path, &text, NULL) == ERR_OK &&
		atoi(buf_text(&text)) == (int)k->worker;
	buf_release(&text);
	return ready;
}

void kit_start(struct kit *k)
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	kit_check(k, k->worker == 0);
	k->worker = fork();
	if (k->worker == 0)
		become_worker(k);
	kit_check(k, k->worker > 0);
	while (!is_ready(k)) {
		if (clock_mono_ms() > until)
			kit_fail(k, "the worker does not get ready");
		if (waitpid(k->worker, NULL, WNOHANG) == k->worker) {
			k->worker = 0;
			kit_fail(k, "the worker did not start");
		}
		nap();
	}
}

void kit_kill(struct kit *k)
{
	kit_check(k, k->worker > 0);
	kill(k->worker, SIGKILL);
	waitpid(k->worker, NULL, 0);
	k->worker = 0;
}

int64_t kit_terminate(struct kit *k)
{
	int64_t start = clock_mono_ms();
	int status = 0;

	kit_check(k, k->worker > 0);
	kill(k->worker, SIGTERM);
	while (waitpid(k->worker, &status, WNOHANG) == 0) {
		if (clock_mono_ms() - start > WAIT_MS)
			kit_fail(k, "the worker does not stop");
		nap();
	}
	k->worker = 0;
	/* a sanitizer's complaint is an exit status, too */
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		kit_fail(
		    k, "the worker ended with status %#x", (unsigned)status);
	return clock_mono_ms() - start;
}

/* --- runs ---------------------------------------------------------------- */

void kit_provision(struct kit *k, int device, bool dry, char id[RUN_ID_SIZE])
{
	json_t *p = json_pack("{s:o, s:b}", "device",
	    json_sprintf("d%d", device), "dry_run", dry);
	json_t *doc;

	kit_ok(k, runs_create(&k->app, &kit_admin,
		      &(struct run_wish){
			  .job = job_get(JOB_PROVISION), .parameters = p },
		      &doc, e));
	text_copy(id, RUN_ID_SIZE, json_text(doc, "id", ""));
	json_decref(doc);
	json_decref(p);
}

json_t *kit_wait(struct kit *k, const char *id, bool (*wanted)(const json_t *))
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	for (;;) {
		json_t *doc;

		kit_ok(k, runs_read(&k->app, id, &doc, e));
		if (wanted(doc))
			return doc;
		if (clock_mono_ms() > until)
			kit_fail(k, "run %s stays %s: %s", id,
			    json_text(doc, "state", ""),
			    json_text(doc, "result", ""));
		json_decref(doc);
		nap();
	}
}

bool kit_has_ended(const json_t *doc)
{
	return run_state_is_final(run_doc_state(doc));
}

bool kit_is_unknown(const json_t *doc)
{
	return run_doc_state(doc) == RUN_UNKNOWN;
}

bool kit_is_running(const json_t *doc)
{
	return run_doc_state(doc) == RUN_RUNNING;
}

void kit_expect(
    struct kit *k, const char *id, enum run_state state, const char *words)
{
	json_t *doc = kit_wait(k, id, kit_has_ended);

	if (run_doc_state(doc) != state ||
	    !strstr(json_text(doc, "result", ""), words))
		kit_fail(k, "run %s is %s, not %s: %s", id,
		    json_text(doc, "state", ""), run_state_words[state],
		    json_text(doc, "result", ""));
	json_decref(doc);
}

const json_t *kit_row(const json_t *doc, const char *device)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(doc, "devices"), i, row)
	{
		if (strcmp(json_text(row, "name", ""), device) == 0)
			return row;
	}
	return NULL;
}

static void check_row(
    struct kit *k, const json_t *doc, int device, const struct kit_rows *wanted)
{
	const json_t *row;
	char name[16];

	snprintf(name, sizeof(name), "d%d", device);
	row = kit_row(doc, name);
	if (!row || strcmp(json_text(row, "state", ""), wanted->state) != 0 ||
	    !strstr(json_text(row, "result", ""), wanted->words))
		kit_fail(k, "%s of run %s is %s, not %s: %s", name,
		    json_text(doc, "id", ""),
		    row ? json_text(row, "state", "") : "absent", wanted->state,
		    row ? json_text(row, "result", "") : "");
}

void kit_expect_rows(
    struct kit *k, const char *id, const struct kit_rows *rows, size_t n)
{
	json_t *doc = kit_wait(k, id, kit_has_ended);

	for (size_t i = 0; i < n; i++) {
		for (int d = rows[i].from; d < rows[i].to; d++)
			check_row(k, doc, d, &rows[i]);
	}
	json_decref(doc);
}

void kit_expect_row(struct kit *k, const char *id, int device,
    const char *state, const char *words)
{
	kit_expect_rows(
	    k, id, &(struct kit_rows){ device, device + 1, state, words }, 1);
}

void kit_wait_recorded(struct kit *k, const char *id)
{
	int64_t until = clock_mono_ms() + WAIT_MS;
	char path[400];

	snprintf(path, sizeof(path), "%s/live/%s", k->dir, id);
	while (access(path, F_OK) == 0) {
		if (clock_mono_ms() > until)
			kit_fail(k, "run %s is not recorded", id);
		nap();
	}
}

bool kit_log_says(struct kit *k, const char *id, const char *words)
{
	struct buf log = BUF_INIT(MAX_TEXT);
	bool says;
	long last;

	kit_ok(k, runs_read_log(&k->app, id, 0, &log, &last, e));
	says = strstr(buf_text(&log), words) != NULL;
	buf_release(&log);
	return says;
}

void kit_intend(struct kit *k, int device, const char *text)
{
	struct inventory_result result;
	char name[16];

	snprintf(name, sizeof(name), "d%d", device);
	kit_ok(k, inventory_put_intended(&k->app, &kit_admin, name, text,
		      strlen(text), NULL, &result, e));
}

void kit_patch(
    struct kit *k, enum kind_id kind, const char *key, const char *json)
{
	struct inventory_result result = { 0 };
	json_t *patch = json_loads(json, 0, NULL);

	kit_ok(k, inventory_patch(&k->app, &kit_admin,
		      &(struct inventory_change){
			  .kind = kind_get(kind), .key = key, .object = patch },
		      &result, e));
	inventory_result_release(&result);
	json_decref(patch);
}

/* --- devices ------------------------------------------------------------- */

void kit_control(struct kit *k, int device, const char *text)
{
	char name[60];

	snprintf(name, sizeof(name), "fake/%d/control", FIRST_PORT + device);
	write_file(k, name, text, 0600);
}

const char *kit_device_file(struct kit *k, int device, const char *file)
{
	static struct buf text = BUF_INIT(MAX_TEXT);
	char path[400];

	buf_clear(&text);
	snprintf(path, sizeof(path), "%s/fake/%d/%s", k->dir,
	    FIRST_PORT + device, file);
	(void)!file_read(path, &text, NULL);
	return buf_text(&text);
}

size_t kit_count(struct kit *k, int device, const char *word)
{
	const char *p = kit_device_file(k, device, "log");
	size_t n = 0;

	while ((p = strstr(p, word)) != NULL) {
		n++;
		p += strcspn(p, "\n");
	}
	return n;
}

void kit_wait_count(struct kit *k, int device, const char *word, size_t n)
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	while (kit_count(k, device, word) < n) {
		if (clock_mono_ms() > until)
			kit_fail(k, "d%d never logged %zu times \"%s\":\n%s",
			    device, n, word, kit_device_file(k, device, "log"));
		nap();
	}
}

/* --- the end ------------------------------------------------------------- */

static void require_trailers(
    struct kit *k, const struct store_commit *c, const char *const *keys)
{
	size_t len;

	for (; *keys; keys++) {
		if (!store_message_trailer(c->message, *keys, &len) || !len)
			kit_fail(
			    k, "a commit has no %s:\n%s", *keys, c->message);
	}
}

/* git log alone tells who did what, why and how it ended. */
static enum err_code check_commit(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	static const char *const of_runs[] = { "Run-Id", "Job", "Trigger",
		"Actor", "Device", "Result", "Operation-Id", NULL };
	static const char *const of_people[] = { "Trigger", "Actor", "Action",
		"Operation-Id", NULL };
	struct kit *k = ctx;
	size_t len;
	const char *actor;

	(void)stop;
	(void)e;
	require_trailers(k, c,
	    store_message_trailer(c->message, "Run-Id", &len) ? of_runs
							      : of_people);
	actor = store_message_trailer(c->message, "Actor", &len);
	if (strlen(c->author) != len || memcmp(c->author, actor, len) != 0)
		kit_fail(k, "author %s of\n%s", c->author, c->message);
	return ERR_OK;
}

void kit_end(struct kit *k)
{
	if (k->worker)
		kit_terminate(k);
	for (int d = 0; d < k->n_devices; d++) {
		if (kit_count(k, d, "OVERLAP"))
			kit_fail(k, "two sessions wrote to d%d at once", d);
	}
	kit_ok(
	    k, store_log(k->app.store, STORE_MAIN, NULL, check_commit, k, e));
	kit_ok(
	    k, store_log(k->app.store, STORE_RUNS, NULL, check_commit, k, e));
	if (kit_shell(k, "git -C \"$DIR/store.git\" fsck --strict "
			 "--no-dangling >\"$DIR/fsck\" 2>&1 || "
			 "{ cat \"$DIR/fsck\" >&2; false; }") != 0)
		kit_fail(k, "git fsck --strict is not clean");
	if (kit_shell(k,
		"! grep -rqa canary-password \"$DIR/store.git\" "
		"\"$DIR/live\" \"$DIR/spool\" \"$DIR/worker.log\"") != 0)
		kit_fail(k, "the device's password lies about");
	app_close(&k->app);
	kit_ok(k, dir_remove(k->dir, e));
}
