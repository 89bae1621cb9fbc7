#include "base/escape.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

typedef void (*escaper)(struct buf *out, const char *text, size_t len);

static void expect(escaper escape, const char *in, size_t len,
    const char *out)
{
	struct buf b = BUF_INIT(10000);

	escape(&b, in, len);
	assert_true(buf_ok(&b));
	assert_string_equal(buf_text(&b), out);
	buf_release(&b);
}

#define EXPECT(escape, in, out) expect(escape, in, sizeof(in) - 1, out)

static void html(void **state)
{
	(void)state;
	EXPECT(escape_html, "", "");
	EXPECT(escape_html, "plain", "plain");
	EXPECT(escape_html, "<a href=\"x\">&'</a>",
	    "&lt;a href=&#34;x&#34;&gt;&amp;&#39;&lt;/a&gt;");
}

static void url(void **state)
{
	(void)state;
	EXPECT(escape_url, "aZ09-._~", "aZ09-._~");
	EXPECT(escape_url, "a/b?c=d&e #%", "a%2Fb%3Fc%3Dd%26e%20%23%25");
	EXPECT(escape_url, "\xC3\xBC\n", "%C3%BC%0A");
}

static void json(void **state)
{
	(void)state;
	EXPECT(escape_json, "a\"b\\c\n\t\x01\x7f", "a\\\"b\\\\c\\n\\u0009\\u0001\\u007f");
	EXPECT(escape_json, "\xC3\xBC\xFF", "\xC3\xBC\xEF\xBF\xBD");
}

static void log_lines(void **state)
{
	(void)state;
	EXPECT(escape_log, "one\ntwo\tthree\x1b[31m\r", "one\\ntwo\\tthree\\x1b[31m\\x0d");
}

static void device_text(void **state)
{
	(void)state;
	EXPECT(escape_device_text, "a\n\tb", "a\n\tb");
	EXPECT(escape_device_text, "\x1b[1m", "\xEF\xBF\xBD[1m");
	/* right-to-left override, isolate, C1 control, cut-off sequence */
	EXPECT(escape_device_text, "\xE2\x80\xAEx\xE2\x81\xA6", "\xEF\xBF\xBDx\xEF\xBF\xBD");
	EXPECT(escape_device_text, "\xC2\x9Bx\xE2\x82", "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD");
	EXPECT(escape_device_text, "\xE2\x82\xAC", "\xE2\x82\xAC");
	/* marks of direction, no width, line separator, Arabic letter mark */
	EXPECT(escape_device_text, "\xE2\x80\x8F\xE2\x80\x8B\xE2\x80\xA8",
	    "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
	EXPECT(escape_device_text, "\xD8\x9C\xD8\x9D\xEF\xBB\xBF",
	    "\xEF\xBF\xBD\xD8\x9D\xEF\xBF\xBD");
}

static void utf8(void **state)
{
	static const char *const good[] = { "a", "\xC2\x80", "\xDF\xBF",
		"\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
		"\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF" };
	static const char *const bad[] = { "\x80", "\xC0\x80", "\xC1\xBF",
		"\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(utf8_sequence(good[i], strlen(good[i])),
		    strlen(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(utf8_sequence(bad[i], strlen(bad[i])), 0);
	assert_int_equal(utf8_sequence("", 0), 0);
	assert_true(utf8_is_valid("gr\xC3\xBC\xC3\x9F", 6));
	assert_false(utf8_is_valid("gr\xC3", 3));
}

static void numbers(void **state)
{
	long n = -1;

	(void)state;
	assert_true(text_to_long("4094", 1, 4094, &n));
	assert_int_equal(n, 4094);
	assert_true(text_to_long("-3", -5, 5, &n));
	assert_false(text_to_long("4095", 1, 4094, &n));
	assert_false(text_to_long("", 0, 9, &n));
	assert_false(text_to_long(" 1", 0, 9, &n));
	assert_false(text_to_long("+1", 0, 9, &n));
	assert_false(text_to_long("1 ", 0, 9, &n));
	assert_false(text_to_long("1x", 0, 9, &n));
	assert_false(text_to_long("99999999999999999999", 0, 9, &n));
	assert_int_equal(n, -3);
}

static void small_questions(void **state)
{
	char to[4];

	(void)state;
	assert_true(text_copy(to, sizeof(to), "abc"));
	assert_false(text_copy(to, sizeof(to), "abcd"));
	assert_string_equal(to, "abc");
	assert_true(text_ends_with("r1.json", ".json"));
	assert_false(text_ends_with("son", ".json"));
	assert_true(text_starts_with("devices/x", "devices/"));
	assert_true(text_has_no_control("a b", 3, false));
	assert_false(text_has_no_control("a\nb", 3, false));
	assert_true(text_has_no_control("a\nb\t", 4, true));
	assert_false(text_has_no_control("a\0b", 3, true));
	assert_false(text_has_no_control("a\rb", 3, true));
}

/* Subjects of commits are made so, from what devices and servers say. */
static void one_line(void **state)
{
	char text[8] = "a: ";

	(void)state;
	text_append_line(text, sizeof(text), "");
	assert_string_equal(text, "a: ");
	text_append_line(text, sizeof(text), "b\n\xff\x7f");
	assert_string_equal(text, "a: b   ");
	text_append_line(text, sizeof(text), "more");
	assert_string_equal(text, "a: b   ");

	strcpy(text, "12345");
	text_append_line(text, sizeof(text), "\xE2\x82\xAC");
	assert_string_equal(text, "12345"); /* three bytes do not fit */
	text_append_line(text, sizeof(text), "\xC3\xBC");
	assert_string_equal(text, "12345\xC3\xBC");
}

static void name_said_once(void **state)
{
	(void)state;
	assert_string_equal(text_after_name("sw1: no answer", "sw1"),
	    "no answer");
	assert_string_equal(text_after_name("sw10: no answer", "sw1"),
	    "sw10: no answer");
	assert_string_equal(text_after_name("sw1 is down", "sw1"),
	    "sw1 is down");
	assert_string_equal(text_after_name(": x", ""), ": x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html),
		cmocka_unit_test(url),
		cmocka_unit_test(json),
		cmocka_unit_test(log_lines),
		cmocka_unit_test(device_text),
		cmocka_unit_test(utf8),
		cmocka_unit_test(numbers),
		cmocka_unit_test(small_questions),
		cmocka_unit_test(one_line),
		cmocka_unit_test(name_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
