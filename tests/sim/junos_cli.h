/*
 * What the files of Junos's command line share.  Everything with the device
 * locked; a session's state goes with its struct cli.
 */
#ifndef SIM_JUNOS_CLI_H
#define SIM_JUNOS_CLI_H

#include "sim/junos.h"

struct junos_cli {
	struct junos_session session;
	char edit[1024]; /* path of `edit`, "" at the top */
	bool exclusive;
	struct buf loaded; /* text typed after `load … terminal` */
	enum junos_action action;
};

/* --- junos_cli.c ---------------------------------------------------------- */

struct junos_cli *junos_cli_of(struct cli *cli);
struct jnode *junos_cli_config(struct cli *cli);
/* The section of `edit`; made if it is not there. */
struct jnode *junos_cli_base(struct cli *cli);
void junos_put_error(struct cli *cli, const char *refusal);
/* Out of configuration mode. */
void junos_leave(struct cli *cli);

/* --- junos_cli_change.c: commands ----------------------------------------- */

void junos_set_line(struct cli *cli, const struct grammar_match *m);
void junos_cli_rollback(struct cli *cli, const struct grammar_match *m);
void junos_load_begin(struct cli *cli, const struct grammar_match *m);
void junos_load_file(struct cli *cli, const struct grammar_match *m);
void junos_commit_check(struct cli *cli, const struct grammar_match *m);
void junos_cli_commit(struct cli *cli, const struct grammar_match *m);

/* --- junos_cli_show.c: commands ------------------------------------------- */

void junos_show_configuration(struct cli *cli, const struct grammar_match *m);
void junos_show_candidate(struct cli *cli, const struct grammar_match *m);
void junos_show_compare(struct cli *cli, const struct grammar_match *m);

#endif
