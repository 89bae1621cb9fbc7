/*
 * search.
 */
#include "web/mcp/tool.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const modes[] = { "text", "regex", NULL };
static const char *const places[] = { "intended", "backup", "outputs", NULL };

static const struct field fields[] = {
	{ .name = "q",
	    .label = "Text",
	    .type = FIELD_TEXT,
	    .required = true,
	    .help = "What to look for, at least two letters." },
	{ .name = "mode",
	    .label = "Mode",
	    .type = FIELD_CHOICE,
	    .choices = modes,
	    .help = "regex: q is a regular expression that one line matches." },
	{ .name = "in",
	    .label = "In",
	    .type = FIELD_CHOICE,
	    .choices = places,
	    .help = "Only intended configurations, or only backups." },
	{ .name = "limit",
	    .label = "Configurations at most",
	    .type = FIELD_INT,
	    .min = 1,
	    .max = 200 },
	{ .name = "after",
	    .label = "After",
	    .type = FIELD_TEXT,
	    .help = "The cursor \"next\" of the answer before." },
};

static const struct mcp_tool tools[] = {
	{ .name = "search",
	    .title = "Search",
	    .description =
		"Finds a text in the inventory (names, addresses, serial "
		"numbers, tags) and in the lines of all current "
		"configurations of network devices, with the lines around "
		"each. \"next\" is the cursor of the next page, or null.",
	    .operation = "search",
	    .own = { fields, COUNT(fields) },
	    .untrusted = { "items[].lines[].text", "records[].text" } },
};

const struct mcp_tool_table mcp_search_tools = { tools, COUNT(tools) };
