/*
 * The timer of `configure replace`: does one run, whose is it, and stopping
 * ours for good.
 */
#include "infra/driver/nxos_internal.h"

#include <stdio.h>
#include <string.h>

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
void nxos_parse_timer(const char *answer, struct nxos_timer *ret)
{
	static const char done_by[] = "done By";
	const char *user = strstr(answer, done_by);

	*ret = (struct nxos_timer){ .pending = false };
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
			(void)sscanf(answer + digits, "%9u", &ret->left_s);
		}
		answer += len + (answer[len] == '\n');
	}
}

enum err_code nxos_read_timer(struct driver_session *s,
    struct deadline deadline, struct nxos_timer *ret, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	size_t len = 0;
	enum err_code code = cisco_run(
	    &s->cisco, "show config-replace status", deadline, &answer, e);

	if (code == ERR_OK &&
	    cisco_refusal(s->cisco.platform, buf_text(&answer), &len) != NULL)
		code = err_set(e, ERR_REMOTE,
		    "%s does not tell whether a change waits for its "
		    "confirmation: its release has no \"configure replace\". "
		    "Nothing was changed.",
		    cisco_peer(&s->cisco));
	if (code == ERR_OK)
		nxos_parse_timer(buf_text(&answer), ret);
	buf_release(&answer);
	return code;
}

/* The switch tells the user only.  A run keeps its device to itself, and
 * refuses to begin while any timer runs: one of this user is this run's. */
bool nxos_is_ours(
    const struct driver_session *s, const struct nxos_timer *timer)
{
	return timer->pending && s->cisco.target->username != NULL &&
	       strcmp(timer->user, s->cisco.target->username) == 0;
}

enum err_code nxos_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	struct nxos_timer t;
	enum err_code code = nxos_read_timer(s, deadline, &t, e);

	if (code != ERR_OK)
		return code;
	*ret = (struct driver_pending){
		.any = t.pending,
		.ours = nxos_is_ours(s, &t),
		.reverts_ms = t.pending ? (int64_t)t.left_s * 1000 : -1,
		.who = t.pending ? arena_strdup(arena, t.user) : "",
	};
	return ret->who != NULL ? ERR_OK : err_set(e, ERR_SYSTEM, "no memory");
}

enum err_code nxos_confirm(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct nxos_timer t;
	enum err_code code = nxos_read_timer(s, deadline, &t, e);

	if (code != ERR_OK)
		return code;
	if (!nxos_is_ours(s, &t))
		return err_set(e, ERR_CONFLICT,
		    "%s waits for no confirmation of ours any more: its timer "
		    "has taken the change back, or someone else decided",
		    cisco_peer(&s->cisco));
	code = cisco_command_once(
	    &s->cisco, "configure replace commit", deadline, e);
	if (code == ERR_OK)
		code = nxos_read_timer(s, deadline, &t, e);
	if (code == ERR_OK && t.pending)
		code = err_set(e, ERR_REMOTE,
		    "%s took the confirmation, but its timer still runs",
		    cisco_peer(&s->cisco));
	return code;
}
