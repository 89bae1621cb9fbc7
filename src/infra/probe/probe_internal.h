/*
 * What the files of a sweep share.
 *
 * A target in hand has a struct running with an operation for each probe that
 * it is asked by.  An operation ends once, by probe_end().
 */
#ifndef INFRA_PROBE_PROBE_INTERNAL_H
#define INFRA_PROBE_PROBE_INTERNAL_H

#include "app/port/probe.h"
#include "infra/probe/snmp_talk.h"
#include "infra/probe/ssh_hello.h"

#include <netinet/in.h>

struct sweep;
struct running;

struct probe_op {
	struct running *running;
	enum probe_kind kind;
	bool open; /* not ended yet */
	bool connecting;
	int fd;	     /* -1: none of its own */
	int attempt; /* from 1 */
	int64_t began_us;
	int64_t sent_us;
	int64_t again_us; /* the next attempt */
	struct buf in;
	union {
		struct ssh_hello ssh;
		struct snmp_talk snmp;
	} talk;
};

struct running {
	struct sweep *sweep;
	const struct probe_target *target;
	size_t index;	     /* of the target */
	uint32_t slot;	     /* of itself in the sweep */
	uint32_t generation; /* of the slot: tells late answers apart */
	unsigned open;	     /* operations */
	struct sockaddr_in address;
	struct probe_op ops[PROBE_KINDS];
	struct probe_result results[PROBE_KINDS];
	uint32_t uptime_s;
};

/* The users of SNMPv3 whose keys were made: a few for thousands of devices. */
struct snmp_user {
	const struct probe_snmp *snmp;
	struct usm_user user;
	struct err error; /* why it cannot be used; code ERR_OK: it can */
};
#define MAX_SNMP_USERS 64

struct sweep {
	const struct probe_target *targets;
	size_t n_targets, next;
	const struct probe_options *options;
	int epoll_fd;
	int icmp_fd;		       /* -1: none */
	bool icmp_raw;		       /* else a ping socket */
	char icmp_why[PROBE_WHY_SIZE]; /* why there is none */
	uint8_t icmp_mark[8];	       /* of our echo requests */
	struct running **slots;	       /* at_once; NULL: free */
	uint32_t *generations;
	uint32_t *free_slots;
	size_t n_free;
	struct snmp_user *users;
	size_t n_users;
	int64_t began_us;
	int64_t now_us; /* of this turn of the loop */
};

/* One probe: how it begins, what happens when its descriptor is ready, and
 * what when an attempt was not answered in its time (NULL: there is only
 * one). */
struct probe_method {
	void (*begin)(struct probe_op *op);
	void (*ready)(struct probe_op *op, unsigned events);
	void (*again)(struct probe_op *op);
	/* why, when the time is over; NULL: "no answer" */
	const char *(*silence)(const struct probe_op *op);
};
extern const struct probe_method probe_icmp, probe_ssh, probe_netconf,
    probe_api, probe_snmp;

void probe_succeed(struct probe_op *op, int64_t latency_us);
void probe_fail(struct probe_op *op, const char *fmt, ...) printf_like(2, 3);
/* The fault is not the device's: it counts for nothing. */
void probe_pass_over(struct probe_op *op, const char *why);
/* With the words of an errno of the network. */
void probe_fail_errno(struct probe_op *op, int error);
/* A non-blocking socket to the target's port, in the epoll set; connecting.
 * False: it has failed. */
bool probe_connect(struct probe_op *op, int type);
bool probe_watch(struct probe_op *op, unsigned events);

/* --- icmp.c: one socket for all ------------------------------------------ */

void icmp_open(struct sweep *s);
void icmp_receive(struct sweep *s);

#endif
