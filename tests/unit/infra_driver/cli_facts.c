#include "infra/driver/cli_facts.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

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

static void test_uptime_is_summed(void **state)
{
	(void)state;
	assert_int_equal(cli_parse_uptime("5 minutes\n"), 300);
	assert_int_equal(
	    cli_parse_uptime("1 year, 2 weeks, 3 days, 4 hours, 5 minutes"),
	    365 * 86400 + 17 * 86400 + 4 * 3600 + 300);
	assert_int_equal(
	    cli_parse_uptime("1 day(s), 2 hour(s), 3 minute(s), 4 second(s)"),
	    86400 + 7200 + 180 + 4);
	assert_int_equal(cli_parse_uptime("unknown"), -1);
	assert_int_equal(cli_parse_uptime(""), -1);
}

static void test_interfaces_are_listed(void **state)
{
	static const char text[] =
	    "GigabitEthernet1 is up, line protocol is up \n"
	    "  Hardware is CSR vNIC, address is 5254.0012.0001\n"
	    "  Description: to spine, east\n"
	    "GigabitEthernet2 is administratively down, line protocol is "
	    "down \n"
	    "Vlan7 is up, line protocol is down \n"
	    "Ethernet1/3 is down (Administratively down)\n"
	    "admin state is down, Dedicated Interface\n";
	struct driver_facts f = { 0 };

	(void)state;
	assert_int_equal(cli_parse_interfaces(arena, text, &f, NULL), ERR_OK);
	assert_int_equal(f.n_interfaces, 4);
	assert_string_equal(f.interfaces[0].name, "GigabitEthernet1");
	assert_string_equal(f.interfaces[0].description, "to spine, east");
	assert_true(f.interfaces[0].enabled && f.interfaces[0].up);
	assert_false(f.interfaces[1].enabled || f.interfaces[1].up);
	assert_true(f.interfaces[2].enabled);
	assert_false(f.interfaces[2].up);
	assert_string_equal(f.interfaces[3].name, "Ethernet1/3");
	assert_false(f.interfaces[3].enabled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uptime_is_summed),
		cmocka_unit_test(test_interfaces_are_listed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
