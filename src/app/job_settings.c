#include "app/job_settings.h"

#include <stdio.h>

#define LONGEST_RETRY_MS ((int64_t)24 * 3600 * 1000)

struct job_settings job_settings_of(
    const struct snapshot *s, const struct job *job)
{
	const struct record *r = snapshot_find(s, KIND_JOB, job->name);
	struct job_settings settings = { .enabled = true,
		.notify = true,
		.time_limit_s = job->time_limit_s,
		.retry_delay_s = 60,
		.reason = "" };

	if (!r)
		return settings;
	settings.enabled = record_flag(r, JOB_SETTING_ENABLED);
	settings.notify = record_flag(r, JOB_SETTING_NOTIFY);
	settings.concurrency = record_number(r, JOB_SETTING_CONCURRENCY, 0);
	settings.time_limit_s =
	    record_number(r, JOB_SETTING_TIME_LIMIT, job->time_limit_s);
	settings.retries = record_number(r, JOB_SETTING_RETRIES, 0);
	settings.retry_delay_s = record_number(r, JOB_SETTING_RETRY_DELAY, 60);
	settings.reason = record_text(r, JOB_SETTING_REASON);
	return settings;
}

const char *job_settings_refusal(
    const struct snapshot *s, const struct job *job, char text[256])
{
	struct job_settings settings = job_settings_of(s, job);

	if (settings.enabled)
		return NULL;
	snprintf(text, 256, "The job %s is disabled%s%.180s.", job->name,
	    *settings.reason ? ": " : "", settings.reason);
	return text;
}

int64_t job_settings_retry_ms(const struct job_settings *settings, long n)
{
	int64_t ms = (int64_t)settings->retry_delay_s * 1000;

	while (n-- > 1 && ms < LONGEST_RETRY_MS)
		ms *= 2;
	return ms < LONGEST_RETRY_MS ? ms : LONGEST_RETRY_MS;
}
