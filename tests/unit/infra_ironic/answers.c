/*
 * What Ironic answers, read: whole nodes, odd ones, none; errors in all the
 * forms that it and what stands before it use; paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "infra/ironic/node_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)1 << 20);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static enum err_code read_node(
    const char *text, struct baremetal_node *ret, struct err *e)
{
	json_t *json = json_loads(text, 0, NULL);
	enum err_code rc;

	assert_non_null(json);
	rc = ironic_node_read(json, arena, ret, e);
	json_decref(json);
	return rc;
}

#define NODE "\"uuid\":\"u\",\"provision_state\":\"active\""

static void test_a_whole_node(void **state)
{
	struct baremetal_node n;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(
	    read_node("{" NODE ",\"name\":\"n1\",\"maintenance\":true,"
		      "\"retired\":false,\"protected\":true,"
		      "\"reservation\":\"host\",\"last_error\":null,"
		      "\"provision_updated_at\":"
		      "\"2026-11-21T04:36:55.680299+00:00\","
		      "\"instance_info\":{\"image_source\":\"img\","
		      "\"switchyard_image\":\"debian\"},"
		      "\"properties\":{\"cpus\":8,\"memory_mb\":\"1024\"},"
		      "\"traits\":[\"CUSTOM_A\",\"B\"],"
		      "\"deploy_step\":{\"interface\":\"deploy\","
		      "\"step\":\"write\"},"
		      "\"driver_internal_info\":{\"deploy_step_index\":1,"
		      "\"deploy_steps\":[{},{}]}}",
		&n, &e),
	    ERR_OK);
	assert_string_equal(n.name, "n1");
	assert_true(n.maintenance && n.is_protected && n.locked);
	assert_false(n.retired);
	assert_string_equal(n.last_error, "");
	assert_string_equal(n.state_since, "2026-11-21T04:36:55.680Z");
	assert_string_equal(n.image, "img");
	assert_string_equal(n.image_name, "debian");
	assert_string_equal(n.cpus, "8");
	assert_string_equal(n.memory_mb, "1024");
	assert_string_equal(n.local_gb, "");
	assert_int_equal(n.n_traits, 2);
	assert_string_equal(n.traits[1], "B");
	assert_string_equal(n.deploy_step, "deploy.write");
	assert_int_equal(n.step_index, 1);
	assert_int_equal(n.n_steps, 2);
}

/* Members of another type are as good as absent. */
static void test_odd_nodes(void **state)
{
	static const char *const rows[] = {
		"{" NODE "}",
		"{" NODE ",\"name\":7,\"maintenance\":\"yes\","
		"\"traits\":\"x\",\"instance_info\":[],\"properties\":9,"
		"\"deploy_step\":[],\"driver_internal_info\":\"\"}",
		"{" NODE ",\"driver_internal_info\":{\"deploy_step_index\":9,"
		"\"deploy_steps\":[{}]}}",
		"{" NODE ",\"driver_internal_info\":{\"deploy_step_index\":-9,"
		"\"deploy_steps\":[{}]}}",
		"{" NODE ",\"provision_updated_at\":\"yesterday\"}",
		"{" NODE ",\"provision_updated_at\":\"2026-11-21 04:36:55\"}",
	};
	struct baremetal_node n;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(read_node(rows[i], &n, &e), ERR_OK);
		assert_string_equal(n.name, "");
		assert_false(n.maintenance);
		assert_int_equal(n.n_traits, 0);
		assert_int_equal(n.step_index, -1);
		assert_string_equal(n.state_since, "");
		assert_string_equal(n.cpus, "");
	}
	assert_int_equal(
	    read_node("{" NODE ",\"traits\":[1,null,\"T\"]}", &n, &e), ERR_OK);
	assert_int_equal(n.n_traits, 3);
	assert_string_equal(n.traits[0], "");
	assert_string_equal(n.traits[2], "T");
}

static void test_what_is_no_node(void **state)
{
	static const char *const rows[] = { "{}", "[]", "{\"uuid\":\"u\"}",
		"{\"provision_state\":\"active\"}",
		"{\"uuid\":null,\"provision_state\":\"active\"}" };
	struct baremetal_node n = { .name = "untouched" };
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_node(rows[i], &n, &e), ERR_REMOTE);
	assert_string_equal(n.name, "untouched");
}

static void test_more_text_than_there_is_room(void **state)
{
	struct arena *small = arena_new(64);
	struct baremetal_node n;
	struct err e = ERR_INIT;
	json_t *json = json_loads("{" NODE "}", 0, NULL);
	char long_text[200];

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	json_object_set_new(
	    json, "name", json_stringn(long_text, sizeof(long_text)));
	assert_int_equal(ironic_node_read(json, small, &n, &e), ERR_LIMIT);
	json_decref(json);
	arena_free(small);
}

/* --- errors -------------------------------------------------------------- */

static void test_errors_in_all_their_forms(void **state)
{
	static const struct {
		const char *body, *text;
	} rows[] = {
		{ "{\"error_message\":\"{\\\"faultstring\\\":\\\"no such\\\","
		  "\\\"faultcode\\\":\\\"Client\\\"}\"}",
		    "no such" },
		{ "{\"error_message\":{\"faultstring\":\"plain\"}}", "plain" },
		{ "{\"error_message\":\"only text\"}", "only text" },
		{ "{\"error\":{\"message\":\"sign in\",\"code\":401}}",
		    "sign in" },
		{ "{\"error_message\":{\"faultstring\":\"\","
		  "\"description\":\"second\"}}",
		    "second" },
		{ "{\"error_message\":{\"faultstring\":\"a\\nb\\u001b[1m\"}}",
		    "a b [1m" },
		{ "{\"error_message\":7}", "" },
		{ "{\"error_message\":\"[1]\"}", "" },
		{ "<html>502 Bad Gateway</html>", "" },
		{ "", "" },
		{ "[]", "" },
	};
	char text[IRONIC_MAX_MESSAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ironic_fault_text(rows[i].body, strlen(rows[i].body), text);
		assert_string_equal(text, rows[i].text);
	}
}

/* What is too long is cut at a character. */
static void test_long_errors_are_cut(void **state)
{
	struct buf body = BUF_INIT(10000);
	char text[IRONIC_MAX_MESSAGE];

	(void)state;
	buf_puts(&body, "{\"error_message\":\"x");
	for (int i = 0; i < 1000; i++)
		buf_puts(&body, "\xe2\x82\xac");
	buf_puts(&body, "\"}");
	ironic_fault_text(buf_text(&body), body.len, text);
	assert_in_range(
	    strlen(text), IRONIC_MAX_MESSAGE - 5, IRONIC_MAX_MESSAGE - 1);
	assert_true(utf8_is_valid(text, strlen(text)));
	buf_release(&body);
}

/* --- paths --------------------------------------------------------------- */

static void test_paths_stay_where_they_belong(void **state)
{
	static const struct {
		const char *id, *path;
	} rows[] = {
		{ "n1", "/v1/nodes/n1/states" },
		{ "../allocations", "/v1/nodes/..%2Fallocations/states" },
		{ "a?b#c", "/v1/nodes/a%3Fb%23c/states" },
		{ "", NULL },
		{ ".", NULL },
		{ "..", NULL },
	};
	char path[IRONIC_MAX_PATH], long_id[300];
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum err_code rc =
		    ironic_path("/v1/nodes/", rows[i].id, "/states", path, &e);

		assert_int_equal(rc, rows[i].path ? ERR_OK : ERR_NOT_FOUND);
		if (rows[i].path)
			assert_string_equal(path, rows[i].path);
	}
	memset(long_id, 'x', sizeof(long_id));
	long_id[sizeof(long_id) - 1] = '\0';
	assert_int_equal(
	    ironic_path("/v1/nodes/", long_id, "", path, &e), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_node),
		cmocka_unit_test(test_odd_nodes),
		cmocka_unit_test(test_what_is_no_node),
		cmocka_unit_test(test_more_text_than_there_is_room),
		cmocka_unit_test(test_errors_in_all_their_forms),
		cmocka_unit_test(test_long_errors_are_cut),
		cmocka_unit_test(test_paths_stay_where_they_belong),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
