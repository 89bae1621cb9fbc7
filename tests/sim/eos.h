/*
 * Arista EOS: configuration sessions with commit timers, checkpoints, CLI and
 * eAPI.  Sources: "EOS User Manual" (sections "Configure Session",
 * "Command-Line Interface"), "Arista Command API Programmer's Guide".
 *
 * Everything with the device locked.
 */
#ifndef SIM_EOS_H
#define SIM_EOS_H

#include "sim/cli.h"
#include "sim/device.h"

#define EOS_PENDING_MAX 5
#define EOS_COMPLETED_MAX 1

enum eos_session_state {
	EOS_PENDING,
	EOS_COMPLETED,
	EOS_ABORTED,
	EOS_PENDING_COMMIT_TIMER,
};

struct eos_session {
	struct eos_session *next;
	char *name;
	char user[64];
	char tty[16];
	enum eos_session_state state;
	struct conf_node *candidate; /* NULL once it is over */
	int64_t ended_ms;
};

struct eos_checkpoint {
	struct eos_checkpoint *next;
	char *name;
	char user[64];
	int64_t made_ms;
	struct conf_node *config;
};

struct eos {
	struct conf_node *running;
	struct conf_node *startup;
	struct eos_session *sessions;
	struct eos_checkpoint *checkpoints;
	struct conf_node *before_timer; /* NULL: no timer runs */
	char *timer_session;
	int64_t timer_ms; /* when it fires */
	unsigned next_session;
};

/* Of a CLI session. */
struct eos_cli {
	char session[80]; /* of the configuration session, "" if none */
};

struct eos *eos_of(struct device *d);
struct eos_cli *eos_cli_of(struct cli *cli);
const char *eos_hostname(const struct device *d);

/* eos_conf.c */
extern const struct conf_lang eos_lang;
struct conf_node *eos_clean_config(void);
struct conf_node *eos_first_config(const struct device *d);
/* "if-Et1" for the mode and section the cursor stands in. */
void eos_format_mode(const struct conf_cursor *cursor, struct buf *out);

/* eos_session.c: every one is a command of the same name. */
void eos_configure_session(struct cli *cli, const struct grammar_match *m);
void eos_session_commit_named(struct cli *cli, const struct grammar_match *m);
void eos_session_abort_named(struct cli *cli, const struct grammar_match *m);
void eos_session_commit(struct cli *cli, const struct grammar_match *m);
void eos_session_abort(struct cli *cli, const struct grammar_match *m);
void eos_session_clean(struct cli *cli, const struct grammar_match *m);
void eos_show_sessions(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_sessions(struct cli *cli, const struct grammar_match *m);
void eos_show_session_config(struct cli *cli, const struct grammar_match *m);
void eos_show_session_diffs(struct cli *cli, const struct grammar_match *m);
struct eos_session *eos_session_find(struct eos *eos, const char *name);
struct conf_node *eos_edited(struct cli *cli);
void eos_timer_fire(struct device *d, int64_t now_ms);
void eos_forget_sessions(struct eos *eos);
void eos_replace_running(struct device *d, struct conf_node *config);

/* eos_file.c */
void eos_copy(struct cli *cli, const struct grammar_match *m);
void eos_write(struct cli *cli, const struct grammar_match *m);
void eos_dir(struct cli *cli, const struct grammar_match *m);
void eos_more(struct cli *cli, const struct grammar_match *m);
void eos_delete(struct cli *cli, const struct grammar_match *m);
void eos_configure_replace(struct cli *cli, const struct grammar_match *m);
void eos_checkpoint_save(struct cli *cli, const struct grammar_match *m);
void eos_checkpoint_restore(struct cli *cli, const struct grammar_match *m);
void eos_session_rollback(struct cli *cli, const struct grammar_match *m);
void eos_show_checkpoints(struct cli *cli, const struct grammar_match *m);
void eos_forget_checkpoints(struct eos *eos);

/* eos_show.c */
void eos_format_config(const struct device *d, const char *command,
    const struct conf_node *config, struct buf *out);
void eos_show_config(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_config(struct cli *cli, const struct grammar_match *m);
void eos_show_version(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_version(struct cli *cli, const struct grammar_match *m);
void eos_show_hostname(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_hostname(struct cli *cli, const struct grammar_match *m);
void eos_show_inventory(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_inventory(struct cli *cli, const struct grammar_match *m);
void eos_show_interfaces(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_interfaces(struct cli *cli, const struct grammar_match *m);
void eos_show_status(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_status(struct cli *cli, const struct grammar_match *m);
void eos_show_clock(struct cli *cli, const struct grammar_match *m);
void eos_show_privilege(struct cli *cli, const struct grammar_match *m);
json_t *eos_model_lldp(struct cli *cli, const struct grammar_match *m);
void eos_show_lldp(struct cli *cli, const struct grammar_match *m);

/* eos_api.c */
unsigned eos_api_post(
    struct device *d, const struct http_post *post, struct buf *out);

/* eos.c */
extern const struct cli_platform eos_cli_platform;
extern const struct platform eos_platform;

#endif
