#include "web/session.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/switchyard-signed-XXXXXX";
static struct session_keys *keys;

static int open_keys(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	return session_keys_open(dir, &keys, NULL) == ERR_OK ? 0 : -1;
}

static int close_keys(void **state)
{
	(void)state;
	session_keys_free(keys);
	return dir_remove(dir, NULL) == ERR_OK ? 0 : -1;
}

static void key_path(char path[200])
{
	snprintf(path, 200, "%s/session-key", dir);
}

static void test_the_key_is_kept_and_private(void **state)
{
	struct buf a = BUF_INIT(200), b = BUF_INIT(200);
	struct session_keys *again;
	char path[200];
	struct stat st;

	(void)state;
	key_path(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 32);
	assert_int_equal(session_keys_open(dir, &again, NULL), ERR_OK);
	signed_append(keys, SIGNED_FLASH, "x", 1, &a);
	signed_append(again, SIGNED_FLASH, "x", 1, &b);
	assert_string_equal(a.data, b.data);
	session_keys_free(again);
	buf_release(&a);
	buf_release(&b);
}

static void test_a_key_that_others_may_read_is_refused(void **state)
{
	struct session_keys *again;
	char path[200];

	(void)state;
	key_path(path);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(session_keys_open(dir, &again, NULL), ERR_DENIED);
	assert_int_equal(chmod(path, 0600), 0);
}

static void test_a_short_key_is_refused(void **state)
{
	char other[] = "/tmp/switchyard-signed-XXXXXX", path[200];
	struct session_keys *again;

	(void)state;
	assert_non_null(mkdtemp(other));
	snprintf(path, sizeof(path), "%s/session-key", other);
	assert_int_equal(file_replace(path, "short", 5, 0600, NULL), ERR_OK);
	assert_int_equal(session_keys_open(other, &again, NULL), ERR_CORRUPT);
	assert_int_equal(dir_remove(other, NULL), ERR_OK);
}

static void test_signed_texts_come_back(void **state)
{
	struct buf text = BUF_INIT(200), payload = BUF_INIT(200);

	(void)state;
	signed_append(keys, SIGNED_FLASH, "hello", 5, &text);
	assert_true(
	    signed_open(keys, SIGNED_FLASH, text.data, text.len, &payload));
	assert_string_equal(payload.data, "hello");
	buf_clear(&payload);
	assert_false(
	    signed_open(keys, SIGNED_SESSION, text.data, text.len, &payload));
	buf_release(&text);
	buf_release(&payload);
}

static void test_every_changed_byte_is_noticed(void **state)
{
	struct buf text = BUF_INIT(200), payload = BUF_INIT(200);

	(void)state;
	signed_append(keys, SIGNED_FLASH, "hello", 5, &text);
	for (size_t i = 0; i + 1 < text.len; i++) {
		char kept = text.data[i];

		text.data[i] = kept == 'A' ? 'B' : 'A';
		buf_clear(&payload);
		assert_false(signed_open(
		    keys, SIGNED_FLASH, text.data, text.len, &payload));
		text.data[i] = kept;
	}
	for (size_t len = 0; len < text.len; len++)
		assert_false(
		    signed_open(keys, SIGNED_FLASH, text.data, len, &payload));
	buf_release(&text);
	buf_release(&payload);
}

static void test_sessions_come_back_until_they_expire(void **state)
{
	struct session s = { .user = "ann",
		.id = "0123456789abcdef",
		.issued_ms = 1000,
		.expires_ms = 2000 };
	struct buf text = BUF_INIT(1000);
	struct session got;

	(void)state;
	session_format(keys, &s, &text);
	assert_true(session_parse(keys, text.data, text.len, 1999, &got));
	assert_string_equal(got.user, "ann");
	assert_string_equal(got.id, "0123456789abcdef");
	assert_int_equal(got.issued_ms, 1000);
	assert_int_equal(got.expires_ms, 2000);
	assert_false(session_parse(keys, text.data, text.len, 2000, &got));
	buf_release(&text);
}

static void test_a_flash_is_no_session(void **state)
{
	static const char payload[] = "ann|1|9999999999999|id";
	struct buf text = BUF_INIT(1000);
	struct session got;

	(void)state;
	signed_append(keys, SIGNED_FLASH, payload, strlen(payload), &text);
	assert_false(session_parse(keys, text.data, text.len, 5, &got));
	buf_clear(&text);
	signed_append(keys, SIGNED_SESSION, payload, strlen(payload), &text);
	assert_true(session_parse(keys, text.data, text.len, 5, &got));
	buf_release(&text);
}

static void test_malformed_payloads_are_no_sessions(void **state)
{
	static const char *const bad[] = { "", "ann", "ann|1", "ann|1|2000",
		"ann|1|2000|id|more", "ann|x|2000|id", "ann|1|-5|id",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaa|1|2000|id" };
	struct session got;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf text = BUF_INIT(1000);

		signed_append(
		    keys, SIGNED_SESSION, bad[i], strlen(bad[i]), &text);
		assert_false(
		    session_parse(keys, buf_text(&text), text.len, 5, &got));
		buf_release(&text);
	}
}

static struct record *user(const char *json)
{
	struct record *record = NULL;

	assert_int_equal(record_parse(kind_get(KIND_USER), json, strlen(json),
			     NULL, &record, NULL),
	    ERR_OK);
	return record;
}

static void test_records_end_sessions(void **state)
{
	struct session s = { .issued_ms = 1000 };
	struct {
		const char *json;
		bool stands;
	} cases[] = {
		{ "{\"name\":\"ann\",\"role\":\"viewer\"}", true },
		{ "{\"name\":\"ann\",\"role\":\"viewer\",\"disabled\":true}",
		    false },
		{ "{\"name\":\"ann\",\"role\":\"viewer\",\"sessions_after\":"
		  "\"1970-01-01T00:00:00.999Z\"}",
		    true },
		{ "{\"name\":\"ann\",\"role\":\"viewer\",\"sessions_after\":"
		  "\"1970-01-01T00:00:01.000Z\"}",
		    false },
		{ "{\"name\":\"ann\",\"role\":\"viewer\",\"sessions_after\":"
		  "\"yesterday\"}",
		    false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record *record = user(cases[i].json);

		assert_int_equal(session_stands(&s, record), cases[i].stands);
		record_unref(record);
	}
}

static void test_cookies_are_found_by_their_whole_name(void **state)
{
	size_t len;
	const char *v;

	(void)state;
	v = cookie_find("a=1; __Host-switchyard-flash=2; "
			"__Host-switchyard=abc; z=3",
	    SESSION_COOKIE, &len);
	assert_non_null(v);
	assert_int_equal(len, 3);
	assert_memory_equal(v, "abc", 3);
	assert_null(
	    cookie_find("x__Host-switchyard=abc", SESSION_COOKIE, &len));
	assert_null(cookie_find("__Host-switchyard", SESSION_COOKIE, &len));
	assert_null(cookie_find("", SESSION_COOKIE, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_key_is_kept_and_private),
		cmocka_unit_test(test_a_key_that_others_may_read_is_refused),
		cmocka_unit_test(test_a_short_key_is_refused),
		cmocka_unit_test(test_signed_texts_come_back),
		cmocka_unit_test(test_every_changed_byte_is_noticed),
		cmocka_unit_test(test_sessions_come_back_until_they_expire),
		cmocka_unit_test(test_a_flash_is_no_session),
		cmocka_unit_test(test_malformed_payloads_are_no_sessions),
		cmocka_unit_test(test_records_end_sessions),
		cmocka_unit_test(test_cookies_are_found_by_their_whole_name),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
