#include "infra/git/history_index.h"

#include "infra/git/history_fold.h"

#include "base/file.h"
#include "base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIRECTORY "switchyard-history"
#define LOCK_WAIT_MS 20000
#define LOG_BYTES ((size_t)1 << 31)

static const struct {
	const char *name;
	bool with_files;
} branches[STORE_BRANCHES] = {
	[STORE_MAIN] = { "main", true },
	[STORE_RUNS] = { "runs", false },
};

struct history_index {
	struct store *store;
	enum store_branch branch;
	struct history_place place;

	pthread_mutex_t updating; /* one thread brings it up to date */
	bool in_memory_only;	  /* the directory cannot be written */

	/* Read under the lock; written by the thread that is updating, under
	 * the lock's write side. */
	pthread_rwlock_t lock;
	struct history_state now;
	const struct part *parts[HISTORY_MAX_SEGMENTS + 1];
	uint64_t before[HISTORY_MAX_SEGMENTS + 1];
};

/* --- made once -------------------------------------------------------- */

static enum err_code index_new(struct store *s, enum store_branch branch,
    struct history_index **ret, struct err *e)
{
	struct history_index *ix = calloc(1, sizeof(*ix));
	enum err_code rc;

	if (!ix)
		return err_set(e, ERR_SYSTEM, "out of memory");
	ix->store = s;
	ix->branch = branch;
	ix->place.branch = branches[branch].name;
	rc = store_file_path(s, DIRECTORY, ix->place.dir, e);
	if (rc != ERR_OK) {
		free(ix);
		return rc;
	}
	pthread_mutex_init(&ix->updating, NULL);
	pthread_rwlock_init(&ix->lock, NULL);
	ix->parts[0] = &ix->now.tail.part;
	*ret = ix;
	return ERR_OK;
}

enum err_code history_index_get(struct store *s, enum store_branch branch,
    struct history_index **ret, struct err *e)
{
	enum err_code rc = ERR_OK;

	pthread_mutex_lock(&s->lock);
	if (!s->history[branch])
		rc = index_new(s, branch, &s->history[branch], e);
	if (rc == ERR_OK)
		*ret = s->history[branch];
	pthread_mutex_unlock(&s->lock);
	return rc;
}

void history_index_free(struct history_index *ix)
{
	if (!ix)
		return;
	history_state_release(&ix->now, NULL);
	pthread_rwlock_destroy(&ix->lock);
	pthread_mutex_destroy(&ix->updating);
	free(ix);
}

/* --- reading ---------------------------------------------------------- */

void history_index_read_lock(
    struct history_index *ix, struct history_parts *ret)
{
	pthread_rwlock_rdlock(&ix->lock);
	*ret = (struct history_parts){ ix->parts, ix->before,
		ix->now.n_segments + 1,
		ix->before[ix->now.n_segments] +
		    ix->now.tail.part.n[PART_COMMITS] };
}

void history_index_unlock(struct history_index *ix)
{
	pthread_rwlock_unlock(&ix->lock);
}

/* Takes over `new`; all of the old state goes that is not in it. */
static void replace(struct history_index *ix, struct history_state *new)
{
	struct history_state old;
	uint64_t n = 0;

	pthread_rwlock_wrlock(&ix->lock);
	old = ix->now;
	ix->now = *new;
	for (size_t i = 0; i <= new->n_segments; i++) {
		const struct part *p = i < new->n_segments
					   ? &ix->now.segments[i].part
					   : &ix->now.tail.part;

		ix->parts[i] = p;
		ix->before[i] = n;
		n += p->n[PART_COMMITS];
	}
	pthread_rwlock_unlock(&ix->lock);
	history_state_release(&old, &ix->now);
}

static void forget(struct history_index *ix)
{
	struct history_state none = { .n_segments = 0 };

	replace(ix, &none);
}

/* Half an addition leaves a state of no use: it is read or made again. */
static enum err_code append_to_tail(
    struct history_index *ix, const struct buf *records, struct err *e)
{
	enum err_code rc;

	pthread_rwlock_wrlock(&ix->lock);
	rc = history_state_apply(&ix->now, buf_text(records), records->len, e);
	pthread_rwlock_unlock(&ix->lock);
	if (rc != ERR_OK)
		forget(ix);
	return rc;
}

/* What other processes have written since. */
static enum err_code follow_log(struct history_index *ix, struct err *e)
{
	struct buf rest = BUF_INIT(LOG_BYTES);
	struct history_state new;
	bool is_new = false;
	enum err_code rc =
	    history_state_read(&ix->place, &ix->now, &new, &is_new, &rest, e);

	if (rc == ERR_OK && is_new)
		replace(ix, &new);
	else if (rc == ERR_OK)
		rc = append_to_tail(ix, &rest, e);
	buf_release(&rest);
	return rc;
}

/* --- updating --------------------------------------------------------- */

/* Writes at the end that was read; a torn end beyond it goes. */
static enum err_code write_records(
    struct history_index *ix, const struct buf *records, struct err *e)
{
	char path[STORE_PATH_SIZE];
	off_t end = (off_t)ix->now.log_end;
	enum err_code rc = history_place_file(&ix->place, ".log", path, e);
	int fd;

	if (rc != ERR_OK)
		return rc;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || ftruncate(fd, end) < 0 || lseek(fd, end, SEEK_SET) < 0)
		rc = err_set_errno(e, "cannot write %s", path);
	else
		rc = fd_write_all(fd, buf_text(records), records->len, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

static void stay_in_memory(struct history_index *ix, const struct err *e)
{
	if (!ix->in_memory_only)
		log_err(e, "the history index is kept in memory only");
	ix->in_memory_only = true;
}

/* A few commits, onto the tail. */
static enum err_code extend(
    struct history_index *ix, const struct history_fold *f, struct err *e)
{
	struct buf records = BUF_INIT(LOG_BYTES);
	struct err disk = ERR_INIT;
	enum err_code rc = history_fold_records(f, 0, f->ids->n, &records, e);

	if (rc == ERR_OK && !ix->in_memory_only &&
	    write_records(ix, &records, &disk) != ERR_OK)
		stay_in_memory(ix, &disk);
	if (rc == ERR_OK)
		rc = append_to_tail(ix, &records, e);
	buf_release(&records);
	return rc;
}

static enum err_code fold(
    struct history_index *ix, const struct history_fold *f, struct err *e)
{
	struct history_state new;
	bool kept = true;
	enum err_code rc = history_fold_all(f, &ix->now, &new, &kept, e);

	if (rc != ERR_OK)
		return rc;
	if (!kept)
		stay_in_memory(ix, e);
	replace(ix, &new);
	return ERR_OK;
}

static bool is_for_segments(const struct history_index *ix, size_t n_new)
{
	const struct part *tail = &ix->now.tail.part;

	if (ix->in_memory_only)
		return n_new > history_bounds()->tail_commits;
	return ix->now.generation == 0 ||
	       tail->n[PART_COMMITS] + n_new > history_bounds()->tail_commits ||
	       tail->n[PART_CHANGES] > history_bounds()->tail_changes;
}

/* The commits that the index lacks, read and added. */
static enum err_code catch_up(struct history_index *ix, struct git_handle *h,
    const struct commit_id *tip, struct err *e)
{
	struct history_ids ids = { .n = 0 };
	struct history_fold f = { .place = &ix->place,
		.ids = &ids,
		.with_files = branches[ix->branch].with_files,
		.in_memory = ix->in_memory_only };
	bool met = true;
	enum err_code rc = history_scanner_new(h, &f.scanner, e);

	if (rc == ERR_OK)
		rc = history_scan_ids(h, tip, &ix->now.tip, &ids, &met, e);
	if (rc == ERR_OK && !met) {
		log_warning("branch %s was rewritten: its history index is "
			    "made again",
		    ix->place.branch);
		forget(ix);
	}
	if (rc == ERR_OK && ids.n > 0)
		rc = is_for_segments(ix, ids.n) ? fold(ix, &f, e)
						: extend(ix, &f, e);
	history_scanner_free(f.scanner);
	free(ids.ids);
	return rc;
}

/* The lock of the writers.  *ret -1: there can be none, and none is needed for
 * an index in memory. */
static enum err_code lock_writers(
    struct history_index *ix, int *ret, struct err *e)
{
	char path[STORE_PATH_SIZE];
	enum err_code rc = history_place_file(&ix->place, ".lock", path, e);

	*ret = -1;
	if (rc != ERR_OK || ix->in_memory_only)
		return rc;
	rc = dir_create(ix->place.dir, 0770, e);
	if (rc == ERR_OK)
		rc = file_lock(path, LOCK_WAIT_MS, ret, e);
	if (rc == ERR_TIMEOUT)
		return err_set(e, ERR_TIMEOUT,
		    "The history is being indexed; try again in a few "
		    "seconds.");
	if (rc != ERR_OK)
		stay_in_memory(ix, e);
	return ERR_OK;
}

/* Under the lock the log is nobody else's: what does not hold is damage, and is
 * made again. */
static enum err_code follow_locked(struct history_index *ix, struct err *e)
{
	enum err_code rc = follow_log(ix, e);

	if (rc != ERR_NOT_FOUND && rc != ERR_CORRUPT)
		return rc;
	if (rc == ERR_CORRUPT)
		log_err(e, "the history index is made again");
	forget(ix);
	return ERR_OK;
}

/* The tip is read again: what others have indexed meanwhile may be newer than
 * the one that the caller saw. */
static enum err_code update_locked(struct history_index *ix, struct err *e)
{
	struct commit_id tip;
	struct git_handle *h;
	int lock;
	enum err_code rc = lock_writers(ix, &lock, e);

	if (rc == ERR_OK && lock >= 0)
		rc = follow_locked(ix, e);
	if (rc == ERR_OK)
		rc = store_tip(ix->store, ix->branch, &tip, e);
	if (rc == ERR_OK)
		rc = handle_take(ix->store, &h, e);
	if (rc == ERR_OK) {
		if (!commit_id_equal(&ix->now.tip, &tip))
			rc = catch_up(ix, h, &tip, e);
		handle_give(ix->store, h);
	}
	file_unlock(lock);
	return rc;
}

static enum err_code update(
    struct history_index *ix, const struct commit_id *tip, struct err *e)
{
	/* What cannot be read now is looked at again under the lock. */
	if (!ix->in_memory_only && follow_log(ix, NULL) == ERR_OK &&
	    commit_id_equal(&ix->now.tip, tip))
		return ERR_OK;
	return update_locked(ix, e);
}

static bool reaches(struct history_index *ix, const struct commit_id *tip)
{
	bool yes;

	pthread_rwlock_rdlock(&ix->lock);
	yes = commit_id_equal(&ix->now.tip, tip);
	pthread_rwlock_unlock(&ix->lock);
	return yes;
}

enum err_code history_index_update(struct history_index *ix, struct err *e)
{
	struct err own = ERR_INIT; /* what is mended is logged */
	struct commit_id tip;
	enum err_code rc = store_tip(ix->store, ix->branch, &tip, e);

	if (rc != ERR_OK || reaches(ix, &tip))
		return rc;
	e = e ? e : &own;
	pthread_mutex_lock(&ix->updating);
	/* again: another thread may have done it, or gone further */
	rc = store_tip(ix->store, ix->branch, &tip, e);
	if (rc == ERR_OK && !reaches(ix, &tip))
		rc = update(ix, &tip, e);
	pthread_mutex_unlock(&ix->updating);
	return rc;
}
