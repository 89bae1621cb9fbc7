#include "base/crypto.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* FIPS 180-4 and RFC 4231 test vectors */
static void digests(void **state)
{
	uint8_t d[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	(void)state;
	sha256_of("abc", 3, d);
	hex_encode(hex, d, sizeof(d));
	assert_string_equal(hex,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hmac_sha256_of("Jefe", 4, "what do ya want for nothing?", 28, d);
	hex_encode(hex, d, sizeof(d));
	assert_string_equal(hex,
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void hexadecimal(void **state)
{
	uint8_t raw[3] = { 9, 9, 9 };
	char a[33], b[33];

	(void)state;
	assert_true(hex_decode("00fFa5", raw, 3));
	assert_memory_equal(raw, "\x00\xff\xa5", 3);
	assert_false(hex_decode("00fF", raw, 3));
	assert_false(hex_decode("00fFa5a", raw, 3));
	assert_false(hex_decode("00fFg5", raw, 3));
	random_hex(a, 16);
	random_hex(b, 16);
	assert_int_equal(strlen(a), 32);
	assert_string_not_equal(a, b);
}

/* RFC 4648 section 10 */
static void base64(void **state)
{
	static const char *const plain[] = { "", "f", "fo", "foo", "foob",
		"fooba", "foobar" };
	static const char *const coded[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	struct buf b = BUF_INIT(100);

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		buf_clear(&b);
		base64_append(&b, plain[i], strlen(plain[i]));
		assert_string_equal(buf_text(&b), coded[i]);
		buf_clear(&b);
		assert_true(base64_decode_append(&b, coded[i],
		    strlen(coded[i])));
		assert_string_equal(buf_text(&b), plain[i]);
	}
	buf_clear(&b);
	base64url_append(&b, "\xfb\xff", 2);
	assert_string_equal(buf_text(&b), "-_8");
	buf_clear(&b);
	assert_true(base64_decode_append(&b, "-_8", 3));
	assert_memory_equal(b.data, "\xfb\xff", 2);
	assert_false(base64_decode_append(&b, "Z", 1));
	assert_false(base64_decode_append(&b, "Zg=a", 4));
	assert_false(base64_decode_append(&b, "Z g=", 4));
	buf_release(&b);
}

static void passwords(void **state)
{
	char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(password_hash("tr0ub4dor", hash, &e), ERR_OK);
	assert_int_equal(password_hash("tr0ub4dor", again, &e), ERR_OK);
	assert_memory_equal(hash, "$y$", 3);
	assert_string_not_equal(hash, again);
	assert_true(password_matches("tr0ub4dor", hash));
	assert_false(password_matches("tr0ub4doR", hash));
	assert_false(password_matches("", hash));
	assert_false(password_matches("x", ""));
	assert_false(password_matches("x", "*0"));
}

static void comparing(void **state)
{
	(void)state;
	assert_true(equal_in_constant_time("abc", "abc", 3));
	assert_false(equal_in_constant_time("abc", "abd", 3));
}

static void secrets(void **state)
{
	char text[] = "hunter2";
	struct secret *s = secret_new(text, 7);

	(void)state;
	wipe(text, sizeof(text));
	assert_int_equal(text[0], 0);
	assert_string_equal(secret_reveal(s), "hunter2");
	assert_int_equal(secret_length(s), 7);
	assert_null(secret_new("x", SECRET_MAX + 1));
	secret_free(s);
	secret_free(NULL);
}

/* Promise P13: no jump of the wall clock moves a deadline. */
static void deadlines_run_by_the_monotonic_clock(void **state)
{
	struct timespec mono, wall;
	int64_t now, later;

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &mono), 0);
	now = clock_mono_ms();
	assert_true(now >= mono.tv_sec * 1000 + mono.tv_nsec / 1000000);
	later = deadline_in_ms(5000).at_ms;
	assert_true(later >= now + 5000 && later < now + 5000 + 60000);
	assert_true(now < (mono.tv_sec + 60) * 1000);
	assert_true(clock_mono_us() / 1000 >= now);
	assert_true(clock_mono_us() / 1000 < now + 60000);
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &wall), 0);
	assert_true(llabs(clock_wall_ms() - wall.tv_sec * 1000) < 60000);
}

static void deadlines(void **state)
{
	struct deadline past = { .at_ms = 0 };

	(void)state;
	assert_true(deadline_passed(past));
	assert_int_equal(deadline_left_ms(past), 0);
	assert_int_equal(deadline_poll_ms(past), 0);
	assert_int_equal(deadline_poll_ms(DEADLINE_NEVER), -1);
	assert_false(deadline_passed(deadline_in_ms(100000)));
	assert_in_range(deadline_left_ms(deadline_in_ms(100000)), 90000, 100000);
	assert_int_equal(deadline_poll_ms(deadline_in_ms((int64_t)1 << 50)),
	    INT_MAX);
	assert_int_equal(deadline_sooner(past, DEADLINE_NEVER).at_ms, 0);
}

static void times(void **state)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t ms = 0;

	(void)state;
	clock_format_utc(1795249800123, text);
	assert_string_equal(text, "2026-11-21T08:30:00.123Z");
	assert_true(clock_parse_utc(text, &ms));
	assert_int_equal(ms, 1795249800123);
	assert_true(clock_parse_utc("1970-01-01T00:00:01Z", &ms));
	assert_int_equal(ms, 1000);
	assert_false(clock_parse_utc("2026-11-21T08:30:00", &ms));
	assert_false(clock_parse_utc("2026-11-21 08:30:00Z", &ms));
	assert_false(clock_parse_utc("2026-11-21T08:30:00.1Z", &ms));
	assert_false(clock_parse_utc("yesterday", &ms));
	clock_format_utc(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

/* 0.608 and not 0.60799999999999998, but never less than was meant. */
static void json_reals(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ 608.0 / 1000, "[0.608]" },
		{ 0.1, "[0.1]" },
		{ 100, "[100.0]" },
		{ 0.1 + 0.2, "[0.30000000000000004]" },
		{ 1.0 / 3, "[0.3333333333333333]" },
		{ 5e-324, "[4.94065645841247e-324]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT(1000);
		struct err e = ERR_INIT;
		json_t *v = json_pack("[f]", cases[i].value), *back = NULL;

		assert_int_equal(json_write_line(v, &b, &e), ERR_OK);
		assert_string_equal(buf_text(&b), cases[i].text);
		assert_int_equal(
		    json_read(buf_text(&b), b.len, 1000, &back, &e), ERR_OK);
		assert_true(json_equal(v, back));
		json_decref(v);
		json_decref(back);
		buf_release(&b);
	}
}

static void json_texts(void **state)
{
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	json_t *v = NULL;

	(void)state;
	assert_int_equal(json_read("{\"b\":1,\"a\":[true]}", 18, 100, &v, &e),
	    ERR_OK);
	assert_int_equal(json_write(v, &b, &e), ERR_OK);
	assert_string_equal(buf_text(&b),
	    "{\n  \"a\": [\n    true\n  ],\n  \"b\": 1\n}\n");
	buf_clear(&b);
	assert_int_equal(json_write_line(v, &b, &e), ERR_OK);
	assert_string_equal(buf_text(&b), "{\"a\":[true],\"b\":1}");
	assert_true(json_set_text(v, "t", "a\xFF", 2));
	assert_string_equal(json_text(v, "t", ""), "a\xEF\xBF\xBD");
	assert_string_equal(json_text(v, "b", "none"), "none");
	assert_int_equal(json_number(v, "b", 0), 1);
	assert_int_equal(json_number(v, "t", 7), 7);
	assert_true(json_flag(v, "none", true));
	json_decref(v);
	assert_int_equal(json_read("{\"a\":1,\"a\":2}", 13, 100, &v, &e),
	    ERR_INVALID);
	assert_int_equal(json_read("{\n \"a\": }", 9, 100, &v, &e), ERR_INVALID);
	assert_non_null(strstr(e.message, "line 2"));
	assert_int_equal(json_read("[1,2]", 5, 4, &v, &e), ERR_LIMIT);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(base64),
		cmocka_unit_test(passwords),
		cmocka_unit_test(comparing),
		cmocka_unit_test(secrets),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(deadlines_run_by_the_monotonic_clock),
		cmocka_unit_test(times),
		cmocka_unit_test(json_reals),
		cmocka_unit_test(json_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
