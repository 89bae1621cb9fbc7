#include "infra/eapi/eapi_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ENABLE "{\"output\":\"\"},"

static enum err_code parse(
    const char *body, size_t n, struct command_result *ret, struct err *e)
{
	*ret = (struct command_result){ .text = BUF_INIT(64) };
	*e = (struct err)ERR_INIT;
	/* `enable` before the n commands */
	return eapi_reply_parse(body, strlen(body), n + 1, 1, ret, e);
}

static void assert_parses(const char *body, size_t n, const char *text)
{
	struct command_result r;
	struct err e;

	assert_int_equal(parse(body, n, &r, &e), ERR_OK);
	assert_string_equal(buf_text(&r.text), text);
	buf_release(&r.text);
}

static void assert_fails(
    const char *body, size_t n, enum err_code code, const char *words)
{
	struct command_result r;
	struct err e;

	assert_int_equal(parse(body, n, &r, &e), code);
	assert_non_null(strstr(e.message, words));
	buf_release(&r.text);
}

static void test_output_of_the_last_command(void **state)
{
	(void)state;
	assert_parses("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":[" ENABLE
		      "{\"output\":\"a\"},{\"output\":\"b\\r\\nc\"}]}",
	    2, "b\nc\n");
	assert_parses("{\"result\":[" ENABLE "{}]}", 1, "");
}

static void test_refused_command(void **state)
{
	struct command_result r;
	struct err e;

	(void)state;
	assert_int_equal(
	    parse("{\"error\":{\"code\":1002,\"message\":\"CLI command 3 of 4 "
		  "'x' failed\",\"data\":[" ENABLE "{\"output\":\"\"},"
		  "{\"errors\":[\"Invalid input\",\"second\"]}]}}",
		3, &r, &e),
	    ERR_OK);
	assert_true(r.refused);
	assert_int_equal(r.at, 1);
	assert_string_equal(buf_text(&r.text), "% Invalid input\n% second\n");
	buf_release(&r.text);
	/* without a list the message stands in */
	assert_parses("{\"error\":{\"message\":\"no\",\"data\":[" ENABLE
		      "{}]}}",
	    1, "% no\n");
}

static void test_enable_refused(void **state)
{
	(void)state;
	assert_fails("{\"error\":{\"code\":1000,\"message\":\"x\",\"data\":["
		     "{\"errors\":[\"Bad secret\"]}]}}",
	    1, ERR_DENIED, "privileged");
	assert_fails("{\"error\":{\"code\":1005,\"message\":\"user may not\"}}",
	    1, ERR_DENIED, "user may not");
}

static void test_senseless_answers(void **state)
{
	static const char *const bodies[] = { "", "null", "[]", "{}", "{\"",
		"<html>", "{\"result\":{}}", "{\"result\":[]}",
		"{\"result\":[1,2]}", "{\"result\":[{},{},{}]}",
		"{\"result\":[{}]}", "{\"result\":[{},\"x\"]}",
		"{\"error\":{\"data\":7}}", "{\"error\":[]}",
		"{\"error\":{\"code\":\"x\",\"data\":[1,2,3,4]}}",
		"{\"a\":1,\"a\":2}",
		"{\"result\":[{},{\"output\":\"\xff\"}]}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_fails(bodies[i], 1, ERR_REMOTE, "");
}

static void test_bounds(void **state)
{
	char *many = malloc(4000001);

	(void)state;
	assert_fails("{\"result\":[" ENABLE "{\"output\":\"0123456789012345678"
		     "901234567890123456789012345678901234567890123456789\"}]}",
	    1, ERR_LIMIT, "answer");
	assert_non_null(many);
	for (size_t i = 0; i < 4000000; i++)
		many[i] = i % 3 == 0 ? '[' : i % 3 == 1 ? ']' : ',';
	many[4000000] = '\0';
	assert_fails(many, 1, ERR_LIMIT, "too many values");
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_of_the_last_command),
		cmocka_unit_test(test_refused_command),
		cmocka_unit_test(test_enable_refused),
		cmocka_unit_test(test_senseless_answers),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
