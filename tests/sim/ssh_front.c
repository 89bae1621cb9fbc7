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
	ssh_event event;
	ssh_bind bind;
	int wake_fd;
	pthread_mutex_t lock;
	struct ssh_arrival *arrivals; /* under lock */
	struct ssh_peer *peers;
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

static int worker_woken(socket_t fd, int events, void *ctx)
{
	uint64_t count;

	(void)events;
	(void)ctx;
	if (read(fd, &count, sizeof(count)) < 0)
		return 0; /* another wake-up took it: nothing is lost */
	return 0;
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
		ssh_event_add_session(w->event, peer->session);
		peer->next = w->peers;
		w->peers = peer;
	}
}

static void worker_end_peer(struct ssh_worker *w, struct ssh_peer *peer)
{
	ssh_event_remove_session(w->event, peer->session);
	ssh_peer_free(peer);
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
		worker_end_peer(w, peer);
	}
	return wait_ms;
}

static void *worker_run(void *arg)
{
	struct ssh_worker *w = arg;

	while (!atomic_load(&w->front->stop)) {
		worker_take_arrivals(w);
		ssh_event_dopoll(w->event, worker_pump(w));
	}
	while (w->peers) {
		struct ssh_peer *peer = w->peers;

		w->peers = peer->next;
		worker_end_peer(w, peer);
	}
	return NULL;
}

static bool worker_start(struct ssh_worker *w, struct ssh_front *front)
{
	w->front = front;
	pthread_mutex_init(&w->lock, NULL);
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->event = ssh_event_new();
	w->bind = ssh_bind_new();
	if (w->wake_fd < 0 || !w->event || !w->bind)
		return false;
	ssh_bind_options_set(
	    w->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &(bool){ false });
	ssh_event_add_fd(w->event, w->wake_fd, POLLIN, worker_woken, w);
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
		ssh_event_remove_fd(w->event, w->wake_fd);
		ssh_event_free(w->event);
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
