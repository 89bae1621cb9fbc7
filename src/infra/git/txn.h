/*
 * A transaction in memory: staged changes, cut into segments of one commit
 * each.  Filled by txn.c, read by edit.c and commit.c.  One thread.
 */
#ifndef INFRA_GIT_TXN_H
#define INFRA_GIT_TXN_H

#include "infra/git/deflate.h"
#include "infra/git/pending.h"

/* Above this many objects one pack with three fsyncs is cheaper than a file and
 * an fsync for each. */
#define STORE_LOOSE_MAX 64

enum change_kind { CHANGE_REQUIRE, CHANGE_REMOVE, CHANGE_PUT };

struct change {
	char *path; /* owned; the content follows in the same allocation */
	/* Above this many objects one pack with three fsyncs is cheaper than a
	 * file and an fsync for each. */
#define STORE_LOOSE_MAX 64

	enum change_kind kind;
	struct store_expect expect;
	struct blob_id blob; /* of a put */
	struct content content;
};

struct change_span {
	const struct change *changes;
	size_t n;
};

/* changes[first .. first + n) become one commit with this message. */
struct segment {
	size_t first, n;
	char *message; /* from message_compose(); owned */
	size_t message_len;
};

struct store_txn {
	struct store *s;
	enum store_branch branch;
	struct change *changes;
	size_t n_changes, cap_changes;
	size_t bytes;	    /* put, in all */
	struct deflater *z; /* once there is enough for a pack */
	struct segment *segments;
	size_t n_segments, cap_segments;
	size_t sealed; /* changes that belong to a segment */
	bool has_required_tip;
	struct commit_id required_tip;
	bool allow_empty; /* a commit even if it changes nothing */
};

struct edit_result {
	bool changed;
	bool empty; /* nothing is left: a directory disappears */
	uint8_t
	    oid[STORE_OID_SIZE]; /* of the new tree, if changed and not empty */
};

/* Applies one segment to a tree (root NULL: an empty one): the new tree's
 * objects go to `pending`.
 * ERR_STALE if an expectation does not hold; ERR_CONFLICT where a file would
 * take the place of a directory or the reverse.  The changes must be sorted
 * by path, as segments are. */
enum err_code edit_apply(struct git_handle *h, struct pending *pending,
    const struct change_span *span, const uint8_t *root,
    struct edit_result *ret, struct err *e) must_check;

#endif
