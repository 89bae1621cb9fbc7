#include "domain/policy.h"

#include "domain/job.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* status × action as decided: r read, d discover, p push, t teardown. */
static void test_status_table(void **state)
{
	static const char *const allowed[STATUS_COUNT] = {
		[STATUS_INVENTORY] = "r",
		[STATUS_PLANNED] = "r",
		[STATUS_STAGED] = "rd",
		[STATUS_ACTIVE] = "rdp",
		[STATUS_FAILED] = "",
		[STATUS_DECOMMISSIONING] = "t",
	};
	static const char letters[] = "rdpt";

	(void)state;
	for (int s = 0; s < STATUS_COUNT; s++) {
		for (int a = 0; a < POLICY_ACTIONS; a++) {
			const char *why = policy_refusal(
			    (enum device_status)s, (enum policy_action)a);
			bool may = strchr(allowed[s], letters[a]) != NULL;

			assert_int_equal(why == NULL, may);
			if (why)
				assert_int_equal(why[strlen(why) - 1], '.');
		}
	}
}

static void test_status_words(void **state)
{
	enum device_status status = STATUS_FAILED;

	(void)state;
	for (int s = 0; s < STATUS_COUNT; s++) {
		assert_true(device_status_parse(device_status_words[s],
		    &status));
		assert_int_equal(status, s);
	}
	assert_null(device_status_words[STATUS_COUNT]);
	assert_false(device_status_parse("Active", &status));
	assert_false(device_status_parse("", &status));
	assert_int_equal(status, STATUS_DECOMMISSIONING);
}

static void test_hook_readiness(void **state)
{
	(void)state;
	assert_true(policy_hook_ready(STATUS_ACTIVE));
	assert_true(policy_hook_ready(STATUS_PLANNED));
	assert_true(policy_hook_ready(STATUS_STAGED));
	assert_false(policy_hook_ready(STATUS_INVENTORY));
	assert_false(policy_hook_ready(STATUS_FAILED));
	assert_false(policy_hook_ready(STATUS_DECOMMISSIONING));
}

/* role × permission: nothing, view, run, edit, approve, admin. */
static void test_role_table(void **state)
{
	static const char *const rows[ROLE_COUNT] = {
		[ROLE_NOBODY] = "100000",
		[ROLE_VIEWER] = "110000",
		[ROLE_OPERATOR] = "111100",
		[ROLE_APPROVER] = "111110",
		[ROLE_ADMIN] = "111111",
	};

	(void)state;
	for (int r = 0; r < ROLE_COUNT; r++) {
		for (int p = 0; p < PERMISSIONS; p++)
			assert_int_equal(access_allows((enum access_role)r,
			    (enum permission)p), rows[r][p] == '1');
	}
}

static void test_role_words(void **state)
{
	enum access_role role = ROLE_NOBODY;

	(void)state;
	for (int r = ROLE_VIEWER; r < ROLE_COUNT; r++) {
		assert_true(access_role_parse(
		    access_role_word((enum access_role)r), &role));
		assert_int_equal(role, r);
	}
	/* nobody can be given the role of nobody */
	assert_false(access_role_parse("nobody", &role));
	assert_string_equal(access_role_word(ROLE_NOBODY), "nobody");
}

static void assert_changes(const char *job, const char *json, bool expected)
{
	json_t *p = json_loads(json, 0, NULL);

	assert_int_equal(job_may_change_device(job_find(job), p), expected);
	json_decref(p);
}

static void test_what_may_change_a_device(void **state)
{
	(void)state;
	for (int i = 0; i < JOB_COUNT; i++) {
		const struct job *job = job_get((enum job_id)i);

		assert_int_equal(job->id, i);
		assert_ptr_equal(job_find(job->name), job);
	}
	assert_null(job_find("reboot"));
	assert_changes("provision", "{}", false);
	assert_changes("provision", "{\"dry_run\": false}", true);
	assert_changes("provision",
	    "{\"dry_run\": false, \"commit_changes\": false}", false);
	assert_changes("provision",
	    "{\"dry_run\": true, \"commit_changes\": true}", false);
	assert_changes("backup", "{\"dry_run\": false}", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_table),
		cmocka_unit_test(test_status_words),
		cmocka_unit_test(test_hook_readiness),
		cmocka_unit_test(test_role_table),
		cmocka_unit_test(test_role_words),
		cmocka_unit_test(test_what_may_change_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
