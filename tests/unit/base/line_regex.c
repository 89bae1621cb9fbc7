/*
 * Lines that match, as grep -E finds them; what is refused; that no pattern
 * costs more than its text.
 */
#include "base/line_regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <regex.h>
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

static struct line_regex *compile(const char *pattern, bool literal, bool fold)
{
	struct line_regex_options options = { .literal = literal,
		.fold_case = fold };
	struct line_regex *re = NULL;
	struct err e = ERR_INIT;

	arena_reset(arena);
	if (line_regex_compile(arena, pattern, options, &re, &e) != ERR_OK)
		fail_msg("%s: %s", pattern, e.message);
	return re;
}

/* The match in a line as text, "-" if there is none. */
static const char *find(const char *pattern, const char *line)
{
	static char text[200];
	struct line_regex *re = compile(pattern, false, false);
	size_t start, end;
	bool matches = line_regex_matches(re, line, strlen(line));

	if (!line_regex_find(re, line, strlen(line), 0, &start, &end)) {
		assert_false(matches);
		return "-";
	}
	assert_true(matches);
	snprintf(text, sizeof(text), "%.*s", (int)(end - start), line + start);
	return text;
}

static void test_finds_the_leftmost_longest(void **state)
{
	static const struct {
		const char *pattern, *line, *found;
	} rows[] = {
		{ "abc", "xxabcxx", "abc" },
		{ "a.c", "xabcx", "abc" },
		{ "a|ab|abc", "abcd", "abc" },
		{ "x*", "aaa", "" },
		{ "(ab)+", "xababx", "abab" },
		{ "(?:ab){2}", "ababab", "abab" },
		{ "a{2,3}", "aaaa", "aaa" },
		{ "a{2,}", "baaaa", "aaaa" },
		{ "a{x}", "a{x}", "a{x}" },
		{ "[0-9]+\\.[0-9]+", "v 10.25 ", "10.25" },
		{ "[^ ]+", "  ab c", "ab" },
		{ "[]x]+", "a]x]b", "]x]" },
		{ "[a-]+", "b-a-c", "-a-" },
		{ "\\d+\\s\\w+", "to 12 eth0/1", "12 eth0" },
		{ "\\D\\W\\S", "12a-b", "a-b" },
		{ "^ip", "ip ip", "ip" },
		{ "^ip", " ip", "-" },
		{ "down$", "shutdown", "down" },
		{ "down$", "downs", "-" },
		{ "^$", "", "" },
		{ "\\b10\\b", "110 10 101", "10" },
		{ "\\b10\\b", "110 1010 101", "-" },
		{ "\\B0", "10", "0" },
		{ "(a|b)*c|d", "ababcd", "ababc" },
		{ "(a*)*b", "aaab", "aaab" },
		{ "a??b", "ab", "ab" },
		{ "\\t\\(\\)", "x\t()", "\t()" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *found = find(rows[i].pattern, rows[i].line);

		if (strcmp(found, rows[i].found) != 0)
			fail_msg("/%s/ in \"%s\": \"%s\"", rows[i].pattern,
			    rows[i].line, found);
	}
}

static void test_goes_from_line_to_line(void **state)
{
	const char *text = "one\ntwo two\n\nthree\nTWO";
	const char *end = text + strlen(text), *p;
	struct line_regex *re = compile("two", true, true);
	size_t len;

	(void)state;
	p = line_regex_next(re, text, end, &len);
	assert_ptr_equal(p, text + 4);
	assert_int_equal(len, 7);
	p = line_regex_next(re, p + len + 1, end, &len);
	assert_ptr_equal(p, end - 3);
	assert_int_equal(len, 3);
	assert_null(line_regex_next(re, end, end, &len));
	re = compile("^$", false, false);
	p = line_regex_next(re, text, end, &len);
	assert_ptr_equal(p, text + 12);
	assert_int_equal(len, 0);
	/* a match never reaches into the next line */
	re = compile("one[^x]two", false, false);
	assert_null(line_regex_next(re, text, end, &len));
}

/* Whether lines are found by what they must hold or by reading all of them,
 * they are the same. */
static void test_lines_are_those_of_a_reader(void **state)
{
	static const char *const patterns[] = { "eth[0-9]+ up", "up|down",
		"^interface eth1$", "ETH1", "mtu 9\\d+" };
	static const char text[] = "interface eth1\n mtu 9000\n eth1 up\n"
				   "Interface Eth10\n eth10 UP\n eth12 up x\n"
				   "interface eth1";
	const char *end = text + sizeof(text) - 1;

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct line_regex *re = compile(patterns[i], false, true);
		const char *found = text;

		for (const char *line = text; line < end;) {
			size_t len = strcspn(line, "\n"), got;

			if (line_regex_matches(re, line, len)) {
				found = line_regex_next(re, found, end, &got);
				assert_ptr_equal(found, line);
				assert_int_equal(got, len);
				found += len + (found + len < end);
			}
			line += len + (line + len < end);
		}
		if (found < end)
			assert_null(
			    line_regex_next(re, found, end, &(size_t){ 0 }));
	}
}

static void test_folds_only_if_asked(void **state)
{
	(void)state;
	assert_true(
	    line_regex_matches(compile("ETH[a-c]", false, true), "ethB", 4));
	assert_false(
	    line_regex_matches(compile("ETH", false, false), "eth", 3));
	assert_true(
	    line_regex_matches(compile("a.c*", true, false), "xa.c*", 5));
	assert_false(
	    line_regex_matches(compile("a.c*", true, false), "abcc", 4));
}

static void test_refuses_with_a_place(void **state)
{
	static const char *const bad[] = { "(", ")", "[", "[b-a]", "*a", "\\1",
		"\\q", "(?=a)", "a{300}", "a{3,2}", "[a\\", "a\\", "a{65535}",
		"a{1,99999999999999999999}" };
	struct line_regex *re = NULL;
	struct line_regex_options options = { .literal = false };
	char long_one[600];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = ERR_INIT;

		if (line_regex_compile(arena, bad[i], options, &re, &e) !=
		    ERR_INVALID)
			fail_msg("%s was taken", bad[i]);
		assert_non_null(strstr(e.message, "at character"));
	}
	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_int_equal(
	    line_regex_compile(arena, long_one, options, &re, NULL), ERR_LIMIT);
	assert_int_equal(line_regex_compile(
			     arena, "((a{200}){200}){200}", options, &re, NULL),
	    ERR_LIMIT);
	assert_null(re);
}

static bool count_line(void *ctx, const char *line, size_t len)
{
	(void)line;
	(void)len;
	++*(size_t *)ctx;
	return true;
}

/* Exponential for those who go back: here a megabyte of it takes what it
 * takes to read it. */
static void test_no_pattern_is_expensive(void **state)
{
	static const char *const patterns[] = { "(a*)*b", "(a|aa)+$",
		"(a?){100}a{100}b", "(.*)(.*)(.*)[^a]", "(a|b|ab)*c" };
	size_t n = 1 << 20, len, found = 0;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', n);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct line_regex *re = compile(patterns[i], false, false);

		(void)line_regex_next(re, text, text + n, &len);
		(void)line_regex_each(re, text, text + n, count_line, &found);
	}
	free(text);
}

/* Repetitions of nothing in each other, and their number multiplies. */
static void test_nothing_is_repeated_cheaply(void **state)
{
	static const char *const patterns[] = {
		"(){200}{200}{200}{200}{200}{200}{200}x",
		"(a{0}){200}{200}{200}{200}{200}{200}{200}x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct line_regex *re = compile(patterns[i], false, false);

		assert_true(line_regex_matches(re, "ax", 2));
		assert_false(line_regex_matches(re, "aa", 2));
	}
}

/* --- against regexec ----------------------------------------------------- */

static unsigned seed = 11;

static unsigned pick(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 10) % n;
}

static void random_pattern(char *to, size_t size, int depth)
{
	static const char *const atoms[] = { "a", "b", "c", ".", "[ab]", "[^a]",
		"(a|bc)", "(b)", "^", "$" };
	static const char *const repeats[] = { "", "", "", "*", "+", "?",
		"{1,2}" };

	to[0] = '\0';
	for (unsigned i = 0; i < 1 + pick(4); i++) {
		const char *atom = atoms[pick(10)];
		const char *repeat =
		    strchr("^$", *atom) ? "" : repeats[pick(7)];
		size_t used = strlen(to);

		snprintf(to + used, size - used, "%s%s", atom, repeat);
	}
	if (depth > 0 && pick(3) == 0 && strlen(to) + 4 < size) {
		size_t used = strlen(to);

		to[used] = '|';
		random_pattern(to + used + 1, size - used - 1, depth - 1);
	}
}

static void test_agrees_with_the_library(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		char pattern[120], line[12];
		struct line_regex *re;
		regmatch_t match[1];
		regex_t posix;

		random_pattern(pattern, sizeof(pattern), 2);
		assert_int_equal(regcomp(&posix, pattern, REG_EXTENDED), 0);
		re = compile(pattern, false, false);
		for (int j = 0; j < 20; j++) {
			unsigned n = pick(10);
			size_t start = 99, end = 99;
			bool found;

			for (unsigned k = 0; k < n; k++)
				line[k] = "abcd"[pick(4)];
			line[n] = '\0';
			found = regexec(&posix, line, 1, match, 0) == 0;
			if (found != line_regex_matches(re, line, n) ||
			    found !=
				line_regex_find(re, line, n, 0, &start, &end) ||
			    (found && (start != (size_t)match[0].rm_so ||
					  end != (size_t)match[0].rm_eo)))
				fail_msg("/%s/ in \"%s\": %d, %zu to %zu",
				    pattern, line, found, start, end);
		}
		regfree(&posix);
	}
}

/* --- at several places at once ------------------------------------------- */

struct seen {
	const char *text;
	bool lines[600]; /* by where they begin */
	int n, most;
};

static bool see(void *ctx, const char *line, size_t len)
{
	struct seen *s = ctx;

	assert_true(line[len] == '\n' || line[len] == '\0');
	assert_false(s->lines[line - s->text]);
	s->lines[line - s->text] = true;
	return ++s->n < s->most;
}

static void random_text(char *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = pick(12) ? "abcd10"[pick(6)] : '\n';
	to[len] = '\0';
}

/* Each of the lines once, and no other: whatever their lengths. */
static void test_each_line_is_found_once(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		char pattern[120], text[501];
		struct seen s = { .text = text, .most = 1000 };
		size_t len, n = 1 + pick(500);
		struct line_regex *re;
		const char *p = text;
		int expected = 0;

		random_pattern(pattern, sizeof(pattern), 2);
		random_text(text, n);
		re = compile(pattern, false, false);
		assert_true(line_regex_each(re, text, text + n, see, &s));
		while (p < text + n &&
		       (p = line_regex_next(re, p, text + n, &len)) != NULL) {
			if (!s.lines[p - text])
				fail_msg("/%s/ misses \"%.*s\" of \"%s\"",
				    pattern, (int)len, p, text);
			expected++;
			p += len + 1;
		}
		assert_int_equal(s.n, expected);
		if (expected > 1) {
			s = (struct seen){ .text = text, .most = 1 };
			assert_false(
			    line_regex_each(re, text, text + n, see, &s));
			assert_int_equal(s.n, 1);
		}
	}
}

/* The states of the other places are forgotten with those of one. */
static void test_many_states_lose_no_line(void **state)
{
	enum { LINES = 4000, WIDTH = 40 };
	struct line_regex *re =
	    compile("a.{9}b.*c.{7}d|d.{8}c.*b", false, false);
	char *text = malloc(LINES * WIDTH + 1);
	const char *end = text + (size_t)LINES * WIDTH, *p = text;
	size_t expected = 0, n = 0, len;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < (size_t)LINES * WIDTH; i++)
		text[i] = "abcdefgh"[pick(8)];
	for (size_t i = WIDTH - 1; i < (size_t)LINES * WIDTH; i += WIDTH)
		text[i] = '\n';
	while (p < end && (p = line_regex_next(re, p, end, &len)) != NULL) {
		expected++;
		p += len + 1;
	}
	assert_true(line_regex_each(re, text, end, count_line, &n));
	assert_true(expected > 100);
	assert_int_equal(n, expected);
	free(text);
}

static void test_a_shape_matches_with_its_line(void **state)
{
	struct line_regex *re, *shapes = NULL;
	char line[12], shape[12];

	(void)state;
	line_regex_shape(shape, "eth12/3a", 8);
	assert_memory_equal(shape, "eth00/0a", 8);
	re = compile("vlan 1[2-4]7\\b", false, true);
	assert_int_equal(line_regex_for_shapes(re, &shapes, NULL), ERR_OK);
	assert_true(line_regex_matches(shapes, "VLAN 000", 8));
	assert_false(line_regex_matches(shapes, "vlan 00", 7));
	for (int i = 0; i < 3000; i++) {
		char pattern[120];

		random_pattern(pattern, sizeof(pattern), 2);
		for (char *p = pattern; *p; p++)
			*p = *p == 'b' ? '1' : *p == 'c' ? '2' : *p;
		re = compile(pattern, false, false);
		assert_int_equal(
		    line_regex_for_shapes(re, &shapes, NULL), ERR_OK);
		for (int j = 0; j < 20; j++) {
			size_t n = pick(10);

			for (size_t k = 0; k < n; k++)
				line[k] = "a1239"[pick(5)];
			line_regex_shape(shape, line, n);
			if (line_regex_matches(re, line, n) &&
			    !line_regex_matches(shapes, shape, n))
				fail_msg(
				    "/%s/ in \"%.*s\"", pattern, (int)n, line);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_the_leftmost_longest),
		cmocka_unit_test(test_goes_from_line_to_line),
		cmocka_unit_test(test_lines_are_those_of_a_reader),
		cmocka_unit_test(test_folds_only_if_asked),
		cmocka_unit_test(test_refuses_with_a_place),
		cmocka_unit_test(test_no_pattern_is_expensive),
		cmocka_unit_test(test_nothing_is_repeated_cheaply),
		cmocka_unit_test(test_agrees_with_the_library),
		cmocka_unit_test(test_each_line_is_found_once),
		cmocka_unit_test(test_many_states_lose_no_line),
		cmocka_unit_test(test_a_shape_matches_with_its_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
