#include "infra/git/history_fold.h"

#include "base/crypto.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)1 << 31)
/* Commits that are read at once: more of them while their records are small. */
#define CHUNK_FIRST 256
#define CHUNK_MOST 4096
#define RECORDS_SMALL ((size_t)1 << 20)
#define RECORDS_LARGE ((size_t)8 << 20)

const struct history_bounds *history_bounds(void)
{
	static const struct history_bounds bounds = {
		.tail_commits = 2048,
		.tail_changes = 32768,
		.segment_commits = 1 << 17,
		.segment_changes = 1 << 20,
	};

	return history_test_bounds ? history_test_bounds() : &bounds;
}

/* --- records ---------------------------------------------------------- */

/*
 * Within a chunk commits are read from the newest to the oldest: that is the
 * order in which Git's deltas have their bases, and a commit's trees are its
 * child's old ones.
 */
static enum err_code scan_chunk(const struct history_fold *f, size_t first,
    size_t n, struct buf *scanned, size_t *ends, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (size_t i = n; rc == ERR_OK && i-- > 0;) {
		const struct commit_id *id =
		    &f->ids->ids[f->ids->n - 1 - first - i];

		rc = history_scan_commit(
		    f->scanner, id, f->with_files, scanned, e);
		ends[i] = scanned->len;
	}
	return rc;
}

enum err_code history_fold_records(const struct history_fold *f, size_t first,
    size_t n, struct buf *out, struct err *e)
{
	struct buf scanned = BUF_INIT(CHUNK_BYTES);
	size_t *ends = calloc(n, sizeof(*ends));
	enum err_code rc;

	if (!ends)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = scan_chunk(f, first, n, &scanned, ends, e);
	for (size_t i = 0; rc == ERR_OK && i < n; i++) {
		size_t start = i + 1 < n ? ends[i + 1] : 0;

		buf_add(out, scanned.data + start, ends[i] - start);
	}
	if (rc == ERR_OK)
		rc = buf_check(out, "the history of some commits", e);
	buf_release(&scanned);
	free(ends);
	return rc;
}

/* --- segments --------------------------------------------------------- */

static bool is_full(const struct part *p)
{
	return p->n[PART_COMMITS] >= history_bounds()->segment_commits ||
	       p->n[PART_CHANGES] >= history_bounds()->segment_changes;
}

/* The full segments stay; the rest goes into the tail, to be written anew. */
static enum err_code take_old(
    const struct history_state *old, struct history_state *new, struct err *e)
{
	size_t n = old->n_segments;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < n; i++) {
		const struct history_segment *s = &old->segments[i];

		if (i + 1 < n || is_full(&s->part))
			rc = history_state_add_segment(new, s, e);
		else
			rc = part_add_part(&new->tail, &s->part, e);
	}
	if (rc == ERR_OK)
		rc = part_add_part(&new->tail, &old->tail.part, e);
	return rc;
}

static enum err_code flush(
    const struct history_place *at, struct history_state *new, struct err *e)
{
	struct history_segment segment;
	char path[STORE_PATH_SIZE];
	uint64_t name;
	enum err_code rc;

	if (new->tail.part.n[PART_COMMITS] == 0)
		return ERR_OK;
	random_bytes(&name, sizeof(name));
	rc = history_place_segment(at, name, path, e);
	if (rc == ERR_OK)
		rc = history_segment_write(path, &new->tail.part, e);
	if (rc == ERR_OK)
		rc = history_segment_map(path, &segment, e);
	if (rc != ERR_OK)
		return rc;
	segment.name = name;
	rc = history_state_add_segment(new, &segment, e);
	if (rc != ERR_OK) {
		history_segment_unmap(&segment);
		return rc;
	}
	part_builder_release(&new->tail);
	return ERR_OK;
}

static enum err_code write_log(
    const struct history_place *at, struct history_state *new, struct err *e)
{
	struct history_log_head *head = calloc(1, sizeof(*head));
	char path[STORE_PATH_SIZE];
	enum err_code rc = history_place_file(at, ".log", path, e);

	if (!head)
		return err_set(e, ERR_SYSTEM, "out of memory");
	random_bytes(&head->generation, sizeof(head->generation));
	head->n_segments = (uint32_t) new->n_segments;
	for (size_t i = 0; i < new->n_segments; i++) {
		const struct history_segment *s = &new->segments[i];

		head->segments[i] = (struct history_log_segment){ s->name,
			s->check, s->part.n[PART_COMMITS] };
	}
	if (rc == ERR_OK)
		rc = history_log_create(path, head, &new->log_end, e);
	if (rc == ERR_OK)
		new->generation = head->generation;
	free(head);
	return rc;
}

static size_t next_chunk(size_t n, size_t bytes)
{
	if (bytes > RECORDS_LARGE)
		return n > 1 ? n / 2 : 1;
	return bytes < RECORDS_SMALL && n < CHUNK_MOST ? n * 2 : n;
}

/* *chunk: how many commits; then, how many next. */
static enum err_code add_chunk(const struct history_fold *f, size_t first,
    size_t *chunk, struct history_state *new, struct err *e)
{
	struct buf records = BUF_INIT(CHUNK_BYTES);
	size_t left = f->ids->n - first;
	enum err_code rc = history_fold_records(
	    f, first, left < *chunk ? left : *chunk, &records, e);

	if (rc == ERR_OK)
		rc = history_state_apply(
		    new, buf_text(&records), records.len, e);
	*chunk = next_chunk(*chunk, records.len);
	buf_release(&records);
	return rc;
}

enum err_code history_fold_all(const struct history_fold *f,
    const struct history_state *old, struct history_state *ret, bool *ret_kept,
    struct err *e)
{
	struct history_state new = { .n_segments = 0 };
	size_t chunk = CHUNK_FIRST, n;
	enum err_code disk = f->in_memory ? ERR_DENIED : ERR_OK;
	enum err_code rc = take_old(old, &new, e);

	for (size_t i = 0; rc == ERR_OK && i < f->ids->n; i += n) {
		if (disk == ERR_OK && is_full(&new.tail.part))
			disk = flush(f->place, &new, e);
		n = chunk;
		rc = add_chunk(f, i, &chunk, &new, e);
	}
	if (rc != ERR_OK) {
		history_state_release(&new, old);
		return rc;
	}
	if (disk == ERR_OK)
		disk = flush(f->place, &new, e);
	if (disk == ERR_OK)
		disk = write_log(f->place, &new, e);
	if (disk == ERR_OK)
		history_place_sweep(f->place, &new);
	*ret_kept = disk == ERR_OK;
	*ret = new;
	return ERR_OK;
}
