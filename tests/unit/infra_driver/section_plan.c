#include "infra/driver/section_plan.h"

#include "domain/config_dialect.h"
#include "infra/driver/registry.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct config_dialect *const frr = &config_dialect_frr;
static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(16u << 20);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct driver_plan describe(
    const char *running, enum driver_load load, const char *text)
{
	struct driver_candidate candidate = { load, text };
	struct section_plan plan;
	struct driver_plan shown;
	struct err e = ERR_INIT;

	if (section_plan_make(arena, frr, running, &candidate, &plan, &e) ||
	    section_plan_describe(&plan, arena, &shown, &e))
		fail_msg("%s", e.message);
	return shown;
}

static void test_merge_is_described(void **state)
{
	struct driver_plan p = describe("!\nhostname r1\n!\nend\n",
	    DRIVER_MERGE, "ip route 1.0.0.0/8 Null0\n");

	(void)state;
	assert_false(p.empty);
	assert_int_equal(p.added, 1);
	assert_int_equal(p.removed, 0);
	assert_int_equal(p.n_commands, 1);
	assert_string_equal(p.commands[0], "ip route 1.0.0.0/8 Null0");
	assert_int_equal(p.n_reverse, 1);
	assert_string_equal(p.reverse[0], "no ip route 1.0.0.0/8 Null0");
	assert_string_equal(p.snapshot, "!\nhostname r1\n!\nend\n");
	assert_string_equal(p.diff,
	    "--- running\n+++ candidate\n@@ -1 +1,2 @@\n hostname r1\n"
	    "+ip route 1.0.0.0/8 Null0\n");
}

static void test_nothing_to_do_is_empty(void **state)
{
	struct driver_plan p =
	    describe("hostname r1\nend\n", DRIVER_REPLACE, "hostname r1\n");

	(void)state;
	assert_true(p.empty);
	assert_string_equal(p.diff, "");
	assert_int_equal(p.n_commands, 0);
}

static void test_a_bad_candidate_is_named(void **state)
{
	struct driver_candidate candidate = { DRIVER_MERGE,
		"ip route 1.0.0.0/8 Null0\nhostname \x1b\n" };
	struct section_plan plan;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    section_plan_make(arena, frr, "end\n", &candidate, &plan, &e),
	    ERR_INVALID);
	assert_string_equal(e.message,
	    "the intended configuration: line 2 holds a control character");
}

/* What could not be typed again may not be removed. */
static void test_what_cannot_be_put_back_is_refused(void **state)
{
	struct driver_candidate candidate = { DRIVER_REPLACE, "" };
	struct section_plan plan;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    section_plan_make(arena, frr,
		"interface e\n description caf\xc3\xa9\nexit\nend\n",
		&candidate, &plan, &e),
	    ERR_INVALID);
	assert_non_null(strstr(e.message, "could not be put back"));
}

static void test_verdict(void **state)
{
	struct driver_candidate merge = { DRIVER_MERGE,
		"router bgp 1\n neighbor 1.1.1.1 password topsecret\n"
		" address-family ipv4 unicast\n  network 10.9.9.9/8\n" };
	struct driver_candidate replace = { DRIVER_REPLACE, "router bgp 1\n" };
	const char *running = "router bgp 1\n address-family ipv4 unicast\n"
			      "  network 10.0.0.0/8\n";
	struct driver_verdict v;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    section_text_verify(frr, &merge, running, arena, &v, &e), ERR_OK);
	assert_false(v.matches);
	assert_int_equal(v.n_missing, 2);
	assert_string_equal(v.text,
	    "missing: router bgp 1 / neighbor 1.1.1.1 password <hidden>\n"
	    "missing: router bgp 1 / address-family ipv4 unicast / "
	    "network 10.9.9.9/8 (the device has: network 10.0.0.0/8)\n");
	assert_int_equal(
	    section_text_verify(frr, &replace, running, arena, &v, &e), ERR_OK);
	assert_int_equal(v.n_unexpected, 2);
	assert_int_equal(section_text_verify(frr, &replace,
			     "router bgp 1\nexit\nend\n", arena, &v, &e),
	    ERR_OK);
	assert_true(v.matches);
}

static void test_registry(void **state)
{
	const struct driver *d = driver_find("frr");

	(void)state;
	assert_non_null(d);
	assert_null(driver_find("frrr"));
	for (size_t i = 0; (d = driver_at(i)) != NULL; i++) {
		assert_ptr_equal(driver_find(d->name), d);
		/* The port: no slot is missing but confirm. */
		assert_true(d->open && d->get_facts && d->get_config &&
			    d->stage && d->diff && d->commit && d->discard &&
			    d->classify && d->restore && d->verify &&
			    d->get_pending && d->save && d->close);
		assert_int_equal(d->confirm != NULL,
		    (d->capabilities & DRIVER_CAN_CONFIRM) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_is_described),
		cmocka_unit_test(test_nothing_to_do_is_empty),
		cmocka_unit_test(test_a_bad_candidate_is_named),
		cmocka_unit_test(test_what_cannot_be_put_back_is_refused),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_registry),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
