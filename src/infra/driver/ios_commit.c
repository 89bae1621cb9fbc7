/*
 * Committing under the device's own timer.
 *
 * IOS applies nothing as a whole.  What makes a change safe is the timer that
 * is armed before its first line: if this session or this system dies at any
 * instant, the device goes back to what it ran before.  Lines must never be
 * typed once the timer may have fired, since they would stay.
 */
#include "infra/driver/ios_internal.h"

#include "base/text.h"
#include "infra/driver/cli_load.h"

#include <stdio.h>
#include <string.h>

#define LINE_MS 30000
#define GRACE_MS 5000
/* The load ends so long before the timer would fire. */
#define MARGIN_S 30u
/* What one line may take on the average. */
#define LINES_PER_S 10u

/* Said beside a line that was taken. */
static const char *const harmless[] = {
	"Enter configuration commands, one per line.*",
	"Rollback Confirmed Change: Backing up*",
	"Enter TEXT message.*",
	"%Warning: portfast*",
	"% Warning: *",
	"%Warning: *",
	"% Generating * RSA keys*",
	"% OSPF: Reference bandwidth is changed.",
	"% Access VLAN does not exist. Creating vlan*",
	"% Interface * IPv4 disabled and address(es) removed due to*",
	"% Interface * IPv6 disabled and address(es) removed due to*",
	NULL,
};

/* Errors without a mark, too. */
static const char *const refusals[] = { "%*", "Command rejected*",
	"*already running*", "Bad mask*", "*overlaps with*", "*nvalid *",
	"*not allowed*", "*ot supported*", "*ailed*", "Error*", "ERROR*",
	"*annot *", "*must be *", "*does not exist*", "Unable to*",
	"Configuration mode is locked*", NULL };

static const char *const locked[] = { "Configuration mode is locked",
	"Rollback Confirmed Change already pending", NULL };

/* `no username` asks; whatever wants a "yes" is not provisioned. */
static const struct ssh_shell_answer answers[] = {
	{ "[confirm]", "\n", NULL },
	{ "[yes/no]:", "no\n", NULL },
	{ NULL, NULL, NULL },
};

struct ios_load {
	struct driver_session *s;
	const struct driver_commit *how;
	struct arena *arena;
	struct driver_report *report;
	unsigned minutes; /* of the timer while lines are sent */
	bool lost;
};

static bool has_archive(const char *running)
{
	const char *at = strstr(running, "\narchive");

	return at != NULL && at[8] == '\n' && strstr(at, "\n path ") != NULL;
}

/* All that may fail while the device is as it was. */
static enum err_code check_before(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	enum err_code code;

	if (!has_archive(s->stage->snapshot))
		return err_set(e, ERR_REMOTE,
		    "%s has no archive, without which it cannot take a change "
		    "back by itself: configure \"archive\" with \"path "
		    "flash:archive\" there. Nothing was changed.",
		    s->cisco.target->name);
	code = cisco_check_unchanged(s, deadline, e);
	if (code == ERR_OK && s->stage->load == DRIVER_REPLACE)
		code = cisco_check_file(
		    &s->cisco, IOS_CANDIDATE, &s->stage->file, deadline, e);
	return code;
}

/* --- Line by line ------------------------------------------------------ */

static struct deadline load_deadline(const struct ios_load *l)
{
	unsigned s = l->minutes * 60 - MARGIN_S;

	return deadline_sooner(
	    l->how->deadline, deadline_in_ms((int64_t)s * 1000));
}

static unsigned minutes_of(unsigned seconds)
{
	unsigned m = (seconds + 59) / 60;

	return m < IOS_MINUTES_MIN   ? IOS_MINUTES_MIN
	       : m > IOS_MINUTES_MAX ? IOS_MINUTES_MAX
				     : m;
}

/* The load took some of the time that confirming is to have. */
static enum err_code restart_timer(struct ios_load *l, struct err *e)
{
	struct deadline soon = deadline_in_ms(LINE_MS);
	char command[64];

	if (l->how->confirm_s == 0)
		return cisco_command(
		    &l->s->cisco, "configure confirm", soon, e);
	snprintf(command, sizeof command, "configure revert timer %u",
	    minutes_of(l->how->confirm_s));
	return cisco_command(&l->s->cisco, command, soon, e);
}

static enum err_code load_lines(struct ios_load *l, struct err *e)
{
	char enter[64];
	struct cli_rules rules = {
		.harmless = harmless,
		.refusals = refusals,
		.answers = answers,
		.locked = locked,
		.name_command = "hostname ",
		.enter = enter,
		.end = "end",
		.line_ms = LINE_MS,
		.grace_ms = GRACE_MS,
	};
	struct cli_load load = {
		.shell = l->s->cisco.shell,
		.dialect = &config_dialect_ios,
		.rules = &rules,
		.hooks = l->s->cisco.hooks,
		.arena = l->arena,
		.deadline = load_deadline(l),
		.report = l->report,
	};
	enum err_code code, left;

	snprintf(enter, sizeof enter, "configure terminal revert timer %u",
	    l->minutes);
	code = cli_load_enter(&load, e);
	if (code == ERR_OK)
		code = cli_load_steps(&load, &l->s->stage->plan.forth, e);
	if (!load.lost) {
		left = cli_load_leave(&load, code == ERR_OK ? e : NULL);
		if (left != ERR_OK && code == ERR_OK)
			code = left;
		load.lost = load.lost || left != ERR_OK;
	}
	l->lost = load.lost;
	return code;
}

static enum err_code commit_merge(struct ios_load *l, struct err *e)
{
	size_t n = l->s->stage->plan.forth.n_steps;
	struct err why = ERR_INIT;
	enum err_code code;

	l->minutes = minutes_of(
	    l->how->confirm_s + (unsigned)(n / LINES_PER_S) + 2 * MARGIN_S);
	code = load_lines(l, &why);
	if (code == ERR_OK)
		code = restart_timer(l, &why);
	if (code == ERR_OK) {
		l->report->outcome = DRIVER_APPLIED;
		return ERR_OK;
	}
	/* Somebody else's lock or timer: not a line was sent. */
	if (code == ERR_CONFLICT && l->report->sent == 0 && !l->lost) {
		if (e != NULL)
			*e = why;
		return code;
	}
	return l->lost ? cisco_lost(l->s, l->report, &why, e)
		       : cisco_undo(l->s, l->how, l->report, &why, e);
}

/* --- As a whole -------------------------------------------------------- */

/* The lines that did not go in stand between two rows of stars. */
static void keep_failure(struct ios_load *l, const char *answer)
{
	static const char stars[] = "********\n";
	const char *from = strstr(answer, stars);
	const char *to = from != NULL ? strstr(from + 1, "\n********") : NULL;
	size_t len = 0;
	const char *said = cisco_refusal(l->s->cisco.platform, answer, &len);

	if (to != NULL && to > from + sizeof stars - 1) {
		from += sizeof stars - 1;
		l->report->failed_line =
		    arena_memdup(l->arena, from, strcspn(from, "\n"));
	}
	if (said != NULL)
		l->report->device_said = arena_memdup(l->arena, said, len);
}

static enum err_code replace_failed(
    struct ios_load *l, const char *answer, struct err *e)
{
	const struct driver_report *r = l->report;
	struct buf line = BUF_INIT(CONFIG_MAX_LINE + 64);
	enum err_code code;

	keep_failure(l, answer);
	if (r->failed_line != NULL)
		config_line_redact(&config_dialect_ios, r->failed_line, &line);
	l->report->failed_line =
	    line.len > 0 ? arena_strdup(l->arena, line.data) : NULL;
	code = err_set(e, ERR_REMOTE,
	    "the device could not replace its configuration%s%.200s%s: %.300s",
	    line.len > 0 ? ", it refused \"" : "", buf_text(&line),
	    line.len > 0 ? "\"" : "",
	    r->device_said != NULL ? r->device_said
				   : "it did not say \"Rollback Done\"");
	cisco_detail(&l->s->cisco, answer, e);
	buf_release(&line);
	return code;
}

static enum err_code run_replace(struct ios_load *l, struct err *e)
{
	struct cisco_session *c = &l->s->cisco;
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	char command[160], timer[32] = "";
	size_t len = 0;
	enum err_code code;

	if (l->how->confirm_s > 0)
		snprintf(timer, sizeof timer, " timer %u",
		    minutes_of(l->how->confirm_s));
	snprintf(command, sizeof command,
	    "configure replace " IOS_CANDIDATE " force revert trigger error%s",
	    timer);
	cisco_expect_name_of(c, l->s->stage->wanted);
	l->report->sent = l->s->stage->added + l->s->stage->removed;
	code = ssh_shell_run(c->shell, command,
	    deadline_sooner(l->how->deadline, deadline_in_ms(CISCO_REPLACE_MS)),
	    &answer, e);
	if (code != ERR_OK)
		l->lost = true;
	else if (cisco_refusal(c->platform, buf_text(&answer), &len) != NULL ||
		 strstr(buf_text(&answer), "Rollback Done") == NULL)
		code = replace_failed(l, buf_text(&answer), e);
	buf_release(&answer);
	return code;
}

static enum err_code commit_replace(struct ios_load *l, struct err *e)
{
	struct err why = ERR_INIT;

	if (run_replace(l, &why) == ERR_OK) {
		l->report->outcome = DRIVER_APPLIED;
		return ERR_OK;
	}
	return l->lost ? cisco_lost(l->s, l->report, &why, e)
		       : cisco_undo(l->s, l->how, l->report, &why, e);
}

enum err_code ios_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct ios_load l = {
		.s = s, .how = how, .arena = arena, .report = report
	};
	struct driver_plan plan;
	enum err_code code = ios_diff(s, how->deadline, arena, &plan, e);

	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	if (code != ERR_OK || plan.empty)
		return code;
	code = check_before(s, how->deadline, e);
	if (code == ERR_OK)
		code = cisco_ask_effect(&s->cisco, &plan, e);
	if (code != ERR_OK)
		return code;
	cisco_forbid_cancel(&s->cisco);
	return s->stage->load == DRIVER_MERGE ? commit_merge(&l, e)
					      : commit_replace(&l, e);
}
