/*
 * One conversation over an SSH channel: a CLI session, a file copy, NETCONF.
 * The SSH front feeds it bytes and carries away what it puts into `out`.
 *
 * Threads: the front's worker that serves the connection.  input() and end()
 * are called with the device locked.
 */
#ifndef SIM_ENDPOINT_H
#define SIM_ENDPOINT_H

#include "sim/device.h"

#define ENDPOINT_OUT_MAX (64u << 20)

struct endpoint;

struct endpoint_ops {
	void (*input)(struct endpoint *ep, const char *data, size_t len);
	/* The peer sends no more. */
	void (*end)(struct endpoint *ep);
	void (*resize)(struct endpoint *ep, unsigned columns, unsigned rows);
	void (*free)(struct endpoint *ep);
};

struct endpoint {
	const struct endpoint_ops *ops;
	struct device *device;
	unsigned generation; /* of the device when it was opened */
	struct buf out;
	uint64_t flood_left; /* filler to send after out */
	uint64_t requests;   /* commands, RPCs or files so far */
	bool closing;	     /* close the channel once out is sent */
	bool cut;	     /* drop the connection now */
	bool stalled;	     /* half open: never a word more */
	int exit_status;
};

void endpoint_init(
    struct endpoint *ep, const struct endpoint_ops *ops, struct device *d);
void endpoint_release(struct endpoint *ep);

/* Counts a request.  False if a hostile mode ends the session here: then the
 * request must not be executed. */
bool endpoint_begin_request(struct endpoint *ep);
/* After its execution: hangs up or falls silent if a mode says so. */
void endpoint_end_request(struct endpoint *ep);

#endif
