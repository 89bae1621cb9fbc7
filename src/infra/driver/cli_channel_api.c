/*
 * Commands in lists over a command API.
 *
 * A list shows no prompts, and whatever of it is not refused is carried out.
 * So a line must never reach the privileged mode: sections are left all the
 * way to the top of the session, where the script's guard is taken and nowhere
 * else, and the sections that the next line is in are entered again.  One
 * `exit` too many makes the guard fail, and the list ends there.
 */
#include "infra/driver/cli_channel.h"

#include "infra/http/command_api.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MS 120000
#define ANSWER_MAX ((size_t)64 * 1024)

struct api_channel {
	struct cli_channel base;
	struct command_api *api;
};

static struct api_channel *of(struct cli_channel *c)
{
	return (struct api_channel *)c;
}

/* The result's text is appended to `out`. */
static enum err_code run_one(struct api_channel *c, const char *command,
    bool once, struct deadline deadline, struct buf *out, bool *ret_sent,
    struct err *e)
{
	struct command_list *list = command_list_new(c->api);
	struct command_result result = { .text = BUF_INIT(out->max) };
	enum err_code code;

	*ret_sent = false;
	if (!list)
		return err_set(e, ERR_SYSTEM, "no memory for a command");
	command_list_add(list, command, NULL);
	code =
	    command_api_run(c->api, list, once, deadline, &result, ret_sent, e);
	if (code == ERR_OK) {
		buf_add(out, buf_text(&result.text), result.text.len);
		code = buf_check(out, "the device's answer", e);
	}
	buf_release(&result.text);
	command_list_free(list);
	return code;
}

static enum err_code run(struct cli_channel *c, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	bool sent;

	return run_one(of(c), command, false, deadline, out, &sent, e);
}

static enum err_code run_effect(struct cli_channel *c, const char *command,
    struct deadline deadline, struct buf *out, bool *ret_sent, struct err *e)
{
	command_api_forbid_cancel(of(c)->api);
	return run_one(of(c), command, true, deadline, out, ret_sent, e);
}

/* --- a script ---------------------------------------------------------- */

struct loading {
	struct api_channel *c;
	const struct cli_script *script;
	struct deadline deadline;
	struct command_list *list; /* NULL: out of memory */
	/* Which line each command of the list is for, 1 + its index; 0: ours */
	struct buf origins;
	size_t at;	/* the line in hand */
	unsigned depth; /* sections that are open at the list's end */
	const char *open[CLI_SCRIPT_DEPTH + 1]; /* lines that opened them */
};

static void add(
    struct loading *l, const char *command, const char *input, size_t origin)
{
	command_list_add(l->list, command, input);
	buf_add(&l->origins, &origin, sizeof(origin));
}

static void add_guard(struct loading *l)
{
	add(l, l->script->guard, NULL, 0);
}

static const struct cli_script_line *line_at(
    const struct loading *l, size_t command)
{
	size_t origin = 0;

	if (command < l->origins.len / sizeof(origin))
		memcpy(&origin, l->origins.data + command * sizeof(origin),
		    sizeof(origin));
	return origin ? &l->script->lines[origin - 1] : NULL;
}

/* A guard that was refused belongs to the line before it. */
static enum err_code judge(
    struct loading *l, const struct command_result *result, struct err *e)
{
	const struct cli_script_line *line = NULL;
	size_t at = result->at, len = 0;
	const char *why;

	if (!result->refused)
		return ERR_OK;
	why = l->script->refusal(buf_text(&result->text), &len);
	line = line_at(l, at);
	if (line || at < 2)
		return cli_script_refuse(
		    l->script, line, why ? why : "", len, e);
	while (!line && at > 0)
		line = line_at(l, --at);
	return err_set(e, ERR_INVALID,
	    "line %zu does not stay in the section that it is written in; "
	    "nothing was changed",
	    line ? line->number : 0);
}

static enum err_code send(struct loading *l, struct err *e)
{
	struct command_result result = { .text = BUF_INIT(ANSWER_MAX) };
	bool sent;
	enum err_code code = command_api_run(l->c->api, l->list, false,
	    deadline_sooner(l->deadline, deadline_in_ms(LIST_MS)), &result,
	    &sent, e);

	if (code == ERR_OK)
		code = judge(l, &result, e);
	else if (code == ERR_REMOTE) /* its words, not ours */
		config_err_redact(l->script->dialect, e);
	buf_release(&result.text);
	return code;
}

static enum err_code begin_list(struct loading *l, struct err *e)
{
	command_list_free(l->list);
	buf_clear(&l->origins);
	l->list = command_list_new(l->c->api);
	if (!l->list)
		return err_set(e, ERR_SYSTEM, "no memory for the commands");
	l->depth = 0;
	add(l, l->script->enter, NULL, 0);
	if (l->at == 0 && l->script->begin)
		add(l, l->script->begin, NULL, 0);
	add_guard(l);
	return ERR_OK;
}

static void add_line(struct loading *l, const struct cli_script_line *line)
{
	if (line->depth < l->depth) {
		for (; l->depth > 0; l->depth--)
			add(l, "exit", NULL, 0);
		add_guard(l);
	}
	while (l->depth < line->depth) {
		add(l, l->open[l->depth], NULL, 0);
		l->depth++;
	}
	add(l, line->text, line->input, l->at + 1);
	l->open[line->depth] = line->text;
	/* the next line tells whether this one opened a section */
	if (l->at + 1 < l->script->n && line[1].depth > line->depth)
		l->depth = line->depth + 1;
}

static bool is_full(const struct command_list *list)
{
	return command_list_count(list) > COMMAND_LIST_MAX_COMMANDS / 2 ||
	       command_list_bytes(list) > COMMAND_LIST_MAX_BYTES;
}

static enum err_code send_lines(struct loading *l, struct err *e)
{
	enum err_code code = begin_list(l, e);

	for (; code == ERR_OK && l->at < l->script->n; l->at++) {
		if (is_full(l->list)) {
			code = send(l, e);
			if (code == ERR_OK)
				code = begin_list(l, e);
		}
		if (code == ERR_OK)
			add_line(l, &l->script->lines[l->at]);
	}
	return code == ERR_OK ? send(l, e) : code;
}

static enum err_code load(struct cli_channel *c,
    const struct cli_script *script, struct deadline deadline, struct err *e)
{
	struct loading l = { .c = of(c),
		.script = script,
		.deadline = deadline,
		.origins = BUF_INIT((size_t)1024 * 1024) };
	enum err_code code = send_lines(&l, e);

	buf_release(&l.origins);
	command_list_free(l.list);
	return code;
}

/* --- life -------------------------------------------------------------- */

static void expect_name(struct cli_channel *c, const char *name)
{
	(void)c; /* no prompts */
	(void)name;
}

static void forbid_cancel(struct cli_channel *c)
{
	command_api_forbid_cancel(of(c)->api);
}

static const char *peer(const struct cli_channel *c)
{
	return command_api_peer(((const struct api_channel *)c)->api);
}

static void close_channel(struct cli_channel *c)
{
	command_api_close(of(c)->api);
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

enum err_code cli_channel_open_api(const struct command_dialect *dialect,
    const struct driver_target *target, const struct driver_hooks *hooks,
    struct deadline deadline, struct cli_channel **ret,
    struct driver_refusal *refusal, struct err *e)
{
	struct api_channel *c = calloc(1, sizeof(*c));
	enum err_code code;

	if (!c)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	c->base = (struct cli_channel){ .ops = &ops, .hooks = hooks };
	code = command_api_open(
	    dialect, target, hooks, deadline, &c->api, refusal, e);
	if (code == ERR_OK)
		*ret = &c->base;
	else
		close_channel(&c->base);
	return code;
}
