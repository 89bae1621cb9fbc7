#include "app/reach_book.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define MAX_DEVICES 1000000

/* Changes with the layout. */
struct header {
	char magic[8];
	uint32_t version;
	uint32_t state_size;
	uint64_t n;
};
#define MAGIC "swyreach"
#define VERSION 1

struct reach_book {
	atomic_int refs;
	void *map; /* NULL: empty */
	size_t size;
	const struct reach_state *states;
	size_t n;
};

/* --- reading -------------------------------------------------------------- */

static bool is_ours(const struct header *h, size_t size)
{
	return memcmp(h->magic, MAGIC, sizeof(h->magic)) == 0 &&
	       h->version == VERSION &&
	       h->state_size == sizeof(struct reach_state) &&
	       h->n <= MAX_DEVICES &&
	       size == sizeof(*h) + h->n * sizeof(struct reach_state);
}

static void map_file(struct reach_book *b, int fd)
{
	const struct header *h;
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (size_t)st.st_size < sizeof(*h))
		return;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return;
	h = map;
	if (!is_ours(h, (size_t)st.st_size)) {
		munmap(map, (size_t)st.st_size);
		return;
	}
	b->map = map;
	b->size = (size_t)st.st_size;
	b->states = (const struct reach_state *)(h + 1);
	b->n = h->n;
}

enum err_code reach_book_open(
    const char *dir, struct reach_book **ret, struct err *e)
{
	struct reach_book *b = calloc(1, sizeof(*b));
	char path[PATH_SIZE];
	int fd;

	if (!b)
		return err_set(e, ERR_SYSTEM, "out of memory");
	atomic_init(&b->refs, 1);
	snprintf(path, sizeof(path), "%s/reach/book", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT) {
		free(b);
		return err_set_errno(e, "cannot read %s", path);
	}
	if (fd >= 0) {
		map_file(b, fd);
		close(fd);
	}
	*ret = b;
	return ERR_OK;
}

struct reach_book *reach_book_ref(struct reach_book *b)
{
	atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
	return b;
}

void reach_book_unref(struct reach_book *b)
{
	if (!b ||
	    atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (b->map)
		munmap(b->map, b->size);
	free(b);
}

size_t reach_book_count(const struct reach_book *b)
{
	return b->n;
}

/* What a crash left of a file may hold anything. */
static void sanitize(struct reach_state *s)
{
	s->device[sizeof(s->device) - 1] = '\0';
	s->address[sizeof(s->address) - 1] = '\0';
	if (s->verdict > REACH_DOWN)
		s->verdict = REACH_UNKNOWN;
	if (s->n_history > REACH_HISTORY)
		s->n_history = REACH_HISTORY;
	for (int k = 0; k < PROBE_KINDS; k++)
		s->probes[k].why[PROBE_WHY_SIZE - 1] = '\0';
}

void reach_book_at(
    const struct reach_book *b, size_t i, struct reach_state *ret)
{
	*ret = b->states[i];
	sanitize(ret);
}

static int compare_names(const void *a, const void *b)
{
	const struct reach_state *x = a, *y = b;

	return strncmp(x->device, y->device, sizeof(x->device));
}

bool reach_book_find(
    const struct reach_book *b, const char *device, struct reach_state *ret)
{
	const struct reach_state *found;
	struct reach_state key;

	if (strlen(device) >= sizeof(key.device))
		return false;
	reach_init(&key, device);
	found = b->n
		    ? bsearch(&key, b->states, b->n, sizeof(key), compare_names)
		    : NULL;
	if (!found)
		return false;
	*ret = *found;
	sanitize(ret);
	return true;
}

/* --- writing -------------------------------------------------------------- */

enum err_code reach_book_write(
    const char *dir, struct reach_state *states, size_t n, struct err *e)
{
	size_t size = sizeof(struct header) + n * sizeof(*states);
	struct header h = {
		.version = VERSION, .state_size = sizeof(*states), .n = n
	};
	struct buf whole = BUF_INIT(size + 1);
	char path[PATH_SIZE];
	enum err_code rc;

	memcpy(h.magic, MAGIC, sizeof(h.magic));
	qsort(states, n, sizeof(*states), compare_names);
	buf_add(&whole, &h, sizeof(h));
	buf_add(&whole, states, n * sizeof(*states));
	rc = buf_check(&whole, "the states of reachability", e);
	snprintf(path, sizeof(path), "%s/reach", dir);
	if (rc == ERR_OK)
		rc = dir_create(path, 0750, e);
	snprintf(path, sizeof(path), "%s/reach/book", dir);
	if (rc == ERR_OK)
		rc = file_replace(path, buf_text(&whole), whole.len, 0640, e);
	buf_release(&whole);
	return rc;
}

/* --- the newest one ------------------------------------------------------ */

struct reach_books {
	char *dir;
	struct watch *watch;
	pthread_rwlock_t lock; /* of all below */
	uint64_t generation;
	struct reach_book *book;
};

enum err_code reach_books_new(
    const char *dir, struct reach_books **ret, struct err *e)
{
	struct reach_books *all = calloc(1, sizeof(*all));
	char path[PATH_SIZE];
	enum err_code rc;

	if (!all)
		return err_set(e, ERR_SYSTEM, "out of memory");
	pthread_rwlock_init(&all->lock, NULL);
	all->dir = strdup(dir);
	snprintf(path, sizeof(path), "%s/reach", dir);
	/* there from the start, so that it can be watched */
	rc = all->dir ? dir_create(path, 0750, e)
		      : err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc =
		    watch_new((const char *const[]){ path }, 1, &all->watch, e);
	if (rc != ERR_OK) {
		reach_books_free(all);
		return rc;
	}
	*ret = all;
	return ERR_OK;
}

void reach_books_free(struct reach_books *all)
{
	if (!all)
		return;
	watch_free(all->watch);
	reach_book_unref(all->book);
	pthread_rwlock_destroy(&all->lock);
	free(all->dir);
	free(all);
}

static struct reach_book *take_current(
    struct reach_books *all, uint64_t generation)
{
	struct reach_book *b = NULL;

	pthread_rwlock_rdlock(&all->lock);
	if (generation != 0 && all->generation == generation && all->book)
		b = reach_book_ref(all->book);
	pthread_rwlock_unlock(&all->lock);
	return b;
}

struct reach_book *reach_books_current(struct reach_books *all)
{
	uint64_t generation = watch_generation(all->watch);
	struct reach_book *b = take_current(all, generation);
	struct err e = ERR_INIT;

	if (b)
		return b;
	/* read after the question, so that it holds for this generation */
	if (reach_book_open(all->dir, &b, &e) != ERR_OK) {
		log_err(&e, "reachability");
		return NULL;
	}
	pthread_rwlock_wrlock(&all->lock);
	reach_book_unref(all->book);
	all->book = reach_book_ref(b);
	all->generation = generation;
	pthread_rwlock_unlock(&all->lock);
	return b;
}
