/*
 * What every match holds: told rightly, and lines that are found by it are
 * those that are found by reading all of them.
 */
#include "base/line_regex_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct line_regex *compile(const char *pattern, bool fold)
{
	struct line_regex_options options = { .fold_case = fold };
	struct line_regex *re = NULL;
	struct err e = ERR_INIT;

	arena_reset(arena);
	if (line_regex_compile(arena, pattern, options, &re, &e) != ERR_OK)
		fail_msg("%s: %s", pattern, e.message);
	return re;
}

/* --- three bytes together ------------------------------------------------ */

/* "abc|abd bcx": of each three the texts that it may be. */
static void assert_threes(const char *pattern, const char *expected)
{
	struct line_regex *re = compile(pattern, true);
	const struct line_regex_three *threes;
	size_t n = line_regex_threes(re, &threes);
	char all[500] = "";

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < threes[i].n; k++)
			snprintf(all + strlen(all), sizeof(all) - strlen(all),
			    "%s%.3s",
			    k	   ? "|"
			    : *all ? " "
				   : "",
			    threes[i].any[k]);
	}
	if (strcmp(all, expected) != 0)
		fail_msg("/%s/: %s", pattern, all);
}

static void test_tells_what_every_match_holds(void **state)
{
	(void)state;
	assert_threes("Eth\\d+/48", "eth th0|th1|th2|th3|th4|th5|th6|th7|th8|"
				    "th9 0/4|1/4|2/4|3/4|4/4|5/4|6/4|7/4|8/4|"
				    "9/4 /48");
	assert_threes("abc|abd", "abc|abd");
	assert_threes("(foo|bar)x", "bao|fao|boo|foo|bar|far|bor|for "
				    "aox|oox|arx|orx");
	assert_threes("x(abc)+y?defg", "abc xab def efg");
	assert_threes("(abc)*def", "def");
	assert_threes("(abc)?def", "def");
	assert_threes("^host\\b r1$", "hos ost st  t r  r1");
	assert_threes("a{4}", "aaa");
	assert_threes("ab", "");
	assert_threes("abc|de", "");
	assert_threes("(abc|)", "");
	assert_threes("x[^b]cd", "");
}

/* --- lines --------------------------------------------------------------- */

static uint32_t seed = 5;

static unsigned pick(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 12) % n;
}

static const char *random_repeat(void)
{
	static const char *const repeats[] = { "", "", "", "", "*", "+", "?",
		"{2}", "{2,3}", "{3,}" };

	return repeats[pick(10)];
}

/* Short enough that nothing is cut off at size bytes. */
static void random_pattern(char *to, size_t size, int depth)
{
	static const char *const atoms[] = { "a", "b", "K", "q", ".", "[ab]",
		"[^a]", "[0-9]", "\\d", "-", "kq", "(qa|7)", "(ab|ba|kk)",
		"[a-z0-9-]", "\\b", "^", "$" };
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 1 + pick(6); i > 0 && used + 30 < size; i--) {
		unsigned atom = pick(17);

		if (depth > 0 && pick(4) == 0) {
			char inner[90];

			random_pattern(
			    inner, size - used < 120 ? 1 : 90, depth - 1);
			snprintf(to + used, size - used, "(%s)%s", inner,
			    random_repeat());
		} else {
			snprintf(to + used, size - used, "%s%s", atoms[atom],
			    atom < 14 ? random_repeat() : "");
		}
		used += strlen(to + used);
	}
	if (pick(4) == 0 && used + 40 < size) {
		to[used] = '|';
		random_pattern(to + used + 1, 31 + 1, 0);
	}
}

/* Exactly as long as told, so that a byte too far is seen. */
static char *random_text(size_t len)
{
	static const char most[] = "abKqkA70-";
	char *text = malloc(len ? len : 1);

	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = pick(30) == 0	  ? '\n'
			  : pick(20) == 0 ? (char)pick(256)
					  : most[pick(sizeof(most) - 1)];
	return text;
}

static bool same_small(const char *p, const char three[3])
{
	for (int i = 0; i < 3; i++) {
		char c = p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != three[i])
			return false;
	}
	return true;
}

static bool holds_three(
    const char *line, size_t len, const struct line_regex_three *three)
{
	for (size_t i = 0; i + 3 <= len; i++) {
		for (size_t k = 0; k < three->n; k++) {
			if (same_small(line + i, three->any[k]))
				return true;
		}
	}
	return false;
}

static void check_threes(const struct line_regex *re, const char *line,
    size_t len, const char *pattern)
{
	const struct line_regex_three *threes;
	size_t n = line_regex_threes(re, &threes);

	for (size_t i = 0; i < n; i++) {
		if (!holds_three(line, len, &threes[i]))
			fail_msg("/%s/: not in all matches: %.3s, ...", pattern,
			    threes[i].any[0]);
	}
}

static bool count_line(void *ctx, const char *line, size_t len)
{
	(void)line;
	(void)len;
	++*(size_t *)ctx;
	return true;
}

/* Each line is asked for itself, which knows of no window. */
static size_t check_lines(
    struct line_regex *re, const char *text, size_t len, const char *pattern)
{
	const char *end = text + len, *found = text, *stop;
	size_t n = 0, told = 0, got;

	for (const char *line = text; line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		if (!line_regex_matches(re, line, (size_t)(stop - line)))
			continue;
		check_threes(re, line, (size_t)(stop - line), pattern);
		found = found ? line_regex_next(re, found, end, &got) : NULL;
		if (found != line)
			fail_msg("/%s/ misses \"%.*s\"", pattern,
			    (int)(stop - line), line);
		assert_int_equal(got, stop - line);
		found = stop < end ? stop + 1 : NULL;
		n++;
	}
	if (found && found < end && line_regex_next(re, found, end, &got))
		fail_msg("/%s/ finds too much", pattern);
	assert_true(line_regex_each(re, text, end, count_line, &told));
	assert_int_equal(told, n);
	return n;
}

/* The window stays in use however often it is wrong, and on every sort of
 * processor. */
static void test_finds_the_lines_of_a_reader(void **state)
{
	size_t windows = 0, lines = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		char pattern[300];
		size_t len = pick(400);
		struct line_regex *re;
		char *text = random_text(len);

		random_pattern(pattern, sizeof(pattern), 2);
		re = compile(pattern, i % 2);
		windows += re->window.n_probes > 0;
		for (int wide = re->window.avx2; wide >= 0; wide--) {
			re->window.avx2 = wide;
			re->n_read = SIZE_MAX / 2;
			lines += check_lines(re, text, len, pattern);
		}
		free(text);
	}
	assert_true(windows > 1000);
	assert_true(lines > 5000);
}

/* Wherever it stands: at the ends of the text and of the blocks of 64 bytes. */
static void test_finds_it_in_every_place(void **state)
{
	struct line_regex *re = compile("vlan 4[01][0-9]", true);
	size_t len;

	(void)state;
	assert_true(re->window.n_probes > 1);
	for (size_t n = 8; n < 200; n++) {
		char *text = malloc(n);

		for (size_t at = 0; at + 8 <= n; at++) {
			memset(text, 'x', n);
			memcpy(text + at, "VLAN 417", 8);
			assert_ptr_equal(
			    line_regex_next(re, text, text + n, &len), text);
			text[at + 6] = '2';
			assert_null(line_regex_next(re, text, text + n, &len));
		}
		free(text);
	}
}

/* Where most lines have the window and no match, all bytes are read instead,
 * and the same is found. */
static void test_a_window_that_is_everywhere_is_left(void **state)
{
	struct line_regex *re = compile("abc.*xyz$", false);
	char text[4000] = "";
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		strcat(text, i % 100 ? "abc xyz.\n" : "abc xyz\n");
	assert_true(rx_uses_window(re));
	for (int i = 0; i < 2; i++) {
		n = 0;
		assert_true(line_regex_each(
		    re, text, text + strlen(text), count_line, &n));
		assert_int_equal(n, 3);
		assert_false(rx_uses_window(re));
	}
	re->n_read += (size_t)1 << 20;
	assert_true(rx_uses_window(re));
}

/* Parts in each other, and as many as there may be. */
static void test_large_expressions_are_bounded(void **state)
{
	char pattern[LINE_REGEX_MAX_PATTERN + 1], line[1000];

	(void)state;
	for (size_t i = 0; i + 8 < sizeof(pattern); i += 4)
		memcpy(pattern + i, "abc|", 5);
	strcat(pattern, "abd");
	assert_true(line_regex_matches(compile(pattern, true), "xabd", 4));
	memset(pattern, 'a', LINE_REGEX_MAX_PATTERN);
	pattern[LINE_REGEX_MAX_PATTERN] = '\0';
	memset(line, 'a', sizeof(line));
	assert_int_equal(
	    check_lines(compile(pattern, true), line, sizeof(line), pattern),
	    1);
	assert_int_equal(check_lines(compile("(((abc){9}x){6}){2}|q", false),
			     line, sizeof(line), "nested"),
	    0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tells_what_every_match_holds),
		cmocka_unit_test(test_finds_the_lines_of_a_reader),
		cmocka_unit_test(test_finds_it_in_every_place),
		cmocka_unit_test(test_a_window_that_is_everywhere_is_left),
		cmocka_unit_test(test_large_expressions_are_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
