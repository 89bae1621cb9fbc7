/*
 * The log of the history index: which segments there are, and after them the
 * commits that no segment has yet, one record each, appended as they come.
 *
 * A record is whole or it does not count: it has a length and a checksum, and a
 * reader stops at the first that does not hold, which is the torn end that a
 * killed writer left or one that is being written.  Only the holder of the
 * index's lock appends, or cuts a torn end off.
 */
#ifndef INFRA_GIT_HISTORY_LOG_H
#define INFRA_GIT_HISTORY_LOG_H

#include "infra/git/history_part.h"

#define HISTORY_MAX_SEGMENTS 1024

/* Names a segment and what it must hold. */
struct history_log_segment {
	uint64_t name;
	uint32_t check;
	uint32_t n_commits;
};

struct history_log_head {
	uint64_t generation; /* random: another one is another log */
	uint32_t n_segments;
	struct history_log_segment segments[HISTORY_MAX_SEGMENTS];
};

/* Replaces the log by one without records.  *ret_end: its length. */
enum err_code history_log_create(const char *path,
    const struct history_log_head *head, uint64_t *ret_end,
    struct err *e) must_check;
/* ERR_NOT_FOUND, ERR_CORRUPT.  *ret_end: where the records begin. */
enum err_code history_log_read_head(int fd, struct history_log_head *ret,
    uint64_t *ret_end, struct err *e) must_check;

/* --- records ---------------------------------------------------------- */

/* A change as it goes into a record. */
struct history_change {
	const char *path;
	const char *from; /* NULL: it was not moved */
	uint8_t blob[STORE_OID_SIZE];
};

/* Appends a record to `out`. */
void history_record_begin(
    struct buf *out, const struct part_source *commit, size_t *ret_start);
void history_record_add(struct buf *out, const struct history_change *c);
enum err_code history_record_end(
    struct buf *out, size_t start, struct err *e) must_check;

/* Adds the commit of the record at data to the builder.  *ret_len: the record's
 * length, 0 if there is no whole record.  id (may be NULL): the commit's. */
enum err_code history_record_apply(struct part_builder *b, const char *data,
    size_t len, size_t *ret_len, struct commit_id *id,
    struct err *e) must_check;

#endif
