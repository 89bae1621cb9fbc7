#include "domain/backup_output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct backup_rule rules[] = {
	{ BACKUP_DROP, "* uptime is ..." },
	{ BACKUP_MASK, "Free memory: ? kB" },
	{ BACKUP_MASK, "Compiled ..." },
	{ BACKUP_HIDE, "license key ? *" },
};
static const struct backup_command version = { .name = "version",
	.command = "show version",
	.rules = rules,
	.n_rules = 4,
	.end = "" };

static void assert_cleaned(const char *text, const char *expected)
{
	struct buf out = BUF_INIT(10000);

	assert_int_equal(
	    backup_output_clean(&version, text, &out, NULL), ERR_OK);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

static void test_rules(void **state)
{
	(void)state;
	assert_cleaned("", "");
	assert_cleaned("a\n\n b  c", "a\n\n b  c\n");
	assert_cleaned("r1 uptime is 3 weeks\nmodel\n", "model\n");
	assert_cleaned(
	    "  Free  memory:   123456  kB \n", "  Free  memory:   *  kB \n");
	assert_cleaned("Compiled Tue 2-Jun by x\n", "Compiled *\n");
	assert_cleaned("Compiled\n", "Compiled\n");
	assert_cleaned(
	    "license key ABC-DEF dna\n", "license key <hidden> dna\n");
	/* not by a part of a line */
	assert_cleaned("license key ABC\n", "license key ABC\n");
}

static void test_bounds_hold(void **state)
{
	struct buf out = BUF_INIT(10);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    backup_output_clean(&version, "more than ten bytes", &out, &e),
	    ERR_LIMIT);
	buf_release(&out);
}

static void assert_refused(
    const struct backup_command *command, const char *text, const char *words)
{
	char why[300];
	const char *said = backup_output_refusal(command, text, why);

	if (!words && said)
		fail_msg("%s", said);
	if (words && (!said || !strstr(said, words)))
		fail_msg("%s", said ? said : "it is not refused");
}

static void test_what_is_not_whole(void **state)
{
	const struct backup_command strict = {
		.end = "Configuration register ...", .min_bytes = 40
	};

	(void)state;
	assert_refused(&version, "a\n", NULL);
	assert_refused(&version, "", "empty");
	assert_refused(&version, " \n\n", "empty");
	assert_refused(&strict, "Configuration regis\n", "ends with");
	assert_refused(&strict, "Configuration register is 0\n", "28 bytes");
	assert_refused(&strict,
	    "a long line of something\nConfiguration register is 0x2102\n\n",
	    NULL);
}

static void add(
    struct buf *file, const char *name, const char *command, const char *text)
{
	const struct backup_command c = { .name = name, .command = command };

	backup_output_add(file, &c, text);
}

static void test_sections(void **state)
{
	struct buf file = BUF_INIT(10000), next = BUF_INIT(10000);

	(void)state;
	add(&file, "a", "show a", "one\n### b: not a heading\n\n");
	add(&file, "ab", "show ab", "two\n");
	add(&file, "b", "show b", "three");
	assert_string_equal(buf_text(&file),
	    "### a: show a\none\n ### b: not a heading\n\n"
	    "\n### ab: show ab\ntwo\n"
	    "\n### b: show b\nthree\n");
	assert_true(backup_output_copy(&next, buf_text(&file), "b"));
	assert_false(backup_output_copy(&next, buf_text(&file), "c"));
	assert_true(backup_output_copy(&next, buf_text(&file), "a"));
	assert_true(backup_output_copy(&next, buf_text(&file), "ab"));
	assert_string_equal(buf_text(&next),
	    "### b: show b\nthree\n"
	    "\n### a: show a\none\n ### b: not a heading\n\n"
	    "\n### ab: show ab\ntwo\n");
	assert_false(backup_output_copy(&next, "", "a"));
	buf_release(&file);
	buf_release(&next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_bounds_hold),
		cmocka_unit_test(test_what_is_not_whole),
		cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
