/*
 * Changing the candidate from the command line of Junos: set commands, load,
 * rollback, commit.
 */
#include "sim/junos_cli.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void junos_print_report(
    void *ctx, const char *severity, const char *message, const char *element)
{
	struct cli *cli = ctx;

	(void)element;
	if (strcmp(severity, "warning") == 0)
		cli_printf(cli, "warning: %s\n", message);
	else
		cli_fail(cli, "%s%s.\n",
		    text_starts_with(message, "syntax") ? "" : "error: ",
		    message);
}

void junos_set_line(struct cli *cli, const struct grammar_match *m)
{
	struct junos_load load = { .report = junos_print_report, .ctx = cli };
	char refusal[CONF_REFUSAL_SIZE];

	if (!junos_may_edit(
		cli->device, &junos_cli_of(cli)->session, refusal)) {
		junos_put_error(cli, refusal);
		return;
	}
	junos_load_set(junos_cli_base(cli), m->text, &load);
}

void junos_cli_rollback(struct cli *cli, const struct grammar_match *m)
{
	char word[16];
	char refusal[CONF_REFUSAL_SIZE];
	unsigned n =
	    (unsigned)strtoul(grammar_word(m, 1, word, sizeof(word)), NULL, 10);

	if (junos_rollback(
		cli->device, &junos_cli_of(cli)->session, n, refusal))
		cli_printf(cli, "load complete\n");
	else
		junos_put_error(cli, refusal);
}

/* --- load … terminal --------------------------------------------------- */

static void junos_load_line(struct cli *cli, const char *line);

void junos_load_begin(struct cli *cli, const struct grammar_match *m)
{
	static const struct {
		const char *word;
		enum junos_action action;
	} actions[] = {
		{ "merge", JUNOS_MERGE },
		{ "override", JUNOS_OVERRIDE },
		{ "replace", JUNOS_REPLACE },
		{ "set", JUNOS_SET },
	};
	struct junos_cli *jc = junos_cli_of(cli);

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (grammar_has_keyword(m, actions[i].word))
			jc->action = actions[i].action;
	buf_clear(&jc->loaded);
	cli_printf(cli, "[Type ^D at a new line to end input]\n");
	cli_ask(cli, false, junos_load_line, "%s", "");
}

/* The candidate with the text in it; errors leave what went in. */
static void junos_load_apply(
    struct cli *cli, const char *text, enum junos_action action)
{
	struct junos_load load = { .report = junos_print_report, .ctx = cli };

	if (action == JUNOS_SET)
		junos_load_set(junos_cli_config(cli), text, &load);
	else
		junos_load_text(junos_cli_config(cli), text, action, &load);
	if (load.errors > 0)
		cli_printf(cli, "load complete (%u errors)\n", load.errors);
	else
		cli_printf(cli, "load complete\n");
}

static void junos_load_line(struct cli *cli, const char *line)
{
	struct junos_cli *jc = junos_cli_of(cli);

	if (!line)
		return;
	if (*line != '\x04') {
		buf_printf(&jc->loaded, "%s\n", line);
		cli_ask(cli, false, junos_load_line, "%s", "");
		return;
	}
	junos_load_apply(cli, buf_text(&jc->loaded), jc->action);
	buf_clear(&jc->loaded);
}

void junos_load_file(struct cli *cli, const struct grammar_match *m)
{
	char name[128];
	const struct device_file *f;
	struct junos_cli *jc = junos_cli_of(cli);

	f = device_file_find(
	    cli->device, grammar_word(m, m->n_words - 1, name, sizeof(name)));
	if (!f) {
		cli_fail(cli,
		    "error: could not open file: %s: No such file or "
		    "directory\n",
		    name);
		return;
	}
	jc->action = grammar_has_keyword(m, "set")	  ? JUNOS_SET
		     : grammar_has_keyword(m, "override") ? JUNOS_OVERRIDE
		     : grammar_has_keyword(m, "replace")  ? JUNOS_REPLACE
							  : JUNOS_MERGE;
	junos_load_apply(cli, f->data, jc->action);
}

/* --- commit ------------------------------------------------------------ */

/* The words after keyword `name`, without their quotes. */
static char *junos_argument(const struct grammar_match *m, const char *name)
{
	char word[512];

	for (size_t i = 0; i + 1 < m->n_words; i++) {
		if (!m->word_is_keyword[i] ||
		    strcmp(grammar_word(m, i, word, sizeof(word)), name) != 0)
			continue;
		grammar_word(m, i + 1, word, sizeof(word));
		if (*word == '"' && word[strlen(word) - 1] == '"') {
			word[strlen(word) - 1] = '\0';
			return mem_strdup(word + 1);
		}
		return mem_strdup(word);
	}
	return NULL;
}

static unsigned junos_confirm_minutes(const struct grammar_match *m)
{
	char *word = junos_argument(m, "confirmed");
	unsigned minutes = word ? (unsigned)strtoul(word, NULL, 10) : 0;

	free(word);
	return minutes ? minutes : JUNOS_CONFIRM_DEFAULT_S / 60;
}

void junos_commit_check(struct cli *cli, const struct grammar_match *m)
{
	char refusal[CONF_REFUSAL_SIZE];

	(void)m;
	if (junos_check(cli->device, &junos_cli_of(cli)->session, refusal))
		cli_printf(cli, "configuration check succeeds\n");
	else
		cli_fail(cli, "%s\nerror: configuration check-out failed\n",
		    refusal);
}

void junos_cli_commit(struct cli *cli, const struct grammar_match *m)
{
	struct junos_cli *jc = junos_cli_of(cli);
	struct junos_commit_options o = { .confirm_s = 0 };
	char refusal[CONF_REFUSAL_SIZE];
	char *comment = junos_argument(m, "comment");
	unsigned minutes = 0;

	o.comment = comment;
	if (grammar_has_keyword(m, "confirmed")) {
		minutes = junos_confirm_minutes(m);
		o.confirm_s = minutes * 60;
	}
	if (!junos_commit(cli->device, &jc->session, &o, refusal)) {
		cli_fail(cli,
		    "%s\nerror: commit failed: (statements constraint "
		    "check failed)\n",
		    refusal);
	} else {
		if (minutes)
			cli_printf(cli,
			    "commit confirmed will be automatically rolled "
			    "back in %u minutes unless confirmed\n",
			    minutes);
		cli_printf(cli, "commit complete\n");
		if (minutes)
			cli_printf(cli,
			    "\n# commit confirmed will be rolled back in %u "
			    "minutes\n",
			    minutes);
		if (grammar_has_keyword(m, "and-quit"))
			junos_leave(cli);
	}
	free(comment);
}
