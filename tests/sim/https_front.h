/*
 * HTTPS in front of the devices, for eAPI and NX-API: libmicrohttpd with
 * GnuTLS, one daemon for all devices.  A thread a connection, so that a slow
 * device (mode latency) holds up nobody else.
 *
 * The certificate is made at the start by a CA of its own, whose certificate
 * https_front_ca() gives to clients; it names the addresses of all devices.
 */
#ifndef SIM_HTTPS_FRONT_H
#define SIM_HTTPS_FRONT_H

#include "sim/device.h"

#include <netinet/in.h>

struct https_front;

/* Finds the device behind a local address; called from any thread. */
typedef struct device *(*https_find)(
    void *ctx, const struct sockaddr_in *local);

struct https_front_options {
	https_find find;
	void *ctx;
	const struct in_addr *addresses; /* for the certificate; borrowed */
	size_t n_addresses;
};

/* NULL if GnuTLS or the daemon refuse. */
struct https_front *https_front_new(const struct https_front_options *options);
void https_front_free(struct https_front *front);

/* Takes over an accepted connection. */
void https_front_take(
    struct https_front *front, int fd, const struct sockaddr_in *peer);

/* PEM; as long as the front lives. */
const char *https_front_ca(const struct https_front *front);

/* --- certificates (https_cert.c) --------------------------------------- */

struct https_cert {
	char *ca;   /* PEM, certificate only: its key is forgotten */
	char *cert; /* PEM */
	char *key;  /* PEM */
};

bool https_cert_make(
    const struct in_addr *addresses, size_t n, struct https_cert *ret);
void https_cert_release(struct https_cert *c);

#endif
