#include "infra/nxapi/nxapi_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define QUIET "{\"jsonrpc\":\"2.0\",\"result\":null,\"id\":1},"

static enum err_code parse(
    const char *body, size_t n, struct command_result *ret, struct err *e)
{
	*ret = (struct command_result){ .text = BUF_INIT(64) };
	*e = (struct err)ERR_INIT;
	/* `terminal dont-ask` before the n commands */
	return nxapi_reply_parse(body, strlen(body), n + 1, 1, ret, e);
}

static void assert_parses(const char *body, size_t n, const char *text)
{
	struct command_result r;
	struct err e;

	assert_int_equal(parse(body, n, &r, &e), ERR_OK);
	assert_false(r.refused);
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

static void assert_refused(
    const char *body, size_t n, size_t at, const char *text)
{
	struct command_result r;
	struct err e;

	assert_int_equal(parse(body, n, &r, &e), ERR_OK);
	assert_true(r.refused);
	assert_int_equal(r.at, at);
	assert_string_equal(buf_text(&r.text), text);
	buf_release(&r.text);
}

static void test_output_of_the_last_command(void **state)
{
	(void)state;
	assert_parses("[" QUIET "{\"result\":{\"msg\":\"a\"},\"id\":2},"
		      "{\"result\":{\"msg\":\"b\\r\\nc\"},\"id\":3}]",
	    2, "b\nc\n");
	assert_parses("[" QUIET "{\"result\":null,\"id\":2}]", 1, "");
	assert_parses("[" QUIET "{\"result\":{},\"id\":2}]", 1, "");
}

/* A batch of one is answered without a list. */
static void test_one_answer(void **state)
{
	(void)state;
	assert_parses("{\"jsonrpc\":\"2.0\",\"result\":null,\"id\":1}", 0, "");
}

static void test_refused_command(void **state)
{
	(void)state;
	assert_refused(
	    "[" QUIET "{\"result\":null,\"id\":2},{\"error\":{"
	    "\"code\":-32602,\"message\":\"Invalid params\","
	    "\"data\":{\"msg\":\"% Invalid command\\n\"}},\"id\":3}]",
	    3, 1, "% Invalid command\n");
	/* what has no mark of its own gets one */
	assert_refused("[" QUIET "{\"error\":{\"code\":-32602,\"message\":"
		       "\"Invalid params\",\"data\":{\"msg\":\"Entry not "
		       "found.\"}},\"id\":2}]",
	    1, 0, "Entry not found.\n% Invalid params\n");
	/* what comes behind it counts for nothing */
	assert_refused("[" QUIET "{\"error\":{\"code\":-32602,\"data\":{"
		       "\"msg\":\"a\\n% b\"}},\"id\":2},7]",
	    2, 0, "a\n% b\n");
}

/* The command may be at work still: no refusal. */
static void test_device_failed(void **state)
{
	(void)state;
	assert_fails("[" QUIET "{\"error\":{\"code\":-32603,\"message\":"
		     "\"Internal error\",\"data\":{\"msg\":\"Back-end "
		     "processing error.\"}},\"id\":2}]",
	    1, ERR_REMOTE, "Back-end processing error.");
	assert_fails("{\"error\":{\"code\":-32700,\"message\":\"Parse error\"},"
		     "\"id\":null}",
	    1, ERR_REMOTE, "Parse error");
	assert_fails("[{\"error\":{\"code\":-32602,\"message\":\"Invalid "
		     "params\",\"data\":{\"msg\":\"% Permission denied\"}},"
		     "\"id\":1}]",
	    1, ERR_REMOTE, "Permission denied");
}

static void test_no_such_answer(void **state)
{
	(void)state;
	assert_fails("", 1, ERR_REMOTE, "no JSON");
	assert_fails("7", 1, ERR_REMOTE, "no NX-API answer");
	assert_fails("[]", 1, ERR_REMOTE, "not one answer");
	assert_fails("[" QUIET "{\"result\":null,\"id\":3}]", 1, ERR_REMOTE,
	    "another command");
	assert_fails("[" QUIET "{\"id\":2}]", 1, ERR_REMOTE, "neither");
	assert_fails("[" QUIET "{\"result\":null,\"id\":2}]", 2, ERR_REMOTE,
	    "not one answer");
	assert_fails("[" QUIET "{\"result\":null,\"id\":2},"
		     "{\"result\":null,\"id\":3}]",
	    1, ERR_REMOTE, "more answers");
}

static void test_bounds(void **state)
{
	char *body = malloc(400000);
	struct command_result r;
	struct err e;

	(void)state;
	assert_non_null(body);
	memset(body, '[', 399999);
	body[399999] = '\0';
	assert_fails(body, 1, ERR_LIMIT, "too many values");
	free(body);
	/* longer than the caller's bound */
	assert_int_equal(
	    parse("[" QUIET "{\"result\":{\"msg\":\"0123456789012345678901234"
		  "56789012345678901234567890123456789012345678901234567890\"},"
		  "\"id\":2}]",
		1, &r, &e),
	    ERR_LIMIT);
	buf_release(&r.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_of_the_last_command),
		cmocka_unit_test(test_one_answer),
		cmocka_unit_test(test_refused_command),
		cmocka_unit_test(test_device_failed),
		cmocka_unit_test(test_no_such_answer),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
