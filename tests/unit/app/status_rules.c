/*
 * The status rules for every job, every status and every trigger, written out
 * by hand: what may be asked for, and what a run over many devices leaves
 * alone.
 */
#include "app/runs.h"

#include "unit/app/fixture.h"

/* Columns: inventory planned staged active failed decommissioning. */
static const struct {
	enum job_id job;
	const char *parameters;
	bool may_change;
	const char *allowed;
} rules[] = {
	{ JOB_PROVISION, "{\"device\":\"r1\"}", false, "111100" },
	{ JOB_PROVISION, "{\"device\":\"r1\",\"dry_run\":false}", true,
	    "000100" },
	{ JOB_PROVISION,
	    "{\"device\":\"r1\",\"dry_run\":false,\"commit_changes\":false}",
	    false, "111100" },
	{ JOB_BACKUP, "{\"device\":\"r1\"}", false, "111100" },
	{ JOB_DISCOVER, "{\"device\":\"r1\"}", false, "111100" },
	{ JOB_DISCOVER, "{\"device\":\"r1\",\"dry_run\":false}", true,
	    "001100" },
	{ JOB_TEARDOWN, "{\"device\":\"r1\"}", false, "000001" },
	{ JOB_TEARDOWN, "{\"device\":\"r1\",\"dry_run\":false}", true,
	    "000001" },
	{ JOB_GENERATE, "{\"device\":\"r1\"}", false, "111100" },
	{ JOB_GENERATE, "{\"device\":\"r1\",\"dry_run\":false}", false,
	    "111100" },
	{ JOB_COMPARE, "{\"device\":\"r1\"}", false, "111100" },
	{ JOB_REACHABILITY, "{\"device\":\"r1\"}", false, "111100" },
	{ JOB_BULK_PROVISION, "{\"device\":\"r1\"}", false, "111100" },
	{ JOB_BULK_PROVISION, "{\"device\":\"r1\",\"dry_run\":false}", true,
	    "000100" },
	{ JOB_BACKUP, "{\"devices\":[\"r1\"]}", false, "111100" },
	{ JOB_DISCOVER, "{\"devices\":[\"r1\"],\"dry_run\":false}", true,
	    "001100" },
	{ JOB_TEARDOWN, "{\"devices\":[\"r1\"],\"dry_run\":false}", true,
	    "000001" },
	{ JOB_GENERATE, "{\"devices\":[\"r1\"]}", false, "111100" },
	{ JOB_COMPARE, "{\"devices\":[\"r1\"]}", false, "111100" },
	{ JOB_REACHABILITY, "{\"devices\":[\"r1\"]}", false, "111100" },
	{ JOB_BULK_PROVISION, "{\"devices\":[\"r1\"]}", false, "111100" },
	{ JOB_BULK_PROVISION,
	    "{\"device\":\"r1\",\"devices\":[\"r1\"],\"dry_run\":false}", true,
	    "000100" },
	{ JOB_TEARDOWN, "{\"all\":true}", false, "000001" },
	{ JOB_TEARDOWN, "{\"all\":true,\"dry_run\":false}", true, "000001" },
	{ JOB_BACKUP, "{\"all\":true}", false, "111100" },
	{ JOB_DISCOVER, "{\"all\":true}", false, "111100" },
	{ JOB_DISCOVER, "{\"all\":true,\"dry_run\":false}", true, "001100" },
	{ JOB_GENERATE, "{\"all\":true,\"dry_run\":false}", false, "111100" },
	{ JOB_COMPARE, "{\"all\":true}", false, "111100" },
	{ JOB_REACHABILITY, "{\"all\":true}", false, "111100" },
	{ JOB_BULK_PROVISION, "{\"all\":true}", false, "111100" },
	{ JOB_BULK_PROVISION, "{\"all\":true,\"dry_run\":false}", true,
	    "000100" },
};

#define N_RULES (sizeof(rules) / sizeof(rules[0]))

static void set_status(struct fixture *f, int status)
{
	char patch[64];

	snprintf(patch, sizeof(patch), "{\"status\":\"%s\"}",
	    device_status_words[status]);
	assert_ok(try_patch(f, KIND_DEVICE, "r1", patch, e));
}

/* Is there a row for this way to ask for it? */
static bool has_row(const struct job *job, bool may_change, bool many)
{
	for (size_t i = 0; i < N_RULES; i++) {
		if (rules[i].job == job->id &&
		    rules[i].may_change == may_change &&
		    (strstr(rules[i].parameters, "all") != NULL) == many)
			return true;
	}
	return false;
}

/* A new job has to be written down here: reading and changing, for one device
 * and for many, wherever it can be asked for so. */
static void test_every_job_is_in_the_table(void **state)
{
	(void)state;
	for (int id = 0; id < JOB_COUNT; id++) {
		const struct job *job = job_get((enum job_id)id);
		bool many = job->scope != JOB_DEVICE;

		assert_string_equal(job_words[id], job->name);
		if (!has_row(job, false, false) ||
		    (many && !has_row(job, false, true)) ||
		    (job->can_write && !has_row(job, true, false)) ||
		    (many && job->can_write && !has_row(job, true, true)))
			fail_msg("%s lacks a row", job->name);
	}
}

/* What the rows say of changing is what the job says of its parameters. */
static void test_rows_are_what_the_jobs_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_RULES; i++) {
		const struct job *job = job_get(rules[i].job);
		json_t *given = parse_json(rules[i].parameters);
		json_t *full = schema_complete(&job->parameters, given);

		if (job_may_change_device(job, full) != rules[i].may_change)
			fail_msg("%s %s", job->name, rules[i].parameters);
		json_decref(full);
		json_decref(given);
	}
}

/* What the worker asks for each device, and the pages for their buttons. */
static void test_what_is_left_alone(void **state)
{
	struct fixture *f = *state;

	for (int status = 0; status < STATUS_COUNT; status++) {
		const struct snapshot *s;
		const struct record *r1;

		set_status(f, status);
		assert_ok(snapshots_current(f->app.snapshots, &s, e));
		r1 = snapshot_find(s, KIND_DEVICE, "r1");
		for (size_t i = 0; i < N_RULES; i++) {
			char why[256] = "";
			bool refused =
			    runs_status_refusal(job_get(rules[i].job), r1,
				rules[i].may_change, why);

			if (refused != (rules[i].allowed[status] == '0'))
				fail_msg("%s %s when %s: \"%s\"",
				    job_get(rules[i].job)->name,
				    rules[i].parameters,
				    device_status_words[status], why);
			if (refused)
				assert_non_null(strstr(why, "r1: "));
		}
		snapshot_unref(s);
	}
}

static enum err_code ask(
    struct fixture *f, size_t rule, enum run_trigger trigger, struct err *e)
{
	const struct job *job = job_get(rules[rule].job);
	struct actor actor = { "admin", ROLE_ADMIN, trigger };
	json_t *p = parse_json(rules[rule].parameters), *doc = NULL;
	json_t *hook = parse_json("{\"hook\":{\"name\":\"default\"}}");
	enum err_code rc;

	if (trigger == TRIGGER_MCP && rules[rule].may_change &&
	    job->id == JOB_PROVISION)
		json_object_set_new(p, "diff_hash", json_string("0"));
	if (trigger == TRIGGER_HOOK || trigger == TRIGGER_SCHEDULE)
		rc = runs_create(&f->app, &actor,
		    &(struct run_wish){
			.job = job, .parameters = p, .origin = hook },
		    &doc, e);
	else
		rc = runs_create(&f->app, &actor,
		    &(struct run_wish){ .job = job, .parameters = p }, &doc, e);
	json_decref(doc);
	json_decref(hook);
	json_decref(p);
	return rc;
}

static void check_asked(
    struct fixture *f, size_t rule, int status, enum run_trigger trigger)
{
	const struct job *job = job_get(rules[rule].job);
	bool many = strstr(rules[rule].parameters, "all") != NULL;
	/* of many devices each is judged when its turn comes */
	bool allowed = many || rules[rule].allowed[status] == '1';
	/* an assistant's push needs a difference that someone has seen */
	bool unseen = trigger == TRIGGER_MCP && rules[rule].may_change &&
		      job->id != JOB_PROVISION && job->id != JOB_DISCOVER;
	struct err error = ERR_INIT;
	enum err_code rc = ask(f, rule, trigger, &error);

	allowed = allowed && !unseen;
	if (rc != (allowed ? ERR_OK : ERR_CONFLICT))
		fail_msg("%s %s by %s when %s: %s: %s", job->name,
		    rules[rule].parameters, run_trigger_words[trigger],
		    device_status_words[status], err_code_word(rc),
		    error.message);
	if (!allowed)
		assert_non_null(strstr(error.message, "Nothing was started"));
}

/* No trigger has a way around the rules. */
static void test_every_job_status_and_trigger(void **state)
{
	struct fixture *f = *state;

	assert_ok(try_patch(f, KIND_PLATFORM, "frr",
	    "{\"teardown_lines\":\"no hostname\"}", e));
	put_intended(f, "r1", "hostname r1\n");
	for (int status = 0; status < STATUS_COUNT; status++) {
		set_status(f, status);
		for (size_t i = 0; i < N_RULES; i++) {
			for (int t = 0; t < TRIGGERS; t++)
				check_asked(f, i, status, (enum run_trigger)t);
		}
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_job_is_in_the_table),
		cmocka_unit_test(test_rows_are_what_the_jobs_say),
		T(test_what_is_left_alone),
		T(test_every_job_status_and_trigger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
