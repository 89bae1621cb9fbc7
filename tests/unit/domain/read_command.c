#include "domain/read_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void assert_sent(enum read_language language, const char *command)
{
	const char *why = read_command_refusal(language, command);

	if (why)
		fail_msg("\"%s\" is refused: %s", command, why);
}

static void assert_refused(enum read_language language, const char *command)
{
	if (!read_command_refusal(language, command))
		fail_msg("\"%s\" is not refused", command);
}

static void test_what_reads_is_sent(void **state)
{
	static const char *const commands[] = { "show version",
		"show running-config all", "show inventory | include PID",
		"show ip route vrf MGMT 192.0.2.0/24 | no-more",
		"show interfaces | section \"Ethernet 1\" | count",
		"show configuration | display set", "dir flash:", "dir" };

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_sent(READ_CLI, commands[i]);
}

/* Whatever acts, writes, leads elsewhere or hides something. */
static void test_what_does_more_is_refused(void **state)
{
	static const char *const commands[] = { "", " show version", "sh ver",
		"showx", "configure terminal", "conf t", "reload",
		"write erase", "write memory", "copy running-config flash:x",
		"delete flash:x", "clear counters", "debug all", "bash",
		"do show version", "exit", "no router bgp 1", "request system",
		"show version > bootflash:x", "show version >> x",
		"show running-config | redirect tftp://192.0.2.9/x",
		"show running-config | tee flash:x",
		"show running-config | append flash:x", "show version | bash",
		"show version |sed s/a/b/",
		"show version | include a | redirect flash:x",
		"show version | inc a", "show version |", "show version | a|b",
		"show version ; reload", "show version && reload",
		"show version\nreload", "show version\rreload", "show `reload`",
		"show $(reload)", "show version ?", "show version!",
		"show \x1b[0m", "show \xc3\xbc", "SHOW version", "directory" };
	char longest[READ_COMMAND_MAX + 2] = "show ";

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_refused(READ_CLI, commands[i]);
	memset(longest + 5, 'a', READ_COMMAND_MAX - 5);
	longest[READ_COMMAND_MAX] = '\0';
	assert_sent(READ_CLI, longest);
	longest[READ_COMMAND_MAX] = 'a';
	longest[READ_COMMAND_MAX + 1] = '\0';
	assert_refused(READ_CLI, longest);
}

static void test_queries(void **state)
{
	static const char *const right[] = { "get-config startup",
		"get-config running system urn:ietf:params:xml:ns:yang:"
		"ietf-system",
		"get system-state urn:ietf:params:xml:ns:yang:ietf-system" };
	static const char *const wrong[] = { "show version", "get",
		"get system", "get-config", "get-config other",
		"get-config startup system", "edit-config running",
		"get system urn:a <x/>", "get sys\"tem urn:a",
		"get system urn:'a'", "get <system/> urn:a",
		"get system urn:a b", "kill-session 4" };
	struct read_query q;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_sent(READ_NETCONF, right[i]);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_refused(READ_NETCONF, wrong[i]);
	assert_true(read_command_parse_query(right[1], &q));
	assert_string_equal(q.datastore, "running");
	assert_string_equal(q.element, "system");
	assert_string_equal(
	    q.namespace_, "urn:ietf:params:xml:ns:yang:ietf-system");
	assert_true(read_command_parse_query(right[2], &q));
	assert_string_equal(q.datastore, "");
	assert_int_equal(read_language_of("netconf"), READ_NETCONF);
	assert_int_equal(read_language_of("junos"), READ_CLI);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_reads_is_sent),
		cmocka_unit_test(test_what_does_more_is_refused),
		cmocka_unit_test(test_queries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
