/*
 * Blame that was found before.
 */
#ifndef APP_BLAME_INTERNAL_H
#define APP_BLAME_INTERNAL_H

#include "app/blame.h"

/* What blame of a text depends on: the versions before it.  No padding. */
struct blame_key {
	char what[8];
	struct blob_id text;
	struct commit_id newest, oldest;
	uint32_t n_versions;
	uint32_t n_lines;
	uint32_t piece;
};

struct blame_key blame_key_of(
    const struct history_page *page, const struct blame *blame);

/* Fills in the origin of each line; false if some of it is not known. */
bool blame_recall(const struct blame_memory *m, struct blame_key *key,
    uint32_t *origin, bool *ret_cut);
void blame_remember(const struct blame_memory *m, struct blame_key *key,
    const uint32_t *origin, bool cut);

#endif
