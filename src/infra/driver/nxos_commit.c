/*
 * Committing: one command, which the switch carries out as a whole, or undoes,
 * and takes back by itself unless it is confirmed.
 */
#include "infra/driver/nxos_internal.h"

#include "base/escape.h"
#include "base/text.h"
#include "infra/driver/driver_log.h"

#include <stdio.h>
#include <string.h>

#define LOG_MS 60000
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
	enum err_code code = cisco_check_unchanged(s, deadline, e);

	if (code == ERR_OK)
		code = cisco_check_file(
		    &s->cisco, NXOS_CANDIDATE, &s->stage->file, deadline, e);
	if (code == ERR_OK)
		code = cisco_command(
		    &s->cisco, "checkpoint file " NXOS_CHECKPOINT, deadline, e);
	s->checkpoint = code == ERR_OK;
	return code;
}

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	while (*text != '\0') {
		if (strncmp(text, line, len) == 0 &&
		    strchr(" \r\n", text[len]) != NULL)
			return true;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return false;
}

/* What the candidate switches off that this session stands on; or NULL. */
static const char *find_cut(const struct driver_session *s)
{
	static const char api[] = "feature nxapi", ssh[] = "no feature ssh";
	const struct cisco_stage *stage = s->stage;

	if (s->cisco.shell == NULL && has_line(stage->snapshot, api) &&
	    !has_line(stage->wanted, api))
		return api;
	return s->cisco.shell != NULL && has_line(stage->wanted, ssh)
		   ? "feature ssh"
		   : NULL;
}

/* The switch's timer takes back what cuts its own management off.  Without one
 * nobody would. */
static enum err_code check_management(
    struct driver_session *s, const struct driver_commit *how, struct err *e)
{
	const char *cut = find_cut(s);

	if (cut != NULL && how->confirm_s == 0)
		return err_set(e, ERR_INVALID,
		    "the candidate switches \"%s\" off, over which %s is "
		    "managed, and no timer would take that back. Nothing was "
		    "changed.",
		    cut, s->cisco.target->name);
	if (cut != NULL)
		driver_log(s->cisco.hooks, LOG_WARNING,
		    "the candidate switches \"%s\" off, over which the switch "
		    "is managed: its timer will take it back",
		    cut);
	return ERR_OK;
}

/* The log tells the commands that failed, each with what was said to it. */
static void keep_failure(struct nxos_load *l, const char *answer)
{
	struct cisco_session *c = &l->s->cisco;
	struct buf log = BUF_INIT(LOG_MAX), bare = BUF_INIT(4096);
	struct buf safe = BUF_INIT(4096);
	const char *from;

	if (cisco_run(c, "show config-replace log exec", deadline_in_ms(LOG_MS),
		&log, NULL) != ERR_OK)
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
	enum err_code code;

	keep_failure(l, answer);
	code = err_set(e, ERR_REMOTE,
	    "the switch could not replace its configuration: %.300s",
	    l->report->device_said != NULL ? l->report->device_said : "");
	cisco_detail(&l->s->cisco, answer, e);
	return code;
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
	    deadline_sooner(l->how->deadline, deadline_in_ms(CISCO_REPLACE_MS)),
	    &answer, &sent, &why);
	if (code != ERR_OK && !sent) {
		l->report->sent = 0;
		if (e != NULL)
			*e = why;
	} else if (code != ERR_OK) {
		if (code == ERR_REMOTE) /* its words may quote the candidate */
			config_err_redact(&config_dialect_nxos, &why);
		code = cisco_lost(l->s, l->report, &why, e);
	} else if (has_succeeded(c, buf_text(&answer))) {
		l->report->outcome = DRIVER_APPLIED;
	} else {
		(void)!replace_failed(l, buf_text(&answer), &why);
		code = cisco_undo(l->s, l->how, l->report, &why, e);
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
	code = check_management(s, how, e);
	if (code == ERR_OK)
		code = check_before(s, how->deadline, e);
	if (code == ERR_OK)
		code = cisco_ask_effect(&s->cisco, &plan, e);
	if (code != ERR_OK)
		return code;
	return run_replace(&l, e);
}
