#include "infra/ssh/terminal.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void expect_bytes(const char *in, size_t len, const char *expected)
{
	struct buf whole = BUF_INIT(4096);
	struct buf split = BUF_INIT(4096);
	struct terminal a = { TERMINAL_TEXT };
	struct terminal b = { TERMINAL_TEXT };

	assert_true(terminal_feed(&a, in, len, &whole));
	assert_string_equal(buf_text(&whole), expected);
	/* The pieces in which it comes make no difference. */
	for (size_t i = 0; i < len; i++)
		assert_true(terminal_feed(&b, in + i, 1, &split));
	assert_string_equal(buf_text(&split), expected);
	buf_release(&whole);
	buf_release(&split);
}

static void expect(const char *in, const char *expected)
{
	expect_bytes(in, strlen(in), expected);
}

static void test_line_ends(void **state)
{
	(void)state;
	expect("a\r\nb\nc\r\r\nd", "a\nb\nc\nd");
}

static void test_escapes_are_dropped(void **state)
{
	(void)state;
	expect("\x1b[31mred\x1b[0m", "red");
	expect("\x1b[?25l\x1b[2J\x1b[1;1Hx", "x");
	expect("\x1b]0;title\ay", "y");
	expect("\x1b]0;ti\x1btle\x1b\\y", "y");
	expect("\x1bP+q544e\x1b\\z\x1b(B!", "z!");
	expect("\x1b=\x1b>q\x1b\x1b[1mr", "qr");
	expect("cut off \x1b[12;", "cut off ");
}

static void test_control_bytes_are_dropped(void **state)
{
	(void)state;
	expect_bytes("a\0b\a\x7f\x0e\x0f\tc", 9, "ab\tc");
	expect("caf\xc3\xa9 \xff", "caf\xc3\xa9 \xff");
}

static void test_wiping_leaves_nothing(void **state)
{
	(void)state;
	expect("one\n --More-- \r          \rtwo", "one\ntwo");
	expect("one\n--More--\b\b\b\b\b\b\b\b", "one\n");
	expect("ab\b\b\b\b\bc\n\b\bd", "c\nd");
}

static void test_bound(void **state)
{
	struct buf out = BUF_INIT(8);
	struct terminal t = { TERMINAL_TEXT };

	(void)state;
	assert_true(terminal_feed(&t, "12345678", 8, &out));
	assert_false(terminal_feed(&t, "9", 1, &out));
	assert_int_equal(out.len, 8);
	buf_release(&out);
}

/* Any bytes: no control byte comes through, nothing is read past the end. */
static void test_random_bytes(void **state)
{
	uint32_t seed = 5;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct buf out = BUF_INIT(4096);
		struct terminal t = { TERMINAL_TEXT };
		char *in = malloc(200);

		assert_non_null(in);
		for (int i = 0; i < 200; i++) {
			static const char often[] = "\x1b[]\\\r\n\b\a;mP(x";

			seed = seed * 1664525u + 1013904223u;
			in[i] = seed >> 31
				    ? often[(seed >> 8) % (sizeof often - 1)]
				    : (char)(seed >> 16);
		}
		assert_true(terminal_feed(&t, in, 200, &out));
		for (size_t i = 0; i < out.len; i++) {
			unsigned char c = (unsigned char)out.data[i];

			assert_true(c >= 0x20 || c == '\n' || c == '\t');
			assert_int_not_equal(c, 0x7f);
		}
		free(in);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_escapes_are_dropped),
		cmocka_unit_test(test_control_bytes_are_dropped),
		cmocka_unit_test(test_wiping_leaves_nothing),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
