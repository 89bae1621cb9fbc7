/*
 * What a slot does with one device: the use cases behind the jobs, over the
 * driver port.
 *
 * They decide nothing about policy (the application service did, and the
 * worker again) and write nothing themselves: what they find goes through
 * struct device_run_io to the worker's master, which owns the store.
 *
 * One function a job; the table in device_run.c finds it.  Every one ends with
 * an outcome: a state and one sentence for people that says what happened,
 * what was not done, and what to do next.
 */
#ifndef APP_DEVICE_RUN_H
#define APP_DEVICE_RUN_H

#include "app/port/driver.h"
#include "domain/job.h"
#include "domain/run.h"

#define PLAN_HASH_SIZE 65

enum device_run_phase { PHASE_BEFORE, PHASE_AFTER };

/* A command of a backup beside its configuration (domain/backup_map.h). */
struct device_question {
	const char *name;
	const char *command;
	int timeout_ms; /* 0: as any exchange */
};

struct device_output {
	const struct device_question *question;
	const char *text; /* NULL: none came */
	size_t len;
	const char *why; /* NULL: it came whole, as far as the driver knows */
	bool refused;	 /* the device does not know the command */
};

/* The way to the master.  Borrowed; called on the slot's one thread. */
struct device_run_io {
	void *ctx;
	void (*log)(void *ctx, enum log_level level, const char *text);
	/* A whole running configuration, as good as a backup. */
	enum err_code (*backup)(void *ctx, enum device_run_phase phase,
	    const char *text, size_t len, struct err *e);
	/* What a further command of the backup said. */
	enum err_code (*output)(
	    void *ctx, const struct device_output *got, struct err *e);
	/* One that is not whole: kept aside, never as good. */
	void (*quarantine)(void *ctx, const char *text, const char *why);
	void (*diff)(
	    void *ctx, const char *unified, size_t added, size_t removed);
	/* ERR_OK: the intent is journalled and committed; go on. */
	enum err_code (*effect)(
	    void *ctx, const struct driver_plan *plan, struct err *e);
	/* A key that waits for a person. */
	void (*hostkey)(void *ctx, const struct driver_refusal *refusal);
	bool (*cancelled)(void *ctx);
	/* For the device's record (device_facts.h). */
	enum err_code (*facts)(void *ctx, const json_t *facts, struct err *e);
};

struct device_run_input {
	const struct driver *driver;
	struct driver_target target;
	int connect_ms;		  /* to open a session */
	int command_ms;		  /* for one exchange with the device */
	struct deadline deadline; /* for the whole run */
	/* backup */
	const struct device_question *questions;
	size_t n_questions;
	/* provision */
	const char *intended;
	const char *diff_hash; /* push only this difference; NULL: any */
	bool dry_run;
	bool replace;
	bool commit;
	/* discover: those members of the record as it is; NULL: none */
	const json_t *known;
	/* settle: what the interrupted run had journalled */
	const char *snapshot;
	const char *predicted;
};

struct device_run_outcome {
	enum run_state state; /* a final one, or RUN_UNKNOWN */
	char text[1024];
	size_t added;
	size_t removed;
	bool touched; /* lines were sent that may have changed the device */
	bool passing; /* failed, and might not when tried again */
	/* of the difference that was found (plan_hash.h); "": there is none */
	char diff_hash[PLAN_HASH_SIZE];
};

typedef void (*device_run_fn)(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out);

/* The function of a job that runs on devices. */
device_run_fn device_run_of(enum job_id job);

void device_run_provision(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out);
void device_run_backup(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out);
void device_run_discover(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out);
/* After a run whose outcome is unknown: reads the device and classifies it;
 * puts it back if it is between old and new.  Never pushes again. */
void device_run_settle(const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out);

#endif
