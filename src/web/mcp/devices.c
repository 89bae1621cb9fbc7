/*
 * list_devices, get_device, device_history.
 */
#include "web/mcp/tool.h"

#include "app/device_history.h"
#include "web/api/api.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define DEVICE_FIELD                                                     \
	{                                                                \
		.name = "device", .label = "Device", .type = FIELD_NAME, \
		.required = true,                                        \
		.help = "The device's name, as list_devices has it."     \
	}

static const struct field list_fields[] = {
	{ .name = "q",
	    .label = "Text",
	    .type = FIELD_TEXT,
	    .help = "Only devices with this text in one of their fields." },
	{ .name = "status",
	    .label = "Status",
	    .type = FIELD_CHOICE,
	    .choices = device_status_words },
	{ .name = "area", .label = "Area", .type = FIELD_NAME },
	{ .name = "role", .label = "Role", .type = FIELD_NAME },
	{ .name = "platform", .label = "Platform", .type = FIELD_NAME },
	{ .name = "tags",
	    .label = "Tag",
	    .type = FIELD_TEXT,
	    .help = "Only devices with this tag." },
	{ .name = "limit",
	    .label = "Devices at most",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = API_MAX_ITEMS },
	{ .name = "after",
	    .label = "After",
	    .type = FIELD_TEXT,
	    .help = "The cursor \"next\" of the list before." },
};
static const struct field device_fields[] = { DEVICE_FIELD };
static const struct field history_fields[] = {
	DEVICE_FIELD,
	{ .name = "kind",
	    .label = "Which file",
	    .type = FIELD_CHOICE,
	    .choices = device_file_words,
	    .help = "Only the history of this one; without it, of all three." },
	{ .name = "limit",
	    .label = "Commits at most",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = 500 },
	{ .name = "before",
	    .label = "Before",
	    .type = FIELD_TEXT,
	    .help = "The cursor \"next\" of the list before." },
};

static const struct mcp_tool tools[] = {
	{ .name = "list_devices",
	    .title = "List devices",
	    .description =
		"Lists network devices of the inventory, sorted by name, "
		"filtered by any of the arguments. \"next\" is the cursor of "
		"the next page, or null.",
	    .operation = "listDevices",
	    .own = { list_fields, COUNT(list_fields) },
	    .untrusted = { "items[].description" } },
	{ .name = "get_device",
	    .title = "Read a device",
	    .description = "Reads the inventory record of one network device.",
	    .operation = "getDevice",
	    .own = { device_fields, COUNT(device_fields) },
	    .capture = { "device" },
	    .untrusted = { "description" } },
	{ .name = "device_history",
	    .title = "History of a device",
	    .description =
		"Lists the commits that changed a device's record, intended "
		"configuration or backup, newest first: who, when, through "
		"which door, by which run, and how many lines of which "
		"file.",
	    .operation = "getDeviceHistory",
	    .own = { history_fields, COUNT(history_fields) },
	    .capture = { "device" },
	    .untrusted = { "items[].subject" } },
};

const struct mcp_tool_table mcp_devices_tools = { tools, COUNT(tools) };
