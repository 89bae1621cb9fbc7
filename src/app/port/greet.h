/*
 * Does a NETCONF server answer behind its sign-in?  One device, once: connect,
 * check the host key, sign in, exchange hellos (RFC 6241, 8.1; RFC 6242, 3),
 * end the session.  Reads nothing and changes nothing.
 *
 * Implemented by src/infra/netconf/greet.c.
 *
 * Ownership: all is borrowed for the call.  One thread.
 * Errors: there are none to return: why there was no hello is the answer.
 */
#ifndef APP_PORT_GREET_H
#define APP_PORT_GREET_H

#include "app/port/driver.h"
#include "domain/reach.h"

struct greet_limits {
	int sign_in_ms; /* to connect, exchange keys and sign in */
	int hello_ms;	/* from then to the server's hello */
};

struct greeting {
	/* asked is set, counts is not.  latency_us: from the first packet to
	 * the hello.  why: "hello received, base 1.1, session 17", or what was
	 * met instead. */
	struct probe_result probe;
	bool signed_in; /* the credentials were taken, whatever came then */
	bool refused;	/* they were not: trying again may lock the account */
};

/* hooks: only `cancelled` is asked; may be NULL. */
void netconf_greet(const struct driver_target *target,
    const struct driver_hooks *hooks, const struct greet_limits *limits,
    struct greeting *ret);

#endif
