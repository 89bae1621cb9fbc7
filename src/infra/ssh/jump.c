#include "infra/ssh/jump.h"

#include "infra/ssh/link_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* At most so long the thread does not see that it is to end. */
#define SLICE_MS 250
#define PIECE 16384

struct ssh_jump {
	struct driver_target target; /* of the jump host */
	struct ssh_link *link;
	ssh_channel channel;
	pthread_t thread;
	bool running;
	atomic_bool stop;
	atomic_bool lost; /* the connection to the jump host */
	int fd;		  /* our end; the other is the caller's */
	char out[PIECE];  /* to the device, not sent yet */
	size_t out_at;
	size_t out_len;
};

/* --- Carrying bytes ---------------------------------------------------- */

static bool send_all(struct ssh_jump *jump, const char *data, size_t len)
{
	while (len > 0 && !atomic_load(&jump->stop)) {
		struct pollfd p = { .fd = jump->fd, .events = POLLOUT };
		ssize_t n = send(jump->fd, data, len, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return false;
		} else {
			(void)poll(&p, 1, SLICE_MS);
		}
	}
	return len == 0;
}

/* All that came from the device; false at its end. */
static bool carry_in(struct ssh_jump *jump)
{
	char data[PIECE];

	for (;;) {
		int n = ssh_channel_read_nonblocking(
		    jump->channel, data, sizeof data, 0);

		if (n == 0 || n == SSH_AGAIN)
			return !ssh_channel_is_eof(jump->channel) &&
			       !ssh_channel_is_closed(jump->channel) &&
			       ssh_is_connected(jump->link->session);
		if (n < 0 || !send_all(jump, data, (size_t)n))
			return false;
	}
}

/* What is to go to the device, as far as its window lets it. */
static bool carry_out(struct ssh_jump *jump, bool readable)
{
	int n;

	if (jump->out_len == 0 && readable) {
		ssize_t got = recv(jump->fd, jump->out, sizeof jump->out, 0);

		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		jump->out_at = 0;
		jump->out_len = got > 0 ? (size_t)got : 0;
	}
	if (jump->out_len == 0)
		return true;
	n = ssh_channel_write(
	    jump->channel, jump->out + jump->out_at, (uint32_t)jump->out_len);
	if (n < 0 && n != SSH_AGAIN)
		return false;
	if (n > 0) {
		jump->out_at += (size_t)n;
		jump->out_len -= (size_t)n;
	}
	return true;
}

/* A server joins small packets of a connection without a terminal until the
 * one before was acknowledged, which by itself takes 40 ms.  The kernel
 * forgets this option. */
static void acknowledge_at_once(int fd)
{
	const int yes = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

static void *carry(void *arg)
{
	struct ssh_jump *jump = arg;
	ssh_session session = jump->link->session;
	bool open = true;

	while (open && !atomic_load(&jump->stop)) {
		struct pollfd p[2] = {
			{ .fd = ssh_get_fd(session), .events = POLLIN },
			{ .fd = jump->fd,
			    .events = jump->out_len == 0 ? POLLIN : 0 },
		};

		if (ssh_get_poll_flags(session) & SSH_WRITE_PENDING)
			p[0].events |= POLLOUT;
		if (poll(p, 2, SLICE_MS) < 0 && errno != EINTR)
			break;
		acknowledge_at_once(p[0].fd);
		/* In this order: writing takes in what has come, which would
		 * not wake poll(2) any more. */
		open = carry_out(jump, (p[1].revents & POLLIN) != 0) &&
		       carry_in(jump) && !(p[1].revents & POLLHUP);
	}
	atomic_store(&jump->lost, !ssh_is_connected(session));
	shutdown(jump->fd, SHUT_RDWR);
	return NULL;
}

bool ssh_jump_is_lost(const struct ssh_jump *jump)
{
	return jump != NULL && atomic_load(&jump->lost);
}

const char *ssh_jump_name(const struct driver_jump *by)
{
	return by->name != NULL ? by->name : by->address;
}

/* --- Life -------------------------------------------------------------- */

/* Nobody must approve the jump host's key, or doubt the device's credentials,
 * on the device's page. */
static enum err_code open_link(struct ssh_jump *jump,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	enum err_code code = ssh_link_open(
	    &jump->target, 22, hooks, deadline, &jump->link, NULL, e);

	if (code == ERR_OK) {
		ssh_link_log(jump->link, LOG_INFO,
		    "signed in to the jump host %.63s, %s", jump->target.name,
		    ssh_link_peer(jump->link));
		return ERR_OK;
	}
	refusal->kind = DRIVER_REFUSAL_UNREACHABLE;
	err_context(
	    e, "the jump host %.63s cannot be passed", jump->target.name);
	return code;
}

static enum err_code open_channel(struct ssh_jump *jump,
    const struct driver_target *target, uint16_t port, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	enum err_code code;
	int rc;

	jump->channel = ssh_channel_new(jump->link->session);
	if (jump->channel == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a connection");
	while ((rc = ssh_channel_open_forward(jump->channel, target->address,
		    port, "127.0.0.1", 0)) == SSH_AGAIN) {
		code = ssh_link_wait(jump->link, deadline,
		    "connecting to the device behind it", e);
		if (code != ERR_OK)
			return code;
	}
	if (rc == SSH_OK)
		return ERR_OK;
	refusal->kind = DRIVER_REFUSAL_UNREACHABLE;
	err_set(e, ERR_REMOTE,
	    "%.100s port %u cannot be reached from the jump host %.63s (%s): "
	    "is "
	    "it up, and does the jump host forward? Nothing was changed.",
	    target->address, (unsigned)port, jump->target.name,
	    ssh_link_peer(jump->link));
	err_detail(e, "libssh: %s", ssh_get_error(jump->link->session));
	return ERR_REMOTE;
}

static enum err_code start_thread(
    struct ssh_jump *jump, int *ret_fd, struct err *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		pair) != 0)
		return err_set_errno(e, "a connection by a jump host");
	jump->fd = pair[1];
	if (pthread_create(&jump->thread, NULL, carry, jump) != 0) {
		close(pair[0]);
		return err_set(
		    e, ERR_SYSTEM, "no thread for a connection by a jump host");
	}
	jump->running = true;
	*ret_fd = pair[0];
	return ERR_OK;
}

enum err_code ssh_jump_open(const struct driver_target *target, uint16_t port,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct ssh_jump **ret, int *ret_fd, struct driver_refusal *refusal,
    struct err *e)
{
	const struct driver_jump *by = target->jump;
	struct ssh_jump *jump = calloc(1, sizeof *jump);
	enum err_code code;

	if (jump == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a connection");
	jump->fd = -1;
	jump->target = (struct driver_target){
		.name = ssh_jump_name(by),
		.address = by->address,
		.port = by->port,
		.username = by->username,
		.password = by->password,
		.private_key = by->private_key,
		.pins = by->pins,
		.n_pins = by->n_pins,
	};
	code = open_link(jump, hooks, deadline, refusal, e);
	if (code == ERR_OK)
		code = open_channel(jump, target, port, deadline, refusal, e);
	if (code == ERR_OK)
		code = start_thread(jump, ret_fd, e);
	if (code == ERR_OK)
		*ret = jump;
	else
		ssh_jump_close(jump);
	return code;
}

void ssh_jump_close(struct ssh_jump *jump)
{
	if (jump == NULL)
		return;
	atomic_store(&jump->stop, true);
	if (jump->running)
		pthread_join(jump->thread, NULL);
	if (jump->fd >= 0)
		close(jump->fd);
	if (jump->channel != NULL)
		ssh_channel_free(jump->channel);
	ssh_link_close(jump->link);
	free(jump);
}
