/*
 * A part of the history index: some commits of one branch, oldest first, the
 * files that each changed, and the texts that lists show of them.
 *
 * It is a handful of arrays.  Those of a finished part lie in a mapped file
 * (history_segment.c), those of the newest commits in memory, where they grow
 * (struct part_builder); both are read by the same functions.  The changes of
 * one path are a list from the newest to the oldest, so that reading n versions
 * costs n steps.
 *
 * Numbers are in the byte order of the machine.  One thread at a time, or many
 * that only read.
 */
#ifndef INFRA_GIT_HISTORY_PART_H
#define INFRA_GIT_HISTORY_PART_H

#include "infra/git/store_internal.h"

enum part_text {
	PART_AUTHOR,
	PART_SUBJECT,
	PART_RUN,
	PART_JOB,
	PART_TRIGGER,
	PART_DEVICE,
	PART_RESULT,
	PART_TEXTS_OF_COMMIT,
};

/* Texts are offsets into the column PART_TEXTS. */
struct part_commit {
	uint8_t id[STORE_OID_SIZE];
	uint32_t first_change;
	int64_t time_ms;
	uint32_t text[PART_TEXTS_OF_COMMIT];
	uint32_t n_changes;
};

struct part_change {
	uint32_t path;
	uint32_t commit;
	uint32_t older; /* change of the same path, + 1; 0: none in here */
	uint32_t from;	/* path that it was moved from, + 1; 0: none */
	uint8_t blob[STORE_OID_SIZE]; /* zero: the file was removed */
};

struct part_path {
	uint32_t text;
	uint32_t newest; /* change + 1; 0: a path that others came from */
};

enum part_column {
	PART_COMMITS,
	PART_CHANGES,
	PART_PATHS,
	PART_PATH_SLOTS,   /* uint32_t: path + 1, by the hash of its text */
	PART_COMMIT_SLOTS, /* uint32_t: commit + 1, by its id */
	PART_TEXTS,	   /* each ends in NUL; the first is "" */
	PART_COLUMNS,
};

struct part {
	void *data[PART_COLUMNS];
	uint32_t n[PART_COLUMNS];
};

extern const size_t part_item_size[PART_COLUMNS];

static inline const struct part_commit *part_commit(
    const struct part *p, uint32_t i)
{
	return (const struct part_commit *)p->data[PART_COMMITS] + i;
}

static inline const struct part_change *part_change(
    const struct part *p, uint32_t i)
{
	return (const struct part_change *)p->data[PART_CHANGES] + i;
}

static inline const struct part_path *part_path(
    const struct part *p, uint32_t i)
{
	return (const struct part_path *)p->data[PART_PATHS] + i;
}

static inline const char *part_text(const struct part *p, uint32_t offset)
{
	return (const char *)p->data[PART_TEXTS] + offset;
}

bool part_find_path(const struct part *p, const char *path, uint32_t *ret);
bool part_find_commit(
    const struct part *p, const struct commit_id *id, uint32_t *ret);

/* --- growing ---------------------------------------------------------- */

struct part_builder {
	struct part part;
	uint32_t cap[PART_COLUMNS];
	uint32_t *text_slots; /* offset of a text, by its hash */
	uint32_t n_text_slots;
	uint32_t n_interned;
};

/* A commit as it is read from Git or from the log; all texts end in NUL. */
struct part_source {
	struct commit_id id;
	int64_t time_ms;
	const char *text[PART_TEXTS_OF_COMMIT]; /* never NULL */
};

void part_builder_release(struct part_builder *b);

/* After a failure, which is ERR_SYSTEM (also past 32 bits), the part is of no
 * use any more. */
enum err_code part_add_commit(struct part_builder *b,
    const struct part_source *commit, struct err *e) must_check;
/* A change by the commit that was added last.  from: the path that the file was
 * moved from; NULL or "": none. */
enum err_code part_add_change(struct part_builder *b, const char *path,
    const uint8_t blob[STORE_OID_SIZE], const char *from,
    struct err *e) must_check;
/* All of another part, which is older than what is added afterwards. */
enum err_code part_add_part(
    struct part_builder *b, const struct part *other, struct err *e) must_check;

#endif
