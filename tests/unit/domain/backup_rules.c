#include "domain/backup_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void assert_cleaned(
    const char *ignore, const char *text, const char *expected)
{
	struct backup_rules rules = { ignore, "", 0 };
	struct buf out = BUF_INIT(10000);
	struct err error = ERR_INIT;

	assert_int_equal(
	    backup_rules_clean(&rules, text, &out, &error), ERR_OK);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

static void test_ignored_lines_are_left_out(void **state)
{
	(void)state;
	assert_cleaned("", "a\nb\n", "a\nb\n");
	assert_cleaned("! Last configuration change ...",
	    "! Last configuration change at 08:30 by olga\nhostname r1\n",
	    "hostname r1\n");
	assert_cleaned("ntp clock-period ?\n\n  uptime   ...  \n",
	    "hostname r1\n  ntp   clock-period 17179\n\nuptime is 3 h\nend",
	    "hostname r1\n\nend");
	/* not by a part of a line */
	assert_cleaned("ntp clock-period ?",
	    "ntp clock-period 1 2\nno ntp clock-period 1\n",
	    "ntp clock-period 1 2\nno ntp clock-period 1\n");
	/* blank lines are nobody's */
	assert_cleaned("...", "\n\n", "\n\n");
}

static void test_a_line_too_long_is_kept(void **state)
{
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_cleaned("...", text, text);
}

static void assert_refused(
    const struct backup_rules *rules, const char *text, size_t last, bool is)
{
	char why[300];

	assert_int_equal(
	    backup_rules_refusal(rules, text, last, why) != NULL, is);
}

static void test_what_is_not_whole(void **state)
{
	struct backup_rules end = { "", "end", 0 };
	struct backup_rules size = { "", "", 50 };
	struct backup_rules none = { "", "", 0 };

	(void)state;
	assert_refused(&end, "hostname r1\nend\n", 0, false);
	assert_refused(&end, "hostname r1\nend\n\n \n", 0, false);
	assert_refused(&end, "hostname r1\nen", 0, true);
	assert_refused(&end, "", 0, true);
	assert_refused(&size, "12345", 10, false);
	assert_refused(&size, "1234", 10, true);
	assert_refused(&size, "1234", 0, false); /* the first one */
	assert_refused(&none, "", 1000000, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ignored_lines_are_left_out),
		cmocka_unit_test(test_a_line_too_long_is_kept),
		cmocka_unit_test(test_what_is_not_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
