#include "worker/worker.h"

#include "app/outbox.h"
#include "app/port/queue.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/file.h"
#include "worker/greet.h"
#include "worker/greet_book.h"
#include "worker/worker_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* After SIGTERM: how long runs that have touched a device may take to end. */
#define STOP_MS 45000
#define LOCK_WAIT_MS 5000
#define MAX_POLLED (MAX_SLOTS + 2)

struct loop {
	struct worker w;
	int lock_fd;
	int signal_fd;
	int inotify_fd;
	int64_t stop_by_ms;
	struct pollfd polled[MAX_POLLED];
	struct slot_process *heard[MAX_SLOTS]; /* behind polled[2…] */
};

/* --- what wakes the master ----------------------------------------------- */

static enum err_code watch(int fd, const char *path, struct err *e)
{
	if (inotify_add_watch(fd, path,
		IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE | IN_DELETE) < 0)
		return err_set_errno(e, "cannot watch %s", path);
	return ERR_OK;
}

static enum err_code watch_all(struct loop *l, struct err *e)
{
	const char *dir = l->w.app.dir;
	char path[4096];
	enum err_code rc;

	l->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (l->inotify_fd < 0)
		return err_set_errno(e, "cannot watch files");
	queue_path(dir, QUEUE_QUEUED, path, sizeof(path));
	if ((rc = watch(l->inotify_fd, path, e)) != ERR_OK)
		return rc;
	queue_path(dir, QUEUE_CANCELLED, path, sizeof(path));
	if ((rc = watch(l->inotify_fd, path, e)) != ERR_OK)
		return rc;
	snprintf(path, sizeof(path), "%s/spool/cancel", dir);
	if ((rc = watch(l->inotify_fd, path, e)) != ERR_OK)
		return rc;
	outbox_path(dir, OUTBOX_WAITING, NULL, path, sizeof(path));
	if ((rc = outbox_prepare(dir, e)) != ERR_OK ||
	    (rc = watch(l->inotify_fd, path, e)) != ERR_OK)
		return rc;
	snprintf(
	    path, sizeof(path), "%s/refs/heads", store_path(l->w.app.store));
	return watch(l->inotify_fd, path, e);
}

static enum err_code watch_signals(struct loop *l, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	l->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return l->signal_fd >= 0 ? ERR_OK
				 : err_set_errno(e, "cannot take signals");
}

static void drain(int fd)
{
	char events[8192];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

/* --- stopping ------------------------------------------------------------ */

static void begin_stop(struct loop *l)
{
	struct signalfd_siginfo info;

	if (read(l->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info) ||
	    l->w.stopping)
		return;
	log_info("stopping: runs that have touched a device are brought to an "
		 "end");
	l->w.stopping = true;
	l->stop_by_ms = clock_mono_ms() + STOP_MS;
	for (struct live_run *r = l->w.runs; r; r = r->next) {
		if (r->phase == LIVE_SESSION)
			cancel_send(r);
	}
}

static bool may_exit(const struct loop *l)
{
	if (!l->w.stopping)
		return false;
	if (clock_mono_ms() >= l->stop_by_ms)
		return true;
	for (const struct live_run *r = l->w.runs; r; r = r->next) {
		if (r->slot || r->phase == LIVE_ENDED ||
		    r->phase == LIVE_GREETING)
			return false;
	}
	return true;
}

/* --- the loop ------------------------------------------------------------ */

static int64_t schedule_wait_ms(const struct loop *l)
{
	int64_t left = l->w.schedule_at_ms - clock_wall_ms();

	if (l->w.stopping)
		return -1;
	return left > 0 ? left : 0;
}

/* Looks when something is due, and when the clock was put back. */
static void run_schedules(struct loop *l)
{
	int64_t left = l->w.schedule_at_ms - clock_wall_ms();

	if (!l->w.stopping && (left <= 0 || left > SCHEDULER_LOOK_MS))
		l->w.schedule_at_ms =
		    scheduler_look(l->w.scheduler, clock_wall_ms());
}

static int wait_ms(const struct loop *l)
{
	int64_t times[] = { record_next_ms(&l->w), dispatch_next_ms(&l->w),
		fleet_next_ms(&l->w), greet_next_ms(&l->w),
		hook_next_ms(l->w.hook), schedule_wait_ms(l),
		l->w.stopping ? 200 : 10000 };
	int64_t least = INT_MAX;

	if (l->w.queue_changed && !l->w.stopping)
		return 0;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (times[i] >= 0 && times[i] < least)
			least = times[i];
	}
	return (int)least;
}

static void wait_and_hear(struct loop *l)
{
	struct pollfd *polled = l->polled;
	struct slot_process **slots = l->heard;
	size_t n = l->w.n_slots;
	int heard;

	polled[0] = (struct pollfd){ .fd = l->signal_fd, .events = POLLIN };
	polled[1] = (struct pollfd){ .fd = l->inotify_fd, .events = POLLIN };
	for (size_t i = 0; i < n; i++) {
		slots[i] = l->w.slots[i];
		polled[i + 2] =
		    (struct pollfd){ .fd = slots[i]->fd, .events = POLLIN };
	}
	heard = poll(polled, n + 2, wait_ms(l));
	if (heard < 0)
		return;
	if (heard == 0) {
		/* should the kernel have had no room to tell of a change */
		l->w.queue_changed = true;
		hook_notice(l->w.hook);
		l->w.outbox_changed = true;
	}
	if (polled[0].revents)
		begin_stop(l);
	if (polled[1].revents) {
		drain(l->inotify_fd);
		l->w.queue_changed = true;
		cancel_look(&l->w);
		hook_notice(l->w.hook);
		/* the store may have changed, and with it a schedule */
		l->w.schedule_at_ms = 0;
		l->w.outbox_changed = true;
	}
	for (size_t i = 0; i < n; i++) {
		if (polled[i + 2].revents)
			events_from_slot(&l->w, slots[i]);
	}
}

static void serve(struct loop *l)
{
	while (!may_exit(l)) {
		dispatch_queue(&l->w);
		greet_dispatch(&l->w);
		fleet_dispatch(&l->w);
		dispatch_settle(&l->w);
		dispatch_timeouts(&l->w);
		fleet_record(&l->w);
		fleet_tend(&l->w);
		greet_tend(&l->w);
		record_flush(&l->w);
		retention_run(&l->w);
		waiting_keys_tend(&l->w);
		hook_run(l->w.hook);
		run_schedules(l);
		notify_tend(&l->w);
		slots_tend(&l->w);
		metrics_tend(&l->w);
		wait_and_hear(l);
	}
}

/* --- start and end ------------------------------------------------------- */

static void ready_path(const struct loop *l, char path[4096])
{
	snprintf(path, 4096, "%s/run/worker.ready", l->w.app.dir);
}

static enum err_code say_ready(struct loop *l, struct err *e)
{
	char path[4096], text[32];

	ready_path(l, path);
	snprintf(text, sizeof(text), "%d\n", (int)getpid());
	return file_replace(path, text, strlen(text), 0640, e);
}

/* A master that was killed leaves its sessions to the kernel, which ends them
 * soon, but not at once. */
static enum err_code wait_for_old_slots(const char *dir, struct err *e)
{
	char path[4096];
	int fd;
	enum err_code rc;

	snprintf(path, sizeof(path), "%s/run/slots.lock", dir);
	rc = file_lock(path, LOCK_WAIT_MS, &fd, e);
	if (rc == ERR_TIMEOUT)
		return err_set(e, rc,
		    "a device session of an earlier worker in %s has not "
		    "ended",
		    dir);
	if (rc == ERR_OK)
		file_unlock(fd);
	return rc;
}

static enum err_code take_place(struct loop *l, struct err *e)
{
	const char *dir = l->w.options.dir;
	char path[4096];
	enum err_code rc;

	snprintf(path, sizeof(path), "%s/worker.lock", dir);
	rc = file_lock(path, LOCK_WAIT_MS, &l->lock_fd, e);
	if (rc == ERR_TIMEOUT)
		return err_set(e, rc, "another worker serves %s already", dir);
	if (rc != ERR_OK)
		return rc;
	l->w.app.dir = dir;
	ready_path(l, path);
	unlink(path);
	snprintf(path, sizeof(path), "%s/run", dir);
	rc = dir_create(path, 0750, e);
	return rc == ERR_OK ? wait_for_old_slots(dir, e) : rc;
}

static enum err_code prepare(struct loop *l, struct err *e)
{
	const char *dir = l->w.options.dir;
	enum err_code rc;

	if ((rc = take_place(l, e)) != ERR_OK ||
	    (rc = queue_prepare(dir, e)) != ERR_OK ||
	    (rc = app_open(dir, &l->w.app, e)) != ERR_OK ||
	    (rc = store_sweep(l->w.app.store, e)) != ERR_OK ||
	    (rc = greet_book_open(dir, &l->w.hellos, e)) != ERR_OK ||
	    (rc = watch_signals(l, e)) != ERR_OK ||
	    (rc = watch_all(l, e)) != ERR_OK ||
	    (rc = hook_new(&l->w, &l->w.hook, e)) != ERR_OK ||
	    (rc = scheduler_new(&l->w.app, &l->w.scheduler, e)) != ERR_OK)
		return rc;
	queue_sweep(dir);
	live_sweep(&l->w);
	if ((rc = recover_runs(&l->w, e)) != ERR_OK ||
	    (rc = lost_settle(&l->w, e)) != ERR_OK)
		return rc;
	cancel_look(&l->w);
	return say_ready(l, e);
}

enum err_code worker_serve(const struct worker_options *options, struct err *e)
{
	struct loop l = { .w = { .options = *options },
		.lock_fd = -1,
		.signal_fd = -1,
		.inotify_fd = -1 };
	struct rlimit none = { 0, 0 };
	char path[4096];
	enum err_code rc;

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	rc = prepare(&l, e);
	if (rc == ERR_OK) {
		log_info("ready in %s", options->dir);
		serve(&l);
		ready_path(&l, path);
		unlink(path);
	}
	slots_stop_all(&l.w);
	notify_stop(&l.w);
	while (l.w.runs)
		live_let_go(&l.w, l.w.runs);
	hook_free(l.w.hook);
	scheduler_free(l.w.scheduler);
	greet_book_free(l.w.hellos);
	if (l.w.app.store)
		app_close(&l.w.app);
	if (l.signal_fd >= 0)
		close(l.signal_fd);
	if (l.inotify_fd >= 0)
		close(l.inotify_fd);
	file_unlock(l.lock_fd);
	return rc;
}
