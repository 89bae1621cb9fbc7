/*
 * Power loss and the queue (promise P2): what a call acknowledged is on disk.
 * The system calls of the spool are wrapped at link time and written down as
 * "sync", "name" and "syncdir" with paths: a new name stands for bytes that
 * were synced before it, and the directory that holds it is synced after.
 */
#include "app/port/queue.h"

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

#define ID "20261121-083000-00000001"

static struct {
	char dir[64];
	struct buf calls;
	size_t fails_at; /* the n-th sync answers EIO; 0: none */
	size_t syncs;
} tape;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

/* Below the instance's directory, without the letters that make a temporary
 * name unique. */
static void note(const char *word, const char *path)
{
	const char *mark = strstr(path, ".tmp-");
	size_t own = strlen(tape.dir);
	size_t len = mark ? (size_t)(mark - path) + 4 : strlen(path);

	assert_memory_equal(path, tape.dir, own);
	buf_printf(&tape.calls, "%s %.*s\n", word, (int)(len - own - 1),
	    path + own + 1);
}

int __wrap_fsync(int fd)
{
	char link[64], path[300];
	struct stat st;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	assert_true(n > 0 && fstat(fd, &st) == 0);
	path[n] = '\0';
	note(S_ISDIR(st.st_mode) ? "syncdir" : "sync", path);
	if (++tape.syncs == tape.fails_at) {
		errno = EIO;
		return -1;
	}
	return __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
	note("name", to);
	return __real_rename(from, to);
}

int __wrap_link(const char *from, const char *to)
{
	note("name", to);
	return __real_link(from, to);
}

static void assert_calls(const char *wanted)
{
	assert_string_equal(buf_text(&tape.calls), wanted);
	buf_clear(&tape.calls);
}

static int setup(void **state)
{
	(void)state;
	memset(&tape, 0, sizeof(tape));
	buf_init(&tape.calls, 1 << 16);
	strcpy(tape.dir, "/tmp/switchyard-queue-XXXXXX");
	assert_non_null(mkdtemp(tape.dir));
	assert_int_equal(queue_prepare(tape.dir, NULL), ERR_OK);
	buf_clear(&tape.calls);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(dir_remove(tape.dir, NULL), ERR_OK);
	buf_release(&tape.calls);
	return 0;
}

static void what_is_acknowledged_is_synced(void **state)
{
	char id[RUN_ID_SIZE] = ID;
	bool bound;

	(void)state;
	assert_int_equal(queue_put(tape.dir, ID, "{}", 2, NULL), ERR_OK);
	assert_calls("sync spool/queued/" ID ".json.tmp\n"
		     "name spool/queued/" ID ".json\n"
		     "syncdir spool/queued\n");
	assert_int_equal(
	    queue_move(tape.dir, ID, QUEUE_QUEUED, QUEUE_CLAIMED, NULL),
	    ERR_OK);
	assert_calls("name spool/claimed/" ID ".json\n"
		     "syncdir spool/claimed\n");
	assert_int_equal(
	    queue_request_cancel(tape.dir, ID, "ann", NULL), ERR_OK);
	assert_calls("sync spool/cancel/" ID ".tmp\n"
		     "name spool/cancel/" ID "\n"
		     "syncdir spool/cancel\n");
	assert_int_equal(
	    queue_bind_key(tape.dir, "key", id, &bound, NULL), ERR_OK);
	assert_non_null(strstr(buf_text(&tape.calls), "sync spool/keys/"));
	/* the last two: the binding, and that it is there */
	assert_true(buf_text(&tape.calls)[tape.calls.len - 1] == '\n');
	assert_string_equal(buf_text(&tape.calls) + tape.calls.len -
				strlen("syncdir spool/keys\n"),
	    "syncdir spool/keys\n");
}

/* A disk that does not take a run is no acknowledgement. */
static void a_failed_sync_is_an_error(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	tape.fails_at = 1;
	assert_int_equal(queue_put(tape.dir, ID, "{}", 2, &e), ERR_SYSTEM);
	assert_false(queue_holds(tape.dir, ID));
	tape.syncs = 0;
	tape.fails_at = 2; /* of the directory */
	assert_int_equal(queue_put(tape.dir, ID, "{}", 2, &e), ERR_SYSTEM);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_acknowledged_is_synced),
		T(a_failed_sync_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
