#include "base/buf.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void appends_and_terminates(void **state)
{
	struct buf b = BUF_INIT(1000);

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_true(buf_puts(&b, "abc"));
	assert_true(buf_putc(&b, 'd'));
	assert_true(buf_printf(&b, "-%d-%s", 42, "e"));
	assert_string_equal(buf_text(&b), "abcd-42-e");
	assert_int_equal(b.len, 9);
	buf_consume(&b, 5);
	assert_string_equal(buf_text(&b), "42-e");
	buf_consume(&b, 100);
	assert_string_equal(buf_text(&b), "");
	buf_release(&b);
}

static void keeps_its_maximum(void **state)
{
	struct buf b = BUF_INIT(4);
	struct err e = ERR_INIT;

	(void)state;
	assert_true(buf_add(&b, "abcd", 4));
	assert_false(buf_putc(&b, 'e'));
	assert_string_equal(buf_text(&b), "abcd");
	/* failed stays, even for what would fit */
	buf_consume(&b, 4);
	assert_false(buf_putc(&b, 'x'));
	assert_false(buf_ok(&b));
	buf_clear(&b);
	assert_true(buf_putc(&b, 'x'));
	assert_false(buf_add(&b, "", SIZE_MAX));
	b.len = 4;
	assert_int_equal(buf_check(&b, "the text", &e), ERR_LIMIT);
	assert_non_null(strstr(e.message, "the text"));
	buf_release(&b);
}

static void prints_what_is_longer_than_its_scratch(void **state)
{
	struct buf b = BUF_INIT(10000);
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(buf_printf(&b, "<%s>", text));
	assert_int_equal(b.len, sizeof(text) + 1);
	assert_int_equal(b.data[b.len - 1], '>');
	buf_release(&b);
}

static void hands_its_bytes_over(void **state)
{
	struct buf b = BUF_INIT(100);
	size_t len = 7;
	char *p;

	(void)state;
	p = buf_steal(&b, &len);
	assert_string_equal(p, "");
	assert_int_equal(len, 0);
	free(p);
	buf_puts(&b, "abc");
	p = buf_steal(&b, &len);
	assert_string_equal(p, "abc");
	assert_null(b.data);
	free(p);
}

static void arena_allocates_aligned_and_apart(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char *last = NULL;

	(void)state;
	for (size_t n = 1; n < 3000; n += 7) {
		char *p = arena_alloc(a, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		memset(p, (int)n, n);
		assert_ptr_not_equal(p, last);
		last = p;
	}
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strdup(a, "text"), "text");
	arena_free(a);
}

static void arena_keeps_its_maximum(void **state)
{
	struct arena *a = arena_new(100000);
	size_t got = 0;

	(void)state;
	while (arena_alloc(a, 1000))
		got += 1000;
	assert_in_range(got, 90000, 100000);
	assert_true(arena_failed(a));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_null(arena_memdup(a, "x", SIZE_MAX));
	arena_reset(a);
	assert_false(arena_failed(a));
	assert_non_null(arena_alloc(a, 90000));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_and_terminates),
		cmocka_unit_test(keeps_its_maximum),
		cmocka_unit_test(prints_what_is_longer_than_its_scratch),
		cmocka_unit_test(hands_its_bytes_over),
		cmocka_unit_test(arena_allocates_aligned_and_apart),
		cmocka_unit_test(arena_keeps_its_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
