#include "infra/driver/junos_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void forms(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		enum junos_form form;
	} cases[] = {
		{ "system {\n host-name a;\n}\n", ERR_OK, JUNOS_TEXT },
		{ "version 21.4;\n", ERR_OK, JUNOS_TEXT },
		{ "# a { comment\nsystem { /* ; } */ a; }", ERR_OK,
		    JUNOS_TEXT },
		{ "a { b \"};{\\\"\"; }", ERR_OK, JUNOS_TEXT },
		{ "a { members [ 1 2 3 ]; }", ERR_OK, JUNOS_TEXT },
		{ "set system host-name a\n\n# x\ndelete snmp\n", ERR_OK,
		    JUNOS_COMMANDS },
		{ "  <configuration/>", ERR_OK, JUNOS_XML },
		{ "", ERR_INVALID, JUNOS_TEXT },
		{ "hostname a\n", ERR_INVALID, JUNOS_TEXT },
		{ "system {\n host-name a;\n", ERR_INVALID, JUNOS_TEXT },
		{ "system {\n host-name a\n}\n", ERR_INVALID, JUNOS_TEXT },
		{ "system { a; }\n}\n", ERR_INVALID, JUNOS_TEXT },
		{ "a { b \"c; }", ERR_INVALID, JUNOS_TEXT },
		{ "a [ b ; ];", ERR_INVALID, JUNOS_TEXT },
		{ "{ a; }", ERR_INVALID, JUNOS_TEXT },
		{ "set a b\nrequest system reboot\n", ERR_INVALID,
		    JUNOS_COMMANDS },
		{ "set a b\ncommit\n", ERR_INVALID, JUNOS_COMMANDS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum junos_form form = JUNOS_TEXT;
		struct err e = ERR_INIT;

		if (junos_text_sniff(cases[i].text, &form, &e) != cases[i].code)
			fail_msg("%s: %s", cases[i].text, e.message);
		if (cases[i].code == ERR_OK)
			assert_int_equal(form, cases[i].form);
	}
}

static void whole_or_not(void **state)
{
	char deep[300];

	(void)state;
	assert_true(junos_text_is_whole("a {\n    b;\n}\n"));
	assert_false(junos_text_is_whole(""));
	assert_false(junos_text_is_whole("# nothing\n"));
	for (size_t i = 0; i < 99; i++)
		memcpy(deep + 2 * i, "a{", 2);
	deep[198] = '\0';
	assert_false(junos_text_is_whole(deep));
}

static const char running[] = "version 21.4;\n"
			      "system {\n"
			      "    host-name r1;\n"
			      "    services {\n"
			      "        ssh;\n"
			      "    }\n"
			      "}\n"
			      "vlans {\n"
			      "    v {\n"
			      "        members [ 1 2 ];\n"
			      "        description \"a b\"; ## SECRET-DATA\n"
			      "    }\n"
			      "}\n"
			      "protocols { bgp { group g { neighbor 10.0.0.1; "
			      "} } }\n";

static void containment(void **state)
{
	static const struct {
		const char *intended;
		size_t missing;
		size_t unexpected;
		const char *says;
	} cases[] = {
		{ "system { host-name r1; }", 0, 0, "" },
		{ "system { host-name r2; }", 1, 0,
		    "missing: system host-name r2" },
		{ "vlans { v { members 2; } }", 0, 0, "" },
		{ "vlans { v { members [ 2 3 ]; } }", 1, 0, "members 3" },
		{ "set system services ssh\nset vlans v description \"a b\"\n"
		  "set protocols bgp group g neighbor 10.0.0.1",
		    0, 0, "" },
		{ "set protocols bgp group g", 0, 0, "" },
		{ "delete system services\nset system host-name r1", 0, 1,
		    "still there: system services" },
		{ "delete system serv\n", 0, 0, "" },
		{ "set system login password hunter2", 1, 0,
		    "password <hidden>" },
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct driver_verdict v = { .matches = false };
		struct err e = ERR_INIT;

		assert_int_equal(junos_text_verify(
				     cases[i].intended, running, arena, &v, &e),
		    ERR_OK);
		if (v.n_missing != cases[i].missing ||
		    v.n_unexpected != cases[i].unexpected ||
		    strstr(v.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].intended, v.text);
		assert_int_equal(
		    v.matches, cases[i].missing + cases[i].unexpected == 0);
		assert_null(strstr(v.text, "hunter2"));
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(whole_or_not),
		cmocka_unit_test(containment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
