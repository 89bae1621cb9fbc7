/* Probes over TCP: SSH, NETCONF over SSH, TLS. */
#include "infra/probe/probe_internal.h"

#include "base/clock.h"
#include "infra/probe/tls_hello.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define READ_SIZE 16384

static void begin_stream(struct probe_op *op)
{
	op->connecting = true;
	(void)probe_connect(op, SOCK_STREAM);
}

/* What we say is a few hundred bytes: the kernel takes it whole. */
static bool say(struct probe_op *op, const struct buf *out)
{
	ssize_t n;

	if (out->len == 0)
		return true;
	n = send(op->fd, out->data, out->len, MSG_NOSIGNAL);
	if (n == (ssize_t)out->len)
		return true;
	probe_fail_errno(op, n < 0 ? errno : EPIPE);
	return false;
}

static bool is_connected(struct probe_op *op)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (getsockopt(op->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (error != 0) {
		probe_fail_errno(op, error);
		return false;
	}
	op->connecting = false;
	return probe_watch(op, EPOLLIN);
}

/* False: it has ended. */
static bool read_more(struct probe_op *op)
{
	char *to = buf_reserve(&op->in, READ_SIZE);
	ssize_t n;

	if (!to) {
		probe_fail(op, "sends more than it should");
		return false;
	}
	n = recv(op->fd, to, READ_SIZE, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n < 0)
		probe_fail_errno(op, errno);
	else if (n == 0)
		probe_fail(op, "hung up");
	else
		op->in.len += (size_t)n;
	return n > 0;
}

static void settle(struct probe_op *op, enum hello_step step, const char *why)
{
	if (step == HELLO_DONE)
		probe_succeed(op, clock_mono_us() - op->began_us);
	else if (step == HELLO_FAILED)
		probe_fail(op, "%s", why);
}

/* --- SSH ------------------------------------------------------------------ */

static void begin_ssh_talk(struct probe_op *op)
{
	const struct probe_target *t = op->running->target;
	/* keys are approved for the management port */
	size_t n_pins = op->kind == PROBE_SSH ? t->n_pins : 0;
	struct buf out = BUF_INIT(SSH_HELLO_MAX);

	ssh_hello_begin(&op->talk.ssh, t->pins, n_pins, &out);
	(void)say(op, &out);
	buf_release(&out);
}

static void ssh_ready(struct probe_op *op, unsigned events)
{
	struct buf out = BUF_INIT(SSH_HELLO_MAX);
	enum hello_step step;

	(void)events;
	if (op->connecting) {
		if (is_connected(op))
			begin_ssh_talk(op);
		return;
	}
	if (!read_more(op))
		return;
	step = ssh_hello_feed(&op->talk.ssh, &op->in, &out);
	if (step != HELLO_MORE || say(op, &out))
		settle(op, step, op->talk.ssh.why);
	buf_release(&out);
}

const struct probe_method probe_ssh = { begin_stream, ssh_ready, NULL, NULL };
const struct probe_method probe_netconf = { begin_stream, ssh_ready, NULL,
	NULL };

/* --- TLS ------------------------------------------------------------------ */

static void api_ready(struct probe_op *op, unsigned events)
{
	struct buf out = BUF_INIT(1024);
	const char *why = "";

	(void)events;
	if (op->connecting) {
		if (is_connected(op)) {
			tls_hello_begin(&out);
			(void)say(op, &out);
		}
	} else if (read_more(op)) {
		enum hello_step step = tls_hello_feed(&op->in, &why);

		settle(op, step, why);
	}
	buf_release(&out);
}

const struct probe_method probe_api = { begin_stream, api_ready, NULL, NULL };
