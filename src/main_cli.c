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
	return rc == ERR_OK && !*ret
		   ? err_set(e, ERR_INVALID, "%s is empty", file)
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
		return CLI_USAGE;
	log_setup("mcp", STDERR_FILENO, LOG_WARNING);
	rc = read_token(file, &text, &o.token, &e);
	if (rc == ERR_OK)
		rc = mcp_stdio_serve(&o, &e);
	if (text.data)
		wipe(text.data, text.cap);
	buf_release(&text);
	return rc == ERR_OK ? 0 : cli_fail(&e);
}

static const struct command {
	const char *name;
	int (*run)(const struct cli *cli, int argc, char **argv);
	const char *summary;
	const char *usage; /* its words; NULL: it tells them itself */
} commands[] = {
	{ "init", cmd_init, "make an instance: the store, the user admin",
	    "[--seed DIRECTORY]" },
	{ "check", cmd_check, "check every record and its references",
	    "[--credentials]   (read what credentials name, too)" },
	{ "fsck", cmd_fsck, "check records, runs and Git's objects", "" },
	{ "run", cmd_run, "start a run of a job; --follow shows its log",
	    NULL },
	{ "import", cmd_import, "take records from a file; --dry-run shows",
	    "KIND FILE [--format csv|json|oxidized|netbox] [--dry-run]\n"
	    "         [--area AREA] [--status STATUS] [--create-missing] "
	    "[--move]\n"
	    "  KIND: devices, areas, roles, platforms, vlans, …; the format is "
	    "told by the\n  file's ending if it is not given" },
	{ "export", cmd_export, "print records as JSON or CSV",
	    "KIND [--format csv|json]" },
	{ "token", cmd_token, "create, list and revoke API tokens",
	    "create --name NAME --role ROLE [--expires TIME] | token list | "
	    "token revoke NAME" },
	{ "user", cmd_user, "create users, set passwords",
	    "create NAME --role ROLE | user password NAME   "
	    "(the password is read from standard input)" },
	{ "hostkey", cmd_hostkey, "pin a device's host keys",
	    "add DEVICE KEYFILE.pub…\n       hostkey import FILE.json" },
	{ "ironic", cmd_ironic, "name the Ironic that is asked for servers",
	    "[FIELD=VALUE]…" },
	{ "mcp", mcp, "serve an assistant over standard input and output",
	    "[--token-file FILE | --role ROLE]" },
	{ "render", render, "render a template with data, without a portal",
	    NULL },
};

static void print_usage(FILE *to, const struct command *c)
{
	fprintf(to, "usage: switchyard [--dir DIR] %s%s%s\n", c->name,
	    *c->usage ? " " : "", c->usage);
}

static int help(void)
{
	printf("usage: switchyard [--dir DIR] COMMAND …\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	printf("\nCOMMAND --help tells its words. --dir names the instance's "
	       "directory\n(default: $SWITCHYARD_DIR, else var)\n");
	return 0;
}

static int run_command(
    const struct command *c, const struct cli *cli, int argc, char **argv)
{
	int status;

	if (c->usage && argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout, c);
		return 0;
	}
	status = c->run(cli, argc, argv);
	if (c->usage && status == CLI_USAGE)
		print_usage(stderr, c);
	return status;
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
	if (strcmp(argv[1], "--version") == 0)
		return puts("switchyard " SWITCHYARD_VERSION) < 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return run_command(
			    &commands[i], &cli, argc - 1, argv + 1);
	}
	fprintf(stderr, "switchyard: there is no command \"%s\"; try help\n",
	    argv[1]);
	return CLI_USAGE;
}
