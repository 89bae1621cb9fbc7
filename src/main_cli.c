/*
 * switchyard: the operator's command line.
 */
#include "cli/cli.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/log.h"
#include "base/share.h"
#include "cli/render.h"
#include "web/mcp/stdio.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int render(const struct cli *cli, int argc, char **argv)
{
	(void)cli;
	return cmd_render(argc, argv);
}

/* The token in a file or in SWITCHYARD_TOKEN: never in an argument, which
 * everybody may read.  *ret NULL: none is given. */
static enum err_code read_token(
    const char *file, struct buf *text, const char **ret, struct err *e)
{
	const char *from_env = getenv("SWITCHYARD_TOKEN");
	enum err_code rc;

	*ret = NULL;
	if (!file) {
		if (from_env && *from_env)
			*ret = from_env;
		return ERR_OK;
	}
	rc = file_read(file, text, e);
	if (rc == ERR_OK && text->len) {
		text->data[strcspn(text->data, " \r\n")] = '\0';
		*ret = text->data;
	}
	return rc == ERR_OK && !*ret ? err_set(e, ERR_INVALID, "%s is empty",
					   file)
				     : rc;
}

static int mcp(const struct cli *cli, int argc, char **argv)
{
	bool ok = true;
	const char *file = cli_option(&argc, argv, "--token-file", &ok);
	const char *role = cli_option(&argc, argv, "--role", &ok);
	struct mcp_stdio_options o = { .dir = cli->dir,
		.login = cli->actor.name,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO };
	struct buf text = BUF_INIT(4096);
	struct err e = ERR_INIT;
	enum err_code rc;

	if (!ok || argc != 1 || (role && !access_role_parse(role, &o.role)))
		return cli_usage("mcp [--token-file FILE | --role ROLE]");
	log_setup("mcp", STDERR_FILENO, LOG_WARNING);
	rc = read_token(file, &text, &o.token, &e);
	if (rc == ERR_OK)
		rc = mcp_stdio_serve(&o, &e);
	if (text.data)
		wipe(text.data, text.cap);
	buf_release(&text);
	return rc == ERR_OK ? 0 : cli_fail(&e);
}

static const struct {
	const char *name;
	int (*run)(const struct cli *cli, int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "init", cmd_init, "make an instance: the store, the user admin" },
	{ "check", cmd_check, "check every record and its references" },
	{ "fsck", cmd_fsck, "check records, runs and Git's objects" },
	{ "run", cmd_run, "start a run of a job; --follow shows its log" },
	{ "import", cmd_import, "take records from a file; --dry-run shows" },
	{ "export", cmd_export, "print records as JSON or CSV" },
	{ "token", cmd_token, "create, list and revoke API tokens" },
	{ "user", cmd_user, "create users, set passwords" },
	{ "hostkey", cmd_hostkey, "pin a device's host keys" },
	{ "ironic", cmd_ironic, "name the Ironic that is asked for servers" },
	{ "mcp", mcp, "serve an assistant over standard input and output" },
	{ "render", render, "render a template with data, without a portal" },
};

static int help(void)
{
	printf("usage: switchyard [--dir DIR] COMMAND …\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	printf("\n--dir names the instance's directory (default: "
	       "$SWITCHYARD_DIR, else var)\n");
	return 0;
}

static const char *login_name(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw = getpwuid(getuid());

	if (sudo && *sudo && getuid() == 0)
		return sudo;
	return pw ? pw->pw_name : "cli";
}

int main(int argc, char **argv)
{
	const char *dir = getenv("SWITCHYARD_DIR");
	struct cli cli = {
		.dir = dir && *dir ? dir : "var",
		.share = share_dir(SWITCHYARD_SOURCE),
		.actor = { login_name(), ROLE_ADMIN, TRIGGER_CLI },
	};
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	umask(077);
	signal(SIGXFSZ, SIG_IGN); /* as store.h asks: an error, not an end */
	if (argc > 2 && strcmp(argv[1], "--dir") == 0) {
		cli.dir = argv[2];
		argc -= 2;
		argv += 2;
	}
	if (argc < 2 || strcmp(argv[1], "help") == 0 ||
	    strcmp(argv[1], "--help") == 0)
		return argc < 2 ? help(), CLI_USAGE : help();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(&cli, argc - 1, argv + 1);
	}
	fprintf(stderr, "switchyard: there is no command \"%s\"; try help\n",
	    argv[1]);
	return CLI_USAGE;
}
