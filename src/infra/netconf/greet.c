#include "app/port/greet.h"

#include "infra/netconf/netconf.h"
#include "infra/ssh/link.h"
#include "infra/ssh/subsystem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NETCONF_PORT 830 /* RFC 6242, 8 */
/* The server's answer to <close-session>: nothing depends on it. */
#define GOODBYE_MS 2000

static void say(struct greeting *g, const char *fmt, ...) printf_like(2, 3);

static void say(struct greeting *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(g->probe.why, sizeof(g->probe.why), fmt, ap);
	va_end(ap);
}

/* --- the words for what was met ------------------------------------------ */

static const char *const refusals[] = {
	[DRIVER_REFUSAL_NONE] = "hung up while signing in",
	[DRIVER_REFUSAL_UNREACHABLE] = "cannot be reached",
	[DRIVER_REFUSAL_PROTOCOL] = "does not speak SSH as it should",
	[DRIVER_REFUSAL_KEY_UNKNOWN] = "no host key is approved for it",
	[DRIVER_REFUSAL_KEY_CHANGED] = "its host key is not the approved one",
	[DRIVER_REFUSAL_CREDENTIALS] = "refused",
	[DRIVER_REFUSAL_NOT_PLATFORM] = "refused",
};

static void fail_sign_in(struct greeting *g, const struct driver_target *target,
    enum driver_refusal_kind kind, enum err_code code, int limit_ms)
{
	g->refused = kind == DRIVER_REFUSAL_CREDENTIALS;
	if (code == ERR_CANCELLED)
		say(g, "cancelled");
	else if (g->refused)
		say(g, "%s refused", target->password ? "password" : "key");
	else if (target->jump && kind == DRIVER_REFUSAL_UNREACHABLE)
		say(g, "not reached through its jump host");
	else if (code == ERR_TIMEOUT)
		say(g, "not signed in within %.0f s", limit_ms / 1000.0);
	else
		say(g, "%s", refusals[kind]);
}

static const struct {
	enum err_code code;
	const char *words;
} no_hellos[] = {
	{ ERR_CANCELLED, "cancelled" },
	{ ERR_LIMIT, "a hello without end" },
	{ ERR_CORRUPT, "sent what is no NETCONF hello" },
};

static void fail_hello(
    struct greeting *g, enum err_code code, const struct greet_limits *limits)
{
	if (code == ERR_TIMEOUT) {
		say(g, "no hello in %.0f s", limits->hello_ms / 1000.0);
		return;
	}
	for (size_t i = 0; i < sizeof(no_hellos) / sizeof(no_hellos[0]); i++) {
		if (no_hellos[i].code == code) {
			say(g, "%s", no_hellos[i].words);
			return;
		}
	}
	say(g, "signed in, but no hello of use came");
}

/* --- the session --------------------------------------------------------- */

static enum err_code send_bytes(void *ctx, const char *data, size_t len,
    struct deadline deadline, struct err *e)
{
	return ssh_subsystem_send(ctx, data, len, deadline, e);
}

static enum err_code receive_bytes(void *ctx, char *to, size_t size,
    struct deadline deadline, size_t *ret_len, struct err *e)
{
	return ssh_subsystem_receive(ctx, to, size, deadline, ret_len, e);
}

/* RFC 6241, 7.8; a server that is left without it may log an error. */
static void say_goodbye(struct netconf *nc)
{
	struct netconf_reply reply = { .doc = NULL };

	if (netconf_call(nc, "<close-session/>", deadline_in_ms(GOODBYE_MS),
		&reply, NULL) == ERR_OK)
		netconf_reply_free(&reply);
}

static void note_hello(
    struct greeting *g, const struct netconf *nc, int64_t began_us)
{
	int64_t us = clock_mono_us() - began_us;

	g->probe.ok = true;
	g->probe.latency_us = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
	say(g, "hello received, base %s, session %lu",
	    netconf_capabilities(nc) & NETCONF_BASE_11 ? "1.1" : "1.0",
	    netconf_session_id(nc));
}

static void exchange_hellos(struct greeting *g, struct ssh_subsystem *channel,
    const char *peer, const struct greet_limits *limits, int64_t began_us)
{
	const struct netconf_stream stream = {
		.ctx = channel, .send = send_bytes, .receive = receive_bytes
	};
	struct netconf *nc;
	struct err e = ERR_INIT;
	enum err_code code = netconf_open(
	    &stream, peer, deadline_in_ms(limits->hello_ms), &nc, &e);

	if (code != ERR_OK) {
		fail_hello(g, code, limits);
		return;
	}
	note_hello(g, nc, began_us);
	say_goodbye(nc);
	netconf_free(nc);
}

static void greet_signed_in(struct greeting *g, struct ssh_link *link,
    const struct greet_limits *limits, int64_t began_us)
{
	struct ssh_subsystem *channel;
	struct err e = ERR_INIT;
	enum err_code code = ssh_subsystem_open(
	    link, "netconf", deadline_in_ms(limits->hello_ms), &channel, &e);

	if (code == ERR_REMOTE) {
		say(g, "ssh up, netconf subsystem refused");
	} else if (code != ERR_OK) {
		fail_hello(g, code, limits);
	} else {
		exchange_hellos(
		    g, channel, ssh_link_peer(link), limits, began_us);
		ssh_subsystem_close(channel);
	}
}

void netconf_greet(const struct driver_target *target,
    const struct driver_hooks *hooks, const struct greet_limits *limits,
    struct greeting *ret)
{
	int64_t began_us = clock_mono_us();
	struct driver_refusal refusal = { .kind = DRIVER_REFUSAL_NONE };
	struct greeting g = { .probe = { .asked = true } };
	struct ssh_link *link;
	struct err e = ERR_INIT;
	enum err_code code = ssh_link_open(target, NETCONF_PORT, hooks,
	    deadline_in_ms(limits->sign_in_ms), &link, &refusal, &e);

	if (code != ERR_OK) {
		fail_sign_in(
		    &g, target, refusal.kind, code, limits->sign_in_ms);
	} else {
		g.signed_in = true;
		greet_signed_in(&g, link, limits, began_us);
		ssh_link_close(link);
	}
	*ret = g;
}
