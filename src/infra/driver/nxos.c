#include "infra/driver/nxos.h"

#include "base/text.h"
#include "infra/driver/nxos_internal.h"
#include "infra/nxapi/nxapi.h"

#include <string.h>

static const char *const pagers[] = { "--More--", NULL };

/* A `?` shows help unless Ctrl-V precedes. */
static const struct ssh_shell_profile nxos_shell = {
	.width = 511,
	.height = 511,
	.pagers = pagers,
	.hot_keys = "?",
	.quote = '\x16',
};

/* `dont-ask`: a checkpoint overwrites its file without a question. */
static const char *const quiet[] = { "terminal length 0", "terminal width 511",
	"terminal dont-ask", NULL };

static const char *const refusals[] = { "%*", "ERROR:*", "Error:*",
	"Syntax error*", "*Rollback failed*", "*Verification failed*",
	"*Configure replace failed*", "No such file*", "*Permission denied*",
	"Cmd exec error*", NULL };

static const struct cli_transport transports[] = {
	{ .name = "ssh", .shell = &nxos_shell },
	{ .name = "nxapi", .api = &nxapi_dialect },
	{ .name = NULL },
};

/* They change with every reading, or with who reads. */
static const char *const heading[] = { "", "!Command:*", "!Time:*",
	"!Running configuration last done at:*", "!NVRAM*",
	"!Startup config saved at:*", "!No configuration change since*", NULL };

/* NX-OS ends a configuration with no mark.  What every whole one has close to
 * its end are the terminal lines; and it ends in whole lines, where one that
 * breaks off does not. */
static enum err_code check_whole(
    const struct cisco_session *s, const struct buf *text, struct err *e)
{
	if (!text_starts_with(buf_text(text), "version "))
		return cisco_not_whole(s, text, "version", e);
	if (strstr(buf_text(text), "\nline vty\n") == NULL)
		return cisco_not_whole(s, text, "line vty", e);
	if (!text_ends_with(buf_text(text), "\n"))
		return cisco_not_whole(s, text, "end of the last line", e);
	return ERR_OK;
}

static const struct cisco_platform nxos_platform = {
	.label = "Cisco NX-OS",
	.mark = "NX-OS",
	.transports = transports,
	.dialect = &config_dialect_nxos,
	.quiet = quiet,
	.unnamed = "switch",
	.refusals = refusals,
	.heading = heading,
	.check_whole = check_whole,
	.no_startup = "No startup configuration",
	.interfaces_command = "show interface",
	.read_version = nxos_read_version,
	.stage = nxos_stage,
	.read_timer = nxos_read_timer,
	.confirm_command = "configure replace commit",
	.confirm_verb = "commit",
	.revert = nxos_revert,
	.undo_ms = 300000,
	.md5_command = "show file ",
	.md5_tail = " md5sum",
	.scp_hint = "feature scp-server",
	.snapshot_file = NXOS_SNAPSHOT,
	.replace_command = "configure replace " NXOS_SNAPSHOT,
};

static enum err_code nxos_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal, struct err *e)
{
	return cisco_open(cisco_session_new(&nxos_platform, target, hooks),
	    deadline, ret, refusal, e);
}

static enum err_code nxos_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	return section_text_verify(
	    &config_dialect_nxos, intended, running, arena, ret, e);
}

/* --- Saving ------------------------------------------------------------ */

/* It can take a hundred seconds, so that only the caller's time counts. */
static enum err_code nxos_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	size_t len = 0;
	enum err_code code = cisco_run_long(&s->cisco,
	    "copy running-config startup-config", deadline, &answer, e);

	if (code == ERR_OK &&
	    (strstr(buf_text(&answer), "Copy complete") == NULL ||
		cisco_refusal(s->cisco.platform, buf_text(&answer), &len) !=
		    NULL)) {
		code = err_set(e, ERR_REMOTE,
		    "%s did not save its configuration: it is in force, but a "
		    "restart of the switch would lose it",
		    cisco_peer(&s->cisco));
		err_detail(e, "%.400s", buf_text(&answer));
	}
	buf_release(&answer);
	return code;
}

static const char *const transport_names[] = { "ssh", "nxapi", NULL };

const struct driver driver_nxos = {
	.name = "nxos",
	.label = "Cisco NX-OS over SSH or NX-API",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE |
			DRIVER_CAN_CONFIRM | DRIVER_CAN_ATOMIC |
			DRIVER_CAN_STARTUP | DRIVER_CAN_SAVE,
	.default_port = 22,
	.transports = transport_names,
	.confirm_min_s = NXOS_CONFIRM_MIN_S,
	.confirm_max_s = NXOS_CONFIRM_MAX_S,
	.open = nxos_open,
	.get_facts = cisco_get_facts,
	.get_config = cisco_get_config,
	.read_output = cisco_read_output,
	.stage = cisco_stage,
	.diff = nxos_diff,
	.commit = nxos_commit,
	.confirm = cisco_confirm,
	.discard = cisco_discard,
	.classify = cisco_classify,
	.restore = cisco_restore,
	.verify = nxos_verify,
	.get_pending = cisco_get_pending,
	.save = nxos_save,
	.close = cisco_close,
};
