/*
 * get_config.
 */
#include "web/mcp/config.h"

#include "base/json.h"
#include "web/mcp/tool.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct mcp_config mcp_configs[] = {
	{ "intended", "getIntended", "What the device should have" },
	{ "backup", "getBackup",
	    "The last good running configuration of the device" },
	{ "outputs", "getOutputs",
	    "What further commands of the last backup told" },
	{ "diff", "getDiff",
	    "From the backup to the intended configuration, unified format" },
	{ NULL, NULL, NULL },
};

static const char *const words[] = { "intended", "backup", "outputs", "diff",
	NULL };

const struct mcp_config *mcp_config_find(const char *word)
{
	for (const struct mcp_config *c = mcp_configs; c->word; c++) {
		if (strcmp(c->word, word) == 0)
			return c;
	}
	return NULL;
}

static enum err_code get_config(const struct mcp_tool_call *call,
    struct operation_answer *ret, struct err *e)
{
	const char *device = json_text(call->arguments, "device", "");
	const char *which = json_text(call->arguments, "which", "");
	const struct mcp_config *config = mcp_config_find(which);
	struct operation_call op = { .capture = { device } };
	struct operation_answer answer;
	enum err_code rc;

	if (!config)
		return err_set(e, ERR_SYSTEM, "no configuration %s", which);
	op.operation_id = config->operation;
	rc = operation_run(call->r, &op, &answer, e);
	if (rc != ERR_OK)
		return rc;
	if (answer.status < 400) {
		answer.json = json_pack("{s:s, s:s, s:s}", "device", device,
		    "which", which, "text", answer.text);
		if (!answer.json)
			return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = answer;
	return ERR_OK;
}

static const struct field fields[] = {
	{ .name = "device",
	    .label = "Device",
	    .type = FIELD_NAME,
	    .required = true },
	{ .name = "which",
	    .label = "Which",
	    .type = FIELD_CHOICE,
	    .choices = words,
	    .fallback = "\"intended\"",
	    .help =
		"intended: what the device should have; backup: its last "
		"good running configuration; outputs: what further commands "
		"told then; diff: from the backup to what is intended." },
};

static const struct mcp_tool tools[] = {
	{ .name = "get_config",
	    .title = "Read a configuration",
	    .description =
		"Reads a configuration of a network device: the intended one, "
		"the last backup, what further commands told then, or the "
		"difference from the backup to the intended one.",
	    .operation = "getIntended",
	    .own = { fields, COUNT(fields) },
	    .untrusted = { "text" },
	    .call = get_config,
	    .output = "{\"type\":\"object\",\"properties\":{"
		      "\"device\":{\"type\":\"string\"},"
		      "\"which\":{\"type\":\"string\","
		      "\"enum\":[\"intended\",\"backup\",\"outputs\","
		      "\"diff\"]},"
		      "\"text\":{\"type\":\"string\"}},"
		      "\"required\":[\"device\",\"which\",\"text\"]}" },
};

const struct mcp_tool_table mcp_config_tools = { tools, COUNT(tools) };
