#include "domain/backup_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static int setup(void **state)
{
	*state = arena_new((size_t)1 << 20);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void test_commands_in_their_order(void **state)
{
	struct backup_map map = { NULL, 99 };
	const struct backup_command *c;

	assert_int_equal(backup_map_parse("# what it is\n"
					  "version: show version\r\n"
					  "  drop  *   uptime is ...\r\n"
					  "\tmask Free memory: ? kB\n"
					  "  end Configuration register is ?\n"
					  "\n"
					  "inventory:show inventory\n"
					  "  hide SN: ?\n"
					  "  min 200\n"
					  "  timeout 120\n"
					  "  optional",
			     "ios", *state, &map, NULL),
	    ERR_OK);
	assert_int_equal(map.n, 2);
	c = &map.commands[0];
	assert_string_equal(c->name, "version");
	assert_string_equal(c->command, "show version");
	assert_int_equal(c->n_rules, 2);
	assert_int_equal(c->rules[0].verb, BACKUP_DROP);
	assert_string_equal(c->rules[0].pattern, "* uptime is ...");
	assert_int_equal(c->rules[1].verb, BACKUP_MASK);
	assert_string_equal(c->end, "Configuration register is ?");
	assert_int_equal(c->min_bytes, 0);
	assert_int_equal(c->timeout_s, 0);
	assert_false(c->optional);
	c = backup_map_find(&map, "inventory");
	assert_ptr_equal(c, &map.commands[1]);
	assert_string_equal(c->command, "show inventory");
	assert_int_equal(c->rules[0].verb, BACKUP_HIDE);
	assert_string_equal(c->end, "");
	assert_int_equal(c->min_bytes, 200);
	assert_int_equal(c->timeout_s, 120);
	assert_true(c->optional);
	assert_null(backup_map_find(&map, "inv"));
	assert_int_equal(
	    backup_map_parse("", "ios", *state, &map, NULL), ERR_OK);
	assert_int_equal(map.n, 0);
	assert_int_equal(backup_map_parse("start: get-config startup",
			     "netconf", *state, &map, NULL),
	    ERR_OK);
}

static void assert_refused(void **state, const char *text, const char *words)
{
	struct backup_map map = { NULL, 99 };
	struct err e = ERR_INIT;

	assert_int_equal(
	    backup_map_parse(text, "eos", *state, &map, &e), ERR_INVALID);
	if (!strstr(e.message, words))
		fail_msg("%s", e.message);
	assert_int_equal(map.n, 99);
}

static void test_what_is_wrong_is_named_by_its_line(void **state)
{
	char text[4096] = "";
	size_t n = 0;

	assert_refused(state, "show version\n", "line 1: \"name: command\"");
	assert_refused(state, "Version: show version", "line 1: ");
	assert_refused(state, "-v: show version", "line 1: ");
	assert_refused(state, "a/b: show version", "line 1: ");
	assert_refused(state, "\n  drop x\n", "line 2: an indented line");
	assert_refused(state, "v: reload\n", "line 1: only commands");
	assert_refused(state, "v: show x\nw: show y | tee z", "line 2: behind");
	assert_refused(state, "v: get-config startup", "line 1: only");
	assert_refused(state, "v: show x\nv: show y", "line 2: this name");
	assert_refused(state, "v: show x\n  min some", "line 2: \"min\"");
	assert_refused(state, "v: show x\n  min 0", "line 2: \"min\"");
	assert_refused(state, "v: show x\n timeout 9999", "line 2: \"timeout");
	assert_refused(state, "v: show x\n drop", "line 2: a rule");
	assert_refused(state, "v: show x\n end", "line 2: \"end\"");
	assert_refused(state, "v: show x\n optional no", "line 2: \"optional");
	assert_refused(state, "v: show x\n ends z", "line 2: drop, mask");
	for (int i = 0; i <= BACKUP_MAP_MAX; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "v%d: show version\n", i);
	assert_refused(state, text, "line 17: at most 16");
	n = (size_t)snprintf(text, sizeof(text), "v: show version\n");
	for (int i = 0; i <= BACKUP_RULES_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " drop x\n");
	assert_refused(state, text, "line 34: a command has at most");
	memset(text, 'x', 2000);
	memcpy(text, "v: show ", 8);
	text[2000] = '\0';
	assert_refused(state, text, "line 1: it is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_commands_in_their_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_what_is_wrong_is_named_by_its_line, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
