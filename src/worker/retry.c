/*
 * A run that failed is started again, as its job's settings say: a new run with
 * the same parameters, which tells of the first one and waits its time in the
 * queue.  Only what is known to have changed nothing fails; what may have is
 * unknown, and is settled and not repeated.
 */
#include "worker/worker_internal.h"

#include "app/job_settings.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>

static json_t *origin_of(
    const struct live_run *run, long attempt, int64_t delay_ms)
{
	char at[CLOCK_TEXT_SIZE];
	json_t *origin;

	clock_format_utc(clock_wall_ms() + delay_ms, at);
	origin = json_pack("{s:{s:s, s:I}, s:s}", "retry", "of", run->id,
	    "attempt", (json_int_t)attempt, "not_before", at);
	/* what started the first one is the reason of this one too */
	for (const char *const *name =
		 (const char *const[]){ "hook", "schedule", NULL };
	     origin && *name; name++) {
		json_t *why = json_object_get(run->doc, *name);

		if (why)
			json_object_set(origin, *name, why);
	}
	return origin;
}

static bool start(struct worker *w, const struct live_run *run, long attempt,
    int64_t delay_ms)
{
	struct actor actor = { json_text(run->doc, "actor", ""), ROLE_ADMIN,
		TRIGGER_API };
	json_t *origin = origin_of(run, attempt, delay_ms), *doc = NULL;
	struct err e = ERR_INIT;
	char key[RUN_ID_SIZE + 8];

	/* that its actor may do this was asked when the first one was made */
	(void)run_trigger_parse(json_text(run->doc, "trigger", ""), &actor.via);
	snprintf(key, sizeof(key), "retry:%s", run->id);
	if (origin &&
	    runs_create(&w->app, &actor,
		&(struct run_wish){ .job = run->job,
		    .parameters = json_object_get(run->doc, "parameters"),
		    .key = key,
		    .origin = origin },
		&doc, &e) == ERR_OK)
		log_info("run %s failed: run %s tries again in %lld s", run->id,
		    json_text(doc, "id", ""), (long long)(delay_ms / 1000));
	else
		log_err(&e, run->id);
	json_decref(origin);
	json_decref(doc);
	return doc != NULL;
}

bool retry_failed(struct worker *w, const struct live_run *run)
{
	const struct snapshot *s;
	struct job_settings settings;
	long attempt = (long)json_number(
			   json_object_get(run->doc, "retry"), "attempt", 0) +
		       1;

	/* one over many devices repeats what failed in it by itself */
	if ((run->scope != JOB_DEVICE && run->scope != JOB_STORE) ||
	    run_doc_state(run->doc) != RUN_FAILED ||
	    snapshots_current(w->app.snapshots, &s, NULL) != ERR_OK)
		return false;
	settings = job_settings_of(s, run->job);
	snapshot_unref(s);
	return settings.enabled && attempt <= settings.retries &&
	       start(
		   w, run, attempt, job_settings_retry_ms(&settings, attempt));
}
