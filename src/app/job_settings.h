/*
 * How a job is to be run, as jobs/<job>.json says; where there is none, as the
 * job table does.
 */
#ifndef APP_JOB_SETTINGS_H
#define APP_JOB_SETTINGS_H

#include "app/snapshot.h"
#include "domain/job.h"

struct job_settings {
	bool enabled;
	bool notify;	    /* of its failed runs */
	long concurrency;   /* runs in hand at once; 0: no limit of its own */
	long time_limit_s;  /* of a session, or of a run over the store */
	long retries;	    /* of a run that failed */
	long retry_delay_s; /* before the first; doubled before each other */
	const char *reason; /* why it is disabled; "": not said; borrowed */
};

struct job_settings job_settings_of(
    const struct snapshot *s, const struct job *job);

/* The sentence for those who find it disabled; NULL if it is not. */
const char *job_settings_refusal(
    const struct snapshot *s, const struct job *job, char text[256]);

/* Milliseconds before the n-th retry, from 1. */
int64_t job_settings_retry_ms(const struct job_settings *settings, long n);

#endif
