/*
 * Creating, finding, reading and cancelling runs: what pages, REST, MCP and
 * the command line use.  Executing them is the worker's (src/worker).
 *
 * A run lives in one place at a time:
 *   queued     DIR/spool/queued/<id>.json
 *   live       DIR/spool/claimed/<id>.json and DIR/live/<id>/…
 *   done       branch runs, YYYY/MM/DD/<id>/…
 * and is looked for in this order, then once more, so that one that moves on
 * meanwhile is not missed.
 */
#ifndef APP_RUNS_H
#define APP_RUNS_H

#include "app/app.h"
#include "app/run_doc.h"

struct run_index;

/* What is to be run, and for whom it is remembered.  All is borrowed. */
struct run_wish {
	const struct job *job;
	const json_t *parameters;
	/* Idempotency: NULL, or text of up to 200 bytes; a second call of the
	 * same actor with the same key gives the first run and starts
	 * nothing. */
	const char *key;
	/* Of what starts runs by itself, members that the document gets
	 * besides, which tell why; NULL for a person's wish:
	 *   "hook": { "name", "action", "by", "commit", "fields", "validated" }
	 *   "schedule": { "name", "due" }
	 *   "retry": { "of", "attempt" }, "not_before" */
	const json_t *origin;
	struct schema_errors *errors; /* gets errors by field; may be NULL */
};

/* Validates the parameters, asks the role and the status rules, and puts a run
 * into the queue; durable when it answers ERR_OK.
 * ret_doc: the run's document, a new reference.
 * ERR_INVALID (errors by field), ERR_DENIED, ERR_CONFLICT (status rules, job
 * disabled), ERR_NO_SPACE. */
enum err_code runs_create(const struct app *app, const struct actor *actor,
    const struct run_wish *wish, json_t **ret_doc, struct err *e) must_check;

/* What the status rules alone say: NULL if the job may. */
const char *runs_status_refusal(const struct job *job,
    const struct record *device, bool may_change, char text[256]);

/* The status rules and readiness for a device, before anything is asked of
 * it: NULL if this job may run so, else the reason as a sentence made in
 * `text`. */
const char *runs_refusal(const struct snapshot *s, const struct job *job,
    const struct record *device, bool may_change, char text[256]);

/* The run's document, wherever it is.  ERR_NOT_FOUND. */
enum err_code runs_read(const struct app *app, const char *id, json_t **ret_doc,
    struct err *e) must_check;

/* The same with the first RUN_ROWS_TOLD rows of many devices and "counts"
 * (run_rows.h): costs little, however many they are, while the run is under
 * way. */
enum err_code runs_read_brief(const struct app *app, const char *id,
    json_t **ret_doc, struct err *e) must_check;

/* The same from the file that the worker writes for it; false: there is none,
 * as before and after, and for few devices. */
bool runs_read_live_brief(const struct app *app, const char *id, json_t **ret);

/* Log lines numbered above `since`, as in run_doc.h, each ended by a newline,
 * appended to `out`; at most out->max bytes, whole lines.  *ret_last is the
 * number of the last line given (or since). */
enum err_code runs_read_log(const struct app *app, const char *id, long since,
    struct buf *out, long *ret_last, struct err *e) must_check;

/* The last `keep` lines of the log. */
enum err_code runs_read_log_end(const struct app *app, const char *id,
    long keep, struct buf *out, long *ret_last, struct err *e) must_check;

/* A device's unified diff; empty if there is none (yet). */
enum err_code runs_read_diff(const struct app *app, const char *id,
    const char *device, struct buf *out, struct err *e) must_check;

/* Asks for it to stop: a queued run is cancelled at once; a live one before it
 * touches its device, or not at all.  ERR_CONFLICT if it has ended. */
enum err_code runs_cancel(const struct app *app, const struct actor *actor,
    const char *id, struct err *e) must_check;

/* --- lists --------------------------------------------------------------- */

struct run_filter {
	const char *device; /* NULL: any */
	const char *job;
	const char *trigger;
	const char *state;
	const char *actor;
	const char *before; /* only runs with a smaller id (paging) */
	/* With `device`: ended runs over many as the device knows
	 * them (run_entry_of_device()). */
	bool own;
	size_t limit; /* 0: 50; at most RUN_LIST_MAX */
};
#define RUN_LIST_MAX 10000

/* Keeps summaries (the documents without parameters of no interest) of the
 * runs on branch `runs`, advanced by tree difference.  Any thread. */
enum err_code run_index_new(
    const struct app *app, struct run_index **ret, struct err *e) must_check;
void run_index_free(struct run_index *index);

/* An array of run documents, newest first: queued, live and done ones; those
 * of many devices without their rows (run_rows.h).  A new reference. */
enum err_code run_index_list(struct run_index *index,
    const struct run_filter *filter, json_t **ret, struct err *e) must_check;

/* Is the device among those of this run on record, or archived? */
bool run_index_has_device(
    struct run_index *index, const char *id, const char *device);

/* The last run that had a session with a device, as a document (a new
 * reference), or NULL. */
json_t *run_index_last(struct run_index *index, const char *device);

/* How the last run on record that had a session with a device ended there.
 * False: none had. */
struct run_outcome {
	enum run_state state;
	bool quarantined; /* what it read was put aside */
};
bool run_index_last_outcome(
    struct run_index *index, const char *device, struct run_outcome *ret);

/* The last run on record that read a device's configuration, whole.  False:
 * none did. */
struct run_backup {
	char id[RUN_ID_SIZE];
	char time[32]; /* when the run ended; "" if it has not */
};
bool run_index_last_backup(
    struct run_index *index, const char *device, struct run_backup *ret);

#endif
