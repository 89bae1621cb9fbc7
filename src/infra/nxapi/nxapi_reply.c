#include "infra/nxapi/nxapi_reply.h"

#include "base/escape.h"
#include "infra/http/command_reply.h"

#include <string.h>

/* JSON-RPC 2.0, 5.1: "Invalid params".  NX-API uses it for every command that
 * its command line refuses or that ends with an error. */
#define CODE_REFUSED (-32602)

static enum err_code senseless(const char *what, struct err *e)
{
	return command_reply_senseless(&nxapi_dialect, what, e);
}

/* {"result":{"msg":"…"}}, or {"result":null} where there is nothing to say. */
static const char *text_of(const json_t *result)
{
	const char *text = json_text(result, "msg", NULL);

	return text ? text : json_text(result, "body", "");
}

/* {"error":{"code":…,"message":"…","data":{"msg":"…"}}} */
static const char *said_in(const json_t *error)
{
	const char *said = text_of(json_object_get(error, "data"));

	return *said ? said : json_text(error, "message", "no reason given");
}

static enum err_code failed(const json_t *error, struct err *e)
{
	struct buf safe = BUF_INIT(2048);
	const char *said = said_in(error);
	enum err_code code;

	escape_device_text(&safe, said, strnlen(said, 300));
	code = err_set(e, ERR_REMOTE,
	    "the device could not run the command: %s (error %lld).",
	    buf_text(&safe), (long long)json_number(error, "code", 0));
	buf_release(&safe);
	return code;
}

static bool has_mark(const char *text)
{
	return *text == '%' || strstr(text, "\n%") != NULL;
}

static enum err_code take_refusal(const json_t *error, size_t at, size_t hidden,
    struct command_result *ret, struct err *e)
{
	const char *said = said_in(error);

	if (json_number(error, "code", 0) != CODE_REFUSED || at < hidden)
		return failed(error, e);
	command_reply_add(&ret->text, said);
	if (!has_mark(said)) {
		buf_puts(&ret->text, "% ");
		command_reply_add(
		    &ret->text, json_text(error, "message", "refused"));
	}
	ret->refused = true;
	ret->at = at - hidden;
	return buf_check(&ret->text, "the device's answer", e);
}

/* The error of one answer is kept, and the rest not looked at. */
static enum err_code take_answer(const json_t *answer, size_t at, size_t hidden,
    struct command_result *ret, struct err *e)
{
	const json_t *error = json_object_get(answer, "error");

	if (json_is_object(error) &&
	    !json_is_integer(json_object_get(answer, "id")))
		return failed(error, e); /* of the whole request */
	if (json_number(answer, "id", 0) != (json_int_t)at + 1)
		return senseless("it answers another command", e);
	if (json_is_object(error))
		return take_refusal(error, at, hidden, ret, e);
	if (!json_object_get(answer, "result"))
		return senseless("neither result nor error", e);
	return ERR_OK;
}

/* A batch of one is answered by an object, not by a list. */
static const json_t *answer_at(const json_t *reply, size_t i)
{
	return json_is_array(reply) ? json_array_get(reply, i) : reply;
}

/* One answer a command, in their order, up to the first error. */
static enum err_code take_answers(const json_t *reply, size_t n_commands,
    size_t hidden, struct command_result *ret, struct err *e)
{
	size_t n = json_is_array(reply) ? json_array_size(reply) : 1;
	enum err_code code = ERR_OK;

	for (size_t i = 0; code == ERR_OK && !ret->refused && i < n; i++) {
		if (i == n_commands)
			return senseless("more answers than commands", e);
		code = take_answer(answer_at(reply, i), i, hidden, ret, e);
	}
	if (code != ERR_OK || ret->refused)
		return code;
	if (n != n_commands)
		return senseless("not one answer for each command", e);
	command_reply_add(&ret->text,
	    text_of(json_object_get(answer_at(reply, n - 1), "result")));
	return buf_check(&ret->text, "the device's answer", e);
}

enum err_code nxapi_reply_parse(const char *body, size_t len, size_t n_commands,
    size_t hidden, struct command_result *ret, struct err *e)
{
	json_t *reply = NULL;
	enum err_code code;

	ret->refused = false;
	code = command_reply_read(&nxapi_dialect, body, len, &reply, e);
	if (code == ERR_OK)
		code = take_answers(reply, n_commands, hidden, ret, e);
	json_decref(reply);
	return code;
}
