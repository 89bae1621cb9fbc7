/*
 * NX-API: POST /ins with the message {"ins_api": …} or with JSON-RPC 2.0.
 */
#include "sim/nxos.h"

#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

#define NXAPI_COMMANDS_MAX 256

static const char nxapi_refused[] = "Input CLI command error";

struct nxapi_run {
	struct cli *cli;
	bool model;  /* cli_show, method "cli" */
	bool config; /* cli_conf: lines from the top of configuration */
};

static void nxapi_begin(
    struct nxapi_run *r, struct device *d, const char *user, const char *type)
{
	r->cli = cli_new(d, &nxos_cli_platform, user);
	r->config = strcmp(type, "cli_conf") == 0;
	r->model = strcmp(type, "cli_show") == 0 || strcmp(type, "cli") == 0;
	if (r->config)
		cli_execute(r->cli, "configure terminal", NULL);
}

static void nxapi_execute(struct nxapi_run *r, const char *command)
{
	r->cli->device->stats.commands++;
	r->cli->show_model = r->model;
	cli_execute(r->cli, command, NULL);
}

/* What the reply holds for a command that worked. */
static json_t *nxapi_body(struct nxapi_run *r)
{
	if (r->cli->model)
		return json_incref(r->cli->model);
	if (r->model || r->config)
		return json_object();
	return json_string(buf_text(&r->cli->text));
}

/* --- {"ins_api": …} ---------------------------------------------------- */

static json_t *nxapi_output(struct nxapi_run *r, const char *command)
{
	nxapi_execute(r, command);
	if (r->cli->failed)
		return json_pack("{s:s, s:s, s:s, s:s}", "input", command,
		    "msg", nxapi_refused, "code", "400", "clierror",
		    buf_text(&r->cli->text));
	if (r->model && !r->cli->model && r->cli->text.len > 0)
		return json_pack("{s:s, s:s, s:s, s:s}", "input", command,
		    "msg", "Output structured data is not supported", "code",
		    "501", "clierror", "structured output unsupported\n");
	return json_pack("{s:s, s:s, s:s, s:o}", "input", command, "msg",
	    "Success", "code", "200", "body", nxapi_body(r));
}

/* Commands stand between semicolons. */
static json_t *nxapi_outputs(struct nxapi_run *r, const char *input)
{
	json_t *outputs = json_array();
	char *copy = mem_strdup(input);
	char *save = NULL;
	json_t *only;

	for (char *p = strtok_r(copy, ";", &save);
	     p && json_array_size(outputs) < NXAPI_COMMANDS_MAX;
	     p = strtok_r(NULL, ";", &save)) {
		size_t len;

		p += strspn(p, " ");
		len = strlen(p);
		while (len > 0 && p[len - 1] == ' ')
			p[--len] = '\0';
		if (len > 0)
			json_array_append_new(outputs, nxapi_output(r, p));
	}
	free(copy);
	if (json_array_size(outputs) != 1)
		return outputs;
	only = json_incref(json_array_get(outputs, 0));
	json_decref(outputs);
	return only;
}

static json_t *nxapi_ins(struct device *d, const char *user, json_t *ins)
{
	const char *type = json_string_value(json_object_get(ins, "type"));
	const char *input = json_string_value(json_object_get(ins, "input"));
	struct nxapi_run r;
	json_t *outputs;

	if (!type || !input)
		return json_pack("{s:{s:s, s:{s:{s:s, s:s}}}}", "ins_api",
		    "version", "1.0", "outputs", "output", "code", "400", "msg",
		    "Invalid request");
	nxapi_begin(&r, d, user, type);
	outputs = nxapi_outputs(&r, input);
	cli_free(r.cli);
	return json_pack("{s:{s:s, s:s, s:s, s:{s:o}}}", "ins_api", "type",
	    type, "version", "1.0", "sid", "eoc", "outputs", "output", outputs);
}

/* --- JSON-RPC ---------------------------------------------------------- */

static json_t *nxapi_rpc_one(struct nxapi_run *r, json_t *request)
{
	const char *method =
	    json_string_value(json_object_get(request, "method"));
	const char *command = json_string_value(
	    json_object_get(json_object_get(request, "params"), "cmd"));
	json_t *id = json_object_get(request, "id");

	id = id ? id : json_null();
	if (!method || !command)
		return json_pack("{s:s, s:{s:i, s:s}, s:O}", "jsonrpc", "2.0",
		    "error", "code", -32600, "message", "Invalid request", "id",
		    id);
	r->model = strcmp(method, "cli") == 0;
	nxapi_execute(r, command);
	if (r->cli->failed)
		return json_pack("{s:s, s:{s:i, s:s, s:{s:s}}, s:O}", "jsonrpc",
		    "2.0", "error", "code", -32602, "message", "Invalid params",
		    "data", "msg", buf_text(&r->cli->text), "id", id);
	if (r->cli->model)
		return json_pack("{s:s, s:{s:O}, s:O}", "jsonrpc", "2.0",
		    "result", "body", r->cli->model, "id", id);
	if (r->cli->text.len > 0)
		return json_pack("{s:s, s:{s:s}, s:O}", "jsonrpc", "2.0",
		    "result", "msg", buf_text(&r->cli->text), "id", id);
	return json_pack(
	    "{s:s, s:n, s:O}", "jsonrpc", "2.0", "result", "id", id);
}

/* The commands of one request share a session, and stop at an error. */
static json_t *nxapi_rpc(struct device *d, const char *user, json_t *request)
{
	struct nxapi_run r;
	json_t *reply;

	nxapi_begin(&r, d, user, "cli");
	if (json_is_array(request)) {
		size_t n = json_array_size(request);

		reply = json_array();
		for (size_t i = 0; i < n && i < NXAPI_COMMANDS_MAX; i++) {
			json_array_append_new(reply,
			    nxapi_rpc_one(&r, json_array_get(request, i)));
			if (r.cli->failed)
				break;
		}
	} else {
		reply = nxapi_rpc_one(&r, request);
	}
	cli_free(r.cli);
	return reply;
}

unsigned nxos_api_post(struct device *d, const char *user, const char *body,
    size_t len, struct buf *out)
{
	json_t *request = json_loadb(body, len, 0, NULL);
	json_t *ins = json_object_get(request, "ins_api");
	json_t *reply;
	char *text;

	if (!conf_find(nxos_of(d)->running, "feature nxapi")) {
		json_decref(request);
		return 404;
	}
	if (!request)
		reply = json_pack("{s:s, s:{s:i, s:s}, s:n}", "jsonrpc", "2.0",
		    "error", "code", -32700, "message", "Parse error", "id");
	else if (ins)
		reply = nxapi_ins(d, user, ins);
	else
		reply = nxapi_rpc(d, user, request);
	text = json_dumps(reply, JSON_COMPACT);
	buf_puts(out, text ? text : "{}");
	free(text);
	json_decref(reply);
	json_decref(request);
	return 200;
}
