/*
 * The timer under which a change waits: does one run, whose is it, and stopping
 * ours for good.
 */
#include "infra/driver/cisco_driver.h"

#include <string.h>

static enum err_code read_timer(struct driver_session *s,
    struct deadline deadline, struct cisco_timer *ret, struct err *e)
{
	return s->cisco.platform->read_timer(&s->cisco, deadline, ret, e);
}

/* Devices tell the user only.  A run keeps its device to itself, and refuses to
 * begin while any timer runs: one of this user is this run's. */
bool cisco_is_ours(
    const struct cisco_session *s, const struct cisco_timer *timer)
{
	return timer->pending && s->target->username != NULL &&
	       strcmp(timer->user, s->target->username) == 0;
}

enum err_code cisco_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	struct driver_pending pending;
	struct cisco_timer t;
	enum err_code code = read_timer(s, deadline, &t, e);

	if (code != ERR_OK)
		return code;
	pending = (struct driver_pending){
		.any = t.pending,
		.ours = cisco_is_ours(&s->cisco, &t),
		.reverts_ms =
		    t.pending && t.left_s >= 0 ? (int64_t)t.left_s * 1000 : -1,
		.who = t.pending ? arena_strdup(arena, t.user) : "",
	};
	if (pending.who == NULL)
		return err_set(e, ERR_SYSTEM, "no memory");
	*ret = pending;
	return ERR_OK;
}

enum err_code cisco_confirm(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct cisco_timer t;
	enum err_code code = read_timer(s, deadline, &t, e);

	if (code != ERR_OK)
		return code;
	if (!cisco_is_ours(&s->cisco, &t))
		return err_set(e, ERR_CONFLICT,
		    "%s waits for no confirmation of ours any more: its timer "
		    "has taken the change back, or someone else decided",
		    cisco_peer(&s->cisco));
	code = cisco_command_once(
	    &s->cisco, s->cisco.platform->confirm_command, deadline, e);
	if (code == ERR_OK)
		code = read_timer(s, deadline, &t, e);
	if (code == ERR_OK && t.pending)
		code = err_set(e, ERR_REMOTE,
		    "%s took the confirmation, but its timer still runs",
		    cisco_peer(&s->cisco));
	return code;
}

enum err_code cisco_refuse_pending(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct cisco_timer t;
	enum err_code code = read_timer(s, deadline, &t, e);

	if (code == ERR_OK && t.pending)
		return err_set(e, ERR_CONFLICT,
		    "a change by \"%.60s\" waits for its confirmation on %s: "
		    "%s it there or let it end. Nothing was changed.",
		    t.user, cisco_peer(&s->cisco),
		    s->cisco.platform->confirm_verb);
	return code;
}

enum err_code cisco_not_ours(const struct cisco_timer *timer, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
	    "a change by \"%.60s\" waits for its confirmation there",
	    timer->user);
}
