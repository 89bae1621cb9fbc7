/*
 * Loading a candidate into a configuration session of the switch.  Nothing is
 * in force before the commit.
 */
#include "infra/driver/eos_internal.h"

#include "base/crypto.h"
#include "base/text.h"
#include "domain/config_dialect.h"
#include "domain/text_diff.h"

#include <stdio.h>
#include <string.h>

#define SCRIPT_MAX ((size_t)64 * 1024 * 1024)
#define SESSION_MODE "config-s-"
/* Known at the top of a configuration only; there never is such an alias. */
#define GUARD "no alias switchyard-guard"

/* --- The session --------------------------------------------------------- */

static enum err_code load(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	char random[9], enter[60];
	struct cli_script script = {
		.arena = arena_new(SCRIPT_MAX),
		.dialect = &config_dialect_eos,
		.enter = enter,
		.mode = SESSION_MODE,
		.leave = "end",
		.input_end = "EOF",
		.guard = GUARD,
		.refusal = eos_refusal,
	};
	enum err_code code;

	if (script.arena == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for the candidate");
	if (candidate->load == DRIVER_REPLACE)
		script.begin = "rollback clean-config";
	code = eos_script_make(candidate->text, &script, e);
	if (code == ERR_OK) {
		random_hex(random, 4);
		snprintf(s->staged, sizeof s->staged, EOS_SESSION_PREFIX "%s",
		    random);
		snprintf(
		    enter, sizeof enter, "configure session %s", s->staged);
		s->staged_lines = script.n;
		code = s->channel->ops->load(s->channel, &script, deadline, e);
	}
	arena_free(script.arena);
	return code;
}

/* Sessions that a run of ours left open when it died are in nobody's hand. */
static enum err_code check_others(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct eos_sessions list;
	char command[80];
	enum err_code code = eos_list_sessions(s, deadline, &list, e);

	if (code != ERR_OK)
		return code;
	if (list.foreign || list.timed)
		return err_set(e, ERR_CONFLICT,
		    "%s has a configuration session that is not finished (%s): "
		    "commit or abort it there first. Nothing was changed.",
		    eos_peer(s), list.foreign ? list.who : list.ours);
	if (list.stale[0] == '\0')
		return ERR_OK;
	snprintf(
	    command, sizeof command, "configure session %s abort", list.stale);
	return eos_command(s, command, deadline, e);
}

enum err_code eos_discard(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	char command[80];

	if (s->staged[0] == '\0')
		return ERR_OK;
	snprintf(
	    command, sizeof command, "configure session %s abort", s->staged);
	s->staged[0] = '\0';
	return eos_command(s, command, deadline, e);
}

enum err_code eos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	enum err_code code = eos_discard(s, deadline, e);

	if (code == ERR_OK)
		code = check_others(s, deadline, e);
	if (code == ERR_OK)
		code = load(s, candidate, deadline, e);
	if (code != ERR_OK)
		(void)!eos_discard(s, deadline_in_ms(5000), NULL);
	return code;
}

/* --- What it would do ---------------------------------------------------- */

static enum err_code describe(const struct buf *running,
    const struct buf *staged, struct arena *arena, struct driver_plan *ret,
    struct err *e)
{
	struct text_diff_input a = { buf_text(running), running->len };
	struct text_diff_input b = { buf_text(staged), staged->len };
	struct buf text = BUF_INIT(EOS_CONFIG_MAX * 2);
	struct driver_plan plan = { .diff = "" };
	struct text_diff d;
	enum err_code code = text_diff_compute(arena, &a, &b, &d, e);

	plan.empty = eos_same_text(a.text, b.text);
	if (code == ERR_OK && !plan.empty) {
		code =
		    text_diff_format(&d, "running", "candidate", 3, &text, e);
		plan.diff = arena_memdup(arena, buf_text(&text), text.len);
		plan.added = d.added;
		plan.removed = d.removed;
	}
	plan.snapshot = arena_memdup(arena, a.text, a.len);
	plan.predicted = arena_memdup(arena, b.text, b.len);
	buf_release(&text);
	if (code == ERR_OK && arena_failed(arena))
		code = err_set(e, ERR_LIMIT, "the plan needs too much memory");
	if (code == ERR_OK)
		*ret = plan;
	return code;
}

enum err_code eos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	struct buf running = BUF_INIT(EOS_CONFIG_MAX);
	struct buf staged = BUF_INIT(EOS_CONFIG_MAX);
	enum err_code code;

	if (s->staged[0] == '\0')
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	code = eos_read_running(s, deadline, &running, e);
	if (code == ERR_OK)
		code = eos_read_staged(s, deadline, &staged, e);
	if (code == ERR_OK)
		code = describe(&running, &staged, arena, ret, e);
	buf_release(&running);
	buf_release(&staged);
	return code;
}
