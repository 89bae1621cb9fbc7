/*
 * How jobs are to be run: jobs/<job>.json as a resource below its job.
 */
#include "web/api/api.h"

#include "app/job_settings.h"
#include "base/json.h"

#include <string.h>

/* Where nothing was set, what holds. */
static json_t *defaults_json(const struct request *r, const struct job *job)
{
	struct job_settings s = job_settings_of(r->snapshot, job);

	return json_pack("{s:s, s:b, s:i, s:i, s:i, s:b}", "name", job->name,
	    "enabled", s.enabled, "time_limit", (int)s.time_limit_s, "retries",
	    (int)s.retries, "retry_delay", (int)s.retry_delay_s, "notify",
	    s.notify);
}

static enum err_code get_settings(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *record;
	const struct job *job = NULL;
	enum err_code rc = api_find_job(r, &job, e);

	if (rc != ERR_OK)
		return rc;
	record = snapshot_find(r->snapshot, KIND_JOB, job->name);
	if (!record)
		return response_json(out, 200, defaults_json(r, job), e);
	response_etag(r, out, record_version(record));
	return response_json(out, 200, api_record_json(record), e);
}

static enum err_code put_settings(
    struct request *r, struct response *out, struct err *e)
{
	const struct kind *kind = kind_get(KIND_JOB);
	struct inventory_result result = { 0 };
	const struct blob_id *expect = NULL;
	const struct job *job = NULL;
	struct blob_id id;
	json_t *object = NULL;
	bool present;
	enum err_code rc = api_find_job(r, &job, e);

	if (rc == ERR_OK)
		rc = api_optional_if_match(r, &id, &expect, &present, e);
	if (rc == ERR_OK)
		rc = request_json_object(r, false, &object, e);
	if (rc != ERR_OK)
		return rc;
	json_object_set_new(object, "name", json_string(job->name));
	if (snapshot_find(r->snapshot, KIND_JOB, job->name))
		rc = inventory_update(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.key = job->name,
			.expect = expect,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	else if (expect)
		rc = err_set(e, ERR_STALE, "nothing was set yet");
	else
		rc = inventory_create(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	rc = api_explain_stale(r, rc, kind, job->name, object);
	json_decref(object);
	if (rc != ERR_OK)
		return rc;
	response_etag(r, out, record_version(result.record));
	rc = response_json(out, 200, api_record_json(result.record), e);
	inventory_result_release(&result);
	return rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/jobs/{job}/settings",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_settings,
	    .operation_id = "getJobSettings",
	    .summary = "How a job is to be run",
	    .answer_schema = "Object" },
	{ .method = METHOD_PUT,
	    .pattern = "/api/v1/jobs/{job}/settings",
	    .surface = SURFACE_API,
	    .permission = MAY_ADMIN,
	    .body_limit = BODY_JSON,
	    .handler = put_settings,
	    .operation_id = "replaceJobSettings",
	    .summary = "Enable, limit and repeat a job",
	    .body_schema = "Object",
	    .answer_schema = "Object" },
};

const struct route_table api_job_settings_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
