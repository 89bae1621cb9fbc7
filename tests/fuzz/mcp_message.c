/*
 * Any bytes as a message of the Model Context Protocol: what is taken for one
 * can be answered, and its answer has its id.
 */
#include "web/mcp/rpc.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(const json_t *id, json_t *answer)
{
	const json_t *got = json_object_get(answer, "id");

	if (!answer || (id ? !json_equal(got, id) : !json_is_null(got)))
		abort();
	json_decref(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc_message message;
	struct err e = ERR_INIT;
	json_t *value = NULL;

	if (json_read((const char *)data, size, size, &value, &e) != ERR_OK)
		return 0;
	if (rpc_message_read(value, &message, &e) != ERR_OK) {
		check_answer(rpc_message_id(value),
		    rpc_error_json(rpc_message_id(value), RPC_INVALID_REQUEST,
			e.message, NULL));
	} else if (message.kind == RPC_REQUEST) {
		if (!*message.method || strlen(message.method) > RPC_MAX_METHOD)
			abort();
		check_answer(
		    message.id, rpc_result_json(message.id, json_object()));
	}
	json_decref(value);
	return 0;
}
