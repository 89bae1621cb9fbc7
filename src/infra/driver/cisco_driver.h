/*
 * What the drivers ios and nxos are made of: slots of struct driver that both
 * have, over a constant description of the platform.  Both go one way: stage
 * against a running configuration that was read now, change under the device's
 * own timer, confirm over another connection, and make sure of the old
 * configuration if anything fails.
 *
 * Ownership: cisco_close() frees a session with its stage; target and hooks are
 * borrowed.  One thread.  Errors as app/port/driver.h.
 */
#ifndef INFRA_DRIVER_CISCO_DRIVER_H
#define INFRA_DRIVER_CISCO_DRIVER_H

#include "domain/config_dialect.h"
#include "infra/driver/cisco.h"
#include "infra/driver/cisco_timer.h"
#include "infra/driver/section_plan.h"

/* A device works at a whole configuration for minutes. */
#define CISCO_REPLACE_MS 600000

struct cisco_platform {
	const char *label; /* "Cisco IOS", for messages */
	const char *mark;  /* in the answer to `show version` */
	const struct cli_transport *transports;
	const struct config_dialect *dialect;
	const char *const *quiet; /* for a shell, against paging; NULL ends */
	const char *unnamed;	  /* its name without a `hostname` line */
	/* Lines (fnmatch) of an answer that refuse the command; NULL ends. */
	const char *const *refusals;

	/* Lines (fnmatch) before a configuration that change with every
	 * reading, or with who reads; NULL ends. */
	const char *const *heading;
	/* Is what was read whole?  ERR_CORRUPT by cisco_not_whole(). */
	enum err_code (*check_whole)(const struct cisco_session *s,
	    const struct buf *text, struct err *e) must_check;
	const char *no_startup; /* said where there is none */
	const char *interfaces_command;
	/* Out of `show version`; hostname, too. */
	void (*read_version)(const struct cisco_session *s, const char *text,
	    struct arena *arena, struct driver_facts *to);

	/* Fills in s->stage beyond its snapshot. */
	enum err_code (*stage)(struct driver_session *s,
	    const struct driver_candidate *candidate, struct deadline deadline,
	    struct err *e) must_check;
	enum err_code (*read_timer)(struct cisco_session *s,
	    struct deadline deadline, struct cisco_timer *ret,
	    struct err *e) must_check;
	const char *confirm_command;
	const char *confirm_verb; /* what a person does with a change there */

	/* The device's own ways back, if there is one; *did is set before it
	 * is gone. */
	enum err_code (*revert)(struct driver_session *s, const char *snapshot,
	    struct deadline deadline, bool *did, struct err *e) must_check;
	int undo_ms; /* for going back, beside what the run gives */

	/* The command for a file's MD5 stands around its name. */
	const char *md5_command;
	const char *md5_tail;
	const char *scp_hint; /* the line that allows files */
	const char *file_end; /* the last line of a file; NULL: none */
	/* Where a snapshot is put, and the command that puts it in force. */
	const char *snapshot_file;
	const char *replace_command;
};

struct cisco_stage {
	enum driver_load load;
	const char *snapshot;	  /* running, before */
	struct section_plan plan; /* where lines are compared here */
	const char *wanted; /* the whole configuration it leads to; NULL: the
			       plan's */
	const char *diff;   /* where the device compares: what it says */
	size_t added;
	size_t removed;
	bool empty;	 /* the device, or we, find nothing to change */
	struct buf file; /* as it lies on the device; may be empty */
};

struct driver_session {
	struct cisco_session cisco;
	struct arena *stage_arena;
	struct cisco_stage *stage; /* NULL: none */
	bool checkpoint;	   /* the device keeps the snapshot by itself */
};

/* --- cisco_driver.c: opening and reading -------------------------------- */

/* NULL when out of memory, which cisco_open() tells. */
struct driver_session *cisco_session_new(const struct cisco_platform *platform,
    const struct driver_target *target, const struct driver_hooks *hooks);
enum err_code cisco_open(struct driver_session *s, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal,
    struct err *e) must_check;
void cisco_close(struct driver_session *s);

/* On ERR_CORRUPT `out` holds what came. */
enum err_code cisco_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e) must_check;
/* Reads running and compares it with a text. */
enum err_code cisco_is_running(struct driver_session *s, const char *text,
    struct deadline deadline, bool *ret, struct err *e) must_check;
enum err_code cisco_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e) must_check;
enum err_code cisco_read_output(struct driver_session *s, const char *command,
    struct deadline deadline, struct arena *arena, struct driver_config *ret,
    struct err *e) must_check;
enum err_code cisco_get_facts(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_facts *ret,
    struct err *e) must_check;

/* --- cisco_stage.c ------------------------------------------------------- */

enum err_code cisco_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e) must_check;
enum err_code cisco_discard(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;
void cisco_drop_stage(struct driver_session *s);
/* Writes stage->wanted as a file, and sends it there. */
enum err_code cisco_send_candidate(struct driver_session *s, const char *path,
    struct deadline deadline, struct err *e) must_check;

/* --- cisco_pending.c: the timer ------------------------------------------ */

bool cisco_is_ours(
    const struct cisco_session *s, const struct cisco_timer *timer);
enum err_code cisco_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e) must_check;
enum err_code cisco_confirm(struct driver_session *s, struct deadline deadline,
    struct err *e) must_check;
/* ERR_CONFLICT: a change waits there for its confirmation. */
enum err_code cisco_refuse_pending(struct driver_session *s,
    struct deadline deadline, struct err *e) must_check;
/* "a change by … waits there", for a way back that is not ours to go. */
enum err_code cisco_not_ours(const struct cisco_timer *timer, struct err *e);

/* --- cisco_restore.c: what is there after a change, and the way back ----- */

enum err_code cisco_classify(struct driver_session *s, const char *snapshot,
    const char *predicted, struct deadline deadline, enum driver_found *ret,
    struct err *e) must_check;
enum err_code cisco_restore(struct driver_session *s, const char *snapshot,
    struct deadline deadline, struct arena *arena, struct driver_report *report,
    struct err *e) must_check;
/* A command whose answer counts for nothing, since running is read after it; it
 * may give the device the name of `config`. */
enum err_code cisco_run_blind(struct cisco_session *s, const char *command,
    const char *config, struct deadline deadline, struct err *e) must_check;

/* --- for commit() --------------------------------------------------------- */

/* ERR_CONFLICT: running is not the stage's snapshot any more. */
enum err_code cisco_check_unchanged(struct driver_session *s,
    struct deadline deadline, struct err *e) must_check;
/* The session is lost, or an answer does not tell: ERR_UNKNOWN_OUTCOME. */
enum err_code cisco_lost(struct driver_session *s, struct driver_report *report,
    const struct err *why, struct err *e) must_check;
/* The change failed: goes back and makes sure.  why's code, or
 * ERR_UNKNOWN_OUTCOME. */
enum err_code cisco_undo(struct driver_session *s,
    const struct driver_commit *how, struct driver_report *report,
    const struct err *why, struct err *e) must_check;
/* The beginning of an answer as the error's detail, its secrets hidden. */
void cisco_detail(
    const struct cisco_session *s, const char *answer, struct err *e);

#endif
