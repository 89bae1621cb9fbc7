/*
 * The job table.  A job's row describes its parameters, from which the form,
 * the REST and MCP schemas and the command line are derived, and what it may
 * do.  What it does is in src/worker (which finds its function by the id).
 */
#ifndef DOMAIN_JOB_H
#define DOMAIN_JOB_H

#include "domain/policy.h"
#include "domain/schema.h"

enum job_id {
	JOB_PROVISION,
	JOB_BACKUP,
	JOB_GENERATE,
	JOB_REACHABILITY,
	JOB_BULK_PROVISION,
	JOB_COMPARE,
	JOB_DISCOVER,
	JOB_TEARDOWN,
	JOB_COUNT,
};

/* What one run of a job works on. */
enum job_scope {
	JOB_DEVICE, /* a session with the device in parameter `device` */
	JOB_STORE,  /* the store; a row for each device that was chosen */
	JOB_FLEET,  /* a session with each device that was chosen */
	JOB_SWEEP,  /* probes of the devices that were chosen, all at once */
};

struct job {
	enum job_id id;
	const char *name;    /* "provision": URL, file, trailer */
	const char *title;   /* "Provision device" */
	const char *summary; /* one sentence for people */
	struct schema parameters;
	enum permission permission;
	/* What the status rules are asked: `reads` always, `writes` when the
	 * run may change the device. */
	enum policy_action reads;
	enum policy_action writes;
	bool can_write;	  /* false: `writes` is not used */
	int time_limit_s; /* of one session, or of a store job's whole run */
	enum job_scope scope;
	enum job_id member; /* JOB_FLEET: what is done with each device */
};

/* The names of all, for fields that hold one; NULL ends. */
extern const char *const job_words[JOB_COUNT + 1];

const struct job *job_get(enum job_id id);
const struct job *job_find(const char *name); /* or NULL */

enum provision_parameter {
	PROVISION_DEVICE,
	PROVISION_DRY_RUN,
	PROVISION_REPLACE,
	PROVISION_COMMIT,
	PROVISION_DIFF_HASH,
};

/* The parameters by which jobs over many devices choose them, at these indices
 * of their schemas (app/choice.h). */
enum choice_parameter {
	CHOICE_DEVICE,
	CHOICE_DEVICES,
	CHOICE_AREA,
	CHOICE_ROLE,
	CHOICE_PLATFORM,
	CHOICE_TAG,
	CHOICE_VIEW,
	CHOICE_ALL,
	CHOICES,
};

/* What a run with these parameters works on: a job that does the same with one
 * device as with many is JOB_DEVICE where `device` alone is named. */
enum job_scope job_scope_of(const struct job *job, const json_t *parameters);

/* The device that these parameters name if they name no other and choose
 * nothing wider, whatever the scope: what is forbidden to that device is
 * refused, not left alone.  NULL otherwise; the text is the parameters'. */
const char *job_single_device(const struct job *job, const json_t *parameters);

/* The parameters of a job's member, taken from those of the job by name.  A
 * new reference; NULL when out of memory. */
json_t *job_member_parameters(
    const struct job *job, const json_t *parameters, const char *device);

/* Are credentials and drivers asked for?  Not by jobs over the store, nor by
 * sweeps. */
bool job_opens_sessions(const struct job *job);

/* Does it change what is intended, and no device? */
bool job_writes_store(const struct job *job);

/* True if a run with these (complete) parameters may change its device, or the
 * device's record: what `writes` is asked for. */
bool job_may_change_device(const struct job *job, const json_t *parameters);

#endif
