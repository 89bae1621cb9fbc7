/*
 * The timer of `configure replace` on NX-OS: what the switch tells of it, and
 * the ways back that it has by itself.
 */
#include "infra/driver/nxos_internal.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define LOOK_MS 1000

static bool line_holds(const char *line, size_t len, const char *part)
{
	return memmem(line, len, part, strlen(part)) != NULL;
}

/*
 *   Last operation : Configure replace to user config
 *   …
 *     Cfg-replace done By: admin
 *     Commit Timeout: 118 seconds remaining
 *
 * The last line is there only while the timer runs.  Releases differ in their
 * words around the number, but all tell what remains.
 */
void nxos_parse_timer(const char *answer, struct cisco_timer *ret)
{
	static const char done_by[] = "done By";
	const char *user = strstr(answer, done_by);

	*ret = (struct cisco_timer){ .left_s = -1 };
	if (user != NULL) {
		user += sizeof done_by - 1;
		(void)sscanf(user + strspn(user, " :"), "%63s", ret->user);
	}
	while (*answer != '\0') {
		size_t len = strcspn(answer, "\n");
		size_t digits = strcspn(answer, "0123456789\n");

		if (line_holds(answer, len, "remaining") && digits < len &&
		    (line_holds(answer, len, "imeout") ||
			line_holds(answer, len, "imer"))) {
			ret->pending = true;
			(void)sscanf(answer + digits, "%9d", &ret->left_s);
		}
		answer += len + (answer[len] == '\n');
	}
}

enum err_code nxos_read_timer(struct cisco_session *s, struct deadline deadline,
    struct cisco_timer *ret, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	size_t len = 0;
	enum err_code code =
	    cisco_run(s, "show config-replace status", deadline, &answer, e);

	if (code == ERR_OK &&
	    cisco_refusal(s->platform, buf_text(&answer), &len) != NULL)
		code = err_set(e, ERR_REMOTE,
		    "%s does not tell whether a change waits for its "
		    "confirmation: its release has no \"configure replace\". "
		    "Nothing was changed.",
		    cisco_peer(s));
	if (code == ERR_OK)
		nxos_parse_timer(buf_text(&answer), ret);
	buf_release(&answer);
	return code;
}

/* NX-OS has no word that ends its timer by going back: it is waited for, if
 * there is the time. */
static enum err_code await_timer(struct driver_session *s,
    struct deadline deadline, bool *did, struct err *e)
{
	struct cisco_timer t;
	enum err_code code = nxos_read_timer(&s->cisco, deadline, &t, e);

	while (code == ERR_OK && t.pending) {
		if (!cisco_is_ours(&s->cisco, &t))
			return cisco_not_ours(&t, e);
		if (deadline_in_ms((int64_t)t.left_s * 1000).at_ms >
		    deadline.at_ms)
			return err_set(e, ERR_TIMEOUT,
			    "its timer takes the change back in %d s",
			    t.left_s);
		*did = true;
		poll(NULL, 0, LOOK_MS);
		code = nxos_read_timer(&s->cisco, deadline, &t, e);
	}
	return code;
}

enum err_code nxos_revert(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *did, struct err *e)
{
	bool same = false;
	enum err_code code = await_timer(s, deadline, did, e);

	if (code != ERR_OK || !s->checkpoint)
		return code;
	code = cisco_is_running(s, snapshot, deadline, &same, e);
	if (code != ERR_OK || same)
		return code;
	*did = true;
	return cisco_run_blind(&s->cisco,
	    "rollback running-config file " NXOS_CHECKPOINT, snapshot, deadline,
	    e);
}
