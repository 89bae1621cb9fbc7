#include "app/run_again.h"

#include "app/run_rows.h"
#include "base/json.h"

static const struct job *job_of(const json_t *run)
{
	return job_find(json_text(run, "job", ""));
}

static bool is_over_many(const json_t *run)
{
	const struct job *job = job_of(run);

	return job && job_scope_of(job, json_object_get(run, "parameters")) !=
			  JOB_DEVICE;
}

size_t run_again_count(const json_t *run)
{
	const json_t *counts = json_object_get(run, "counts"), *row;
	size_t n = 0, i;

	if (!is_over_many(run) || !run_doc_has_ended(run))
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

const char *run_again_refusal(const json_t *run)
{
	if (!job_of(run))
		return "it is no run of a job that can be started";
	if (!run_doc_has_ended(run))
		return "it has not ended yet";
	if (is_over_many(run))
		return run_again_count(run) ? NULL : "all of it ended well";
	return run_doc_state(run) == RUN_SUCCEEDED ? "it ended well" : NULL;
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

/* Of a run over many devices those that did not end well take the place of
 * what was chosen. */
static enum err_code choose_parameters(
    const struct app *app, const json_t *run, json_t **ret, struct err *e)
{
	json_t *given = json_object_get(run, "parameters"), *names;
	const struct snapshot *s;
	enum err_code rc;

	if (!is_over_many(run)) {
		*ret = json_incref(given);
		return ERR_OK;
	}
	rc = snapshots_current(app->snapshots, &s, e);
	if (rc != ERR_OK)
		return rc;
	names = choose_names(run, s);
	snapshot_unref(s);
	if (json_array_size(names) == 0)
		rc = err_set(e, ERR_CONFLICT,
		    "none of its devices is left to be run again");
	else if ((*ret = make_parameters(job_of(run), given, names)) == NULL)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	json_decref(names);
	return rc;
}

static enum err_code create(const struct app *app, const struct actor *actor,
    const json_t *run, const char *key, json_t **ret_doc, struct err *e)
{
	json_t *p = NULL, *origin;
	enum err_code rc = choose_parameters(app, run, &p, e);

	if (rc != ERR_OK)
		return rc;
	origin = json_pack("{s:s}", "again_of", json_text(run, "id", ""));
	if (!origin)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else
		rc = runs_create(app, actor,
		    &(struct run_wish){ .job = job_of(run),
			.parameters = p,
			.key = key,
			.origin = origin },
		    ret_doc, e);
	json_decref(p);
	json_decref(origin);
	return rc;
}

enum err_code run_again_create(const struct app *app, const struct actor *actor,
    const char *id, const char *idempotency_key, json_t **ret_doc,
    struct err *e)
{
	const char *why;
	json_t *run;
	enum err_code rc = runs_read(app, id, &run, e);

	if (rc != ERR_OK)
		return rc;
	why = run_again_refusal(run);
	if (why)
		rc = err_set(
		    e, ERR_CONFLICT, "run %s cannot be run again: %s", id, why);
	else
		rc = create(app, actor, run, idempotency_key, ret_doc, e);
	json_decref(run);
	return rc;
}
