#include "infra/driver/ios.h"

#include "base/text.h"
#include "infra/driver/ios_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const pagers[] = { "--More--", NULL };

/* IOS takes at most 511 columns.  A `?` shows help unless Ctrl-V precedes. */
static const struct ssh_shell_profile ios_shell = {
	.width = 511,
	.height = 512,
	.pagers = pagers,
	.hot_keys = "?",
	.quote = '\x16',
	.mode_name_max = 20,
};

static const char *const quiet[] = { "terminal length 0", "terminal width 511",
	NULL };

static const char *const refusals[] = { "%*", "Command rejected*",
	"Configuration mode is locked*", "*Rollback aborted*",
	"*original configuration has been*restored*", NULL };

static const struct cli_transport transports[] = {
	{ .name = "ssh", .shell = &ios_shell },
	{ .name = NULL },
};

static const struct cisco_platform ios_platform = {
	.label = "Cisco IOS",
	.mark = "Cisco IOS",
	.transports = transports,
	.dialect = &config_dialect_ios,
	.quiet = quiet,
	.unnamed = "Router",
	.refusals = refusals,
	.md5_command = "verify /md5 ",
	.md5_tail = "",
	.scp_hint = "ip scp server enable",
};

static void ios_close(struct driver_session *s)
{
	if (s == NULL)
		return;
	ios_drop_stage(s);
	cisco_stop(&s->cisco);
	free(s);
}

static enum err_code ios_open(const struct driver_target *target,
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
	s->cisco = (struct cisco_session){
		.platform = &ios_platform,
		.target = target,
		.hooks = hooks,
	};
	code = cisco_start(&s->cisco, deadline, refusal, e);
	if (code == ERR_OK)
		*ret = s;
	else
		ios_close(s);
	return code;
}

/* --- Reading ----------------------------------------------------------- */

/* They change with every reading, or with who reads. */
static const char *const heading[] = { "", "!", "Building configuration*",
	"Current configuration*", "Using * out of *",
	"! Last configuration change*", "! NVRAM config last updated*",
	"! No configuration change*", NULL };

/* A whole one begins with what wrote it and ends in "end", with nothing but
 * the prompt behind, which the shell has seen. */
static enum err_code read_config(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	enum err_code code =
	    cisco_read_text(&s->cisco, command, deadline, out, e);

	if (code != ERR_OK)
		return code;
	cisco_trim(out, heading);
	if (!text_starts_with(buf_text(out), "version "))
		return cisco_not_whole(&s->cisco, out, "version", e);
	if (!text_ends_with(buf_text(out), "\nend\n"))
		return cisco_not_whole(&s->cisco, out, "end", e);
	return ERR_OK;
}

enum err_code ios_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return read_config(s, "show running-config", deadline, out, e);
}

enum err_code ios_is_running(struct driver_session *s, const char *text,
    struct deadline deadline, bool *ret, struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = ios_read_running(s, deadline, &running, e);

	if (code == ERR_OK)
		*ret = cisco_same(&s->cisco, text, buf_text(&running));
	buf_release(&running);
	return code;
}

static enum err_code read_startup(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	enum err_code code =
	    read_config(s, "show startup-config", deadline, out, e);

	if (code == ERR_CORRUPT &&
	    strstr(buf_text(out), "startup-config is not present") != NULL)
		return err_set(e, ERR_NOT_FOUND,
		    "%s has no startup configuration",
		    cisco_peer(&s->cisco));
	return code;
}

static enum err_code read_staged(
    struct driver_session *s, struct buf *out, struct err *e)
{
	if (s->stage == NULL)
		return err_set(e, ERR_NOT_FOUND, "nothing is staged");
	if (s->stage->load == DRIVER_MERGE)
		return config_tree_format(
		    &s->stage->plan.forth.predicted, out, e);
	buf_puts(out, s->stage->wanted);
	return buf_check(out, "the candidate", e);
}

static enum err_code ios_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	struct buf text = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = ERR_OK;

	switch (source) {
	case DRIVER_RUNNING:
		code = ios_read_running(s, deadline, &text, e);
		break;
	case DRIVER_STARTUP:
		code = read_startup(s, deadline, &text, e);
		break;
	case DRIVER_STAGED:
		code = read_staged(s, &text, e);
		break;
	}
	code = cisco_give_config(code, &text, arena, ret, e);
	buf_release(&text);
	return code;
}

static enum err_code ios_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	return section_text_verify(
	    &config_dialect_ios, intended, running, arena, ret, e);
}

/* --- Saving ------------------------------------------------------------ */

static enum err_code ios_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	/* NVRAM was written by another release: overwrite it. */
	static const struct ssh_shell_answer answers[] = {
		{ "[confirm]", "\n", NULL },
		{ NULL, NULL, NULL },
	};
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	enum err_code code = ssh_shell_run_asking(
	    s->cisco.shell, "write memory", answers, deadline, &answer, e);

	if (code == ERR_OK && strstr(buf_text(&answer), "[OK]") == NULL) {
		code = err_set(e, ERR_REMOTE,
		    "%s did not save its configuration: it is in force, but a "
		    "restart of the device would lose it",
		    cisco_peer(&s->cisco));
		err_detail(e, "write memory: %.400s", buf_text(&answer));
	}
	buf_release(&answer);
	return code;
}

const struct driver driver_ios = {
	.name = "ios",
	.label = "Cisco IOS and IOS-XE over SSH",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE |
			DRIVER_CAN_CONFIRM | DRIVER_CAN_STARTUP |
			DRIVER_CAN_SAVE,
	.default_port = 22,
	.confirm_min_s = IOS_MINUTES_MIN * 60,
	.confirm_max_s = IOS_MINUTES_MAX * 60,
	.open = ios_open,
	.get_facts = ios_get_facts,
	.get_config = ios_get_config,
	.stage = ios_stage,
	.diff = ios_diff,
	.commit = ios_commit,
	.confirm = ios_confirm,
	.discard = ios_discard,
	.classify = ios_classify,
	.restore = ios_restore,
	.verify = ios_verify,
	.get_pending = ios_get_pending,
	.save = ios_save,
	.close = ios_close,
};
