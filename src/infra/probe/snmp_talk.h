/*
 * One question by SNMP: how long have you been up (sysUpTime.0, RFC 3418)?
 *
 * Version 2c is one request.  Version 3 asks for the engine first, then with
 * its keys; a device that finds our idea of its time wrong is asked once more
 * with its own (RFC 3414, section 4).
 *
 * Pure: datagrams in, datagrams out.  Answers that are not for the request in
 * hand are passed over.  Works on hostile input.
 */
#ifndef INFRA_PROBE_SNMP_TALK_H
#define INFRA_PROBE_SNMP_TALK_H

#include "infra/probe/ber.h"
#include "infra/probe/ssh_hello.h"
#include "infra/probe/usm.h"

struct snmp_talk {
	const struct probe_snmp *snmp;
	const struct usm_user *user; /* v3 */
	int32_t id;		     /* of the request in hand */
	uint8_t engine[USM_MAX_ENGINE];
	size_t engine_len;	/* 0: not known yet */
	int32_t engine_time[2]; /* boots, seconds */
	bool corrected;		/* the time was set once more */
	struct usm_keys keys;
	uint32_t uptime_s;
	char why[HELLO_WHY_SIZE];
};

/* id: of the first request; positive. */
void snmp_talk_begin(struct snmp_talk *t, const struct probe_snmp *snmp,
    const struct usm_user *user, int32_t id);
/* The datagram to send now, or again. */
void snmp_talk_request(struct snmp_talk *t, struct ber_out *out);
/* HELLO_MORE: go on waiting, or with *ret_again send the next request. */
enum hello_step snmp_talk_feed(
    struct snmp_talk *t, const void *data, size_t len, bool *ret_again);
/* What it means that nothing came. */
const char *snmp_talk_silence(const struct snmp_talk *t);
void snmp_talk_end(struct snmp_talk *t); /* wipes */

#endif
