/*
 * The tools of MCP: they are operations of REST, say what they take, refuse
 * the rest, and mark what devices wrote.
 */
#include "unit/web/mcp_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tools_describe_themselves),
		cmocka_unit_test(test_provisioning_takes_its_known_parameters),
		cmocka_unit_test(test_every_tool_has_its_operation),
		cmocka_unit_test(test_reading_tools),
		cmocka_unit_test(test_wrong_arguments_are_told),
		cmocka_unit_test(test_text_from_devices_is_marked),
		cmocka_unit_test(test_changes_need_their_role),
		cmocka_unit_test(test_dry_runs_start_and_pushes_need_one),
	};

	return cmocka_run_group_tests(tests, portal_open, portal_close);
}
