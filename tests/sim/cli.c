#include "sim/cli.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_printf(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&cli->text, fmt, ap);
	va_end(ap);
}

void cli_fail(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&cli->text, fmt, ap);
	va_end(ap);
	cli->failed = true;
}

void cli_ask(
    struct cli *cli, bool hidden, cli_answer answer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cli->question, sizeof(cli->question), fmt, ap);
	va_end(ap);
	cli->hidden = hidden;
	cli->answer = answer;
}

void cli_set_view(struct cli *cli, enum cli_view view)
{
	conf_cursor_reset(&cli->cursor);
	cli->view = view;
}

void cli_close(struct cli *cli)
{
	cli->ep.closing = true;
}

void cli_prompt(struct cli *cli, struct buf *out)
{
	cli->platform->prompt(cli, out);
}

/* --- commands ---------------------------------------------------------- */

static const struct cli_command *cli_find_command(struct cli *cli,
    enum cli_view view, const char *line, struct grammar_match *m)
{
	const struct cli_platform *p = cli->platform;
	struct grammar_query *q = mem_zalloc(sizeof(*q));

	grammar_begin(q, line, p->ifnames);
	for (size_t i = 0; i < p->n_commands; i++)
		if (p->commands[i].views & view)
			grammar_try(q, i, p->commands[i].syntax);
	grammar_finish(q, m);
	free(q);
	return m->result == GRAMMAR_OK ? &p->commands[m->rule] : NULL;
}

static void cli_print_model(struct cli *cli)
{
	char *text = json_dumps(cli->model, JSON_INDENT(4) | JSON_SORT_KEYS);

	buf_clear(&cli->text);
	cli_printf(cli, "%s\n", text ? text : "{}");
	free(text);
}

static void cli_run_command(struct cli *cli, const struct cli_command *command,
    const struct grammar_match *m, const char *filters)
{
	bool model = cli->show_model;

	if (filters)
		(void)cli_pipe_apply(filters, NULL, &model);
	json_decref(cli->model);
	cli->model = model && command->model ? command->model(cli, m) : NULL;
	if (!cli->model)
		command->run(cli, m);
	else if (!cli->show_model)
		cli_print_model(cli);
	if (filters && !cli->model)
		cli_pipe_apply(filters, &cli->text, &model);
}

/* A command with known filters behind it; what is no filter is an argument. */
static bool cli_try_filtered(struct cli *cli, enum cli_view view,
    const char *line, struct grammar_match *m)
{
	const char *bar = strchr(line, '|');
	const struct cli_command *command;
	bool model = false;
	char *head;

	if (!bar || !cli_pipe_apply(bar + 1, NULL, &model))
		return false;
	head = mem_strndup(line, (size_t)(bar - line));
	command = cli_find_command(cli, view, head, m);
	if (command)
		cli_run_command(cli, command, m, bar + 1);
	free(head);
	return command != NULL;
}

static bool cli_try_command(struct cli *cli, enum cli_view view,
    const char *line, struct grammar_match *m)
{
	const struct cli_command *command;

	if (cli_try_filtered(cli, view, line, m))
		return true;
	command = cli_find_command(cli, view, line, m);
	if (command)
		cli_run_command(cli, command, m, NULL);
	return command != NULL;
}

void cli_run_in_view(struct cli *cli, enum cli_view view, const char *line)
{
	struct grammar_match *m = mem_zalloc(sizeof(*m));
	struct cli_fault fault;

	if (!cli_try_command(cli, view, line, m)) {
		fault.result = m->result;
		fault.column = m->error_column;
		if ((view & CLI_CONFIGS) && cli->platform->configure)
			cli->platform->configure(cli, line, &fault);
		if (fault.result != GRAMMAR_OK) {
			cli->failed = true;
			cli->platform->complain(cli, line, &fault);
		}
	}
	free(m);
}

static bool cli_is_blank(const char *line)
{
	return line[strspn(line, " \t")] == '\0';
}

static void cli_run_line(struct cli *cli, const char *line)
{
	char copy[GRAMMAR_LINE_MAX];

	if (cli->platform->rewrite && strlen(line) < sizeof(copy)) {
		memcpy(copy, line, strlen(line) + 1);
		cli->platform->rewrite(copy);
		line = copy;
	}
	cli_run_in_view(cli, cli->view, line);
}

/* A line is an answer, part of a text, or a command. */
static void cli_dispatch(struct cli *cli, const char *line)
{
	cli_answer answer = cli->answer;

	if (answer) {
		cli->answer = NULL;
		answer(cli, line);
		if (!cli->answer) {
			free(cli->asked);
			cli->asked = NULL;
		}
	} else if (cli->block.rule) {
		struct cli_fault fault;

		cli->platform->configure(cli, line, &fault);
	} else if (!cli_is_blank(line)) {
		cli_run_line(cli, line);
	}
}

/* Questions that nobody can answer are broken off. */
static void cli_feed_input(struct cli *cli)
{
	bool given = cli->input != NULL;

	while (cli->answer || cli->block.rule) {
		const char *p = cli->input;
		size_t len = p ? strcspn(p, "\n") : 0;
		char *line;

		if (!p || *p == '\0')
			break;
		line = mem_strndup(p, len);
		cli->input = p + len + (p[len] == '\n');
		cli_dispatch(cli, line);
		free(line);
	}
	/* An API's input ends a banner as EOF would. */
	if (given && cli->block.rule && !cli->block.delimiter[0])
		cli_dispatch(cli, "EOF");
	if (!cli->answer)
		return;
	cli->failed = true;
	cli_dispatch(cli, "");
	cli->answer = NULL;
}

void cli_execute(struct cli *cli, const char *line, const char *input)
{
	buf_clear(&cli->text);
	cli->failed = false;
	json_decref(cli->model);
	cli->model = NULL;
	cli->input = input;
	cli_dispatch(cli, line);
	cli_feed_input(cli);
	cli->input = NULL;
}

void cli_take_line(struct cli *cli, const char *line)
{
	bool request = !cli_is_blank(line);

	if (request && !endpoint_begin_request(&cli->ep))
		return;
	buf_clear(&cli->text);
	cli->failed = false;
	cli_dispatch(cli, line);
	if (text_starts_with(line, "sh"))
		cli->ep.flood_left = cli->device->hostile.flood_bytes;
	hostile_spoil_output(&cli->device->hostile, &cli->text);
	cli_term_finish(cli);
	if (request)
		endpoint_end_request(&cli->ep);
}

/* --- configuration of the platforms with indented lines ---------------- */

static void cli_ask_block(struct cli *cli)
{
	if (!cli->block.rule || !cli->interactive)
		return;
	if (cli->block.delimiter[0])
		cli_printf(cli,
		    "Enter TEXT message.  End with the character '%c'.\n",
		    cli->block.delimiter[0]);
	else
		cli_printf(cli, "Enter TEXT message. Type 'EOF' on its own "
				"line to end.\n");
}

void cli_configure(struct cli *cli, struct conf_node *root, const char *line,
    struct cli_fault *ret)
{
	const struct conf_lang *lang = cli->platform->lang;
	struct conf_result *r;

	if (cli->block.rule) {
		conf_block_add(lang, root, &cli->block, line);
		ret->result = GRAMMAR_OK;
		return;
	}
	r = mem_zalloc(sizeof(*r));
	conf_edit_line(lang, root, &cli->cursor, line, r);
	if (r->result == GRAMMAR_OK && r->refusal[0])
		cli_fail(cli, "%s\n", r->refusal);
	else if (r->result == GRAMMAR_OK &&
		 conf_block_begin(lang, root, r, &cli->block))
		cli_ask_block(cli);
	if (r->result != GRAMMAR_OK) {
		if (r->error_column >= ret->column ||
		    ret->result == GRAMMAR_INVALID)
			ret->result = r->result;
		if (r->error_column > ret->column)
			ret->column = r->error_column;
	} else {
		ret->result = GRAMMAR_OK;
	}
	free(r);
}

/* --- life -------------------------------------------------------------- */

static void cli_free_endpoint(struct endpoint *ep)
{
	cli_free((struct cli *)ep);
}

static void cli_end(struct endpoint *ep)
{
	ep->closing = true;
}

static const struct endpoint_ops cli_ops = {
	.input = cli_term_input,
	.end = cli_end,
	.resize = cli_term_resize,
	.free = cli_free_endpoint,
};

struct cli *cli_new(
    struct device *d, const struct cli_platform *platform, const char *user)
{
	struct cli *cli = mem_zalloc(sizeof(*cli));

	endpoint_init(&cli->ep, &cli_ops, d);
	buf_init(&cli->text, CLI_TEXT_MAX);
	cli->platform = platform;
	cli->device = d;
	cli->view = platform->first_view;
	cli->width = 80;
	cli->length = 24;
	snprintf(cli->user, sizeof(cli->user), "%s", user);
	snprintf(cli->tty, sizeof(cli->tty), "vty%u",
	    (unsigned)(d->stats.sessions % 100));
	return cli;
}

void cli_free(struct cli *cli)
{
	if (cli->platform->finish)
		cli->platform->finish(cli);
	conf_cursor_reset(&cli->cursor);
	free(cli->block.text);
	free(cli->asked);
	free(cli->pager.text);
	json_decref(cli->model);
	buf_release(&cli->text);
	endpoint_release(&cli->ep);
	free(cli);
}

struct endpoint *cli_open(struct device *d, const struct cli_platform *platform,
    const char *user, const char *exec_command)
{
	struct cli *cli = cli_new(d, platform, user);
	struct buf greeting = BUF_INIT(CLI_TEXT_MAX);

	if (exec_command) {
		cli->length = 0;
		cli->ep.closing = true;
		cli_take_line(cli, exec_command);
		return &cli->ep;
	}
	cli->interactive = true;
	if (platform->greet)
		platform->greet(cli, &greeting);
	hostile_spoil_output(&d->hostile, &greeting);
	cli_term_send(cli, buf_text(&greeting), greeting.len);
	buf_release(&greeting);
	cli_term_finish(cli);
	return &cli->ep;
}
