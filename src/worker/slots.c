#include "worker/worker_internal.h"

#include "base/clock.h"
#include "worker/slot.h"
#include "worker/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETIRE_AFTER_SESSIONS 200
#define RETIRE_IDLE_MS 30000
#define SEND_TIMEOUT_S 10
#define FIRST_PAUSE_MS 100
#define LAST_PAUSE_MS 5000

/* In the child: descriptor 3 is the socket, the standard ones stay, and the
 * program is started anew, so that it holds nothing of the master's. */
static void become_slot(const struct worker *w, int fd)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (fd == SLOT_FD)
		fcntl(fd, F_SETFD, 0);
	else
		dup2(fd, SLOT_FD);
	execl(w->options.program, "switchyard-worker", "--slot", "--dir",
	    w->app.dir, (char *)NULL);
	_exit(127);
}

static enum err_code start(
    struct worker *w, struct slot_process **ret, struct err *e)
{
	struct slot_process *slot = calloc(1, sizeof(*slot));
	struct timeval timeout = { .tv_sec = SEND_TIMEOUT_S };
	int pair[2];

	if (!slot)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		free(slot);
		return err_set_errno(e, "cannot make a socket pair");
	}
	slot->pid = fork();
	if (slot->pid == 0)
		become_slot(w, pair[1]);
	close(pair[1]);
	if (slot->pid < 0) {
		close(pair[0]);
		free(slot);
		return err_set_errno(e, "cannot start a slot");
	}
	/* a slot that stops reading must not stop the master */
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	slot->fd = pair[0];
	buf_init(&slot->in, WIRE_MAX_MESSAGE + 65536 + 4);
	slot->idle_since_ms = clock_mono_ms();
	w->slots[w->n_slots++] = slot;
	*ret = slot;
	return ERR_OK;
}

size_t slots_limit(struct worker *w)
{
	const struct snapshot *s;
	size_t limit = 16;

	if (snapshots_current(w->app.snapshots, &s, NULL) == ERR_OK) {
		limit = (size_t)record_number(
		    snapshot_settings(s), SETTINGS_SLOTS, 16);
		snapshot_unref(s);
	}
	return limit < MAX_SLOTS ? limit : MAX_SLOTS;
}

/* Neither a run nor a greeting has it. */
static bool is_idle(const struct slot_process *slot)
{
	return !slot->run && !slot->greeting;
}

static struct slot_process *find_idle(struct worker *w, bool fresh)
{
	for (size_t i = 0; i < w->n_slots; i++) {
		if (is_idle(w->slots[i]) &&
		    (!fresh || w->slots[i]->served == 0))
			return w->slots[i];
	}
	return NULL;
}

enum err_code slots_take(struct worker *w, enum job_scope scope,
    struct slot_process **ret, struct err *e)
{
	struct slot_process *used;

	*ret = find_idle(w, scope == JOB_STORE);
	if (*ret)
		return ERR_OK;
	/* idle, and yet not for this run: it makes room */
	used = find_idle(w, false);
	if (used && w->n_slots >= slots_limit(w))
		slots_drop(w, used);
	if (w->n_slots >= slots_limit(w))
		return ERR_OK;
	if (clock_mono_ms() < w->slot_start_ms) {
		w->look_again_ms = w->slot_start_ms;
		return ERR_OK;
	}
	return start(w, ret, e);
}

void slots_note_failure(struct worker *w)
{
	int64_t pause = FIRST_PAUSE_MS;

	for (int i = 0; i < w->slot_failures && pause < LAST_PAUSE_MS; i++)
		pause *= 2;
	w->slot_failures++;
	w->slot_start_ms = clock_mono_ms() + pause;
	log_warning("a session process cannot start");
}

void slots_drop(struct worker *w, struct slot_process *slot)
{
	size_t i = 0;

	while (w->slots[i] != slot)
		i++;
	w->slots[i] = w->slots[--w->n_slots];
	w->queue_changed = true; /* there is room for another one */
	close(slot->fd);
	kill(slot->pid, SIGKILL);
	while (waitpid(slot->pid, NULL, 0) < 0 && errno == EINTR)
		;
	buf_release(&slot->in);
	free(slot->greeting);
	free(slot);
}

void slots_release(struct worker *w, struct slot_process *slot)
{
	slot->run = NULL;
	free(slot->greeting);
	slot->greeting = NULL;
	slot->idle_since_ms = clock_mono_ms();
	w->queue_changed = true;
	if (++slot->served >= RETIRE_AFTER_SESSIONS)
		slots_drop(w, slot);
}

void slots_tend(struct worker *w)
{
	int64_t now = clock_mono_ms();
	struct slot_process *slot;
	struct err e = ERR_INIT;
	size_t idle = 0;

	for (size_t i = w->n_slots; i-- > 0;) {
		slot = w->slots[i];
		if (!is_idle(slot))
			continue;
		if (idle > 0 && now - slot->idle_since_ms > RETIRE_IDLE_MS)
			slots_drop(w, slot);
		else
			idle++;
	}
	if (idle > 0 || w->stopping || now < w->slot_start_ms ||
	    w->n_slots >= slots_limit(w))
		return;
	if (start(w, &slot, &e) != ERR_OK) {
		log_err(&e, "no session process can be started");
		w->slot_start_ms = now + LAST_PAUSE_MS;
	}
}

void slots_stop_all(struct worker *w)
{
	while (w->n_slots > 0)
		slots_drop(w, w->slots[w->n_slots - 1]);
}
