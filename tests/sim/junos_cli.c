/*
 * The command line of Junos: operational and configuration mode.
 */
#include "sim/junos_cli.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct junos_cli *junos_cli_of(struct cli *cli)
{
	struct junos_cli *jc = cli->state;

	if (!jc) {
		jc = cli->state = mem_zalloc(sizeof(*jc));
		buf_init(&jc->loaded, CLI_TEXT_MAX);
		junos_session_open(cli->device, &jc->session, cli->user, "cli");
	}
	return jc;
}

struct jnode *junos_cli_config(struct cli *cli)
{
	return junos_edited(cli->device, &junos_cli_of(cli)->session);
}

/* The section of `edit`; made if it is not there. */
struct jnode *junos_cli_base(struct cli *cli)
{
	struct junos_words w;
	struct junos_walk_result r;

	if (junos_words_split(junos_cli_of(cli)->edit, &w))
		junos_walk(junos_cli_config(cli), &w, 0, true, &r);
	else
		r.node = junos_cli_config(cli);
	junos_words_release(&w);
	return r.node;
}

void junos_put_error(struct cli *cli, const char *refusal)
{
	cli_fail(cli, "error: %s\n", refusal);
}

/* --- configuration mode ------------------------------------------------ */

static void junos_enter(struct cli *cli, const struct grammar_match *m)
{
	struct device *d = cli->device;
	struct junos_cli *jc = junos_cli_of(cli);
	struct junos *j = junos_of(d);
	char refusal[CONF_REFUSAL_SIZE];

	jc->edit[0] = '\0';
	jc->exclusive = grammar_has_keyword(m, "exclusive");
	if (grammar_has_keyword(m, "private")) {
		jc->session.private_config = jnode_clone(j->active);
		cli_printf(cli, "warning: uncommitted changes will be "
				"discarded on exit\n");
	} else if (jc->exclusive) {
		if (!junos_lock(d, &jc->session, refusal)) {
			junos_put_error(cli, refusal);
			return;
		}
		cli_printf(cli, "warning: uncommitted changes will be "
				"discarded on exit\n");
	} else if (!junos_may_edit(d, &jc->session, refusal)) {
		junos_put_error(cli, refusal);
		return;
	}
	cli_printf(cli, "Entering configuration mode\n");
	if (!jnode_equal(j->active, j->candidate))
		cli_printf(cli, "The configuration has been changed but not "
				"committed\n");
	cli_set_view(cli, CLI_CONFIG);
}

void junos_leave(struct cli *cli)
{
	struct junos_cli *jc = junos_cli_of(cli);
	char refusal[CONF_REFUSAL_SIZE];

	if (jc->exclusive && !junos_unlock(cli->device, &jc->session, refusal))
		junos_put_error(cli, refusal);
	jnode_free(jc->session.private_config);
	jc->session.private_config = NULL;
	jc->exclusive = false;
	jc->edit[0] = '\0';
	cli_printf(cli, "Exiting configuration mode\n");
	cli_set_view(cli, CLI_PRIV);
}

static void junos_leave_answered(struct cli *cli, const char *answer)
{
	if (answer && (*answer == '\0' || *answer == 'y'))
		junos_leave(cli);
}

static void junos_exit_configuration(
    struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	if (jnode_equal(junos_of(cli->device)->active, junos_cli_config(cli))) {
		junos_leave(cli);
		return;
	}
	cli_printf(cli, "The configuration has been changed but not "
			"committed\n");
	cli_ask(cli, false, junos_leave_answered,
	    "Exit with uncommitted changes? [yes,no] (yes) ");
}

static void junos_exit(struct cli *cli, const struct grammar_match *m)
{
	if (junos_cli_of(cli)->edit[0])
		junos_cli_of(cli)->edit[0] = '\0';
	else
		junos_exit_configuration(cli, m);
}

static void junos_edit_path(struct cli *cli, const struct grammar_match *m)
{
	struct junos_cli *jc = junos_cli_of(cli);
	char *path = mem_printf(
	    "%s%s%s", jc->edit, jc->edit[0] ? " " : "", grammar_rest(m, 1));
	struct junos_words w;
	struct junos_walk_result r = { .result = JUNOS_WALK_SYNTAX };
	struct jnode trial = { .schema = junos_schema() };

	if (junos_words_split(path, &w))
		junos_walk(&trial, &w, 0, true, &r);
	while (trial.first)
		jnode_free(trial.first);
	if (r.result == JUNOS_WALK_OK)
		text_copy(jc->edit, sizeof(jc->edit), path);
	else
		cli_fail(cli, "syntax error.\n");
	junos_words_release(&w);
	free(path);
}

static void junos_top(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	junos_cli_of(cli)->edit[0] = '\0';
}

#define SHOW_WITH(name)                                     \
	static void name##_command(                         \
	    struct cli *cli, const struct grammar_match *m) \
	{                                                   \
		(void)m;                                    \
		name(cli->device, &cli->text);              \
	}

SHOW_WITH(junos_show_version)
SHOW_WITH(junos_show_interfaces)
SHOW_WITH(junos_show_hardware)
SHOW_WITH(junos_show_uptime)
SHOW_WITH(junos_show_commits)

static void junos_set_length(struct cli *cli, const struct grammar_match *m)
{
	char word[16];

	cli->length =
	    (unsigned)strtoul(grammar_word(m, 3, word, sizeof(word)), NULL, 10);
	cli_printf(cli, "Screen length set to %u\n", cli->length);
}

static void junos_set_width(struct cli *cli, const struct grammar_match *m)
{
	char word[16];

	cli->width =
	    (unsigned)strtoul(grammar_word(m, 3, word, sizeof(word)), NULL, 10);
	cli_printf(cli, "Screen width set to %u\n", cli->width);
}

static void junos_set_spaces(struct cli *cli, const struct grammar_match *m)
{
	char word[16];

	cli_printf(cli, "%s complete-on-space\n",
	    strcmp(grammar_word(m, 3, word, sizeof(word)), "on") == 0
		? "Enabling"
		: "Disabling");
}

static void junos_run(struct cli *cli, const struct grammar_match *m)
{
	cli_run_in_view(cli, CLI_PRIV, grammar_rest(m, 1));
}

static void junos_reboot_answered(struct cli *cli, const char *answer)
{
	if (!answer || *answer != 'y')
		return;
	device_reload(cli->device);
	cli->ep.cut = true;
}

static void junos_reboot(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_ask(cli, false, junos_reboot_answered,
	    "Reboot the system ? [yes,no] (no) ");
}

static const struct cli_command junos_commands[] = {
	{ CLI_PRIV, "(exit|quit)", cli_run_logout, NULL },
	{ CLI_PRIV, "cli", cli_run_nothing, NULL },
	{ CLI_PRIV, "set cli screen-length <0-100000>", junos_set_length,
	    NULL },
	{ CLI_PRIV, "set cli screen-width <0-1024>", junos_set_width, NULL },
	{ CLI_PRIV, "set cli complete-on-space (on|off)", junos_set_spaces,
	    NULL },
	{ CLI_PRIV, "show version", junos_show_version_command, NULL },
	{ CLI_PRIV, "show interfaces (descriptions|terse)",
	    junos_show_interfaces_command, NULL },
	{ CLI_PRIV, "show chassis hardware", junos_show_hardware_command,
	    NULL },
	{ CLI_PRIV, "show system uptime", junos_show_uptime_command, NULL },
	{ CLI_PRIV, "show system commit", junos_show_commits_command, NULL },
	{ CLI_PRIV, "show configuration [LINE]", junos_show_configuration,
	    NULL },
	{ CLI_PRIV, "configure [(exclusive|private)]", junos_enter, NULL },
	{ CLI_PRIV, "edit [(exclusive|private)]", junos_enter, NULL },
	{ CLI_PRIV, "request system reboot", junos_reboot, NULL },
	{ CLI_CONFIG, "set LINE", junos_set_line, NULL },
	{ CLI_CONFIG, "delete [LINE]", junos_set_line, NULL },
	{ CLI_CONFIG, "edit LINE", junos_edit_path, NULL },
	{ CLI_CONFIG, "(top|up)", junos_top, NULL },
	{ CLI_CONFIG, "show [LINE]", junos_show_candidate, NULL },
	{ CLI_CONFIG, "show display-compare [rollback <0-49>]",
	    junos_show_compare, NULL },
	{ CLI_CONFIG, "rollback [<0-49>]", junos_cli_rollback, NULL },
	{ CLI_CONFIG, "load (merge|override|replace|set) terminal",
	    junos_load_begin, NULL },
	{ CLI_CONFIG, "load (merge|override|replace|set) WORD", junos_load_file,
	    NULL },
	{ CLI_CONFIG, "commit check", junos_commit_check, NULL },
	{ CLI_CONFIG,
	    "commit [confirmed [<1-65535>]] [comment STRING] [and-quit]",
	    junos_cli_commit, NULL },
	{ CLI_CONFIG, "run LINE", junos_run, NULL },
	{ CLI_CONFIG, "exit configuration-mode", junos_exit_configuration,
	    NULL },
	{ CLI_CONFIG, "(exit|quit)", junos_exit, NULL },
};

/* --- words ------------------------------------------------------------- */

/* The filters that change what is shown become words of the command. */
static void junos_rewrite(char line[GRAMMAR_LINE_MAX])
{
	static const struct {
		const char *from;
		const char *to;
	} pipes[] = {
		{ "| compare", "display-compare" },
		{ "| display set", "display-set" },
		{ "| display xml", "display-xml" },
	};

	for (size_t i = 0; i < sizeof(pipes) / sizeof(*pipes); i++) {
		char *at = strstr(line, pipes[i].from);
		char *tail;

		if (!at)
			continue;
		tail = mem_strdup(at + strlen(pipes[i].from));
		snprintf(at, (size_t)(line + GRAMMAR_LINE_MAX - at), "%s%s",
		    pipes[i].to, tail);
		free(tail);
	}
}

static void junos_prompt(struct cli *cli, struct buf *out)
{
	const char *edit = junos_cli_of(cli)->edit;

	if (cli->view == CLI_CONFIG)
		buf_printf(out, "\n[edit%s%s]\n%s@%s# ", *edit ? " " : "", edit,
		    cli->user, junos_hostname(cli->device));
	else
		buf_printf(
		    out, "%s@%s> ", cli->user, junos_hostname(cli->device));
}

static void junos_greet(struct cli *cli, struct buf *out)
{
	cli->device->platform->banner(cli->device, false, out);
	buf_printf(out,
	    "--- JUNOS %s Kernel 64-bit  JNPR-12.1-20211216.be8e4e3_buil\n",
	    cli->device->os_version);
	if (cli->device->hostile.fake_prompt)
		buf_printf(
		    out, "%s@%s> \n", cli->user, junos_hostname(cli->device));
}

static void junos_complain(
    struct cli *cli, const char *line, const struct cli_fault *fault)
{
	size_t prompt =
	    strlen(cli->user) + strlen(junos_hostname(cli->device)) + 3;
	size_t first = strspn(line, " ");

	if (fault->result == GRAMMAR_AMBIGUOUS) {
		cli_fail(cli, "%*s^\n'%.*s' is ambiguous.\n",
		    (int)(prompt + fault->column), "",
		    (int)strcspn(line + fault->column, " "),
		    line + fault->column);
	} else if (fault->result == GRAMMAR_INCOMPLETE) {
		cli_fail(cli, "%*s^\nsyntax error, expecting <command>.\n",
		    (int)(prompt + strlen(line)), "");
	} else {
		cli_fail(cli, "%*s^\n%s.\n", (int)(prompt + fault->column), "",
		    fault->column <= first ? "unknown command"
					   : "syntax error");
	}
}

static void junos_finish(struct cli *cli)
{
	struct junos_cli *jc = cli->state;

	if (!jc)
		return;
	junos_session_close(cli->device, &jc->session);
	buf_release(&jc->loaded);
	free(jc);
}

const struct cli_platform junos_cli_platform = {
	.commands = junos_commands,
	.n_commands = sizeof(junos_commands) / sizeof(*junos_commands),
	.more = "---(more)---",
	.more_erase = "\r                                        \r",
	.first_view = CLI_PRIV,
	.prompt = junos_prompt,
	.greet = junos_greet,
	.complain = junos_complain,
	.rewrite = junos_rewrite,
	.finish = junos_finish,
};
