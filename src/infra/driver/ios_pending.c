/*
 * The device's timer: is one running, whose is it, and stopping ours.
 */
#include "infra/driver/ios_internal.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/*
 *   Time configured(or reconfigured): 13:12:11 UTC Sat Nov 21 2026
 *   Timer type: absolute timer
 *   Timer value: 5 min
 *   User: admin
 *
 * or "%No Rollback Confirmed Change pending".
 */
enum err_code ios_parse_timer(
    const char *answer, struct ios_timer *ret, struct err *e)
{
	struct ios_timer t = { .pending = true };
	const char *value = strstr(answer, "Timer value:");
	const char *user = strstr(answer, "User:");

	if (strstr(answer, "No Rollback Confirmed Change pending") != NULL) {
		*ret = (struct ios_timer){ .pending = false };
		return ERR_OK;
	}
	if (strstr(answer, "Timer type:") == NULL)
		return err_set(e, ERR_REMOTE,
		    "the device does not tell whether a change waits for its "
		    "confirmation; nothing was changed");
	if (value != NULL)
		(void)sscanf(value, "Timer value: %u", &t.minutes);
	if (user != NULL)
		(void)sscanf(user, "User: %63s", t.user);
	*ret = t;
	return ERR_OK;
}

enum err_code ios_read_timer(struct driver_session *s, struct deadline deadline,
    struct ios_timer *ret, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	enum err_code code = cisco_run(&s->cisco,
	    "show archive config rollback timer", deadline, &answer, e);

	if (code == ERR_OK)
		code = ios_parse_timer(buf_text(&answer), ret, e);
	buf_release(&answer);
	return code;
}

/* IOS keeps the user only.  A run keeps its device to itself, and refuses to
 * begin while any timer runs: one of this user is this run's. */
bool ios_is_ours(const struct driver_session *s, const struct ios_timer *timer)
{
	return timer->pending && s->cisco.target->username != NULL &&
	       strcmp(timer->user, s->cisco.target->username) == 0;
}

enum err_code ios_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	struct ios_timer t;
	enum err_code code = ios_read_timer(s, deadline, &t, e);

	if (code != ERR_OK)
		return code;
	*ret = (struct driver_pending){
		.any = t.pending,
		.ours = ios_is_ours(s, &t),
		.reverts_ms = -1,
		.who = t.pending ? arena_strdup(arena, t.user) : "",
	};
	return ret->who != NULL ? ERR_OK : err_set(e, ERR_SYSTEM, "no memory");
}

enum err_code ios_confirm(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct ios_timer t;
	enum err_code code = ios_read_timer(s, deadline, &t, e);

	if (code != ERR_OK)
		return code;
	if (!ios_is_ours(s, &t))
		return err_set(e, ERR_CONFLICT,
		    "%s waits for no confirmation of ours any more: its timer "
		    "has taken the change back, or someone else decided",
		    cisco_peer(&s->cisco));
	code = cisco_command(&s->cisco, "configure confirm", deadline, e);
	if (code == ERR_OK)
		code = ios_read_timer(s, deadline, &t, e);
	if (code == ERR_OK && t.pending)
		code = err_set(e, ERR_REMOTE,
		    "%s took the confirmation, but its timer still runs",
		    cisco_peer(&s->cisco));
	return code;
}
