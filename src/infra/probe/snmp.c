/* The SNMP probe: a datagram out, one in, for v3 two or three times. */
#include "infra/probe/probe_internal.h"

#include "base/clock.h"
#include "base/crypto.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* NULL: there are too many users; the others' keys are made once. */
static struct snmp_user *user_of(struct sweep *s, const struct probe_snmp *snmp)
{
	struct snmp_user *u;

	for (size_t i = 0; i < s->n_users; i++) {
		if (s->users[i].snmp == snmp)
			return &s->users[i];
	}
	if (s->n_users == MAX_SNMP_USERS)
		return NULL;
	u = &s->users[s->n_users++];
	u->snmp = snmp;
	u->error.code = ERR_OK;
	if (usm_user_init(&u->user, snmp, &u->error) != ERR_OK)
		usm_wipe(&u->user, sizeof(u->user));
	return u;
}

static void send_request(struct probe_op *op)
{
	struct ber_out out;

	snmp_talk_request(&op->talk.snmp, &out);
	if (out.full) {
		probe_fail(op, "the SNMP request is too large");
		return;
	}
	op->sent_us = clock_mono_us();
	if (send(op->fd, out.data + out.at, BER_MAX - out.at, MSG_NOSIGNAL) <
		0 &&
	    errno != EAGAIN && errno != ENOBUFS)
		probe_fail_errno(op, errno);
}

static void begin(struct probe_op *op)
{
	const struct probe_snmp *snmp = op->running->target->snmp;
	struct snmp_user *user = NULL;
	uint32_t id;

	if (!snmp) {
		probe_fail(op, "not asked: there are no SNMP credentials");
		return;
	}
	if (!snmp->community) {
		user = user_of(op->running->sweep, snmp);
		if (!user || user->error.code != ERR_OK) {
			probe_fail(op, "not asked: %s",
			    user ? user->error.message
				 : "too many SNMPv3 users");
			return;
		}
	}
	/* with v2c all that a forged answer would have to guess */
	random_bytes(&id, sizeof(id));
	snmp_talk_begin(&op->talk.snmp, snmp, user ? &user->user : NULL,
	    (int32_t)((id | 1) & INT32_MAX));
	if (probe_connect(op, SOCK_DGRAM) && probe_watch(op, EPOLLIN))
		send_request(op);
}

/* One datagram; false: there is none, or the probe has ended. */
static bool take_datagram(struct probe_op *op)
{
	uint8_t data[BER_MAX];
	ssize_t n = recv(op->fd, data, sizeof(data), MSG_TRUNC);
	enum hello_step step;
	bool again;

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			probe_fail_errno(op, errno);
		return false;
	}
	if ((size_t)n > sizeof(data))
		return true;
	step = snmp_talk_feed(&op->talk.snmp, data, (size_t)n, &again);
	if (again)
		send_request(op);
	if (step == HELLO_DONE) {
		op->running->uptime_s = op->talk.snmp.uptime_s;
		/* of one round trip */
		probe_succeed(op, clock_mono_us() - op->sent_us);
	} else if (step == HELLO_FAILED) {
		probe_fail(op, "%s", op->talk.snmp.why);
	}
	return op->open;
}

static void ready(struct probe_op *op, unsigned events)
{
	(void)events;
	while (take_datagram(op))
		;
}

static const char *silence(const struct probe_op *op)
{
	return snmp_talk_silence(&op->talk.snmp);
}

const struct probe_method probe_snmp = { begin, ready, send_request, silence };
