#include "infra/driver/frr_internal.h"

#include "base/text.h"
#include "domain/config_dialect.h"
#include "infra/driver/driver_log.h"

#include <stdio.h>
#include <string.h>

/* Reading, computing and sending what is still different, so often. */
#define RESTORE_PASSES 3
#define CONVERGE_PASSES 2
/* A line takes 1 to 40 ms, more in long lists. */
#define UNDO_LINE_MS 100
#define LINE_MS 30000
#define GRACE_MS 5000

/* Said beside a line that was taken. */
static const char *const harmless[] = {
	"The route-map '*' does not exist.",
	"Static Route to * not installed currently because dependent config "
	"not fully available",
	"Graceful restart configuration changed, reset all peers to take "
	"effect",
	"% OSPF: Reference bandwidth is changed.",
	"Please ensure reference bandwidth is consistent across all routers",
	"Please be aware that removing the password is a security risk and you "
	"should think twice about this command.",
	"This command is deprecated*",
	"Please, use \"*\" on an interface instead.",
	"For this router-id change to take effect, *",
	"Note: *",
	NULL,
};

static const char *const locked[] = { "onfiguration is locked", NULL };

static const struct cli_rules rules = {
	.harmless = harmless,
	.locked = locked,
	.name_command = "hostname ",
	.enter = "configure terminal",
	.end = "end",
	.line_ms = LINE_MS,
	.grace_ms = GRACE_MS,
};

/* Sentences are put into sentences here: without the full stop. */
static int bare(const struct err *e)
{
	size_t len = strlen(e->message);

	while (len > 0 && e->message[len - 1] == '.')
		len--;
	return len < 450 ? (int)len : 450;
}

static struct cli_load new_load(struct driver_session *s, struct arena *arena,
    struct driver_report *report, struct deadline deadline)
{
	return (struct cli_load){
		.shell = s->shell,
		.dialect = &config_dialect_frr,
		.rules = &rules,
		.hooks = s->hooks,
		.arena = arena,
		.deadline = deadline,
		.report = report,
	};
}

/* --- Towards a text ---------------------------------------------------- */

/* One pass: compare, and send what differs.  ERR_OK with *ret_equal false:
 * something was sent, compare again. */
static enum err_code approach(struct driver_session *s, const char *wanted,
    struct cli_load *load, bool *ret_equal, struct err *e)
{
	struct buf running = BUF_INIT(FRR_CONFIG_MAX);
	struct arena *arena = arena_new(FRR_ARENA_MAX);
	struct config_plan plan = { 0 };
	bool equal = false;
	enum err_code code;

	code = arena == NULL ? err_set(e, ERR_SYSTEM, "no memory for a plan")
			     : frr_read_running(s, load->deadline, &running, e);
	if (code == ERR_OK)
		code = section_text_equal(
		    &config_dialect_frr, wanted, buf_text(&running), &equal, e);
	if (code == ERR_OK && !equal) {
		code = section_plan_between(arena, &config_dialect_frr,
		    buf_text(&running), wanted, &plan, e);
		if (code == ERR_OK)
			code = cli_load_enter(load, e);
		if (code == ERR_OK)
			code = cli_load_steps(load, &plan, e);
		if (!load->lost && cli_load_leave(load, NULL) != ERR_OK)
			load->lost = true;
	}
	if (code == ERR_OK)
		*ret_equal = equal;
	buf_release(&running);
	arena_free(arena);
	return code;
}

/* --- Putting back ------------------------------------------------------ */

/* Until it is equal.  ERR_UNKNOWN_OUTCOME if it could not be shown to be. */
static enum err_code put_back(struct driver_session *s, const char *snapshot,
    struct cli_load *load, struct err *e)
{
	struct err why = ERR_INIT;
	bool equal = false;
	enum err_code code = cli_load_leave(load, &why);

	load->tolerant = true;
	ssh_link_forbid_cancel(s->link);
	for (int pass = 0; code == ERR_OK && pass <= RESTORE_PASSES; pass++) {
		code = approach(s, snapshot, load, &equal, &why);
		if (code == ERR_OK && equal)
			return ERR_OK;
		/* A line that is refused today may be taken once others
		 * are gone. */
		if (code == ERR_REMOTE && !load->lost)
			code = ERR_OK;
	}
	err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the old configuration of %s could not be put back whole%s%.*s. "
	    "Look at the router: what it holds is not known.",
	    s->target->name, why.code != ERR_OK ? ": " : "", bare(&why),
	    why.message);
	err_detail(e, "%s", why.detail);
	return ERR_UNKNOWN_OUTCOME;
}

enum err_code frr_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e)
{
	struct cli_load load = new_load(s, arena, report, deadline);
	enum err_code code;

	*report = (struct driver_report){ .outcome = DRIVER_UNKNOWN };
	code = put_back(s, snapshot, &load, e);
	if (code == ERR_OK)
		report->outcome =
		    report->sent > 0 ? DRIVER_ROLLED_BACK : DRIVER_UNTOUCHED;
	return code;
}

/* --- Committing -------------------------------------------------------- */

/* The plan is right only for the configuration it was made from. */
static enum err_code check_unchanged(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct buf running = BUF_INIT(FRR_CONFIG_MAX);
	bool equal = false;
	enum err_code code = frr_read_running(s, deadline, &running, e);

	if (code == ERR_OK)
		code = section_text_equal(&config_dialect_frr,
		    s->stage->snapshot, buf_text(&running), &equal, e);
	if (code == ERR_OK && !equal)
		code = err_set(e, ERR_CONFLICT,
		    "someone changed the configuration of %s meanwhile. "
		    "Nothing was sent; run it again.",
		    s->target->name);
	buf_release(&running);
	return code;
}

static enum err_code ask_before_effect(
    struct driver_session *s, struct arena *arena, struct err *e)
{
	struct driver_plan plan;
	enum err_code code;

	if (s->hooks == NULL || s->hooks->before_effect == NULL)
		return ERR_OK;
	code = section_plan_describe(s->stage, arena, &plan, e);
	if (code == ERR_OK)
		code = s->hooks->before_effect(s->hooks->ctx, &plan, e);
	return code;
}

/* All that may fail while the device is as it was. */
static enum err_code prepare(struct driver_session *s, struct cli_load *load,
    struct arena *arena, struct err *e)
{
	enum err_code code = check_unchanged(s, load->deadline, e);

	if (code != ERR_OK)
		return code;
	code = cli_load_enter(load, e);
	if (code == ERR_OK)
		code = ask_before_effect(s, arena, e);
	if (code == ERR_OK && s->hooks != NULL && s->hooks->cancelled != NULL &&
	    s->hooks->cancelled(s->hooks->ctx))
		code = err_set(e, ERR_CANCELLED,
		    "cancelled before the first line. Nothing was changed.");
	if (code != ERR_OK && !load->lost &&
	    cli_load_leave(load, NULL) != ERR_OK)
		load->lost = true;
	return code;
}

/* What was hidden as a default may show once another line is there, such as
 * an activation that was implied: a replace goes on until that is gone, too.
 * What still differs then is for verify() to tell. */
static enum err_code converge(
    struct driver_session *s, struct cli_load *load, struct err *e)
{
	struct buf wanted = BUF_INIT(FRR_CONFIG_MAX * 2);
	bool equal = false;
	enum err_code code =
	    config_tree_format(&s->stage->forth.predicted, &wanted, e);

	for (int i = 0; code == ERR_OK && !equal && i < CONVERGE_PASSES; i++)
		code = approach(s, buf_text(&wanted), load, &equal, e);
	buf_release(&wanted);
	return code;
}

static enum err_code lost_in_load(struct driver_session *s,
    struct driver_report *report, const struct err *why, struct err *e)
{
	report->outcome = DRIVER_UNKNOWN;
	err_set(e, ERR_UNKNOWN_OUTCOME,
	    "the session with %s was lost after %zu sent %s: %.*s. "
	    "What the router holds now has to be read.",
	    s->target->name, report->sent, text_lines(report->sent), bare(why),
	    why->message);
	err_detail(e, "%s", why->detail);
	return ERR_UNKNOWN_OUTCOME;
}

static enum err_code undo(struct driver_session *s, struct cli_load *load,
    int64_t restore_ms, const struct err *why, struct err *e)
{
	struct driver_report *report = load->report;
	struct driver_report undoing = { 0 };
	struct cli_load back = new_load(s, load->arena, &undoing,
	    deadline_in_ms(restore_ms + (int64_t)report->sent * UNDO_LINE_MS));
	struct err failure = ERR_INIT;

	driver_log(s->hooks, LOG_WARNING,
	    "%.*s; putting the old configuration back", bare(why),
	    why->message);
	if (put_back(s, s->stage->snapshot, &back, &failure) != ERR_OK) {
		report->outcome = DRIVER_UNKNOWN;
		err_set(e, ERR_UNKNOWN_OUTCOME, "%.*s, and %.*s", bare(why),
		    why->message, bare(&failure), failure.message);
		err_detail(e, "%s", failure.detail);
		return ERR_UNKNOWN_OUTCOME;
	}
	report->outcome = DRIVER_ROLLED_BACK;
	return err_set(e, why->code,
	    "%.*s. The old configuration of %s was put back and read to be "
	    "sure.",
	    bare(why), why->message, s->target->name);
}

enum err_code frr_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e)
{
	struct cli_load load = new_load(s, arena, report, how->deadline);
	struct err why = ERR_INIT;
	enum err_code code;

	*report = (struct driver_report){ .outcome = DRIVER_UNTOUCHED };
	if (how->confirm_s > 0)
		return err_set(e, ERR_INVALID,
		    "FRRouting has no timer that would revert a commit");
	if (s->stage == NULL)
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	if (s->stage->forth.n_steps == 0)
		return ERR_OK;
	code = prepare(s, &load, arena, e);
	if (code != ERR_OK)
		return code;
	ssh_link_forbid_cancel(s->link);
	code = cli_load_steps(&load, &s->stage->forth, &why);
	if (code == ERR_OK)
		code = cli_load_leave(&load, &why);
	if (code == ERR_OK && s->stage->exact)
		code = converge(s, &load, &why);
	if (load.lost)
		return lost_in_load(s, report, &why, e);
	if (code != ERR_OK)
		return undo(s, &load, how->restore_ms, &why, e);
	report->outcome = DRIVER_APPLIED;
	return ERR_OK;
}
