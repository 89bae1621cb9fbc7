/*
 * The job table, and starting runs.
 */
#include "web/api/api.h"

#include "app/runs.h"
#include "base/json.h"
#include "web/cgi.h"

#include <string.h>

#define MAX_IDEMPOTENCY_KEY 200

static json_t *job_json(const struct job *job, bool with_parameters)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:b, s:i}", "name",
	    job->name, "title", job->title, "summary", job->summary, "role",
	    access_role_word(permission_role(job->permission)), "can_write",
	    job->can_write, "time_limit_s", job->time_limit_s);

	if (o && with_parameters &&
	    json_object_set_new(o, "parameters",
		schema_to_json_schema(&job->parameters)) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static enum err_code list_jobs(
    struct request *r, struct response *out, struct err *e)
{
	json_t *items = json_array();
	enum err_code rc = ERR_OK;

	(void)r;
	for (int id = 0; rc == ERR_OK && id < JOB_COUNT; id++)
		rc = api_append(
		    items, job_json(job_get((enum job_id)id), false), e);
	if (rc != ERR_OK) {
		json_decref(items);
		return rc;
	}
	return response_json(out, 200, api_list_json(items, NULL), e);
}

static enum err_code get_job(
    struct request *r, struct response *out, struct err *e)
{
	const struct job *job = NULL;
	enum err_code rc = api_find_job(r, &job, e);

	if (rc != ERR_OK)
		return rc;
	return response_json(out, 200, job_json(job, true), e);
}

/* {"parameters": {…}}, and nothing else. */
static enum err_code read_parameters(
    struct request *r, json_t **ret, struct err *e)
{
	json_t *body = NULL, *parameters;
	const char *key;
	enum err_code rc = request_json_object(r, true, &body, e);
	json_t *value;

	if (rc != ERR_OK)
		return rc;
	json_object_foreach(body, key, value)
	{
		if (strcmp(key, "parameters") == 0 && json_is_object(value))
			continue;
		rc = request_refuse(r, 422, e,
		    "the body takes \"parameters\", an object, and nothing "
		    "else");
		json_decref(body);
		return rc;
	}
	parameters = json_incref(json_object_get(body, "parameters"));
	json_decref(body);
	*ret = parameters ? parameters : json_object();
	return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static enum err_code read_idempotency_key(
    struct request *r, const char **ret, struct err *e)
{
	const char *key = r->cgi->value[CGI_HTTP_IDEMPOTENCY_KEY];

	if (strlen(key) > MAX_IDEMPOTENCY_KEY)
		return request_refuse(r, 400, e,
		    "Idempotency-Key is longer than %d bytes",
		    MAX_IDEMPOTENCY_KEY);
	*ret = *key ? key : NULL;
	return ERR_OK;
}

static enum err_code post_run(
    struct request *r, struct response *out, struct err *e)
{
	json_t *parameters = NULL, *doc = NULL;
	const char *key = NULL;
	const struct job *job = NULL;
	enum err_code rc;

	rc = api_find_job(r, &job, e);
	if (rc == ERR_OK)
		rc = actor_require(&r->actor, job->permission, e);
	if (rc == ERR_OK)
		rc = read_idempotency_key(r, &key, e);
	if (rc == ERR_OK)
		rc = read_parameters(r, &parameters, e);
	if (rc != ERR_OK)
		return rc;
	rc = runs_create(r->app, &r->actor,
	    &(struct run_wish){ .job = job,
		.parameters = parameters,
		.key = key,
		.errors = request_errors(r) },
	    &doc, e);
	json_decref(parameters);
	return rc == ERR_OK ? api_give_started(r, out, doc, e) : rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/jobs",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = list_jobs,
	    .operation_id = "listJobs",
	    .summary = "List jobs",
	    .answer_schema = "JobList" },
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/jobs/{job}",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_job,
	    .operation_id = "getJob",
	    .summary = "A job with the JSON Schema of its parameters",
	    .answer_schema = "Job" },
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/jobs/{job}/runs",
	    .surface = SURFACE_API,
	    .permission = MAY_RUN,
	    .body_limit = BODY_JSON,
	    .handler = post_run,
	    .operation_id = "startRun",
	    .summary = "Start a run; Idempotency-Key makes a repetition safe",
	    .body_schema = "RunRequest",
	    .answer_schema = "Run",
	    .success = 202 },
};

const struct route_table api_jobs_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
