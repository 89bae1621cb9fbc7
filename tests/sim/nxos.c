#include "sim/nxos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nxos *nxos_of(struct device *d)
{
	return d->state;
}

const char *nxos_hostname(const struct device *d)
{
	const struct nxos *nxos = d->state;
	const struct conf_node *line =
	    conf_find_words(nxos->running, "hostname");

	return line ? line->text + strlen("hostname ") : "switch";
}

/* --- the command line -------------------------------------------------- */

static void nxos_configure_terminal(
    struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	if (cli->interactive)
		cli_printf(cli, "Enter configuration commands, one per line. "
				"End with CNTL/Z.\n");
	cli_set_view(cli, CLI_CONFIG);
}

static void nxos_reload_answered(struct cli *cli, const char *answer)
{
	if (!answer || *answer != 'y')
		return;
	device_reload(cli->device);
	cli->ep.cut = true;
}

static void nxos_reload(struct cli *cli, const struct grammar_match *m)
{
	(void)m;
	cli_ask(cli, false, nxos_reload_answered,
	    "This command will reboot the system. (y/n)?  [n] ");
}

static void nxos_dont_ask(struct cli *cli, const struct grammar_match *m)
{
	cli->dont_ask = !grammar_has_keyword(m, "no");
}

#define NXOS_ALL (CLI_PRIV | CLI_CONFIG)
#define NXOS_SOURCE "(running-config|startup-config|file WORD|checkpoint WORD)"

static const struct cli_command nxos_commands[] = {
	{ CLI_PRIV, "(exit|quit)", cli_run_logout, NULL },
	{ CLI_PRIV, "enable", cli_run_nothing, NULL },
	{ NXOS_ALL, "terminal length <0-511>", cli_run_length, NULL },
	{ NXOS_ALL, "terminal width <24-511>", cli_run_width, NULL },
	{ NXOS_ALL, "terminal monitor", cli_run_nothing, NULL },
	{ NXOS_ALL, "[no] terminal dont-ask", nxos_dont_ask, NULL },
	{ NXOS_ALL, "show version", nxos_show_version, nxos_model_version },
	{ NXOS_ALL, "show inventory", nxos_show_inventory,
	    nxos_model_inventory },
	{ NXOS_ALL, "show hostname", nxos_show_hostname, nxos_model_hostname },
	{ NXOS_ALL, "show interface [IFNAME]", nxos_show_interface,
	    nxos_model_interface },
	{ NXOS_ALL, "show interface brief", nxos_show_brief, NULL },
	{ NXOS_ALL, "show clock", nxos_show_clock, NULL },
	{ NXOS_ALL, "show privilege", nxos_show_privilege, NULL },
	{ NXOS_ALL, "show (running-config|startup-config) [all]",
	    nxos_show_config, NULL },
	{ NXOS_ALL, "show running-config interface IFNAME", nxos_show_config,
	    NULL },
	{ NXOS_ALL, "show running-config section LINE", nxos_show_config,
	    NULL },
	{ NXOS_ALL, "show checkpoint [summary] [user]", nxos_show_checkpoints,
	    NULL },
	{ NXOS_ALL, "show diff rollback-patch " NXOS_SOURCE " " NXOS_SOURCE,
	    nxos_show_patch, NULL },
	{ NXOS_ALL, "show config-replace status", nxos_show_replace_status,
	    NULL },
	{ NXOS_ALL, "show config-replace log (exec|verify)",
	    nxos_show_replace_log, NULL },
	{ NXOS_ALL, "show file WORD [md5sum]", nxos_show_file, NULL },
	{ NXOS_ALL, "checkpoint [WORD]", nxos_checkpoint, NULL },
	{ NXOS_ALL, "checkpoint file WORD", nxos_checkpoint, NULL },
	{ NXOS_ALL, "no checkpoint WORD", nxos_no_checkpoint, NULL },
	{ NXOS_ALL,
	    "rollback running-config (file WORD|checkpoint WORD) "
	    "[(atomic|best-effort|stop-at-first-failure)] [verbose]",
	    nxos_rollback, NULL },
	{ CLI_PRIV, "configure [terminal]", nxos_configure_terminal, NULL },
	{ NXOS_ALL,
	    "configure replace WORD [(best-effort|verify-only|show-patch)] "
	    "[commit-timeout <30-3600>]",
	    nxos_configure_replace, NULL },
	{ NXOS_ALL, "configure replace commit", nxos_configure_commit, NULL },
	{ NXOS_ALL, "copy WORD WORD", nxos_copy, NULL },
	{ NXOS_ALL, "dir [WORD]", nxos_dir, NULL },
	{ NXOS_ALL, "delete WORD [no-prompt]", nxos_delete, NULL },
	{ CLI_PRIV, "reload", nxos_reload, NULL },
	{ CLI_CONFIG, "end", cli_run_end, NULL },
	{ CLI_CONFIG, "exit", cli_run_exit_config, NULL },
};

static void nxos_prompt(struct cli *cli, struct buf *out)
{
	buf_puts(out, nxos_hostname(cli->device));
	if (cli->view == CLI_CONFIG)
		buf_printf(out, "(%s)", nxos_mode_prompt(&cli->cursor));
	buf_puts(out, "# ");
}

static void nxos_greet(struct cli *cli, struct buf *out)
{
	cli->device->platform->banner(cli->device, false, out);
	buf_puts(out, "\nCisco Nexus Operating System (NX-OS) Software\n"
		      "TAC support: http://www.cisco.com/tac\n"
		      "Copyright (C) 2002-2021, Cisco and/or its affiliates.\n"
		      "All rights reserved.\n");
	if (cli->device->hostile.fake_prompt)
		buf_printf(out, "%s# \n", nxos_hostname(cli->device));
}

static void nxos_complain(
    struct cli *cli, const char *line, const struct cli_fault *fault)
{
	static const char *const words[] = {
		[GRAMMAR_INVALID] = "Invalid command",
		[GRAMMAR_INCOMPLETE] = "Incomplete command",
		[GRAMMAR_AMBIGUOUS] = "Ambiguous command",
	};
	struct buf prompt = BUF_INIT(256);
	size_t column = fault->column;

	nxos_prompt(cli, &prompt);
	if (fault->result == GRAMMAR_INCOMPLETE)
		column = strlen(line);
	cli_fail(cli, "%*s^\n%% %s at '^' marker.\n",
	    (int)(prompt.len + column), "", words[fault->result]);
	buf_release(&prompt);
}

static void nxos_configure(
    struct cli *cli, const char *line, struct cli_fault *ret)
{
	struct conf_node *running = nxos_of(cli->device)->running;

	cli_configure(cli, running, line, ret);
	if (ret->result == GRAMMAR_OK)
		nxos_prune(running);
}

const struct cli_platform nxos_cli_platform = {
	.commands = nxos_commands,
	.n_commands = sizeof(nxos_commands) / sizeof(*nxos_commands),
	.lang = &nxos_lang,
	.more = "--More--",
	.more_erase = "\r\x1b[K",
	.first_view = CLI_PRIV,
	.prompt = nxos_prompt,
	.greet = nxos_greet,
	.complain = nxos_complain,
	.configure = nxos_configure,
};

/* --- the device -------------------------------------------------------- */

static void nxos_init(struct device *d)
{
	struct nxos *nxos = mem_zalloc(sizeof(*nxos));

	d->state = nxos;
	nxos->running = nxos_first_config(d);
	nxos->startup = conf_clone(nxos->running);
}

static void nxos_release(struct device *d)
{
	struct nxos *nxos = nxos_of(d);

	nxos_forget_checkpoints(nxos);
	conf_free(nxos->running);
	conf_free(nxos->startup);
	conf_free(nxos->before_commit);
	free(nxos->chunk);
	free(nxos);
}

/* Checkpoints made by name do not survive; those in files do. */
static void nxos_restart(struct device *d)
{
	struct nxos *nxos = nxos_of(d);

	nxos_forget_checkpoints(nxos);
	conf_free(nxos->before_commit);
	nxos->before_commit = NULL;
	nxos->log[0] = '\0';
	conf_free(nxos->running);
	nxos->running = conf_clone(nxos->startup);
}

static bool nxos_get_config(struct device *d, enum device_config which,
    const char *session, struct buf *out)
{
	const struct nxos *nxos = nxos_of(d);

	(void)session;
	if (which == DEVICE_CANDIDATE)
		return false;
	conf_format(which == DEVICE_RUNNING ? nxos->running : nxos->startup,
	    &nxos_lang.style, out);
	return true;
}

static bool nxos_set_startup(struct device *d, const char *text)
{
	struct conf_node *config = conf_new();

	if (!conf_load(&nxos_lang, config, text, NULL, NULL)) {
		conf_free(config);
		return false;
	}
	conf_free(nxos_of(d)->startup);
	nxos_of(d)->startup = config;
	return true;
}

static bool nxos_complain_edit(void *ctx, const char *line, size_t number,
    const struct conf_result *result)
{
	buf_printf(ctx, "line %zu: %s %s\n", number, line, result->refusal);
	return false;
}

static bool nxos_edit(
    struct device *d, const char *lines, struct buf *complaint)
{
	bool ok = conf_load(&nxos_lang, nxos_of(d)->running, lines,
	    nxos_complain_edit, complaint);

	nxos_prune(nxos_of(d)->running);
	return ok;
}

static void nxos_banner(struct device *d, bool login, struct buf *out)
{
	const struct conf_node *line =
	    conf_find_words(nxos_of(d)->running, "banner motd");
	const char *text = line ? line->text + strlen("banner motd ") : "";
	size_t len = strlen(text);

	/* NX-OS shows its banner before the password is asked for. */
	if (login && len > 2)
		buf_add(out, text + 1, len - 2);
}

static struct endpoint *nxos_open_cli(
    struct device *d, const char *user, const char *exec_command)
{
	return cli_open(d, &nxos_cli_platform, user, exec_command);
}

static bool nxos_scp(struct device *d)
{
	return conf_find(nxos_of(d)->running, "feature scp-server") != NULL;
}

static bool nxos_reachable(struct device *d)
{
	const struct conf_node *mgmt =
	    conf_find(nxos_of(d)->running, "interface mgmt0");

	return mgmt && conf_find_words(mgmt, "ip address") &&
	       !conf_find(mgmt, "shutdown");
}

const struct platform nxos_platform = {
	.name = "nxos",
	.label = "Cisco NX-OS: CLI over SSH, SCP, NX-API over HTTPS",
	.os_version = "9.3(8)",
	.init = nxos_init,
	.release = nxos_release,
	.tick = nxos_tick,
	.reload = nxos_restart,
	.get_config = nxos_get_config,
	.set_startup = nxos_set_startup,
	.edit = nxos_edit,
	.banner = nxos_banner,
	.open_cli = nxos_open_cli,
	.http_path = "/ins",
	.http_post = nxos_api_post,
	.reachable = nxos_reachable,
	.scp = nxos_scp,
};
