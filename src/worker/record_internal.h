/*
 * What the recorders share: record.c, for runs; record_main.c and
 * record_facts.c, for what runs give to branch main; fleet_record.c, for the
 * members of runs over many devices.  The master's, which has one thread.
 *
 * A stage function puts files of one run into a transaction of the caller, and
 * seals commits; on an error the caller aborts the whole transaction.
 */
#ifndef WORKER_RECORD_INTERNAL_H
#define WORKER_RECORD_INTERNAL_H

#include "worker/worker_internal.h"

#define RECORD_TRAILERS 7

/* The message points into the struct. */
struct record_message {
	struct store_message message;
	struct store_trailer trailers[RECORD_TRAILERS];
	char subject[200];
	char devices[80];
};

/* devices: which, or how many.  The result and the run live longer than the
 * message. */
void record_make_message(struct record_message *m, const struct live_run *run,
    const char *subject, const char *devices, const char *result);

/* The same for all devices of the run, and how far it is. */
void record_make_run_message(
    struct record_message *m, const struct live_run *run, const char *subject);

/* Commits on branch main: its backups and what its device told. */
enum err_code record_stage_main(struct worker *w, struct store_txn *t,
    struct live_run *run, struct err *e) must_check;

/* The device's record now: it may have been moved or renamed meanwhile, and
 * then it is the one at the same address, if there is but one. */
const struct record *record_find_device(
    const struct snapshot *s, const struct live_run *run);

/* What the device told about itself, into its record as it is now; a record
 * that changes before the commit makes it ERR_STALE.  *ret_changed is set if
 * there is something to commit.  What may not be recorded any more is said in
 * the run's log. */
enum err_code record_stage_facts(struct worker *w, struct store_txn *t,
    struct live_run *run, bool *ret_changed, struct err *e) must_check;

/* What the commands of its backup said, if that is news. */
enum err_code record_stage_outputs(struct worker *w, struct store_txn *t,
    const struct live_run *run, bool *ret_changed, struct err *e) must_check;

/* Where the backup of the run's device belongs, and which version is there;
 * false: there is no record of the device any more. */
bool record_find_backup(struct worker *w, const struct live_run *run,
    char path[PATH_MAX_PATH], struct blob_id *ret_now, bool *ret_has);

/* A file in the run's directory on branch runs. */
enum err_code record_put_file(struct store_txn *t, const struct live_run *run,
    const char *name, const char *text, size_t len, struct err *e) must_check;
enum err_code record_put_doc(
    struct store_txn *t, const struct live_run *run, struct err *e) must_check;

/* Of a run of the job teardown that ended well: its device goes to the archive.
 * The commit with its backup is sealed before.  *ret_staged is set if there is
 * something to commit. */
enum err_code teardown_stage(struct worker *w, struct store_txn *t,
    struct live_run *run, bool *ret_staged, struct err *e) must_check;

#endif
