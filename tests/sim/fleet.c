#include "sim/fleet.h"

#include "sim/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLEET_EVENTS 64
#define FLEET_BACKLOG 64

enum fleet_service { FLEET_SSH, FLEET_NETCONF, FLEET_HTTPS, FLEET_SERVICES };

struct fleet_listener {
	int fd; /* -1: none */
	enum fleet_service service;
	struct device *device;
	struct sockaddr_in at;
};

struct fleet_member {
	struct device device;
	struct fleet_listener listeners[FLEET_SERVICES];
};

struct fleet {
	const char *state_dir;
	struct fleet_member *members;
	size_t n;
	int epoll_fd;
	struct ssh_front *ssh;
	struct https_front *https;
};

size_t fleet_count(const struct fleet *fleet)
{
	return fleet->n;
}

struct device *fleet_device(struct fleet *fleet, size_t i)
{
	return &fleet->members[i].device;
}

struct device *fleet_find(struct fleet *fleet, const char *name)
{
	for (size_t i = 0; i < fleet->n; i++)
		if (strcmp(fleet->members[i].device.name, name) == 0)
			return &fleet->members[i].device;
	return NULL;
}

void fleet_describe(const struct fleet *fleet, size_t i, struct buf *out)
{
	const struct fleet_member *m = &fleet->members[i];
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &m->listeners[FLEET_SSH].at.sin_addr, address,
	    sizeof(address));
	buf_printf(
	    out, "%s %s %s", m->device.name, m->device.platform->name, address);
	for (size_t s = 0; s < FLEET_SERVICES; s++)
		buf_printf(out, " %u", ntohs(m->listeners[s].at.sin_port));
	buf_putc(out, '\n');
}

void fleet_wake(struct fleet *fleet)
{
	ssh_front_wake(fleet->ssh);
}

const char *fleet_ca(const struct fleet *fleet)
{
	return fleet->https ? https_front_ca(fleet->https) : "";
}

static struct device *fleet_find_https(
    void *ctx, const struct sockaddr_in *local)
{
	struct fleet *fleet = ctx;

	for (size_t i = 0; i < fleet->n; i++) {
		const struct sockaddr_in *at =
		    &fleet->members[i].listeners[FLEET_HTTPS].at;

		if (at->sin_port == local->sin_port &&
		    at->sin_addr.s_addr == local->sin_addr.s_addr)
			return &fleet->members[i].device;
	}
	return NULL;
}

/* --- opening ----------------------------------------------------------- */

static bool fleet_listen(struct fleet *fleet, struct fleet_listener *l)
{
	int one = 1;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = l };

	if (l->at.sin_port == 0)
		return true;
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return false;
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(l->fd, (struct sockaddr *)&l->at, sizeof(l->at)) == 0 &&
	       listen(l->fd, FLEET_BACKLOG) == 0 &&
	       epoll_ctl(fleet->epoll_fd, EPOLL_CTL_ADD, l->fd, &ev) == 0;
}

static bool fleet_open_member(struct fleet *fleet,
    const struct fleet_options *options, const struct fleet_group *g,
    unsigned i)
{
	struct fleet_member *m = &fleet->members[fleet->n];
	uint16_t shift = (uint16_t)(g->one_address ? i : 0);
	const uint16_t ports[FLEET_SERVICES] = { g->ssh_port, g->netconf_port,
		g->platform->http_path ? g->https_port : 0 };
	char name[64];
	bool ok = true;

	snprintf(name, sizeof(name), "%s%u", g->name, i + 1);
	device_init(&m->device, g->platform, &options->login, name,
	    (unsigned)fleet->n, g->os_version);
	fleet->n++;
	for (int s = 0; s < FLEET_SERVICES; s++) {
		struct fleet_listener *l = &m->listeners[s];

		l->fd = -1;
		l->service = (enum fleet_service)s;
		l->device = &m->device;
		l->at.sin_family = AF_INET;
		l->at.sin_addr.s_addr =
		    htonl(ntohl(g->listen.s_addr) + (g->one_address ? 0 : i));
		if (ports[s])
			l->at.sin_port = htons((uint16_t)(ports[s] + shift));
		if (ok && !fleet_listen(fleet, l)) {
			fprintf(stderr,
			    "switchyard-sim: cannot listen on %s port %u: %s\n",
			    inet_ntoa(l->at.sin_addr), ports[s] + shift,
			    strerror(errno));
			ok = false;
		}
	}
	if (ok && !fleet_load_keys(options->state_dir, &m->device)) {
		fprintf(stderr, "switchyard-sim: no host key for %s\n", name);
		ok = false;
	}
	if (ok)
		fleet_load_startup(options->state_dir, &m->device);
	return ok;
}

static bool fleet_open_members(
    struct fleet *fleet, const struct fleet_options *options)
{
	for (size_t g = 0; g < options->n_groups; g++)
		for (unsigned i = 0; i < options->groups[g].count; i++)
			if (!fleet_open_member(
				fleet, options, &options->groups[g], i))
				return false;
	return true;
}

static bool fleet_open_https(struct fleet *fleet)
{
	struct in_addr *addresses =
	    mem_resize(NULL, fleet->n, sizeof(*addresses));
	size_t n = 0;
	struct https_front_options options = {
		.find = fleet_find_https, .ctx = fleet, .addresses = addresses
	};

	for (size_t i = 0; i < fleet->n; i++)
		if (fleet->members[i].listeners[FLEET_HTTPS].fd >= 0)
			addresses[n++] = fleet->members[i]
					     .listeners[FLEET_HTTPS]
					     .at.sin_addr;
	options.n_addresses = n;
	if (n > 0)
		fleet->https = https_front_new(&options);
	free(addresses);
	return n == 0 || fleet->https;
}

/* Every device needs up to three sockets besides its sessions. */
static void fleet_raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

struct fleet *fleet_open(const struct fleet_options *options)
{
	struct fleet *fleet = mem_zalloc(sizeof(*fleet));
	size_t n = 0;

	fleet_raise_limit();
	for (size_t g = 0; g < options->n_groups; g++)
		n += options->groups[g].count;
	fleet->state_dir = options->state_dir;
	fleet->members = mem_zalloc(n * sizeof(*fleet->members));
	fleet->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	fleet->ssh = ssh_front_new(&options->ssh);
	if (fleet->ssh && fleet_open_members(fleet, options)) {
		if (fleet_open_https(fleet))
			return fleet;
		fputs("switchyard-sim: HTTPS cannot be started\n", stderr);
	}
	fleet_close(fleet);
	return NULL;
}

void fleet_close(struct fleet *fleet)
{
	if (fleet->ssh)
		ssh_front_free(fleet->ssh);
	https_front_free(fleet->https);
	for (size_t i = 0; i < fleet->n; i++) {
		struct fleet_member *m = &fleet->members[i];

		fleet_save_startup(fleet->state_dir, &m->device);
		for (int s = 0; s < FLEET_SERVICES; s++)
			if (m->listeners[s].fd >= 0)
				close(m->listeners[s].fd);
		ssh_key_free(m->device.host_keys[0]);
		ssh_key_free(m->device.host_keys[1]);
		device_release(&m->device);
	}
	close(fleet->epoll_fd);
	free(fleet->members);
	free(fleet);
}

/* --- serving ----------------------------------------------------------- */

static void fleet_accept(struct fleet *fleet, struct fleet_listener *l)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int one = 1;
	int fd = accept4(l->fd, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (l->service == FLEET_HTTPS)
		https_front_take(fleet->https, fd, &peer);
	else
		ssh_front_take(fleet->ssh, fd, l->device);
}

bool fleet_serve(struct fleet *fleet, int extra_fd, int wait_ms)
{
	struct epoll_event events[FLEET_EVENTS];
	struct epoll_event extra = { .events = EPOLLIN, .data.ptr = NULL };
	bool readable = false;
	int n;

	if (extra_fd >= 0)
		epoll_ctl(fleet->epoll_fd, EPOLL_CTL_ADD, extra_fd, &extra);
	n = epoll_wait(fleet->epoll_fd, events, FLEET_EVENTS, wait_ms);
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			fleet_accept(fleet, events[i].data.ptr);
		else
			readable = true;
	}
	if (extra_fd >= 0)
		epoll_ctl(fleet->epoll_fd, EPOLL_CTL_DEL, extra_fd, NULL);
	return readable;
}
