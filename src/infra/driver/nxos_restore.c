/*
 * What is there after a change, and the way back.
 */
#include "infra/driver/nxos_internal.h"

#include <poll.h>
#include <string.h>

#define LOOK_MS 1000

enum err_code nxos_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	struct nxos_timer t;
	enum driver_found found = DRIVER_FOUND_PARTIAL;
	enum err_code code = nxos_read_timer(s, deadline, &t, e);

	if (code == ERR_OK)
		code = nxos_read_running(s, deadline, &running, e);
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

/* NX-OS has no word that ends its timer by going back: it is waited for, if
 * there is the time. */
static enum err_code await_timer(struct driver_session *s,
    struct deadline deadline, bool *did, struct err *e)
{
	struct nxos_timer t;
	enum err_code code = nxos_read_timer(s, deadline, &t, e);

	while (code == ERR_OK && t.pending) {
		if (!nxos_is_ours(s, &t))
			return err_set(e, ERR_CONFLICT,
			    "a change by \"%.60s\" waits for its confirmation "
			    "there",
			    t.user);
		if (deadline_in_ms((int64_t)t.left_s * 1000).at_ms >
		    deadline.at_ms)
			return err_set(e, ERR_TIMEOUT,
			    "its timer takes the change back in %u s",
			    t.left_s);
		*did = true;
		poll(NULL, 0, LOOK_MS);
		code = nxos_read_timer(s, deadline, &t, e);
	}
	return code;
}

static enum err_code run_long(struct driver_session *s, const char *command,
    const char *snapshot, struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code;
	bool sent;

	cisco_expect_name_of(&s->cisco, snapshot);
	code = cisco_run_effect(&s->cisco, command,
	    deadline_sooner(deadline, deadline_in_ms(NXOS_REPLACE_MS)), &answer,
	    &sent, e);
	/* What it says counts for nothing: running is read. */
	buf_release(&answer);
	return code;
}

static enum err_code replace_by(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct err *e)
{
	struct buf file = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code =
	    cisco_write_file(&s->cisco, snapshot, NULL, NULL, &file, e);

	if (code == ERR_OK)
		code = cisco_send_file(
		    &s->cisco, NXOS_SNAPSHOT, &file, deadline, e);
	if (code == ERR_OK)
		code = run_long(s, "configure replace " NXOS_SNAPSHOT, snapshot,
		    deadline, e);
	buf_release(&file);
	return code;
}

static enum err_code go_back(struct driver_session *s, const char *snapshot,
    bool checkpoint, struct deadline deadline, bool *did, struct err *e)
{
	bool same = false;
	enum err_code code = await_timer(s, deadline, did, e);

	if (code == ERR_OK)
		code = nxos_is_running(s, snapshot, deadline, &same, e);
	if (code == ERR_OK && !same && checkpoint) {
		*did = true;
		code =
		    run_long(s, "rollback running-config file " NXOS_CHECKPOINT,
			snapshot, deadline, e);
		if (code == ERR_OK)
			code = nxos_is_running(s, snapshot, deadline, &same, e);
	}
	if (code != ERR_OK || same)
		return code;
	*did = true;
	code = replace_by(s, snapshot, deadline, e);
	if (code == ERR_OK)
		code = nxos_is_running(s, snapshot, deadline, &same, e);
	if (code == ERR_OK && !same)
		code = err_set(e, ERR_REMOTE,
		    "the old configuration was put in, but does not show");
	return code;
}

enum err_code nxos_put_back(struct driver_session *s, const char *snapshot,
    bool checkpoint, struct deadline deadline, bool *ret_did, struct err *e)
{
	struct err why = ERR_INIT;

	cisco_forbid_cancel(&s->cisco);
	if (go_back(s, snapshot, checkpoint, deadline, ret_did, &why) == ERR_OK)
		return ERR_OK;
	err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the old configuration of %s could not be put back: %.300s",
	    s->cisco.target->name, why.message);
	err_detail(e, "%s", why.detail);
	return ERR_UNKNOWN_OUTCOME;
}

enum err_code nxos_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	bool did = false;
	enum err_code code;

	(void)arena;
	*report = (struct driver_report){ .outcome = DRIVER_UNKNOWN };
	code = nxos_put_back(s, snapshot, false, deadline, &did, e);
	if (code == ERR_OK)
		report->outcome = did ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
	return code;
}
