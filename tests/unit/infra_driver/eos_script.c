/* A candidate for Arista EOS, as the lines that are sent. */
#include "infra/driver/eos_internal.h"

#include "domain/config_dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct fixture {
	struct cli_script script;
	struct err e;
};

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .script.dialect = &config_dialect_eos };
	f.script.arena = arena_new((size_t)1024 * 1024);
	*state = &f;
	return f.script.arena ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(f->script.arena);
	return 0;
}

static void test_sections(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(eos_script_make("vlan 20\n   name guests\n!\nntp "
					 "server 192.0.2.1\nend\n!\n\n",
			     &f->script, &f->e),
	    ERR_OK);
	assert_int_equal(f->script.n, 3);
	assert_string_equal(f->script.lines[1].text, "name guests");
	assert_int_equal(f->script.lines[1].depth, 1);
	assert_int_equal(f->script.lines[2].depth, 0);
}

/* Nobody would miss a line that is left out without a word. */
static void test_lines_behind_the_end(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    eos_script_make("vlan 20\nend\n!\nntp server 192.0.2.1\n",
		&f->script, &f->e),
	    ERR_INVALID);
	assert_non_null(strstr(f->e.message, "line 4 follows \"end\""));
	assert_non_null(strstr(f->e.message, "nothing was changed"));
}

static void test_forbidden_words(void **state)
{
	static const char *const lines[] = { "commit\n", "wri\n", "reload\n",
		"vlan 20\n   end\n" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(
		    eos_script_make(lines[i], &f->script, &f->e), ERR_INVALID);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sections),
		T(test_lines_behind_the_end),
		T(test_forbidden_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
