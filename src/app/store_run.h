/*
 * Jobs that work on the store and on no device: one run, a row for each device,
 * at most one commit on main.
 *
 * They are executed in a process of the worker's own (src/worker/slot.h), which
 * opens the store and holds no credentials.  Everything they find goes through
 * struct store_run_io to the master.  Like a device run they journal before
 * they act: effect() answers when the run is on record as begun.  If the
 * process dies after that, the store itself tells whether the commit was made:
 * it carries the run's id (store_run_settle()).
 */
#ifndef APP_STORE_RUN_H
#define APP_STORE_RUN_H

#include "app/app.h"
#include "base/log.h"
#include "domain/job.h"
#include "domain/run.h"

/* How far a run has come with one device.  A row that is RUN_RUNNING ends as
 * the whole run's commit does.  Borrowed for the call. */
struct store_run_row {
	const char *device;
	enum run_state state; /* running, succeeded, failed, cancelled */
	const char *text;     /* one sentence */
	size_t added;
	size_t removed;
	const char *diff; /* unified; NULL or "": none */
	bool again;	  /* takes the place of an earlier row of the device */
};

struct store_run_io {
	void *ctx;
	void (*log)(void *ctx, enum log_level level, const char *device,
	    const char *text);
	enum err_code (*row)(
	    void *ctx, const struct store_run_row *row, struct err *e);
	/* base: the commit of main that the work began from. */
	enum err_code (*effect)(
	    void *ctx, const struct commit_id *base, struct err *e);
	bool (*cancelled)(void *ctx);
};

struct store_run_input {
	const struct app *app;
	const char *run_id;
	const char *actor;
	enum run_trigger trigger;
	const struct job *job;
	const json_t *parameters; /* complete and checked */
	struct commit_id base;	  /* settle: as effect() was told */
};

struct store_run_outcome {
	enum run_state state;
	enum run_state rows; /* how the rows that are running end */
	char text[1024];
};

typedef void (*store_run_fn)(const struct store_run_input *in,
    const struct store_run_io *io, struct store_run_outcome *out);

/* The function of a job whose scope is JOB_STORE; NULL for others. */
store_run_fn store_run_of(enum job_id job);

void store_run_generate(const struct store_run_input *in,
    const struct store_run_io *io, struct store_run_outcome *out);
void store_run_compare(const struct store_run_input *in,
    const struct store_run_io *io, struct store_run_outcome *out);
/* Was the commit made?  RUN_UNKNOWN if the store cannot be read now. */
void store_run_settle(const struct store_run_input *in,
    const struct store_run_io *io, struct store_run_outcome *out);

/* Sets the outcome's state and sentence; open rows end alike. */
void store_run_end(struct store_run_outcome *out, enum run_state state,
    const char *fmt, ...) printf_like(3, 4);

#endif
