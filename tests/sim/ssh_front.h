/*
 * SSH in front of the devices: connections, signing in, channels.
 *
 * A few worker threads, each with an event loop of libssh, serve all
 * connections; one connection stays with one worker.  libssh 0.10, server API.
 *
 * Threads: ssh_front_take() and ssh_front_wake() may be called from any.
 */
#ifndef SIM_SSH_FRONT_H
#define SIM_SSH_FRONT_H

#include "sim/device.h"

#include <libssh/libssh.h>

#define SSH_FRONT_WORKERS_MAX 16

struct ssh_front;

struct ssh_front_options {
	unsigned workers;
	int methods;	    /* SSH_AUTH_METHOD_…, or-ed */
	ssh_key authorized; /* borrowed; NULL: no key is */
};

/* NULL if the system refuses threads. */
struct ssh_front *ssh_front_new(const struct ssh_front_options *options);
/* Ends all connections and waits for the workers. */
void ssh_front_free(struct ssh_front *front);

/* Takes over an accepted connection. */
void ssh_front_take(struct ssh_front *front, int fd, struct device *d);
/* Something changed that connections should notice: a reload, a mode. */
void ssh_front_wake(struct ssh_front *front);

#endif
