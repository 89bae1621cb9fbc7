/*
 * A finished part of the history index as a file: a header with checksums, then
 * the columns.  Written once, under a temporary name, synced and renamed;
 * mapped by readers, who check it first.  It may be removed while it is mapped.
 */
#ifndef INFRA_GIT_HISTORY_SEGMENT_H
#define INFRA_GIT_HISTORY_SEGMENT_H

#include "infra/git/history_part.h"

struct history_segment {
	struct part part; /* points into the map */
	void *map;
	size_t map_len;
	uint64_t name;	/* of its file; random */
	uint32_t check; /* of what it holds */
};

/* path: a name that is not in use. */
enum err_code history_segment_write(
    const char *path, const struct part *p, struct err *e) must_check;
/* ERR_NOT_FOUND if it is gone, ERR_CORRUPT if it is not what was written. */
enum err_code history_segment_map(
    const char *path, struct history_segment *ret, struct err *e) must_check;
void history_segment_unmap(struct history_segment *s);

#endif
