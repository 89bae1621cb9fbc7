/*
 * Runs over many devices with a session for each (JOB_FLEET).
 *
 * One document holds a row for each device that was chosen.  A device that is
 * being worked on is a member: a struct live_run of its own, which goes through
 * the same phases, journal and settling as a run of one device, and differs in
 * three things: it logs to its run's log, its files lie in its run's directory,
 * and how it ended becomes a row.
 *
 *   live/<id>/run.json       the document, for people; it may lag behind
 *   live/<id>/rows.jsonl     the rows that have ended, a line each, as they do;
 *                            after a crash this holds, and run.json does not
 *   live/<id>/at/<device>/   a member: run.json, plan.json, backups, difference
 *
 * A row ends once: when what its member did is recorded, the line is written,
 * and then the member's files are removed.
 */
#ifndef WORKER_FLEET_H
#define WORKER_FLEET_H

#include "domain/waves.h"
#include "worker/worker_internal.h"

enum fleet_place {
	FLEET_WAITS,
	FLEET_IN_HAND, /* has a member */
	FLEET_ENDED,
};

struct fleet_row {
	json_t *told; /* its entry in the document; borrowed */
	enum fleet_place place;
	int attempts; /* sessions that failed */
	int64_t not_before_ms;
};

struct fleet {
	struct fleet_row *rows; /* sorted by name */
	size_t n;
	size_t first; /* none before it waits */
	size_t n_ended;
	size_t n_in_hand;
	size_t n_failed;       /* of those that ended: not as they should */
	const struct job *job; /* of the members */
	bool may_change;       /* they may change their devices */
	bool in_waves;	       /* they are begun in waves */
	struct waves waves;
	size_t allowed;	     /* rows that may have been begun */
	size_t n_left_alone; /* of those that ended */
	bool cancelled;	     /* no further row is begun: someone said so */
	bool stopped;	     /* the same: too many failed */
	int rows_fd;
	bool shown;	  /* the document is as the rows are */
	int64_t shown_ms; /* when it was last written */
	int64_t since_ms; /* the longest that a member waits to be recorded; 0:
			     none does */
	bool begun;	  /* branch runs has the document */
};

/* --- fleet.c, fleet_dispatch.c ----------------------------------------- */

/* All rows that wait end, not begun. */
void fleet_leave_waiting(struct live_run *run, const char *why);
/* Opens the next wave of a run that changes devices, or stops it. */
void fleet_tend_waves(struct worker *w, struct live_run *run);

/* --- fleet_rows.c ------------------------------------------------------ */

/* Takes over the rows of the document, all waiting, and opens rows.jsonl. */
enum err_code fleet_rows_open(
    struct worker *w, struct live_run *run, struct err *e) must_check;
/* A row for each device that is chosen. */
enum err_code fleet_rows_choose(
    struct worker *w, struct live_run *run, struct err *e) must_check;
const char *fleet_row_name(const struct fleet *f, size_t row);
/* False: there is no such row. */
bool fleet_rows_find(const struct fleet *f, const char *name, size_t *ret);
/* The row is no more than told: its member, if it has one, goes on. */
void fleet_row_tell(
    struct fleet *f, size_t row, enum run_state state, const char *text);
/* Ends a row: durable against the end of this process when it answers ERR_OK.
 * from: what the member tells of its device; NULL: there was none. */
enum err_code fleet_row_end(struct live_run *run, size_t row,
    const json_t *from, struct err *e) must_check;
/* Ends a row that has no member. */
void fleet_row_leave(struct live_run *run, size_t row, enum run_state state,
    const char *text, bool left_alone);

/* --- fleet_members.c --------------------------------------------------- */

/* A member for a waiting row, with its directory. */
enum err_code fleet_member_new(struct worker *w, struct live_run *run,
    size_t row, struct live_run **ret, struct err *e) must_check;
/* What lies in live/<id>/at: goes on, or is removed. */
enum err_code fleet_members_adopt(
    struct worker *w, struct live_run *run, struct err *e) must_check;
/* Its row has ended or waits again: nothing of it stays. */
void fleet_member_forget(struct worker *w, struct live_run *member);

#endif
