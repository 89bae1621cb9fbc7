/*
 * Cisco IOS-XE: CLI with archive, configure replace, revert timers and SCP.
 * Sources: "Configuration Fundamentals Configuration Guide, Cisco IOS XE"
 * (chapters "Configuration Replace and Configuration Rollback" and
 * "Contextual Configuration Diff Utility"), Cisco IOS command reference.
 *
 * Everything with the device locked.
 */
#ifndef SIM_IOS_H
#define SIM_IOS_H

#include "sim/cli.h"
#include "sim/device.h"

#define IOS_ARCHIVES_MAX 10

struct ios {
	struct conf_node *running;
	struct conf_node *startup;
	int64_t changed_ms; /* last change of running, for its header */
	int64_t saved_ms;
	char changed_by[64];
	unsigned next_archive;
	const struct cli *lock_holder; /* `configure terminal lock` */

	struct conf_node *before_revert; /* NULL: no timer runs */
	int64_t revert_ms;		 /* when it fires */
	int64_t revert_set_ms;
	unsigned revert_minutes;
	char revert_user[64];
};

struct ios *ios_of(struct device *d);
const char *ios_hostname(const struct device *d);
/* Running was changed by this session. */
void ios_touch(struct cli *cli);

/* ios_conf.c */
extern const struct conf_lang ios_lang;
struct conf_node *ios_first_config(const struct device *d);
/* Interfaces that exist by themselves and the file does not name. */
void ios_complete_config(struct conf_node *config);
const char *ios_mode_prompt(const struct conf_cursor *cursor);

/* ios_archive.c */
void ios_configure_terminal(struct cli *cli, const struct grammar_match *m);
void ios_configure_confirm(struct cli *cli, const struct grammar_match *m);
void ios_configure_revert(struct cli *cli, const struct grammar_match *m);
void ios_configure_replace(struct cli *cli, const struct grammar_match *m);
void ios_archive_config(struct cli *cli, const struct grammar_match *m);
void ios_show_archive(struct cli *cli, const struct grammar_match *m);
void ios_show_differences(struct cli *cli, const struct grammar_match *m);
void ios_show_incremental(struct cli *cli, const struct grammar_match *m);
void ios_show_rollback_timer(struct cli *cli, const struct grammar_match *m);
void ios_tick(struct device *d, int64_t now_ms);

/* ios_file.c */
/* The text of "flash:x", "system:running-config", …; NULL if there is none. */
char *ios_read_source(struct cli *cli, const char *name);
void ios_save(struct device *d);
void ios_copy(struct cli *cli, const struct grammar_match *m);
void ios_write(struct cli *cli, const struct grammar_match *m);
void ios_dir(struct cli *cli, const struct grammar_match *m);
void ios_more(struct cli *cli, const struct grammar_match *m);
void ios_delete(struct cli *cli, const struct grammar_match *m);
void ios_verify(struct cli *cli, const struct grammar_match *m);

/* ios_show.c */
void ios_format_config(const struct conf_node *config, struct buf *out);
void ios_show_running(struct cli *cli, const struct grammar_match *m);
void ios_show_startup(struct cli *cli, const struct grammar_match *m);
void ios_show_version(struct cli *cli, const struct grammar_match *m);
void ios_show_inventory(struct cli *cli, const struct grammar_match *m);
void ios_show_interfaces(struct cli *cli, const struct grammar_match *m);
void ios_show_brief(struct cli *cli, const struct grammar_match *m);
void ios_show_ip(struct cli *cli, const struct grammar_match *m);
void ios_show_neighbors(struct cli *cli, const struct grammar_match *m);
void ios_show_clock(struct cli *cli, const struct grammar_match *m);
void ios_show_privilege(struct cli *cli, const struct grammar_match *m);

extern const struct platform ios_platform;

#endif
