/*
 * What the files of the eos driver share.
 */
#ifndef INFRA_DRIVER_EOS_INTERNAL_H
#define INFRA_DRIVER_EOS_INTERNAL_H

#include "infra/driver/cli_channel.h"
#include "infra/driver/eos.h"

#define EOS_CONFIG_MAX ((size_t)4 * 1024 * 1024)
#define EOS_ANSWER_MAX ((size_t)64 * 1024)

/* Configuration sessions of ours: their names begin so. */
#define EOS_SESSION_PREFIX "sy-"
#define EOS_SESSION_NAME 24

struct driver_session {
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	struct cli_channel *channel;
	/* The stage on the device, an open configuration session; "": none. */
	char staged[EOS_SESSION_NAME];
	size_t staged_lines;
};

const char *eos_peer(const struct driver_session *s); /* for messages */

/* Appends the answer.  eos_command() is for commands that must be taken: an
 * answer with an error mark is ERR_REMOTE, with the answer as detail. */
enum err_code eos_run(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
enum err_code eos_command(struct driver_session *s, const char *command,
    struct deadline deadline, struct err *e) must_check;
/* The same for one that changes what is in force: it is sent once. */
enum err_code eos_command_once(struct driver_session *s, const char *command,
    struct deadline deadline, struct err *e) must_check;
/* The first line of an answer that refuses, or NULL. */
const char *eos_refusal(const char *answer, size_t *ret_len);

enum err_code eos_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
/* The next command may give the device the name of this configuration. */
void eos_expect_name_of(struct driver_session *s, const char *config);
/* As the device stores it: the same lines but for comments and blanks. */
bool eos_same_text(const char *a, const char *b);

/* eos_pending.c: what `show configuration sessions` tells. */
struct eos_sessions {
	bool timed;		     /* one waits for its confirmation */
	bool foreign;		     /* one is open or waits, and is not ours */
	char ours[EOS_SESSION_NAME]; /* that waits; "" if none */
	char stale[EOS_SESSION_NAME]; /* open and not committed; "" if none */
	char who[100];		      /* of the foreign one: name and user */
};
enum err_code eos_list_sessions(struct driver_session *s,
    struct deadline deadline, struct eos_sessions *ret,
    struct err *e) must_check;

/* eos_script.c: the candidate's lines, as they are to be typed.  ERR_INVALID
 * names the one that must not be sent. */
enum err_code eos_script_make(
    const char *text, struct cli_script *script, struct err *e) must_check;

/* eos_facts.c */
enum err_code eos_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e) must_check;

/* eos_stage.c */
enum err_code eos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
enum err_code eos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e) must_check;
enum err_code eos_discard(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;
/* Reads what the stage leads to. */
enum err_code eos_read_staged(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e) must_check;

/* eos_commit.c */
enum err_code eos_commit(struct driver_session *s,
    const struct driver_commit *how, struct arena *arena,
    struct driver_report *report, struct err *e) must_check;
enum err_code eos_confirm(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;
enum err_code eos_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e) must_check;
enum err_code eos_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e) must_check;

#endif
