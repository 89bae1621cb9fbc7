#include "infra/driver/eos.h"

#include "base/text.h"
#include "domain/config_dialect.h"
#include "infra/driver/cli_output.h"
#include "infra/driver/config_text.h"
#include "infra/driver/eos_internal.h"
#include "infra/driver/section_plan.h"
#include "infra/eapi/eapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One answer may take so long, whatever the run's own deadline is. */
#define COMMAND_MS 60000
#define SSH_PORT 22

static const char *const pagers[] = { "--More--", NULL };

static const struct ssh_shell_profile eos_shell = {
	.width = 511,
	.height = 10000,
	.pagers = pagers,
	.hot_keys = "?",
	.quote = '\x16',
};

const char *eos_peer(const struct driver_session *s)
{
	return s->channel->ops->peer(s->channel);
}

enum err_code eos_run(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return s->channel->ops->run(s->channel, command,
	    deadline_sooner(deadline, deadline_in_ms(COMMAND_MS)), out, e);
}

/* "% Invalid input", "% Cannot commit …"; what begins otherwise is said, not
 * refused. */
const char *eos_refusal(const char *answer, size_t *ret_len)
{
	while (*answer != '\0') {
		size_t len = strcspn(answer, "\n");

		if (answer[0] == '%') {
			*ret_len = len;
			return answer;
		}
		answer += len + (answer[len] == '\n');
	}
	return NULL;
}

static enum err_code judge(struct driver_session *s, const char *command,
    const struct buf *answer, struct err *e)
{
	size_t len = 0;
	const char *refusal = eos_refusal(buf_text(answer), &len);

	if (refusal == NULL)
		return ERR_OK;
	err_set(e, ERR_REMOTE, "%s refused \"%s\"", eos_peer(s), command);
	err_detail(e, "%.*s", (int)len, refusal);
	return ERR_REMOTE;
}

enum err_code eos_command(struct driver_session *s, const char *command,
    struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	enum err_code code = eos_run(s, command, deadline, &answer, e);

	if (code == ERR_OK)
		code = judge(s, command, &answer, e);
	buf_release(&answer);
	return code;
}

enum err_code eos_command_once(struct driver_session *s, const char *command,
    struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	bool sent;
	enum err_code code = s->channel->ops->run_effect(s->channel, command,
	    deadline_sooner(deadline, deadline_in_ms(COMMAND_MS)), &answer,
	    &sent, e);

	if (code == ERR_OK)
		code = judge(s, command, &answer, e);
	buf_release(&answer);
	return code;
}

/* --- Opening ----------------------------------------------------------- */

static enum err_code check_platform(struct driver_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	enum err_code code = eos_run(s, "show version", deadline, &answer, e);

	if (code == ERR_OK && !text_starts_with(buf_text(&answer), "Arista ")) {
		refusal->kind = DRIVER_REFUSAL_NOT_PLATFORM;
		code = err_set(e, ERR_REMOTE,
		    "%s let the user in, but it is not Arista EOS: is the "
		    "device's platform right? Nothing was changed.",
		    eos_peer(s));
	}
	buf_release(&answer);
	return code;
}

static const struct cli_transport transports[] = {
	{ .name = "ssh", .shell = &eos_shell },
	{ .name = "eapi", .api = &eapi_dialect },
	{ .name = NULL },
};

static enum err_code prepare_shell(struct driver_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	enum err_code code =
	    cli_channel_enable(s->channel, s->target, deadline, refusal, e);

	if (code == ERR_OK)
		code = eos_command(s, "terminal length 0", deadline, e);
	if (code == ERR_OK)
		code = eos_command(s, "terminal width 511", deadline, e);
	return code;
}

static enum err_code start_session(struct driver_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	enum err_code code = cli_channel_open(
	    transports, s->target, s->hooks, deadline, &s->channel, refusal, e);

	if (code == ERR_OK && s->channel->shell != NULL)
		code = prepare_shell(s, deadline, refusal, e);
	if (code == ERR_OK)
		code = check_platform(s, deadline, refusal, e);
	return code;
}

static void eos_close(struct driver_session *s)
{
	if (s == NULL)
		return;
	/* an open configuration session lives for a day on the device */
	if (s->staged[0] != '\0')
		(void)!eos_discard(s, deadline_in_ms(5000), NULL);
	if (s->channel != NULL)
		s->channel->ops->close(s->channel);
	free(s);
}

static enum err_code eos_open(const struct driver_target *target,
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
		eos_close(s);
	return code;
}

/* --- Reading ----------------------------------------------------------- */

/* "! Command: show …" changes with the command, "! Time:" with the time. */
static void drop_heading(struct buf *out)
{
	size_t n = 0;

	while (n < out->len && out->data[n] == '!' &&
	       (text_starts_with(out->data + n, "! Command:") ||
		   text_starts_with(out->data + n, "! Time:") ||
		   text_starts_with(out->data + n, "! Startup-config")))
		n += strcspn(out->data + n, "\n") + 1;
	buf_consume(out, n < out->len ? n : out->len);
}

/* A whole one ends in "end" on a line of its own, with nothing but the prompt
 * behind, which the shell has seen. */
static enum err_code read_config(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	enum err_code code = eos_run(s, command, deadline, out, e);

	if (code != ERR_OK)
		return code;
	while (out->len > 1 && text_ends_with(out->data, "\n\n"))
		out->data[--out->len] = '\0';
	if (!text_ends_with(buf_text(out), "\nend\n"))
		return err_set(e, ERR_CORRUPT,
		    "%s sent a configuration that is not complete (%zu bytes, "
		    "no \"end\"): it is no backup. Nothing was changed.",
		    eos_peer(s), out->len);
	code = config_text_check(out, eos_peer(s), e);
	if (code == ERR_OK)
		drop_heading(out);
	return code;
}

enum err_code eos_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return read_config(s, "show running-config", deadline, out, e);
}

enum err_code eos_read_staged(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	char command[80];

	snprintf(
	    command, sizeof command, "show session-config named %s", s->staged);
	return read_config(s, command, deadline, out, e);
}

static enum err_code eos_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	struct buf text = BUF_INIT(EOS_CONFIG_MAX);
	enum err_code code;

	if (source == DRIVER_STAGED && s->staged[0] == '\0')
		return err_set(e, ERR_NOT_FOUND, "nothing is staged");
	if (source == DRIVER_STAGED)
		code = eos_read_staged(s, deadline, &text, e);
	else
		code = read_config(s,
		    source == DRIVER_STARTUP ? "show startup-config"
					     : "show running-config",
		    deadline, &text, e);
	code = config_text_give(code, &text, arena, ret, e);
	buf_release(&text);
	return code;
}

/* A command may take longer than others, as whoever wrote it down knows. */
static enum err_code run_read(void *ctx, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	struct driver_session *s = ctx;

	return s->channel->ops->run(s->channel, command, deadline, out, e);
}

static enum err_code eos_read_output(struct driver_session *s,
    const char *command, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	const struct cli_output output = { s, run_read, eos_peer(s), command };

	return cli_output_read(&output, deadline, arena, ret, e);
}

/* --- Comparing and saving ------------------------------------------------ */

static enum err_code eos_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	if (intended->load == DRIVER_REPLACE &&
	    eos_same_text(intended->text, running)) {
		*ret = (struct driver_verdict){ .matches = true, .text = "" };
		return ERR_OK;
	}
	return section_text_verify(
	    &config_dialect_eos, intended, running, arena, ret, e);
}

static enum err_code eos_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	struct eos_sessions list;
	enum err_code code = eos_list_sessions(s, deadline, &list, e);

	if (code != ERR_OK)
		return code;
	*ret = (struct driver_pending){
		.any = list.timed || list.foreign,
		.ours = list.ours[0] != '\0' && !list.foreign,
		.reverts_ms = -1,
		.who = arena_strdup(arena, list.foreign ? list.who : list.ours),
	};
	return ERR_OK;
}

static enum err_code eos_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	enum err_code code = eos_run(s, "write memory", deadline, &answer, e);

	if (code == ERR_OK &&
	    strstr(buf_text(&answer), "completed successfully") == NULL) {
		code = err_set(e, ERR_REMOTE,
		    "%s did not save its configuration: it is in force, but a "
		    "restart of the switch would lose it",
		    eos_peer(s));
		err_detail(e, "write memory: %.400s", buf_text(&answer));
	}
	buf_release(&answer);
	return code;
}

static const char *const eos_transports[] = { "ssh", "eapi", NULL };

const struct driver driver_eos = {
	.name = "eos",
	.label = "Arista EOS over SSH or eAPI",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE |
			DRIVER_CAN_CONFIRM | DRIVER_CAN_CANDIDATE |
			DRIVER_CAN_ATOMIC | DRIVER_CAN_STARTUP |
			DRIVER_CAN_SAVE,
	.default_port = SSH_PORT,
	.transports = eos_transports,
	.confirm_min_s = 30,
	.confirm_max_s = 3600,
	.open = eos_open,
	.get_facts = eos_get_facts,
	.get_config = eos_get_config,
	.read_output = eos_read_output,
	.stage = eos_stage,
	.diff = eos_diff,
	.commit = eos_commit,
	.confirm = eos_confirm,
	.discard = eos_discard,
	.classify = eos_classify,
	.restore = eos_restore,
	.verify = eos_verify,
	.get_pending = eos_get_pending,
	.save = eos_save,
	.close = eos_close,
};
