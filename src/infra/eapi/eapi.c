#include "infra/eapi/eapi.h"

#include "base/escape.h"
#include "base/json.h"
#include "infra/eapi/eapi_reply.h"

#include <stdlib.h>

static void add(
    struct buf *to, size_t number, const char *command, const char *input)
{
	json_t *item =
	    input ? json_pack("{s:s, s:s}", "cmd", command, "input", input)
		  : json_string(command);
	char *text =
	    item ? json_dumps(item, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	(void)number;
	if (!text)
		to->failed = true; /* not UTF-8, or out of memory */
	else
		buf_printf(to, ",%s", text);
	free(text);
	json_decref(item);
}

/* {"cmd":"enable","input":"<password>"} */
static void add_enable(const struct driver_target *target, struct buf *to)
{
	if (!target->enable) {
		buf_puts(to, "\"enable\"");
		return;
	}
	buf_puts(to, "{\"cmd\":\"enable\",\"input\":\"");
	escape_json(
	    to, secret_reveal(target->enable), secret_length(target->enable));
	buf_puts(to, "\"}");
}

static void wrap(
    const struct driver_target *target, const struct buf *items, struct buf *to)
{
	buf_puts(to, "{\"jsonrpc\":\"2.0\",\"method\":\"runCmds\",\"id\":"
		     "\"switchyard\",\"params\":{\"version\":1,\"format\":"
		     "\"text\",\"cmds\":[");
	add_enable(target, to);
	buf_add(to, buf_text(items), items->len);
	buf_puts(to, "]}}");
}

const struct command_dialect eapi_dialect = {
	.label = "eAPI",
	.path = "/command-api",
	.type = "application/json",
	.hidden = 1, /* enable */
	.add = add,
	.wrap = wrap,
	.parse = eapi_reply_parse,
};
