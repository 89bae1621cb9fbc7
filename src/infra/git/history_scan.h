/*
 * Reading commits of the repository for the history index: which files each
 * changed against its first parent, and where a file that it added came from.
 *
 * A file was moved if the commit removes another one that
 *   - its trailer "Renamed-From" names: the old path; or, ending in "/", the
 * old directory with the same file name; or the same place in another tree
 *     (devices/a/r1.json takes intended/a/r1.cfg along); else
 *   - has the same content; else
 *   - has the same name in another directory of the same tree, and is the only
 *     one that does.
 *
 * One thread; one git_handle.
 */
#ifndef INFRA_GIT_HISTORY_SCAN_H
#define INFRA_GIT_HISTORY_SCAN_H

#include "infra/git/history_log.h"

#include "base/arena.h"

struct history_scanner;

enum err_code history_scanner_new(struct git_handle *h,
    struct history_scanner **ret, struct err *e) must_check;
void history_scanner_free(struct history_scanner *s); /* NULL is fine */

/* Appends the record of a commit.  with_files: and of its files. */
enum err_code history_scan_commit(struct history_scanner *s,
    const struct commit_id *id, bool with_files, struct buf *out,
    struct err *e) must_check;

struct history_ids {
	struct commit_id *ids; /* newest first; free()d by the caller */
	size_t n, cap;
};

/* The commits from `tip` back to `known`, without it; *ret_met tells that it
 * was met.  Otherwise they are all commits of the branch: known (which may be
 * zero) is none of them. */
enum err_code history_scan_ids(struct git_handle *h,
    const struct commit_id *tip, const struct commit_id *known,
    struct history_ids *ret, bool *ret_met, struct err *e) must_check;

#endif
