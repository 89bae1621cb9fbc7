/*
 * An HTTP peer of the tests, on loopback in a thread of its own.  `seen` may be
 * read when it has been stopped.
 */
#ifndef TESTS_UNIT_INFRA_HTTP_PEER_H
#define TESTS_UNIT_INFRA_HTTP_PEER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * A peer with a script: for each connection a list of answers, each sent after
 * one whole request has been read.  What it has seen is in `seen`.
 */
struct peer {
	int fd;
	int port;
	pthread_t thread;
	const char *const *connections[8]; /* answers, NULL-terminated */
	size_t n_connections;
	struct buf seen;
	int accepted;
	bool hold; /* the last connection stays open */
};

static inline bool read_request(int fd, struct buf *seen)
{
	size_t start = seen->len, body = 0;
	char c;

	while (recv(fd, &c, 1, 0) == 1) {
		const char *head, *length;

		buf_putc(seen, c);
		head = buf_text(seen) + start;
		if (!strstr(head, "\r\n\r\n"))
			continue;
		length = strcasestr(head, "content-length:");
		if (length)
			body = strtoul(length + 15, NULL, 10);
		while (body-- && recv(fd, &c, 1, 0) == 1)
			buf_putc(seen, c);
		return true;
	}
	return false;
}

static inline void *serve(void *ctx)
{
	struct peer *p = ctx;

	for (size_t i = 0; i < p->n_connections; i++) {
		const char *const *answer = p->connections[i];
		int fd = accept(p->fd, NULL, NULL);

		if (fd < 0)
			break;
		p->accepted++;
		for (; *answer && read_request(fd, &p->seen); answer++)
			send(fd, *answer, strlen(*answer), MSG_NOSIGNAL);
		if (p->hold && i + 1 == p->n_connections) {
			char c;

			while (recv(fd, &c, 1, 0) > 0)
				;
		}
		close(fd);
	}
	return NULL;
}

static inline void peer_start(struct peer *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	p->seen = (struct buf)BUF_INIT(1 << 20);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(p->fd, 8), 0);
	getsockname(p->fd, (struct sockaddr *)&a, &len);
	p->port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
}

/* Once all its connections have been served. */
static inline void peer_finish(struct peer *p)
{
	pthread_join(p->thread, NULL);
	close(p->fd);
}

static inline void peer_stop(struct peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
	peer_finish(p);
	buf_release(&p->seen);
}

#endif
