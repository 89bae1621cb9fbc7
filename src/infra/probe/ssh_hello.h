/*
 * The beginning of an SSH connection, as far as the server's host key: banner,
 * KEXINIT, key exchange (RFC 4253, RFC 5656, RFC 8731).  The key arrives in
 * clear; nothing is signed in to and nothing is secret, so our side of the key
 * exchange is a constant.  That the server also holds the key is not proved:
 * this tells of a device that was replaced, not of an attacker; sessions
 * verify the key in full.
 *
 * Pure: bytes in, bytes out.  Works on hostile input.
 */
#ifndef INFRA_PROBE_SSH_HELLO_H
#define INFRA_PROBE_SSH_HELLO_H

#include "app/port/driver.h"
#include "base/buf.h"

enum hello_step {
	HELLO_MORE,   /* wait for more bytes; `out` may hold some to send */
	HELLO_DONE,   /* the peer is what it should be */
	HELLO_FAILED, /* `why` is set */
};

#define HELLO_WHY_SIZE 72
/* Of what a peer may send until the end. */
#define SSH_HELLO_MAX ((size_t)64 * 1024)

struct ssh_hello {
	const struct driver_host_key *pins; /* borrowed */
	size_t n_pins;			    /* 0: the KEXINIT is enough */
	enum { SSH_BANNER, SSH_KEXINIT, SSH_KEY } state;
	char why[HELLO_WHY_SIZE];
};

void ssh_hello_begin(struct ssh_hello *h, const struct driver_host_key *pins,
    size_t n_pins, struct buf *out);
/* Consumes what it understood of `in`. */
enum hello_step ssh_hello_feed(
    struct ssh_hello *h, struct buf *in, struct buf *out);

#endif
