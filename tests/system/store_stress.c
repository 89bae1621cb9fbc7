/*
 * Writers of one store that are killed or crossed by Git, and the checker that
 * compares what was acknowledged with what is there (promises P1 and P4).
 *
 *   store_stress writers STORE SECONDS   eight processes write while git
 *       repack, gc and pack-refs run beside them
 *   store_stress kill STORE ROUNDS       writers are killed at random moments
 *
 * Each writer puts files of its own, and now and then adds one to a shared
 * counter by read and expected blob.  After each acknowledgement it appends the
 * commit's name to a file that is the checker's truth.
 */
#include "app/port/store.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WRITERS 8
#define KILL_WRITERS 3
#define ACK_SIZE (STORE_OID_TEXT_SIZE)

static const char counter[] = "shared/counter";
static const char counting[] = "Count one more";
static const char author[] = "writer";

static void die(const char *what, const struct err *e)
{
	fprintf(
	    stderr, "store_stress: %s: %s (%s)\n", what, e->message, e->detail);
	exit(1);
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "store_stress: %s\n", what);
	exit(1);
}

/* --- a writer ------------------------------------------------------------- */

struct writer {
	struct store *s;
	int number;
	int acks; /* O_APPEND: one write(2) an acknowledgement */
	int rounds;
};

static enum err_code read_counter(
    struct store *s, long *value, struct blob_id *blob, struct err *e)
{
	struct buf text = BUF_INIT(64);
	struct commit_id tip;
	enum err_code rc = store_tip(s, STORE_MAIN, &tip, e);

	if (rc == ERR_OK)
		rc = store_read(s, &tip, counter, &text, blob, e);
	if (rc == ERR_OK)
		*value = atol(text.data);
	buf_release(&text);
	return rc;
}

/* Every 40th transaction is large enough to be written as a pack. */
static enum err_code stage_own(
    struct writer *w, struct store_txn *t, struct err *e)
{
	int files = w->rounds % 40 == 39 ? 80 : 1;
	enum err_code rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < files; i++) {
		char path[64], text[64];

		snprintf(path, sizeof(path), "own/%d/%d.txt", w->number, i);
		snprintf(text, sizeof(text), "%d of %ld round %d\n", i,
		    (long)getpid(), w->rounds);
		rc = store_txn_put(t, path, text, strlen(text), STORE_ANY, e);
	}
	return rc;
}

/* All want to change this one: most come too late and read again. */
static enum err_code stage_counter(
    struct writer *w, struct store_txn *t, struct err *e)
{
	struct blob_id blob;
	char next[32];
	long value;
	enum err_code rc = read_counter(w->s, &value, &blob, e);

	if (rc != ERR_OK)
		return rc;
	snprintf(next, sizeof(next), "%ld\n", value + 1);
	return store_txn_put(
	    t, counter, next, strlen(next), store_expect_blob(&blob), e);
}

static enum err_code write_once(
    struct writer *w, struct commit_id *ret, struct err *e)
{
	bool counts = w->rounds % 16 == 0;
	struct store_message message = { .author = author,
		.subject = counts ? counting : "Write own files" };
	struct store_txn *t;
	enum err_code rc = store_txn_begin(w->s, STORE_MAIN, &t, e);

	if (rc != ERR_OK)
		return rc;
	if (counts)
		rc = stage_counter(w, t, e);
	if (rc == ERR_OK)
		rc = stage_own(w, t, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, &message, ret, NULL, e);
}

static void write_until(struct writer *w, int64_t until_ms)
{
	while (clock_mono_ms() < until_ms) {
		struct err e = ERR_INIT;
		char ack[ACK_SIZE];
		struct commit_id id;
		enum err_code rc = write_once(w, &id, &e);

		if (rc == ERR_STALE)
			continue;
		if (rc != ERR_OK)
			die("a write failed", &e);
		commit_id_format(&id, ack);
		ack[ACK_SIZE - 1] = '\n';
		must(write(w->acks, ack, ACK_SIZE) == ACK_SIZE, "no ack");
		w->rounds++;
	}
}

static pid_t start_writer(
    const char *path, const char *acks, int number, int64_t until_ms)
{
	pid_t pid = fork();

	must(pid >= 0, "cannot fork");
	if (pid == 0) {
		struct err e = ERR_INIT;
		struct writer w = { .number = number };

		w.acks = open(acks, O_WRONLY | O_CREAT | O_APPEND, 0600);
		must(w.acks >= 0, "cannot open the acknowledgements");
		if (store_open(path, &w.s, &e) != ERR_OK)
			die("cannot open the store", &e);
		write_until(&w, until_ms);
		store_close(w.s);
		exit(0);
	}
	return pid;
}

/* --- Git beside them ----------------------------------------------------- */

static int git(const char *path, const char *arguments)
{
	char command[4096];
	int status;

	snprintf(command, sizeof(command),
	    "GIT_CONFIG_GLOBAL=/dev/null git -C '%s' %s", path, arguments);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Exit codes are ignored: that Git gives way to a writer is right. */
static pid_t start_maintenance(const char *path, int64_t until_ms)
{
	static const char *const commands[] = { "pack-refs --all --prune",
		"repack -adq", "gc -q", "commit-graph write --reachable" };
	pid_t pid = fork();

	must(pid >= 0, "cannot fork");
	for (size_t i = 0; pid == 0 && clock_mono_ms() < until_ms; i++) {
		char quiet[128];

		snprintf(
		    quiet, sizeof(quiet), "%s 2>/dev/null", commands[i % 4]);
		(void)git(path, quiet);
	}
	if (pid == 0)
		_exit(0);
	return pid;
}

/* --- the checker --------------------------------------------------------- */

struct found {
	struct buf ids;	 /* lines, sorted */
	size_t n;	 /* commits of writers */
	size_t n_counts; /* those that changed the counter */
};

static int compare_lines(const void *a, const void *b)
{
	return memcmp(a, b, ACK_SIZE - 1);
}

static enum err_code add_commit(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	struct found *found = ctx;
	char line[ACK_SIZE];

	(void)stop;
	commit_id_format(&c->id, line);
	line[ACK_SIZE - 1] = '\n';
	buf_add(&found->ids, line, sizeof(line));
	found->n += strcmp(c->author, author) == 0;
	found->n_counts += strcmp(c->subject, counting) == 0;
	return buf_check(&found->ids, "the log", e);
}

/* Every acknowledged commit is in the history, and the counter is the number
 * of commits that counted.  Returns the number of acknowledgements. */
static size_t check(const char *path, const char *acks, size_t *ret_commits)
{
	struct found found = { .ids = BUF_INIT(64 << 20) };
	struct buf acked = BUF_INIT(64 << 20);
	struct err e = ERR_INIT;
	struct blob_id blob;
	struct store *s;
	long value;

	if (file_read(acks, &acked, &e) != ERR_OK ||
	    store_open(path, &s, &e) != ERR_OK)
		die("cannot check", &e);
	if (store_log(s, STORE_MAIN, NULL, add_commit, &found, &e) != ERR_OK ||
	    read_counter(s, &value, &blob, &e) != ERR_OK)
		die("cannot read the log", &e);
	qsort(
	    found.ids.data, found.ids.len / ACK_SIZE, ACK_SIZE, compare_lines);
	for (size_t at = 0; at < acked.len; at += ACK_SIZE)
		must(bsearch(acked.data + at, found.ids.data,
			 found.ids.len / ACK_SIZE, ACK_SIZE,
			 compare_lines) != NULL,
		    "an acknowledged commit is lost");
	must((size_t)value == found.n_counts, "an update is lost");
	*ret_commits = found.n;
	must(git(path, "fsck --strict --no-dangling --no-progress") == 0,
	    "fsck found a fault");
	store_close(s);
	value = (long)(acked.len / ACK_SIZE);
	buf_release(&acked);
	buf_release(&found.ids);
	return (size_t)value;
}

/* --- the two tests ------------------------------------------------------- */

static void make_store(const char *path)
{
	struct store_message message = { .author = "stress",
		.subject = "Begin" };
	struct err e = ERR_INIT;
	struct commit_id id;
	struct store_txn *t;
	struct store *s;

	if (store_init(path, NULL, &message, &e) != ERR_OK ||
	    store_open(path, &s, &e) != ERR_OK ||
	    store_txn_begin(s, STORE_MAIN, &t, &e) != ERR_OK ||
	    store_txn_put(t, counter, "0\n", 2, STORE_ABSENT, &e) != ERR_OK ||
	    store_txn_commit(t, &message, &id, NULL, &e) != ERR_OK)
		die("cannot make the store", &e);
	store_close(s);
}

static void run_writers(const char *path, const char *acks, int seconds)
{
	int64_t until = clock_mono_ms() + seconds * 1000;
	pid_t writers[WRITERS], maintenance;
	size_t n_acks, n_commits;
	int status;

	for (int i = 0; i < WRITERS; i++)
		writers[i] = start_writer(path, acks, i, until);
	maintenance = start_maintenance(path, until);
	for (int i = 0; i < WRITERS; i++) {
		must(waitpid(writers[i], &status, 0) == writers[i], "waitpid");
		must(status == 0, "a writer failed");
	}
	must(waitpid(maintenance, &status, 0) == maintenance, "waitpid");
	n_acks = check(path, acks, &n_commits);
	must(n_acks == n_commits, "a commit was made twice or not at all");
	printf("%zu commits by %d writers in %d s, none lost\n", n_commits,
	    WRITERS, seconds);
}

static void pause_us(long us)
{
	struct timespec ts = { .tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000 };

	nanosleep(&ts, NULL);
}

static void kill_round(const char *path, const char *acks)
{
	pid_t writers[KILL_WRITERS];
	uint16_t random;
	int status;

	for (int i = 0; i < KILL_WRITERS; i++)
		writers[i] =
		    start_writer(path, acks, i, clock_mono_ms() + 60000);
	random_bytes(&random, sizeof(random));
	pause_us(5000 + random % 60000);
	for (int i = 0; i < KILL_WRITERS; i++) {
		kill(writers[i], SIGKILL);
		must(waitpid(writers[i], &status, 0) == writers[i], "waitpid");
		must(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		    "a writer failed");
	}
}

/* The next writer after a kill must not find itself locked out. */
static void write_one(const char *path, const char *acks, int64_t *slowest)
{
	int64_t start = clock_mono_ms();
	struct err e = ERR_INIT;
	struct writer w = { .number = 9 };
	struct commit_id id;

	w.acks = open(acks, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (store_open(path, &w.s, &e) != ERR_OK ||
	    store_sweep(w.s, &e) != ERR_OK || write_once(&w, &id, &e) != ERR_OK)
		die("no write after a kill", &e);
	store_close(w.s);
	close(w.acks);
	if (clock_mono_ms() - start > *slowest)
		*slowest = clock_mono_ms() - start;
}

static void run_kills(const char *path, const char *acks, int rounds)
{
	int64_t slowest = 0;
	size_t n_acks = 0, n_commits = 0;

	for (int i = 0; i < rounds; i++) {
		kill_round(path, acks);
		write_one(path, acks, &slowest);
		if (i % 20 == 19 || i == rounds - 1)
			n_acks = check(path, acks, &n_commits);
	}
	must(slowest < 1000, "a write after a kill took over a second");
	printf("%d kills, %zu commits, %zu acknowledged, none lost; the next "
	       "write took %ld ms at most\n",
	    rounds * KILL_WRITERS, n_commits, n_acks, (long)slowest);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/switchyard-stress-XXXXXX";
	char path[64], acks[64];

	if (argc != 3 || !mkdtemp(dir)) {
		fprintf(stderr, "usage: store_stress writers SECONDS\n"
				"       store_stress kill ROUNDS\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/store.git", dir);
	snprintf(acks, sizeof(acks), "%s/acks", dir);
	make_store(path);
	if (strcmp(argv[1], "writers") == 0)
		run_writers(path, acks, atoi(argv[2]));
	else
		run_kills(path, acks, atoi(argv[2]));
	return dir_remove(dir, NULL) == ERR_OK ? 0 : 1;
}
