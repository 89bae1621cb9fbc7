/*
 * The store: a bare Git repository with two branches.
 *
 *   main   what is: one file per object
 *   runs   what was done: YYYY/MM/DD/<run-id>/…
 *
 * Implemented by infra/git.  A struct store may be used by any number of
 * threads at once; a transaction or a walk belongs to one thread.
 *
 * Durability: when store_txn_commit() answers ERR_OK the commit survives
 * kill -9 and power loss.  When it answers an error nothing was committed:
 * if the ref moved and the disk then failed to confirm it, the old value is put
 * back.  Only if that fails as well the answer is ERR_UNKNOWN_OUTCOME: the
 * change is visible, but may not survive.  After a failed fsync the store turns
 * read-only (ERR_NO_SPACE or ERR_SYSTEM for every later write) until it is
 * opened anew; reads go on.
 *
 * A program that writes must ignore SIGXFSZ, so that a file size limit is an
 * error (ERR_NO_SPACE) and not its end.
 */
#ifndef APP_PORT_STORE_H
#define APP_PORT_STORE_H

#include "base/buf.h"
#include "base/histogram.h"

#include <stdint.h>

#define STORE_OID_SIZE 20
#define STORE_OID_TEXT_SIZE 41

/* Names of Git objects; wrapped so that they cannot be swapped. */
struct commit_id {
	uint8_t raw[STORE_OID_SIZE];
};
struct blob_id {
	uint8_t raw[STORE_OID_SIZE];
};

void commit_id_format(
    const struct commit_id *id, char text[STORE_OID_TEXT_SIZE]);
void blob_id_format(const struct blob_id *id, char text[STORE_OID_TEXT_SIZE]);
/* Exactly 40 hexadecimal digits. */
bool commit_id_parse(const char *text, struct commit_id *ret);
bool blob_id_parse(const char *text, struct blob_id *ret);
bool commit_id_equal(const struct commit_id *a, const struct commit_id *b);
bool blob_id_equal(const struct blob_id *a, const struct blob_id *b);
bool commit_id_is_zero(const struct commit_id *id); /* an empty branch */
/* The id that a blob with this content has in every Git repository. */
void blob_id_of(const void *data, size_t len, struct blob_id *ret);

enum store_branch { STORE_MAIN, STORE_RUNS, STORE_BRANCHES };

struct store;

/* Who did it and why.  All texts are borrowed.  Git's header takes name and
 * e-mail; the trailers follow the message. */
struct store_trailer {
	const char *key;   /* "Run-Id" */
	const char *value; /* one line; control characters are refused */
};

#define STORE_MAX_TRAILERS 16

struct store_message {
	const char *author;	  /* "admin"; never empty */
	const char *author_email; /* NULL: "<author>@switchyard" */
	const char *subject;	  /* one line, at most 200 bytes */
	const char *body;	  /* NULL or paragraphs */
	const struct store_trailer *trailers;
	size_t n_trailers;
	int64_t time_ms; /* 0: now */
};

/* --- opening ---------------------------------------------------------- */

/* Creates a bare repository at path (all 256 fan-out directories made and
 * synced, configuration as in docs/store.md) with both branches.  The first
 * commit of main holds every file below seed_dir (NULL: none).  ERR_CONFLICT
 * if there is something at path already. */
enum err_code store_init(const char *path, const char *seed_dir,
    const struct store_message *first, struct err *e) must_check;

enum err_code store_open(
    const char *path, struct store **ret, struct err *e) must_check;
void store_close(struct store *s);
/* For a program that asks for the tip at every request: from now on the kernel
 * tells when a ref may have changed (base/watch.h).  Once, before other
 * threads use the store; if it fails the store is used as before. */
enum err_code store_watch(struct store *s, struct err *e) must_check;
const char *store_path(const struct store *s);
/* How long this process's commits took, the wait for the lock included. */
const struct histogram *store_commit_times(const struct store *s);

/* --- reading ---------------------------------------------------------- */

/* The tip; all zero for a branch without commits.  Cheap enough for every
 * request: when nothing changed it costs about one or two stat(2), or one
 * read(2) after store_watch(). */
enum err_code store_tip(struct store *s, enum store_branch branch,
    struct commit_id *ret, struct err *e) must_check;

/* Appends the file at path in a commit.  ERR_NOT_FOUND.  ret_blob may be
 * NULL. */
enum err_code store_read(struct store *s, const struct commit_id *at,
    const char *path, struct buf *out, struct blob_id *ret_blob,
    struct err *e) must_check;
enum err_code store_read_blob(struct store *s, const struct blob_id *blob,
    struct buf *out, struct err *e) must_check;

/* One changed or present file.  The pointers last for the call. */
struct store_change {
	const char *path;
	bool has_old, has_new; /* absent old: added; absent new: removed */
	struct blob_id old_blob, new_blob;
};
/* Anything but ERR_OK stops the walk and is its result. */
typedef enum err_code (*store_change_fn)(
    void *ctx, const struct store_change *change, struct err *e);

/* The files that differ between two commits, in path order; `from` NULL or
 * zero: all files of `to` as added.  prefix: "" or a directory such as
 * "devices/" to look at alone.  Equal subtrees are skipped unread.  ERR_CORRUPT
 * if the store lacks `to`. */
enum err_code store_diff(struct store *s, const struct commit_id *from,
    const struct commit_id *to, const char *prefix, store_change_fn fn,
    void *ctx, struct err *e) must_check;

/* The names directly below a directory of a commit, sorted; directories end
 * in "/".  ERR_NOT_FOUND if there is no such directory. */
typedef enum err_code (*store_name_fn)(
    void *ctx, const char *name, struct err *e);
enum err_code store_list(struct store *s, const struct commit_id *at,
    const char *dir, store_name_fn fn, void *ctx, struct err *e) must_check;

/* --- history ---------------------------------------------------------- */

/* A commit as shown to people.  The pointers last for the call. */
struct store_commit {
	struct commit_id id;
	struct commit_id parent; /* first parent, or zero */
	const char *author;
	const char *author_email;
	int64_t time_ms;
	const char *subject;
	const char *message; /* all of it, trailers too */
};
typedef enum err_code (*store_commit_fn)(
    void *ctx, const struct store_commit *commit, bool *stop, struct err *e);

/* From `from` (NULL: the tip) backwards along first parents; for the history of
 * a path see history.h. */
enum err_code store_log(struct store *s, enum store_branch branch,
    const struct commit_id *from, store_commit_fn fn, void *ctx,
    struct err *e) must_check;
enum err_code store_commit_read(struct store *s, const struct commit_id *id,
    store_commit_fn fn, void *ctx, struct err *e) must_check;

/* The value of the last trailer `key` of a message, without a copy:
 * *ret_len bytes at the returned pointer, NULL if there is none. */
const char *store_message_trailer(
    const char *message, const char *key, size_t *ret_len);

/* --- writing ---------------------------------------------------------- */

struct store_txn;

/* What must be true of a path at commit time for the write to be right. */
enum store_expect_kind {
	STORE_EXPECT_ANY,
	STORE_EXPECT_ABSENT,
	STORE_EXPECT_BLOB,
	STORE_EXPECT_PRESENT, /* whatever its content */
};
struct store_expect {
	enum store_expect_kind kind;
	struct blob_id blob;
};
#define STORE_ANY ((struct store_expect){ .kind = STORE_EXPECT_ANY })
#define STORE_ABSENT ((struct store_expect){ .kind = STORE_EXPECT_ABSENT })
#define STORE_PRESENT ((struct store_expect){ .kind = STORE_EXPECT_PRESENT })
struct store_expect store_expect_blob(const struct blob_id *blob);

/* Bounds of a file, and of what one transaction holds in memory. */
#define STORE_MAX_FILE (16 << 20)
#define STORE_MAX_TXN (1L << 30)
#define STORE_MAX_CHANGES 1000000

/* Stages changes in memory; nothing is locked and nothing is written before
 * the commit.  Never held across network I/O. */
enum err_code store_txn_begin(struct store *s, enum store_branch branch,
    struct store_txn **ret, struct err *e) must_check;

/* Copies data.  ERR_INVALID for a path that store_path_check() refuses;
 * ERR_LIMIT past the bounds above.  A path may be put or removed once in a
 * commit. */
enum err_code store_txn_put(struct store_txn *t, const char *path,
    const void *data, size_t len, struct store_expect expect,
    struct err *e) must_check;
enum err_code store_txn_remove(struct store_txn *t, const char *path,
    struct store_expect expect, struct err *e) must_check;
/* Only a precondition: the path must be so at commit time. */
enum err_code store_txn_require(struct store_txn *t, const char *path,
    struct store_expect expect, struct err *e) must_check;

/* The branch must still be at this commit: for what depends on the whole tree
 * and not on single paths (a name that must be unique in all areas, a record
 * that nothing may refer to).  ERR_STALE otherwise: take the new tip, decide
 * again, retry. */
void store_txn_require_tip(struct store_txn *t, const struct commit_id *tip);

/* Closes what was staged so far into one commit of its own with this message;
 * what is staged afterwards becomes the next one.  All commits of a
 * transaction reach the branch together (group commit: one fsync round, one
 * move of the ref).  The message is copied. */
enum err_code store_txn_seal(struct store_txn *t,
    const struct store_message *message, struct err *e) must_check;

/* Commits what is staged with this message (and the sealed ones before it):
 * takes the store's flock, checks the expectations against the tip, writes
 * objects, fsyncs, moves the ref by compare-and-swap.
 *
 * ERR_STALE: a path is not as expected; the message names it.  ERR_CONFLICT: a
 * path would be a file and a directory at once.  ERR_TIMEOUT: another writer
 * held the lock for half a minute.  ERR_NO_SPACE, ERR_SYSTEM: the disk.  In all
 * of these nothing was committed; ERR_UNKNOWN_OUTCOME: see above.
 *
 * The commits of a transaction are judged in their order, each by the tree that
 * the one before it leaves.
 * A transaction that would change nothing makes no commit; *ret_changed
 * (may be NULL) tells.  message NULL: only the sealed ones.
 * Always ends the transaction: t is freed whatever the result. */
enum err_code store_txn_commit(struct store_txn *t,
    const struct store_message *message, struct commit_id *ret,
    bool *ret_changed, struct err *e) must_check;
void store_txn_abort(struct store_txn *t); /* NULL is fine */

/* --- care ------------------------------------------------------------- */

/* A path that every platform and Git itself takes: relative, segments of
 * [A-Za-z0-9._-] not starting with "." or "-", no ".git" in any spelling, at
 * most 255 bytes a segment and 1,024 in all. */
enum err_code store_path_check(const char *path, struct err *e) must_check;

/* Removes what dead writers left (*.lock, temporary objects older than an
 * hour), and gives the repository the settings of a store where a clone did not
 * bring them, under the store's lock.  Called when a program starts. */
enum err_code store_sweep(struct store *s, struct err *e) must_check;

#endif
