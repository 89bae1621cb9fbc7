#include "base/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define CHANGES                                                            \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | \
	    IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
/* The watch is at its end, or no longer where its path leads. */
#define LOST (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)

struct watched {
	char *path;
	int wd; /* -1: not watched */
};

/*
 * Most questions find nothing new, and are answered without the lock: no event
 * is queued, and the generation is even.  Whoever takes events out of the queue
 * makes it odd before and even after, so that nobody who finds the queue empty
 * already is given the number from before.
 */
struct watch {
	pthread_mutex_t lock; /* for all but what is atomic */
	int fd;
	_Atomic uint64_t generation;
	_Atomic int64_t trusted_until_ms;
	size_t n;
	struct watched dirs[WATCH_MAX_DIRS];
};

/* The kernel's tick is fine enough, and this clock costs no system call. */
static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* For a directory that is watched already this changes nothing; one that was
 * replaced is found under its path again. */
static bool add_all(struct watch *w)
{
	bool all = true;

	for (size_t i = 0; i < w->n; i++) {
		struct watched *d = &w->dirs[i];
		int wd = inotify_add_watch(w->fd, d->path, CHANGES);

		if (d->wd >= 0 && wd != d->wd)
			inotify_rm_watch(w->fd, d->wd);
		d->wd = wd;
		all = all && wd >= 0;
	}
	return all;
}

enum err_code watch_new(
    const char *const *dirs, size_t n, struct watch **ret, struct err *e)
{
	struct watch *w = n <= WATCH_MAX_DIRS ? calloc(1, sizeof(*w)) : NULL;

	if (!w)
		return err_set(e, ERR_SYSTEM, "out of memory");
	pthread_mutex_init(&w->lock, NULL);
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0) {
		err_set_errno(e, "cannot watch directories");
		watch_free(w);
		return ERR_SYSTEM;
	}
	for (size_t i = 0; i < n; i++) {
		w->dirs[i].wd = -1;
		w->dirs[i].path = strdup(dirs[i]);
		if (!w->dirs[i].path) {
			watch_free(w);
			return err_set(e, ERR_SYSTEM, "out of memory");
		}
		w->n++;
	}
	*ret = w;
	return ERR_OK;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	for (size_t i = 0; i < w->n; i++)
		free(w->dirs[i].path);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Cheaper than a read() that finds nothing. */
static bool has_events(const struct watch *w)
{
	int n = 0;

	return ioctl(w->fd, FIONREAD, &n) != 0 || n > 0;
}

/* Reads what is queued.  A lost watch ends the trust, so that the next question
 * looks for the directory anew. */
static void take_events(struct watch *w)
{
	_Alignas(struct inotify_event) char buf[4096];
	ssize_t n;

	while ((n = read(w->fd, buf, sizeof(buf))) > 0) {
		for (const char *p = buf; p < buf + n;) {
			struct inotify_event event;

			memcpy(&event, p, sizeof(event));
			if (event.mask & LOST)
				w->trusted_until_ms = 0;
			p += sizeof(event) + event.len;
		}
	}
	if (n < 0 && errno != EAGAIN)
		w->trusted_until_ms = 0;
}

/* What happened until now is to be read anew in any case, so events of a
 * directory that was just added need not be told apart. */
static uint64_t start_again(struct watch *w, int64_t now)
{
	w->generation += 2;
	w->trusted_until_ms = 0;
	if (!add_all(w))
		return 0;
	w->trusted_until_ms = now + WATCH_TRUST_MS;
	return w->generation;
}

uint64_t watch_generation(struct watch *w)
{
	uint64_t generation;
	int64_t now;

	if (!w)
		return 0;
	now = now_ms();
	if (!has_events(w)) {
		generation = w->generation;
		if (generation % 2 == 0 && now < w->trusted_until_ms)
			return generation;
	}
	pthread_mutex_lock(&w->lock);
	if (has_events(w)) {
		w->generation++;
		take_events(w);
		w->generation++;
	}
	generation = w->generation;
	if (now >= w->trusted_until_ms)
		generation = start_again(w, now);
	pthread_mutex_unlock(&w->lock);
	return generation;
}
