/*
 * Showing a commit to a caller's function; shared by the walks.
 */
#ifndef INFRA_GIT_LOG_H
#define INFRA_GIT_LOG_H

#include "infra/git/store_internal.h"

struct log_reader {
	store_commit_fn fn;
	void *ctx;
	struct buf text; /* the current commit's texts */
};

enum err_code log_show(const struct object *o, const struct commit_id *id,
    struct log_reader *reader, bool *stop, struct err *e) must_check;

/* Where a walk begins: `from`, or the tip of the branch. */
enum err_code log_start(struct store *s, enum store_branch branch,
    const struct commit_id *from, struct commit_id *ret,
    struct err *e) must_check;

#endif
