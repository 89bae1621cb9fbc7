#include "web/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = arena_new(16 * 1024 * 1024);
	return arena ? 0 : -1;
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The decoded path, or NULL if it was refused as `want` says. */
static const char *path_of(const char *uri, enum err_code want)
{
	const char *path = NULL;
	struct target t;
	enum err_code rc;

	rc = target_split(uri, &t, NULL);
	if (rc == ERR_OK)
		rc = decode_path(arena, &t, &path, NULL);
	assert_int_equal(rc, want);
	return path;
}

static void test_targets_are_split(void **state)
{
	struct target t;

	(void)state;
	assert_int_equal(target_split("/a/b?x=1?2", &t, NULL), ERR_OK);
	assert_null(t.authority);
	assert_int_equal(t.path_len, 4);
	assert_string_equal(t.query, "x=1?2");
	assert_int_equal(target_split("HTTP://Host:80/a", &t, NULL), ERR_OK);
	assert_int_equal(t.authority_len, 7);
	assert_memory_equal(t.authority, "Host:80", 7);
	assert_int_equal(target_split("*", &t, NULL), ERR_INVALID);
	assert_int_equal(target_split("", &t, NULL), ERR_INVALID);
	assert_int_equal(target_split("ftp://h/a", &t, NULL), ERR_INVALID);
	assert_int_equal(target_split("http://host", &t, NULL), ERR_INVALID);
}

static void test_paths_are_decoded(void **state)
{
	(void)state;
	assert_string_equal(path_of("/", ERR_OK), "/");
	assert_string_equal(path_of("/devices/r%31", ERR_OK), "/devices/r1");
	assert_string_equal(path_of("/a+b", ERR_OK), "/a+b");
	assert_string_equal(path_of("/%C3%A4", ERR_OK), "/\xc3\xa4");
	assert_string_equal(path_of("/a...b/.c", ERR_OK), "/a...b/.c");
}

static void test_bad_paths_are_refused(void **state)
{
	static const char *const bad[] = { "/%", "/%4", "/%zz", "/a%00b",
		"/a%0ab", "/a%7f", "/%ff", "/%c0%af", "/%ed%a0%80", "/a/../b",
		"/..", "/.", "/a/.", "/%2e%2e/etc", "/a%2fb", "/a%2Fb" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(path_of(bad[i], ERR_INVALID));
}

static void test_long_targets_are_refused(void **state)
{
	size_t len = DECODE_MAX_PATH;
	char *uri = malloc(2 * DECODE_MAX_QUERY);

	(void)state;
	memset(uri, 'a', 2 * DECODE_MAX_QUERY);
	uri[0] = '/';
	uri[len] = '\0';
	assert_non_null(path_of(uri, ERR_OK));
	uri[len] = 'a';
	uri[len + 1] = '\0';
	assert_null(path_of(uri, ERR_LIMIT));
	memset(uri, 'a', 2 * DECODE_MAX_QUERY);
	memcpy(uri, "/?", 2);
	uri[2 + DECODE_MAX_QUERY] = '\0';
	assert_non_null(path_of(uri, ERR_OK));
	uri[2 + DECODE_MAX_QUERY] = 'a';
	uri[3 + DECODE_MAX_QUERY] = '\0';
	assert_null(path_of(uri, ERR_LIMIT));
	free(uri);
}

static enum err_code pairs(enum decode_what what, const char *text,
    struct request_pair **ret, size_t *ret_n)
{
	return decode_pairs(arena, what, text, strlen(text), ret, ret_n, NULL);
}

static void test_pairs_are_decoded(void **state)
{
	struct request_pair *p;
	size_t n;

	(void)state;
	assert_int_equal(
	    pairs(DECODE_QUERY, "a=1&&b=x+y%26&c", &p, &n), ERR_OK);
	assert_int_equal(n, 3);
	assert_string_equal(p[0].name, "a");
	assert_string_equal(p[0].value, "1");
	assert_string_equal(p[1].value, "x y&");
	assert_string_equal(p[2].name, "c");
	assert_string_equal(p[2].value, "");
	assert_int_equal(pairs(DECODE_QUERY, "", &p, &n), ERR_OK);
	assert_int_equal(n, 0);
}

static void test_forms_unify_line_ends(void **state)
{
	struct request_pair *p;
	size_t n;

	(void)state;
	assert_int_equal(
	    pairs(DECODE_FORM, "t=a%0D%0Ab%0Dc%0Ad%09", &p, &n), ERR_OK);
	assert_string_equal(p[0].value, "a\nb\nc\nd\t");
}

static void test_bad_pairs_are_refused(void **state)
{
	struct request_pair *p;
	size_t n;

	(void)state;
	assert_int_equal(pairs(DECODE_QUERY, "a=%", &p, &n), ERR_INVALID);
	assert_int_equal(pairs(DECODE_QUERY, "a=%ff", &p, &n), ERR_INVALID);
	assert_int_equal(pairs(DECODE_QUERY, "%00=1", &p, &n), ERR_INVALID);
	assert_int_equal(pairs(DECODE_QUERY, "a=%0a", &p, &n), ERR_INVALID);
	assert_int_equal(pairs(DECODE_FORM, "a=%00", &p, &n), ERR_INVALID);
	assert_int_equal(pairs(DECODE_FORM, "a=%1b", &p, &n), ERR_INVALID);
}

static void test_too_many_pairs_are_refused(void **state)
{
	char text[2 * DECODE_MAX_PARAMETERS + 3];
	struct request_pair *p;
	size_t n;

	(void)state;
	for (size_t i = 0; i <= DECODE_MAX_PARAMETERS; i++)
		memcpy(text + 2 * i, "a&", 3);
	assert_int_equal(pairs(DECODE_QUERY, text, &p, &n), ERR_INVALID);
	text[2 * DECODE_MAX_PARAMETERS - 1] = '\0';
	assert_int_equal(pairs(DECODE_QUERY, text, &p, &n), ERR_OK);
	assert_int_equal(n, DECODE_MAX_PARAMETERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets_are_split),
		cmocka_unit_test(test_paths_are_decoded),
		cmocka_unit_test(test_bad_paths_are_refused),
		cmocka_unit_test(test_long_targets_are_refused),
		cmocka_unit_test(test_pairs_are_decoded),
		cmocka_unit_test(test_forms_unify_line_ends),
		cmocka_unit_test(test_bad_pairs_are_refused),
		cmocka_unit_test(test_too_many_pairs_are_refused),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
