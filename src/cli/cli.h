/*
 * The operator's command line: one function a subcommand, found through the
 * table in main_cli.c.
 *
 * A command gets its own arguments (argv[0] is its name), prints results to
 * stdout and one sentence for an error to stderr.  Exit status: 0 done, 1 it
 * failed, 2 the words were wrong: main_cli.c then says how it is called.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "app/app.h"

#define CLI_USAGE 2

struct cli {
	const char *dir;    /* --dir */
	const char *share;  /* where git-store/ is */
	struct actor actor; /* who runs it: the login name, role admin */
};

int cmd_init(const struct cli *cli, int argc, char **argv);
int cmd_check(const struct cli *cli, int argc, char **argv);
int cmd_fsck(const struct cli *cli, int argc, char **argv);
int cmd_run(const struct cli *cli, int argc, char **argv);
int cmd_token(const struct cli *cli, int argc, char **argv);
int cmd_user(const struct cli *cli, int argc, char **argv);
int cmd_ironic(const struct cli *cli, int argc, char **argv);
int cmd_import(const struct cli *cli, int argc, char **argv);
int cmd_export(const struct cli *cli, int argc, char **argv);
int cmd_hostkey(const struct cli *cli, int argc, char **argv);

/* Prints "switchyard: message" and answers 1. */
int cli_fail(const struct err *e);

/* The value after "--name", or NULL; both words are taken out of argv.  *ok
 * becomes false if the value is missing. */
const char *cli_option(int *argc, char **argv, const char *name, bool *ok);
/* Is the word "--name" there?  It is taken out. */
bool cli_flag(int *argc, char **argv, const char *name);

#endif
