/*
 * Shared by the files of the SSH front: ssh_front.c (workers), ssh_peer.c
 * (a connection, signing in), ssh_chan.c (a channel, sending).
 */
#ifndef SIM_SSH_INTERNAL_H
#define SIM_SSH_INTERNAL_H

#include "sim/endpoint.h"
#include "sim/ssh_front.h"

#include <libssh/callbacks.h>
#include <libssh/server.h>

#define SSH_CHANNELS_MAX 10 /* of a connection */
#define SSH_LOGIN_TRIES 3
#define SSH_LOGIN_MS 60000
#define SSH_WRITE_MAX 32768 /* bytes at once */

struct ssh_peer;

struct ssh_chan {
	struct ssh_chan *next;
	struct ssh_peer *peer;
	ssh_channel channel;
	struct ssh_channel_callbacks_struct callbacks;
	struct endpoint *ep; /* NULL until a shell, command or subsystem */
	bool pty;
	unsigned columns;
	unsigned rows;
	uint64_t sent;	       /* bytes */
	uint64_t requests;     /* seen so far: a new one delays the answer */
	int64_t hold_until_ms; /* monotonic */
	bool closed;	       /* close was sent */
};

struct ssh_peer {
	struct ssh_peer *next;
	struct ssh_front *front;
	struct device *device;
	ssh_session session;
	/* Its own: whatever libssh waits for in one session would let it mark
	 * this one as failed when another, in the same event, hangs up. */
	ssh_event event;
	struct ssh_server_callbacks_struct callbacks;
	struct ssh_chan *channels;
	char user[64];
	unsigned tries;
	bool banner_sent;
	bool authenticated;
	bool cut; /* end it without a word */
	unsigned generation;
	int64_t since_ms;
};

const struct ssh_front_options *ssh_front_options(const struct ssh_front *f);

/* NULL if the connection is not to be served. */
struct ssh_peer *ssh_peer_new(
    struct ssh_front *front, ssh_bind bind, int fd, struct device *d);
void ssh_peer_free(struct ssh_peer *peer);
/* Sends what may be sent; false once the connection is over.  Lowers
 * *wait_ms to when it wants to be called again. */
bool ssh_peer_pump(struct ssh_peer *peer, int64_t now_ms, int *wait_ms);

struct ssh_chan *ssh_chan_new(struct ssh_peer *peer, ssh_channel channel);
void ssh_chan_free(struct ssh_chan *chan);
void ssh_chan_pump(struct ssh_chan *chan, int64_t now_ms, int *wait_ms);

#endif
