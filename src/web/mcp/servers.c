/*
 * list_servers, provision_server, check_provision_status.
 */
#include "web/mcp/tool.h"

#include "domain/server.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field list_fields[] = {
	{ .name = "provision_state",
	    .label = "State",
	    .type = FIELD_TEXT,
	    .help = "Ironic's word: available, active, deploy failed, …" },
	{ .name = "resource_class",
	    .label = "Resource class",
	    .type = FIELD_TEXT,
	    .max_len = 80 },
	{ .name = "maintenance",
	    .label = "In maintenance",
	    .type = FIELD_BOOL },
	{ .name = "associated",
	    .label = "In use",
	    .type = FIELD_BOOL,
	    .help = "False: only servers that nobody has." },
	{ .name = "limit",
	    .label = "Servers at most",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = 1000 },
	{ .name = "after",
	    .label = "After",
	    .type = FIELD_TEXT,
	    .help = "The cursor \"next\" of the list before." },
};
static const struct field status_fields[] = {
	{ .name = "operation_id",
	    .label = "Operation",
	    .type = FIELD_TEXT,
	    .required = true,
	    .help = "The operation_id that provision_server gave." },
};

static const struct schema *provision_parameters(void)
{
	return &server_action_get(SERVER_PROVISION)->parameters;
}

static const char *const provision_arguments[] = { "image_id", "server_id",
	"resource_class", NULL };

static const struct mcp_tool tools[] = {
	{ .name = "list_servers",
	    .title = "List servers",
	    .description =
		"Lists bare-metal servers with their state, filtered by any "
		"of the arguments. \"next\" is the cursor of the next page, "
		"or null.",
	    .operation = "listServers",
	    .own = { list_fields, COUNT(list_fields) },
	    .untrusted = { "items[].description", "items[].last_error",
		"items[].maintenance_reason" } },
	{ .name = "provision_server",
	    .title = "Provision a server",
	    .description =
		"Provisions a bare-metal server with an operating system "
		"image: server_id names it, or one that is available is "
		"chosen, of resource_class if that is given. Its disk is "
		"overwritten. Follow it with check_provision_status.",
	    .operation = "provisionServer",
	    .from = provision_parameters,
	    .only = provision_arguments,
	    .changes = true,
	    .destructive = true,
	    .untrusted = { "message" } },
	{ .name = "check_provision_status",
	    .title = "Status of a provisioning",
	    .description =
		"Reads how far the provisioning of a server is: in_progress, "
		"completed or failed, with Ironic's state and message.",
	    .operation = "getProvisionStatus",
	    .own = { status_fields, COUNT(status_fields) },
	    .capture = { "operation_id" },
	    .untrusted = { "message" } },
};

const struct mcp_tool_table mcp_servers_tools = { tools, COUNT(tools) };
