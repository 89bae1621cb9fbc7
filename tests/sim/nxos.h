/*
 * Cisco NX-OS: checkpoints, rollback, configure replace with commit-timeout,
 * CLI and NX-API.  Sources: "Cisco Nexus 9000 Series NX-OS System Management
 * Configuration Guide" (chapters "Configuring Rollback" and "Performing
 * Configuration Replace"), "NX-API REST SDK / NX-API CLI" guides.
 *
 * Everything with the device locked.
 */
#ifndef SIM_NXOS_H
#define SIM_NXOS_H

#include "sim/cli.h"
#include "sim/device.h"

#define NXOS_CHECKPOINTS_MAX 10

struct nxos_checkpoint {
	struct nxos_checkpoint *next;
	char name[80];
	char user[64];
	int64_t made_ms;
	struct conf_node *config;
};

struct nxos {
	struct conf_node *running;
	struct conf_node *startup;
	struct nxos_checkpoint *checkpoints;
	struct conf_node *before_commit; /* NULL: no timer runs */
	int64_t commit_ms;		 /* when it fires */
	char log[256];			 /* `show config-replace log exec` */
	char replacer[64];		 /* who replaced last; "": nobody */
	char *chunk;			 /* what NX-API has still to send */
	unsigned chunk_id;
};

struct nxos *nxos_of(struct device *d);
const char *nxos_hostname(const struct device *d);

/* nxos_conf.c */
extern const struct conf_lang nxos_lang;
struct conf_node *nxos_first_config(const struct device *d);
void nxos_complete_config(struct conf_node *config);
/* Drops what belongs to features that are off. */
void nxos_prune(struct conf_node *config);
const char *nxos_mode_prompt(const struct conf_cursor *cursor);

/* nxos_checkpoint.c */
void nxos_checkpoint(struct cli *cli, const struct grammar_match *m);
void nxos_no_checkpoint(struct cli *cli, const struct grammar_match *m);
void nxos_show_checkpoints(struct cli *cli, const struct grammar_match *m);
void nxos_show_patch(struct cli *cli, const struct grammar_match *m);
void nxos_rollback(struct cli *cli, const struct grammar_match *m);
void nxos_configure_replace(struct cli *cli, const struct grammar_match *m);
void nxos_configure_commit(struct cli *cli, const struct grammar_match *m);
void nxos_show_replace_status(struct cli *cli, const struct grammar_match *m);
void nxos_show_replace_log(struct cli *cli, const struct grammar_match *m);
void nxos_tick(struct device *d, int64_t now_ms);
void nxos_forget_checkpoints(struct nxos *nxos);

/* nxos_file.c */
char *nxos_read_source(struct cli *cli, const char *name);
void nxos_save(struct device *d);
void nxos_copy(struct cli *cli, const struct grammar_match *m);
void nxos_dir(struct cli *cli, const struct grammar_match *m);
void nxos_delete(struct cli *cli, const struct grammar_match *m);
void nxos_show_file(struct cli *cli, const struct grammar_match *m);

/* nxos_show.c */
void nxos_format_config(struct device *d, const char *command,
    const struct conf_node *config, struct buf *out);
void nxos_show_config(struct cli *cli, const struct grammar_match *m);
void nxos_show_version(struct cli *cli, const struct grammar_match *m);
json_t *nxos_model_version(struct cli *cli, const struct grammar_match *m);
void nxos_show_inventory(struct cli *cli, const struct grammar_match *m);
json_t *nxos_model_inventory(struct cli *cli, const struct grammar_match *m);
void nxos_show_interface(struct cli *cli, const struct grammar_match *m);
json_t *nxos_model_interface(struct cli *cli, const struct grammar_match *m);
void nxos_show_brief(struct cli *cli, const struct grammar_match *m);
void nxos_show_hostname(struct cli *cli, const struct grammar_match *m);
json_t *nxos_model_hostname(struct cli *cli, const struct grammar_match *m);
void nxos_show_clock(struct cli *cli, const struct grammar_match *m);
void nxos_show_privilege(struct cli *cli, const struct grammar_match *m);

/* nxos_api.c */
unsigned nxos_api_post(
    struct device *d, const struct http_post *post, struct buf *out);

/* nxos_rpc.c: request NULL: it was no JSON. */
json_t *nxos_rpc(struct device *d, const char *user, json_t *request,
    unsigned *ret_status);

/* nxos.c */
extern const struct cli_platform nxos_cli_platform;
extern const struct platform nxos_platform;

#endif
