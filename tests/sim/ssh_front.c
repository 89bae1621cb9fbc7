#include "sim/ssh_front.h"

#include "sim/mem.h"
#include "sim/ssh_internal.h"

#include "base/clock.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WORKER_WAIT_MS 1000

struct ssh_arrival {
	struct ssh_arrival *next;
	int fd;
	struct device *device;
};

struct ssh_worker {
	struct ssh_front *front;
	pthread_t thread;
	ssh_bind bind;
	int wake_fd;
	pthread_mutex_t lock;
	struct ssh_arrival *arrivals; /* under lock */
	struct ssh_peer *peers;
	struct pollfd *polls; /* wake_fd, then one for each peer */
	nfds_t n_polls, cap_polls;
};

struct ssh_front {
	struct ssh_front_options options;
	_Atomic unsigned next_worker;
	_Atomic bool stop;
	struct ssh_worker workers[SSH_FRONT_WORKERS_MAX];
};

const struct ssh_front_options *ssh_front_options(const struct ssh_front *f)
{
	return &f->options;
}

static void worker_woken(struct ssh_worker *w)
{
	uint64_t count;

	if (read(w->wake_fd, &count, sizeof(count)) < 0)
		return; /* another wake-up took it: nothing is lost */
}

static void worker_wake(struct ssh_worker *w)
{
	uint64_t one = 1;

	if (write(w->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: it is awake anyway */
}

static void worker_take_arrivals(struct ssh_worker *w)
{
	struct ssh_arrival *list;

	pthread_mutex_lock(&w->lock);
	list = w->arrivals;
	w->arrivals = NULL;
	pthread_mutex_unlock(&w->lock);
	while (list) {
		struct ssh_arrival *a = list;
		struct ssh_peer *peer =
		    ssh_peer_new(w->front, w->bind, a->fd, a->device);

		list = a->next;
		free(a);
		if (!peer)
			continue;
		peer->next = w->peers;
		w->peers = peer;
	}
}

/* How long the loop may sleep. */
static int worker_pump(struct ssh_worker *w)
{
	int64_t now_ms = clock_mono_ms();
	int wait_ms = WORKER_WAIT_MS;
	struct ssh_peer **p = &w->peers;

	while (*p) {
		struct ssh_peer *peer = *p;

		if (ssh_peer_pump(peer, now_ms, &wait_ms)) {
			p = &peer->next;
			continue;
		}
		*p = peer->next;
		ssh_peer_free(peer);
	}
	return wait_ms;
}

static void worker_add_poll(struct ssh_worker *w, int fd, short events)
{
	if (w->n_polls == w->cap_polls) {
		w->cap_polls = w->cap_polls ? w->cap_polls * 2 : 64;
		w->polls =
		    mem_resize(w->polls, w->cap_polls, sizeof(*w->polls));
	}
	w->polls[w->n_polls++] = (struct pollfd){ fd, events, 0 };
}

/* Sleeps until something comes, and lets libssh take it. */
static void worker_wait(struct ssh_worker *w, int wait_ms)
{
	nfds_t i = 1;

	w->n_polls = 0;
	worker_add_poll(w, w->wake_fd, POLLIN);
	for (struct ssh_peer *p = w->peers; p; p = p->next) {
		bool full = ssh_get_status(p->session) & SSH_WRITE_PENDING;

		worker_add_poll(w, ssh_get_fd(p->session),
		    (short)(full ? POLLIN | POLLOUT : POLLIN));
	}
	if (poll(w->polls, w->n_polls, wait_ms) <= 0)
		return;
	if (w->polls[0].revents)
		worker_woken(w);
	for (struct ssh_peer *p = w->peers; p; p = p->next)
		if (w->polls[i++].revents)
			ssh_event_dopoll(p->event, 0);
}

static void *worker_run(void *arg)
{
	struct ssh_worker *w = arg;

	while (!atomic_load(&w->front->stop)) {
		worker_take_arrivals(w);
		worker_wait(w, worker_pump(w));
	}
	while (w->peers) {
		struct ssh_peer *peer = w->peers;

		w->peers = peer->next;
		ssh_peer_free(peer);
	}
	return NULL;
}

static bool worker_start(struct ssh_worker *w, struct ssh_front *front)
{
	w->front = front;
	pthread_mutex_init(&w->lock, NULL);
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->bind = ssh_bind_new();
	if (w->wake_fd < 0 || !w->bind)
		return false;
	ssh_bind_options_set(
	    w->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &(bool){ false });
	return pthread_create(&w->thread, NULL, worker_run, w) == 0;
}

struct ssh_front *ssh_front_new(const struct ssh_front_options *options)
{
	struct ssh_front *front = mem_zalloc(sizeof(*front));

	front->options = *options;
	for (unsigned i = 0; i < options->workers; i++)
		if (!worker_start(&front->workers[i], front))
			return NULL; /* the program ends: nothing to undo */
	return front;
}

void ssh_front_take(struct ssh_front *front, int fd, struct device *d)
{
	unsigned n = atomic_fetch_add(&front->next_worker, 1);
	struct ssh_worker *w = &front->workers[n % front->options.workers];
	struct ssh_arrival *a = mem_zalloc(sizeof(*a));

	a->fd = fd;
	a->device = d;
	pthread_mutex_lock(&w->lock);
	a->next = w->arrivals;
	w->arrivals = a;
	pthread_mutex_unlock(&w->lock);
	worker_wake(w);
}

void ssh_front_wake(struct ssh_front *front)
{
	for (unsigned i = 0; i < front->options.workers; i++)
		worker_wake(&front->workers[i]);
}

void ssh_front_free(struct ssh_front *front)
{
	atomic_store(&front->stop, true);
	ssh_front_wake(front);
	for (unsigned i = 0; i < front->options.workers; i++) {
		struct ssh_worker *w = &front->workers[i];

		pthread_join(w->thread, NULL);
		free(w->polls);
		ssh_bind_free(w->bind);
		close(w->wake_fd);
		while (w->arrivals) {
			struct ssh_arrival *a = w->arrivals;

			w->arrivals = a->next;
			close(a->fd);
			free(a);
		}
		pthread_mutex_destroy(&w->lock);
	}
	free(front);
}
