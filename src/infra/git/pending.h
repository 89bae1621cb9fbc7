/*
 * The objects that a transaction is about to write: blobs of the caller, and
 * the trees and commits made from them.  Later commits of the same transaction
 * read the trees of earlier ones from here.
 *
 * Every object of the set is written, whether the repository has one of that
 * name or not.  An object that is there already may be unreachable, and then a
 * repack running beside us may drop it; or it may be in the page cache only,
 * left by a writer that was killed before its fsync.
 *
 * Owned by one commit, one thread.
 */
#ifndef INFRA_GIT_PENDING_H
#define INFRA_GIT_PENDING_H

#include "infra/git/store_internal.h"

/* What an object holds: `len` bytes as they are, or the zlib stream of them. */
struct content {
	const char *data;
	size_t len;
	size_t stream_len; /* of the stream at data; 0: no stream */
};

struct pending_object {
	uint8_t oid[STORE_OID_SIZE];
	git_object_t type;
	struct content content;
	char *owned; /* freed with the set; NULL if the data is borrowed */
};

struct pending {
	struct pending_object *objects;
	size_t n, cap;
	uint32_t *slots; /* hash table: index + 1; 0 is free */
	size_t n_slots;	 /* a power of two */
};

void pending_release(struct pending *p);

/* Names data and adds it, unless the set has it.  Takes data, whatever the
 * result. */
enum err_code pending_take(struct pending *p, git_object_t type, char *data,
    size_t len, uint8_t ret_oid[STORE_OID_SIZE], struct err *e) must_check;
/* A blob with its name known already; its data must outlive the set. */
enum err_code pending_borrow(struct pending *p, const struct blob_id *blob,
    const struct content *content, struct err *e) must_check;
const struct pending_object *pending_find(
    const struct pending *p, const uint8_t *oid);

/* The name that Git gives to an object.  The hash is libgit2's, which detects
 * the known attacks on SHA-1: ERR_INVALID for content made for one. */
enum err_code object_name(git_object_t type, const void *data, size_t len,
    uint8_t ret_oid[STORE_OID_SIZE], struct err *e) must_check;

/* --- writing them: loose.c, pack.c ------------------------------------ */

enum err_code loose_write(
    struct store *s, const struct pending *p, struct err *e) must_check;
/* `keep` becomes the path of a keep file that protects the pack from a repack
 * until its commit is reachable, or stays as it is if none was made: the caller
 * removes it, whatever came of it. */
#define PACK_KEEP_MARK "switchyard: a commit is being made\n"
enum err_code pack_write(struct store *s, const struct pending *p,
    char keep[STORE_PATH_SIZE], struct err *e) must_check;

#endif
