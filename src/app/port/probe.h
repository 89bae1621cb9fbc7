/*
 * Asking many devices at once whether they answer (docs/reachability.md).
 *
 * Implemented by src/infra/probe: one thread, one epoll set, thousands of
 * probes at a time.
 */
#ifndef APP_PORT_PROBE_H
#define APP_PORT_PROBE_H

#include "app/port/driver.h"
#include "base/secret.h"
#include "domain/reach.h"

/* Borrowed.  community: v2c; otherwise v3 with the rest.  No auth password: no
 * authentication; no privacy password: no encryption. */
struct probe_snmp {
	const struct secret *community;
	const char *user;
	const char *auth_protocol;    /* "SHA-256": probe_snmp_protocols */
	const char *privacy_protocol; /* "AES" or "DES" */
	const struct secret *auth_password;
	const struct secret *privacy_password;
};

/* NULL-terminated, of RFC 3414, RFC 3826 and RFC 7860. */
extern const char *const probe_auth_protocols[];
extern const char *const probe_privacy_protocols[];

/* All borrowed for the sweep. */
struct probe_target {
	const char *address; /* IPv4, "192.0.2.1" */
	unsigned asked;	     /* PROBE_BIT()s */
	unsigned counting;   /* a part of `asked` */
	uint16_t ports[PROBE_KINDS];
	const struct probe_snmp *snmp;	    /* NULL: not asked by SNMP */
	const struct driver_host_key *pins; /* approved keys; may be none */
	size_t n_pins;
};

struct probe_options {
	int timeout_ms; /* of each probe, with its repetitions */
	int attempts;	/* of ICMP and SNMP, where packets are lost */
	size_t at_once; /* targets; at most PROBE_MAX_AT_ONCE */
	void *ctx;
	/* A target is done.  uptime_s: of SNMP, 0 if it did not tell. */
	void (*tell)(void *ctx, size_t target,
	    const struct probe_result results[PROBE_KINDS], uint32_t uptime_s);
	bool (*cancelled)(void *ctx);
};

#define PROBE_MAX_AT_ONCE 4096

/* Asks all of them and tells of each once, in no order; fewer if cancelled
 * (ERR_CANCELLED).  Without the right to send ICMP its probes are told as
 * failed with the reason. */
enum err_code probe_sweep(const struct probe_target *targets, size_t n,
    const struct probe_options *options, struct err *e) must_check;

#endif
