/*
 * Committing a configuration session, and what may have become of one.
 *
 * The device applies a session as a whole or not at all, and takes it back by
 * itself when its timer is not confirmed.  So whatever happens to us, the old
 * configuration or the new one is in force; which, is found out by reading.
 */
#include "infra/driver/eos_internal.h"

#include <stdio.h>
#include <string.h>

#define COMMIT_MS 120000

static enum err_code ask_effect(
    struct driver_session *s, const struct driver_plan *plan, struct err *e)
{
	if (s->hooks == NULL || s->hooks->before_effect == NULL)
		return ERR_OK;
	return s->hooks->before_effect(s->hooks->ctx, plan, e);
}

/* "configure session sy-1 commit timer 00:02:00" */
static void commit_command(const struct driver_session *s,
    const struct driver_commit *how, char command[100])
{
	unsigned t = how->confirm_s;

	if (t == 0)
		snprintf(
		    command, 100, "configure session %s commit", s->staged);
	else
		snprintf(command, 100,
		    "configure session %s commit timer %02u:%02u:%02u",
		    s->staged, t / 3600, t / 60 % 60, t % 60);
}

static enum err_code lost(struct driver_session *s,
    struct driver_report *report, const struct err *why, struct err *e)
{
	report->outcome = DRIVER_UNKNOWN;
	s->staged[0] = '\0';
	return err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the session with %s was lost while it was committing: %s What "
	    "the switch holds now has to be read.",
	    s->target->name, why->message);
}

/* Once the command was sent, only its answer tells that the device did nothing.
 */
static enum err_code send_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	struct err why = ERR_INIT;
	const char *refusal;
	char command[100];
	size_t len = 0;
	bool sent;

	commit_command(s, how, command);
	report->sent = s->staged_lines;
	if (s->channel->ops->run_effect(s->channel, command,
		deadline_in_ms(COMMIT_MS), &answer, &sent, &why) != ERR_OK) {
		buf_release(&answer);
		return sent ? lost(s, report, &why, e)
			    : err_set(e, ERR_REMOTE,
				  "%s Nothing was committed.", why.message);
	}
	refusal = eos_refusal(buf_text(&answer), &len);
	if (refusal != NULL) {
		report->failed_line = arena_strdup(arena, command);
		report->device_said = arena_memdup(arena, refusal, len);
		report->outcome = DRIVER_UNTOUCHED;
		err_set(e, ERR_REMOTE,
		    "%s refused to commit: %.*s. Nothing was changed.",
		    s->target->name, (int)(len < 300 ? len : 300), refusal);
	} else {
		report->outcome = DRIVER_APPLIED;
		s->staged[0] = '\0'; /* it is the device's now */
	}
	buf_release(&answer);
	return refusal != NULL ? ERR_REMOTE : ERR_OK;
}

enum err_code eos_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct driver_plan plan;
	enum err_code code = eos_diff(s, how->deadline, arena, &plan, e);

	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	if (code != ERR_OK)
		return code;
	if (plan.empty)
		return eos_discard(s, how->deadline, e);
	code = ask_effect(s, &plan, e);
	eos_expect_name_of(s, plan.predicted);
	return code == ERR_OK ? send_commit(s, how, arena, report, e) : code;
}

enum err_code eos_confirm(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct eos_sessions list;
	char command[80];
	enum err_code code = eos_list_sessions(s, deadline, &list, e);

	if (code != ERR_OK)
		return code;
	if (list.ours[0] == '\0')
		return err_set(e, ERR_CONFLICT,
		    "%s waits for no confirmation any more: its timer has "
		    "taken the change back, or someone else decided",
		    eos_peer(s));
	snprintf(
	    command, sizeof command, "configure session %s commit", list.ours);
	return eos_command_once(s, command, deadline, e);
}

/* --- What is there ------------------------------------------------------- */

enum err_code eos_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e)
{
	struct buf running = BUF_INIT(EOS_CONFIG_MAX);
	struct eos_sessions list;
	enum err_code code = eos_list_sessions(s, deadline, &list, e);

	if (code == ERR_OK)
		code = eos_read_running(s, deadline, &running, e);
	if (code == ERR_OK && list.timed)
		*ret = DRIVER_FOUND_PENDING;
	else if (code == ERR_OK && eos_same_text(buf_text(&running), snapshot))
		*ret = DRIVER_FOUND_OLD;
	else if (code == ERR_OK && predicted != NULL &&
		 eos_same_text(buf_text(&running), predicted))
		*ret = DRIVER_FOUND_NEW;
	else if (code == ERR_OK)
		*ret = DRIVER_FOUND_PARTIAL;
	buf_release(&running);
	return code;
}

static enum err_code read_equal(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *ret, struct err *e)
{
	struct buf running = BUF_INIT(EOS_CONFIG_MAX);
	enum err_code code = eos_read_running(s, deadline, &running, e);

	if (code == ERR_OK)
		*ret = eos_same_text(buf_text(&running), snapshot);
	buf_release(&running);
	return code;
}

/* Aborting a session whose timer runs takes it back at once. */
static enum err_code abort_ours(struct driver_session *s, const char *snapshot,
    struct deadline deadline, bool *ret_did, struct err *e)
{
	struct eos_sessions list;
	char command[80];
	enum err_code code = eos_list_sessions(s, deadline, &list, e);

	*ret_did = false;
	if (code != ERR_OK || list.ours[0] == '\0')
		return code;
	snprintf(
	    command, sizeof command, "configure session %s abort", list.ours);
	*ret_did = true;
	eos_expect_name_of(s, snapshot);
	return eos_command_once(s, command, deadline, e);
}

/* The whole old configuration as a session of its own, without a timer. */
static enum err_code put_back(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct err *e)
{
	struct driver_candidate old = { DRIVER_REPLACE, snapshot };
	char command[80];
	enum err_code code = eos_stage(s, &old, deadline, e);

	if (code != ERR_OK)
		return code;
	snprintf(
	    command, sizeof command, "configure session %s commit", s->staged);
	eos_expect_name_of(s, snapshot);
	code = eos_command_once(s, command, deadline, e);
	if (code == ERR_OK)
		s->staged[0] = '\0';
	return code;
}

enum err_code eos_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	bool aborted = false, equal = false;
	enum err_code code;

	(void)arena;
	*report = (struct driver_report){ .outcome = DRIVER_UNKNOWN };
	code = abort_ours(s, snapshot, deadline, &aborted, e);
	if (code == ERR_OK)
		code = read_equal(s, snapshot, deadline, &equal, e);
	if (code == ERR_OK && equal) {
		report->outcome =
		    aborted ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
		return ERR_OK;
	}
	if (code == ERR_OK)
		code = put_back(s, snapshot, deadline, e);
	if (code == ERR_OK)
		code = read_equal(s, snapshot, deadline, &equal, e);
	if (code == ERR_OK && equal) {
		report->outcome = DRIVER_ROLLED_BACK;
		return ERR_OK;
	}
	if (code == ERR_OK)
		err_set(e, ERR_REMOTE,
		    "the old configuration was sent, but does not show");
	return err_set(e, ERR_UNKNOWN_OUTCOME,
	    "%s could not be put back: %.300s", s->target->name,
	    e != NULL ? e->message : "");
}
