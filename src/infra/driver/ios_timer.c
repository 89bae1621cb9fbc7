/*
 * The timer of a change on IOS: what the device tells of it, and letting it end
 * now.
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
    const char *answer, struct cisco_timer *ret, struct err *e)
{
	struct cisco_timer t = { .pending = true, .left_s = -1 };
	const char *user = strstr(answer, "User:");

	if (strstr(answer, "No Rollback Confirmed Change pending") != NULL) {
		*ret = (struct cisco_timer){ .left_s = -1 };
		return ERR_OK;
	}
	if (strstr(answer, "Timer type:") == NULL)
		return err_set(e, ERR_REMOTE,
		    "the device does not tell whether a change waits for its "
		    "confirmation; nothing was changed");
	if (user != NULL)
		(void)sscanf(user, "User: %63s", t.user);
	*ret = t;
	return ERR_OK;
}

enum err_code ios_read_timer(struct cisco_session *s, struct deadline deadline,
    struct cisco_timer *ret, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	enum err_code code = cisco_run(
	    s, "show archive config rollback timer", deadline, &answer, e);

	if (code == ERR_OK)
		code = ios_parse_timer(buf_text(&answer), ret, e);
	buf_release(&answer);
	return code;
}

enum err_code ios_revert(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *did, struct err *e)
{
	struct cisco_timer t;
	enum err_code code = ios_read_timer(&s->cisco, deadline, &t, e);

	if (code != ERR_OK || !t.pending)
		return code;
	if (!cisco_is_ours(&s->cisco, &t))
		return cisco_not_ours(&t, e);
	*did = true;
	return cisco_run_blind(
	    &s->cisco, "configure revert now", snapshot, deadline, e);
}
