/*
 * Commands typed into a shell.  Every answer shows the prompt, and so where
 * the shell stands: a line that leaves the script's mode is noticed before the
 * next one is typed.
 */
#include "infra/driver/cli_channel.h"

#include "base/text.h"
#include "infra/driver/cli_enable.h"
#include "infra/driver/driver_log.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MS 30000
#define LEAVE_MS 5000
#define ANSWER_MAX ((size_t)64 * 1024)

struct ssh_channel {
	struct cli_channel base;
	struct ssh_link *link;
	struct ssh_shell *shell;
};

static struct ssh_channel *of(struct cli_channel *c)
{
	return (struct ssh_channel *)c;
}

static enum err_code run(struct cli_channel *c, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return ssh_shell_run(of(c)->shell, command, deadline, out, e);
}

static enum err_code run_effect(struct cli_channel *c, const char *command,
    struct deadline deadline, struct buf *out, bool *ret_sent, struct err *e)
{
	ssh_link_forbid_cancel(of(c)->link);
	*ret_sent = true;
	return ssh_shell_run(of(c)->shell, command, deadline, out, e);
}

/* --- a script ---------------------------------------------------------- */

struct loading {
	struct ssh_channel *c;
	const struct cli_script *script;
	const struct cli_script_line *line; /* NULL: our own commands */
	struct deadline deadline;
};

static bool in_mode(const struct loading *l)
{
	const struct prompt *p = ssh_shell_prompt(l->c->shell);

	return p->end == '#' && text_starts_with(p->mode, l->script->mode);
}

static void log_words(const struct loading *l, const struct buf *answer)
{
	struct buf told = BUF_INIT(ANSWER_MAX);

	config_refusal_redact(l->script->dialect, l->line ? l->line->text : "",
	    buf_text(answer), answer->len, &told);
	driver_log(l->c->base.hooks, LOG_INFO,
	    "line %zu: the device says: %.300s", l->line ? l->line->number : 0,
	    buf_text(&told));
	buf_release(&told);
}

static enum err_code judge(
    const struct loading *l, const struct buf *answer, struct err *e)
{
	size_t len = 0;
	const char *refusal = l->script->refusal(buf_text(answer), &len);

	if (refusal)
		return cli_script_refuse(l->script, l->line, refusal, len, e);
	if (!in_mode(l))
		return err_set(e, l->line ? ERR_INVALID : ERR_REMOTE,
		    "line %zu leaves the configuration session; nothing was "
		    "changed",
		    l->line ? l->line->number : 0);
	if (answer->len > 0)
		log_words(l, answer);
	return ERR_OK;
}

static enum err_code type(
    struct loading *l, const char *text, bool several, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	struct deadline deadline =
	    deadline_sooner(l->deadline, deadline_in_ms(LINE_MS));
	enum err_code code =
	    several
		? ssh_shell_run_text(l->c->shell, text, deadline, &answer, e)
		: ssh_shell_run(l->c->shell, text, deadline, &answer, e);

	if (code == ERR_OK)
		code = judge(l, &answer, e);
	buf_release(&answer);
	return code;
}

static enum err_code type_line(struct loading *l, struct err *e)
{
	struct buf lines = BUF_INIT(ANSWER_MAX);
	enum err_code code;

	if (!l->line->input)
		return type(l, l->line->text, false, e);
	buf_printf(&lines, "%s\n%s%s\n", l->line->text, l->line->input,
	    l->script->input_end);
	code = buf_check(&lines, "the banner", e);
	if (code == ERR_OK)
		code = type(l, buf_text(&lines), true, e);
	buf_release(&lines);
	return code;
}

static enum err_code type_lines(struct loading *l, struct err *e)
{
	enum err_code code = type(l, l->script->enter, false, e);
	unsigned depth = 0;

	if (code == ERR_OK && l->script->begin)
		code = type(l, l->script->begin, false, e);
	for (size_t i = 0; code == ERR_OK && i < l->script->n; i++) {
		l->line = &l->script->lines[i];
		for (; code == ERR_OK && depth > l->line->depth; depth--)
			code = type(l, "exit", false, e);
		depth = l->line->depth;
		if (code == ERR_OK)
			code = type_line(l, e);
	}
	return code;
}

static enum err_code load(struct cli_channel *c,
    const struct cli_script *script, struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	struct loading l = {
		.c = of(c), .script = script, .deadline = deadline
	};
	enum err_code code = type_lines(&l, e), left = ERR_OK;

	/* after an error, too, if the shell is still of use */
	if (ssh_shell_prompt(l.c->shell)->mode[0] != '\0')
		left = ssh_shell_run(l.c->shell, script->leave,
		    code == ERR_OK ? deadline : deadline_in_ms(LEAVE_MS),
		    &answer, code == ERR_OK ? e : NULL);
	buf_release(&answer);
	return code == ERR_OK ? left : code;
}

/* --- life -------------------------------------------------------------- */

static void expect_name(struct cli_channel *c, const char *name)
{
	ssh_shell_expect_name(of(c)->shell, name);
}

static void forbid_cancel(struct cli_channel *c)
{
	ssh_link_forbid_cancel(of(c)->link);
}

static const char *peer(const struct cli_channel *c)
{
	return ssh_link_peer(((const struct ssh_channel *)c)->link);
}

static void close_channel(struct cli_channel *c)
{
	ssh_shell_close(of(c)->shell);
	ssh_link_close(of(c)->link);
	free(c);
}

static const struct cli_channel_ops ops = {
	.run = run,
	.run_effect = run_effect,
	.load = load,
	.expect_name = expect_name,
	.forbid_cancel = forbid_cancel,
	.peer = peer,
	.close = close_channel,
};

enum err_code cli_channel_open_ssh(const struct driver_target *target,
    uint16_t default_port, const struct ssh_shell_profile *profile,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct cli_channel **ret, struct driver_refusal *refusal, struct err *e)
{
	struct ssh_channel *c = calloc(1, sizeof(*c));
	enum err_code code;

	if (!c)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	c->base = (struct cli_channel){ .ops = &ops, .hooks = hooks };
	code = ssh_link_open(
	    target, default_port, hooks, deadline, &c->link, refusal, e);
	if (code == ERR_OK)
		code = ssh_shell_open(c->link, profile, deadline, &c->shell, e);
	c->base.shell = c->shell;
	if (code == ERR_OK)
		*ret = &c->base;
	else
		close_channel(&c->base);
	return code;
}

enum err_code cli_channel_enable(struct cli_channel *c,
    const struct driver_target *target, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	return cli_enter_enable(
	    of(c)->shell, of(c)->link, target, deadline, refusal, e);
}
