/*
 * JSON-RPC 2.0 messages, as the Model Context Protocol uses them: an id is a
 * text or a whole number, parameters are an object.  Pure.
 *
 * Source: jsonrpc.org/specification; modelcontextprotocol.io, "Base protocol".
 */
#ifndef WEB_MCP_RPC_H
#define WEB_MCP_RPC_H

#include "base/err.h"

#include <jansson.h>

enum rpc_code {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
	/* of MCP itself */
	RPC_RESOURCE_NOT_FOUND = -32002, /* until 2025-11-25 */
	RPC_HEADER_MISMATCH = -32020,
	RPC_UNSUPPORTED_VERSION = -32022,
};

#define RPC_MAX_ID 256	   /* bytes of an id that is a text */
#define RPC_MAX_METHOD 128 /* bytes */

enum rpc_kind {
	RPC_REQUEST,
	RPC_NOTIFICATION, /* gets no answer */
	RPC_RESPONSE,	  /* to a question that was never asked */
};

/* Borrows the value that it was read from. */
struct rpc_message {
	enum rpc_kind kind;
	const json_t *id;     /* RPC_REQUEST only */
	const char *method;   /* "" for a response */
	const json_t *params; /* an object, or NULL */
};

/* ERR_INVALID: the value is no message. */
enum err_code rpc_message_read(
    const json_t *value, struct rpc_message *ret, struct err *e) must_check;

/* The id to answer a message with that may be none: NULL if it has none that
 * could be sent back. */
const json_t *rpc_message_id(const json_t *value);

/* Answers; they take over `result` and `data` (NULL: none).  id NULL: null.
 * NULL when out of memory. */
json_t *rpc_result_json(const json_t *id, json_t *result);
json_t *rpc_error_json(
    const json_t *id, enum rpc_code code, const char *message, json_t *data);

#endif
