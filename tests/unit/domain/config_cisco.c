/* What the dialects of IOS and NX-OS say, and texts over several lines. */
#include "domain/config_tree.h"

#include "domain/config_block.h"
#include "domain/config_dialect.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct config_dialect *const ios = &config_dialect_ios;
static const struct config_dialect *const nxos = &config_dialect_nxos;
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

static struct config_tree parse(
    const struct config_dialect *dialect, const char *text)
{
	struct config_tree tree;
	struct err e = ERR_INIT;

	if (config_tree_parse(arena, dialect, text, &tree, &e) != ERR_OK)
		fail_msg("%s", e.message);
	return tree;
}

static const char *format(const struct config_tree *tree)
{
	struct buf out = BUF_INIT(1u << 20);
	const char *text;

	assert_int_equal(config_tree_format(tree, &out, NULL), ERR_OK);
	text = arena_strdup(arena, buf_text(&out));
	buf_release(&out);
	return text;
}

/* The commands of a merge, joined by `;`. */
static const char *merge(const struct config_dialect *dialect,
    const char *running, const char *extra, const char **predicted)
{
	struct config_tree a = parse(dialect, running);
	struct config_tree b = parse(dialect, extra);
	struct buf out = BUF_INIT(1u << 20);
	struct config_plan plan;
	struct err e = ERR_INIT;
	const char *text;

	if (config_plan_merge(arena, &a, &b, &plan, &e) != ERR_OK)
		return e.message[0] ? arena_strdup(arena, e.message) : "?";
	for (size_t i = 0; i < plan.n_steps; i++)
		buf_printf(&out, "%s%s", i ? ";" : "", plan.steps[i].line);
	text = arena_strdup(arena, buf_text(&out));
	buf_release(&out);
	if (predicted != NULL)
		*predicted = format(&plan.predicted);
	return text;
}

static size_t gaps(const struct config_dialect *dialect, const char *intended,
    const char *stored, bool exact)
{
	struct config_tree a = parse(dialect, intended);
	struct config_tree b = parse(dialect, stored);
	struct config_gaps found;
	struct err e = ERR_INIT;

	if (config_tree_compare(arena, &a, &b, exact, &found, &e) != ERR_OK)
		fail_msg("%s", e.message);
	return found.n;
}

/* --- Blocks ------------------------------------------------------------ */

static const char *block_of(const char *text)
{
	struct buf line = BUF_INIT(CONFIG_MAX_TEXT);
	const char *copy = NULL;

	if (config_block_read(ios, text, &line) > 0)
		copy = arena_strdup(arena, buf_text(&line));
	buf_release(&line);
	return copy;
}

static void test_a_block_is_one_line(void **state)
{
	const char *same[] = { "banner motd ^Cone\ntwo^C\nx\n",
		"banner motd #one\ntwo#\nx\n", "banner motd \3one\r\ntwo\3\r\n",
		"banner motd @one\ntwo@ what follows\n" };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(
		    block_of(same[i]), "banner motd ^Cone\xe2\x90\xa4two^C");
	assert_string_equal(
	    block_of("banner login #one line#\n"), "banner login ^Cone line^C");
	assert_null(block_of("no banner motd\n"));
	assert_null(block_of("banner motd\n"));
	assert_null(block_of("hostname x\n"));
}

static void test_a_bad_block_has_no_line(void **state)
{
	char text[CONFIG_MAX_TEXT + 64];
	struct config_tree tree;
	struct err e = ERR_INIT;

	(void)state;
	assert_string_equal(block_of("banner motd #never ends\n"), "");
	assert_string_equal(block_of("banner motd #an \033[2J escape#\n"), "");
	memset(text, 'x', sizeof text);
	memcpy(text, "banner motd #", 13);
	strcpy(text + sizeof text - 3, "#\n");
	assert_string_equal(block_of(text), "");
	assert_int_equal(config_tree_parse(arena, ios,
			     "hostname a\nbanner motd #x\n", &tree, &e),
	    ERR_INVALID);
	assert_non_null(strstr(e.message, "line 2"));
}

static const char *written(const char *line, enum config_block_style style)
{
	struct buf out = BUF_INIT(CONFIG_MAX_TEXT);
	const char *text = NULL;

	if (config_block_write(ios, line, style, &out))
		text = arena_strdup(arena, buf_text(&out));
	buf_release(&out);
	return text;
}

/* A delimiter within the text ends it: what follows must not be lost. */
static void test_a_block_has_no_lines(void **state)
{
	struct config_tree tree;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(config_tree_parse(arena, ios,
			     "hostname a\nbanner motd #door #1\n"
			     "   is locked\n#\n",
			     &tree, &e),
	    ERR_INVALID);
	assert_non_null(strstr(e.message, "line 3 is indented"));
	assert_int_equal(
	    config_tree_parse(arena, ios,
		"banner motd #door#\n!\nline con 0\n exec\n", &tree, &e),
	    ERR_OK);
}

static void test_a_block_is_written(void **state)
{
	static const char line[] = "banner motd ^Ca~b\xe2\x90\xa4"
				   "c^C";

	(void)state;
	assert_string_equal(
	    written(line, CONFIG_BLOCK_SHOWN), "banner motd ^Ca~b\nc^C\n");
	assert_string_equal(
	    written(line, CONFIG_BLOCK_ETX), "banner motd \3a~b\nc\3\n");
	assert_string_equal(
	    written(line, CONFIG_BLOCK_TYPED), "banner motd @a~b\nc@\n");
	assert_null(written("banner motd ^C~@|%&*+=^C", CONFIG_BLOCK_TYPED));
}

static void test_blocks_stand_in_trees(void **state)
{
	static const char text[] = "hostname a\n"
				   "banner motd ^C\n"
				   "  interface of nothing\n"
				   "!\n"
				   "end\n"
				   "^C\n"
				   "line vty 0 4\n login\nexit\n";
	struct config_tree tree = parse(ios, text);

	(void)state;
	assert_int_equal(tree.root->n_children, 3);
	assert_string_equal(format(&tree), text);
	assert_string_equal(merge(ios, text, "banner motd #other#\n", NULL),
	    "banner motd ^Cother^C");
	assert_string_equal(merge(ios, text,
				"banner motd #\n  interface of nothing\n!\n"
				"end\n#\n",
				NULL),
	    "");
}

/* --- IOS --------------------------------------------------------------- */

static const char ios_running[] = "version 17.3\n"
				  "!\n"
				  "no ip http server\n"
				  "username fred privilege 15 secret 9 $9$abc\n"
				  "interface GigabitEthernet1\n"
				  " no ip address\n"
				  " shutdown\n"
				  " negotiation auto\n"
				  "!\n"
				  "router bgp 65001\n"
				  " neighbor 10.0.0.2 remote-as 65002\n"
				  " !\n"
				  " address-family ipv4\n"
				  "  neighbor 10.0.0.2 activate\n"
				  " exit-address-family\n"
				  "!\n"
				  "crypto pki certificate chain TP\n"
				  " certificate self-signed 01\n"
				  "  30820330 30820218\n"
				  "  \tquit\n"
				  "end\n";

static void test_ios_lines_give_way(void **state)
{
	const char *predicted;

	(void)state;
	merge(ios, ios_running,
	    "interface GigabitEthernet1\n ip address 10.0.0.1 255.0.0.0\n"
	    " no shutdown\n",
	    &predicted);
	assert_null(strstr(predicted, "no ip address"));
	assert_null(strstr(predicted, "shutdown"));
	assert_non_null(strstr(predicted, " ip address 10.0.0.1 255.0.0.0\n"));
	merge(ios, ios_running, "ip http server\n", &predicted);
	assert_null(strstr(predicted, "no ip http server"));
	assert_non_null(strstr(predicted, "ip http server"));
	merge(ios, predicted, "no ip http server\n", &predicted);
	assert_non_null(strstr(predicted, "no ip http server"));
}

static void test_ios_secondary_addresses_stay(void **state)
{
	const char *predicted;

	(void)state;
	merge(ios,
	    "interface Gi1\n ip address 10.0.0.1 255.0.0.0\n"
	    " ip address 11.0.0.1 255.0.0.0 secondary\n",
	    "interface Gi1\n ip address 12.0.0.1 255.0.0.0\n", &predicted);
	assert_null(strstr(predicted, "10.0.0.1"));
	assert_non_null(strstr(predicted, "11.0.0.1"));
	assert_non_null(strstr(predicted, "12.0.0.1"));
}

static void test_ios_steps_leave_sections(void **state)
{
	(void)state;
	assert_string_equal(merge(ios, ios_running,
				"router bgp 65001\n address-family ipv4\n"
				"  network 10.9.0.0 mask 255.255.0.0\n",
				NULL),
	    "router bgp 65001;address-family ipv4;"
	    "network 10.9.0.0 mask 255.255.0.0;exit-address-family;exit");
}

static void test_ios_refuses_commands(void **state)
{
	static const char *const commands[] = { "do reload\n", "reload\n",
		"wr\n", "copy a b\n", "crypto key generate rsa\n",
		"default interface Gi1\n" };

	(void)state;
	for (size_t i = 0; i < 6; i++)
		assert_non_null(strstr(merge(ios, "", commands[i], NULL),
		    "is a command, not configuration"));
	assert_string_equal(
	    merge(ios, "", "enable secret x\n", NULL), "enable secret x");
}

static void test_ios_hashes_are_not_gaps(void **state)
{
	(void)state;
	assert_int_equal(gaps(ios, "username fred privilege 15 secret word\n",
			     ios_running, false),
	    0);
	assert_int_equal(gaps(ios, ios_running, ios_running, true), 0);
	assert_int_equal(gaps(ios, "interface GigabitEthernet1\n ip mtu 1400\n",
			     ios_running, false),
	    1);
}

/* --- NX-OS ------------------------------------------------------------- */

static const char nxos_running[] = "hostname n1\n"
				   "interface Ethernet1/1\n"
				   "  no switchport\n"
				   "  no shutdown\n"
				   "interface Ethernet1/2\n"
				   "router bgp 65001\n"
				   "  neighbor 10.0.0.2\n"
				   "    remote-as 65002\n";

static void test_nxos_texts_keep_their_form(void **state)
{
	struct config_tree tree = parse(nxos, nxos_running);

	(void)state;
	assert_string_equal(format(&tree), nxos_running);
}

static void test_nxos_shutdown_has_two_forms(void **state)
{
	const char *predicted;

	(void)state;
	merge(nxos, nxos_running,
	    "interface Ethernet1/1\n  shutdown\n  switchport\n", &predicted);
	assert_non_null(strstr(predicted, "\n  shutdown\n"));
	assert_null(strstr(predicted, "no shutdown"));
	assert_null(strstr(predicted, "switchport"));
	merge(nxos, predicted, "interface Ethernet1/1\n  no shutdown\n",
	    &predicted);
	assert_non_null(strstr(predicted, "\n  no shutdown\n"));
}

static void test_nxos_empty_ports_are_no_gap(void **state)
{
	(void)state;
	assert_int_equal(gaps(nxos, "hostname n1\n",
			     "hostname n1\ninterface Ethernet1/2\n", true),
	    0);
}

/* A device quotes what it was sent, in words of its own. */
static void test_answers_quote_no_secrets(void **state)
{
	static const char answer[] =
	    "username joe password 5 s3cr3t x\n% Invalid command\n"
	    "Failed: `snmp-server community s3cr3t`\n  description x";
	struct buf out = BUF_INIT(1000);

	(void)state;
	config_answer_redact(nxos, answer, sizeof(answer) - 1, &out);
	assert_string_equal(buf_text(&out),
	    "username joe password <hidden>\n% Invalid command\n"
	    "Failed: `snmp-server community <hidden>\n  description x");
	buf_clear(&out);
	config_answer_redact(ios, "", 0, &out);
	assert_string_equal(buf_text(&out), "");
	buf_release(&out);
}

static void expect_refusal(
    const char *line, const char *said, const char *expected)
{
	struct buf out = BUF_INIT(1000);

	config_refusal_redact(nxos, line, said, strlen(said), &out);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

/* … or a word of it. */
static void test_refusals_quote_no_word_of_a_secret(void **state)
{
	(void)state;
	expect_refusal("username joe password 5 s3cr3t x",
	    "% Invalid input (at token 6: 's3cr3t')",
	    "% Invalid input (at token 6: '<hidden>')");
	expect_refusal(
	    "description s3cr3t", "% Invalid: 's3cr3t'", "% Invalid: 's3cr3t'");
	expect_refusal("", "% locked by joe", "% locked by joe");
}

static void test_errors_quote_no_secrets(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	(void)err_set(&e, ERR_REMOTE, "failed at: username joe password 5 x");
	err_detail(&e, "key-string 7 x");
	config_err_redact(nxos, &e);
	assert_string_equal(
	    e.message, "failed at: username joe password <hidden>");
	assert_string_equal(e.detail, "key-string <hidden>");
	config_err_redact(nxos, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_block_is_one_line),
		cmocka_unit_test(test_a_bad_block_has_no_line),
		cmocka_unit_test(test_a_block_has_no_lines),
		cmocka_unit_test(test_a_block_is_written),
		cmocka_unit_test(test_blocks_stand_in_trees),
		cmocka_unit_test(test_ios_lines_give_way),
		cmocka_unit_test(test_ios_secondary_addresses_stay),
		cmocka_unit_test(test_ios_steps_leave_sections),
		cmocka_unit_test(test_ios_refuses_commands),
		cmocka_unit_test(test_ios_hashes_are_not_gaps),
		cmocka_unit_test(test_nxos_texts_keep_their_form),
		cmocka_unit_test(test_nxos_shutdown_has_two_forms),
		cmocka_unit_test(test_nxos_empty_ports_are_no_gap),
		cmocka_unit_test(test_answers_quote_no_secrets),
		cmocka_unit_test(test_refusals_quote_no_word_of_a_secret),
		cmocka_unit_test(test_errors_quote_no_secrets),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
