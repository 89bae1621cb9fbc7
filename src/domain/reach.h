/*
 * Reachability: what probes found of a device, the verdict on it, and when a
 * verdict that has changed is believed.  Pure: no clock, no network.
 *
 * A sweep asks a device by one or more probes.  Its platform says which of
 * them count.  All that count answer: up; some: degraded; none: down.
 *
 * Damping.  A verdict is taken over when it was observed `damping` times in a
 * row, the first one ever at once.  A device whose observations keep changing
 * is flapping: its verdict stays where it is, and no transition is told, until
 * REACH_STEADY observations in a row agree.
 */
#ifndef DOMAIN_REACH_H
#define DOMAIN_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum probe_kind {
	PROBE_ICMP,    /* echo, RFC 792 */
	PROBE_SSH,     /* banner and host key, without signing in */
	PROBE_SNMP,    /* sysUpTime, v2c or v3 */
	PROBE_NETCONF, /* on its port: SSH, or the hello behind it (RFC 6242) */
	PROBE_API,     /* TLS on the port of eAPI, NX-API or RESTCONF */
	PROBE_KINDS,
};
/* "icmp", …; NULL-terminated, in the order above. */
extern const char *const probe_words[PROBE_KINDS + 1];
/* False for a word that is no probe. */
bool probe_parse(const char *word, enum probe_kind *ret);

/* What the NETCONF probe waits for, as a platform says: "ssh", "hello". */
enum reach_netconf { REACH_NETCONF_SSH, REACH_NETCONF_HELLO };
extern const char *const reach_netconf_words[];

#define PROBE_BIT(kind) (1u << (kind))

enum reach_verdict { REACH_UNKNOWN, REACH_UP, REACH_DEGRADED, REACH_DOWN };
extern const char *const reach_words[]; /* "unknown", "up", … */
bool reach_parse(const char *word, enum reach_verdict *ret);

#define PROBE_WHY_SIZE 72

/* One answer, or why there is none. */
struct probe_result {
	bool asked;
	bool ok;
	bool counts;	     /* for the verdict */
	uint32_t latency_us; /* of the answer; meaningless unless ok */
	/* Why not; if ok, what it told of itself, or "". */
	char why[PROBE_WHY_SIZE];
};

#define REACH_HISTORY 48
#define REACH_NOT_MEASURED 0 /* in history: no answer */
#define REACH_DAMPING 2	     /* the usual one */
#define REACH_FLAPS 6	     /* changes in the last observations */
#define REACH_WINDOW 20	     /* of these, and no more than 32 */
#define REACH_STEADY 5

/* What is known of a device.  Plain bytes, so that it can lie in a file: all
 * of it is set, padding too (reach_init). */
struct reach_state {
	char device[64];
	char address[24];   /* "192.0.2.10" */
	int64_t checked_ms; /* wall clock; 0: never */
	int64_t since_ms;   /* when the verdict was taken over */
	uint64_t observed;  /* the last ones, 2 bits each, newest lowest */
	uint32_t uptime_s;  /* the device's own word (SNMP); 0: not known */
	uint8_t verdict;    /* enum reach_verdict */
	uint8_t flapping;
	uint8_t n_history;
	uint8_t unused;
	struct probe_result probes[PROBE_KINDS];
	/* Round trips in 1/100 ms, oldest first; the quickest probe's. */
	uint16_t history[REACH_HISTORY];
};

void reach_init(struct reach_state *s, const char *device);

/* What the results say, without damping. */
enum reach_verdict reach_judge(const struct probe_result results[PROBE_KINDS]);

/* Takes a sweep's results over.  True if the verdict changed and is to be
 * told: *ret_from gets the one before.  That a device seen for the first time
 * is up is no news. */
bool reach_observe(struct reach_state *s,
    const struct probe_result results[PROBE_KINDS], int64_t now_ms,
    unsigned damping, enum reach_verdict *ret_from);

/* "icmp no answer in 2 s; ssh connection refused", of those that count;
 * "icmp 0.3 ms, ssh 2.1 ms" if all answered. */
void reach_explain(
    const struct probe_result results[PROBE_KINDS], char *text, size_t size);

#endif
