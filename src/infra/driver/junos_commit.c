/*
 * Committing, and what may have become of it.
 *
 * With <persist> Junos keeps the timer of a commit when its session ends, and
 * `show system commit` tells whether one runs.
 */
#include "infra/driver/junos_internal.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MAX ((size_t)256 * 1024)

/* Only Junos's own operation takes a comment; it has no <persist>. */
static enum err_code commit_with_log(struct driver_session *s,
    const char *comment, struct deadline deadline, struct netconf_fault *fault,
    struct err *e)
{
	struct buf request = BUF_INIT(4096);
	enum err_code code;

	buf_puts(&request, "<commit-configuration><log>");
	xml_escape(&request, comment, strlen(comment));
	buf_puts(&request, "</log></commit-configuration>");
	code = buf_check(&request, "the request", e);
	if (code == ERR_OK)
		code = netconf_do(s->base.nc, buf_text(&request), "commit",
		    netconf_base_exchange(deadline), fault, e);
	buf_release(&request);
	return code;
}

enum err_code junos_apply(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct driver_plan plan;
	enum err_code code = junos_diff(s, how->deadline, arena, &plan, e);

	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	if (code != ERR_OK)
		return code;
	if (plan.empty)
		return junos_drop_stage(s, how->deadline, e);
	code = netconf_base_ask(&s->base, &plan, e);
	if (code != ERR_OK)
		return code;
	return netconf_base_commit(&s->base, how, &plan, arena, report, e);
}

/* A confirming commit commits the candidate, too: the lock tells that it
 * holds nothing of somebody else. */
enum err_code junos_confirm(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	enum err_code code = ERR_OK;

	if (netconf_capabilities(s->base.nc) & NETCONF_CONFIRM_11)
		code = junos_lock(s, deadline, e);
	return code == ERR_OK ? netconf_base_confirm(&s->base, deadline, e)
			      : code;
}

/* --- Who waits --------------------------------------------------------- */

/*
 *   0   2026-11-21 07:00:00 UTC by admin via netconf commit confirmed, rollback
 *       in 2mins
 */
static void take_commit(const char *line, size_t len, const char *user,
    struct driver_pending *to, char who[100])
{
	static const char mark[] = "commit confirmed, rollback";
	char text[300], by[64] = "", via[32] = "";
	const char *at;

	snprintf(text, sizeof text, "%.*s", (int)len, line);
	at = strstr(text, " by ");
	if (strstr(text, mark) == NULL || at == NULL ||
	    sscanf(at, " by %63s via %31s", by, via) < 1)
		return;
	to->any = true;
	to->ours = user != NULL && strcmp(by, user) == 0 &&
		   strcmp(via, "netconf") == 0;
	snprintf(who, 100, "%s via %s", by, via);
}

static enum err_code find_pending(struct driver_session *s,
    struct deadline deadline, struct driver_pending *ret, char who[100],
    struct err *e)
{
	struct buf shown = BUF_INIT(SHOWN_MAX);
	const char *p;
	enum err_code code =
	    junos_command(s, "show system commit", deadline, &shown, e);

	*ret = (struct driver_pending){ .reverts_ms = -1, .who = "" };
	who[0] = '\0';
	p = buf_text(&shown);
	while (code == ERR_OK && *p != '\0') {
		size_t len = strcspn(p, "\n");
		size_t lead = strspn(p, " ");

		/* the latest one; what it says may go on in the next line */
		if (lead < len && p[lead] == '0' && p[lead + 1] == ' ')
			take_commit(p, len, s->base.target->username, ret, who);
		p += len + (p[len] == '\n');
	}
	buf_release(&shown);
	return code;
}

enum err_code junos_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	struct driver_pending pending;
	char who[100];
	enum err_code code = find_pending(s, deadline, &pending, who, e);

	if (code != ERR_OK)
		return code;
	pending.who = arena_strdup(arena, who);
	if (pending.who == NULL)
		return err_set(e, ERR_SYSTEM, "no memory");
	*ret = pending;
	return ERR_OK;
}

/* --- What is there ----------------------------------------------------- */

enum err_code junos_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e)
{
	struct buf running = BUF_INIT(NETCONF_CONFIG_MAX);
	struct driver_pending pending;
	char who[100];
	enum err_code code = find_pending(s, deadline, &pending, who, e);

	if (code == ERR_OK)
		code = junos_read_config(s, "committed", deadline, &running, e);
	if (code == ERR_OK && pending.any)
		*ret = DRIVER_FOUND_PENDING;
	else if (code == ERR_OK && strcmp(buf_text(&running), snapshot) == 0)
		*ret = DRIVER_FOUND_OLD;
	else if (code == ERR_OK && predicted != NULL &&
		 strcmp(buf_text(&running), predicted) == 0)
		*ret = DRIVER_FOUND_NEW;
	else if (code == ERR_OK)
		*ret = DRIVER_FOUND_PARTIAL;
	buf_release(&running);
	return code;
}

static enum err_code read_committed(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return junos_read_config(s, "committed", deadline, out, e);
}

static enum err_code put_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct err *e)
{
	struct driver_candidate old = { DRIVER_REPLACE, snapshot };
	struct netconf_fault fault;
	enum err_code code = junos_stage(s, &old, deadline, e);

	if (code == ERR_OK)
		code = commit_with_log(s,
		    "switchyard: the configuration before the last change",
		    deadline, &fault, e);
	s->base.staged = s->base.staged && code != ERR_OK;
	return code;
}

enum err_code junos_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	const struct netconf_restore how = { s, snapshot, read_committed,
		put_back };

	(void)arena;
	return netconf_base_restore(&s->base, &how, deadline, report, e);
}
