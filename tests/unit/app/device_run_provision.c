/*
 * Provisioning one device: old, new, or declared unknown, whatever happens
 * between.
 */
#include "unit/app/device_run_fixture.h"

static void provision(struct fixture *f, const char *control,
    enum run_state state, const char *words, const char *running)
{
	write_device(f, "control", control);
	run(f, device_run_provision);
	expect(f, state, words);
	assert_string_equal(device_file(f, "running"), running);
}

static void test_dry_run(void **state)
{
	struct fixture *f = *state;

	f->in.dry_run = true;
	provision(f, "", RUN_SUCCEEDED,
	    "dry run: 2 lines would be added, 0 "
	    "removed; nothing was changed",
	    "old\n");
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

	provision(f, "", RUN_SUCCEEDED,
	    "2 lines added, 0 removed, confirmed "
	    "after re-reading",
	    "old\na\nb\n");
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
	provision(f, "", RUN_SUCCEEDED,
	    "2 intended lines are not in its "
	    "configuration",
	    "old\n");
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
		provision(
		    f, rows[i].control, RUN_FAILED, rows[i].words, "old\n");
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

/* What may pass is tried again by others; never once it was allowed to begin:
 * its intent is on record. */
static void test_what_may_pass(void **state)
{
	struct fixture *f = *state;

	provision(f, "unreachable always\n", RUN_FAILED, "reached", "old\n");
	assert_true(f->out.passing);
	provision(f, "password x\n", RUN_FAILED, "refused", "old\n");
	assert_false(f->out.passing);
	provision(f, "lost 1\n", RUN_FAILED, "lost", "old\n");
	assert_true(f->out.touched);
	assert_false(f->out.passing);
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
			assert_string_equal(device_file(f, "running"), "old\n");
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
		    "old configuration",
		    "old\n" },
		{ "stuck 2\n", RUN_ROLLED_BACK,
		    "the old configuration was "
		    "put back and read",
		    "old\n" },
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
		T(test_what_may_pass),
		T(test_cancel),
		T(test_after_the_first_line),
		T(test_unknown),
		T(test_a_line_without_an_answer),
		T(test_saving_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
