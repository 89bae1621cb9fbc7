#include "infra/ssh/link_internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A dead peer is noticed after about 15 + 3 * 5 seconds. */
#define KEEPALIVE_IDLE_S 15
#define KEEPALIVE_INTERVAL_S 5
#define KEEPALIVE_PROBES 3
#define UNACKED_MAX_MS 30000

/* How long to listen at a time, so that a cancelled run ends soon. */
#define SLICE_MS 250

/* What each failure most likely means to an operator. */
static const struct {
	int number;
	const char *said;
} causes[] = {
	{ ECONNREFUSED, "refused the connection: is the device up, and SSH on "
			"this port?" },
	{ ETIMEDOUT, "did not answer: is the device up?" },
	{ EHOSTUNREACH, "cannot be reached: no route to the host." },
	{ ENETUNREACH, "cannot be reached: no route to its network." },
	{ EACCES, "may not be reached: a firewall rule forbids it." },
	{ EINVAL, "cannot be reached: its route is a black hole." },
};

static enum err_code unreachable(struct ssh_link *link, int number,
    struct driver_refusal *refusal, struct err *e)
{
	const char *said = "cannot be reached.";

	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
		if (causes[i].number == number)
			said = causes[i].said;
	refusal->kind = DRIVER_REFUSAL_UNREACHABLE;
	err_set(e, number == ETIMEDOUT ? ERR_TIMEOUT : ERR_REMOTE,
	    "%s %s Nothing was changed.", link->peer, said);
	err_detail(e, "connect: %s", strerror(number));
	return number == ETIMEDOUT ? ERR_TIMEOUT : ERR_REMOTE;
}

static void set_options(int fd)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MAX_MS },
	};

	/* Each only makes a dead peer show sooner. */
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		(void)setsockopt(fd, options[i].level, options[i].name,
		    &options[i].value, sizeof options[i].value);
}

/* poll(2) in slices; 0 when ready, else an errno or ECANCELED. */
static int wait_for(
    struct ssh_link *link, int fd, short events, struct deadline deadline)
{
	while (!deadline_passed(deadline)) {
		struct pollfd p = { .fd = fd, .events = events };
		int n = poll(&p, 1,
		    deadline_poll_ms(
			deadline_sooner(deadline, deadline_in_ms(SLICE_MS))));

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return errno;
		if (ssh_link_check_cancel(link, NULL) != ERR_OK)
			return ECANCELED;
	}
	return ETIMEDOUT;
}

static int connect_one(struct ssh_link *link, const struct addrinfo *to,
    struct deadline deadline, int *ret_fd)
{
	int fd = socket(to->ai_family,
	    to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->ai_protocol);
	int number = 0;
	socklen_t size = sizeof number;

	if (fd < 0)
		return errno;
	set_options(fd);
	if (connect(fd, to->ai_addr, to->ai_addrlen) != 0) {
		number = errno;
		if (number == EINPROGRESS)
			number = wait_for(link, fd, POLLOUT, deadline);
		if (number == 0 &&
		    getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
			number = errno;
	}
	if (number != 0) {
		close(fd);
		return number;
	}
	*ret_fd = fd;
	return 0;
}

/* RFC 4253, 4.2: the server speaks first, and its line begins with "SSH-". */
static enum err_code expect_ssh(struct ssh_link *link, int fd,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	char first[4];
	int number = wait_for(link, fd, POLLIN, deadline);
	ssize_t n = -1;

	if (number == ECANCELED)
		return ssh_link_check_cancel(link, e);
	if (number == 0)
		n = recv(fd, first, sizeof first, MSG_PEEK);
	refusal->kind = DRIVER_REFUSAL_PROTOCOL;
	if (number == ETIMEDOUT)
		return err_set(e, ERR_TIMEOUT,
		    "%s took the connection but did not speak SSH in time: is "
		    "it the right port? Nothing was changed.",
		    link->peer);
	if (n <= 0)
		return err_set(e, ERR_REMOTE,
		    "%s closed the connection at once: does it allow this "
		    "address? Nothing was changed.",
		    link->peer);
	if (memcmp(first, "SSH-", (size_t)n) != 0)
		return err_set(e, ERR_REMOTE,
		    "%s answers, but not with SSH: is it the right port? "
		    "Nothing was changed.",
		    link->peer);
	refusal->kind = DRIVER_REFUSAL_NONE;
	return ERR_OK;
}

static enum err_code resolve(struct ssh_link *link, uint16_t port,
    struct addrinfo **ret, struct driver_refusal *refusal, struct err *e)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG,
	};
	char service[8];
	int rc;

	snprintf(service, sizeof service, "%u", (unsigned)port);
	/* Loopback addresses work even where no interface is up. */
	hints.ai_flags |= AI_NUMERICHOST;
	rc = getaddrinfo(link->target->address, service, &hints, ret);
	if (rc == EAI_NONAME) {
		hints.ai_flags &= ~AI_NUMERICHOST;
		rc = getaddrinfo(link->target->address, service, &hints, ret);
	}
	if (rc == 0)
		return ERR_OK;
	refusal->kind = DRIVER_REFUSAL_UNREACHABLE;
	err_set(e, ERR_REMOTE,
	    "the address \"%.200s\" cannot be resolved: is it written right? "
	    "Nothing was changed.",
	    link->target->address);
	err_detail(e, "getaddrinfo: %s", gai_strerror(rc));
	return ERR_REMOTE;
}

static enum err_code connect_directly(struct ssh_link *link, uint16_t port,
    struct deadline deadline, int *ret_fd, struct driver_refusal *refusal,
    struct err *e)
{
	struct addrinfo *list = NULL;
	int number = EHOSTUNREACH;
	enum err_code code = resolve(link, port, &list, refusal, e);

	if (code != ERR_OK)
		return code;
	for (struct addrinfo *to = list; to != NULL; to = to->ai_next) {
		number = connect_one(link, to, deadline, ret_fd);
		if (number == 0 || number == ECANCELED)
			break;
	}
	freeaddrinfo(list);
	if (number == ECANCELED)
		return ssh_link_check_cancel(link, e);
	if (number != 0)
		return unreachable(link, number, refusal, e);
	return ERR_OK;
}

enum err_code ssh_connect_socket(struct ssh_link *link, uint16_t port,
    struct deadline deadline, int *ret_fd, struct driver_refusal *refusal,
    struct err *e)
{
	int fd = -1;
	enum err_code code =
	    link->target->jump != NULL
		? ssh_jump_open(link->target, port, link->hooks, deadline,
		      &link->jump, &fd, refusal, e)
		: connect_directly(link, port, deadline, &fd, refusal, e);

	if (code != ERR_OK)
		return code;
	code = expect_ssh(link, fd, deadline, refusal, e);
	if (code != ERR_OK)
		close(fd);
	else
		*ret_fd = fd;
	return code;
}
