#include "app/device_run.h"

#include "base/file.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/fake_driver.h"

#include <sys/stat.h>
#include <unistd.h>

/* What came through the way to the master. */
struct fixture {
	char dir[64];
	struct arena *arena;
	struct device_run_input in;
	struct device_run_outcome out;
	struct buf log;
	char *diff, *backup[2], *bad;
	struct buf answers; /* "name: text|why" */
	json_t *facts;
	size_t n_effects, n_hostkeys;
	enum err_code effect_answer;
	int cancel_at; /* the n-th question is answered with yes; 0: never */
	int asked;
};

static void set(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
}

static void io_log(void *ctx, enum log_level level, const char *text)
{
	struct fixture *f = ctx;

	(void)level;
	buf_printf(&f->log, "%s\n", text);
}

static enum err_code io_backup(void *ctx, enum device_run_phase phase,
    const char *text, size_t len, struct err *e)
{
	struct fixture *f = ctx;

	(void)e;
	assert_int_equal(len, strlen(text));
	set(&f->backup[phase], text);
	return ERR_OK;
}

static enum err_code io_output(
    void *ctx, const struct device_output *got, struct err *e)
{
	struct fixture *f = ctx;

	(void)e;
	assert_true(got->text || got->why);
	assert_true(!got->refused || got->why);
	buf_printf(&f->answers, "%s%s: %s", got->refused ? "refused " : "",
	    got->question->name, got->why ? got->why : got->text);
	return ERR_OK;
}

static void io_quarantine(void *ctx, const char *text, const char *why)
{
	struct fixture *f = ctx;

	assert_string_not_equal(why, "");
	set(&f->bad, text);
}

static void io_diff(void *ctx, const char *unified, size_t added,
    size_t removed)
{
	struct fixture *f = ctx;

	(void)added;
	(void)removed;
	set(&f->diff, unified);
}

static enum err_code io_effect(void *ctx, const struct driver_plan *plan,
    struct err *e)
{
	struct fixture *f = ctx;

	f->n_effects++;
	assert_non_null(plan->snapshot);
	if (f->effect_answer != ERR_OK)
		return err_set(e, f->effect_answer,
		    "not allowed; nothing was changed");
	return ERR_OK;
}

static void io_hostkey(void *ctx, const struct driver_refusal *refusal)
{
	struct fixture *f = ctx;

	f->n_hostkeys++;
	assert_string_equal(refusal->fingerprint, "SHA256:fake");
}

static bool io_cancelled(void *ctx)
{
	struct fixture *f = ctx;

	return f->cancel_at > 0 && ++f->asked >= f->cancel_at;
}

static enum err_code io_facts(void *ctx, const json_t *facts, struct err *e)
{
	struct fixture *f = ctx;

	(void)e;
	json_decref(f->facts);
	f->facts = json_deep_copy(facts);
	return ERR_OK;
}

static void write_device(struct fixture *f, const char *file,
    const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/22/%s", f->dir, file);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL),
	    ERR_OK);
}

static const char *device_file(struct fixture *f, const char *file)
{
	struct buf text = BUF_INIT(1 << 20);
	const char *copy;
	char path[128];

	snprintf(path, sizeof(path), "%s/22/%s", f->dir, file);
	if (file_read(path, &text, NULL) != ERR_OK)
		buf_clear(&text);
	copy = arena_strdup(f->arena, buf_text(&text));
	buf_release(&text);
	return copy;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[128];

	snprintf(f->dir, sizeof(f->dir), "%s/switchyard-device-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	snprintf(path, sizeof(path), "%s/22", f->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	setenv("SWITCHYARD_FAKE", f->dir, 1);
	write_device(f, "running", "old\n");
	f->arena = arena_new((size_t)64 << 20);
	buf_init(&f->log, 1 << 20);
	buf_init(&f->answers, 1 << 20);
	f->in = (struct device_run_input){
		.driver = &fake_driver,
		.target = { .name = "r1", .address = "192.0.2.1", .port = 22 },
		.connect_ms = 1000,
		.command_ms = 1000,
		.deadline = deadline_in_ms(20000),
		.intended = "a\nb\n",
		.commit = true,
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(dir_remove(f->dir, NULL), ERR_OK);
	arena_free(f->arena);
	buf_release(&f->log);
	buf_release(&f->answers);
	json_decref(f->facts);
	free(f->diff);
	free(f->bad);
	free(f->backup[0]);
	free(f->backup[1]);
	free(f);
	return 0;
}

static void run(struct fixture *f, device_run_fn fn)
{
	const struct device_run_io io = { f, io_log, io_backup, io_output,
		io_quarantine, io_diff, io_effect, io_hostkey, io_cancelled, io_facts };

	fn(&f->in, &io, f->arena, &f->out);
}

static void expect(struct fixture *f, enum run_state state, const char *words)
{
	if (f->out.state != state || !strstr(f->out.text, words))
		fail_msg("%s: %s", run_state_words[f->out.state],
		    f->out.text);
	assert_memory_equal(f->out.text, "r1: ", 4);
	assert_non_null(strstr(buf_text(&f->log), f->out.text + 4));
}

static void provision(struct fixture *f, const char *control,
    enum run_state state, const char *words, const char *running)
{
	write_device(f, "control", control);
	run(f, device_run_provision);
	expect(f, state, words);
	assert_string_equal(device_file(f, "running"), running);
}

static bool sent(struct fixture *f)
{
	return strstr(device_file(f, "log"), " line ") != NULL;
}

static void test_dry_run(void **state)
{
	struct fixture *f = *state;

	f->in.dry_run = true;
	provision(f, "", RUN_SUCCEEDED, "dry run: 2 lines would be added, 0 "
	    "removed; nothing was changed", "old\n");
	assert_int_equal(f->n_effects, 0);
	assert_false(f->out.touched);
	assert_string_equal(f->backup[PHASE_BEFORE], "old\n");
	assert_null(f->backup[PHASE_AFTER]);
	assert_non_null(strstr(f->diff, "+a\n+b\n"));
	assert_int_equal(f->out.added, 2);
	f->in.dry_run = false;
	f->in.commit = false;
	provision(f, "", RUN_SUCCEEDED, "compared: 2 lines", "old\n");
	assert_false(sent(f));
}

/* A push may insist on the difference that a dry run has shown. */
static void test_agreed_difference(void **state)
{
	struct fixture *f = *state;
	char hash[PLAN_HASH_SIZE];

	f->in.dry_run = true;
	provision(f, "", RUN_SUCCEEDED, "dry run", "old\n");
	memcpy(hash, f->out.diff_hash, sizeof(hash));
	assert_int_equal(strlen(hash), PLAN_HASH_SIZE - 1);
	provision(f, "", RUN_SUCCEEDED, "dry run", "old\n");
	assert_string_equal(f->out.diff_hash, hash);

	f->in.dry_run = false;
	f->in.diff_hash = hash;
	write_device(f, "running", "changed\n");
	provision(f, "", RUN_FAILED, "no longer the one", "changed\n");
	assert_string_not_equal(f->out.diff_hash, hash);
	write_device(f, "running", "old\n");
	f->in.replace = true;
	provision(f, "", RUN_FAILED, "nothing was changed", "old\n");
	f->in.replace = false;
	f->in.intended = "a\nb\nold\n";
	provision(f, "", RUN_FAILED, "nothing was changed", "old\n");
	f->in.intended = "a\nb\n";
	assert_int_equal(f->n_effects, 0);
	assert_false(sent(f));
	provision(f, "", RUN_SUCCEEDED, "2 lines added", "old\na\nb\n");
	provision(f, "", RUN_SUCCEEDED, "already as intended", "old\na\nb\n");
	assert_string_equal(f->out.diff_hash, "");
}

static void test_merge_and_replace(void **state)
{
	struct fixture *f = *state;

	provision(f, "", RUN_SUCCEEDED, "2 lines added, 0 removed, confirmed "
	    "after re-reading", "old\na\nb\n");
	assert_true(f->out.touched);
	assert_int_equal(f->n_effects, 1);
	assert_string_equal(f->backup[PHASE_BEFORE], "old\n");
	assert_string_equal(f->backup[PHASE_AFTER], "old\na\nb\n");
	assert_string_equal(device_file(f, "startup"), "old\na\nb\n");
	f->in.replace = true;
	provision(f, "", RUN_SUCCEEDED, "0 lines added, 1 removed", "a\nb\n");
	assert_non_null(strstr(f->diff, "--- before\n+++ after\n"));
	assert_non_null(strstr(f->diff, "-old\n"));
	provision(f, "", RUN_SUCCEEDED, "already as intended", "a\nb\n");
	assert_int_equal(f->n_effects, 2);
}

static enum err_code see_nothing(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_plan *ret,
    struct err *e)
{
	(void)s;
	(void)deadline;
	(void)arena;
	(void)e;
	*ret = (struct driver_plan){ .empty = true, .diff = "" };
	return ERR_OK;
}

/* A switch may see no difference in a line that it will refuse. */
static void test_no_difference_and_yet_missing(void **state)
{
	struct fixture *f = *state;
	struct driver blind = fake_driver;

	blind.name = "nxos";
	blind.diff = see_nothing;
	f->in.driver = &blind;
	provision(f, "", RUN_SUCCEEDED, "2 intended lines are not in its "
	    "configuration", "old\n");
	f->in.intended = "old\n";
	provision(f, "", RUN_SUCCEEDED, "already as intended", "old\n");
	assert_int_equal(f->n_effects, 0);
	f->in.driver = &fake_driver;
}

static void test_before_anything_is_sent(void **state)
{
	static const struct {
		const char *control, *words;
	} rows[] = {
		{ "unreachable always\n", "cannot be reached" },
		{ "password x\n", "refused the password" },
		{ "corrupt 1\n", "without its end" },
		{ "pending eve\n", "a commit of eve waits for confirmation" },
		{ "latency 1500\n", "does not answer" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		provision(f, rows[i].control, RUN_FAILED, rows[i].words,
		    "old\n");
		assert_false(f->out.touched);
	}
	assert_string_equal(f->bad, "old\n"); /* never a backup */
	/* what was lost, and that the device is as it was */
	provision(f, "unreachable always\n", RUN_FAILED, "Nothing was changed.",
	    "old\n");
	f->in.intended = "INVALID\n";
	provision(f, "", RUN_FAILED, "INVALID cannot be sent", "old\n");
	assert_int_equal(f->n_effects, 0);
	assert_false(sent(f));
}

static void test_host_keys(void **state)
{
	struct fixture *f = *state;

	provision(f, "key unknown\n", RUN_FAILED, "not known", "old\n");
	assert_int_equal(f->n_hostkeys, 1);
	provision(f, "key changed\n", RUN_FAILED, "has changed", "old\n");
	assert_int_equal(f->n_hostkeys, 2);
}

static void test_not_allowed(void **state)
{
	struct fixture *f = *state;

	f->effect_answer = ERR_CONFLICT;
	provision(f, "", RUN_FAILED, "not allowed", "old\n");
	f->effect_answer = ERR_CANCELLED;
	provision(f, "", RUN_CANCELLED, "not allowed", "old\n");
	assert_false(f->out.touched);
	assert_false(sent(f));
}

/* Whenever it is asked for before the effect, nothing is sent; after it, what
 * was begun is brought to an end. */
static void test_cancel(void **state)
{
	struct fixture *f = *state;
	int at = 0;

	do {
		write_device(f, "running", "old\n");
		f->cancel_at = ++at;
		f->asked = 0;
		write_device(f, "control", "latency 8\n");
		run(f, device_run_provision);
		if (f->out.state == RUN_CANCELLED)
			assert_string_equal(device_file(f, "running"),
			    "old\n");
	} while (f->out.state == RUN_CANCELLED && at < 200);
	assert_in_range(at, 4, 199);
	expect(f, RUN_SUCCEEDED, "confirmed");
}

static void test_after_the_first_line(void **state)
{
	static const struct {
		const char *control;
		enum run_state state;
		const char *words, *running;
	} rows[] = {
		{ "refuse 1\n", RUN_ROLLED_BACK, "refused \"a\"", "old\n" },
		{ "refuse 2\n", RUN_ROLLED_BACK, "refused \"b\"", "old\n" },
		{ "lie 1\n", RUN_ROLLED_BACK,
		    "does not show what was intended: missing: b. The old",
		    "old\n" },
		{ "drop 1\n", RUN_ROLLED_BACK,
		    "lost after line 1. the old configuration was put back",
		    "old\n" },
		{ "stuck 1\n", RUN_ROLLED_BACK,
		    "could not be put back. the device was read: it has its "
		    "old configuration", "old\n" },
		{ "stuck 2\n", RUN_ROLLED_BACK, "the old configuration was "
		    "put back and read", "old\n" },
		{ "drop 2\n", RUN_SUCCEEDED, "the change is complete",
		    "old\na\nb\n" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_device(f, "running", "old\n");
		provision(f, rows[i].control, rows[i].state, rows[i].words,
		    rows[i].running);
		assert_true(f->out.touched);
	}
}

/* "unreachable later" counts from the next line. */
static void forget_lines(struct fixture *f)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/22/touched", f->dir);
	unlink(path);
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	provision(f, "drop 1\nunreachable later\n", RUN_UNKNOWN,
	    "cannot be read: the device cannot be reached", "old\na\n");
	assert_true(f->out.touched);
	write_device(f, "running", "old\n");
	provision(f, "drop 1\nnorestore 1\n", RUN_UNKNOWN,
	    "could not be put back", "old\na\n");
	/* cut off by its own change */
	write_device(f, "running", "old\n");
	forget_lines(f);
	provision(f, "unreachable later\n", RUN_UNKNOWN,
	    "not known whether the change was applied", "old\na\nb\n");
}

static void test_a_line_without_an_answer(void **state)
{
	struct fixture *f = *state;

	f->in.deadline = deadline_in_ms(300);
	provision(f, "hang 2\n", RUN_ROLLED_BACK, "refused \"b\"", "old\n");
}

static void test_saving_refused(void **state)
{
	struct fixture *f = *state;

	provision(f, "nosave 1\n", RUN_SUCCEEDED,
	    "could not be saved for the next start", "old\na\nb\n");
}

/* What a new session finds after a run whose end nobody saw. */
static void test_settling(void **state)
{
	static const struct {
		const char *running, *control;
		enum run_state state;
		const char *words, *after;
	} rows[] = {
		{ "old\n", "", RUN_ROLLED_BACK, "has its old configuration",
		    "old\n" },
		{ "old\na\nb\n", "", RUN_SUCCEEDED, "the change is complete",
		    "old\na\nb\n" },
		{ "old\na\n", "", RUN_ROLLED_BACK, "put back and read",
		    "old\n" },
		{ "other\n", "", RUN_ROLLED_BACK, "put back and read",
		    "old\n" },
		{ "old\na\n", "norestore 1\n", RUN_UNKNOWN,
		    "could not be put back", "old\na\n" },
		{ "old\na\n", "unreachable always\n", RUN_UNKNOWN,
		    "cannot be reached", "old\na\n" },
		{ "old\na\nb\n", "nosave 1\n", RUN_SUCCEEDED, "complete",
		    "old\na\nb\n" },
	};
	struct fixture *f = *state;

	f->in.snapshot = "old\n";
	f->in.predicted = "old\na\nb\n";
	f->cancel_at = 1; /* settling is not cancelled */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_device(f, "running", rows[i].running);
		write_device(f, "control", rows[i].control);
		run(f, device_run_settle);
		expect(f, rows[i].state, rows[i].words);
		assert_string_equal(device_file(f, "running"), rows[i].after);
		assert_true(f->out.touched);
	}
	assert_int_equal(f->n_effects, 0);
	assert_false(sent(f)); /* nothing is ever pushed again */
}

static void test_backup(void **state)
{
	struct fixture *f = *state;

	run(f, device_run_of(JOB_BACKUP));
	expect(f, RUN_SUCCEEDED, "read, 4 bytes");
	assert_string_equal(f->backup[PHASE_BEFORE], "old\n");
	write_device(f, "control", "corrupt 1\n");
	free(f->backup[0]);
	f->backup[0] = NULL;
	run(f, device_run_of(JOB_BACKUP));
	expect(f, RUN_FAILED, "without its end");
	assert_null(f->backup[0]);
	assert_string_equal(f->bad, "old\n");
}

/* Further commands, each judged by itself; what ends the session ends the
 * run, and the configuration is kept by then. */
static void test_backup_questions(void **state)
{
	static const struct device_question questions[] = {
		{ "version", "show version", 0 },
		{ "odd", "show odd", 5000 },
		{ "inventory", "show inventory", 0 },
	};
	struct fixture *f = *state;

	f->in.questions = questions;
	f->in.n_questions = 3;
	write_device(f, "ask-show-version", "Fake 1\n");
	write_device(f, "ask-show-inventory", "one\n");
	write_device(f, "control", "");
	run(f, device_run_backup);
	expect(f, RUN_SUCCEEDED, "and 3 commands asked");
	assert_string_equal(f->backup[PHASE_BEFORE], "old\n");
	assert_string_equal(buf_text(&f->answers),
	    "version: Fake 1\nrefused odd: % Unknown command: show odd"
	    "inventory: one\n");

	buf_clear(&f->answers);
	write_device(f, "control", "cut-answer 1\n");
	run(f, device_run_backup);
	expect(f, RUN_SUCCEEDED, "3 commands");
	assert_memory_equal(
	    buf_text(&f->answers), "version: the answer broke off", 29);

	buf_clear(&f->answers);
	write_device(f, "control", "deaf 1\n");
	run(f, device_run_backup);
	expect(f, RUN_FAILED, "\"show version\": the device does not answer");
	assert_true(f->out.passing);
	assert_string_equal(buf_text(&f->answers), "");
}

static void test_discover(void **state)
{
	struct fixture *f = *state;

	/* a dry run shows, and tells the master nothing */
	f->in.dry_run = true;
	run(f, device_run_of(JOB_DISCOVER));
	expect(f, RUN_SUCCEEDED, "the record would change");
	assert_non_null(strstr(f->diff, "+    \"model\": \"F1\""));
	assert_null(f->facts);
	assert_false(f->out.touched);

	f->in.dry_run = false;
	run(f, device_run_of(JOB_DISCOVER));
	expect(f, RUN_SUCCEEDED, "the record is updated");
	assert_string_equal(json_text(json_object_get(f->facts, "facts"),
				"model", ""), "F1");

	/* again: nothing is different, and nothing is told */
	f->in.known = f->facts;
	f->facts = NULL;
	set(&f->diff, "");
	run(f, device_run_of(JOB_DISCOVER));
	expect(f, RUN_SUCCEEDED, "as the record says");
	assert_string_equal(f->diff, "");
	assert_null(f->facts);
	f->facts = json_deep_copy(f->in.known);
	json_decref((json_t *)(uintptr_t)f->in.known);
	f->in.known = NULL;

	write_device(f, "control", "unreachable always\n");
	run(f, device_run_of(JOB_DISCOVER));
	expect(f, RUN_FAILED, "reached");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_dry_run),
		T(test_agreed_difference),
		T(test_merge_and_replace),
		T(test_no_difference_and_yet_missing),
		T(test_before_anything_is_sent),
		T(test_host_keys),
		T(test_not_allowed),
		T(test_cancel),
		T(test_after_the_first_line),
		T(test_unknown),
		T(test_a_line_without_an_answer),
		T(test_saving_refused),
		T(test_settling),
		T(test_backup),
		T(test_backup_questions),
		T(test_discover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
