#include "infra/nxapi/nxapi.h"

#include "base/json.h"
#include "infra/nxapi/nxapi_reply.h"

#include <assert.h>
#include <stdlib.h>

/* A JSON-RPC error comes with status 500, on some releases 400; the errors of
 * its own format {"ins_api": …} with 200. */
static const int statuses[] = { 500, 400, 0 };

static void add_command(struct buf *to, size_t id, const char *command)
{
	json_t *item = json_pack("{s:s, s:s, s:{s:s, s:i}, s:I}", "jsonrpc",
	    "2.0", "method", "cli_ascii", "params", "cmd", command, "version",
	    1, "id", (json_int_t)id);
	char *text = item ? json_dumps(item, JSON_COMPACT) : NULL;

	if (!text)
		to->failed = true; /* not UTF-8, or out of memory */
	else
		buf_puts(to, text);
	free(text);
	json_decref(item);
}

static void add(
    struct buf *to, size_t number, const char *command, const char *input)
{
	assert(!input); /* there is nothing that could carry it */
	(void)input;
	buf_putc(to, ',');
	add_command(to, nxapi_dialect.hidden + number + 1, command);
}

static void wrap(
    const struct driver_target *target, const struct buf *items, struct buf *to)
{
	(void)target; /* roles decide what its user may do */
	buf_putc(to, '[');
	add_command(to, 1, "terminal dont-ask");
	buf_add(to, buf_text(items), items->len);
	buf_putc(to, ']');
}

const struct command_dialect nxapi_dialect = {
	.label = "NX-API",
	.path = "/ins",
	.type = "application/json-rpc",
	.statuses = statuses,
	.hidden = 1, /* terminal dont-ask */
	.add = add,
	.wrap = wrap,
	.parse = nxapi_reply_parse,
};
