/*
 * The terminal side of a session: echo, line editing, paging.
 */
#include "sim/cli.h"

#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
	KEY_CTRL_C = 0x03,
	KEY_CTRL_D = 0x04,
	KEY_BELL = 0x07,
	KEY_BACKSPACE = 0x08,
	KEY_CTRL_U = 0x15,
	KEY_CTRL_V = 0x16,
	KEY_CTRL_W = 0x17,
	KEY_CTRL_Z = 0x1a,
	KEY_DELETE = 0x7f,
};

/* Every `\n` becomes `\r\n`. */
void cli_term_send(struct cli *cli, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		const char *stop = nl ? nl : end;

		buf_add(&cli->ep.out, text, (size_t)(stop - text));
		if (nl)
			buf_puts(&cli->ep.out, "\r\n");
		text = stop + (nl != NULL);
	}
}

static void term_puts(struct cli *cli, const char *text)
{
	buf_puts(&cli->ep.out, text);
}

static void term_show_prompt(struct cli *cli)
{
	struct buf prompt = BUF_INIT(1024);

	if (!cli->interactive)
		return;
	if (cli->answer)
		buf_puts(&prompt, cli->question);
	else if (!cli->block.rule)
		cli_prompt(cli, &prompt);
	cli_term_send(cli, buf_text(&prompt), prompt.len);
	buf_release(&prompt);
}

/* --- paging ------------------------------------------------------------ */

/* Shows up to `lines` lines; true if none is left. */
static bool term_page(struct cli *cli, unsigned lines)
{
	struct cli_pager *pager = &cli->pager;
	const char *start = pager->text + pager->at;
	const char *p = start;

	for (unsigned i = 0; i < lines && *p; i++)
		p = strchrnul(p, '\n') + (*strchrnul(p, '\n') == '\n');
	cli_term_send(cli, start, (size_t)(p - start));
	pager->at += (size_t)(p - start);
	if (cli->device->hostile.endless_more)
		pager->at = 0;
	else if (pager->text[pager->at] == '\0')
		return true;
	term_puts(cli, cli->platform->more);
	return false;
}

static void term_close_pager(struct cli *cli)
{
	free(cli->pager.text);
	cli->pager = (struct cli_pager){ .text = NULL };
	term_show_prompt(cli);
}

static void term_page_key(struct cli *cli, char key)
{
	bool done = false;

	term_puts(cli, cli->platform->more_erase);
	if (key == 'q' || key == KEY_CTRL_C)
		done = !cli->device->hostile.endless_more;
	else
		done = term_page(
		    cli, key == '\r' || key == '\n' ? 1 : cli->length - 1);
	if (done)
		term_close_pager(cli);
	else if (key == 'q' || key == KEY_CTRL_C)
		term_puts(cli, cli->platform->more);
}

static unsigned term_count_lines(const struct buf *text)
{
	unsigned lines = 0;

	for (size_t i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	return lines;
}

/* NULs (of a hostile mode) cannot be paged. */
static bool term_needs_pager(const struct cli *cli)
{
	if (!cli->interactive || cli->length == 0 || cli->text.len == 0)
		return false;
	return !memchr(cli->text.data, '\0', cli->text.len) &&
	       (term_count_lines(&cli->text) >= cli->length ||
		   cli->device->hostile.endless_more);
}

void cli_term_finish(struct cli *cli)
{
	if (term_needs_pager(cli)) {
		cli->pager.text = mem_strdup(buf_text(&cli->text));
		if (term_page(cli, cli->length - 1))
			term_close_pager(cli);
	} else {
		cli_term_send(cli, buf_text(&cli->text), cli->text.len);
		if (!cli->ep.closing && cli->ep.flood_left == 0)
			term_show_prompt(cli);
	}
	buf_clear(&cli->text);
}

/* --- typing ------------------------------------------------------------ */

static void term_echo(struct cli *cli, char c)
{
	if (!(cli->answer && cli->hidden))
		buf_putc(&cli->ep.out, c);
}

static void term_erase(struct cli *cli, size_t count)
{
	for (; count > 0 && cli->line_len > 0; count--) {
		cli->line_len--;
		if (!(cli->answer && cli->hidden))
			term_puts(cli, "\b \b");
	}
}

static void term_erase_word(struct cli *cli)
{
	while (cli->line_len > 0 && cli->line[cli->line_len - 1] == ' ')
		term_erase(cli, 1);
	while (cli->line_len > 0 && cli->line[cli->line_len - 1] != ' ')
		term_erase(cli, 1);
}

static void term_insert(struct cli *cli, char c)
{
	if (cli->line_len + 1 >= sizeof(cli->line)) {
		buf_putc(&cli->ep.out, KEY_BELL);
		return;
	}
	cli->line[cli->line_len++] = c;
	term_echo(cli, c);
}

static void term_enter(struct cli *cli)
{
	char line[GRAMMAR_LINE_MAX];

	memcpy(line, cli->line, cli->line_len);
	line[cli->line_len] = '\0';
	cli->line_len = 0;
	term_puts(cli, "\r\n");
	cli_take_line(cli, line);
}

static void term_interrupt(struct cli *cli)
{
	cli_answer answer = cli->answer;

	cli->line_len = 0;
	term_puts(cli, "^C\r\n");
	cli->answer = NULL;
	if (answer)
		answer(cli, NULL);
	free(cli->asked);
	cli->asked = NULL;
	cli_term_finish(cli);
}

/* `?` asks for help at once and never becomes part of the line. */
static void term_help(struct cli *cli)
{
	term_puts(cli, "?\r\n% Unrecognized command\r\n");
	term_show_prompt(cli);
	buf_add(&cli->ep.out, cli->line, cli->line_len);
}

static void term_end_config(struct cli *cli)
{
	term_puts(cli, "^Z");
	cli->line_len = 0;
	if (cli->view & CLI_CONFIGS) {
		memcpy(cli->line, "end", 3);
		cli->line_len = 3;
	}
	term_enter(cli);
}

/* Ends a text being typed, or the session. */
static void term_end_input(struct cli *cli)
{
	if (cli->answer)
		cli->line[cli->line_len++] = KEY_CTRL_D;
	else
		cli_close(cli);
	term_enter(cli);
}

static void term_key(struct cli *cli, char c)
{
	bool after_cr = cli->after_cr;

	cli->after_cr = c == '\r';
	if (c == '\n' && after_cr)
		return;
	if (cli->pager.text) {
		term_page_key(cli, c);
	} else if (cli->quoted || (c == KEY_CTRL_C && cli->block.rule)) {
		cli->quoted = false;
		term_insert(cli, c);
	} else if (c == '\r' || c == '\n') {
		term_enter(cli);
	} else if (c == KEY_DELETE || c == KEY_BACKSPACE) {
		term_erase(cli, 1);
	} else if (c == KEY_CTRL_U) {
		term_erase(cli, cli->line_len);
	} else if (c == KEY_CTRL_W) {
		term_erase_word(cli);
	} else if (c == KEY_CTRL_V) {
		cli->quoted = true;
	} else if (c == KEY_CTRL_C && cli->line_len > 0 &&
		   strncmp(cli->line, "banner ", 7) == 0) {
		term_insert(cli, c);
	} else if (c == KEY_CTRL_C) {
		term_interrupt(cli);
	} else if (c == KEY_CTRL_D && cli->line_len == 0) {
		term_end_input(cli);
	} else if (c == KEY_CTRL_Z) {
		term_end_config(cli);
	} else if (c == '?' && !cli->answer && !cli->block.rule) {
		term_help(cli);
	} else if (c == '\t') {
		buf_putc(&cli->ep.out, KEY_BELL);
	} else if ((unsigned char)c >= ' ') {
		term_insert(cli, c);
	}
}

void cli_term_input(struct endpoint *ep, const char *data, size_t len)
{
	struct cli *cli = (struct cli *)ep;

	for (size_t i = 0; i < len && !ep->cut && !ep->closing && !ep->stalled;
	     i++)
		term_key(cli, data[i]);
}

void cli_term_resize(struct endpoint *ep, unsigned columns, unsigned rows)
{
	struct cli *cli = (struct cli *)ep;

	if (columns > 0)
		cli->width = columns;
	cli->length = rows;
}
