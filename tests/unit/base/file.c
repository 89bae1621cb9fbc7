#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_dir(void **state)
{
	char name[] = "/tmp/switchyard-file-XXXXXX";

	if (!mkdtemp(name))
		return -1;
	*state = strdup(name);
	return chdir(name);
}

static int drop_dir(void **state)
{
	struct err e = ERR_INIT;
	enum err_code rc = dir_remove(*state, &e);

	free(*state);
	return rc == ERR_OK ? 0 : -1;
}

static void writes_and_reads(void **state)
{
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(file_write_durable("f", "hello", 5, 0600, &e), ERR_OK);
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_replace("f", "there", 5, 0640, &e), ERR_OK);
	assert_int_equal(file_read("f", &b, &e), ERR_OK);
	assert_string_equal(buf_text(&b), "there");
	assert_int_equal(file_read("none", &b, &e), ERR_NOT_FOUND);
	buf_release(&b);
}

/* A pipe would hold its reader for ever. */
static void reads_only_files(void **state)
{
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(mkdir("dir", 0700), 0);
	assert_int_equal(file_read_regular("pipe", &b, &e), ERR_CORRUPT);
	assert_non_null(strstr(e.message, "not a file"));
	assert_int_equal(file_read_regular("dir", &b, &e), ERR_CORRUPT);
	assert_int_equal(b.len, 0);
	assert_int_equal(file_replace("f", "hello", 5, 0640, &e), ERR_OK);
	assert_int_equal(file_read_regular("f", &b, &e), ERR_OK);
	assert_string_equal(buf_text(&b), "hello");
	assert_int_equal(
	    file_read_regular("none", &b, &e), ERR_NOT_FOUND);
	unlink("pipe");
	buf_release(&b);
}

static void reads_no_more_than_the_maximum(void **state)
{
	struct buf full = BUF_INIT(5), small = BUF_INIT(4);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(file_replace("g", "12345", 5, 0640, &e), ERR_OK);
	assert_int_equal(file_read("g", &full, &e), ERR_OK);
	assert_string_equal(buf_text(&full), "12345");
	assert_int_equal(file_read("g", &small, &e), ERR_LIMIT);
	buf_release(&full);
	buf_release(&small);
}

static void leaves_nothing_behind_when_it_fails(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(mkdir("d/sub", 0700), 0);
	/* a directory cannot be replaced by a file */
	assert_int_not_equal(file_replace("d/sub", "x", 1, 0640, &e), ERR_OK);
	assert_int_equal(rmdir("d/sub"), 0);
	assert_int_equal(rmdir("d"), 0);
	assert_int_equal(file_replace("none/f", "x", 1, 0640, &e),
	    ERR_NOT_FOUND);
}

static void makes_and_removes_directories(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(dir_create("a/b/c", 0750, &e), ERR_OK);
	assert_int_equal(dir_create("a/b/c", 0750, &e), ERR_OK);
	assert_int_equal(symlink("/etc", "a/link"), 0);
	assert_int_equal(dir_remove("a", &e), ERR_OK);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
	assert_int_equal(access("a", F_OK), -1);
	assert_int_equal(dir_remove("a", &e), ERR_OK);
}

static void one_holds_a_lock(void **state)
{
	struct err e = ERR_INIT;
	int first, second = -1;

	(void)state;
	assert_int_equal(file_lock("lock", 0, &first, &e), ERR_OK);
	assert_int_equal(file_lock("lock", 20, &second, &e), ERR_TIMEOUT);
	assert_int_equal(second, -1);
	file_unlock(first);
	assert_int_equal(file_lock("lock", 0, &second, &e), ERR_OK);
	file_unlock(second);
}

static void errors_carry_code_and_words(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	errno = ENOSPC;
	assert_int_equal(err_set_errno(&e, "cannot write %s", "x"),
	    ERR_NO_SPACE);
	assert_string_equal(e.message,
	    "cannot write x: No space left on device");
	assert_int_equal(err_context(&e, "saving r1"), ERR_NO_SPACE);
	assert_string_equal(e.message,
	    "saving r1: cannot write x: No space left on device");
	assert_int_equal(err_set(NULL, ERR_LIMIT, "x"), ERR_LIMIT);
	assert_string_equal(err_code_word(ERR_UNKNOWN_OUTCOME),
	    "unknown-outcome");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads),
		cmocka_unit_test(reads_only_files),
		cmocka_unit_test(reads_no_more_than_the_maximum),
		cmocka_unit_test(leaves_nothing_behind_when_it_fails),
		cmocka_unit_test(makes_and_removes_directories),
		cmocka_unit_test(one_holds_a_lock),
		cmocka_unit_test(errors_carry_code_and_words),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
