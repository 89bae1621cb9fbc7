/*
 * Making segments: what a history index has in its newest segment and its tail,
 * and the commits that are new, become segments and an empty log.  A branch of
 * any length is built in the memory of one segment.
 */
#ifndef INFRA_GIT_HISTORY_FOLD_H
#define INFRA_GIT_HISTORY_FOLD_H

#include "infra/git/history_index.h"
#include "infra/git/history_scan.h"
#include "infra/git/history_state.h"

const struct history_bounds *history_bounds(void);

struct history_fold {
	const struct history_place *place;
	struct history_scanner *scanner;
	const struct history_ids *ids; /* the new commits, newest first */
	bool with_files;
	bool in_memory; /* write nothing */
};

/* Appends the records of some of the new commits, oldest first: n of them from
 * the `first` that is oldest. */
enum err_code history_fold_records(const struct history_fold *f, size_t first,
    size_t n, struct buf *out, struct err *e) must_check;

/* From `old` to a state with the new commits, on disk and
 * in *ret.  *ret_kept false: the disk refused (err tells why), and what is in
 * *ret beyond its segments is in memory only. */
enum err_code history_fold_all(const struct history_fold *f,
    const struct history_state *old, struct history_state *ret, bool *ret_kept,
    struct err *e) must_check;

#endif
