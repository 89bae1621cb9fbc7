#include "infra/eapi/eapi_reply.h"

#include "infra/http/command_reply.h"

/* Programmer's Guide: the user may not run the command. */
#define CODE_DENIED 1005

static enum err_code take_output(
    const json_t *results, size_t n, struct command_result *ret, struct err *e)
{
	const json_t *last = json_array_get(results, n - 1);

	if (json_array_size(results) != n || !json_is_object(last))
		return command_reply_senseless(
		    &eapi_dialect, "not one result for each command", e);
	command_reply_add(&ret->text, json_text(last, "output", ""));
	return buf_check(&ret->text, "the device's answer", e);
}

/* data: a result for each command up to the one that was refused, whose own
 * has a list of errors. */
static void take_errors(
    const json_t *data, const char *message, struct command_result *ret)
{
	size_t n = json_array_size(data);
	const json_t *last = json_array_get(data, n - 1);
	const json_t *errors = json_object_get(last, "errors"), *item;
	size_t i;

	command_reply_add(&ret->text, json_text(last, "output", ""));
	json_array_foreach(errors, i, item)
	{
		const char *line = json_string_value(item);

		if (!line)
			continue;
		buf_puts(&ret->text, "% ");
		command_reply_add(&ret->text, line);
	}
	if (!json_array_size(errors)) {
		buf_puts(&ret->text, "% ");
		command_reply_add(&ret->text, message);
	}
}

static enum err_code take_error(const json_t *error, size_t n_commands,
    size_t hidden, struct command_result *ret, struct err *e)
{
	const json_t *data = json_object_get(error, "data");
	const char *message = json_text(error, "message", "no reason given");
	json_int_t code = json_number(error, "code", 0);
	size_t n = json_array_size(data);

	if (n == 0 || n > n_commands) {
		err_set(e, code == CODE_DENIED ? ERR_DENIED : ERR_REMOTE,
		    "the device runs none of these commands: %.300s", message);
		return code == CODE_DENIED ? ERR_DENIED : ERR_REMOTE;
	}
	if (n <= hidden) {
		err_set(e, ERR_DENIED,
		    "the device does not let the user into the privileged "
		    "mode");
		err_detail(e, "%.400s", message);
		return ERR_DENIED;
	}
	take_errors(data, message, ret);
	ret->refused = true;
	ret->at = n - 1 - hidden;
	return buf_check(&ret->text, "the device's answer", e);
}

enum err_code eapi_reply_parse(const char *body, size_t len, size_t n_commands,
    size_t hidden, struct command_result *ret, struct err *e)
{
	json_t *reply = NULL, *error, *results;
	enum err_code code;

	ret->refused = false;
	code = command_reply_read(&eapi_dialect, body, len, &reply, e);
	if (code != ERR_OK)
		return code;
	error = json_object_get(reply, "error");
	results = json_object_get(reply, "result");
	if (json_is_object(error))
		code = take_error(error, n_commands, hidden, ret, e);
	else if (json_is_array(results))
		code = take_output(results, n_commands, ret, e);
	else
		code = command_reply_senseless(
		    &eapi_dialect, "neither result nor error", e);
	json_decref(reply);
	return code;
}
