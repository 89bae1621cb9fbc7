/*
 * What a process has read of a history index: the segments in their order and
 * the tail, and how far in the log that is.  One thread at a time; locks are
 * history_index.c's.
 */
#ifndef INFRA_GIT_HISTORY_STATE_H
#define INFRA_GIT_HISTORY_STATE_H

#include "infra/git/history_log.h"
#include "infra/git/history_segment.h"

struct history_state {
	struct history_segment *segments;
	size_t n_segments;
	struct part_builder tail;
	struct commit_id tip; /* the newest commit; zero: none */
	uint64_t generation;  /* of the log; 0: none was read */
	uint64_t log_end;     /* as far as it was read */
};

/* Where the files are. */
struct history_place {
	char dir[STORE_PATH_SIZE];
	const char *branch; /* "main" */
};

enum err_code history_place_file(const struct history_place *at,
    const char *suffix, char path[STORE_PATH_SIZE], struct err *e) must_check;
enum err_code history_place_segment(const struct history_place *at,
    uint64_t name, char path[STORE_PATH_SIZE], struct err *e) must_check;
/* Removes the files of segments that the state does not have. */
void history_place_sweep(
    const struct history_place *at, const struct history_state *state);

/* Frees it, but for the maps that `other` (NULL: none) has too. */
void history_state_release(
    struct history_state *s, const struct history_state *other);

/* Takes over the segment; at most HISTORY_MAX_SEGMENTS. */
enum err_code history_state_add_segment(struct history_state *s,
    const struct history_segment *segment, struct err *e) must_check;

/* Adds the records at data to the tail, as far as they are whole. */
enum err_code history_state_apply(struct history_state *s, const char *data,
    size_t len, struct err *e) must_check;

/* The log as it is on disk, if it is another one than `old` has read: into
 * *ret, with the maps of old's segments where they are the same.  Else
 * *ret_rest gets what was appended since, for history_state_apply().
 * ERR_NOT_FOUND if there is no log, ERR_CORRUPT. */
enum err_code history_state_read(const struct history_place *at,
    const struct history_state *old, struct history_state *ret, bool *ret_new,
    struct buf *ret_rest, struct err *e) must_check;

#endif
