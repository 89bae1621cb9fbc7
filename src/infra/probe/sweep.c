#include "infra/probe/probe_internal.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_EVENTS 512
#define TICK_MS 20
/* Bursts overrun the queues of the network and of whoever answers for many:
 * targets are begun at this rate, and a few together. */
#define BEGUN_PER_S 2500
#define MAX_BEGUN 16
#define FDS_KEPT 64 /* for everything else */

static const struct probe_method *const methods[PROBE_KINDS] = {
	[PROBE_ICMP] = &probe_icmp,
	[PROBE_SSH] = &probe_ssh,
	[PROBE_SNMP] = &probe_snmp,
	[PROBE_NETCONF] = &probe_netconf,
	[PROBE_API] = &probe_api,
};

/* --- the end of an operation --------------------------------------------- */

static void release(struct sweep *s, struct running *r)
{
	s->slots[r->slot] = NULL;
	s->generations[r->slot]++;
	s->free_slots[s->n_free++] = r->slot;
	free(r);
}

static void end_op(struct probe_op *op, const struct probe_result *result)
{
	struct running *r = op->running;

	op->open = false;
	r->results[op->kind].ok = result->ok;
	r->results[op->kind].latency_us = result->latency_us;
	memcpy(r->results[op->kind].why, result->why, sizeof(result->why));
	if (op->kind == PROBE_SNMP)
		snmp_talk_end(&op->talk.snmp);
	if (op->fd >= 0)
		close(op->fd);
	op->fd = -1;
	buf_release(&op->in);
	/* the target is told of when its last operation has ended, from the
	 * loop, so that no caller here loses its footing */
	r->open--;
}

void probe_succeed(struct probe_op *op, int64_t latency_us)
{
	struct probe_result result = { .ok = true,
		.latency_us = latency_us < 1 ? 1
			      : latency_us > UINT32_MAX
				  ? UINT32_MAX
				  : (uint32_t)latency_us };

	end_op(op, &result);
}

void probe_fail(struct probe_op *op, const char *fmt, ...)
{
	struct probe_result result = { .ok = false };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(result.why, sizeof(result.why), fmt, ap);
	va_end(ap);
	end_op(op, &result);
}

void probe_pass_over(struct probe_op *op, const char *why)
{
	op->running->results[op->kind].counts = false;
	probe_fail(op, "%s", why);
}

static const struct {
	int error;
	const char *words;
} network_errors[] = {
	{ ECONNREFUSED, "connection refused" },
	{ ECONNRESET, "connection reset" },
	{ EHOSTUNREACH, "host unreachable" },
	{ ENETUNREACH, "network unreachable" },
	{ ETIMEDOUT, "no answer" },
	{ EINVAL, "there is no way to this address" }, /* a blackhole route */
	{ EACCES, "prohibited by this system" },
	{ EPERM, "prohibited by this system" },
};

void probe_fail_errno(struct probe_op *op, int error)
{
	for (size_t i = 0;
	     i < sizeof(network_errors) / sizeof(network_errors[0]); i++) {
		if (network_errors[i].error == error) {
			probe_fail(op, "%s", network_errors[i].words);
			return;
		}
	}
	probe_fail(op, "%s", strerror(error));
}

/* --- sockets ------------------------------------------------------------- */

bool probe_watch(struct probe_op *op, unsigned events)
{
	struct epoll_event event = { .events = events, .data.ptr = op };

	if (epoll_ctl(op->running->sweep->epoll_fd, EPOLL_CTL_MOD, op->fd,
		&event) == 0)
		return true;
	probe_fail_errno(op, errno);
	return false;
}

bool probe_connect(struct probe_op *op, int type)
{
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = op };
	struct sockaddr_in to = op->running->address;

	to.sin_port = htons(op->running->target->ports[op->kind]);
	op->fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (op->fd < 0 ||
	    epoll_ctl(op->running->sweep->epoll_fd, EPOLL_CTL_ADD, op->fd,
		&event) < 0 ||
	    (connect(op->fd, (const struct sockaddr *)&to, sizeof(to)) < 0 &&
		errno != EINPROGRESS)) {
		probe_fail_errno(op, errno);
		return false;
	}
	return true;
}

/* --- targets ------------------------------------------------------------- */

static void tell(struct sweep *s, struct running *r)
{
	s->options->tell(s->options->ctx, r->index, r->results, r->uptime_s);
	release(s, r);
}

static int64_t attempt_us(const struct sweep *s)
{
	int attempts = s->options->attempts > 0 ? s->options->attempts : 1;

	return (int64_t)s->options->timeout_ms * 1000 / attempts;
}

static void begin_ops(struct sweep *s, struct running *r)
{
	const struct probe_target *t = r->target;

	/* all are open before the first can end */
	for (int k = 0; k < PROBE_KINDS; k++) {
		r->results[k].asked = (t->asked & PROBE_BIT(k)) != 0;
		r->results[k].counts = (t->counting & PROBE_BIT(k)) != 0;
		r->ops[k] = (struct probe_op){ .running = r,
			.kind = (enum probe_kind)k,
			.open = r->results[k].asked,
			.fd = -1,
			.attempt = 1,
			.began_us = s->now_us,
			.again_us = s->now_us + attempt_us(s),
			.in = BUF_INIT(SSH_HELLO_MAX + 16384) };
		r->open += r->ops[k].open;
	}
	for (int k = 0; k < PROBE_KINDS; k++) {
		if (r->ops[k].open)
			methods[k]->begin(&r->ops[k]);
	}
}

static enum err_code begin_target(struct sweep *s, struct err *e)
{
	struct running *r = calloc(1, sizeof(*r));
	const struct probe_target *t = &s->targets[s->next];

	if (!r)
		return err_set(e, ERR_SYSTEM, "out of memory");
	r->sweep = s;
	r->target = t;
	r->index = s->next++;
	r->slot = s->free_slots[--s->n_free];
	r->generation = s->generations[r->slot];
	r->address.sin_family = AF_INET;
	s->slots[r->slot] = r;
	s->now_us = clock_mono_us();
	if (inet_pton(AF_INET, t->address, &r->address.sin_addr) == 1)
		begin_ops(s, r);
	return ERR_OK;
}

static enum err_code begin_some(struct sweep *s, struct err *e)
{
	int64_t us = clock_mono_us() - s->began_us;
	size_t due = (size_t)(us * BEGUN_PER_S / 1000000) + MAX_BEGUN;
	enum err_code rc = ERR_OK;

	if (due > s->n_targets)
		due = s->n_targets;
	for (int i = 0;
	     i < MAX_BEGUN && rc == ERR_OK && s->n_free > 0 && s->next < due;
	     i++)
		rc = begin_target(s, e);
	return rc;
}

/* --- time ---------------------------------------------------------------- */

static void tick_op(struct sweep *s, struct probe_op *op)
{
	const struct probe_method *m = methods[op->kind];
	int64_t limit = (int64_t)s->options->timeout_ms * 1000;

	if (s->now_us - op->began_us >= limit) {
		probe_fail(op, "%s in %.1f s",
		    m->silence ? m->silence(op) : "no answer",
		    (double)s->options->timeout_ms / 1000);
	} else if (m->again && !op->connecting && s->now_us >= op->again_us) {
		op->attempt++;
		op->again_us = s->now_us + attempt_us(s);
		m->again(op);
	}
}

/* Looks at every target in hand: some thousand, fifty times a second. */
static void tick(struct sweep *s)
{
	s->now_us = clock_mono_us();
	for (size_t i = 0; i < s->options->at_once; i++) {
		struct running *r = s->slots[i];

		for (int k = 0; r && r->open && k < PROBE_KINDS; k++) {
			if (r->ops[k].open)
				tick_op(s, &r->ops[k]);
		}
		if (r && r->open == 0)
			tell(s, r);
	}
}

/* --- the loop ------------------------------------------------------------ */

static enum err_code turn(struct sweep *s, struct err *e)
{
	bool room = s->n_free > 0 && s->next < s->n_targets;
	struct epoll_event events[MAX_EVENTS];
	int n = epoll_wait(s->epoll_fd, events, MAX_EVENTS, room ? 1 : TICK_MS);

	if (n < 0 && errno != EINTR)
		return err_set_errno(e, "cannot wait for answers");
	for (int i = 0; i < n; i++) {
		struct probe_op *op = events[i].data.ptr;

		if (!op)
			icmp_receive(s);
		else if (op->open && methods[op->kind]->ready)
			methods[op->kind]->ready(op, events[i].events);
	}
	return ERR_OK;
}

static enum err_code run(struct sweep *s, struct err *e)
{
	int64_t ticked_us = 0;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK &&
	       (s->next < s->n_targets || s->n_free < s->options->at_once)) {
		if (s->options->cancelled(s->options->ctx))
			return err_set(e, ERR_CANCELLED, "cancelled");
		rc = begin_some(s, e);
		if (rc == ERR_OK)
			rc = turn(s, e);
		if (clock_mono_us() - ticked_us >= TICK_MS * 1000) {
			tick(s);
			ticked_us = s->now_us;
		}
	}
	return rc;
}

/* --- set up -------------------------------------------------------------- */

/* A socket for each stream and SNMP probe in hand. */
static void raise_fd_limit(size_t wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static size_t slots_within_limit(size_t wanted)
{
	struct rlimit limit;
	size_t fits;

	raise_fd_limit(wanted * PROBE_KINDS + FDS_KEPT);
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return wanted;
	fits = limit.rlim_cur > FDS_KEPT + PROBE_KINDS
		   ? (limit.rlim_cur - FDS_KEPT) / PROBE_KINDS
		   : 1;
	return fits < wanted ? fits : wanted;
}

static enum err_code set_up(struct sweep *s, struct err *e)
{
	size_t n = s->options->at_once;

	s->began_us = clock_mono_us();
	s->icmp_fd = -1;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll_fd < 0)
		return err_set_errno(e, "cannot make an epoll set");
	s->slots = calloc(n, sizeof(*s->slots));
	s->generations = calloc(n, sizeof(*s->generations));
	s->free_slots = calloc(n, sizeof(*s->free_slots));
	s->users = calloc(MAX_SNMP_USERS, sizeof(*s->users));
	if (!s->slots || !s->generations || !s->free_slots || !s->users)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		s->free_slots[s->n_free++] = (uint32_t)(n - 1 - i);
	icmp_open(s);
	return ERR_OK;
}

static void drop_running(struct running *r)
{
	for (int k = 0; k < PROBE_KINDS; k++) {
		if (r->ops[k].open)
			probe_fail(&r->ops[k], "cancelled");
	}
	free(r);
}

static void tear_down(struct sweep *s)
{
	for (size_t i = 0; s->slots && i < s->options->at_once; i++) {
		if (s->slots[i])
			drop_running(s->slots[i]);
	}
	if (s->icmp_fd >= 0)
		close(s->icmp_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	if (s->users)
		usm_wipe(s->users, MAX_SNMP_USERS * sizeof(*s->users));
	free(s->users);
	free(s->slots);
	free(s->generations);
	free(s->free_slots);
}

enum err_code probe_sweep(const struct probe_target *targets, size_t n,
    const struct probe_options *options, struct err *e)
{
	struct probe_options bounded = *options;
	struct sweep s = { .targets = targets,
		.n_targets = n,
		.options = &bounded,
		.epoll_fd = -1,
		.icmp_fd = -1 };
	enum err_code rc;

	if (bounded.at_once == 0 || bounded.at_once > PROBE_MAX_AT_ONCE)
		bounded.at_once = PROBE_MAX_AT_ONCE;
	bounded.at_once = slots_within_limit(bounded.at_once);
	rc = set_up(&s, e);
	if (rc == ERR_OK)
		rc = run(&s, e);
	tear_down(&s);
	return rc;
}
