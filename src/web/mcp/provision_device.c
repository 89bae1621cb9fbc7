/*
 * provision_device: a dry run, or the push of what a dry run has shown.
 */
#include "web/mcp/tool.h"

#include "app/runs.h"
#include "base/json.h"
#include "domain/job.h"
#include "web/web.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define RUNS_LOOKED_AT 100

static const struct schema *parameters(void)
{
	return &job_get(JOB_PROVISION)->parameters;
}

/* A dry run that has come to its end. */
static bool is_dry_run(const json_t *run)
{
	return json_flag(
		   json_object_get(run, "parameters"), "dry_run", false) &&
	       strcmp(json_text(run, "state", ""),
		   run_state_words[RUN_SUCCEEDED]) == 0;
}

static bool row_shows(const json_t *run, const char *device, const char *hash)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(run, "devices"), i, row)
	{
		if (strcmp(json_text(row, "name", ""), device) == 0 &&
		    strcmp(json_text(row, "diff_hash", ""), hash) == 0)
			return true;
	}
	return false;
}

/* Has one of the newest runs of this device shown the difference that is to be
 * pushed?  The run that pushes looks again: this is for the one who asks. */
static enum err_code find_dry_run(
    const struct mcp_tool_call *call, bool *ret_found, struct err *e)
{
	const char *device = json_text(call->arguments, "device", "");
	const char *hash = json_text(call->arguments, "diff_hash", "");
	const struct run_filter filter = { .device = device,
		.job = job_get(JOB_PROVISION)->name,
		.limit = RUNS_LOOKED_AT };
	json_t *runs = NULL;
	enum err_code rc =
	    run_index_list(call->r->web->runs, &filter, &runs, e);
	size_t n = json_array_size(runs);

	if (rc != ERR_OK)
		return rc;
	*ret_found = false;
	for (size_t i = 0; i < n && !*ret_found; i++) {
		const json_t *run = json_array_get(runs, i);

		*ret_found = is_dry_run(run) && row_shows(run, device, hash);
	}
	json_decref(runs);
	return ERR_OK;
}

static enum err_code provision_device(const struct mcp_tool_call *call,
    struct operation_answer *ret, struct err *e)
{
	const struct job *job = job_get(JOB_PROVISION);
	struct operation_call op = { .operation_id = call->tool->operation,
		.capture = { job->name } };
	enum err_code rc = ERR_OK;
	bool shown = true;
	json_t *body;

	if (job_may_change_device(job, call->arguments) &&
	    *json_text(call->arguments, "diff_hash", ""))
		rc = find_dry_run(call, &shown, e);
	if (rc == ERR_OK && !shown)
		return mcp_tool_refuse(call, 409, ret, e,
		    "no dry run of this device has shown a difference with "
		    "this diff_hash. Start one with dry_run true, wait until "
		    "run_status says that it has succeeded, and send the "
		    "diff_hash of that. Nothing was started.");
	if (rc != ERR_OK)
		return rc;
	body = json_pack("{s:O}", "parameters", call->arguments);
	if (!body)
		return err_set(e, ERR_SYSTEM, "out of memory");
	op.body = body;
	rc = operation_run(call->r, &op, ret, e);
	json_decref(body);
	return rc;
}

static const struct mcp_tool tools[] = {
	{ .name = "provision_device",
	    .title = "Provision a device",
	    .description =
		"Brings a network device to its intended configuration. "
		"By default a dry run: it shows the difference and changes "
		"nothing. To push, first make a dry run with the same "
		"replace_config, show its difference to the person who asked, "
		"and with their consent call again with dry_run false and the "
		"diff_hash that run_status gave for the dry run. If the "
		"device or its intended configuration has changed meanwhile, "
		"the push ends before it changes anything. Gives a run; follow "
		"it with run_status.",
	    .operation = "startRun",
	    .from = parameters,
	    .changes = true,
	    .destructive = true,
	    .untrusted = { "result" },
	    .call = provision_device },
};

const struct mcp_tool_table mcp_provision_device_tools = { tools,
	COUNT(tools) };
