#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/line_origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct text_diff_input input(const char *text)
{
	return (struct text_diff_input){ text, strlen(text) };
}

/* The origins of the lines of versions[0], a digit each; "?": unknown.
 * versions: newest first; NULL ends. */
static void assert_origins(const char *const *versions, const char *expected)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct line_origin o;
	char found[64] = "";
	size_t n = 0;

	for (const char *p = versions[0]; *p; p++)
		n += *p == '\n';
	assert_int_equal(line_origin_begin(&o, a, n, NULL), ERR_OK);
	for (int i = 0; versions[i + 1] && o.n_open > 0; i++) {
		struct text_diff_input old = input(versions[i + 1]);
		struct text_diff_input new = input(versions[i]);
		struct text_diff diff;

		assert_int_equal(
		    text_diff_compute(a, &old, &new, &diff, NULL), ERR_OK);
		assert_int_equal(line_origin_step(&o, &diff, NULL), ERR_OK);
	}
	line_origin_finish(&o);
	for (size_t i = 0; i < n; i++)
		found[i] = o.origin[i] == LINE_ORIGIN_UNKNOWN
			       ? '?'
			       : (char)('0' + o.origin[i]);
	assert_string_equal(found, expected);
	assert_int_equal(o.n_open, 0);
	arena_free(a);
}

static void lines_come_from_the_version_that_brought_them(void **state)
{
	static const char *const grown[] = { "a\nB\nc\nd\n", "a\nb\nc\nd\n",
		"a\nb\nd\n", "a\nb\n", NULL };
	static const char *const moved[] = { "x\ny\nz\n", "z\nx\ny\n", NULL };
	static const char *const back[] = { "a\n", "b\n", "a\n", NULL };
	static const char *const same[] = { "a\nb\n", "a\nb\n", NULL };
	static const char *const alone[] = { "a\nb\n", NULL };
	static const char *const empty[] = { "", "a\n", NULL };

	(void)state;
	assert_origins(grown, "3012");
	assert_origins(moved, "110");
	/* a line that went and came back is as old as its return */
	assert_origins(back, "0");
	assert_origins(same, "11");
	assert_origins(alone, "00");
	assert_origins(empty, "");
}

/* Each version replaces, adds or removes lines whose text says when they were
 * made, so that the answer can be read off. */
static void random_edits_are_traced(void **state)
{
	enum { VERSIONS = 9, LINES = 12 };
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 200; round++) {
		char text[VERSIONS][512] = { "" };
		const char *list[VERSIONS + 1] = { NULL };
		char expected[64] = "";
		int lines[VERSIONS][64], n = 0, serial = 0;

		for (int v = 0; v < VERSIONS; v++) {
			int now[64], m = 0;

			for (int i = 0; i < n && m < LINES; i++) {
				seed = seed * 1664525u + 1013904223u;
				if ((seed >> 16) % 4)
					now[m++] = lines[v - 1][i];
				if ((seed >> 20) % 4 == 0)
					now[m++] = v * 1000 + serial++;
			}
			now[m++] = v * 1000 + serial++;
			for (int i = 0; i < m; i++) {
				size_t len = strlen(text[v]);

				lines[v][i] = now[i];
				snprintf(text[v] + len, sizeof(text[v]) - len,
				    "line %d\n", now[i]);
			}
			n = m;
			list[VERSIONS - 1 - v] = text[v];
		}
		for (int i = 0; i < n; i++)
			expected[i] = (char)('0' + VERSIONS - 1 -
					     lines[VERSIONS - 1][i] / 1000);
		assert_origins(list, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_from_the_version_that_brought_them),
		cmocka_unit_test(random_edits_are_traced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
