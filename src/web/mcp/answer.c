/*
 * From JSON text to the answer: parsing, batches, errors, HTTP statuses.
 */
#include "web/mcp/mcp.h"

#include "base/json.h"
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

enum err_code mcp_refuse(struct mcp_call *call, enum rpc_code code,
    json_t *data, struct err *e, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_decref(call->data);
	call->data = data;
	call->code = code;
	return err_set(e, ERR_INVALID, "%s", text);
}

/* HTTP's status for an error: what concerns the message as such.  The older
 * revisions say no more; the modern one names these (2026-07-28,
 * "Transports"). */
static int status_of(enum mcp_era era, enum rpc_code code)
{
	static const struct {
		enum rpc_code code;
		int older, modern;
	} statuses[] = {
		{ RPC_PARSE_ERROR, 400, 400 },
		{ RPC_INVALID_REQUEST, 400, 400 },
		{ RPC_METHOD_NOT_FOUND, 200, 404 },
		{ RPC_INVALID_PARAMS, 200, 400 },
		{ RPC_HEADER_MISMATCH, 400, 400 },
		{ RPC_UNSUPPORTED_VERSION, 400, 400 },
	};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].code == code)
			return era == MCP_MODERN ? statuses[i].modern
						 : statuses[i].older;
	}
	return 200;
}

static struct mcp_reply reply_error(enum mcp_era era, const json_t *id,
    enum rpc_code code, const char *message, json_t *data)
{
	return (struct mcp_reply){ status_of(era, code),
		rpc_error_json(id, code, message, data) };
}

/* What distinguishes a modern result. */
static bool make_modern(const struct mcp_call *call, json_t *result)
{
	json_t *meta = json_object_get(result, "_meta");

	if (!meta) {
		meta = json_object();
		if (json_object_set_new(result, "_meta", meta) != 0)
			return false;
	}
	return json_object_set_new(
		   result, "resultType", json_string("complete")) == 0 &&
	       json_object_set_new(
		   meta, MCP_META "serverInfo", mcp_server_info(call->r)) == 0;
}

static struct mcp_reply answer_request(struct mcp_call *call)
{
	const json_t *id = call->message->id;
	struct mcp_reply reply;
	struct err e = ERR_INIT;
	json_t *result = NULL;
	enum err_code rc = mcp_check_protocol(call, &e);

	if (rc == ERR_OK)
		rc = mcp_run_method(call, &result, &e);
	if (rc == ERR_OK && call->era == MCP_MODERN &&
	    !make_modern(call, result)) {
		json_decref(result);
		rc = err_set(&e, ERR_SYSTEM, "out of memory");
	}
	if (rc == ERR_OK)
		return (struct mcp_reply){ 200, rpc_result_json(id, result) };
	if (!call->code) {
		log_err(&e, "mcp");
		call->code = RPC_INTERNAL_ERROR;
	}
	reply = reply_error(call->era, id, call->code, e.message, call->data);
	call->data = NULL;
	return reply;
}

/* Notifications need nothing done: there is no session that one could change,
 * and a call is over before its cancellation can be read. */
static struct mcp_reply answer_value(struct mcp_peer *peer, const json_t *value)
{
	struct rpc_message message;
	struct err e = ERR_INIT;
	struct mcp_call call;

	if (rpc_message_read(value, &message, &e) != ERR_OK)
		return reply_error(MCP_OLDER, rpc_message_id(value),
		    RPC_INVALID_REQUEST, e.message, NULL);
	if (message.kind != RPC_REQUEST)
		return (struct mcp_reply){ 202, NULL };
	call = (struct mcp_call){ .peer = peer,
		.r = peer->r,
		.message = &message,
		.era = mcp_era_of(peer, &message) };
	return answer_request(&call);
}

static struct mcp_reply answer_batch(
    struct mcp_peer *peer, const json_t *batch, size_t n)
{
	json_t *answers = json_array();

	for (size_t i = 0; i < n; i++) {
		struct mcp_reply one =
		    answer_value(peer, json_array_get(batch, i));

		if (one.value && json_array_append_new(answers, one.value)) {
			json_decref(answers);
			return (struct mcp_reply){ 200, NULL };
		}
	}
	if (json_array_size(answers))
		return (struct mcp_reply){ 200, answers };
	json_decref(answers);
	return (struct mcp_reply){ 202, NULL };
}

static struct mcp_reply answer_json(struct mcp_peer *peer, const json_t *value)
{
	size_t n = json_array_size(value);

	if (!json_is_array(value))
		return answer_value(peer, value);
	if (!mcp_takes_batches(peer))
		return reply_error(MCP_OLDER, NULL, RPC_INVALID_REQUEST,
		    "this version of the protocol has no batches: send each "
		    "message for itself",
		    NULL);
	if (n == 0 || n > MCP_MAX_BATCH)
		return reply_error(MCP_OLDER, NULL, RPC_INVALID_REQUEST,
		    "a batch holds 1 to 32 messages", NULL);
	return answer_batch(peer, value, n);
}

enum err_code mcp_answer(struct mcp_peer *peer, const char *text, size_t len,
    struct mcp_reply *ret, struct err *e)
{
	struct err why = ERR_INIT;
	struct mcp_reply reply;
	json_t *value = NULL;

	if (json_read(text, len, MCP_MAX_MESSAGE, &value, &why) == ERR_OK)
		reply = answer_json(peer, value);
	else
		reply = reply_error(
		    MCP_OLDER, NULL, RPC_PARSE_ERROR, why.message, NULL);
	json_decref(value);
	if (reply.status != 202 && !reply.value)
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = reply;
	return ERR_OK;
}
