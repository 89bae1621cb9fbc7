/*
 * The Model Context Protocol: framing, both eras, tools as operations of REST,
 * resources, and what is refused.
 */
#include "unit/web/fixture.h"

#include "web/mcp/mcp.h"
#include "web/mcp/tool.h"

#define JSON "application/json"
#define MODERN "HTTP_MCP_PROTOCOL_VERSION=2026-07-28"

/* --- asking -------------------------------------------------------------- */

static struct exchange_reply post(
    enum fixture_token who, const char *body, const char *const more[8])
{
	struct ask a = { .method = "POST",
		.uri = "/mcp",
		.token = portal.tokens[who],
		.type = JSON,
		.body = body };

	for (size_t i = 0; more && i < 8; i++)
		a.more[i] = more[i];
	return ask(&a);
}

/* The older era: a request with these parameters, answered with 200. */
static json_t *older(
    enum fixture_token who, const char *method, const char *params)
{
	struct buf body = BUF_INIT((size_t)1 << 20);
	struct exchange_reply reply;

	buf_printf(&body,
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\",\"params\":%s}",
	    method, params);
	reply = post(who, buf_text(&body), NULL);
	assert_status(reply, 200);
	buf_release(&body);
	return json_of(&reply);
}

static json_t *result_of(
    enum fixture_token who, const char *method, const char *params)
{
	json_t *answer = older(who, method, params);
	json_t *result = json_incref(json_object_get(answer, "result"));

	if (!result)
		fail_msg("%s: %s", method, json_dumps(answer, 0));
	json_decref(answer);
	return result;
}

static json_int_t error_of(const json_t *answer)
{
	return json_number(json_object_get(answer, "error"), "code", 0);
}

static json_t *call_tool(
    enum fixture_token who, const char *name, const char *arguments)
{
	char params[2000];

	snprintf(params, sizeof(params), "{\"name\":\"%s\",\"arguments\":%s}",
	    name, arguments);
	return result_of(who, "tools/call", params);
}

/* A tool that does its work; the structured result, a new reference. */
static json_t *good_tool(
    enum fixture_token who, const char *name, const char *arguments)
{
	json_t *result = call_tool(who, name, arguments);
	json_t *structured =
	    json_incref(json_object_get(result, "structuredContent"));
	json_t *text = NULL;

	if (json_flag(result, "isError", true))
		fail_msg("%s: %s", name, json_dumps(result, 0));
	assert_ok(json_read(
	    json_text(json_array_get(json_object_get(result, "content"), 0),
		"text", ""),
	    strlen(
		json_text(json_array_get(json_object_get(result, "content"), 0),
		    "text", "")),
	    RESPONSE_MAX_BODY, &text, e));
	assert_true(json_equal(text, structured));
	json_decref(text);
	json_decref(result);
	return structured;
}

/* One that refuses, with these words in its text. */
static void bad_tool(enum fixture_token who, const char *name,
    const char *arguments, const char *words)
{
	json_t *result = call_tool(who, name, arguments);
	const char *text = json_text(
	    json_array_get(json_object_get(result, "content"), 0), "text", "");

	assert_true(json_flag(result, "isError", false));
	assert_null(json_object_get(result, "structuredContent"));
	if (!strstr(text, words))
		fail_msg("%s: \"%s\" is not in %s", name, words, text);
	json_decref(result);
}

/* --- framing ------------------------------------------------------------- */

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

/* --- the door ------------------------------------------------------------ */

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

/* --- the older era ------------------------------------------------------- */

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

/* --- the modern era ------------------------------------------------------ */

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

/* --- tools --------------------------------------------------------------- */

/* What tools/list says is what the tables say, and every reference in a
 * schema is to something in the same schema. */
static void check_references(const json_t *schema, const json_t *root)
{
	const char *to = json_text(schema, "$ref", NULL);
	json_t *value, *copy = json_incref((json_t *)(uintptr_t)schema);
	const char *key;
	size_t i;

	if (to) {
		assert_true(text_starts_with(to, "#/$defs/"));
		assert_non_null(json_object_get(
		    json_object_get(root, "$defs"), to + strlen("#/$defs/")));
	}
	json_object_foreach(copy, key, value) check_references(value, root);
	json_array_foreach(copy, i, value) check_references(value, root);
	json_decref(copy);
}

static void test_tools_describe_themselves(void **state)
{
	static const char *const wanted[] = { "list_devices", "get_device",
		"device_history", "get_config", "search", "provision_device",
		"run_status", "list_servers", "provision_server",
		"check_provision_status" };
	json_t *result = result_of(TOKEN_VIEWER, "tools/list", "{}");
	json_t *list = json_object_get(result, "tools"), *tool;
	size_t i;

	(void)state;
	json_array_foreach(list, i, tool)
	{
		json_t *in = json_object_get(tool, "inputSchema");
		json_t *out = json_object_get(tool, "outputSchema");

		assert_non_null(mcp_tool_find(json_text(tool, "name", "")));
		assert_string_equal(json_text(in, "type", ""), "object");
		assert_string_equal(json_text(out, "type", ""), "object");
		assert_true(strlen(json_text(tool, "description", "")) > 20);
		check_references(in, in);
		check_references(out, out);
	}
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_non_null(mcp_tool_find(wanted[i]));
	json_decref(result);
}

/* The parameters that clients of the workflow know, and no others. */
static void test_provisioning_takes_its_known_parameters(void **state)
{
	static const char *const known[] = { "image_id", "server_id",
		"resource_class" };
	json_t *in = mcp_input_schema(mcp_tool_find("provision_server"));
	json_t *properties = json_object_get(in, "properties");
	json_t *required = json_object_get(in, "required");

	(void)state;
	assert_int_equal(json_object_size(properties), 3);
	for (size_t i = 0; i < 3; i++)
		assert_non_null(json_object_get(properties, known[i]));
	assert_int_equal(json_array_size(required), 1);
	assert_string_equal(
	    json_string_value(json_array_get(required, 0)), "image_id");
	json_decref(in);
	in = mcp_input_schema(mcp_tool_find("check_provision_status"));
	assert_non_null(
	    json_object_get(json_object_get(in, "properties"), "operation_id"));
	json_decref(in);
}

/* A row whose operation or captures are not there would fail when called. */
static void test_every_tool_has_its_operation(void **state)
{
	size_t n, calls = 0;
	const struct mcp_tool_table *const *tables = mcp_tool_tables(&n);

	(void)state;
	for (size_t t = 0; t < n; t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct mcp_tool *tool = &tables[t]->tools[i];
			struct field room[MCP_MAX_ARGUMENTS];
			struct schema schema = mcp_tool_schema(tool, room);

			assert_non_null(operation_route(tool->operation));
			assert_true(schema.n_fields > 0);
			for (int k = 0;
			     k < REQUEST_MAX_CAPTURES && tool->capture[k]; k++)
				assert_true(schema_find(&schema,
						tool->capture[k]) >= 0);
			calls++;
		}
	}
	assert_true(calls >= 9);
}

static void test_reading_tools(void **state)
{
	json_t *o = good_tool(TOKEN_VIEWER, "list_devices", "{}"), *changes;

	(void)state;
	assert_int_equal(json_array_size(json_object_get(o, "items")), 1);
	json_decref(o);
	o = good_tool(TOKEN_VIEWER, "list_devices",
	    "{\"status\":\"planned\",\"limit\":5}");
	assert_int_equal(json_array_size(json_object_get(o, "items")), 0);
	json_decref(o);
	o = good_tool(TOKEN_VIEWER, "get_device", "{\"device\":\"r1\"}");
	assert_string_equal(json_text(o, "primary_ip4", ""), "192.0.2.1");
	json_decref(o);
	o = good_tool(TOKEN_VIEWER, "get_config", "{\"device\":\"r1\"}");
	assert_string_equal(
	    json_text(o, "text", ""), "hostname r1\nip forwarding\n");
	json_decref(o);
	o = good_tool(TOKEN_VIEWER, "get_config",
	    "{\"device\":\"r1\",\"which\":\"diff\"}");
	assert_non_null(strstr(json_text(o, "text", ""), "+ip forwarding"));
	json_decref(o);
	o = good_tool(TOKEN_VIEWER, "search", "{\"q\":\"forwarding\"}");
	assert_int_equal(json_array_size(json_object_get(o, "items")), 1);
	json_decref(o);
	o = good_tool(TOKEN_VIEWER, "device_history", "{\"device\":\"r1\"}");
	assert_true(json_array_size(json_object_get(o, "items")) > 0);
	json_decref(o);
	o = good_tool(TOKEN_VIEWER, "device_history",
	    "{\"device\":\"r1\",\"kind\":\"backup\"}");
	changes = json_object_get(
	    json_array_get(json_object_get(o, "items"), 0), "changes");
	assert_int_equal(json_array_size(changes), 1);
	json_decref(o);
}

static void test_wrong_arguments_are_told(void **state)
{
	json_t *answer;

	(void)state;
	bad_tool(TOKEN_VIEWER, "get_device", "{}", "device");
	bad_tool(TOKEN_VIEWER, "get_device", "{\"device\":7}", "device");
	bad_tool(
	    TOKEN_VIEWER, "get_device", "{\"device\":\"../r1\"}", "device");
	bad_tool(TOKEN_VIEWER, "get_device", "{\"device\":\"r9\"}",
	    "there is no device");
	bad_tool(TOKEN_VIEWER, "get_device", "{\"device\":\"r1\",\"extra\":1}",
	    "extra");
	bad_tool(TOKEN_VIEWER, "list_devices", "{\"limit\":100000}", "limit");
	bad_tool(
	    TOKEN_VIEWER, "list_devices", "{\"status\":\"odd\"}", "status");
	bad_tool(TOKEN_VIEWER, "get_config",
	    "{\"device\":\"r1\",\"which\":\"all\"}", "which");
	bad_tool(TOKEN_VIEWER, "run_status", "{\"run_id\":\"x\"}",
	    "there is no run");
	bad_tool(TOKEN_VIEWER, "check_provision_status",
	    "{\"operation_id\":\"a/b\"}", "holds");
	answer = older(TOKEN_VIEWER, "tools/call", "{\"name\":\"nope\"}");
	assert_int_equal(error_of(answer), RPC_INVALID_PARAMS);
	json_decref(answer);
	answer = older(TOKEN_VIEWER, "tools/call",
	    "{\"name\":\"list_devices\",\"arguments\":[]}");
	assert_int_equal(error_of(answer), RPC_INVALID_PARAMS);
	json_decref(answer);
}

/* Text of a device is marked, and cannot hide anything. */
static void test_text_from_devices_is_marked(void **state)
{
	json_t *result = call_tool(TOKEN_VIEWER, "get_config",
	    "{\"device\":\"r1\",\"which\":\"backup\"}");
	json_t *marked = json_object_get(
	    json_object_get(result, "_meta"), "switchyard/untrusted");
	json_t *bad = json_pack("{s:[s]}", "a", "x\x1b[31m\xe2\x80\xae\ny");

	(void)state;
	assert_string_equal(
	    json_string_value(json_array_get(marked, 0)), "text");
	assert_int_equal(
	    json_array_size(json_object_get(result, "content")), 2);
	json_decref(result);
	assert_ok(mcp_clean_texts(bad, e));
	assert_string_equal(
	    json_string_value(json_array_get(json_object_get(bad, "a"), 0)),
	    "x\xef\xbf\xbd[31m\xef\xbf\xbd\ny");
	json_decref(bad);
}

static void test_changes_need_their_role(void **state)
{
	(void)state;
	bad_tool(TOKEN_VIEWER, "provision_device", "{\"device\":\"r1\"}",
	    "operator");
	bad_tool(TOKEN_VIEWER, "provision_server", "{\"image_id\":\"x\"}",
	    "operator");
}

static void test_dry_runs_start_and_pushes_need_one(void **state)
{
	json_t *o = good_tool(
	    TOKEN_OPERATOR, "provision_device", "{\"device\":\"r1\"}");
	char id[80], arguments[100];

	(void)state;
	assert_string_equal(json_text(o, "trigger", ""), "mcp");
	assert_true(
	    json_flag(json_object_get(o, "parameters"), "dry_run", false));
	snprintf(id, sizeof(id), "%s", json_text(o, "id", ""));
	json_decref(o);
	snprintf(arguments, sizeof(arguments), "{\"run_id\":\"%s\"}", id);
	o = good_tool(TOKEN_VIEWER, "run_status", arguments);
	assert_string_equal(json_text(o, "state", ""), "queued");
	json_decref(o);
	bad_tool(TOKEN_OPERATOR, "provision_device",
	    "{\"device\":\"r1\",\"dry_run\":false}", "diff_hash");
	bad_tool(TOKEN_OPERATOR, "provision_device",
	    "{\"device\":\"r1\",\"dry_run\":false,\"diff_hash\":\"abc\"}",
	    "no dry run of this device");
}

/* --- resources ----------------------------------------------------------- */

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
		cmocka_unit_test(test_tools_describe_themselves),
		cmocka_unit_test(test_provisioning_takes_its_known_parameters),
		cmocka_unit_test(test_every_tool_has_its_operation),
		cmocka_unit_test(test_reading_tools),
		cmocka_unit_test(test_wrong_arguments_are_told),
		cmocka_unit_test(test_text_from_devices_is_marked),
		cmocka_unit_test(test_changes_need_their_role),
		cmocka_unit_test(test_dry_runs_start_and_pushes_need_one),
		cmocka_unit_test(test_configurations_are_resources),
		cmocka_unit_test(test_prompts_take_their_argument),
	};

	return cmocka_run_group_tests(tests, portal_open, portal_close);
}
