#include "infra/git/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *const store_branch_refs[STORE_BRANCHES] = {
	[STORE_MAIN] = "refs/heads/main",
	[STORE_RUNS] = "refs/heads/runs",
};

#define PACKED_REFS "packed-refs"
#define PACKED_REFS_MAX (16 << 20)
/* File times move in ticks of the kernel's clock, at most 10 ms. */
#define TICK_NS 20000000LL

struct ref_file {
	bool exists;
	bool settled; /* no later version can have this stamp */
	struct file_stamp stamp;
	struct buf text;
};

static void stamp_of(const struct stat *st, struct file_stamp *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->dev = st->st_dev;
	ret->ino = st->st_ino;
	ret->size = st->st_size;
	ret->mtime = st->st_mtim;
	ret->ctime = st->st_ctim;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       same_time(a->mtime, b->mtime) && same_time(a->ctime, b->ctime);
}

/*
 * True if no later version of the file can have this stamp.  To be asked while
 * the file is still held open: then a later file that reuses its inode is made
 * after now, and with the last change more than a tick ago its times differ.
 * A clock that was set back leaves the stamp in the future: that one is not
 * trusted.
 */
static bool stamp_is_settled(const struct file_stamp *stamp)
{
	struct timespec now;
	int64_t seconds;

	clock_gettime(CLOCK_REALTIME, &now);
	seconds = now.tv_sec - stamp->ctime.tv_sec;
	if (seconds > 3600)
		return true;
	return seconds * 1000000000LL + now.tv_nsec - stamp->ctime.tv_nsec >
	       TICK_NS;
}

static enum err_code read_open_file(int fd, struct ref_file *f, struct err *e)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return err_set_errno(e, "cannot look at a ref");
	stamp_of(&st, &f->stamp);
	f->settled = stamp_is_settled(&f->stamp);
	do {
		char *to = buf_reserve(&f->text, 4096);

		if (!to)
			return buf_check(&f->text, "the list of refs", e);
		n = read(fd, to, 4096);
		if (n > 0) {
			f->text.len += (size_t)n;
			f->text.data[f->text.len] = '\0';
		}
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return err_set(
		    e, ERR_SYSTEM, "cannot read a ref: %s", strerror(errno));
	f->exists = true;
	return ERR_OK;
}

/* A missing file is not an error: f->exists tells. */
static enum err_code read_ref_file(
    const struct store *s, const char *name, struct ref_file *f, struct err *e)
{
	char path[STORE_PATH_SIZE];
	enum err_code rc = store_file_path(s, name, path, e);
	int fd;

	if (rc != ERR_OK)
		return rc;
	f->exists = false;
	buf_clear(&f->text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ERR_OK;
	if (fd < 0)
		return err_set(
		    e, ERR_SYSTEM, "cannot open %s: %s", path, strerror(errno));
	rc = read_open_file(fd, f, e);
	close(fd);
	return rc;
}

/* Forty hexadecimal digits, not all zero, and the end of the line. */
static bool parse_ref(const char *text, struct commit_id *ret)
{
	char hex[STORE_OID_TEXT_SIZE];
	size_t n = strnlen(text, STORE_OID_TEXT_SIZE);

	if (n < STORE_OID_TEXT_SIZE || text[STORE_OID_TEXT_SIZE - 1] != '\n')
		return false;
	memcpy(hex, text, STORE_OID_TEXT_SIZE - 1);
	hex[STORE_OID_TEXT_SIZE - 1] = '\0';
	return commit_id_parse(hex, ret) && !commit_id_is_zero(ret);
}

/* Lines "<oid> <name>"; comments begin with "#", peeled tags with "^". */
static bool find_packed(
    const char *text, const char *name, struct commit_id *ret)
{
	size_t hex = STORE_OID_TEXT_SIZE - 1;
	size_t n = strlen(name);

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		if (len == hex + 1 + n && line[hex] == ' ' &&
		    memcmp(line + hex + 1, name, n) == 0) {
			char id[STORE_OID_TEXT_SIZE];

			memcpy(id, line, hex);
			id[hex] = '\0';
			return commit_id_parse(id, ret);
		}
		line += len + (line[len] == '\n');
	}
	return false;
}

/*
 * A loose ref counts before a packed one.  Git packs a ref by writing
 * packed-refs first and removing the loose file then, so a value is always in
 * one of them when they are read in this order.
 */
static enum err_code load_ref(const struct store *s, enum store_branch branch,
    struct tip_cache *ret, struct err *e)
{
	const char *name = store_branch_refs[branch];
	struct ref_file f = { .text = BUF_INIT(PACKED_REFS_MAX) };
	struct tip_cache loaded = { .valid = false };
	enum err_code rc = read_ref_file(s, name, &f, e);

	if (rc == ERR_OK && f.exists) {
		if (!parse_ref(buf_text(&f.text), &loaded.tip))
			rc = err_set(e, ERR_CORRUPT,
			    "%s of the store is damaged.", name);
	} else if (rc == ERR_OK) {
		loaded.packed = true;
		rc = read_ref_file(s, PACKED_REFS, &f, e);
		if (rc == ERR_OK && f.exists)
			find_packed(buf_text(&f.text), name, &loaded.tip);
	}
	if (rc == ERR_OK) {
		loaded.stamp = f.stamp;
		loaded.valid = f.exists && f.settled;
		*ret = loaded;
	}
	buf_release(&f.text);
	return rc;
}

enum err_code ref_read(const struct store *s, enum store_branch branch,
    struct commit_id *ret, struct err *e)
{
	struct tip_cache loaded;
	enum err_code rc = load_ref(s, branch, &loaded, e);

	if (rc == ERR_OK)
		*ret = loaded.tip;
	return rc;
}

/* The stamp of the file that decides now: the loose ref, or packed-refs. */
static bool current_stamp(const struct store *s, const char *name,
    struct file_stamp *ret, bool *ret_packed)
{
	char path[STORE_PATH_SIZE];
	struct stat st;

	if (store_file_path(s, name, path, NULL) != ERR_OK)
		return false;
	*ret_packed = false;
	if (stat(path, &st) < 0) {
		*ret_packed = true;
		if (store_file_path(s, PACKED_REFS, path, NULL) != ERR_OK ||
		    stat(path, &st) < 0)
			return false;
	}
	stamp_of(&st, ret);
	return true;
}

/* What the cache holds is still so: nothing has changed in the directories of
 * the refs, or the file is the same. */
static bool cache_holds(struct store *s, enum store_branch branch,
    uint64_t generation, struct commit_id *ret)
{
	struct tip_cache *cache = &s->tips[branch];
	struct file_stamp stamp;
	bool packed, hit;

	pthread_mutex_lock(&s->lock);
	hit = generation != 0 && cache->generation == generation;
	if (hit)
		*ret = cache->tip;
	pthread_mutex_unlock(&s->lock);
	if (hit ||
	    !current_stamp(s, store_branch_refs[branch], &stamp, &packed))
		return hit;
	pthread_mutex_lock(&s->lock);
	hit = cache->valid && cache->packed == packed &&
	      stamp_equal(&cache->stamp, &stamp);
	if (hit) {
		*ret = cache->tip;
		cache->generation = generation;
	}
	pthread_mutex_unlock(&s->lock);
	return hit;
}

enum err_code store_tip(struct store *s, enum store_branch branch,
    struct commit_id *ret, struct err *e)
{
	uint64_t generation = watch_generation(s->watch);
	struct tip_cache loaded;
	enum err_code rc;

	if (cache_holds(s, branch, generation, ret))
		return ERR_OK;
	rc = load_ref(s, branch, &loaded, e);
	if (rc != ERR_OK)
		return rc;
	loaded.generation = generation;
	pthread_mutex_lock(&s->lock);
	s->tips[branch] = loaded;
	pthread_mutex_unlock(&s->lock);
	*ret = loaded.tip;
	return ERR_OK;
}
