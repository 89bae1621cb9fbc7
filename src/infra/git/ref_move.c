#include "infra/git/store_internal.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "infra/git/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * A ref moves as Git moves it: <ref>.lock holds the new value, the old one is
 * compared while the lock exists, and a rename publishes it.  One thing is
 * added: the new value is written under a name of ours first, and the lock is
 * a hard link to it.  So a lock that a killed writer left is known by its
 * inode, and the next writer (which holds the store's flock) takes it away at
 * once.  A lock of somebody else, such as "git pack-refs", is waited for: to
 * break it while its owner lives could lose a commit.
 */
#define FOREIGN_LOCK_STALE_MS 10000
#define FOREIGN_LOCK_WAIT_MS 12000

struct ref_paths {
	const char *name;	   /* refs/heads/main */
	char ref[STORE_PATH_SIZE]; /* the absolute paths of it, … */
	char lock[STORE_PATH_SIZE];
	char value[STORE_PATH_SIZE]; /* … and of our name for the new value */
	char dir[STORE_PATH_SIZE];
};

static enum err_code ref_paths_form(const struct store *s,
    enum store_branch branch, struct ref_paths *p, struct err *e)
{
	const char *name = store_branch_refs[branch];
	const char *last = strrchr(name, '/') + 1;
	char text[64];
	enum err_code rc;

	p->name = name;
	rc = store_file_path(s, name, p->ref, e);
	snprintf(text, sizeof(text), "%s.lock", name);
	if (rc == ERR_OK)
		rc = store_file_path(s, text, p->lock, e);
	snprintf(text, sizeof(text), "switchyard-%s.ref", last);
	if (rc == ERR_OK)
		rc = store_file_path(s, text, p->value, e);
	snprintf(text, sizeof(text), "%.*s", (int)(last - name - 1), name);
	if (rc == ERR_OK)
		rc = store_file_path(s, text, p->dir, e);
	return rc;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Takes away what a killed writer of ours left, and nothing else. */
static void drop_own_leftovers(const struct ref_paths *p)
{
	struct stat ours, lock;

	if (lstat(p->value, &ours) < 0)
		return;
	if (lstat(p->lock, &lock) == 0 && same_file(&ours, &lock))
		unlink(p->lock);
	unlink(p->value);
}

void ref_drop_leftovers(const struct store *s, enum store_branch branch)
{
	struct ref_paths p;

	if (ref_paths_form(s, branch, &p, NULL) == ERR_OK)
		drop_own_leftovers(&p);
}

static enum err_code write_value(struct store *s, const struct ref_paths *p,
    const struct commit_id *value, bool durable, struct err *e)
{
	char line[STORE_OID_TEXT_SIZE + 1];
	enum err_code rc;
	int fd = open(p->value, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return disk_fail(e, "cannot create %s", p->value);
	commit_id_format(value, line);
	memcpy(line + STORE_OID_TEXT_SIZE - 1, "\n", 2);
	rc = disk_write(fd, line, STORE_OID_TEXT_SIZE, "ref.write", e);
	if (rc == ERR_OK && durable)
		rc = disk_sync(s, fd, "ref.sync", e);
	close(fd);
	return rc;
}

/* A lock of somebody else, watched while it is in the way. */
struct foreign_lock {
	struct stat seen;
	int64_t unchanged_since_ms; /* by the monotonic clock */
};

/* Git and its like hold a lock for milliseconds: one that has not moved for
 * ten seconds, by our clock or by its own date, has no owner any more. */
static bool foreign_lock_is_stale(const char *path, struct foreign_lock *l)
{
	int64_t now_ms = clock_mono_ms();
	struct stat st;
	bool unchanged;

	if (lstat(path, &st) < 0)
		return false;
	unchanged = same_file(&l->seen, &st) &&
		    l->seen.st_mtim.tv_sec == st.st_mtim.tv_sec &&
		    l->seen.st_mtim.tv_nsec == st.st_mtim.tv_nsec;
	if (!unchanged)
		l->unchanged_since_ms = now_ms;
	l->seen = st;
	return unchanged &&
	       (now_ms - l->unchanged_since_ms >= FOREIGN_LOCK_STALE_MS ||
		   clock_wall_ms() - st.st_mtim.tv_sec * 1000LL >=
		       FOREIGN_LOCK_STALE_MS + 1000);
}

static enum err_code take_lock(const struct ref_paths *p, struct err *e)
{
	struct deadline give_up = deadline_in_ms(FOREIGN_LOCK_WAIT_MS);
	struct foreign_lock foreign = { .unchanged_since_ms = 0 };

	while (disk_link(p->value, p->lock, "ref.lock") < 0) {
		struct timespec pause = { .tv_nsec = 1000000 };

		if (errno != EEXIST)
			return disk_fail(e, "cannot create %s", p->lock);
		if (foreign_lock_is_stale(p->lock, &foreign))
			unlink(p->lock);
		else if (deadline_passed(give_up))
			return err_set(e, ERR_TIMEOUT,
			    "Another program holds %s: nothing was written.",
			    p->lock);
		nanosleep(&pause, NULL);
	}
	return ERR_OK;
}

static enum err_code check_unmoved(const struct store *s,
    enum store_branch branch, const struct commit_id *expected, struct err *e)
{
	struct commit_id now;
	enum err_code rc = ref_read(s, branch, &now, e);

	if (rc == ERR_OK && !commit_id_equal(&now, expected))
		return err_set(e, ERR_CONFLICT,
		    "%s was moved by another program meanwhile.",
		    store_branch_refs[branch]);
	return rc;
}

/* The moved ref is visible but not known to be on disk: puts the old value
 * back, so that "an error: nothing was committed" stays true. */
static enum err_code put_back(struct store *s, const struct ref_paths *p,
    const struct commit_id *from, struct err *e)
{
	struct err ignored = ERR_INIT;
	bool done;

	unlink(p->value);
	if (write_value(s, p, from, false, &ignored) != ERR_OK)
		done = false;
	else if (commit_id_is_zero(from))
		done = unlink(p->ref) == 0;
	else
		done = take_lock(p, &ignored) == ERR_OK &&
		       disk_rename(p->lock, p->ref, "ref.put-back", &ignored) ==
			   ERR_OK;
	if (done)
		return e->code;
	return err_set(e, ERR_UNKNOWN_OUTCOME,
	    "The change is recorded, but the disk failed to confirm that it "
	    "will keep it. Look before repeating it.");
}

static enum err_code publish(struct store *s, const struct ref_paths *p,
    const struct commit_id *from, struct err *e)
{
	struct err failed = ERR_INIT;
	enum err_code rc;
	/* opened first: a want of descriptors is no reason to put it back */
	int dir = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return disk_fail(e, "cannot open %s", p->dir);
	rc = disk_rename(p->lock, p->ref, "ref.rename", &failed);
	if (rc == ERR_OK) {
		rc = disk_sync(s, dir, "ref.sync-dir", &failed);
		if (rc != ERR_OK)
			rc = put_back(s, p, from, &failed);
	}
	close(dir);
	if (rc != ERR_OK && e)
		*e = failed;
	return rc;
}

enum err_code ref_move(struct store *s, enum store_branch branch,
    const struct commit_id *from, const struct commit_id *to, struct err *e)
{
	struct ref_paths p;
	enum err_code rc = ref_paths_form(s, branch, &p, e);

	if (rc != ERR_OK)
		return rc;
	drop_own_leftovers(&p);
	rc = write_value(s, &p, to, true, e);
	if (rc == ERR_OK)
		rc = take_lock(&p, e);
	if (rc == ERR_OK)
		rc = check_unmoved(s, branch, from, e);
	if (rc == ERR_OK)
		rc = publish(s, &p, from, e);
	drop_own_leftovers(&p);
	return rc;
}
