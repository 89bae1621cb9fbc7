/*
 * Commands that every platform with a command line has.
 */
#include "sim/cli.h"

#include <stdlib.h>
#include <string.h>

#define ENABLE_TRIES 3

void cli_run_nothing(struct cli *cli, const struct grammar_match *m)
{
	(void)cli;
	(void)m;
}

void cli_run_logout(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_close(cli);
}

void cli_run_exit_config(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	if (cli->cursor.depth > 0)
		conf_cursor_leave(&cli->cursor);
	else
		cli_set_view(cli, CLI_PRIV);
}

void cli_run_end(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_set_view(cli, CLI_PRIV);
}

void cli_run_disable(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_set_view(cli, CLI_USER);
}

static void common_check_enable(struct cli *cli, const char *answer)
{
	if (!answer)
		return;
	if (strcmp(answer, cli->device->login->enable) == 0)
		cli_set_view(cli, CLI_PRIV);
	else
		cli_fail(cli, "%% Bad secrets\n\n");
}

void cli_run_enable(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	if (cli->view == CLI_PRIV)
		return;
	if (cli->device->login->enable)
		cli_ask(cli, true, common_check_enable, "Password: ");
	else
		cli_set_view(cli, CLI_PRIV);
}

static unsigned common_last_number(const struct grammar_match *m)
{
	char word[16];

	grammar_word(m, m->n_words - 1, word, sizeof(word));
	return (unsigned)strtoul(word, NULL, 10);
}

void cli_run_length(struct cli *cli, const struct grammar_match *m)
{
	cli->length = common_last_number(m);
}

void cli_run_width(struct cli *cli, const struct grammar_match *m)
{
	cli->width = common_last_number(m);
}
