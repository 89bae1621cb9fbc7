/*
 * Echo requests from one socket (RFC 792): a ping socket where the system's
 * net.ipv4.ping_group_range allows it, else a raw one, which wants
 * CAP_NET_RAW.
 */
#include "infra/probe/probe_internal.h"

#include "base/clock.h"
#include "base/crypto.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_BUFFER (4 * 1024 * 1024)
#define MAX_TURN 4096 /* answers taken before the loop goes on */

/* What an echo request carries and its answer brings back. */
struct __attribute__((packed)) mark {
	uint8_t ours[8];
	uint32_t slot;
	uint32_t generation;
	int64_t sent_us;
};

struct __attribute__((packed)) echo {
	uint8_t type, code;
	uint16_t sum, id, sequence;
	struct mark mark;
};

static uint16_t checksum(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (len % 2)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

void icmp_open(struct sweep *s)
{
	int flags = SOCK_NONBLOCK | SOCK_CLOEXEC, size = SOCKET_BUFFER;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

	random_bytes(s->icmp_mark, sizeof(s->icmp_mark));
	s->icmp_raw = false;
	s->icmp_fd = socket(AF_INET, SOCK_DGRAM | flags, IPPROTO_ICMP);
	if (s->icmp_fd < 0) {
		s->icmp_raw = true;
		s->icmp_fd = socket(AF_INET, SOCK_RAW | flags, IPPROTO_ICMP);
	}
	if (s->icmp_fd < 0) {
		snprintf(s->icmp_why, sizeof(s->icmp_why),
		    "not asked: no right to send ICMP (CAP_NET_RAW or ping "
		    "group)");
		return;
	}
	/* answers of thousands may wait; as much as the system allows */
	(void)setsockopt(
	    s->icmp_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->icmp_fd, &event) < 0) {
		snprintf(s->icmp_why, sizeof(s->icmp_why), "not asked: %s",
		    strerror(errno));
		close(s->icmp_fd);
		s->icmp_fd = -1;
	}
}

static void send_echo(struct probe_op *op)
{
	struct sweep *s = op->running->sweep;
	struct echo echo = { .type = ICMP_ECHO,
		.id = htons((uint16_t)getpid()),
		.sequence = htons((uint16_t)op->attempt),
		.mark = { .slot = op->running->slot,
		    .generation = op->running->generation,
		    .sent_us = clock_mono_us() } };
	ssize_t n;

	memcpy(echo.mark.ours, s->icmp_mark, sizeof(s->icmp_mark));
	echo.sum = checksum(&echo, sizeof(echo));
	n = sendto(s->icmp_fd, &echo, sizeof(echo), 0,
	    (const struct sockaddr *)&op->running->address,
	    sizeof(op->running->address));
	/* a full queue is as good as a lost packet: it is sent again */
	if (n < 0 && errno != EAGAIN && errno != ENOBUFS)
		probe_fail_errno(op, errno);
}

static void begin(struct probe_op *op)
{
	struct sweep *s = op->running->sweep;

	if (s->icmp_fd < 0)
		probe_pass_over(op, s->icmp_why);
	else
		send_echo(op);
}

const struct probe_method probe_icmp = { begin, NULL, send_echo, NULL };

/* --- answers -------------------------------------------------------------- */

static struct probe_op *find_op(struct sweep *s, const struct mark *mark)
{
	struct running *r;

	if (memcmp(mark->ours, s->icmp_mark, sizeof(mark->ours)) != 0 ||
	    mark->slot >= s->options->at_once)
		return NULL;
	r = s->slots[mark->slot];
	if (!r || r->generation != mark->generation || !r->ops[PROBE_ICMP].open)
		return NULL;
	return &r->ops[PROBE_ICMP];
}

static const char *const unreachable_words[] = {
	[ICMP_NET_UNREACH] = "network unreachable",
	[ICMP_HOST_UNREACH] = "host unreachable",
	[ICMP_PROT_UNREACH] = "protocol unreachable",
	[ICMP_PORT_UNREACH] = "port unreachable",
};

/* A router's word on one of our requests, which it quotes. */
static void on_unreachable(struct sweep *s, const uint8_t *p, size_t len,
    const struct sockaddr_in *from)
{
	char router[INET_ADDRSTRLEN] = "";
	struct probe_op *op;
	struct echo echo;
	size_t header;
	uint8_t code;

	if (len < 8 + 20)
		return;
	code = p[1];
	header = (size_t)(p[8] & 0x0f) * 4;
	if (len < 8 + header + sizeof(echo))
		return;
	memcpy(&echo, p + 8 + header, sizeof(echo));
	op = find_op(s, &echo.mark);
	if (!op)
		return;
	inet_ntop(AF_INET, &from->sin_addr, router, sizeof(router));
	probe_fail(op, "%s, says %s",
	    code < sizeof(unreachable_words) / sizeof(unreachable_words[0])
		? unreachable_words[code]
		: "prohibited on the way",
	    router);
}

static void on_packet(struct sweep *s, const uint8_t *p, size_t len,
    const struct sockaddr_in *from)
{
	int64_t sent_us, now_us;
	struct probe_op *op;
	struct echo echo;

	if (s->icmp_raw) {
		size_t header = len ? (size_t)(p[0] & 0x0f) * 4 : 0;

		if (len < 20 || header > len)
			return;
		p += header;
		len -= header;
	}
	if (len >= 1 && p[0] == ICMP_DEST_UNREACH) {
		on_unreachable(s, p, len, from);
		return;
	}
	if (len < sizeof(echo) || p[0] != ICMP_ECHOREPLY)
		return;
	memcpy(&echo, p, sizeof(echo));
	op = find_op(s, &echo.mark);
	if (!op ||
	    op->running->address.sin_addr.s_addr != from->sin_addr.s_addr)
		return;
	/* the time comes back from the device, which may be hostile */
	sent_us = echo.mark.sent_us;
	now_us = clock_mono_us();
	if (sent_us < op->began_us || sent_us > now_us)
		sent_us = op->began_us;
	probe_succeed(op, now_us - sent_us);
}

void icmp_receive(struct sweep *s)
{
	uint8_t packet[1500];

	for (int i = 0; i < MAX_TURN; i++) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(s->icmp_fd, packet, sizeof(packet), 0,
		    (struct sockaddr *)&from, &size);

		if (n < 0)
			return;
		on_packet(s, packet, (size_t)n, &from);
	}
}
