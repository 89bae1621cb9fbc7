/*
 * The command line of Junos: operational and configuration mode.
 */
#include "sim/junos.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct junos_cli {
	struct junos_session session;
	char edit[1024]; /* path of `edit`, "" at the top */
	bool exclusive;
	struct buf loaded; /* text typed after `load … terminal` */
	enum junos_action action;
};

static struct junos_cli *junos_cli_of(struct cli *cli)
{
	struct junos_cli *jc = cli->state;

	if (!jc) {
		jc = cli->state = mem_zalloc(sizeof(*jc));
		buf_init(&jc->loaded, CLI_TEXT_MAX);
		junos_session_open(cli->device, &jc->session, cli->user, "cli");
	}
	return jc;
}

static struct jnode *junos_cli_config(struct cli *cli)
{
	return junos_edited(cli->device, &junos_cli_of(cli)->session);
}

/* The section of `edit`; made if it is not there. */
static struct jnode *junos_cli_base(struct cli *cli)
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

static void junos_put_error(struct cli *cli, const char *refusal)
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

static void junos_leave(struct cli *cli)
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

static void junos_set_line(struct cli *cli, const struct grammar_match *m)
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

static void junos_cli_rollback(struct cli *cli, const struct grammar_match *m)
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

static void junos_load_begin(struct cli *cli, const struct grammar_match *m)
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

static void junos_load_file(struct cli *cli, const struct grammar_match *m)
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

static void junos_commit_check(struct cli *cli, const struct grammar_match *m)
{
	char refusal[CONF_REFUSAL_SIZE];

	(void)m;
	if (junos_check(cli->device, &junos_cli_of(cli)->session, refusal))
		cli_printf(cli, "configuration check succeeds\n");
	else
		cli_fail(cli, "%s\nerror: configuration check-out failed\n",
		    refusal);
}

static void junos_cli_commit(struct cli *cli, const struct grammar_match *m)
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

/* --- what is shown ----------------------------------------------------- */

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

static void junos_show_configuration(
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

static void junos_show_candidate(struct cli *cli, const struct grammar_match *m)
{
	junos_show_tree(cli, junos_cli_base(cli), grammar_rest(m, 1));
}

static void junos_show_compare(struct cli *cli, const struct grammar_match *m)
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
