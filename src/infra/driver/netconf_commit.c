/*
 * Committing the candidate, and what may have become of it.
 *
 * Nothing in RFC 6241 tells whether a commit waits for its confirmation, but
 * running cannot be locked while one does (7.5, 8.4.5.2): that is how it is
 * found out.
 */
#include "infra/driver/netconf_internal.h"

#include <string.h>

enum err_code netconf_apply(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct driver_plan plan, again;
	enum err_code code = netconf_diff(s, how->deadline, arena, &plan, e);

	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	if (code != ERR_OK)
		return code;
	if (plan.empty)
		return netconf_drop_stage(s, how->deadline, e);
	code = netconf_stage_again(s, how->deadline, e);
	if (code == ERR_OK)
		code = netconf_diff(s, how->deadline, arena, &again, e);
	if (code == ERR_OK && (strcmp(plan.predicted, again.predicted) != 0 ||
				  strcmp(plan.snapshot, again.snapshot) != 0))
		code = err_set(e, ERR_CONFLICT,
		    "the configuration has changed since it was compared. "
		    "Nothing was changed by this run.");
	if (code == ERR_OK)
		code = netconf_base_ask(&s->base, &again, e);
	if (code != ERR_OK)
		return code;
	return netconf_base_commit(&s->base, how, &again, arena, report, e);
}

/* --- Who waits --------------------------------------------------------- */

enum claim {
	CLAIM_NONE,
	CLAIM_WAITS, /* a commit waits for its confirmation */
	CLAIM_LOCK,  /* another session holds the lock */
};

static enum err_code find_claim(struct driver_session *s,
    struct deadline deadline, enum claim *ret, struct err *e)
{
	struct netconf_base *b = &s->base;
	struct netconf_fault fault = { .n_errors = 0 };
	enum err_code code = ERR_OK;

	*ret = b->waits ? CLAIM_WAITS : CLAIM_NONE;
	if (b->waits || b->holds_running)
		return ERR_OK;
	deadline = netconf_base_exchange(deadline);
	code = netconf_lock(b->nc, "running", deadline, &fault, e);
	if (code == ERR_OK)
		return netconf_unlock(b->nc, "running", deadline, NULL, e);
	if (fault.n_errors == 0)
		return code;
	if (netconf_fault_is(&fault, "in-use"))
		*ret = CLAIM_WAITS;
	else if (netconf_fault_is(&fault, "lock-denied"))
		*ret = CLAIM_LOCK;
	return ERR_OK;
}

enum err_code netconf_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	enum claim claim = CLAIM_NONE;
	enum err_code code = find_claim(s, deadline, &claim, e);

	(void)arena;
	if (code == ERR_OK)
		*ret = (struct driver_pending){ .any = claim == CLAIM_WAITS,
			.ours = s->base.waits,
			.reverts_ms = -1,
			.who = "" };
	return code;
}

/* A confirming commit commits the candidate, too (RFC 6241, 8.4.1): it must
 * hold nothing that somebody has put there since. */
static enum err_code check_candidate(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct buf running = BUF_INIT(NETCONF_CONFIG_MAX);
	struct buf candidate = BUF_INIT(NETCONF_CONFIG_MAX);
	enum err_code code =
	    netconf_get_config(s->base.nc, "running", deadline, &running, e);

	if (code == ERR_OK)
		code = netconf_get_config(
		    s->base.nc, "candidate", deadline, &candidate, e);
	if (code == ERR_OK &&
	    strcmp(buf_text(&running), buf_text(&candidate)) != 0)
		code = err_set(e, ERR_CONFLICT,
		    "%s is not confirmed: somebody has begun to change the "
		    "candidate configuration meanwhile, which would be "
		    "committed with it",
		    s->base.target->name);
	buf_release(&running);
	buf_release(&candidate);
	return code;
}

enum err_code netconf_confirm(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	enum err_code code = ERR_OK;

	if (netconf_capabilities(s->base.nc) & NETCONF_CONFIRM_11)
		code = check_candidate(s, netconf_base_exchange(deadline), e);
	return code == ERR_OK ? netconf_base_confirm(&s->base, deadline, e)
			      : code;
}

/* --- What is there ----------------------------------------------------- */

static enum err_code read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return netconf_get_config(
	    s->base.nc, "running", netconf_base_exchange(deadline), out, e);
}

static enum driver_found compare(
    const char *running, const char *snapshot, const char *predicted)
{
	if (strcmp(running, snapshot) == 0)
		return DRIVER_FOUND_OLD;
	if (predicted != NULL && strcmp(running, predicted) == 0)
		return DRIVER_FOUND_NEW;
	return DRIVER_FOUND_PARTIAL;
}

enum err_code netconf_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e)
{
	struct buf running = BUF_INIT(NETCONF_CONFIG_MAX);
	enum claim claim = CLAIM_NONE;
	enum err_code code = find_claim(s, deadline, &claim, e);

	if (code == ERR_OK && claim == CLAIM_LOCK)
		code = err_set(e, ERR_CONFLICT,
		    "another session holds the lock on the running "
		    "configuration; it may be the one that was lost");
	if (code == ERR_OK)
		code = read_running(s, deadline, &running, e);
	if (code == ERR_OK && claim == CLAIM_WAITS)
		*ret = DRIVER_FOUND_PENDING;
	else if (code == ERR_OK)
		*ret = compare(buf_text(&running), snapshot, predicted);
	buf_release(&running);
	return code;
}

static enum err_code put_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct err *e)
{
	struct driver_candidate old = { DRIVER_REPLACE, snapshot };
	struct netconf_commit now = { .confirm_s = 0 };
	enum err_code code = netconf_stage_text(s, &old, deadline, e);

	if (code == ERR_OK)
		code = netconf_stage_again(s, deadline, e);
	if (code == ERR_OK)
		code = netconf_commit(
		    s->base.nc, &now, netconf_base_exchange(deadline), NULL, e);
	s->base.staged = s->base.staged && code != ERR_OK;
	return code;
}

enum err_code netconf_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	const struct netconf_restore how = { s, snapshot, read_running,
		put_back };

	(void)arena;
	return netconf_base_restore(&s->base, &how, deadline, report, e);
}
