#include "sim/conf_edit.h"
#include "sim/eos.h"
#include "sim/ios.h"
#include "sim/nxos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX (1u << 20)

static struct conf_node *load(const struct conf_lang *lang, const char *text)
{
	struct conf_node *config = conf_new();

	assert_true(conf_load(lang, config, text, NULL, NULL));
	return config;
}

static void assert_config(const struct conf_lang *lang,
    const struct conf_node *config, const char *expected)
{
	struct buf text = BUF_INIT(TEXT_MAX);

	conf_format(config, &lang->style, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_release(&text);
}

/* The refusal, "?" for a line that was not understood, or "". */
static void assert_refused(const struct conf_lang *lang,
    struct conf_node *config, const char *line, const char *expected)
{
	struct conf_cursor cursor = { .depth = 0 };
	struct conf_result r;

	conf_edit_line(lang, config, &cursor, line, &r);
	assert_string_equal(r.result == GRAMMAR_OK ? r.refusal : "?", expected);
	conf_cursor_reset(&cursor);
}

static void prints_in_the_platforms_order(void **state)
{
	struct conf_node *config =
	    load(&eos_lang, "interface Ethernet3\n   description c\n"
			    "vlan 20\nvlan 3\n   name three\n"
			    "interface Ethernet1\nhostname sw1\n"
			    "ntp server 10.0.0.9\nntp server 10.0.0.1\n");

	(void)state;
	assert_config(&eos_lang, config,
	    "hostname sw1\n!\n"
	    "ntp server 10.0.0.9\nntp server 10.0.0.1\n!\n"
	    "vlan 3\n   name three\n!\nvlan 20\n!\n"
	    "interface Ethernet1\n!\n"
	    "interface Ethernet3\n   description c\n");
	conf_free(config);
}

static void replaces_and_removes(void **state)
{
	struct conf_node *config = load(&eos_lang,
	    "hostname a\nhostname b\n"
	    "interface Ethernet1\n   ip address 10.0.0.1/24\n"
	    "   ip address 10.0.1.1/24 secondary\n"
	    "   ip address 10.0.0.2/24\n   shutdown\n   no switchport\n");

	(void)state;
	assert_config(&eos_lang, config,
	    "hostname b\n!\ninterface Ethernet1\n   shutdown\n"
	    "   no switchport\n   ip address 10.0.0.2/24\n"
	    "   ip address 10.0.1.1/24 secondary\n");
	assert_true(conf_load(&eos_lang, config,
	    "interface Ethernet1\nno shutdown\nno ip address\nswitchport\n"
	    "no hostname\n",
	    NULL, NULL));
	assert_config(&eos_lang, config, "interface Ethernet1\n");
	conf_free(config);
}

static void clears_a_section(void **state)
{
	struct conf_node *config = load(&ios_lang,
	    "interface GigabitEthernet2\n description x\n shutdown\n"
	    "default interface GigabitEthernet2\n");

	(void)state;
	assert_config(&ios_lang, config, "interface GigabitEthernet2\n");
	conf_free(config);
}

static void refuses_what_the_platform_refuses(void **state)
{
	struct conf_node *ios = load(&ios_lang,
	    "interface GigabitEthernet1\n"
	    " ip address 10.0.0.1 255.255.255.0\nrouter bgp 65001\n"
	    "interface GigabitEthernet2\n");
	struct conf_node *nxos = load(&nxos_lang, "hostname x\n");

	(void)state;
	assert_refused(&ios_lang, ios, "no interface GigabitEthernet1",
	    "% Removal of physical interfaces is not permitted");
	assert_refused(&ios_lang, ios, "router bgp 65002",
	    "BGP is already running; AS is 65001");
	assert_refused(&ios_lang, ios, "no ip", "?");
	assert_false(conf_load(&ios_lang, ios,
	    "interface GigabitEthernet2\n"
	    " ip address 10.0.0.9 255.255.255.0\n",
	    NULL, NULL));
	assert_false(conf_load(&ios_lang, ios,
	    "interface GigabitEthernet2\n"
	    " ip address 10.2.0.0 255.255.255.0\n",
	    NULL, NULL));
	assert_refused(&nxos_lang, nxos, "router bgp 65001", "?");
	assert_refused(&nxos_lang, nxos, "feature bgp", "");
	assert_refused(&nxos_lang, nxos, "router bgp 65001", "");
	assert_refused(&nxos_lang, nxos, "no feature bgp", "");
	nxos_prune(nxos);
	assert_config(&nxos_lang, nxos, "hostname x\n");
	conf_free(ios);
	conf_free(nxos);
}

static void keeps_texts_of_several_lines(void **state)
{
	struct conf_node *eos = load(&eos_lang,
	    "banner motd\n! not a comment\nhello\nEOF\nhostname x\n");
	struct conf_node *ios = load(
	    &ios_lang, "banner motd ^Chello\nhostname fake\n^C\nhostname x\n");

	(void)state;
	assert_config(&eos_lang, eos,
	    "hostname x\n!\nbanner motd\n! not a comment\nhello\nEOF\n");
	assert_config(&ios_lang, ios,
	    "hostname x\n!\nbanner motd ^Chello\nhostname fake\n^C\n");
	assert_true(conf_load(&ios_lang, ios, "no banner motd\n", NULL, NULL));
	assert_config(&ios_lang, ios, "hostname x\n");
	conf_free(eos);
	conf_free(ios);
}

static void survives_a_section_that_is_gone(void **state)
{
	struct conf_node *config = load(&eos_lang, "vlan 5\n");
	struct conf_cursor cursor = { .depth = 0 };
	struct conf_result r;

	(void)state;
	conf_edit_line(&eos_lang, config, &cursor, "vlan 5", &r);
	conf_free(conf_find(config, "vlan 5"));
	conf_edit_line(&eos_lang, config, &cursor, "name x", &r);
	assert_int_equal(r.result, GRAMMAR_OK);
	assert_config(&eos_lang, config, "vlan 5\n   name x\n");
	conf_cursor_reset(&cursor);
	conf_free(config);
}

static void shows_differences(void **state)
{
	struct conf_node *a = load(&ios_lang,
	    "hostname a\ninterface GigabitEthernet2\n description x\n"
	    "ip route 10.0.0.0 255.0.0.0 10.1.1.1\n");
	struct conf_node *b = load(&ios_lang,
	    "hostname b\ninterface GigabitEthernet2\n description y\n"
	    "interface Loopback1\n");
	struct buf text = BUF_INIT(TEXT_MAX);

	(void)state;
	conf_diff_contextual(a, b, &ios_lang.style, &text);
	assert_string_equal(buf_text(&text),
	    "+hostname b\ninterface GigabitEthernet2\n +description y\n"
	    " -description x\n+interface Loopback1\n-hostname a\n"
	    "-ip route 10.0.0.0 255.0.0.0 10.1.1.1\n");
	buf_clear(&text);
	conf_diff_commands(a, b, &ios_lang.style, &text);
	assert_string_equal(buf_text(&text),
	    "no ip route 10.0.0.0 255.0.0.0 10.1.1.1\nhostname b\n"
	    "interface GigabitEthernet2\n description y\n"
	    "interface Loopback1\n");
	buf_clear(&text);
	conf_diff_unified(
	    a, b, &ios_lang.style, (const char *[]){ "from", "to" }, &text);
	assert_non_null(strstr(buf_text(&text), "--- from\n+++ to\n@@ "));
	assert_non_null(strstr(buf_text(&text), "\n-hostname a\n+hostname b"));
	buf_clear(&text);
	conf_diff_unified(
	    a, a, &ios_lang.style, (const char *[]){ "from", "to" }, &text);
	assert_int_equal(text.len, 0);
	buf_release(&text);
	conf_free(a);
	conf_free(b);
}

/* The commands of a difference lead from one to the other. */
static void commands_do_what_they_say(void **state)
{
	struct conf_node *a =
	    load(&nxos_lang, "hostname a\nfeature bgp\nvlan 7\n  name seven\n"
			     "interface Ethernet1/1\n  no switchport\n"
			     "  ip address 10.0.0.1/24\n  no shutdown\n");
	struct conf_node *b = load(&nxos_lang,
	    "hostname b\nvlan 8\ninterface Ethernet1/1\n  shutdown\n");
	struct buf text = BUF_INIT(TEXT_MAX);

	(void)state;
	conf_diff_commands(a, b, &nxos_lang.style, &text);
	assert_true(conf_load(&nxos_lang, a, buf_text(&text), NULL, NULL));
	assert_true(conf_equal(a, b));
	buf_release(&text);
	conf_free(a);
	conf_free(b);
}

static void a_clone_is_equal_and_apart(void **state)
{
	struct conf_node *a = load(&eos_lang, "vlan 5\n   name x\n");
	struct conf_node *b = conf_clone(a);

	(void)state;
	assert_true(conf_equal(a, b));
	assert_true(conf_load(&eos_lang, b, "no vlan 5\n", NULL, NULL));
	assert_false(conf_equal(a, b));
	assert_config(&eos_lang, a, "vlan 5\n   name x\n");
	conf_free(a);
	conf_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_in_the_platforms_order),
		cmocka_unit_test(replaces_and_removes),
		cmocka_unit_test(clears_a_section),
		cmocka_unit_test(refuses_what_the_platform_refuses),
		cmocka_unit_test(keeps_texts_of_several_lines),
		cmocka_unit_test(survives_a_section_that_is_gone),
		cmocka_unit_test(shows_differences),
		cmocka_unit_test(commands_do_what_they_say),
		cmocka_unit_test(a_clone_is_equal_and_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
