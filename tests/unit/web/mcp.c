/*
 * The Model Context Protocol: framing, who comes in, both eras, resources and
 * prompts.
 */
#include "unit/web/mcp_fixture.h"

static void test_what_is_no_message(void **state)
{
	static const struct {
		const char *body;
		int status;
		json_int_t code;
	} rows[] = {
		{ "", 400, RPC_PARSE_ERROR },
		{ "{", 400, RPC_PARSE_ERROR },
		{ "{\"a\":1,\"a\":2}", 400, RPC_PARSE_ERROR },
		{ "1", 400, RPC_INVALID_REQUEST },
		{ "{}", 400, RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", 400,
		    RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", 400,
		    RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", 400,
		    RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"ping\"}", 400,
		    RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", 400,
		    RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}", 400,
		    RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\","
		  "\"params\":[]}",
		    400, RPC_INVALID_REQUEST },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nope\"}", 200,
		    RPC_METHOD_NOT_FOUND },
		{ "{\"jsonrpc\":\"2.0\",\"id\":99999999999999999999,"
		  "\"method\":\"ping\"}",
		    400, RPC_PARSE_ERROR },
		{ "[]", 400, RPC_INVALID_REQUEST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct exchange_reply reply =
		    post(TOKEN_VIEWER, rows[i].body, NULL);
		json_t *answer;

		assert_status(reply, rows[i].status);
		assert_string_equal(header(&reply, "Content-Type"), JSON);
		answer = json_of(&reply);
		assert_int_equal(error_of(answer), rows[i].code);
		json_decref(answer);
	}
}

static void test_ids_come_back_as_they_were(void **state)
{
	static const char *const ids[] = { "0", "-9223372036854775808",
		"9223372036854775807", "\"\"", "\"a \\u20ac \\\"b\"" };
	char body[400];

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct exchange_reply reply;
		json_t *sent = json_loads(ids[i], JSON_DECODE_ANY, NULL);
		json_t *answer;

		snprintf(body, sizeof(body),
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"ping\"}",
		    ids[i]);
		reply = post(TOKEN_VIEWER, body, NULL);
		assert_status(reply, 200);
		answer = json_of(&reply);
		assert_true(json_equal(json_object_get(answer, "id"), sent));
		assert_true(json_is_object(json_object_get(answer, "result")));
		json_decref(sent);
		json_decref(answer);
	}
}

static void test_long_ids_and_deep_documents_are_refused(void **state)
{
	size_t size = 100000;
	char *text = malloc(size);
	int n;

	(void)state;
	assert_non_null(text);
	n = snprintf(text, size, "{\"jsonrpc\":\"2.0\",\"id\":\"");
	memset(text + n, 'x', 300);
	snprintf(
	    text + n + 300, size - (size_t)n - 300, "\",\"method\":\"ping\"}");
	assert_status(post(TOKEN_VIEWER, text, NULL), 400);
	memset(text, '[', size - 1);
	text[size - 1] = '\0';
	assert_status(post(TOKEN_VIEWER, text, NULL), 400);
	free(text);
}

static void test_notifications_get_no_answer(void **state)
{
	struct exchange_reply reply = post(TOKEN_VIEWER,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
	    NULL);

	(void)state;
	assert_status(reply, 202);
	assert_int_equal(reply.body_len, 0);
	reply = post(
	    TOKEN_VIEWER, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}", NULL);
	assert_status(reply, 202);
}

static void test_batches_belong_to_one_version(void **state)
{
	static const char body[] =
	    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"nope\"},7]";
	static const char *const newer[] = {
		"HTTP_MCP_PROTOCOL_VERSION=2025-06-18",
		"HTTP_MCP_PROTOCOL_VERSION=2025-11-25", MODERN
	};
	struct buf many = BUF_INIT(100000);
	struct exchange_reply reply = post(TOKEN_VIEWER, body, NULL);
	json_t *answer;

	(void)state;
	assert_status(reply, 200);
	answer = json_of(&reply);
	assert_int_equal(json_array_size(answer), 3);
	assert_int_equal(
	    error_of(json_array_get(answer, 1)), RPC_METHOD_NOT_FOUND);
	assert_int_equal(
	    error_of(json_array_get(answer, 2)), RPC_INVALID_REQUEST);
	json_decref(answer);
	for (size_t i = 0; i < 3; i++)
		assert_status(post(TOKEN_VIEWER, body,
				  (const char *const[8]){ newer[i] }),
		    400);
	buf_puts(&many, "[1");
	for (int i = 0; i < MCP_MAX_BATCH; i++)
		buf_puts(&many, ",1");
	buf_puts(&many, "]");
	assert_status(post(TOKEN_VIEWER, buf_text(&many), NULL), 400);
	buf_release(&many);
	assert_status(post(TOKEN_VIEWER,
			  "[{\"jsonrpc\":\"2.0\",\"method\":\"n/x\"}]", NULL),
	    202);
}

#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"

static void test_only_tokens_come_in(void **state)
{
	struct exchange_reply reply = ask(&(struct ask){
	    .method = "POST", .uri = "/mcp", .type = JSON, .body = PING });

	(void)state;
	assert_status(reply, 401);
	assert_string_equal(header(&reply, "WWW-Authenticate"), "Bearer");
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = "/mcp",
	    .type = JSON,
	    .body = PING,
	    .token = portal.tokens[TOKEN_EXPIRED] });
	assert_status(reply, 401);
	assert_string_equal(header(&reply, "WWW-Authenticate"),
	    "Bearer error=\"invalid_token\"");
	/* somebody whom nginx has signed in is no assistant */
	reply = ask(&(struct ask){ .method = "POST",
	    .uri = "/mcp",
	    .type = JSON,
	    .body = PING,
	    .more = { "REMOTE_USER=ann", "PORTAL_AUTH=mtls" } });
	assert_status(reply, 401);
}

static void test_requests_that_are_refused_by_http(void **state)
{
	static const struct {
		const char *more;
		int status;
	} rows[] = {
		{ "HTTP_ORIGIN=http://evil.example", 403 },
		{ "HTTP_ORIGIN=null", 403 },
		{ "HTTP_ORIGIN=" ORIGIN, 200 },
		{ "HTTP_ACCEPT=text/event-stream", 406 },
		{ "HTTP_ACCEPT=application/json, text/event-stream", 200 },
		{ "HTTP_MCP_PROTOCOL_VERSION=1999-01-01", 400 },
		{ "HTTP_MCP_PROTOCOL_VERSION=2025-06-18", 200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_status(post(TOKEN_VIEWER, PING,
				  (const char *const[8]){ rows[i].more }),
		    rows[i].status);
	assert_status(ask(&(struct ask){ .uri = "/mcp",
			  .token = portal.tokens[TOKEN_VIEWER] }),
	    405);
	assert_status(ask(&(struct ask){ .method = "DELETE",
			  .uri = "/mcp",
			  .token = portal.tokens[TOKEN_VIEWER] }),
	    405);
	assert_status(ask(&(struct ask){ .method = "POST",
			  .uri = "/mcp",
			  .type = "text/plain",
			  .body = PING,
			  .token = portal.tokens[TOKEN_VIEWER] }),
	    415);
	/* two of a header that must be one */
	assert_status(
	    post(TOKEN_VIEWER, PING,
		(const char *const[8]){ "HTTP_MCP_PROTOCOL_VERSION=2025-06-18",
		    "HTTP_MCP_PROTOCOL_VERSION=2025-03-26" }),
	    400);
}

static void test_initialize_agrees_on_a_version(void **state)
{
	static const struct {
		const char *asked, *got;
	} rows[] = {
		{ "2025-11-25", "2025-11-25" },
		{ "2025-06-18", "2025-06-18" },
		{ "2025-03-26", "2025-03-26" },
		{ "2024-11-05", "2025-11-25" },
		{ "2026-07-28", "2025-11-25" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char params[100];
		json_t *result;

		snprintf(params, sizeof(params), "{\"protocolVersion\":\"%s\"}",
		    rows[i].asked);
		result = result_of(TOKEN_VIEWER, "initialize", params);
		assert_string_equal(
		    json_text(result, "protocolVersion", ""), rows[i].got);
		assert_string_equal(
		    json_text(
			json_object_get(result, "serverInfo"), "name", ""),
		    "switchyard");
		assert_null(json_object_get(result, "resultType"));
		json_decref(result);
	}
}

static void test_modern_methods_are_unknown_to_the_older_era(void **state)
{
	json_t *answer = older(TOKEN_VIEWER, "server/discover", "{}");

	(void)state;
	assert_int_equal(error_of(answer), RPC_METHOD_NOT_FOUND);
	json_decref(answer);
}

#define META                                                      \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":" \
	"\"2026-07-28\","                                         \
	"\"io.modelcontextprotocol/clientCapabilities\":{}}"

static void test_modern_requests_say_everything_themselves(void **state)
{
	static const struct {
		const char *body;
		const char *more[3];
		int status;
		json_int_t code; /* 0: a result */
	} rows[] = {
		{ "\"tools/list\",\"params\":{" META "}",
		    { MODERN, "HTTP_MCP_METHOD=tools/list" }, 200, 0 },
		{ "\"server/discover\",\"params\":{" META "}",
		    { MODERN, "HTTP_MCP_METHOD=server/discover" }, 200, 0 },
		{ "\"tools/list\",\"params\":{" META "}",
		    { MODERN, "HTTP_MCP_METHOD=tools/call" }, 400,
		    RPC_HEADER_MISMATCH },
		{ "\"tools/list\",\"params\":{" META "}", { MODERN }, 400,
		    RPC_HEADER_MISMATCH },
		{ "\"tools/list\",\"params\":{" META "}", { NULL }, 400,
		    RPC_HEADER_MISMATCH },
		{ "\"tools/list\",\"params\":{" META "}",
		    { "HTTP_MCP_PROTOCOL_VERSION=2025-11-25",
			"HTTP_MCP_METHOD=tools/list" },
		    400, RPC_HEADER_MISMATCH },
		{ "\"tools/list\"", { MODERN, "HTTP_MCP_METHOD=tools/list" },
		    400, RPC_INVALID_PARAMS },
		{ "\"tools/list\",\"params\":{\"_meta\":{"
		  "\"io.modelcontextprotocol/protocolVersion\":"
		  "\"2026-07-28\"}}",
		    { MODERN, "HTTP_MCP_METHOD=tools/list" }, 400,
		    RPC_INVALID_PARAMS },
		{ "\"tools/list\",\"params\":{\"_meta\":{"
		  "\"io.modelcontextprotocol/protocolVersion\":\"v9\","
		  "\"io.modelcontextprotocol/clientCapabilities\":{}}}",
		    { "HTTP_MCP_PROTOCOL_VERSION=v9",
			"HTTP_MCP_METHOD=tools/list" },
		    400, RPC_UNSUPPORTED_VERSION },
		{ "\"initialize\",\"params\":{" META "}",
		    { MODERN, "HTTP_MCP_METHOD=initialize" }, 404,
		    RPC_METHOD_NOT_FOUND },
		{ "\"tools/call\",\"params\":{\"name\":\"get_device\","
		  "\"arguments\":{\"device\":\"r1\"}," META "}",
		    { MODERN, "HTTP_MCP_METHOD=tools/call",
			"HTTP_MCP_NAME=get_device" },
		    200, 0 },
		{ "\"tools/call\",\"params\":{\"name\":\"get_device\","
		  "\"arguments\":{\"device\":\"r1\"}," META "}",
		    { MODERN, "HTTP_MCP_METHOD=tools/call",
			"HTTP_MCP_NAME==?base64?Z2V0X2RldmljZQ==?=" },
		    200, 0 },
		{ "\"tools/call\",\"params\":{\"name\":\"get_device\","
		  "\"arguments\":{\"device\":\"r1\"}," META "}",
		    { MODERN, "HTTP_MCP_METHOD=tools/call",
			"HTTP_MCP_NAME==?base64?!!?=" },
		    400, RPC_HEADER_MISMATCH },
		{ "\"tools/call\",\"params\":{\"name\":\"get_device\","
		  "\"arguments\":{\"device\":\"r1\"}," META "}",
		    { MODERN, "HTTP_MCP_METHOD=tools/call" }, 400,
		    RPC_HEADER_MISMATCH },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char body[600];
		struct exchange_reply reply;
		json_t *answer, *result;

		snprintf(body, sizeof(body),
		    "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":%s}", i,
		    rows[i].body);
		reply = post(TOKEN_VIEWER, body,
		    (const char *const[8]){
			rows[i].more[0], rows[i].more[1], rows[i].more[2] });
		if (reply.status != rows[i].status)
			fail_msg(
			    "row %zu: %d, %s", i, reply.status, reply.body);
		answer = json_of(&reply);
		assert_int_equal(error_of(answer), rows[i].code);
		assert_int_equal(json_number(answer, "id", -1), i);
		result = json_object_get(answer, "result");
		if (result)
			assert_string_equal(
			    json_text(result, "resultType", ""), "complete");
		json_decref(answer);
	}
}

static void test_configurations_are_resources(void **state)
{
	json_t *result = result_of(TOKEN_VIEWER, "resources/list", "{}");
	json_t *list = json_object_get(result, "resources"), *answer;

	(void)state;
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(json_text(json_array_get(list, 0), "uri", ""),
	    "switchyard://devices/r1/intended");
	json_decref(result);
	result = result_of(TOKEN_VIEWER, "resources/templates/list", "{}");
	assert_int_equal(
	    json_array_size(json_object_get(result, "resourceTemplates")), 4);
	json_decref(result);
	result = result_of(TOKEN_VIEWER, "resources/read",
	    "{\"uri\":\"switchyard://devices/r1/backup\"}");
	assert_string_equal(
	    json_text(json_array_get(json_object_get(result, "contents"), 0),
		"text", ""),
	    "hostname r1\n");
	json_decref(result);
	answer = older(TOKEN_VIEWER, "resources/read",
	    "{\"uri\":\"switchyard://devices/r9/backup\"}");
	assert_int_equal(error_of(answer), RPC_RESOURCE_NOT_FOUND);
	json_decref(answer);
	answer = older(
	    TOKEN_VIEWER, "resources/read", "{\"uri\":\"file:///etc/passwd\"}");
	assert_int_equal(error_of(answer), RPC_RESOURCE_NOT_FOUND);
	json_decref(answer);
}

static void test_prompts_take_their_argument(void **state)
{
	json_t *o = result_of(TOKEN_VIEWER, "prompts/list", "{}"), *one;
	json_t *list = json_object_get(o, "prompts");
	size_t i;

	(void)state;
	json_array_foreach(list, i, one)
	{
		char params[300];
		json_t *got, *answer;
		const char *name = json_text(one, "name", "");
		const char *argument = json_text(
		    json_array_get(json_object_get(one, "arguments"), 0),
		    "name", "");

		snprintf(params, sizeof(params),
		    "{\"name\":\"%s\",\"arguments\":{\"%s\":\"w1 \\\"x\"}}",
		    name, argument);
		got = result_of(TOKEN_VIEWER, "prompts/get", params);
		assert_non_null(strstr(
		    json_text(
			json_object_get(
			    json_array_get(json_object_get(got, "messages"), 0),
			    "content"),
			"text", ""),
		    "w1 \"x"));
		json_decref(got);
		snprintf(params, sizeof(params), "{\"name\":\"%s\"}", name);
		answer = older(TOKEN_VIEWER, "prompts/get", params);
		assert_int_equal(error_of(answer), RPC_INVALID_PARAMS);
		json_decref(answer);
	}
	assert_true(i >= 3);
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_message),
		cmocka_unit_test(test_ids_come_back_as_they_were),
		cmocka_unit_test(test_long_ids_and_deep_documents_are_refused),
		cmocka_unit_test(test_notifications_get_no_answer),
		cmocka_unit_test(test_batches_belong_to_one_version),
		cmocka_unit_test(test_only_tokens_come_in),
		cmocka_unit_test(test_requests_that_are_refused_by_http),
		cmocka_unit_test(test_initialize_agrees_on_a_version),
		cmocka_unit_test(
		    test_modern_methods_are_unknown_to_the_older_era),
		cmocka_unit_test(
		    test_modern_requests_say_everything_themselves),
		cmocka_unit_test(test_configurations_are_resources),
		cmocka_unit_test(test_prompts_take_their_argument),
	};

	return cmocka_run_group_tests(tests, portal_open, portal_close);
}
