/*
 * Records that name a job and hold parameters for it: schedules, change hooks
 * and buttons.  Constant data; no thread rule.
 */
#ifndef DOMAIN_JOB_HOLDER_H
#define DOMAIN_JOB_HOLDER_H

#include "domain/job.h"
#include "domain/record.h"

struct job_holder {
	enum kind_id kind;
	int job;	      /* index of the field that names the job */
	int parameters;	      /* of the field that holds what is set of it */
	enum job_id fallback; /* where no job is named; JOB_COUNT: none */
	/* Parameters that the holder says by itself; NULL ends. */
	const char *const *reserved;
};

/* NULL: records of this kind hold none. */
const struct job_holder *job_holder_of(enum kind_id kind);

/* The job of a name that the holder gives ("": the fallback), or NULL. */
const struct job *job_holder_find_job(
    const struct job_holder *h, const char *name);

/* Is this parameter the holder's to say, and not the record's? */
bool job_holder_reserves(const struct job_holder *h, const char *parameter);

/* What a record holds.  A new reference, an empty object if it sets nothing;
 * NULL when out of memory. */
json_t *job_holder_parameters(
    const struct job_holder *h, const struct record *r);

#endif
