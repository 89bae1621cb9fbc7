#include "domain/text_diff.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ARENA_MAX (256u << 20)

static struct text_diff compute(
    struct arena *arena, const char *a, const char *b)
{
	struct text_diff_input ia = { a, strlen(a) };
	struct text_diff_input ib = { b, strlen(b) };
	struct text_diff d;
	struct err e = ERR_INIT;

	assert_int_equal(text_diff_compute(arena, &ia, &ib, &d, &e), ERR_OK);
	return d;
}

static void expect_unified(
    const char *a, const char *b, size_t context, const char *expected)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct text_diff d = compute(arena, a, b);
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_int_equal(
	    text_diff_format(&d, "a", "b", context, &out, &e), ERR_OK);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
	arena_free(arena);
}

static void test_equal_texts_give_nothing(void **state)
{
	(void)state;
	expect_unified("", "", 3, "");
	expect_unified("x\ny\n", "x\ny\n", 3, "");
}

static void test_from_and_to_nothing(void **state)
{
	(void)state;
	expect_unified(
	    "", "x\ny\n", 3, "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
	expect_unified("x\n", "", 3, "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
}

static void test_context_and_two_hunks(void **state)
{
	(void)state;
	expect_unified("1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	    "1\nII\n3\n4\n5\n6\n7\nVIII\n9\n", 1,
	    "--- a\n+++ b\n"
	    "@@ -1,3 +1,3 @@\n 1\n-2\n+II\n 3\n"
	    "@@ -7,3 +7,3 @@\n 7\n-8\n+VIII\n 9\n");
	/* Near enough to share their context: one hunk. */
	expect_unified("1\n2\n3\n4\n5\n", "1\nII\n3\nIV\n5\n", 1,
	    "--- a\n+++ b\n"
	    "@@ -1,5 +1,5 @@\n 1\n-2\n+II\n 3\n-4\n+IV\n 5\n");
	expect_unified(
	    "1\n2\n3\n", "1\n3\n", 0, "--- a\n+++ b\n@@ -2 +1,0 @@\n-2\n");
}

static void test_missing_newline_is_a_difference(void **state)
{
	(void)state;
	expect_unified("x\ny", "x\ny\n", 3,
	    "--- a\n+++ b\n@@ -1,2 +1,2 @@\n x\n-y\n"
	    "\\ No newline at end of file\n+y\n");
}

static void test_heading_names_the_section(void **state)
{
	(void)state;
	expect_unified("router bgp 1\n a\n b\n c\n d\nexit\n",
	    "router bgp 1\n a\n b\n c\n e\nexit\n", 1,
	    "--- a\n+++ b\n@@ -4,3 +4,3 @@ router bgp 1\n  c\n- d\n+ e\n "
	    "exit\n");
}

static void test_added_section_begins_with_its_header(void **state)
{
	(void)state;
	expect_unified("interface a\n x\nexit\ninterface c\n x\nexit\n",
	    "interface a\n x\nexit\ninterface b\n x\nexit\n"
	    "interface c\n x\nexit\n",
	    1,
	    "--- a\n+++ b\n@@ -3,2 +3,5 @@\n exit\n"
	    "+interface b\n+ x\n+exit\n interface c\n");
}

static void test_counts(void **state)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct text_diff d =
	    compute(arena, "a\nb\nc\nd\n", "a\nx\nc\nd\ne\nf\n");

	(void)state;
	assert_int_equal(d.added, 3);
	assert_int_equal(d.removed, 1);
	assert_int_equal(d.n_changes, 2);
	arena_free(arena);
}

/* Rebuilds b from a and the changes. */
static void check_applies(const struct text_diff *d)
{
	size_t i = 0;
	size_t j = 0;

	for (size_t k = 0; k <= d->n_changes; k++) {
		const struct text_change *c =
		    k < d->n_changes ? &d->changes[k] : NULL;
		size_t end = c != NULL ? c->a_start : d->n_a;

		for (; i < end; i++, j++) {
			assert_true(j < d->n_b);
			assert_int_equal(d->a[i].len, d->b[j].len);
			assert_memory_equal(
			    d->a[i].text, d->b[j].text, d->a[i].len);
		}
		if (c == NULL)
			break;
		assert_int_equal(j, c->b_start);
		assert_true(c->a_len + c->b_len > 0);
		i += c->a_len;
		j += c->b_len;
	}
	assert_int_equal(i, d->n_a);
	assert_int_equal(j, d->n_b);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void random_text(
    struct buf *out, uint32_t *seed, unsigned n, unsigned alphabet)
{
	buf_clear(out);
	for (unsigned i = 0; i < n; i++)
		buf_printf(out, "%u\n", next_random(seed) % alphabet);
}

static void test_random_pairs_apply(void **state)
{
	uint32_t seed = 7;
	struct buf a = BUF_INIT(1 << 20);
	struct buf b = BUF_INIT(1 << 20);

	(void)state;
	for (int round = 0; round < 600; round++) {
		struct arena *arena = arena_new(ARENA_MAX);
		unsigned alphabet = 1 + next_random(&seed) % 12;
		struct text_diff d;

		random_text(&a, &seed, next_random(&seed) % 60, alphabet);
		random_text(&b, &seed, next_random(&seed) % 60, alphabet);
		d = compute(arena, buf_text(&a), buf_text(&b));
		check_applies(&d);
		arena_free(arena);
	}
	buf_release(&a);
	buf_release(&b);
}

static void test_shortest_on_small_input(void **state)
{
	struct arena *arena = arena_new(ARENA_MAX);
	/* The paper's example: five edits. */
	struct text_diff d =
	    compute(arena, "A\nB\nC\nA\nB\nB\nA\n", "C\nB\nA\nB\nA\nC\n");

	(void)state;
	check_applies(&d);
	assert_int_equal(d.added + d.removed, 5);
	arena_free(arena);
}

/* The same 20,000 lines in another order, so that nothing can be set aside:
 * the bound on the search must hold. */
static void test_shuffled_lines_end_soon(void **state)
{
	enum { N = 20000 };
	static unsigned order[N];
	uint32_t seed = 3;
	struct buf a = BUF_INIT(1 << 20);
	struct buf b = BUF_INIT(1 << 20);
	struct arena *arena = arena_new(ARENA_MAX);
	int64_t start;
	struct text_diff d;

	(void)state;
	for (unsigned i = 0; i < N; i++)
		order[i] = i;
	for (unsigned i = N - 1; i > 0; i--) {
		unsigned j = next_random(&seed) % (i + 1);
		unsigned t = order[i];

		order[i] = order[j];
		order[j] = t;
	}
	for (unsigned i = 0; i < N; i++) {
		buf_printf(&a, "%u\n", i);
		buf_printf(&b, "%u\n", order[i]);
	}
	start = clock_mono_ms();
	d = compute(arena, buf_text(&a), buf_text(&b));
	print_message("shuffled 20,000 lines: %lld ms\n",
	    (long long)(clock_mono_ms() - start));
	assert_true(clock_mono_ms() - start < 10000);
	check_applies(&d);
	buf_release(&a);
	buf_release(&b);
	arena_free(arena);
}

static void test_large_text_few_changes(void **state)
{
	struct buf a = BUF_INIT(1 << 22);
	struct buf b = BUF_INIT(1 << 22);
	struct arena *arena = arena_new(ARENA_MAX);
	int64_t start;
	struct text_diff d;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		buf_printf(&a, " neighbor 10.0.%u.%u remote-as 65001\n",
		    i / 250, i % 250);
		buf_printf(&b, " neighbor 10.0.%u.%u remote-as %u\n", i / 250,
		    i % 250, i % 2500 == 77 ? 65009 : 65001);
	}
	start = clock_mono_us();
	d = compute(arena, buf_text(&a), buf_text(&b));
	print_message("10,000 lines, four changes: %lld us\n",
	    (long long)(clock_mono_us() - start));
	assert_int_equal(d.n_changes, 4);
	check_applies(&d);
	buf_release(&a);
	buf_release(&b);
	arena_free(arena);
}

static void test_full_arena_is_an_error(void **state)
{
	struct arena *arena = arena_new(64);
	struct text_diff_input in = { "a\nb\nc\n", 6 };
	struct text_diff_input other = { "a\nx\nc\n", 6 };
	struct text_diff d = { .n_changes = 77 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    text_diff_compute(arena, &in, &other, &d, &e), ERR_SYSTEM);
	assert_int_equal(d.n_changes, 77);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_texts_give_nothing),
		cmocka_unit_test(test_from_and_to_nothing),
		cmocka_unit_test(test_context_and_two_hunks),
		cmocka_unit_test(test_missing_newline_is_a_difference),
		cmocka_unit_test(test_heading_names_the_section),
		cmocka_unit_test(test_added_section_begins_with_its_header),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_random_pairs_apply),
		cmocka_unit_test(test_shortest_on_small_input),
		cmocka_unit_test(test_shuffled_lines_end_soon),
		cmocka_unit_test(test_large_text_few_changes),
		cmocka_unit_test(test_full_arena_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
