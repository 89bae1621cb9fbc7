/*
 * NX-API's own format: POST /ins with {"ins_api": …}.  Its errors come with
 * HTTP status 200.  What is asked as JSON-RPC: nxos_rpc.c.
 *
 * Source: Cisco Nexus 9000 Series NX-OS Programmability Guide, "NX-API CLI":
 * request and response elements, "Table of NX-API Response Codes".
 */
#include "sim/nxos.h"

#include "sim/mem.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INS_SHOW_MAX 10
#define INS_CHUNK ((size_t)8 * 1024)

enum ins_error {
	INS_OK,
	INS_MESSAGE,
	INS_NO_INPUT,
	INS_CLI,
	INS_ONE_CHUNK,
	INS_NO_SHOW,
	INS_TOO_MANY,
	INS_CHUNK_ID,
	INS_FAILED,
	INS_BUSY,
	INS_NO_BASH,
	INS_CHUNK_SHOW_ONLY,
	INS_TYPE,
	INS_STRUCTURED,
};

static const struct {
	const char *code;
	const char *msg;
} ins_errors[] = {
	[INS_OK] = { "200", "Success" },
	[INS_MESSAGE] = { "400", "Request message is invalid" },
	[INS_NO_INPUT] = { "400", "No input command" },
	[INS_CLI] = { "400", "Input CLI command error" },
	[INS_ONE_CHUNK] = { "400", "Chunking only allowed to one command" },
	[INS_NO_SHOW] = { "405", "Configuration mode does not allow show" },
	[INS_TOO_MANY] = { "413",
	    "Maximum number of consecutive show commands exceeded. The maximum "
	    "is 10" },
	[INS_CHUNK_ID] = { "417", "Invalid session ID" },
	[INS_FAILED] = { "500", "Backend processing error" },
	[INS_BUSY] = { "500",
	    "Request is rejected because the server is busy" },
	[INS_NO_BASH] = { "501", "Bash command not supported" },
	[INS_CHUNK_SHOW_ONLY] = { "501",
	    "Response chunking allowed only in show commands" },
	[INS_TYPE] = { "501", "Message type not supported" },
	[INS_STRUCTURED] = { "501", "Structured output unsupported" },
};

static const struct ins_type {
	const char *name;
	bool show;
	bool model;
	bool config; /* lines from the top of configuration */
} ins_types[] = {
	{ "cli_show", true, true, false },
	{ "cli_show_ascii", true, false, false },
	{ "cli_conf", false, false, true },
};

struct ins {
	struct device *device;
	const struct ins_type *type;
	struct cli *cli;
	json_t *request;
	char sid[24]; /* of the reply */
};

/* --- replies ----------------------------------------------------------- */

static json_t *ins_output(enum ins_error error, const char *input)
{
	json_t *output = json_pack("{s:s, s:s}", "code", ins_errors[error].code,
	    "msg", ins_errors[error].msg);

	if (input)
		json_object_set_new(output, "input", json_string(input));
	return output;
}

static const char *ins_text(const struct ins *r, const char *key)
{
	const char *text = json_string_value(json_object_get(r->request, key));

	return text ? text : "";
}

/* Several outputs are a list, a single one is not. */
static json_t *ins_reply(const struct ins *r, json_t *output)
{
	return json_pack("{s:{s:s, s:s, s:s, s:{s:o}}}", "ins_api", "type",
	    ins_text(r, "type"), "version", "1.0", "sid", r->sid, "outputs",
	    "output", output);
}

/* --- commands ---------------------------------------------------------- */

static json_t *ins_refusal(const struct ins *r, const char *command)
{
	json_t *output = ins_output(INS_CLI, command);

	json_object_set_new(
	    output, "clierror", json_string(buf_text(&r->cli->text)));
	return output;
}

static json_t *ins_run(struct ins *r, const char *command)
{
	struct cli *cli = r->cli;
	json_t *output;

	cli->show_model = r->type->model;
	cli_execute(cli, command, NULL);
	if (cli->failed)
		return ins_refusal(r, command);
	if (r->type->model && !cli->model && cli->text.len > 0)
		return ins_output(INS_STRUCTURED, command);
	output = ins_output(INS_OK, command);
	json_object_set_new(output, "body",
	    cli->model ? json_incref(cli->model)
	    : r->type->show && !r->type->model
		? json_string(buf_text(&cli->text))
		: json_object());
	return output;
}

/* Commands stand between semicolons with a blank before them. */
static json_t *ins_split(const char *input)
{
	json_t *commands = json_array();

	while (*input) {
		const char *end = strstr(input, " ;");
		size_t len = end ? (size_t)(end - input) : strlen(input);
		size_t lead = strspn(input, " ");
		const char *next = end ? end + 2 : input + len;

		while (len > lead && strchr(" ;", input[len - 1]))
			len--;
		if (len > lead)
			json_array_append_new(
			    commands, json_stringn(input + lead, len - lead));
		input = next;
	}
	return commands;
}

static bool ins_is_show(const char *command)
{
	return text_starts_with(command, "show ") ||
	       text_starts_with(command, "sh ");
}

static json_t *ins_run_all(struct ins *r, json_t *commands)
{
	json_t *outputs = json_array(), *item, *only;
	size_t i;

	if (r->type->config)
		cli_execute(r->cli, "configure terminal", NULL);
	json_array_foreach(commands, i, item)
	{
		const char *command = json_string_value(item);

		json_array_append_new(
		    outputs, r->type->config && ins_is_show(command)
				 ? ins_output(INS_NO_SHOW, command)
				 : ins_run(r, command));
		if (r->type->config && r->cli->failed)
			break; /* rollback: stop-on-error */
	}
	if (json_array_size(outputs) != 1)
		return outputs;
	only = json_incref(json_array_get(outputs, 0));
	json_decref(outputs);
	return only;
}

/* --- chunks ------------------------------------------------------------ */

/* The next part of what is kept, in the output's body. */
static json_t *ins_next_chunk(struct ins *r, const char *command)
{
	struct nxos *nxos = nxos_of(r->device);
	size_t len = strlen(nxos->chunk);
	json_t *output = ins_output(INS_OK, command);

	len = len < INS_CHUNK ? len : INS_CHUNK;
	json_object_set_new(output, "body", json_stringn(nxos->chunk, len));
	if (nxos->chunk[len]) {
		mem_replace(&nxos->chunk, mem_strdup(nxos->chunk + len));
		snprintf(r->sid, sizeof(r->sid), "sid-%u", nxos->chunk_id);
	} else {
		mem_replace(&nxos->chunk, NULL);
	}
	return output;
}

static json_t *ins_chunked(struct ins *r, json_t *commands)
{
	struct nxos *nxos = nxos_of(r->device);
	const char *command = json_string_value(json_array_get(commands, 0));
	char sid[24];
	json_t *output;
	char *text;

	if (!r->type->show)
		return ins_output(INS_CHUNK_SHOW_ONLY, NULL);
	if (json_array_size(commands) > 1)
		return ins_output(INS_ONE_CHUNK, NULL);
	snprintf(sid, sizeof(sid), "sid-%u", nxos->chunk_id);
	if (nxos->chunk && strcmp(ins_text(r, "sid"), sid) == 0)
		return ins_next_chunk(r, command);
	if (text_starts_with(ins_text(r, "sid"), "sid-"))
		return ins_output(INS_CHUNK_ID, NULL);
	output = ins_run(r, command);
	if (strcmp(ins_text(r, "type"), "cli_show") == 0 || r->cli->failed)
		return output;
	json_decref(output);
	text = mem_strdup(buf_text(&r->cli->text));
	mem_replace(&nxos->chunk, text);
	nxos->chunk_id++;
	return ins_next_chunk(r, command);
}

/* --- the message ------------------------------------------------------- */

static const struct ins_type *ins_type_of(const char *name)
{
	for (size_t i = 0; i < sizeof(ins_types) / sizeof(*ins_types); i++)
		if (strcmp(ins_types[i].name, name) == 0)
			return &ins_types[i];
	return NULL;
}

static enum ins_error ins_judge(const struct ins *r, const json_t *commands)
{
	if (strcmp(ins_text(r, "type"), "bash") == 0)
		return INS_NO_BASH; /* there is no `feature bash-shell` */
	if (!*ins_text(r, "type") || !*ins_text(r, "version"))
		return INS_MESSAGE;
	if (!r->type)
		return INS_TYPE;
	if (json_array_size(commands) == 0)
		return INS_NO_INPUT;
	if (r->type->show && json_array_size(commands) > INS_SHOW_MAX)
		return INS_TOO_MANY;
	return INS_OK;
}

static json_t *nxos_ins(struct device *d, const char *user, json_t *request)
{
	struct ins r = { .device = d, .request = request, .sid = "eoc" };
	json_t *commands = ins_split(ins_text(&r, "input"));
	json_t *output, *reply;
	enum ins_error error;

	r.type = ins_type_of(ins_text(&r, "type"));
	error = ins_judge(&r, commands);
	if (hostile_due(&d->hostile.api_busy))
		error = INS_BUSY;
	r.cli = cli_new(d, &nxos_cli_platform, user);
	if (error != INS_OK)
		output = ins_output(error, NULL);
	else if (strcmp(ins_text(&r, "chunk"), "1") == 0)
		output = ins_chunked(&r, commands);
	else
		output = ins_run_all(&r, commands);
	if (hostile_due(&d->hostile.api_failed)) {
		json_decref(output);
		output = ins_output(INS_FAILED, NULL);
	}
	reply = ins_reply(&r, output);
	cli_free(r.cli);
	json_decref(commands);
	return reply;
}

unsigned nxos_api_post(
    struct device *d, const struct http_post *post, struct buf *out)
{
	json_t *request = json_loadb(post->body, post->len, 0, NULL);
	json_t *ins = json_object_get(request, "ins_api");
	unsigned status = 200;
	json_t *reply;
	char *text;

	if (!conf_find(nxos_of(d)->running, "feature nxapi")) {
		json_decref(request);
		return 404;
	}
	if (text_starts_with(post->type, "application/json-rpc"))
		reply = nxos_rpc(d, post->user, request, &status);
	else
		reply = nxos_ins(d, post->user, ins);
	text = json_dumps(reply, JSON_COMPACT);
	buf_puts(out, text ? text : "{}");
	free(text);
	json_decref(reply);
	json_decref(request);
	return status;
}
