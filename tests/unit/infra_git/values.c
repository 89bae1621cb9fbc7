#include "unit/infra_git/fixture.h"

static void ids_are_forty_hexadecimal_digits(void **state)
{
	static const char text[] = "95d09f2b10159347eece71399a7e2e907ea3df4f";
	static const char *const wrong[] = { "", "95d0",
		"95d09f2b10159347eece71399a7e2e907ea3df4",
		"95d09f2b10159347eece71399a7e2e907ea3df4f0",
		"95d09f2b10159347eece71399a7e2e907ea3df4g",
		" 5d09f2b10159347eece71399a7e2e907ea3df4f", "HEAD", "main" };
	char back[STORE_OID_TEXT_SIZE];
	struct commit_id commit, zero = { { 0 } };
	struct blob_id blob;

	(void)state;
	assert_true(commit_id_parse(text, &commit));
	commit_id_format(&commit, back);
	assert_string_equal(back, text);
	assert_true(blob_id_parse(text, &blob));
	blob_id_format(&blob, back);
	assert_string_equal(back, text);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(commit_id_parse(wrong[i], &commit));
		assert_false(blob_id_parse(wrong[i], &blob));
	}
	assert_false(commit_id_is_zero(&commit));
	assert_true(commit_id_is_zero(&zero));
}

/* Known answers: git hash-object. */
static void a_blob_has_the_name_that_git_gives_it(void **state)
{
	struct blob_id id;
	char text[STORE_OID_TEXT_SIZE];

	(void)state;
	blob_id_of("", 0, &id);
	blob_id_format(&id, text);
	assert_string_equal(text, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
	blob_id_of("hello world\n", 12, &id);
	blob_id_format(&id, text);
	assert_string_equal(text, "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");
}

static void good_paths_pass(void **state)
{
	static const char *const paths[] = { "a", "settings.json",
		"devices/lab/access-1.json", "a..b", "a.lock", "A_b/9",
		"x.git" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_ok(store_path_check(paths[i], e));
}

static void long_paths_are_refused(void **state)
{
	char path[1100];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[255] = '\0';
	assert_ok(store_path_check(path, e));
	path[255] = 'a';
	path[256] = '\0';
	assert_err(store_path_check(path, e), ERR_INVALID);
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? '/' : 'a';
	path[1023] = '\0';
	assert_ok(store_path_check(path, e));
	path[1023] = '/';
	path[1025] = '\0';
	assert_err(store_path_check(path, e), ERR_INVALID);
}

static void assert_trailer(
    const char *message, const char *key, const char *expected)
{
	size_t len = 0;
	const char *value = store_message_trailer(message, key, &len);

	if (!expected) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(value, expected, len);
}

static void trailers_are_in_the_last_paragraph(void **state)
{
	static const char message[] = "Subject\n\nRun-Id: forged\n\n"
				      "Run-Id: 1\nJob: provision\nRun-Id: 2\n"
				      "Empty: \nnot a trailer\n";

	(void)state;
	assert_trailer(message, "Run-Id", "2");
	assert_trailer(message, "Job", "provision");
	assert_trailer(message, "Empty", "");
	assert_trailer(message, "Run", NULL);
	assert_trailer(message, "run-id", NULL);
	assert_trailer("Run-Id: 1\n", "Run-Id", NULL);
	assert_trailer("S\n\nRun-Id: 1", "Run-Id", "1");
	assert_trailer("", "Run-Id", NULL);
	assert_trailer("\n\n\n", "Run-Id", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_forty_hexadecimal_digits),
		cmocka_unit_test(a_blob_has_the_name_that_git_gives_it),
		cmocka_unit_test(good_paths_pass),
		cmocka_unit_test(long_paths_are_refused),
		cmocka_unit_test(trailers_are_in_the_last_paragraph),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
