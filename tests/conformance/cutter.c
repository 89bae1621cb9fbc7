#include "conformance/cutter.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_PAIRS 32

struct pair {
	int client; /* -1: free */
	int server;
	bool mute; /* hangs up instead of passing the next response on */
};

struct cutter {
	pthread_t thread;
	struct sockaddr_in to;
	int listener;
	int wake[2]; /* closed to end the thread */
	uint16_t port;
	atomic_uint at;
	atomic_bool before;
	atomic_uint requests;
	atomic_uint open;
	struct pair pairs[MAX_PAIRS];
};

static void drop(struct cutter *c, struct pair *p)
{
	close(p->client);
	close(p->server);
	p->client = p->server = -1;
	atomic_fetch_sub(&c->open, 1);
}

static void take(struct cutter *c)
{
	int client = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pair *p = c->pairs;

	while (p < c->pairs + MAX_PAIRS && p->client >= 0)
		p++;
	if (client >= 0 && server >= 0 && p < c->pairs + MAX_PAIRS &&
	    connect(server, (struct sockaddr *)&c->to, sizeof c->to) == 0) {
		*p = (struct pair){ client, server, false };
		atomic_fetch_add(&c->open, 1);
		return;
	}
	if (client >= 0)
		close(client);
	if (server >= 0)
		close(server);
}

static bool send_all(int fd, const char *data, ssize_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, (size_t)len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data += n;
		len -= n;
	}
	return true;
}

static void pass_request(struct cutter *c, struct pair *p)
{
	char data[65536];
	ssize_t n = recv(p->client, data, sizeof data, 0);
	bool hit;

	if (n <= 0 || !send_all(p->server, data, n)) {
		drop(c, p);
		return;
	}
	hit = atomic_fetch_add(&c->requests, 1) + 1 == atomic_load(&c->at);
	if (hit && atomic_load(&c->before))
		p->mute = true;
	else if (hit)
		drop(c, p);
}

static void pass_response(struct cutter *c, struct pair *p)
{
	char data[65536];
	ssize_t n = recv(p->server, data, sizeof data, 0);

	if (n <= 0 || p->mute || !send_all(p->client, data, n))
		drop(c, p);
}

static void *relay(void *arg)
{
	struct cutter *c = arg;
	struct pollfd fds[2 + 2 * MAX_PAIRS];

	for (;;) {
		fds[0] = (struct pollfd){ c->wake[0], POLLIN, 0 };
		fds[1] = (struct pollfd){ c->listener, POLLIN, 0 };
		for (size_t i = 0; i < MAX_PAIRS; i++) {
			fds[2 + 2 * i] =
			    (struct pollfd){ c->pairs[i].client, POLLIN, 0 };
			fds[3 + 2 * i] =
			    (struct pollfd){ c->pairs[i].server, POLLIN, 0 };
		}
		if (poll(fds, 2 + 2 * MAX_PAIRS, -1) < 0)
			continue;
		if (fds[0].revents != 0)
			return NULL;
		for (size_t i = 0; i < MAX_PAIRS; i++) {
			struct pair *p = &c->pairs[i];

			if (p->client >= 0 && fds[2 + 2 * i].revents != 0)
				pass_request(c, p);
			if (p->client >= 0 && fds[3 + 2 * i].revents != 0)
				pass_response(c, p);
		}
		if (fds[1].revents != 0)
			take(c);
	}
}

static bool listen_anywhere(struct cutter *c)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof at;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->listener < 0 ||
	    bind(c->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(c->listener, MAX_PAIRS) != 0 ||
	    getsockname(c->listener, (struct sockaddr *)&at, &size) != 0)
		return false;
	c->port = ntohs(at.sin_port);
	return true;
}

struct cutter *cutter_start(const char *address, uint16_t port)
{
	struct cutter *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	for (size_t i = 0; i < MAX_PAIRS; i++)
		c->pairs[i] = (struct pair){ -1, -1, false };
	c->to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port) };
	if (inet_pton(AF_INET, address, &c->to.sin_addr) != 1 ||
	    !listen_anywhere(c) || pipe2(c->wake, O_CLOEXEC) != 0 ||
	    pthread_create(&c->thread, NULL, relay, c) != 0) {
		free(c);
		return NULL;
	}
	return c;
}

void cutter_stop(struct cutter *c)
{
	if (c == NULL)
		return;
	close(c->wake[1]);
	pthread_join(c->thread, NULL);
	for (size_t i = 0; i < MAX_PAIRS; i++)
		if (c->pairs[i].client >= 0)
			drop(c, &c->pairs[i]);
	close(c->wake[0]);
	close(c->listener);
	free(c);
}

uint16_t cutter_port(const struct cutter *c)
{
	return c->port;
}

void cutter_set(struct cutter *c, unsigned at, bool before)
{
	atomic_store(&c->requests, 0);
	atomic_store(&c->before, before);
	atomic_store(&c->at, at);
}

unsigned cutter_requests(const struct cutter *c)
{
	return atomic_load(&c->requests);
}

unsigned cutter_open(const struct cutter *c)
{
	return atomic_load(&c->open);
}
