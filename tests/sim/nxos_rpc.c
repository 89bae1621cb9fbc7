/*
 * NX-API's JSON-RPC 2.0: POST /ins with Content-Type application/json-rpc and
 * a request object a command, or a list of them, with method "cli" or
 * "cli_ascii".
 *
 * The commands of one request share a session, and stop at an error, which
 * comes with HTTP status 500.  A list of one is answered by an object, not by a
 * list.
 *
 * Source: Cisco Nexus 9000 Series NX-OS Programmability Guide, "NX-API CLI",
 * JSON-RPC; statuses as seen by users of switches (napalm, pull request 1461).
 */
#include "sim/nxos.h"

#include "sim/mem.h"

#include <string.h>

#define RPC_COMMANDS_MAX 256

enum rpc_error {
	RPC_PARSE,
	RPC_REQUEST,
	RPC_METHOD,
	RPC_REFUSED,
	RPC_INTERNAL,
};

static const struct {
	int code;
	unsigned status;
	const char *message;
} rpc_errors[] = {
	[RPC_PARSE] = { -32700, 400, "Parse error" },
	[RPC_REQUEST] = { -32600, 400, "Invalid request" },
	[RPC_METHOD] = { -32601, 400, "Method not found" },
	[RPC_REFUSED] = { -32602, 500, "Invalid params" },
	[RPC_INTERNAL] = { -32603, 500, "Internal error" },
};

struct rpc {
	struct device *device;
	struct cli *cli;
	unsigned status;
};

/* id: borrowed, NULL if the request had none. */
static json_t *rpc_fail(
    struct rpc *r, enum rpc_error error, const char *said, json_t *id)
{
	json_t *e = json_pack("{s:i, s:s}", "code", rpc_errors[error].code,
	    "message", rpc_errors[error].message);

	if (said)
		json_object_set_new(e, "data", json_pack("{s:s}", "msg", said));
	r->status = rpc_errors[error].status;
	return json_pack("{s:s, s:o, s:O}", "jsonrpc", "2.0", "error", e, "id",
	    id ? id : json_null());
}

static json_t *rpc_answer(struct rpc *r, json_t *id)
{
	json_t *result = json_null();

	if (r->cli->model)
		result = json_pack("{s:O}", "body", r->cli->model);
	else if (r->cli->text.len > 0)
		result = json_pack("{s:s}", "msg", buf_text(&r->cli->text));
	return json_pack("{s:s, s:o, s:O}", "jsonrpc", "2.0", "result", result,
	    "id", id ? id : json_null());
}

static json_t *rpc_one(struct rpc *r, json_t *request)
{
	const char *method =
	    json_string_value(json_object_get(request, "method"));
	json_t *params = json_object_get(request, "params");
	const char *command = json_string_value(json_object_get(params, "cmd"));
	json_t *id = json_object_get(request, "id");

	if (!method || !command || !json_object_get(params, "version"))
		return rpc_fail(r, RPC_REQUEST, NULL, id);
	if (strcmp(method, "cli") != 0 && strcmp(method, "cli_ascii") != 0)
		return rpc_fail(r, RPC_METHOD, NULL, id);
	r->cli->show_model = strcmp(method, "cli") == 0;
	cli_execute(r->cli, command, NULL);
	if (r->cli->failed)
		return rpc_fail(r, RPC_REFUSED, buf_text(&r->cli->text), id);
	return rpc_answer(r, id);
}

static json_t *rpc_list(struct rpc *r, json_t *requests)
{
	json_t *answers = json_array(), *item, *only;
	size_t i;

	json_array_foreach(requests, i, item)
	{
		if (r->status != 200 || i == RPC_COMMANDS_MAX)
			break;
		json_array_append_new(answers, rpc_one(r, item));
	}
	if (json_array_size(answers) != 1)
		return answers;
	only = json_incref(json_array_get(answers, 0));
	json_decref(answers);
	return only;
}

json_t *nxos_rpc(
    struct device *d, const char *user, json_t *request, unsigned *ret_status)
{
	struct rpc r = { .device = d, .status = 200 };
	json_t *reply;

	r.cli = cli_new(d, &nxos_cli_platform, user);
	if (!request)
		reply = rpc_fail(&r, RPC_PARSE, NULL, NULL);
	else if (hostile_due(&d->hostile.api_busy))
		reply = rpc_fail(&r, RPC_INTERNAL,
		    "Request is rejected because the server is busy.\n", NULL);
	else if (json_is_array(request) && json_array_size(request) > 0)
		reply = rpc_list(&r, request);
	else
		reply = rpc_one(&r, request);
	if (hostile_due(&d->hostile.api_failed)) {
		json_decref(reply);
		reply = rpc_fail(
		    &r, RPC_INTERNAL, "Back-end processing error.\n", NULL);
	}
	cli_free(r.cli);
	*ret_status = r.status;
	return reply;
}
