#include "app/run_again.h"

#include "app/run_rows.h"
#include "base/json.h"

static const struct job *job_of(const json_t *run)
{
	const struct job *job = job_find(json_text(run, "job", ""));

	return job && job_scope_of(job, json_object_get(run, "parameters")) !=
			   JOB_DEVICE
		   ? job
		   : NULL;
}

size_t run_again_count(const json_t *run)
{
	const json_t *counts = json_object_get(run, "counts"), *row;
	size_t n = 0, i;

	if (!job_of(run) || !run_doc_has_ended(run))
		return 0;
	if (counts)
		return (size_t)(json_number(counts,
				    run_rows_words[RUN_ROWS_FAILED], 0) +
				json_number(counts,
				    run_rows_words[RUN_ROWS_CANCELLED], 0));
	json_array_foreach(json_object_get(run, "devices"), i, row)
	{
		n += run_row_is_unfinished(row);
	}
	return n;
}

static json_t *choose_names(const json_t *run, const struct snapshot *s)
{
	json_t *names = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(run, "devices"), i, row)
	{
		const char *name = json_text(row, "name", "");

		if (run_row_is_unfinished(row) &&
		    snapshot_find(s, KIND_DEVICE, name))
			json_array_append_new(names, json_string(name));
	}
	return names;
}

/* The same, with these devices in place of what was chosen. */
static json_t *make_parameters(
    const struct job *job, const json_t *given, json_t *names)
{
	json_t *p = json_copy((json_t *)(uintptr_t)given);

	for (size_t i = 0; i < CHOICES; i++)
		json_object_del(p, job->parameters.fields[i].name);
	if (json_object_set(
		p, job->parameters.fields[CHOICE_DEVICES].name, names) != 0) {
		json_decref(p);
		return NULL;
	}
	return p;
}

static enum err_code create(const struct app *app, const struct actor *actor,
    const json_t *run, const char *key, json_t **ret_doc, struct err *e)
{
	const struct job *job = job_of(run);
	json_t *names, *p, *origin;
	const struct snapshot *s;
	enum err_code rc = snapshots_current(app->snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	names = choose_names(run, s);
	snapshot_unref(s);
	p = make_parameters(job, json_object_get(run, "parameters"), names);
	origin = json_pack("{s:s}", "again_of", json_text(run, "id", ""));
	if (!names || !p || !origin)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else if (json_array_size(names) == 0)
		rc = err_set(e, ERR_CONFLICT,
		    "none of its devices is left to be run again");
	else
		rc = runs_create(app, actor,
		    &(struct run_wish){ .job = job,
			.parameters = p,
			.key = key,
			.origin = origin },
		    ret_doc, e);
	json_decref(names);
	json_decref(p);
	json_decref(origin);
	return rc;
}

enum err_code run_again_create(const struct app *app, const struct actor *actor,
    const char *id, const char *idempotency_key, json_t **ret_doc,
    struct err *e)
{
	json_t *run;
	enum err_code rc = runs_read(app, id, &run, e);

	if (rc != ERR_OK)
		return rc;
	if (!job_of(run))
		rc = err_set(e, ERR_CONFLICT,
		    "run %s is not over many devices: start the job anew", id);
	else if (!run_doc_has_ended(run))
		rc = err_set(e, ERR_CONFLICT, "run %s has not ended yet", id);
	else
		rc = create(app, actor, run, idempotency_key, ret_doc, e);
	json_decref(run);
	return rc;
}
