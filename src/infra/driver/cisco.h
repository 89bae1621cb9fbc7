/*
 * What the command lines of Cisco IOS and NX-OS have in common: signing in,
 * the privileged mode, quiet output, commands that must be taken, whole
 * configurations, files.
 *
 * Ownership: cisco_stop() frees what cisco_start() opened; target, hooks and
 * platform are borrowed.  One thread.
 */
#ifndef INFRA_DRIVER_CISCO_H
#define INFRA_DRIVER_CISCO_H

#include "app/port/driver.h"
#include "base/buf.h"
#include "infra/driver/cli_channel.h"

#define CISCO_CONFIG_MAX ((size_t)4 * 1024 * 1024)
#define CISCO_ANSWER_MAX ((size_t)64 * 1024)
#define CISCO_ARENA_MAX ((size_t)256 * 1024 * 1024)

struct cisco_platform; /* cisco_driver.h */

struct cisco_session {
	const struct cisco_platform *platform;
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	struct cli_channel *channel;
	struct ssh_shell *shell; /* the channel's; NULL over an API */
};

/* As driver.open; on failure cisco_stop() is still to be called. */
enum err_code cisco_start(struct cisco_session *s, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e) must_check;
void cisco_stop(struct cisco_session *s);

const char *cisco_peer(const struct cisco_session *s); /* for messages */
/* From now on hooks->cancelled is not asked any more. */
void cisco_forbid_cancel(struct cisco_session *s);

/* Bytes of the message without a full stop, to go on with the sentence. */
int cisco_bare(const struct err *e);

/* Asks hooks.before_effect and then, once more, hooks.cancelled. */
enum err_code cisco_ask_effect(struct cisco_session *s,
    const struct driver_plan *plan, struct err *e) must_check;

/* --- Commands ---------------------------------------------------------- */

/* Appends the answer to a command of the privileged mode. */
enum err_code cisco_run(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
/* The same for one that takes its time: only the caller's counts. */
enum err_code cisco_run_long(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
/* The same for one that changes the device: it is sent once, and not
 * cancelled.  An error with *ret_sent leaves open what it did. */
enum err_code cisco_run_effect(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, bool *ret_sent,
    struct err *e) must_check;
/* For commands that must be taken; ERR_REMOTE tells what the device said. */
enum err_code cisco_command(struct cisco_session *s, const char *command,
    struct deadline deadline, struct err *e) must_check;
/* The same for one that changes what is in force: it is sent once. */
enum err_code cisco_command_once(struct cisco_session *s, const char *command,
    struct deadline deadline, struct err *e) must_check;
/* The first line of the answer that refuses, or NULL. */
const char *cisco_refusal(
    const struct cisco_platform *platform, const char *answer, size_t *ret_len);
/* The next command may give the device the name of this configuration. */
void cisco_expect_name_of(struct cisco_session *s, const char *config);

/* --- Configurations ---------------------------------------------------- */

/* Appends the answer and checks that it is text; whether it is whole is for
 * the platform to say, with cisco_not_whole(). */
enum err_code cisco_read_text(struct cisco_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
enum err_code cisco_not_whole(const struct cisco_session *s,
    const struct buf *text, const char *lacks, struct err *e);
/* Cuts leading lines that match none but these (fnmatch), and trailing blank
 * lines. */
void cisco_trim(struct buf *text, const char *const *heading);
bool cisco_same(const struct cisco_session *s, const char *a, const char *b);

/* --- Files ------------------------------------------------------------- */

/* A candidate or snapshot as the device reads it from a file: its own banner
 * delimiters, no heading, `version` from running if it has none, and `last`
 * at the end ("end", or NULL). */
enum err_code cisco_write_file(const struct cisco_session *s, const char *text,
    const char *running, const char *last, struct buf *out,
    struct err *e) must_check;
/* Copies it to the device and compares digests. */
enum err_code cisco_send_file(struct cisco_session *s, const char *path,
    const struct buf *data, struct deadline deadline, struct err *e) must_check;
/* Is what is there still what was sent? */
enum err_code cisco_check_file(struct cisco_session *s, const char *path,
    const struct buf *data, struct deadline deadline, struct err *e) must_check;

#endif
