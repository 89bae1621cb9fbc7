#include "sim/eos.h"

#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

struct eos *eos_of(struct device *d)
{
	return d->state;
}

struct eos_cli *eos_cli_of(struct cli *cli)
{
	if (!cli->state)
		cli->state = mem_zalloc(sizeof(struct eos_cli));
	return cli->state;
}

const char *eos_hostname(const struct device *d)
{
	const struct eos *eos = d->state;
	const struct conf_node *line =
	    conf_find_words(eos->running, "hostname");

	return line ? line->text + strlen("hostname ") : "localhost";
}

/* --- the command line -------------------------------------------------- */

static void eos_configure_terminal(
    struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_set_view(cli, CLI_CONFIG);
}

static void eos_end(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	eos_cli_of(cli)->session[0] = '\0';
	cli_set_view(cli, CLI_PRIV);
}

static void eos_exit(struct cli *cli, const struct grammar_match *m)
{
	if (cli->cursor.depth == 0)
		eos_end(cli, m);
	else
		conf_cursor_leave(&cli->cursor);
}

static void eos_length(struct cli *cli, const struct grammar_match *m)
{
	cli_run_length(cli, m);
	cli_printf(cli,
	    cli->length == 0 ? "Pagination disabled.\n"
			     : "Pagination set to %u lines.\n",
	    cli->length);
}

static void eos_width(struct cli *cli, const struct grammar_match *m)
{
	cli_run_width(cli, m);
	cli_printf(cli, "Width set to %u columns.\n", cli->width);
}

static void eos_reload_answered(struct cli *cli, const char *answer)
{
	if (!answer || (*answer != '\0' && *answer != 'y'))
		return;
	device_reload(cli->device);
	cli->ep.cut = true;
}

static void eos_reload(struct cli *cli, const struct grammar_match *m)
{
	if (grammar_has_keyword(m, "now") || grammar_has_keyword(m, "force"))
		eos_reload_answered(cli, "");
	else
		cli_ask(cli, false, eos_reload_answered,
		    "Proceed with reload? [confirm]");
}

#define EOS_ALL (CLI_EXEC | CLI_CONFIGS)
#define EOS_PRIVS (CLI_PRIV | CLI_CONFIGS)

static const struct cli_command eos_commands[] = {
	{ CLI_EXEC, "enable", cli_run_enable, NULL },
	{ CLI_EXEC, "disable", cli_run_disable, NULL },
	{ CLI_EXEC, "(exit|quit|logout)", cli_run_logout, NULL },
	{ EOS_ALL, "terminal length <0-32767>", eos_length, NULL },
	{ EOS_ALL, "terminal width <10-32767>", eos_width, NULL },
	{ EOS_ALL, "terminal (monitor|dont-ask)", cli_run_nothing, NULL },
	{ EOS_ALL, "show version [detail]", eos_show_version,
	    eos_model_version },
	{ EOS_ALL, "show hostname", eos_show_hostname, eos_model_hostname },
	{ EOS_ALL, "show inventory", eos_show_inventory, eos_model_inventory },
	{ EOS_ALL, "show interfaces [IFNAME]", eos_show_interfaces,
	    eos_model_interfaces },
	{ EOS_ALL, "show interfaces [IFNAME] status", eos_show_status,
	    eos_model_status },
	{ EOS_ALL, "show lldp neighbors [detail]", eos_show_lldp,
	    eos_model_lldp },
	{ EOS_ALL, "show clock", eos_show_clock, NULL },
	{ EOS_ALL, "show privilege", eos_show_privilege, NULL },
	{ EOS_PRIVS, "show (running-config|startup-config) [(all|sanitized)]",
	    eos_show_config, eos_model_config },
	{ EOS_PRIVS, "show running-config section LINE", eos_show_config,
	    NULL },
	{ EOS_PRIVS, "show running-config interfaces IFNAME", eos_show_config,
	    NULL },
	{ EOS_PRIVS, "show configuration sessions [detail]", eos_show_sessions,
	    eos_model_sessions },
	{ EOS_PRIVS, "show configuration checkpoints", eos_show_checkpoints,
	    NULL },
	{ EOS_PRIVS, "show session-config [named WORD]",
	    eos_show_session_config, NULL },
	{ EOS_PRIVS, "show session-config [named WORD] diffs",
	    eos_show_session_diffs, NULL },
	{ EOS_PRIVS, "configure [terminal]", eos_configure_terminal, NULL },
	{ EOS_PRIVS, "configure session [WORD]", eos_configure_session, NULL },
	{ EOS_PRIVS, "configure session WORD commit [timer HH:MM:SS]",
	    eos_session_commit_named, NULL },
	{ EOS_PRIVS, "configure session WORD abort", eos_session_abort_named,
	    NULL },
	{ CLI_PRIV, "configure replace WORD", eos_configure_replace, NULL },
	{ CLI_PRIV, "configure checkpoint save [WORD]", eos_checkpoint_save,
	    NULL },
	{ CLI_PRIV, "configure checkpoint restore WORD", eos_checkpoint_restore,
	    NULL },
	{ EOS_PRIVS, "write [memory]", eos_write, NULL },
	{ EOS_PRIVS, "copy WORD WORD", eos_copy, NULL },
	{ EOS_PRIVS, "dir [(all-filesystems|WORD)]", eos_dir, NULL },
	{ EOS_PRIVS, "more WORD", eos_more, NULL },
	{ EOS_PRIVS, "delete WORD", eos_delete, NULL },
	{ CLI_PRIV, "reload [(now|force)]", eos_reload, NULL },
	{ CLI_CONFIGS, "end", eos_end, NULL },
	{ CLI_CONFIGS, "exit", eos_exit, NULL },
	{ CLI_SESSION, "commit [timer HH:MM:SS]", eos_session_commit, NULL },
	{ CLI_SESSION, "abort", eos_session_abort, NULL },
	{ CLI_SESSION, "rollback clean-config", eos_session_clean, NULL },
	{ CLI_SESSION, "rollback checkpoint WORD", eos_session_rollback, NULL },
};

static void eos_prompt(struct cli *cli, struct buf *out)
{
	struct buf mode = BUF_INIT(256);

	buf_puts(out, eos_hostname(cli->device));
	if (cli->view == CLI_CONFIG)
		buf_puts(&mode, "config");
	else if (cli->view == CLI_SESSION)
		buf_printf(&mode, "config-s-%.6s", eos_cli_of(cli)->session);
	if (cli->view & CLI_CONFIGS) {
		eos_format_mode(&cli->cursor, &mode);
		buf_printf(out, "(%s)", buf_text(&mode));
	}
	buf_putc(out, cli->view == CLI_USER ? '>' : '#');
	buf_release(&mode);
}

static void eos_greet(struct cli *cli, struct buf *out)
{
	char when[DEVICE_TIME_SIZE];

	cli->device->platform->banner(cli->device, false, out);
	device_format_time(
	    device_now_ms(cli->device), "%a %b %e %H:%M:%S %Y", when);
	buf_printf(out, "Last login: %s from 127.0.0.1\n", when);
	if (cli->device->hostile.fake_prompt)
		buf_printf(out, "%s#\n", eos_hostname(cli->device));
}

/* The word at fault and its place among the words. */
static void eos_complain(
    struct cli *cli, const char *line, const struct cli_fault *fault)
{
	static const char *const words[] = {
		[GRAMMAR_INVALID] = "Invalid input",
		[GRAMMAR_INCOMPLETE] = "Incomplete command",
		[GRAMMAR_AMBIGUOUS] = "Ambiguous command",
	};
	size_t token = 0;
	size_t at = strspn(line, " ");

	if (fault->result == GRAMMAR_INCOMPLETE ||
	    line[fault->column] == '\0') {
		cli_fail(cli, "%% Incomplete command\n");
		return;
	}
	while (at < fault->column) {
		at += strcspn(line + at, " ");
		at += strspn(line + at, " ");
		token++;
	}
	cli_fail(cli, "%% %s (at token %zu: '%.*s')\n", words[fault->result],
	    token, (int)strcspn(line + at, " "), line + at);
}

static void eos_configure(
    struct cli *cli, const char *line, struct cli_fault *ret)
{
	struct conf_node *root = eos_edited(cli);

	if (root) {
		cli_configure(cli, root, line, ret);
		return;
	}
	ret->result = GRAMMAR_OK;
	cli_fail(cli, "%% Session %s has ended\n", eos_cli_of(cli)->session);
}

static void eos_finish(struct cli *cli)
{
	free(cli->state);
}

const struct cli_platform eos_cli_platform = {
	.commands = eos_commands,
	.n_commands = sizeof(eos_commands) / sizeof(*eos_commands),
	.lang = &eos_lang,
	.more = " --More-- ",
	.more_erase = "\r\x1b[K",
	.first_view = CLI_USER,
	.prompt = eos_prompt,
	.greet = eos_greet,
	.complain = eos_complain,
	.configure = eos_configure,
	.finish = eos_finish,
};

/* --- the device -------------------------------------------------------- */

static void eos_init(struct device *d)
{
	struct eos *eos = mem_zalloc(sizeof(*eos));

	d->state = eos;
	eos->running = eos_first_config(d);
	eos->startup = conf_clone(eos->running);
}

static void eos_release(struct device *d)
{
	struct eos *eos = eos_of(d);

	eos_forget_sessions(eos);
	eos_forget_checkpoints(eos);
	conf_free(eos->running);
	conf_free(eos->startup);
	free(eos);
}

static void eos_restart(struct device *d)
{
	struct eos *eos = eos_of(d);

	eos_forget_sessions(eos);
	conf_free(eos->running);
	eos->running = conf_clone(eos->startup);
}

static bool eos_get_config(struct device *d, enum device_config which,
    const char *session, struct buf *out)
{
	struct eos *eos = eos_of(d);
	const struct eos_session *s;

	if (which == DEVICE_CANDIDATE) {
		s = session ? eos_session_find(eos, session) : eos->sessions;
		if (!s || !s->candidate)
			return false;
		conf_format(s->candidate, &eos_lang.style, out);
		return true;
	}
	conf_format(which == DEVICE_RUNNING ? eos->running : eos->startup,
	    &eos_lang.style, out);
	return true;
}

static bool eos_set_startup(struct device *d, const char *text)
{
	struct eos *eos = eos_of(d);
	struct conf_node *config = conf_new();

	if (!conf_load(&eos_lang, config, text, NULL, NULL)) {
		conf_free(config);
		return false;
	}
	conf_free(eos->startup);
	eos->startup = config;
	return true;
}

static bool eos_complain_edit(void *ctx, const char *line, size_t number,
    const struct conf_result *result)
{
	buf_printf(ctx, "line %zu: %s %s\n", number, line, result->refusal);
	return false;
}

static bool eos_edit(struct device *d, const char *lines, struct buf *complaint)
{
	return conf_load(
	    &eos_lang, eos_of(d)->running, lines, eos_complain_edit, complaint);
}

static void eos_banner(struct device *d, bool login, struct buf *out)
{
	const struct conf_node *line = conf_find_words(
	    eos_of(d)->running, login ? "banner login" : "banner motd");
	const char *text = line ? strchr(line->text, '\n') : NULL;
	size_t len = text ? strlen(text + 1) : 0;

	/* The text stands between the first line and EOF. */
	if (len >= 3)
		buf_add(out, text + 1, len - 3);
}

static struct endpoint *eos_open_cli(
    struct device *d, const char *user, const char *exec_command)
{
	return cli_open(d, &eos_cli_platform, user, exec_command);
}

static bool eos_scp(struct device *d)
{
	(void)d;
	return true;
}

static bool eos_reachable(struct device *d)
{
	const struct conf_node *mgmt =
	    conf_find(eos_of(d)->running, "interface Management1");

	return mgmt && conf_find_words(mgmt, "ip address") &&
	       !conf_find(mgmt, "shutdown");
}

const struct platform eos_platform = {
	.name = "eos",
	.label = "Arista EOS: CLI over SSH, eAPI over HTTPS",
	.os_version = "4.30.1F",
	.init = eos_init,
	.release = eos_release,
	.tick = eos_timer_fire,
	.reload = eos_restart,
	.get_config = eos_get_config,
	.set_startup = eos_set_startup,
	.edit = eos_edit,
	.banner = eos_banner,
	.open_cli = eos_open_cli,
	.http_path = "/command-api",
	.http_post = eos_api_post,
	.reachable = eos_reachable,
	.scp = eos_scp,
};
