#include "domain/reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct probe_result results[PROBE_KINDS];

static void give(enum probe_kind kind, bool ok, bool counts)
{
	results[kind] = (struct probe_result){
		.asked = true, .ok = ok, .counts = counts, .latency_us = 1200
	};
	if (!ok)
		snprintf(results[kind].why, sizeof(results[kind].why),
		    "no answer in 2.0 s");
}

/* One observation by ICMP alone; true if it is told. */
static bool see(
    struct reach_state *s, bool ok, int64_t now, enum reach_verdict *from)
{
	memset(results, 0, sizeof(results));
	give(PROBE_ICMP, ok, true);
	return reach_observe(s, results, now, REACH_DAMPING, from);
}

static void judges_by_what_counts(void **state)
{
	char text[200];

	(void)state;
	memset(results, 0, sizeof(results));
	assert_int_equal(reach_judge(results), REACH_UNKNOWN);
	give(PROBE_ICMP, true, true);
	give(PROBE_SNMP, false, false);
	assert_int_equal(reach_judge(results), REACH_UP);
	reach_explain(results, text, sizeof(text));
	assert_string_equal(text, "icmp 1.2 ms");
	give(PROBE_SSH, false, true);
	assert_int_equal(reach_judge(results), REACH_DEGRADED);
	reach_explain(results, text, sizeof(text));
	assert_string_equal(text, "ssh no answer in 2.0 s");
	give(PROBE_ICMP, false, true);
	assert_int_equal(reach_judge(results), REACH_DOWN);
	reach_explain(results, text, sizeof(text));
	assert_string_equal(
	    text, "icmp no answer in 2.0 s; ssh no answer in 2.0 s");
}

static void tells_after_two_in_a_row(void **state)
{
	enum reach_verdict from = REACH_UNKNOWN;
	struct reach_state s;

	(void)state;
	reach_init(&s, "r1");
	/* up at first sight is no news, and known at once */
	assert_false(see(&s, true, 1, &from));
	assert_int_equal(s.verdict, REACH_UP);
	assert_false(see(&s, false, 2, &from));
	assert_int_equal(s.verdict, REACH_UP);
	assert_true(see(&s, false, 3, &from));
	assert_int_equal(from, REACH_UP);
	assert_int_equal(s.verdict, REACH_DOWN);
	assert_int_equal(s.since_ms, 3);
	/* one that agrees again starts the count anew */
	assert_false(see(&s, true, 4, &from));
	assert_false(see(&s, false, 5, &from));
	assert_false(see(&s, true, 6, &from));
	assert_int_equal(s.verdict, REACH_DOWN);
	assert_int_equal(s.checked_ms, 6);
}

static void tells_of_one_that_is_down_at_first(void **state)
{
	enum reach_verdict from = REACH_UP;
	struct reach_state s;

	(void)state;
	reach_init(&s, "r1");
	assert_true(see(&s, false, 1, &from));
	assert_int_equal(from, REACH_UNKNOWN);
}

static void holds_still_while_it_flaps(void **state)
{
	enum reach_verdict from;
	struct reach_state s;
	int told = 0;

	(void)state;
	reach_init(&s, "r1");
	see(&s, true, 0, &from);
	/* two down, two up: each time believed, until it is flapping */
	for (int i = 1; i < 40; i++)
		told += see(&s, i / 2 % 2 == 1, i, &from);
	assert_true(s.flapping);
	assert_in_range(told, 1, REACH_FLAPS);
	assert_false(see(&s, s.verdict == REACH_UP, 49, &from));
	for (int i = 0; i < REACH_STEADY - 1; i++)
		assert_false(see(&s, s.verdict == REACH_DOWN, 50 + i, &from));
	assert_true(see(&s, s.verdict == REACH_DOWN, 60, &from));
	assert_false(s.flapping);
}

static void keeps_the_newest_latencies(void **state)
{
	enum reach_verdict from;
	struct reach_state s;

	(void)state;
	reach_init(&s, "r1");
	for (int i = 0; i < REACH_HISTORY + 5; i++)
		see(&s, i != REACH_HISTORY + 4, i, &from);
	assert_int_equal(s.n_history, REACH_HISTORY);
	assert_int_equal(s.history[0], 120);
	assert_int_equal(s.history[REACH_HISTORY - 1], REACH_NOT_MEASURED);
}

static void knows_its_words(void **state)
{
	enum reach_verdict verdict;
	enum probe_kind kind;

	(void)state;
	assert_true(probe_parse("netconf", &kind));
	assert_int_equal(kind, PROBE_NETCONF);
	assert_false(probe_parse("telnet", &kind));
	assert_true(reach_parse("degraded", &verdict));
	assert_int_equal(verdict, REACH_DEGRADED);
	assert_false(reach_parse("", &verdict));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_by_what_counts),
		cmocka_unit_test(tells_after_two_in_a_row),
		cmocka_unit_test(tells_of_one_that_is_down_at_first),
		cmocka_unit_test(holds_still_while_it_flaps),
		cmocka_unit_test(keeps_the_newest_latencies),
		cmocka_unit_test(knows_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
