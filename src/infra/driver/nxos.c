#include "infra/driver/nxos.h"

#include "base/text.h"
#include "infra/driver/nxos_internal.h"
#include "infra/nxapi/nxapi.h"

#include <stdlib.h>
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

static const struct cisco_platform nxos_platform = {
	.label = "Cisco NX-OS",
	.mark = "NX-OS",
	.transports = transports,
	.dialect = &config_dialect_nxos,
	.quiet = quiet,
	.unnamed = "switch",
	.refusals = refusals,
	.md5_command = "show file ",
	.md5_tail = " md5sum",
	.scp_hint = "feature scp-server",
};

static void nxos_close(struct driver_session *s)
{
	if (s == NULL)
		return;
	nxos_drop_stage(s);
	cisco_stop(&s->cisco);
	free(s);
}

static enum err_code nxos_open(const struct driver_target *target,
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
		.platform = &nxos_platform,
		.target = target,
		.hooks = hooks,
	};
	code = cisco_start(&s->cisco, deadline, refusal, e);
	if (code == ERR_OK)
		*ret = s;
	else
		nxos_close(s);
	return code;
}

/* --- Reading ----------------------------------------------------------- */

/* They change with every reading, or with who reads. */
static const char *const heading[] = { "", "!Command:*", "!Time:*",
	"!Running configuration last done at:*", "!NVRAM*",
	"!Startup config saved at:*", "!No configuration change since*", NULL };

/* NX-OS ends a configuration with no mark.  What every whole one has close to
 * its end are the terminal lines; and it ends in whole lines, where one that
 * breaks off does not. */
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
	if (strstr(buf_text(out), "\nline vty\n") == NULL)
		return cisco_not_whole(&s->cisco, out, "line vty", e);
	if (!text_ends_with(buf_text(out), "\n"))
		return cisco_not_whole(
		    &s->cisco, out, "end of the last line", e);
	return ERR_OK;
}

enum err_code nxos_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return read_config(s, "show running-config", deadline, out, e);
}

enum err_code nxos_is_running(struct driver_session *s, const char *text,
    struct deadline deadline, bool *ret, struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = nxos_read_running(s, deadline, &running, e);

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
	    strstr(buf_text(out), "No startup configuration") != NULL)
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
	buf_puts(out, s->stage->wanted);
	return buf_check(out, "the candidate", e);
}

static enum err_code nxos_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	struct buf text = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = ERR_OK;

	switch (source) {
	case DRIVER_RUNNING:
		code = nxos_read_running(s, deadline, &text, e);
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
	.get_facts = nxos_get_facts,
	.get_config = nxos_get_config,
	.stage = nxos_stage,
	.diff = nxos_diff,
	.commit = nxos_commit,
	.confirm = nxos_confirm,
	.discard = nxos_discard,
	.classify = nxos_classify,
	.restore = nxos_restore,
	.verify = nxos_verify,
	.get_pending = nxos_get_pending,
	.save = nxos_save,
	.close = nxos_close,
};
