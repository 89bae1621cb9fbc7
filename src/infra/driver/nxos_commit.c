/*
 * Committing: one command, which the switch carries out as a whole, or undoes,
 * and takes back by itself unless it is confirmed.
 */
#include "infra/driver/nxos_internal.h"

#include "base/escape.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define UNDO_MS 300000
#define LOG_MAX ((size_t)256 * 1024)

struct nxos_load {
	struct driver_session *s;
	const struct driver_commit *how;
	struct arena *arena;
	struct driver_report *report;
};

/* All that may fail while the switch is as it was. */
static enum err_code check_before(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	bool same = false;
	enum err_code code =
	    nxos_is_running(s, s->stage->snapshot, deadline, &same, e);

	if (code == ERR_OK && !same)
		code = err_set(e, ERR_CONFLICT,
		    "someone changed the configuration of %s meanwhile. "
		    "Nothing was sent; run it again.",
		    s->cisco.target->name);
	if (code == ERR_OK)
		code = cisco_check_file(
		    &s->cisco, NXOS_CANDIDATE, &s->stage->file, deadline, e);
	if (code == ERR_OK)
		code = cisco_command(
		    &s->cisco, "checkpoint file " NXOS_CHECKPOINT, deadline, e);
	return code;
}

static enum err_code lost_session(
    struct nxos_load *l, const struct err *why, struct err *e)
{
	l->report->outcome = DRIVER_UNKNOWN;
	err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the session with %s was lost while it was being changed: %.300s "
	    "What the device holds now has to be read.",
	    l->s->cisco.target->name, why->message);
	err_detail(e, "%s", why->detail);
	return ERR_UNKNOWN_OUTCOME;
}

/* The log tells the commands that failed, each with what was said to it. */
static void keep_failure(struct nxos_load *l, const char *answer)
{
	struct cisco_session *c = &l->s->cisco;
	struct buf log = BUF_INIT(LOG_MAX), bare = BUF_INIT(4096);
	struct buf safe = BUF_INIT(4096);
	const char *from;

	if (cisco_run(c, "show config-replace log exec",
		deadline_in_ms(UNDO_MS), &log, NULL) != ERR_OK)
		buf_clear(&log);
	from = strstr(buf_text(&log), "Failed\n");
	from = from != NULL ? from + sizeof "Failed\n" - 1 : answer;
	config_answer_redact(
	    &config_dialect_nxos, from, strnlen(from, 300), &bare);
	escape_device_text(&safe, buf_text(&bare), bare.len);
	l->report->device_said = arena_strdup(l->arena, buf_text(&safe));
	buf_release(&log);
	buf_release(&bare);
	buf_release(&safe);
}

static enum err_code replace_failed(
    struct nxos_load *l, const char *answer, struct err *e)
{
	struct buf bare = BUF_INIT(4096);
	enum err_code code;

	keep_failure(l, answer);
	config_answer_redact(
	    &config_dialect_nxos, answer, strnlen(answer, 400), &bare);
	code = err_set(e, ERR_REMOTE,
	    "the switch could not replace its configuration: %.300s",
	    l->report->device_said != NULL ? l->report->device_said : "");
	err_detail(e, "%.400s", buf_text(&bare));
	buf_release(&bare);
	return code;
}

/* The switch puts the old configuration back itself; it is made sure of. */
static enum err_code undo(
    struct nxos_load *l, const struct err *why, struct err *e)
{
	struct err failure = ERR_INIT;
	bool did = false;

	if (nxos_put_back(l->s, l->s->stage->snapshot, true,
		deadline_in_ms(UNDO_MS + l->how->restore_ms), &did,
		&failure) != ERR_OK) {
		l->report->outcome = DRIVER_UNKNOWN;
		err_set(e, ERR_UNKNOWN_OUTCOME, "%.*s, and %.400s",
		    cisco_bare(why), why->message, failure.message);
		err_detail(e, "%s", failure.detail);
		return ERR_UNKNOWN_OUTCOME;
	}
	l->report->outcome = DRIVER_ROLLED_BACK;
	return err_set(e, why->code,
	    "%.*s. %s has its old configuration; it was read to be sure.",
	    cisco_bare(why), why->message, l->s->cisco.target->name);
}

static unsigned confirm_s(const struct driver_commit *how)
{
	return how->confirm_s < NXOS_CONFIRM_MIN_S   ? NXOS_CONFIRM_MIN_S
	       : how->confirm_s > NXOS_CONFIRM_MAX_S ? NXOS_CONFIRM_MAX_S
						     : how->confirm_s;
}

static bool has_succeeded(const struct cisco_session *c, const char *answer)
{
	size_t len = 0;

	return cisco_refusal(c->platform, answer, &len) == NULL &&
	       strcasestr(answer, "replace completed successfully") != NULL;
}

static enum err_code run_replace(struct nxos_load *l, struct err *e)
{
	struct cisco_session *c = &l->s->cisco;
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	struct err why = ERR_INIT;
	char command[128], timer[40] = "";
	enum err_code code;
	bool sent;

	if (l->how->confirm_s > 0)
		snprintf(timer, sizeof timer, " commit-timeout %u",
		    confirm_s(l->how));
	snprintf(command, sizeof command,
	    "configure replace " NXOS_CANDIDATE "%s", timer);
	cisco_expect_name_of(c, l->s->stage->wanted);
	l->report->sent = l->s->stage->plan.forth.n_steps;
	code = cisco_run_effect(c, command,
	    deadline_sooner(l->how->deadline, deadline_in_ms(NXOS_REPLACE_MS)),
	    &answer, &sent, &why);
	if (code != ERR_OK && !sent) {
		l->report->sent = 0;
		if (e != NULL)
			*e = why;
	} else if (code != ERR_OK) {
		code = lost_session(l, &why, e);
	} else if (has_succeeded(c, buf_text(&answer))) {
		l->report->outcome = DRIVER_APPLIED;
	} else {
		(void)!replace_failed(l, buf_text(&answer), &why);
		code = undo(l, &why, e);
	}
	buf_release(&answer);
	return code;
}

enum err_code nxos_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct nxos_load l = {
		.s = s, .how = how, .arena = arena, .report = report
	};
	struct driver_plan plan;
	enum err_code code = nxos_diff(s, how->deadline, arena, &plan, e);

	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	if (code != ERR_OK || plan.empty)
		return code;
	code = check_before(s, how->deadline, e);
	if (code == ERR_OK)
		code = cisco_ask_effect(&s->cisco, &plan, e);
	if (code != ERR_OK)
		return code;
	return run_replace(&l, e);
}
