#include "app/device_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NOON 1790000000000 /* 2026-09-21T14:13:20Z */

static const json_t *facts_of(const json_t *made)
{
	return json_object_get(made, "facts");
}

static void test_what_is_told(void **state)
{
	const struct driver_interface list[] = {
		{ "Ethernet1", "uplink", true, true },
		{ "Ethernet2", "", false, false },
	};
	const struct driver_facts f = { "sw1", "Arista", "vEOS", "4.30.1F",
		"S123", 3600, list, 2 };
	json_t *made = device_facts_make(&f, NULL, NOON);
	const json_t *first;

	(void)state;
	assert_true(device_facts_are_sound(made));
	assert_string_equal(json_text(made, "serial", ""), "S123");
	assert_string_equal(json_text(facts_of(made), "model", ""), "vEOS");
	assert_string_equal(
	    json_text(facts_of(made), "booted_at", ""), "2026-09-21T13:13:00Z");
	first =
	    json_array_get(json_object_get(facts_of(made), "interfaces"), 0);
	assert_string_equal(json_text(first, "description", ""), "uplink");
	assert_true(json_flag(first, "up", false));
	json_decref(made);
}

static void test_what_is_not_told_is_left_out(void **state)
{
	const struct driver_facts f = { "sw1", "", NULL, "", "", -1, NULL, 0 };
	json_t *made = device_facts_make(&f, NULL, NOON);

	(void)state;
	assert_int_equal(json_object_size(made), 1);
	assert_int_equal(json_object_size(facts_of(made)), 1);
	json_decref(made);
}

/* Uptime in minutes must not make a change of every look. */
static void test_start_is_kept_if_about_the_same(void **state)
{
	struct driver_facts f = { "sw1", "", "", "", "", 3600, NULL, 0 };
	json_t *known = device_facts_make(&f, NULL, NOON), *made;

	(void)state;
	made = device_facts_make(&f, known, NOON + 8 * 60000);
	assert_true(json_equal(known, made));
	json_decref(made);
	f.uptime_s = 60; /* it has restarted */
	made = device_facts_make(&f, known, NOON);
	assert_string_equal(
	    json_text(facts_of(made), "booted_at", ""), "2026-09-21T14:12:00Z");
	json_decref(made);
	json_decref(known);
}

static void test_hostile_texts_and_numbers(void **state)
{
	static struct driver_interface many[5000];
	char name[400], serial[400];
	struct driver_facts f = { "a\x1b[31m\xff\n\tb", "", "", "", serial, 0,
		many, 5000 };
	json_t *made;
	char *text;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i + 1 < sizeof(serial); i += 2)
		memcpy(serial + i, "\xc3\xa4", 2);
	serial[sizeof(serial) - 1] = '\0';
	for (size_t i = 0; i < 5000; i++)
		many[i] = (struct driver_interface){ name, name, true, true };
	made = device_facts_make(&f, NULL, NOON);
	assert_non_null(made);
	assert_true(strlen(json_text(made, "serial", "")) <= 100);
	assert_null(
	    strpbrk(json_text(facts_of(made), "hostname", "\n"), "\x1b\n\t"));
	text = json_dumps(facts_of(made), JSON_COMPACT);
	assert_true(strlen(text) < 65536);
	assert_true(
	    json_number(facts_of(made), "interfaces_left_out", 0) > 4000);
	free(text);
	json_decref(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_told),
		cmocka_unit_test(test_what_is_not_told_is_left_out),
		cmocka_unit_test(test_start_is_kept_if_about_the_same),
		cmocka_unit_test(test_hostile_texts_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
