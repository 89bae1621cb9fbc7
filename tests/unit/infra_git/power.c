#include "unit/infra_git/fixture.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

/*
 * Power loss, replayed (promise P2).  The system calls of one commit are
 * recorded by wrapping them at link time.  Then the disk is rebuilt as a power
 * loss after each of them might leave it: what was synced is there; of the
 * rest, nothing, everything, or some by chance, with files that were not
 * synced empty.  Directories are taken at their word of POSIX and not at that
 * of a journal: each new name may be kept or lost on its own.
 *
 * In every such state Git finds no fault in what the refs reach and the tip is
 * the old commit or the new one; once the commit was acknowledged, the new.
 */
enum op_kind { OP_NAME, OP_DIR, OP_WRITE, OP_SYNC_FILE, OP_SYNC_DIR };

struct op {
	enum op_kind kind;
	char path[256]; /* of OP_NAME; the directory of OP_DIR, OP_SYNC_DIR */
	int file;	/* its index; OP_NAME: -1 takes the name away */
	bool durable;	/* found out at replay */
};

struct file {
	struct buf content;
	bool synced; /* found out at replay */
};

#define OPS_MAX 4096
#define FILES_MAX 512

static struct {
	bool on;
	struct op ops[OPS_MAX];
	int n_ops;
	struct file files[FILES_MAX];
	int n_files;
	int file_of_fd[1024]; /* index + 1 */
	char dir_of_fd[1024][256];
} tape;

static struct op *record(enum op_kind kind, const char *path, int file)
{
	struct op *op = &tape.ops[tape.n_ops++];

	assert_true(tape.n_ops < OPS_MAX);
	op->kind = kind;
	op->file = file;
	snprintf(op->path, sizeof(op->path), "%s", path);
	return op;
}

/* Which recorded file has this name now; -1 for none. */
static int file_named(const char *path)
{
	for (int i = tape.n_ops - 1; i >= 0; i--)
		if (tape.ops[i].kind == OP_NAME &&
		    strcmp(tape.ops[i].path, path) == 0)
			return tape.ops[i].file;
	return -1;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, mode_t mode);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

int __wrap_open(const char *path, int flags, mode_t mode)
{
	int fd = __real_open(path, flags, mode);

	if (!tape.on || fd < 0)
		return fd;
	assert_true(fd < 1024);
	tape.file_of_fd[fd] = 0;
	tape.dir_of_fd[fd][0] = '\0';
	if (flags & O_DIRECTORY)
		snprintf(tape.dir_of_fd[fd], 256, "%s", path);
	if ((flags & O_CREAT) && (flags & O_EXCL)) {
		assert_true(tape.n_files < FILES_MAX);
		buf_init(&tape.files[tape.n_files].content, 1 << 24);
		record(OP_NAME, path, tape.n_files);
		tape.file_of_fd[fd] = ++tape.n_files;
	}
	return fd;
}

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	ssize_t n = __real_write(fd, data, len);

	if (tape.on && n > 0 && fd < 1024 && tape.file_of_fd[fd]) {
		int file = tape.file_of_fd[fd] - 1;

		buf_add(&tape.files[file].content, data, (size_t)n);
		record(OP_WRITE, "", file);
	}
	return n;
}

int __wrap_fsync(int fd)
{
	int rc = __real_fsync(fd);

	if (tape.on && tape.file_of_fd[fd])
		record(OP_SYNC_FILE, "", tape.file_of_fd[fd] - 1);
	else if (tape.on && tape.dir_of_fd[fd][0])
		record(OP_SYNC_DIR, tape.dir_of_fd[fd], -1);
	return rc;
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	int rc = __real_mkdir(path, mode);

	if (tape.on && rc == 0)
		record(OP_DIR, path, -1);
	return rc;
}

int __wrap_rename(const char *from, const char *to)
{
	int rc = __real_rename(from, to);

	if (tape.on && rc == 0) {
		record(OP_NAME, to, file_named(from));
		record(OP_NAME, from, -1);
	}
	return rc;
}

int __wrap_link(const char *from, const char *to)
{
	int rc = __real_link(from, to);

	if (tape.on && rc == 0)
		record(OP_NAME, to, file_named(from));
	return rc;
}

int __wrap_unlink(const char *path)
{
	int rc = __real_unlink(path);

	if (tape.on && rc == 0)
		record(OP_NAME, path, -1);
	return rc;
}

/* --- replay --------------------------------------------------------------- */

enum luck { LUCK_NOTHING, LUCK_EVERYTHING, LUCK_SOME };

static bool is_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/' &&
	       !strchr(path + n + 1, '/');
}

/* What is certain after the first n calls. */
static void find_durable(int n)
{
	for (int i = 0; i < tape.n_files; i++)
		tape.files[i].synced = false;
	for (int i = 0; i < n; i++) {
		struct op *op = &tape.ops[i];

		op->durable = false;
		if (op->kind == OP_WRITE)
			tape.files[op->file].synced = false;
		if (op->kind == OP_SYNC_FILE)
			tape.files[op->file].synced = true;
		for (int j = 0; op->kind == OP_SYNC_DIR && j < i; j++)
			tape.ops[j].durable |=
			    tape.ops[j].kind <= OP_DIR &&
			    is_in(tape.ops[j].path, op->path);
	}
}

static void put_file(const char *at, const struct file *file)
{
	size_t len = file->synced ? file->content.len : 0;
	char dir[512];

	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(at, '/') - at), at);
	if (access(dir, F_OK) != 0) /* lost with its directory */
		return;
	unlink(at);
	assert_ok(
	    file_replace(at, len ? file->content.data : "", len, 0444, e));
}

/* Rebuilds the disk below `root` from the copy of before. */
static void rebuild(struct fixture *f, const char *root, int n, enum luck luck)
{
	size_t own = strlen(f->path);

	assert_int_equal(
	    shell(f, "rm -rf $S.lost && cp -a $S.before $S.lost"), 0);
	find_durable(n);
	for (int i = 0; i < n; i++) {
		const struct op *op = &tape.ops[i];
		bool kept = op->durable || luck == LUCK_EVERYTHING ||
			    (luck == LUCK_SOME && rand() % 2);
		char at[512];

		if (op->kind > OP_DIR || !kept)
			continue;
		snprintf(at, sizeof(at), "%s%s", root, op->path + own);
		if (op->kind == OP_DIR)
			mkdir(at, 0755);
		else if (op->file < 0)
			unlink(at);
		else
			put_file(at, &tape.files[op->file]);
	}
}

/* The machine takes longer to come back than a lock is held for. */
static void come_back_later(struct fixture *lost)
{
	assert_int_equal(
	    shell(lost, "cd $S/refs/heads && ! test -e main.lock || "
			"touch -d '1 minute ago' main.lock"),
	    0);
}

static void check_lost(struct fixture *f, const struct commit_id *old,
    const struct commit_id *new, bool acknowledged)
{
	struct fixture lost = *f;
	struct commit_id tip;

	assert_true(snprintf(lost.path, sizeof(lost.path), "%s.lost", f->path) <
		    (int)sizeof(lost.path));
	assert_int_equal(
	    shell(&lost,
		"cd $S && git fsck --strict --no-dangling --no-progress "
		">fsck.out 2>&1 || { cat fsck.out; false; }"),
	    0);
	assert_ok(store_open(lost.path, &lost.s, e));
	tip = tip_of(&lost);
	if (acknowledged || !commit_id_equal(&tip, old))
		assert_true(commit_id_equal(&tip, new));
	come_back_later(&lost);
	put_one(&lost, "after", "life goes on");
	store_close(lost.s);
}

static void lose_power_at_every_call(struct fixture *f, int n_files)
{
	struct commit_id old = put_one(f, "d/0", "before"), new;
	struct store_txn *t = begin(f);
	char root[160];

	snprintf(root, sizeof(root), "%s.lost", f->path);
	for (int i = 0; i < n_files; i++) {
		char path[32];

		snprintf(path, sizeof(path), "d/%d", i);
		put(t, path, path);
	}
	assert_int_equal(shell(f, "cp -a $S $S.before"), 0);
	memset(&tape, 0, sizeof(tape));
	tape.on = true;
	new = commit(t);
	tape.on = false;
	assert_true(tape.n_ops > 10);
	for (int n = 0; n <= tape.n_ops; n++) {
		/* unsynced bytes make no difference */
		if (n > 0 && tape.ops[n - 1].kind == OP_WRITE)
			continue;
		for (enum luck luck = 0; luck <= LUCK_SOME; luck++) {
			rebuild(f, root, n, luck);
			check_lost(f, &old, &new, n == tape.n_ops);
		}
	}
	for (int i = 0; i < tape.n_files; i++)
		buf_release(&tape.files[i].content);
}

static void power_may_fail_during_a_small_commit(void **state)
{
	lose_power_at_every_call(*state, 1);
}

/* Git takes directories away that it has emptied: they are made again. */
static void power_may_fail_while_directories_are_made(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    shell(f, "find $S/objects -type d -name '[0-9a-f]*' -empty -delete"), 0);
	lose_power_at_every_call(f, 1);
}

static void power_may_fail_while_a_pack_is_written(void **state)
{
	lose_power_at_every_call(*state, 70);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(power_may_fail_during_a_small_commit),
		T(power_may_fail_while_directories_are_made),
		T(power_may_fail_while_a_pack_is_written),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
