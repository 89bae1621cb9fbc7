/*
 * What is there after a change, and the way back.
 */
#include "infra/driver/cisco_driver.h"

#include "infra/driver/driver_log.h"

#include <string.h>

enum err_code cisco_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	struct cisco_timer t;
	enum driver_found found = DRIVER_FOUND_PARTIAL;
	enum err_code code =
	    s->cisco.platform->read_timer(&s->cisco, deadline, &t, e);

	if (code == ERR_OK)
		code = cisco_read_running(s, deadline, &running, e);
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

enum err_code cisco_run_blind(struct cisco_session *s, const char *command,
    const char *config, struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code;
	bool sent;

	cisco_expect_name_of(s, config);
	code = cisco_run_effect(s, command,
	    deadline_sooner(deadline, deadline_in_ms(CISCO_REPLACE_MS)),
	    &answer, &sent, e);
	buf_release(&answer);
	return code;
}

static enum err_code replace_by(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct err *e)
{
	const struct cisco_platform *platform = s->cisco.platform;
	struct buf file = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = cisco_write_file(
	    &s->cisco, snapshot, NULL, platform->file_end, &file, e);

	if (code == ERR_OK)
		code = cisco_send_file(
		    &s->cisco, platform->snapshot_file, &file, deadline, e);
	if (code == ERR_OK)
		code = cisco_run_blind(&s->cisco, platform->replace_command,
		    snapshot, deadline, e);
	buf_release(&file);
	return code;
}

static enum err_code go_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *did, struct err *e)
{
	bool same = false;
	enum err_code code =
	    s->cisco.platform->revert(s, snapshot, deadline, did, e);

	if (code == ERR_OK)
		code = cisco_is_running(s, snapshot, deadline, &same, e);
	if (code != ERR_OK || same)
		return code;
	*did = true;
	code = replace_by(s, snapshot, deadline, e);
	if (code == ERR_OK)
		code = cisco_is_running(s, snapshot, deadline, &same, e);
	if (code == ERR_OK && !same)
		code = err_set(e, ERR_REMOTE,
		    "the old configuration was put in, but does not show");
	return code;
}

/* ERR_UNKNOWN_OUTCOME if it could not be shown to be back. */
static enum err_code put_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *did, struct err *e)
{
	struct err why = ERR_INIT;

	cisco_forbid_cancel(&s->cisco);
	if (go_back(s, snapshot, deadline, did, &why) == ERR_OK)
		return ERR_OK;
	err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the old configuration of %s could not be put back: %.300s",
	    s->cisco.target->name, why.message);
	err_detail(e, "%s", why.detail);
	return ERR_UNKNOWN_OUTCOME;
}

enum err_code cisco_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	bool did = false;
	enum err_code code;

	(void)arena;
	*report = (struct driver_report){ .outcome = DRIVER_UNKNOWN };
	code = put_back(s, snapshot, deadline, &did, e);
	if (code == ERR_OK)
		report->outcome = did ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
	return code;
}

/* --- For commit() ------------------------------------------------------ */

enum err_code cisco_check_unchanged(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	bool same = false;
	enum err_code code =
	    cisco_is_running(s, s->stage->snapshot, deadline, &same, e);

	if (code == ERR_OK && !same)
		return err_set(e, ERR_CONFLICT,
		    "someone changed the configuration of %s meanwhile. "
		    "Nothing was sent; run it again.",
		    s->cisco.target->name);
	return code;
}

enum err_code cisco_lost(struct driver_session *s, struct driver_report *report,
    const struct err *why, struct err *e)
{
	report->outcome = DRIVER_UNKNOWN;
	err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the session with %s was lost while it was being changed: %.300s "
	    "What the device holds now has to be read.",
	    s->cisco.target->name, why->message);
	err_detail(e, "%s", why->detail);
	return ERR_UNKNOWN_OUTCOME;
}

enum err_code cisco_undo(struct driver_session *s,
    const struct driver_commit *how, struct driver_report *report,
    const struct err *why, struct err *e)
{
	struct err failure = ERR_INIT;
	bool did = false;

	driver_log(s->cisco.hooks, LOG_WARNING,
	    "%.*s; going back to the old configuration", cisco_bare(why),
	    why->message);
	if (put_back(s, s->stage->snapshot,
		deadline_in_ms(s->cisco.platform->undo_ms + how->restore_ms),
		&did, &failure) != ERR_OK) {
		report->outcome = DRIVER_UNKNOWN;
		err_set(e, ERR_UNKNOWN_OUTCOME, "%.*s, and %.400s",
		    cisco_bare(why), why->message, failure.message);
		err_detail(e, "%s", failure.detail);
		return ERR_UNKNOWN_OUTCOME;
	}
	report->outcome = DRIVER_ROLLED_BACK;
	return err_set(e, why->code,
	    "%.*s. %s has its old configuration; it was read to be sure.",
	    cisco_bare(why), why->message, s->cisco.target->name);
}

void cisco_detail(
    const struct cisco_session *s, const char *answer, struct err *e)
{
	struct buf bare = BUF_INIT(4096);

	config_answer_redact(
	    s->platform->dialect, answer, strnlen(answer, 400), &bare);
	err_detail(e, "%.400s", buf_text(&bare));
	buf_release(&bare);
}
