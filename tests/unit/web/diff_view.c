/*
 * Differences as rows: line numbers, word marks, sections, hostile text, and
 * the bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jinja/data.h"
#include "web/pages/diff_rows.h"
#include "web/pages/diff_view.h"
#include "web/pages/diff_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static const struct diff_look plain = { .context = 3 };

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 * 1024 * 1024);
	return arena ? 0 : -1;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* --- looking into the view ----------------------------------------------- */

static struct jv member(struct jv dict, const char *name)
{
	struct jv v = jv_undefined(NULL);

	assert_true(jv_dict_get(dict, name, &v));
	return v;
}

static int64_t number(struct jv dict, const char *name)
{
	struct jv v = member(dict, name);

	assert_int_equal(v.kind, JV_INT);
	return v.u.integer;
}

/* A row as one line: "kind|old|new|html|section". */
static const char *row_text(struct jv view, size_t i)
{
	static const char *const names[] = { "kind", "old", "new", "html",
		"section" };
	struct jv row = jv_list_at(member(view, "rows"), i);
	const char *text = "";

	for (size_t k = 0; k < 5; k++) {
		struct jv v = jv_none();
		const char *separator = k ? "|" : "";

		const struct object *o = row.u.object;

		assert_true(o->cls->get(
		    o->self, names[k], strlen(names[k]), arena, &v));
		if (v.kind == JV_INT)
			text = arena_printf(arena, "%s%s%lld", text, separator,
			    (long long)v.u.integer);
		else
			text = arena_printf(arena, "%s%s%.*s", text, separator,
			    (int)v.len, v.u.text ? v.u.text : "");
	}
	return text;
}

static size_t rows(struct jv view)
{
	return jv_list_len(member(view, "rows"));
}

static struct jv of_texts(const char *a, const char *b)
{
	struct jv view = jv_none();

	assert_int_equal(
	    diff_view_from_texts(arena, &plain, a, b, &view, NULL), ERR_OK);
	return view;
}

static struct jv of_patch(const char *patch)
{
	return diff_view_from_patch(
	    arena, &plain, patch, strlen(patch), NULL);
}

/* --- tests --------------------------------------------------------------- */

static void test_counts_lines_and_numbers_them(void **state)
{
	struct jv view = of_texts("a\nb\nc\n", "a\nB B\nc\nd\n");

	(void)state;
	assert_int_equal(number(view, "added"), 2);
	assert_int_equal(number(view, "removed"), 1);
	assert_int_equal(rows(view), 6);
	assert_string_equal(row_text(view, 1), "same|1|1|a|");
	assert_string_equal(row_text(view, 2), "del|2||b|");
	assert_string_equal(row_text(view, 3), "add||2|B B|");
	assert_string_equal(row_text(view, 5), "add||4|d|");
}

static void test_equal_texts_are_empty(void **state)
{
	struct jv view = of_texts("a\n", "a\n");

	(void)state;
	assert_true(member(view, "empty").u.truth);
	assert_int_equal(rows(view), 0);
}

static void test_marks_the_words_that_changed(void **state)
{
	struct jv view = of_texts(" ip address 192.0.2.1/24\n",
	    " ip address 192.0.2.9/24 secondary\n");

	(void)state;
	assert_string_equal(
	    row_text(view, 1), "del|1|| ip address <mark>192.0.2.1/24</mark>|");
	assert_string_equal(row_text(view, 2),
	    "add||1| ip address <mark>192.0.2.9/24 secondary</mark>|");
}

static void test_lines_with_nothing_in_common_are_not_marked(void **state)
{
	struct jv view = of_texts("alpha beta gamma\n", "one two three\n");

	(void)state;
	assert_string_equal(row_text(view, 1), "del|1||alpha beta gamma|");
	assert_string_equal(row_text(view, 2), "add||1|one two three|");
}

static void test_says_the_sections_around_a_hunk(void **state)
{
	static const char old[] = "router bgp 65001\n"
				  " bgp router-id 192.0.2.1\n"
				  " address-family ipv4 unicast\n"
				  "  network 192.0.2.0/25\n"
				  "  network 192.0.2.128/25\n"
				  "  network 198.51.100.0/24\n"
				  "  network 203.0.113.0/24\n"
				  "  redistribute static\n"
				  " exit-address-family\n";
	char new[sizeof(old)];
	struct jv view;

	(void)state;
	memcpy(new, old, sizeof(old));
	memcpy(strstr(new, "static"), "kernel", 6);
	view = of_texts(old, new);
	assert_string_equal(row_text(view, 0),
	    "hunk|||@@ -5,5 +5,5 @@|router bgp 65001 › address-family ipv4 "
	    "unicast");
}

static void test_takes_the_section_that_a_patch_names(void **state)
{
	struct jv view = of_patch("--- a\n+++ b\n@@ -7 +7 @@ interface <eth0>\n"
				  "- mtu 1500\n+ mtu 9000\n");

	(void)state;
	assert_string_equal(
	    row_text(view, 0), "hunk|||@@ -7 +7 @@|interface &lt;eth0&gt;");
	assert_string_equal(
	    row_text(view, 1), "del|7|| mtu <mark>1500</mark>|");
	assert_int_equal(rows(view), 3);
}

static void test_a_removed_line_may_look_like_a_file_header(void **state)
{
	struct jv view = of_patch("--- a\n+++ b\n@@ -1,2 +1 @@\n"
				  "--- not a header\n same\n");

	(void)state;
	assert_int_equal(number(view, "removed"), 1);
	assert_string_equal(row_text(view, 1), "del|1||-- not a header|");
}

static void test_reads_signs_without_hunks(void **state)
{
	struct jv view = of_patch("+ip route 192.0.2.0/24 Null0\n"
				  "-no such thing\nremark\n");

	(void)state;
	assert_int_equal(number(view, "added"), 1);
	assert_int_equal(number(view, "removed"), 1);
	assert_string_equal(row_text(view, 2), "note|||remark|");
}

static void test_hostile_text_is_shown_and_not_obeyed(void **state)
{
	struct jv view = of_texts("description <script>alert(1)</script>\n",
	    "description \x1b[2J\xe2\x80\xae\" onload=\"x \xff\xfe end\n");

	(void)state;
	assert_string_equal(row_text(view, 1),
	    "del|1||description <mark>&lt;script&gt;alert(1)&lt;/script&gt;"
	    "</mark>|");
	assert_string_equal(row_text(view, 2),
	    "add||1|description <mark>\xef\xbf\xbd[2J\xef\xbf\xbd&#34; "
	    "onload=&#34;x \xef\xbf\xbd\xef\xbf\xbd end</mark>|");
}

static void test_a_long_line_is_cut(void **state)
{
	size_t len = 1024 * 1024;
	char *patch = malloc(len + 2);
	struct jv view;

	(void)state;
	assert_non_null(patch);
	memset(patch, 'x', len);
	patch[0] = '+';
	patch[len] = '\n';
	patch[len + 1] = '\0';
	view = of_patch(patch);
	assert_int_equal(rows(view), 1);
	assert_int_equal(
	    strlen(row_text(view, 0)), strlen("add||||") + DIFF_MAX_LINE);
	free(patch);
}

static void test_rows_are_bounded_and_the_rest_is_counted(void **state)
{
	size_t n = DIFF_MAX_ROWS + 100;
	char *patch = malloc(2 * n + 1);
	struct jv view;

	(void)state;
	assert_non_null(patch);
	for (size_t i = 0; i < n; i++)
		memcpy(patch + 2 * i, "+\n", 2);
	patch[2 * n] = '\0';
	view = of_patch(patch);
	assert_int_equal(rows(view), DIFF_MAX_ROWS);
	assert_int_equal(number(view, "left_out"), 100);
	assert_int_equal(number(view, "added"), n);
	free(patch);
}

static void test_any_bytes_make_a_view(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		char patch[200];
		size_t len = 0;

		while (len < sizeof(patch) - 1) {
			static const char bytes[] = "+-@ \n,0129a<\xff\x80";

			patch[len++] =
			    bytes[(size_t)rand_r(&seed) % (sizeof(bytes) - 1)];
			if (rand_r(&seed) % 20 == 0)
				len += (size_t)snprintf(patch + len,
				    sizeof(patch) - len, "\n@@ -1,9 +1");
			if (len > sizeof(patch) - 1)
				len = sizeof(patch) - 1;
		}
		assert_true(rows(diff_view_from_patch(
				arena, &plain, patch, len, "a\n b\n")) <= len);
		if (round % 100 == 0)
			arena_reset(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_lines_and_numbers_them),
		cmocka_unit_test(test_equal_texts_are_empty),
		cmocka_unit_test(test_marks_the_words_that_changed),
		cmocka_unit_test(
		    test_lines_with_nothing_in_common_are_not_marked),
		cmocka_unit_test(test_says_the_sections_around_a_hunk),
		cmocka_unit_test(test_takes_the_section_that_a_patch_names),
		cmocka_unit_test(
		    test_a_removed_line_may_look_like_a_file_header),
		cmocka_unit_test(test_reads_signs_without_hunks),
		cmocka_unit_test(test_hostile_text_is_shown_and_not_obeyed),
		cmocka_unit_test(test_a_long_line_is_cut),
		cmocka_unit_test(test_rows_are_bounded_and_the_rest_is_counted),
		cmocka_unit_test(test_any_bytes_make_a_view),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
