#include "domain/config_tree.h"

#include "base/file.h"
#include "domain/config_dialect.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct config_dialect *const frr = &config_dialect_frr;
static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(64u << 20);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct config_tree parse(const char *text)
{
	struct config_tree tree;
	struct err e = ERR_INIT;

	if (config_tree_parse(arena, frr, text, &tree, &e) != ERR_OK)
		fail_msg("%s", e.message);
	return tree;
}

static const char *format(const struct config_tree *tree)
{
	struct buf out = BUF_INIT(16u << 20);
	struct err e = ERR_INIT;
	const char *text;

	assert_int_equal(config_tree_format(tree, &out, &e), ERR_OK);
	text = arena_strdup(arena, buf_text(&out));
	buf_release(&out);
	return text;
}

static const char *read_fixture(const char *name)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const char *path = arena_printf(arena, "%s/%s", TEST_DATA, name);
	const char *text;

	if (file_read(path, &b, &e) != ERR_OK)
		fail_msg("%s", e.message);
	text = arena_strdup(arena, buf_text(&b));
	buf_release(&b);
	return text;
}

static void expect_invalid(const char *text, const char *part)
{
	struct config_tree tree = { 0 };
	struct err e = ERR_INIT;

	assert_int_equal(
	    config_tree_parse(arena, frr, text, &tree, &e), ERR_INVALID);
	assert_null(tree.root);
	if (strstr(e.message, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.message, part);
}

static void test_headers_comments_and_exits_are_dropped(void **state)
{
	struct config_tree t = parse("Building configuration...\n\n"
				     "Current configuration:\n!\n"
				     "frr version 8.4.4\n"
				     "frr defaults traditional\n"
				     "hostname localhost\nhostname r1\n"
				     "# a comment\n!\n"
				     "router bgp 65001\r\n"
				     " neighbor 10.0.0.2   remote-as 2  \n"
				     " !\n"
				     " address-family ipv4 unicast\n"
				     "  network 10.0.0.0/8\n"
				     " exit-address-family\n"
				     "exit\n!\nend\n\n");

	(void)state;
	assert_string_equal(format(&t), "hostname r1\n"
					"router bgp 65001\n"
					" neighbor 10.0.0.2 remote-as 2\n"
					" address-family ipv4 unicast\n"
					"  network 10.0.0.0/8\n"
					" exit-address-family\n"
					"exit\n");
}

static void test_canonical_text_is_stable(void **state)
{
	static const char *const names[] = { "broad.conf", "edge.conf",
		"broad-intended.conf", "edge-intended.conf" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct config_tree once = parse(read_fixture(names[i]));
		struct config_tree twice = parse(format(&once));
		bool equal = false;
		struct err e = ERR_INIT;

		assert_string_equal(format(&once), format(&twice));
		assert_int_equal(
		    config_tree_equal(arena, &once, &twice, &equal, &e),
		    ERR_OK);
		assert_true(equal);
	}
}

static void test_any_indentation_is_taken(void **state)
{
	struct config_tree t = parse("    router bgp 1\n"
				     "        neighbor 1.1.1.1 remote-as 2\n"
				     "\taddress-family ipv6\n"
				     "    interface eth0\n"
				     "       shutdown\n");

	(void)state;
	assert_non_null(t.root->first);
	assert_string_equal(t.root->first->line, "router bgp 1");
	assert_string_equal(t.root->last->line, "interface eth0");
	assert_string_equal(t.root->last->first->line, "shutdown");
}

static void test_a_section_met_twice_is_one(void **state)
{
	struct config_tree t = parse("interface eth0\n description a\nexit\n"
				     "interface eth0\n description b\n"
				     " shutdown\nexit\n");

	(void)state;
	assert_string_equal(format(&t), "interface eth0\n description b\n"
					" shutdown\nexit\n");
}

static void test_bad_lines_are_named(void **state)
{
	char long_line[CONFIG_MAX_LINE + 32];

	(void)state;
	expect_invalid("hostname r1\nhostname \x1b[2J\n", "line 2");
	expect_invalid("description a\x7f\n", "control character");
	expect_invalid(
	    "interface eth0\n description caf\xe9\n", "line 2 is not UTF-8");
	expect_invalid("a\n b\n  c\n   d\n    e\n     f\n      g\n       h\n"
		       "        i\n",
	    "line 9 is more than 8 sections deep");
	expect_invalid("end\nhostname late\n", "line 2 follows \"end\"");
	memset(long_line, 'x', sizeof long_line);
	long_line[sizeof long_line - 1] = '\0';
	expect_invalid(long_line, "line 1 is longer than");
}

static void test_unindented_sections_are_refused(void **state)
{
	(void)state;
	expect_invalid("router bgp 65001\n"
		       "neighbor 10.0.0.2 remote-as 2\n"
		       "exit\n",
	    "line 3 leaves \"router bgp 65001\"");
}

static void test_unknown_sections_by_indentation(void **state)
{
	struct config_tree t = parse("mystery mode\n setting 1\nexit\n");

	(void)state;
	assert_true(t.root->first->section);
	assert_string_equal(format(&t), "mystery mode\n setting 1\nexit\n");
}

static void expect_gaps(const char *intended, const char *stored, bool exact,
    size_t missing, size_t unexpected)
{
	struct config_tree a = parse(intended);
	struct config_tree b = parse(stored);
	struct config_gaps gaps;
	struct err e = ERR_INIT;

	assert_int_equal(
	    config_tree_compare(arena, &a, &b, exact, &gaps, &e), ERR_OK);
	assert_int_equal(gaps.n_missing, missing);
	assert_int_equal(gaps.n_unexpected, unexpected);
}

static void test_compare_finds_silent_changes(void **state)
{
	struct config_tree a = parse("router bgp 1\n"
				     " address-family ipv4 unicast\n"
				     "  network 10.9.9.9/8\n");
	struct config_tree b = parse("router bgp 1\n"
				     " address-family ipv4 unicast\n"
				     "  network 192.168.0.0/16\n"
				     "  network 10.0.0.0/8\n");
	struct config_gaps gaps;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    config_tree_compare(arena, &a, &b, false, &gaps, &e), ERR_OK);
	assert_int_equal(gaps.n, 1);
	assert_string_equal(gaps.list[0].intended->line, "network 10.9.9.9/8");
	assert_string_equal(gaps.list[0].stored->line, "network 10.0.0.0/8");
}

static void test_lines_of_a_section_count(void **state)
{
	static const char bgp[] = "router bgp 1\n"
				  " neighbor 10.0.0.2 remote-as 2\n"
				  " address-family ipv4 unicast\n"
				  "  network 10.0.0.0/8\n"
				  " exit-address-family\n"
				  "exit\n";

	(void)state;
	expect_gaps(bgp, "", true, 4, 0);
	expect_gaps("", bgp, true, 0, 4);
	expect_gaps(bgp, "router bgp 1\n neighbor 10.0.0.2 remote-as 2\n",
	    true, 2, 0);
}

static void test_compare_knows_the_dialect(void **state)
{
	(void)state;
	/* Order, and an empty interface, do not count. */
	expect_gaps("ip route 1.0.0.0/8 Null0\nip route 2.0.0.0/8 Null0\n",
	    "ip route 2.0.0.0/8 Null0\nip route 1.0.0.0/8 Null0\n"
	    "interface eth0\nexit\n",
	    true, 0, 0);
	/* In force unless negated. */
	expect_gaps("ip forwarding\n", "", true, 0, 0);
	expect_gaps("ip forwarding\n", "no ip forwarding\n", false, 1, 0);
	expect_gaps("no ip forwarding\n", "", false, 1, 0);
	/* `no` asks for absence. */
	expect_gaps(
	    "interface eth0\n no shutdown\n", "interface eth0\n", false, 0, 0);
	expect_gaps("interface eth0\n no shutdown\n",
	    "interface eth0\n shutdown\n", false, 1, 0);
	/* Numbered by the device. */
	expect_gaps("ip prefix-list P permit 1.0.0.0/8\n",
	    "ip prefix-list P seq 5 permit 1.0.0.0/8\n", true, 0, 0);
	/* Scrambled by the device. */
	expect_gaps(
	    "password zebra\n", "password 8 AnLY3k60InV/U\n", true, 0, 0);
	expect_gaps("password zebra\n", "password zebra2\n", false, 1, 0);
	/* The host name is kept if nothing is said about it. */
	expect_gaps("", "hostname r1\n", true, 0, 0);
	expect_gaps("", "log syslog\n", true, 0, 1);
}

static void test_intended_and_real_running_agree(void **state)
{
	(void)state;
	/* What vtysh 8.4.4 does not show, or not as it was written. */
	expect_gaps(read_fixture("broad-intended.conf"),
	    read_fixture("broad.conf"), false, 5, 0);
}

static void expect_redacted(const char *line, const char *expected)
{
	struct buf b = BUF_INIT(4096);

	config_line_redact(frr, line, &b);
	assert_string_equal(buf_text(&b), expected);
	buf_release(&b);
}

static void test_secrets_are_hidden(void **state)
{
	(void)state;
	expect_redacted("neighbor 10.0.0.2 password s3 cret",
	    "neighbor 10.0.0.2 password <hidden>");
	expect_redacted("no neighbor 10.0.0.2 password s3cret",
	    "no neighbor 10.0.0.2 password <hidden>");
	expect_redacted("enable password 8 xyz", "enable password <hidden>");
	expect_redacted("no password", "no password");
	expect_redacted("ip ospf message-digest-key 1 md5 k",
	    "ip ospf message-digest-key 1 md5 <hidden>");
	expect_redacted(
	    "neighbor 10.0.0.2 remote-as 5", "neighbor 10.0.0.2 remote-as 5");
}

static void test_hostile_text_is_bounded(void **state)
{
	struct buf b = BUF_INIT(32u << 20);
	struct config_tree tree;
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < CONFIG_MAX_LINES + 1; i++)
		buf_puts(&b, "!\n");
	assert_int_equal(
	    config_tree_parse(arena, frr, buf_text(&b), &tree, &e), ERR_LIMIT);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_comments_and_exits_are_dropped),
		cmocka_unit_test(test_canonical_text_is_stable),
		cmocka_unit_test(test_any_indentation_is_taken),
		cmocka_unit_test(test_a_section_met_twice_is_one),
		cmocka_unit_test(test_bad_lines_are_named),
		cmocka_unit_test(test_unindented_sections_are_refused),
		cmocka_unit_test(test_unknown_sections_by_indentation),
		cmocka_unit_test(test_compare_finds_silent_changes),
		cmocka_unit_test(test_lines_of_a_section_count),
		cmocka_unit_test(test_compare_knows_the_dialect),
		cmocka_unit_test(test_intended_and_real_running_agree),
		cmocka_unit_test(test_secrets_are_hidden),
		cmocka_unit_test(test_hostile_text_is_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
