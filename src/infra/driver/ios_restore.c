/*
 * What is there after a change, and the way back.
 */
#include "infra/driver/ios_internal.h"

#include <string.h>

#define REPLACE_MS 600000

enum err_code ios_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	struct ios_timer t;
	enum driver_found found = DRIVER_FOUND_PARTIAL;
	enum err_code code = ios_read_timer(s, deadline, &t, e);

	if (code == ERR_OK)
		code = ios_read_running(s, deadline, &running, e);
	if (code == ERR_OK) {
		if (t.pending)
			found = DRIVER_FOUND_PENDING;
		else if (cisco_same(&s->cisco, snapshot, buf_text(&running)))
			found = DRIVER_FOUND_OLD;
		else if (predicted != NULL &&
			 cisco_same(&s->cisco, predicted, buf_text(&running)))
			found = DRIVER_FOUND_NEW;
		*ret = found;
	}
	buf_release(&running);
	return code;
}

/* The device's own way back, at once. */
static enum err_code revert_now(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code;

	cisco_expect_name_of(&s->cisco, snapshot);
	code = ssh_shell_run(s->cisco.shell, "configure revert now",
	    deadline_sooner(deadline, deadline_in_ms(REPLACE_MS)), &answer, e);
	/* What it says counts for nothing: running is read. */
	buf_release(&answer);
	return code;
}

static enum err_code replace_by(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct err *e)
{
	struct buf file = BUF_INIT(CISCO_CONFIG_MAX);
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code =
	    cisco_write_file(&s->cisco, snapshot, NULL, "end", &file, e);

	if (code == ERR_OK)
		code = cisco_send_file(
		    &s->cisco, IOS_SNAPSHOT, &file, deadline, e);
	cisco_expect_name_of(&s->cisco, snapshot);
	if (code == ERR_OK)
		code = ssh_shell_run(s->cisco.shell,
		    "configure replace " IOS_SNAPSHOT " force",
		    deadline_sooner(deadline, deadline_in_ms(REPLACE_MS)),
		    &answer, e);
	buf_release(&file);
	buf_release(&answer);
	return code;
}

static enum err_code go_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *did, struct err *e)
{
	struct ios_timer t;
	bool same = false;
	enum err_code code = ios_read_timer(s, deadline, &t, e);

	if (code == ERR_OK && t.pending && !ios_is_ours(s, &t))
		return err_set(e, ERR_CONFLICT,
		    "a change by \"%.60s\" waits for its confirmation there",
		    t.user);
	if (code == ERR_OK && t.pending) {
		*did = true;
		code = revert_now(s, snapshot, deadline, e);
	}
	if (code == ERR_OK)
		code = ios_is_running(s, snapshot, deadline, &same, e);
	if (code != ERR_OK || same)
		return code;
	*did = true;
	code = replace_by(s, snapshot, deadline, e);
	if (code == ERR_OK)
		code = ios_is_running(s, snapshot, deadline, &same, e);
	if (code == ERR_OK && !same)
		code = err_set(e, ERR_REMOTE,
		    "the old configuration was put in, but does not show");
	return code;
}

enum err_code ios_put_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *ret_did, struct err *e)
{
	struct err why = ERR_INIT;

	cisco_forbid_cancel(&s->cisco);
	if (go_back(s, snapshot, deadline, ret_did, &why) == ERR_OK)
		return ERR_OK;
	err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the old configuration of %s could not be put back: %.300s",
	    s->cisco.target->name, why.message);
	err_detail(e, "%s", why.detail);
	return ERR_UNKNOWN_OUTCOME;
}

enum err_code ios_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	bool did = false;
	enum err_code code;

	(void)arena;
	*report = (struct driver_report){ .outcome = DRIVER_UNKNOWN };
	code = ios_put_back(s, snapshot, deadline, &did, e);
	if (code == ERR_OK)
		report->outcome = did ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
	return code;
}
