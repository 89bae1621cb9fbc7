#include "sim/grammar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct grammar_ifname ifnames[] = {
	{ "Ethernet", "1/", 1, 8, true },
	{ "Loopback", "", 0, 99, false },
	{ NULL, NULL, 0, 0, false },
};

static const char *const syntaxes[] = {
	"show version",
	"show running-config [(all|interface IFNAME)]",
	"set speed <10-100>",
	"interface IFNAME",
	"ip route A.B.C.D/N A.B.C.D [name WORD]",
	"description LINE",
	"vlan VLANS",
	"username WORD",
	"username list",
};

static struct grammar_match match(const char *line, bool prefix)
{
	static struct grammar_query q;
	struct grammar_match m;

	grammar_begin(&q, line, ifnames);
	q.prefix = prefix;
	for (size_t i = 0; i < sizeof(syntaxes) / sizeof(*syntaxes); i++)
		grammar_try(&q, i, syntaxes[i]);
	grammar_finish(&q, &m);
	return m;
}

static void writes_in_full(void **state)
{
	static const struct {
		const char *line;
		const char *text;
	} cases[] = {
		{ "sh ver", "show version" },
		{ "  sh   run all ", "show running-config all" },
		{ "sh run int e1/3", "show running-config interface "
				     "Ethernet1/3" },
		{ "interface lo 7", "interface Loopback7" },
		{ "int Ethernet1/2.30", "interface Ethernet1/2.30" },
		{ "ip route 10.1.2.3/8 192.0.2.1 name x",
		    "ip route 10.0.0.0/8 192.0.2.1 name x" },
		{ "desc  two  words", "description two  words" },
		{ "username li", "username list" },
		{ "username bob", "username bob" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct grammar_match m = match(cases[i].line, false);

		assert_int_equal(m.result, GRAMMAR_OK);
		assert_string_equal(m.text, cases[i].text);
	}
}

static void points_at_the_fault(void **state)
{
	static const struct {
		const char *line;
		enum grammar_result result;
		size_t column;
	} cases[] = {
		{ "nonsense", GRAMMAR_INVALID, 0 },
		{ "show foo", GRAMMAR_INVALID, 5 },
		{ "show version now", GRAMMAR_INVALID, 13 },
		{ "set speed 101", GRAMMAR_INVALID, 10 },
		{ "interface Ethernet1/9", GRAMMAR_INVALID, 10 },
		{ "ip route 10.0.0.0/33 10.0.0.1", GRAMMAR_INVALID, 9 },
		{ "s", GRAMMAR_AMBIGUOUS, 0 },
		{ "show", GRAMMAR_INCOMPLETE, 0 },
		{ "description", GRAMMAR_INCOMPLETE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct grammar_match m = match(cases[i].line, false);

		assert_int_equal(m.result, cases[i].result);
		if (m.result != GRAMMAR_INCOMPLETE)
			assert_int_equal(m.error_column, cases[i].column);
	}
}

static void takes_the_beginning_of_a_line(void **state)
{
	struct grammar_match m = match("description", true);

	(void)state;
	assert_int_equal(m.result, GRAMMAR_OK);
	assert_true(m.partial);
	assert_false(match("show version", true).partial);
}

static void refuses_lines_without_bounds(void **state)
{
	static char line[3 * GRAMMAR_LINE_MAX];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	assert_int_equal(match(line, false).result, GRAMMAR_INVALID);
	for (size_t i = 0; i < 2000; i += 2)
		memcpy(line + i, "a ", 2);
	line[2000] = '\0';
	assert_int_equal(match(line, false).result, GRAMMAR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_in_full),
		cmocka_unit_test(points_at_the_fault),
		cmocka_unit_test(takes_the_beginning_of_a_line),
		cmocka_unit_test(refuses_lines_without_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
