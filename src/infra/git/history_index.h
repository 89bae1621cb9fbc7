/*
 * The history index of one branch: segments, and a tail of newer commits.
 *
 * On disk it is <store>/switchyard-history/: <branch>.log names the segments
 * and holds the tail, <branch>-<name>.part are the segments, <branch>.lock is
 * held by whoever writes.  All of it may be deleted at any time: it is made
 * again from the repository.  That it belongs to this repository, and to this
 * branch as it is now, follows from its tip, which must be met on the way back
 * from the branch's.
 *
 * Several threads and several processes: readers never wait for a process that
 * only appends, since a record counts when it is whole.  Where the directory
 * cannot be written the index is kept in this process' memory alone.
 */
#ifndef INFRA_GIT_HISTORY_INDEX_H
#define INFRA_GIT_HISTORY_INDEX_H

#include "infra/git/history_log.h"
#include "infra/git/history_segment.h"

struct history_index;

/* When the tail becomes part of a segment, and when a segment is full.  A test
 * may define history_test_bounds(); programs do not. */
struct history_bounds {
	uint32_t tail_commits, tail_changes;
	uint32_t segment_commits, segment_changes;
};
const struct history_bounds *history_test_bounds(void) __attribute__((weak));

/* The one of the branch, made when it is first asked for. */
enum err_code history_index_get(struct store *s, enum store_branch branch,
    struct history_index **ret, struct err *e) must_check;
void history_index_free(struct history_index *ix); /* NULL is fine */

/* Up to the branch's tip as it is now. */
enum err_code history_index_update(
    struct history_index *ix, struct err *e) must_check;

/* All parts, oldest first, each with the commits that come before it.  They
 * hold until history_index_unlock(). */
struct history_parts {
	const struct part **parts; /* room of the index' own */
	const uint64_t *before;
	size_t n;
	uint64_t n_commits; /* in all */
};
void history_index_read_lock(
    struct history_index *ix, struct history_parts *ret);
void history_index_unlock(struct history_index *ix);

#endif
