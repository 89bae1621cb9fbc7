#include "infra/ssh/prompt.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void expect(
    const char *text, const char *name, const char *mode, char end)
{
	struct prompt p;

	if (!prompt_parse(text, strlen(text), &p))
		fail_msg("\"%s\" is a prompt", text);
	assert_string_equal(p.name, name);
	assert_string_equal(p.mode, mode);
	assert_int_equal(p.end, end);
}

static void expect_none(const char *text)
{
	struct prompt p = { .end = '?' };

	if (prompt_parse(text, strlen(text), &p))
		fail_msg("\"%s\" is no prompt", text);
	assert_int_equal(p.end, '?');
}

static void test_prompts(void **state)
{
	(void)state;
	expect("r1# ", "r1", "", '#');
	expect("r1#", "r1", "", '#');
	expect("core-1.lab>", "core-1.lab", "", '>');
	expect("r1(config)# ", "r1", "config", '#');
	expect("r1(config-router-af)#", "r1", "config-router-af", '#');
	expect("sw(s1)(config-s-abc)#", "sw", "config-s-abc", '#');
	expect("(null)(config)# ", "(null)", "config", '#');
}

static void test_what_is_none(void **state)
{
	char wide[PROMPT_MAX + 8];

	(void)state;
	expect_none("");
	expect_none("# ");
	expect_none("r1# show");
	expect_none("r1#  ");
	expect_none(" r1# ");
	expect_none("r1(config# ");
	expect_none("r1(config) ");
	expect_none("two words# ");
	expect_none("r1\n# ");
	expect_none("caf\xc3\xa9# ");
	memset(wide, 'x', sizeof wide);
	snprintf(wide + PROMPT_MAX, 8, "# ");
	expect_none(wide);
}

static void test_of_a_name(void **state)
{
	struct prompt p;

	(void)state;
	assert_true(prompt_is("r1(config)# ", 12, "r1", &p));
	assert_string_equal(p.mode, "config");
	assert_false(prompt_is("r10# ", 5, "r1", &p));
	assert_false(prompt_is("r# ", 3, "r1", &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
