/*
 * What the command line of Junos shows of configurations.
 */
#include "sim/junos_cli.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words of a path after `from` words of the command, up to a pipe's word. */
static const struct jnode *junos_shown(
    struct cli *cli, const struct jnode *root, const char *path)
{
	struct junos_words w;
	struct junos_walk_result r = { .result = JUNOS_WALK_SYNTAX };

	if (junos_words_split(path, &w))
		/* Without creating nothing is changed. */
		junos_walk((struct jnode *)(uintptr_t)root, &w, 0, false, &r);
	junos_words_release(&w);
	if (r.result == JUNOS_WALK_OK)
		return r.node;
	if (r.result != JUNOS_WALK_NOT_FOUND)
		cli_fail(cli, "syntax error.\n");
	return NULL;
}

static void junos_put_config(
    struct cli *cli, const struct jnode *node, const char *format)
{
	struct buf path = BUF_INIT(1u << 16);

	if (strcmp(format, "set") == 0) {
		junos_format_path(node, &path);
		junos_format_set(node, buf_text(&path), &cli->text);
	} else if (strcmp(format, "xml") == 0) {
		cli_printf(cli, "<rpc-reply><configuration>");
		junos_format_xml(node, &cli->text);
		cli_printf(cli, "</configuration></rpc-reply>\n");
	} else {
		junos_format_text(node, 0, &cli->text);
	}
	buf_release(&path);
}

/* "interfaces ge-0/0/0 display-set": the path, and how to show it. */
static void junos_show_tree(
    struct cli *cli, const struct jnode *root, const char *rest)
{
	static const struct {
		const char *word;
		const char *format;
	} formats[] = { { "display-set", "set" }, { "display-xml", "xml" } };
	char *path = mem_strdup(rest);
	const char *format = "text";
	const struct jnode *node;

	for (size_t i = 0; i < 2; i++) {
		char *at = strstr(path, formats[i].word);

		if (at && at[strlen(formats[i].word)] == '\0') {
			*at = '\0';
			format = formats[i].format;
		}
	}
	node = junos_shown(cli, root, path);
	if (node)
		junos_put_config(cli, node, format);
	free(path);
}

void junos_show_configuration(
    struct cli *cli, const struct grammar_match *m)
{
	char when[DEVICE_TIME_SIZE];
	const struct junos *j = junos_of(cli->device);
	const char *rest = grammar_rest(m, 2);
	char prompt[128];

	if (*rest == '\0') {
		device_format_time(
		    j->history[0].made_ms, "%Y-%m-%d %H:%M:%S UTC", when);
		cli_printf(cli, "## Last commit: %s by %s\n", when,
		    j->history[0].user);
	}
	junos_show_tree(cli, j->active, rest);
	snprintf(prompt, sizeof(prompt), "%s@%s> ", cli->user,
	    junos_hostname(cli->device));
	hostile_spoil_config(&cli->device->hostile, prompt, &cli->text);
}

void junos_show_candidate(struct cli *cli, const struct grammar_match *m)
{
	junos_show_tree(cli, junos_cli_base(cli), grammar_rest(m, 1));
}

void junos_show_compare(struct cli *cli, const struct grammar_match *m)
{
	char word[16];
	unsigned n =
	    (unsigned)strtoul(grammar_word(m, 3, word, sizeof(word)), NULL, 10);
	const struct jnode *from = junos_get_rollback(cli->device, n);

	if (from)
		junos_diff(from, junos_cli_config(cli), &cli->text);
	else
		junos_put_error(cli, "could not open configuration database");
}
