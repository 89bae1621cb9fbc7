#include "infra/driver/netconf_base.h"

#include "base/text.h"
#include "infra/driver/driver_log.h"

#include <stdio.h>
#include <string.h>

#define EXCHANGE_MS 60000
/* A commit that was begun is waited for, past the run's own deadline. */
#define COMMIT_MIN_MS 5000
#define COMMIT_MAX_MS 120000
#define GOODBYE_MS 2000

struct deadline netconf_base_exchange(struct deadline deadline)
{
	return deadline_sooner(deadline, deadline_in_ms(EXCHANGE_MS));
}

/* --- The session ------------------------------------------------------- */

static enum err_code stream_send(void *ctx, const char *data, size_t len,
    struct deadline deadline, struct err *e)
{
	return ssh_subsystem_send(ctx, data, len, deadline, e);
}

static enum err_code stream_receive(void *ctx, char *to, size_t size,
    struct deadline deadline, size_t *ret_len, struct err *e)
{
	return ssh_subsystem_receive(ctx, to, size, deadline, ret_len, e);
}

enum err_code netconf_base_open(struct netconf_base *b,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	enum err_code code = ssh_link_open(b->target, b->driver->default_port,
	    b->hooks, deadline, &b->link, refusal, e);

	snprintf(
	    b->persist, sizeof b->persist, "switchyard-%.60s", b->target->name);
	if (code != ERR_OK)
		return code;
	code = ssh_subsystem_open(b->link, "netconf", deadline, &b->channel, e);
	if (code == ERR_OK) {
		b->stream = (struct netconf_stream){ b->channel, stream_send,
			stream_receive };
		code = netconf_open(
		    &b->stream, ssh_link_peer(b->link), deadline, &b->nc, e);
	}
	if (code != ERR_OK)
		refusal->kind = DRIVER_REFUSAL_PROTOCOL;
	if (code == ERR_CORRUPT)
		code = err_set(e, ERR_REMOTE,
		    "%s offers NETCONF, but does not speak it. Nothing was "
		    "changed.",
		    ssh_link_peer(b->link));
	return code;
}

enum err_code netconf_base_call(struct netconf_base *b, const char *operation,
    struct deadline deadline, struct buf *out, struct netconf_reply *ret,
    struct err *e)
{
	enum err_code code = netconf_call(b->nc, operation, deadline, ret, e);

	if (code == ERR_CORRUPT)
		buf_puts(out, netconf_raw(b->nc));
	return code;
}

enum err_code netconf_base_query(struct netconf_base *b, const char *command,
    const char *operation, struct deadline deadline, struct buf *out,
    struct netconf_reply *ret, struct err *e)
{
	struct netconf_reply reply = { .doc = NULL };
	enum err_code code =
	    netconf_base_call(b, operation, deadline, out, &reply, e);

	if (code != ERR_OK)
		return code;
	if (reply.fault.n_errors == 0) {
		*ret = reply;
		return ERR_OK;
	}
	code = err_set(e, ERR_NOT_FOUND, "%s refused \"%s\": %s",
	    ssh_link_peer(b->link), command, reply.fault.text);
	netconf_reply_free(&reply);
	return code;
}

void netconf_base_close(struct netconf_base *b)
{
	struct deadline soon = deadline_in_ms(GOODBYE_MS);

	if (b->nc != NULL && b->staged)
		(void)!netconf_discard(b->nc, soon, NULL, NULL);
	/* RFC 6241, 7.8: releases the locks; else the server does so when it
	 * sees that the connection is gone. */
	if (b->nc != NULL)
		(void)!netconf_do(b->nc, "<close-session/>", "end the session",
		    soon, NULL, NULL);
	netconf_free(b->nc);
	ssh_subsystem_close(b->channel);
	ssh_link_close(b->link);
}

void netconf_base_count(struct netconf_base *b, const char *text)
{
	b->lines = 0;
	for (; (text = strchr(text, '\n')) != NULL; text++)
		b->lines++;
}

enum err_code netconf_base_discard(
    struct netconf_base *b, struct deadline deadline, struct err *e)
{
	enum err_code code;

	if (!b->staged)
		return ERR_OK;
	code = netconf_discard(b->nc, netconf_base_exchange(deadline), NULL, e);
	b->staged = code != ERR_OK;
	return code;
}

enum err_code netconf_base_load_result(
    const struct netconf_fault *fault, enum err_code code, struct err *e)
{
	if (code == ERR_OK || fault->n_errors == 0)
		return code;
	return err_set(e, ERR_INVALID,
	    "the device refused the configuration: %s. Nothing was changed.",
	    fault->text);
}

/* --- Committing -------------------------------------------------------- */

enum err_code netconf_base_ask(
    struct netconf_base *b, const struct driver_plan *plan, struct err *e)
{
	enum err_code code = ERR_OK;

	if (b->hooks != NULL && b->hooks->before_effect != NULL)
		code = b->hooks->before_effect(b->hooks->ctx, plan, e);
	if (code == ERR_OK)
		ssh_link_forbid_cancel(b->link);
	return code;
}

static struct deadline commit_deadline(struct deadline deadline)
{
	int64_t left = deadline_left_ms(deadline);

	if (left < COMMIT_MIN_MS)
		left = COMMIT_MIN_MS;
	return deadline_in_ms(left < COMMIT_MAX_MS ? left : COMMIT_MAX_MS);
}

static enum err_code lost(struct netconf_base *b, struct driver_report *report,
    const struct err *why, struct err *e)
{
	report->outcome = DRIVER_UNKNOWN;
	return err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the session with %s was lost while it was committing: %.300s "
	    "What the device holds now has to be read.",
	    b->target->name, why->message);
}

static enum err_code refused(struct netconf_base *b,
    const struct netconf_fault *fault, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	report->outcome = DRIVER_UNTOUCHED;
	report->failed_line = "commit";
	report->device_said = arena_strdup(arena, fault->text);
	return err_set(e, ERR_REMOTE,
	    "%s refused to commit: %s. Nothing was changed.", b->target->name,
	    fault->text);
}

/* Reads running over a connection of its own. */
static enum err_code read_beside(struct netconf_base *b,
    struct deadline deadline, struct arena *arena, struct driver_config *ret,
    struct err *e)
{
	const struct driver *d = b->driver;
	struct driver_session *s = NULL;
	enum err_code code =
	    d->open(b->target, b->hooks, deadline, &s, NULL, e);

	if (code != ERR_OK)
		return code;
	code = d->get_config(s, DRIVER_RUNNING, deadline, arena, ret, e);
	d->close(s);
	return code;
}

/* Without <persist> the change goes with the session that made it: so this
 * one confirms, once another connection has shown that the device can be
 * reached and has what was meant. */
static enum err_code confirm_here(struct netconf_base *b,
    const struct driver_plan *plan, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct deadline deadline = deadline_in_ms(COMMIT_MAX_MS);
	struct netconf_commit now = { .confirm_s = 0 };
	struct driver_config running = { 0 };
	struct err why = ERR_INIT;
	enum err_code code = read_beside(b, deadline, arena, &running, &why);

	if (code == ERR_OK && strcmp(running.text, plan->predicted) != 0)
		code = err_set(
		    &why, ERR_REMOTE, "it does not show what was intended.");
	if (code == ERR_OK)
		code = netconf_commit(b->nc, &now, deadline, NULL, &why);
	if (code != ERR_OK)
		return lost(b, report, &why, e);
	b->waits = false;
	return ERR_OK;
}

static struct netconf_commit options_of(
    const struct netconf_base *b, const struct driver_commit *how)
{
	unsigned has = netconf_capabilities(b->nc);
	struct netconf_commit o = { .confirm_s = 0 };

	if (has & (NETCONF_CONFIRM_10 | NETCONF_CONFIRM_11))
		o.confirm_s = how->confirm_s;
	else if (how->confirm_s > 0)
		driver_log(b->hooks, LOG_WARNING,
		    "this server has no confirmed commit: the change will "
		    "not take itself back");
	if (o.confirm_s > 0 && (has & NETCONF_CONFIRM_11))
		o.persist = b->persist;
	return o;
}

enum err_code netconf_base_commit(struct netconf_base *b,
    const struct driver_commit *how, const struct driver_plan *plan,
    struct arena *arena, struct driver_report *report, struct err *e)
{
	struct netconf_commit o = options_of(b, how);
	struct netconf_fault fault;
	struct err why = ERR_INIT;
	enum err_code code;

	report->sent = b->lines;
	code = netconf_commit(
	    b->nc, &o, commit_deadline(how->deadline), &fault, &why);
	if (code != ERR_OK && fault.n_errors > 0)
		return refused(b, &fault, arena, report, e);
	b->staged = false; /* it is the device's now */
	if (code != ERR_OK)
		return lost(b, report, &why, e);
	report->outcome = DRIVER_APPLIED;
	b->waits = o.confirm_s > 0;
	if (b->waits && o.persist == NULL)
		return confirm_here(b, plan, arena, report, e);
	return ERR_OK;
}

enum err_code netconf_base_confirm(
    struct netconf_base *b, struct deadline deadline, struct err *e)
{
	struct netconf_commit o = { .persist_id = b->persist };
	struct netconf_fault fault;
	enum err_code code;

	/* commit() has confirmed already, or there was no timer */
	if (!(netconf_capabilities(b->nc) & NETCONF_CONFIRM_11))
		return ERR_OK;
	code = netconf_commit(
	    b->nc, &o, netconf_base_exchange(deadline), &fault, e);
	if (code != ERR_OK && fault.n_errors > 0) {
		err_set(e, ERR_CONFLICT,
		    "%s confirms no commit of this system (%s): its timer has "
		    "taken the change back, or someone else decided",
		    ssh_link_peer(b->link), fault.text);
		code = ERR_CONFLICT;
	}
	return code;
}

/* Takes a commit of ours back that waits; *ret_did is false if there is
 * none. */
static enum err_code cancel_ours(struct netconf_base *b,
    struct deadline deadline, bool *ret_did, struct err *e)
{
	struct netconf_fault fault = { .n_errors = 0 };
	enum err_code code = ERR_OK;

	*ret_did = false;
	if (!(netconf_capabilities(b->nc) & NETCONF_CONFIRM_11))
		return ERR_OK;
	code = netconf_cancel_commit(
	    b->nc, b->persist, netconf_base_exchange(deadline), &fault, e);
	/* refused: there is none, or it is somebody else's */
	if (code != ERR_OK && fault.n_errors == 0)
		return code;
	*ret_did = code == ERR_OK;
	if (*ret_did)
		b->waits = false;
	return ERR_OK;
}

/* --- Restoring --------------------------------------------------------- */

static enum err_code read_equal(const struct netconf_restore *how,
    struct deadline deadline, bool *ret, struct err *e)
{
	struct buf running = BUF_INIT(NETCONF_CONFIG_MAX);
	enum err_code code = how->read(how->session, deadline, &running, e);

	if (code == ERR_OK)
		*ret = strcmp(buf_text(&running), how->snapshot) == 0;
	buf_release(&running);
	return code;
}

enum err_code netconf_base_restore(struct netconf_base *b,
    const struct netconf_restore *how, struct deadline deadline,
    struct driver_report *report, struct err *e)
{
	struct err why = ERR_INIT;
	bool changed = false, equal = false;
	enum err_code code;

	*report = (struct driver_report){ .outcome = DRIVER_UNKNOWN };
	code = cancel_ours(b, deadline, &changed, &why);
	if (code == ERR_OK)
		code = read_equal(how, deadline, &equal, &why);
	if (code == ERR_OK && !equal) {
		changed = true;
		code =
		    how->put_back(how->session, how->snapshot, deadline, &why);
		if (code == ERR_OK)
			code = read_equal(how, deadline, &equal, &why);
	}
	if (code == ERR_OK && equal) {
		report->outcome =
		    changed ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
		return ERR_OK;
	}
	if (code == ERR_OK)
		err_set(&why, ERR_REMOTE,
		    "the old configuration was sent, but does not show");
	return err_set(e, ERR_UNKNOWN_OUTCOME,
	    "%s could not be put back: %.300s", b->target->name, why.message);
}
