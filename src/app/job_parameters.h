/*
 * Parameters of jobs against the store: those of a run, and those that a
 * schedule, a change hook or a button holds until it starts one.
 *
 * Any thread; nothing is kept.
 */
#ifndef APP_JOB_PARAMETERS_H
#define APP_JOB_PARAMETERS_H

#include "app/snapshot.h"
#include "domain/job_holder.h"

/* Of a run: the job's schema, and that what they name is there.  Errors are
 * about fields of the job's schema. */
void job_parameters_check(const struct snapshot *s, const struct job *job,
    const json_t *parameters, struct schema_errors *errors);

/* Of a record that holds them (job_holder.h): errors are about members of its
 * field.  old: what it was in the snapshot, or NULL.  What it named before is
 * not refused again: whoever pauses a schedule need not mend it first. */
void job_parameters_check_held(const struct snapshot *s,
    const struct record *old, const struct record *now,
    struct schema_errors *errors);

#endif
