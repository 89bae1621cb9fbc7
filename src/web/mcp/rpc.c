#include "web/mcp/rpc.h"

#include "base/json.h"

#include <string.h>

static bool is_id(const json_t *id)
{
	return json_is_integer(id) ||
	       (json_is_string(id) && json_string_length(id) <= RPC_MAX_ID);
}

const json_t *rpc_message_id(const json_t *value)
{
	const json_t *id = json_object_get(value, "id");

	return is_id(id) ? id : NULL;
}

/* A response has no method, and a result or an error. */
static bool is_response(const json_t *value)
{
	return !json_object_get(value, "method") &&
	       (json_object_get(value, "result") ||
		   json_object_get(value, "error"));
}

static enum err_code check_method(const json_t *value, struct err *e)
{
	const json_t *method = json_object_get(value, "method");
	size_t len = json_string_length(method);

	if (len == 0 || len > RPC_MAX_METHOD)
		return err_set(e, ERR_INVALID,
		    "\"method\" must be a text of 1 to %d bytes",
		    RPC_MAX_METHOD);
	return ERR_OK;
}

enum err_code rpc_message_read(
    const json_t *value, struct rpc_message *ret, struct err *e)
{
	const json_t *id = json_object_get(value, "id");
	const json_t *params = json_object_get(value, "params");
	enum err_code rc;

	if (!json_is_object(value))
		return err_set(e, ERR_INVALID, "a message is a JSON object");
	if (strcmp(json_text(value, "jsonrpc", ""), "2.0") != 0)
		return err_set(e, ERR_INVALID, "\"jsonrpc\" must be \"2.0\"");
	if (id && !is_id(id))
		return err_set(e, ERR_INVALID,
		    "\"id\" must be a whole number or a text of at most %d "
		    "bytes",
		    RPC_MAX_ID);
	if (is_response(value)) {
		*ret = (struct rpc_message){ RPC_RESPONSE, NULL, "", NULL };
		return ERR_OK;
	}
	rc = check_method(value, e);
	if (rc != ERR_OK)
		return rc;
	if (params && !json_is_object(params))
		return err_set(e, ERR_INVALID, "\"params\" must be an object");
	*ret = (struct rpc_message){
		.kind = id ? RPC_REQUEST : RPC_NOTIFICATION,
		.id = id,
		.method = json_text(value, "method", ""),
		.params = params,
	};
	return ERR_OK;
}

static json_t *id_json(const json_t *id)
{
	return id ? json_deep_copy(id) : json_null();
}

json_t *rpc_result_json(const json_t *id, json_t *result)
{
	return json_pack("{s:s, s:o, s:o}", "jsonrpc", "2.0", "id", id_json(id),
	    "result", result);
}

json_t *rpc_error_json(
    const json_t *id, enum rpc_code code, const char *message, json_t *data)
{
	json_t *error =
	    json_pack("{s:i, s:s}", "code", (int)code, "message", message);

	if (error && data && json_object_set(error, "data", data) != 0) {
		json_decref(error);
		error = NULL;
	}
	json_decref(data);
	return json_pack("{s:s, s:o, s:o}", "jsonrpc", "2.0", "id", id_json(id),
	    "error", error);
}
