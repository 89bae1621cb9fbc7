/*
 * run_status.
 */
#include "web/mcp/tool.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field fields[] = {
	{ .name = "run_id",
	    .label = "Run",
	    .type = FIELD_NAME,
	    .required = true,
	    .help = "The id that starting the run gave." },
};

static const struct mcp_tool tools[] = {
	{ .name = "run_status",
	    .title = "Status of a run",
	    .description =
		"Reads how a run is doing: its state, its result in a "
		"sentence, and for each device the difference and, of a dry "
		"run that has ended, the diff_hash that allows the real push "
		"(see provision_device). States queued, claimed and running "
		"will change; ask again after a few seconds.",
	    .operation = "getRun",
	    .own = { fields, COUNT(fields) },
	    .capture = { "run_id" },
	    .untrusted = { "result", "devices[].result", "devices[].diff" } },
};

const struct mcp_tool_table mcp_runs_tools = { tools, COUNT(tools) };
