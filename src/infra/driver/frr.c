#include "infra/driver/frr.h"

#include "base/text.h"
#include "domain/config_dialect.h"
#include "infra/driver/cli_output.h"
#include "infra/driver/config_text.h"
#include "infra/driver/driver_log.h"
#include "infra/driver/frr_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 * 1024)
/* One answer may take so long, whatever the run's own deadline is. */
#define COMMAND_MS 60000

static const char *const pagers[] = { "--More--", "(END)", NULL };

/* Wide and high enough that readline neither wraps nor pages.  vtysh shows its
 * help at a `?` unless Ctrl-V stands before it. */
static const struct ssh_shell_profile vtysh = {
	.width = 4096,
	.height = 10000,
	.pagers = pagers,
	.hot_keys = "?",
	.quote = '\x16',
};

enum err_code frr_run(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return ssh_shell_run(s->shell, command,
	    deadline_sooner(deadline, deadline_in_ms(COMMAND_MS)), out, e);
}

/* --- Opening ----------------------------------------------------------- */

static enum err_code check_platform(struct driver_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	enum err_code code = frr_run(s, "show version", deadline, &answer, e);

	if (code == ERR_OK && !frr_parse_version(buf_text(&answer), s->version,
				  sizeof s->version)) {
		refusal->kind = DRIVER_REFUSAL_NOT_PLATFORM;
		code = err_set(e, ERR_REMOTE,
		    "%s let the user in, but it is not FRRouting: is the "
		    "device's platform right? Nothing was changed.",
		    ssh_link_peer(s->link));
	}
	buf_release(&answer);
	return code;
}

static enum err_code start_session(struct driver_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	struct buf ignored = BUF_INIT(ANSWER_MAX);
	enum err_code code = ssh_link_open(s->target, driver_frr.default_port,
	    s->hooks, deadline, &s->link, refusal, e);

	if (code == ERR_OK)
		code = ssh_shell_open(s->link, &vtysh, deadline, &s->shell, e);
	if (code == ERR_OK)
		code = check_platform(s, deadline, refusal, e);
	/* Older versions do not know it and do not page either. */
	if (code == ERR_OK)
		code =
		    frr_run(s, "no terminal paginate", deadline, &ignored, e);
	buf_release(&ignored);
	return code;
}

static void frr_close(struct driver_session *s)
{
	if (s == NULL)
		return;
	frr_drop_stage(s);
	ssh_shell_close(s->shell);
	ssh_link_close(s->link);
	free(s);
}

static enum err_code frr_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal, struct err *e)
{
	struct driver_session *s = calloc(1, sizeof *s);
	struct driver_refusal unasked;
	enum err_code code;

	if (refusal == NULL)
		refusal = &unasked;
	*refusal = (struct driver_refusal){ 0 };
	if (s == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	s->target = target;
	s->hooks = hooks;
	code = start_session(s, deadline, refusal, e);
	if (code == ERR_OK)
		*ret = s;
	else
		frr_close(s);
	return code;
}

/* --- Reading ----------------------------------------------------------- */

/* Complete: from the heading to "end" on a line of its own, with nothing but
 * the prompt behind, which ssh_shell_run() has seen.  Leaves what is between
 * in `out`. */
static bool keep_configuration(struct buf *out)
{
	static const char heading[] = "\nCurrent configuration:\n";
	static const char last[] = "\nend\n";
	const char *at = strstr(buf_text(out), heading);

	if (at == NULL || !text_starts_with(buf_text(out), "Building"))
		return false;
	while (text_ends_with(out->data, "\n\n"))
		out->data[--out->len] = '\0';
	if (!text_ends_with(at + sizeof heading - 2, last))
		return false;
	buf_consume(out, (size_t)(at - out->data) + sizeof heading - 1);
	return true;
}

enum err_code frr_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	enum err_code code =
	    frr_run(s, "show running-config", deadline, out, e);

	if (code != ERR_OK)
		return code;
	if (!keep_configuration(out))
		return err_set(e, ERR_CORRUPT,
		    "%s sent a configuration that is not complete (%zu bytes, "
		    "no \"end\"): it is no backup. Nothing was changed.",
		    ssh_link_peer(s->link), out->len);
	return config_text_check(out, ssh_link_peer(s->link), e);
}

static enum err_code frr_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	struct buf text = BUF_INIT(FRR_CONFIG_MAX);
	enum err_code code = ERR_OK;

	if (source == DRIVER_STARTUP ||
	    (source == DRIVER_STAGED && s->stage == NULL))
		return err_set(e, ERR_NOT_FOUND,
		    "there is no such configuration on this platform");
	if (source == DRIVER_STAGED)
		code = config_tree_format(&s->stage->forth.predicted, &text, e);
	else
		code = frr_read_running(s, deadline, &text, e);
	code = config_text_give(code, &text, arena, ret, e);
	buf_release(&text);
	return code;
}

static enum err_code run_read(void *ctx, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	struct driver_session *s = ctx;

	return ssh_shell_run(s->shell, command, deadline, out, e);
}

static enum err_code frr_read_output(struct driver_session *s,
    const char *command, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	const struct cli_output output = { s, run_read, ssh_link_peer(s->link),
		command };

	return cli_output_read(&output, deadline, arena, ret, e);
}

/* --- Staging ----------------------------------------------------------- */

void frr_drop_stage(struct driver_session *s)
{
	arena_free(s->stage_arena);
	s->stage_arena = NULL;
	s->stage = NULL;
}

static enum err_code frr_discard(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	(void)deadline;
	(void)e;
	frr_drop_stage(s);
	return ERR_OK;
}

static enum err_code frr_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	struct buf running = BUF_INIT(FRR_CONFIG_MAX);
	struct arena *arena = arena_new(FRR_ARENA_MAX);
	struct section_plan *plan = NULL;
	const char *text = NULL;
	enum err_code code = frr_read_running(s, deadline, &running, e);

	if (code == ERR_OK && arena != NULL) {
		plan = arena_zalloc(arena, sizeof *plan);
		text = arena_strdup(arena, buf_text(&running));
	}
	buf_release(&running);
	if (code == ERR_OK && (plan == NULL || text == NULL))
		code = err_set(e, ERR_SYSTEM, "no memory for a stage");
	if (code == ERR_OK)
		code = section_plan_make(
		    arena, &config_dialect_frr, text, candidate, plan, e);
	if (code != ERR_OK) {
		arena_free(arena);
		return code;
	}
	frr_drop_stage(s);
	s->stage_arena = arena;
	s->stage = plan;
	return ERR_OK;
}

static enum err_code frr_diff(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_plan *ret,
    struct err *e)
{
	(void)deadline;
	if (s->stage == NULL)
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	return section_plan_describe(s->stage, arena, ret, e);
}

/* --- Comparing --------------------------------------------------------- */

static enum err_code frr_classify(struct driver_session *s,
    const char *snapshot, const char *predicted, struct deadline deadline,
    enum driver_found *ret, struct err *e)
{
	struct buf running = BUF_INIT(FRR_CONFIG_MAX);
	enum driver_found found = DRIVER_FOUND_PARTIAL;
	bool equal = false;
	enum err_code code = frr_read_running(s, deadline, &running, e);

	if (code == ERR_OK)
		code = section_text_equal(&config_dialect_frr, snapshot,
		    buf_text(&running), &equal, e);
	if (code == ERR_OK && equal) {
		found = DRIVER_FOUND_OLD;
	} else if (code == ERR_OK && predicted != NULL) {
		code = section_text_equal(&config_dialect_frr, predicted,
		    buf_text(&running), &equal, e);
		if (equal)
			found = DRIVER_FOUND_NEW;
	}
	if (code == ERR_OK)
		*ret = found;
	buf_release(&running);
	return code;
}

static enum err_code frr_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	return section_text_verify(
	    &config_dialect_frr, intended, running, arena, ret, e);
}

/* FRR knows no commit that waits. */
static enum err_code frr_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	(void)s;
	(void)deadline;
	(void)arena;
	(void)e;
	*ret = (struct driver_pending){ .reverts_ms = -1, .who = "" };
	return ERR_OK;
}

/* --- Saving ------------------------------------------------------------ */

/* vtysh says "saved to" once the file is written.  "[OK]" follows only if it
 * could also give the file to frr's user and group, which a user that is not
 * root cannot; the warning about it is passed on. */
static bool was_saved(const char *answer)
{
	return strstr(answer, "onfiguration saved to ") != NULL &&
	       strstr(answer, "Error") == NULL;
}

static void log_warnings(const struct driver_session *s, const char *answer)
{
	while (*answer != '\0') {
		size_t len = strcspn(answer, "\n");

		if (text_starts_with(answer, "% Warning"))
			driver_log(s->hooks, LOG_DEBUG, "write memory: %.*s",
			    (int)len, answer);
		answer += len + (answer[len] == '\n');
	}
}

static enum err_code frr_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	enum err_code code = frr_run(s, "write memory", deadline, &answer, e);

	if (code == ERR_OK && !was_saved(buf_text(&answer))) {
		code = err_set(e, ERR_REMOTE,
		    "%s did not save its configuration: it is in force, but a "
		    "restart of the router would lose it",
		    ssh_link_peer(s->link));
		err_detail(e, "write memory: %.400s", buf_text(&answer));
	}
	if (code == ERR_OK)
		log_warnings(s, buf_text(&answer));
	buf_release(&answer);
	return code;
}

const struct driver driver_frr = {
	.name = "frr",
	.label = "FRRouting over SSH",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE | DRIVER_CAN_SAVE,
	.default_port = 22,
	.open = frr_open,
	.get_facts = frr_get_facts,
	.get_config = frr_get_config,
	.read_output = frr_read_output,
	.stage = frr_stage,
	.diff = frr_diff,
	.commit = frr_commit,
	.discard = frr_discard,
	.classify = frr_classify,
	.restore = frr_restore,
	.verify = frr_verify,
	.get_pending = frr_get_pending,
	.save = frr_save,
	.close = frr_close,
};
