/*
 * eAPI: JSON-RPC 2.0 method runCmds, POSTed to /command-api.
 * Codes of failed commands, as in the Command API Programmer's Guide:
 * 1000 general, 1002 invalid command, 1003 no model for JSON, 1005 denied.
 */
#include "sim/eos.h"

#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
	EAPI_PARSE_ERROR = -32700,
	EAPI_INVALID_REQUEST = -32600,
	EAPI_NO_METHOD = -32601,
	EAPI_INVALID_PARAMS = -32602,
	EAPI_GENERAL = 1000,
	EAPI_INVALID_COMMAND = 1002,
	EAPI_UNCONVERTED = 1003,
};

struct eapi_run {
	struct cli *cli;
	bool text; /* format "text" */
	json_t *results;
	json_int_t code; /* 0: all went well */
	char *message;
	json_t *data;
};

static json_t *eapi_error(
    json_t *id, json_int_t code, const char *message, json_t *data)
{
	json_t *error =
	    json_pack("{s:I, s:s}", "code", code, "message", message);

	if (data)
		json_object_set_new(error, "data", data);
	return json_pack(
	    "{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id, "error", error);
}

/* "% Invalid input …" becomes an error without the percent sign. */
static json_t *eapi_errors(const char *text)
{
	json_t *errors = json_array();

	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *line = text + strspn(text, "% ");

		if (len > 0 && line < text + len)
			json_array_append_new(
			    errors, json_stringn_nocheck(
					line, len - (size_t)(line - text)));
		text += len + (text[len] == '\n');
	}
	return errors;
}

static void eapi_fail(struct eapi_run *r, size_t index, const char *command,
    json_int_t code, const char *why)
{
	json_t *detail =
	    json_pack("{s:o}", "errors", eapi_errors(buf_text(&r->cli->text)));

	if (json_array_size(json_object_get(detail, "errors")) == 0)
		json_array_append_new(
		    json_object_get(detail, "errors"), json_string(why));
	r->code = code;
	r->message = mem_printf("CLI command %zu of %zu '%s' failed: %s",
	    index + 1, (size_t)json_array_size(r->data), command, why);
	json_array_append_new(r->results, detail);
}

static bool eapi_is_show(const char *command)
{
	return strncmp(command, "sh", 2) == 0 ||
	       strncmp(command, "dir", 3) == 0;
}

static void eapi_run_one(struct eapi_run *r, size_t index, json_t *item)
{
	const char *command =
	    json_is_string(item)
		? json_string_value(item)
		: json_string_value(json_object_get(item, "cmd"));
	const char *input = json_string_value(json_object_get(item, "input"));

	if (!command) {
		eapi_fail(
		    r, index, "", EAPI_INVALID_COMMAND, "invalid command");
		return;
	}
	r->cli->show_model = !r->text;
	cli_execute(r->cli, command, input);
	if (r->cli->failed)
		eapi_fail(r, index, command,
		    strstr(buf_text(&r->cli->text), "Invalid input")
			? EAPI_INVALID_COMMAND
			: EAPI_GENERAL,
		    strstr(buf_text(&r->cli->text), "Invalid input")
			? "invalid command"
			: "could not run command");
	else if (r->text)
		json_array_append_new(r->results,
		    json_pack("{s:s}", "output", buf_text(&r->cli->text)));
	else if (r->cli->model)
		json_array_append(r->results, r->cli->model);
	else if (eapi_is_show(command))
		eapi_fail(
		    r, index, command, EAPI_UNCONVERTED, "unconverted command");
	else if (r->cli->text.len > 0)
		json_array_append_new(
		    r->results, json_pack("{s:o}", "messages",
				    eapi_errors(buf_text(&r->cli->text))));
	else
		json_array_append_new(r->results, json_object());
}

static json_t *eapi_run_commands(
    struct device *d, const char *user, json_t *id, json_t *params)
{
	const char *format =
	    json_string_value(json_object_get(params, "format"));
	json_t *cmds = json_object_get(params, "cmds");
	struct eapi_run r = { .results = json_array(), .data = cmds };
	json_t *reply;

	r.text = format && strcmp(format, "text") == 0;
	r.cli = cli_new(d, &eos_cli_platform, user);
	for (size_t i = 0; i < json_array_size(cmds) && r.code == 0; i++)
		eapi_run_one(&r, i, json_array_get(cmds, i));
	cli_free(r.cli);
	if (r.code != 0)
		reply = eapi_error(id, r.code, r.message, r.results);
	else
		reply = json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id,
		    "result", r.results);
	free(r.message);
	return reply;
}

static json_t *eapi_answer(struct device *d, const char *user, json_t *request)
{
	const char *method =
	    json_string_value(json_object_get(request, "method"));
	json_t *params = json_object_get(request, "params");
	json_t *id = json_object_get(request, "id");

	if (!id)
		id = json_null();
	if (!method)
		return eapi_error(
		    id, EAPI_INVALID_REQUEST, "Invalid Request", NULL);
	if (strcmp(method, "runCmds") != 0)
		return eapi_error(id, EAPI_NO_METHOD, "Method not found", NULL);
	if (!json_is_array(json_object_get(params, "cmds")))
		return eapi_error(
		    id, EAPI_INVALID_PARAMS, "Invalid params", NULL);
	return eapi_run_commands(d, user, id, params);
}

unsigned eos_api_post(
    struct device *d, const struct http_post *post, struct buf *out)
{
	json_t *request = json_loadb(post->body, post->len, 0, NULL);
	json_t *reply = request ? eapi_answer(d, post->user, request)
				: eapi_error(json_null(), EAPI_PARSE_ERROR,
				      "Parse error", NULL);
	char *text = json_dumps(reply, JSON_COMPACT);

	buf_puts(out, text ? text : "{}");
	free(text);
	json_decref(reply);
	json_decref(request);
	return 200;
}
