/*
 * What the files of this module share: the store itself, its pool of libgit2
 * handles, and reading of Git objects.
 *
 * libgit2 is used to read objects and nothing else: it knows packs, deltas and
 * multi-pack indexes and verifies the hash of what it reads.  Refs, loose
 * objects and packs are written by us, because every step of that decides
 * whether an acknowledged change can be lost (docs/store.md).
 *
 * A git_repository serves one thread at a time: each call takes a handle from
 * the pool and gives it back.
 */
#ifndef INFRA_GIT_STORE_INTERNAL_H
#define INFRA_GIT_STORE_INTERNAL_H

#include "app/port/store.h"
#include "base/watch.h"

#include <git2.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/types.h>

#define STORE_PATH_SIZE 4096	 /* of a path on disk */
#define STORE_FILE_PATH_MAX 1024 /* of a file's path in the tree */
#define STORE_DEPTH_MAX (STORE_FILE_PATH_MAX / 2)

struct git_handle {
	struct git_handle *next; /* in the pool */
	git_repository *repo;
	git_odb *odb;
};

/* The identity of a version of a ref file: a later version differs in at
 * least one of these, once mtime is older than the clock's tick. */
struct file_stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

struct tip_cache {
	bool valid;
	uint64_t generation; /* of store.watch, while the tip surely holds */
	bool packed;	     /* the stamp is that of packed-refs */
	struct file_stamp stamp;
	struct commit_id tip;
};

struct history_index;

struct store {
	char *path;
	pthread_mutex_t lock;	 /* of all below */
	struct git_handle *idle; /* not in use by any call */
	struct tip_cache tips[STORE_BRANCHES];
	struct watch *watch; /* NULL: each look at a tip is one at the disk */
	struct history_index *history[STORE_BRANCHES]; /* once asked for */
	struct histogram commit_times;
	enum err_code read_only; /* what a failed fsync was; ERR_OK: writable */
};

/* --- open.c ----------------------------------------------------------- */

enum err_code handle_take(
    struct store *s, struct git_handle **ret, struct err *e) must_check;
void handle_give(struct store *s, struct git_handle *h);

/* Writes "<store>/<name>" to `to`; ERR_LIMIT if it is too long. */
enum err_code store_file_path(const struct store *s, const char *name,
    char to[STORE_PATH_SIZE], struct err *e) must_check;

void store_set_read_only(struct store *s, enum err_code why);
/* ERR_OK while the store may be written. */
enum err_code store_check_writable(struct store *s, struct err *e) must_check;

/* --- object.c --------------------------------------------------------- */

/* A whole object, hash verified. */
struct object {
	git_odb_object *odb_object;
	const char *data;
	size_t len;
};

/* For a name that came from outside: ERR_NOT_FOUND if there is no object of
 * that name and type. */
enum err_code object_lookup(struct git_handle *h, const uint8_t *oid,
    git_object_t type, struct object *ret, struct err *e) must_check;
/* For what a commit refers to: it must be there, ERR_CORRUPT if not. */
enum err_code object_read(struct git_handle *h, const uint8_t *oid,
    git_object_t type, struct object *ret, struct err *e) must_check;
void object_release(struct object *o);

/* The parts of a commit object; pointers into the object. */
struct commit_parts {
	uint8_t tree[STORE_OID_SIZE];
	struct commit_id parent; /* first, or zero */
	const char *author;
	size_t author_len;
	const char *email;
	size_t email_len;
	int64_t time_s;
	const char *message;
	size_t message_len;
};
enum err_code commit_parse(const char *data, size_t len,
    struct commit_parts *ret, struct err *e) must_check;
/* Only the tree of a commit; ERR_NOT_FOUND. */
enum err_code commit_tree(struct git_handle *h, const struct commit_id *id,
    uint8_t tree[STORE_OID_SIZE], struct err *e) must_check;

/* --- tree.c ----------------------------------------------------------- */

enum entry_kind { ENTRY_FILE, ENTRY_DIR, ENTRY_OTHER };

struct tree_entry {
	const char *name; /* NUL-terminated, in the object */
	size_t name_len;
	const uint8_t *oid;
	const char *raw; /* the entry as stored, to be copied */
	size_t raw_len;
	enum entry_kind kind;
};

struct tree_cursor {
	const char *at, *end;
};

/* False at the end; a malformed tree ends early with *rc = ERR_CORRUPT. */
bool tree_next(struct tree_cursor *c, struct tree_entry *ret, enum err_code *rc,
    struct err *e);
/* Git's order of entries: by bytes, a directory as if its name ended in
 * "/".  This is also the byte order of the full paths. */
int tree_name_compare(const char *a, size_t a_len, bool a_dir, const char *b,
    size_t b_len, bool b_dir);
/* False if there is no entry of that name (of any kind) or the tree is
 * malformed (*rc). */
bool tree_find(const struct object *tree, const char *name, size_t name_len,
    struct tree_entry *ret, enum err_code *rc, struct err *e);

/* Follows a path from a tree; ERR_NOT_FOUND.  An empty path or one ending in
 * "/" asks for a directory.  ret_oid: of the blob or the tree. */
enum err_code tree_resolve(struct git_handle *h, const uint8_t *root,
    const char *path, uint8_t ret_oid[STORE_OID_SIZE],
    struct err *e) must_check;

/* --- diff.c ----------------------------------------------------------- */

/* store_diff() of two root trees; old NULL: none. */
enum err_code tree_diff(struct git_handle *h, const uint8_t *old_root,
    const uint8_t *new_root, store_change_fn fn, void *ctx,
    struct err *e) must_check;

/* --- commit.c --------------------------------------------------------- */

/* Every program that writes to the repository holds an exclusive flock(2) on
 * this file; so should maintenance: flock switchyard.lock git gc. */
#define STORE_LOCK_FILE "switchyard.lock"
enum err_code store_lock(
    const struct store *s, int *ret_fd, struct err *e) must_check;

/* --- ref.c, ref_move.c ------------------------------------------------ */

extern const char *const store_branch_refs[STORE_BRANCHES];

/* The ref as it is now, past the cache. */
enum err_code ref_read(const struct store *s, enum store_branch branch,
    struct commit_id *ret, struct err *e) must_check;
/* Moves the branch from `from` to `to`, durably.  ERR_CONFLICT if it is not
 * at `from` any more.  The store's lock must be held. */
enum err_code ref_move(struct store *s, enum store_branch branch,
    const struct commit_id *from, const struct commit_id *to,
    struct err *e) must_check;

/* Takes away the lock that a killed writer of ours left.  The store's lock
 * must be held. */
void ref_drop_leftovers(const struct store *s, enum store_branch branch);

/* --- message.c -------------------------------------------------------- */

/* Checks the message and copies its text, with an Operation-Id, into
 * commit-object form but for the tree and the parent:
 * "author …\ncommitter …\n\n<text>". */
enum err_code message_compose(
    const struct store_message *m, struct buf *out, struct err *e) must_check;

#endif
