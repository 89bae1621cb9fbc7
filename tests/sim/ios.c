#include "sim/ios.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ios *ios_of(struct device *d)
{
	return d->state;
}

const char *ios_hostname(const struct device *d)
{
	const struct ios *ios = d->state;
	const struct conf_node *line =
	    conf_find_words(ios->running, "hostname");

	return line ? line->text + strlen("hostname ") : "Router";
}

void ios_touch(struct cli *cli)
{
	struct ios *ios = ios_of(cli->device);

	ios->changed_ms = device_now_ms(cli->device);
	snprintf(ios->changed_by, sizeof(ios->changed_by), "%s", cli->user);
}

/* --- the command line -------------------------------------------------- */

static void ios_release_lock(struct cli *cli)
{
	if (ios_of(cli->device)->lock_holder == cli)
		ios_of(cli->device)->lock_holder = NULL;
}

static void ios_end(struct cli *cli, const struct grammar_match *m)
{
	ios_release_lock(cli);
	cli_run_end(cli, m);
}

static void ios_exit(struct cli *cli, const struct grammar_match *m)
{
	if (cli->cursor.depth == 0)
		ios_release_lock(cli);
	cli_run_exit_config(cli, m);
}

static void ios_do(struct cli *cli, const struct grammar_match *m)
{
	cli_run_in_view(cli, CLI_PRIV, grammar_rest(m, 1));
}

static void ios_reload_now(struct cli *cli, const char *answer)
{
	if (!answer || (*answer && *answer != 'y'))
		return;
	device_reload(cli->device);
	cli->ep.cut = true;
}

static void ios_reload_save(struct cli *cli, const char *answer)
{
	if (!answer)
		return;
	if (*answer == 'y') {
		ios_save(cli->device);
		cli_printf(cli, "Building configuration...\n[OK]\n");
	}
	cli_ask(cli, false, ios_reload_now, "Proceed with reload? [confirm]");
}

static void ios_reload(struct cli *cli, const struct grammar_match *m)
{
	const struct ios *ios = ios_of(cli->device);

	(void)m;
	if (!conf_equal(ios->running, ios->startup))
		cli_ask(cli, false, ios_reload_save,
		    "\nSystem configuration has been modified. Save? "
		    "[yes/no]: ");
	else
		cli_ask(cli, false, ios_reload_now,
		    "Proceed with reload? [confirm]");
}

#define REPLACE_OPTIONS                                                        \
	"[nolock] [list] [force] [ignorecase] [nolock] "                       \
	"[(revert trigger error [timer <1-120>]|revert trigger timer <1-120>|" \
	"time <1-120>)]"

static const struct cli_command ios_commands[] = {
	{ CLI_EXEC, "enable", cli_run_enable, NULL },
	{ CLI_EXEC, "disable", cli_run_disable, NULL },
	{ CLI_EXEC, "(exit|quit|logout)", cli_run_logout, NULL },
	{ CLI_EXEC, "terminal length <0-512>", cli_run_length, NULL },
	{ CLI_EXEC, "terminal width <0-512>", cli_run_width, NULL },
	{ CLI_EXEC, "terminal [no] monitor", cli_run_nothing, NULL },
	{ CLI_EXEC, "show version", ios_show_version, NULL },
	{ CLI_EXEC, "show inventory", ios_show_inventory, NULL },
	{ CLI_EXEC, "show interfaces [IFNAME]", ios_show_interfaces, NULL },
	{ CLI_EXEC, "show ip interface brief", ios_show_brief, NULL },
	{ CLI_EXEC, "show ip interface", ios_show_ip, NULL },
	{ CLI_EXEC, "show ipv6 interface", cli_run_nothing, NULL },
	{ CLI_EXEC, "show (lldp|cdp)", ios_show_neighbors, NULL },
	{ CLI_EXEC, "show clock", ios_show_clock, NULL },
	{ CLI_EXEC, "show privilege", ios_show_privilege, NULL },
	{ CLI_PRIV, "show running-config [all]", ios_show_running, NULL },
	{ CLI_PRIV, "show running-config interface IFNAME", ios_show_running,
	    NULL },
	{ CLI_PRIV, "show running-config section LINE", ios_show_running,
	    NULL },
	{ CLI_PRIV, "show startup-config", ios_show_startup, NULL },
	{ CLI_PRIV, "show archive", ios_show_archive, NULL },
	{ CLI_PRIV, "show archive config differences [WORD] [WORD]",
	    ios_show_differences, NULL },
	{ CLI_PRIV, "show archive config incremental-diffs WORD [ignorecase]",
	    ios_show_incremental, NULL },
	{ CLI_PRIV, "show archive config rollback timer",
	    ios_show_rollback_timer, NULL },
	{ CLI_PRIV, "archive config", ios_archive_config, NULL },
	{ CLI_PRIV, "configure terminal [lock] [revert timer <1-120>]",
	    ios_configure_terminal, NULL },
	{ CLI_PRIV, "configure terminal revert idle <1-120>",
	    ios_configure_terminal, NULL },
	{ CLI_PRIV, "configure confirm", ios_configure_confirm, NULL },
	{ CLI_PRIV, "configure revert (now|timer <1-120>)",
	    ios_configure_revert, NULL },
	{ CLI_PRIV, "configure replace WORD " REPLACE_OPTIONS,
	    ios_configure_replace, NULL },
	{ CLI_PRIV, "write [memory]", ios_write, NULL },
	{ CLI_PRIV, "copy WORD WORD", ios_copy, NULL },
	{ CLI_PRIV, "dir [WORD]", ios_dir, NULL },
	{ CLI_PRIV, "more WORD", ios_more, NULL },
	{ CLI_PRIV, "delete [/force] WORD", ios_delete, NULL },
	{ CLI_PRIV, "verify /md5 WORD", ios_verify, NULL },
	{ CLI_PRIV, "reload", ios_reload, NULL },
	{ CLI_CONFIG, "do LINE", ios_do, NULL },
	{ CLI_CONFIG, "end", ios_end, NULL },
	{ CLI_CONFIG, "exit", ios_exit, NULL },
	{ CLI_CONFIG, "exit-address-family", cli_run_exit_config, NULL },
};

static void ios_prompt(struct cli *cli, struct buf *out)
{
	const char *name = ios_hostname(cli->device);

	/* In configuration mode the name is cut to leave room for the mode. */
	if (cli->view == CLI_CONFIG)
		buf_printf(
		    out, "%.20s(%s)#", name, ios_mode_prompt(&cli->cursor));
	else
		buf_printf(
		    out, "%s%c", name, cli->view == CLI_USER ? '>' : '#');
}

static void ios_greet(struct cli *cli, struct buf *out)
{
	if (cli->device->login->enable)
		cli->view = CLI_USER;
	cli->device->platform->banner(cli->device, false, out);
	if (cli->device->hostile.fake_prompt)
		buf_printf(out, "%s#\n", ios_hostname(cli->device));
	buf_putc(out, '\n');
}

static void ios_complain(
    struct cli *cli, const char *line, const struct cli_fault *fault)
{
	struct buf prompt = BUF_INIT(256);
	size_t first = strspn(line, " ");

	ios_prompt(cli, &prompt);
	if (fault->result == GRAMMAR_INCOMPLETE) {
		cli_fail(cli, "%% Incomplete command.\n\n");
	} else if (fault->result == GRAMMAR_AMBIGUOUS) {
		cli_fail(cli, "%% Ambiguous command:  \"%s\"\n", line);
	} else if ((cli->view & CLI_EXEC) && fault->column == first &&
		   !strchr(line + first, ' ')) {
		cli_fail(cli, "%% Unknown command or computer name, or unable "
			      "to find computer address\n");
	} else {
		cli_fail(cli,
		    "%*s^\n%% Invalid input detected at '^' marker."
		    "\n\n",
		    (int)(prompt.len + fault->column), "");
	}
	buf_release(&prompt);
}

static void ios_apply(struct cli *cli, const char *line, struct cli_fault *ret)
{
	cli_configure(cli, ios_of(cli->device)->running, line, ret);
	if (ret->result == GRAMMAR_OK && !cli->failed)
		ios_touch(cli);
}

static void ios_removal_answered(struct cli *cli, const char *answer)
{
	struct cli_fault fault = { .result = GRAMMAR_INVALID };

	if (answer && (*answer == '\0' || *answer == 'y'))
		ios_apply(cli, cli->asked, &fault);
}

/* `no username` is the one line that asks. */
static void ios_configure(
    struct cli *cli, const char *line, struct cli_fault *ret)
{
	const char *p = line + strspn(line, " ");
	char name[64] = "";
	char *user;

	if (!cli->block.rule && sscanf(p, "no username %63s", name) == 1) {
		user = mem_printf("username %s", name);
		if (conf_find_words(ios_of(cli->device)->running, user)) {
			mem_replace((char **)&cli->asked, mem_strdup(p));
			cli_ask(cli, false, ios_removal_answered,
			    "This operation will remove all username related "
			    "configurations with same name.Do you want to "
			    "continue? [confirm]");
			ret->result = GRAMMAR_OK;
			free(user);
			return;
		}
		free(user);
	}
	ios_apply(cli, line, ret);
}

static const struct cli_platform ios_cli_platform = {
	.commands = ios_commands,
	.n_commands = sizeof(ios_commands) / sizeof(*ios_commands),
	.lang = &ios_lang,
	.more = " --More-- ",
	.more_erase = "\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b",
	.first_view = CLI_PRIV,
	.prompt = ios_prompt,
	.greet = ios_greet,
	.complain = ios_complain,
	.configure = ios_configure,
	.finish = ios_release_lock,
};

/* --- the device -------------------------------------------------------- */

static void ios_init(struct device *d)
{
	struct ios *ios = mem_zalloc(sizeof(*ios));

	d->state = ios;
	ios->running = ios_first_config(d);
	ios->startup = conf_clone(ios->running);
}

static void ios_release(struct device *d)
{
	struct ios *ios = ios_of(d);

	conf_free(ios->running);
	conf_free(ios->startup);
	conf_free(ios->before_revert);
	free(ios);
}

static void ios_restart(struct device *d)
{
	struct ios *ios = ios_of(d);

	conf_free(ios->before_revert);
	ios->before_revert = NULL;
	ios->lock_holder = NULL;
	ios->changed_ms = 0;
	conf_free(ios->running);
	ios->running = conf_clone(ios->startup);
}

static bool ios_get_config(struct device *d, enum device_config which,
    const char *session, struct buf *out)
{
	const struct ios *ios = ios_of(d);

	(void)session;
	if (which == DEVICE_CANDIDATE)
		return false;
	ios_format_config(
	    which == DEVICE_RUNNING ? ios->running : ios->startup, out);
	return true;
}

static bool ios_set_startup(struct device *d, const char *text)
{
	struct conf_node *config = conf_new();

	if (!conf_load(&ios_lang, config, text, NULL, NULL)) {
		conf_free(config);
		return false;
	}
	conf_free(ios_of(d)->startup);
	ios_of(d)->startup = config;
	return true;
}

static bool ios_complain_edit(void *ctx, const char *line, size_t number,
    const struct conf_result *result)
{
	buf_printf(ctx, "line %zu: %s %s\n", number, line, result->refusal);
	return false;
}

static bool ios_edit(struct device *d, const char *lines, struct buf *complaint)
{
	return conf_load(
	    &ios_lang, ios_of(d)->running, lines, ios_complain_edit, complaint);
}

/* The text between the delimiters. */
static void ios_banner(struct device *d, bool login, struct buf *out)
{
	const struct conf_node *line = conf_find_words(
	    ios_of(d)->running, login ? "banner login" : "banner motd");
	const char *text;
	size_t delimiter;

	if (!line)
		return;
	text = strchr(line->text + strlen("banner "), ' ') + 1;
	delimiter = text_starts_with(text, "^C") ? 2 : 1;
	if (strlen(text) < 2 * delimiter)
		return;
	buf_add(out, text + delimiter, strlen(text) - 2 * delimiter);
	buf_putc(out, '\n');
}

static struct endpoint *ios_open_cli(
    struct device *d, const char *user, const char *exec_command)
{
	return cli_open(d, &ios_cli_platform, user, exec_command);
}

static bool ios_scp(struct device *d)
{
	return conf_find(ios_of(d)->running, "ip scp server enable") != NULL;
}

static bool ios_reachable(struct device *d)
{
	const struct conf_node *mgmt =
	    conf_find(ios_of(d)->running, "interface GigabitEthernet1");

	return mgmt && conf_find_words(mgmt, "ip address") &&
	       !conf_find(mgmt, "shutdown");
}

const struct platform ios_platform = {
	.name = "ios",
	.label = "Cisco IOS-XE: CLI over SSH, SCP",
	.os_version = "17.3.3",
	.init = ios_init,
	.release = ios_release,
	.tick = ios_tick,
	.reload = ios_restart,
	.get_config = ios_get_config,
	.set_startup = ios_set_startup,
	.edit = ios_edit,
	.banner = ios_banner,
	.open_cli = ios_open_cli,
	.reachable = ios_reachable,
	.scp = ios_scp,
};
