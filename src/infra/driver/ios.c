#include "infra/driver/ios.h"

#include "base/text.h"
#include "infra/driver/ios_internal.h"

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

/* They change with every reading, or with who reads. */
static const char *const heading[] = { "", "!", "Building configuration*",
	"Current configuration*", "Using * out of *",
	"! Last configuration change*", "! NVRAM config last updated*",
	"! No configuration change*", NULL };

/* A whole one begins with what wrote it and ends in "end", with nothing but
 * the prompt behind, which the shell has seen. */
static enum err_code check_whole(
    const struct cisco_session *s, const struct buf *text, struct err *e)
{
	if (!text_starts_with(buf_text(text), "version "))
		return cisco_not_whole(s, text, "version", e);
	if (!text_ends_with(buf_text(text), "\nend\n"))
		return cisco_not_whole(s, text, "end", e);
	return ERR_OK;
}

static const struct cisco_platform ios_platform = {
	.label = "Cisco IOS",
	.mark = "Cisco IOS",
	.transports = transports,
	.dialect = &config_dialect_ios,
	.quiet = quiet,
	.unnamed = "Router",
	.refusals = refusals,
	.heading = heading,
	.check_whole = check_whole,
	.no_startup = "startup-config is not present",
	.interfaces_command = "show interfaces",
	.read_version = ios_read_version,
	.stage = ios_stage,
	.read_timer = ios_read_timer,
	.confirm_command = "configure confirm",
	.confirm_verb = "confirm",
	.revert = ios_revert,
	.undo_ms = 120000,
	.md5_command = "verify /md5 ",
	.md5_tail = "",
	.scp_hint = "ip scp server enable",
	.file_end = "end",
	.snapshot_file = IOS_SNAPSHOT,
	.replace_command = "configure replace " IOS_SNAPSHOT " force",
};

static enum err_code ios_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal, struct err *e)
{
	return cisco_open(cisco_session_new(&ios_platform, target, hooks),
	    deadline, ret, refusal, e);
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
	.get_facts = cisco_get_facts,
	.get_config = cisco_get_config,
	.read_output = cisco_read_output,
	.stage = cisco_stage,
	.diff = ios_diff,
	.commit = ios_commit,
	.confirm = cisco_confirm,
	.discard = cisco_discard,
	.classify = cisco_classify,
	.restore = cisco_restore,
	.verify = ios_verify,
	.get_pending = cisco_get_pending,
	.save = ios_save,
	.close = cisco_close,
};
