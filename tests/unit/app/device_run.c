/*
 * Reading a device: backups, further commands, facts, and settling what an
 * earlier run left.
 */
#include "unit/app/device_run_fixture.h"

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
	assert_string_equal(
	    json_text(json_object_get(f->facts, "facts"), "model", ""), "F1");

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
		T(test_settling),
		T(test_backup),
		T(test_backup_questions),
		T(test_discover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
