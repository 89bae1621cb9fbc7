#include "web/cgi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char text[CGI_MAX_VALUE + 100];

static enum err_code read_one(char *variable, struct cgi *c)
{
	static char method[] = "REQUEST_METHOD=GET";
	static char *variables[3];

	variables[0] = method;
	variables[1] = variable;
	return cgi_read(variables, c, NULL);
}

static enum err_code read_two(const char *a, const char *b)
{
	static char first[100], second[100];
	char *variables[] = { first, second, NULL };
	struct cgi c;

	snprintf(first, sizeof(first), "%s", a);
	snprintf(second, sizeof(second), "%s", b);
	return cgi_read(variables, &c, NULL);
}

static void test_known_variables_are_indexed(void **state)
{
	struct cgi c;

	(void)state;
	snprintf(text, sizeof(text), "HTTP_ORIGIN=https://a");
	assert_int_equal(read_one(text, &c), ERR_OK);
	assert_string_equal(c.value[CGI_REQUEST_METHOD], "GET");
	assert_string_equal(c.value[CGI_HTTP_ORIGIN], "https://a");
	assert_string_equal(c.value[CGI_HTTP_COOKIE], "");
	assert_string_equal(cgi_header(&c, "Origin"), "https://a");
	assert_null(cgi_header(&c, "Origi"));
	assert_null(cgi_header(&c, "Origins"));
	/* not a header of the client */
	assert_null(cgi_header(&c, "Request-Method"));
}

static void test_content_headers_have_no_prefix(void **state)
{
	struct cgi c;

	(void)state;
	snprintf(text, sizeof(text), "CONTENT_TYPE=text/plain");
	assert_int_equal(read_one(text, &c), ERR_OK);
	assert_string_equal(cgi_header(&c, "content-type"), "text/plain");
}

static void test_repeated_identity_headers_are_refused(void **state)
{
	static const char *const headers[] = { "HTTP_AUTHORIZATION",
		"HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE",
		"HTTP_IF_MATCH", "HTTP_HOST", "HTTP_IDEMPOTENCY_KEY" };
	char a[100], b[100];

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		snprintf(a, sizeof(a), "%s=one", headers[i]);
		snprintf(b, sizeof(b), "%s=one", headers[i]);
		assert_int_equal(read_two(a, b), ERR_INVALID);
		/* an empty one counts: it is a header that was sent */
		snprintf(b, sizeof(b), "%s=", headers[i]);
		assert_int_equal(read_two(a, b), ERR_INVALID);
	}
	assert_int_equal(read_two("HTTP_ACCEPT=a", "HTTP_ACCEPT=b"), ERR_OK);
}

static void test_server_variables_may_be_blanked_and_set(void **state)
{
	(void)state;
	assert_int_equal(read_two("REMOTE_USER=", "REMOTE_USER=ann"), ERR_OK);
	assert_int_equal(read_two("REMOTE_USER=ann", "REMOTE_USER="), ERR_OK);
	assert_int_equal(
	    read_two("REMOTE_USER=ann", "REMOTE_USER=bob"), ERR_INVALID);
}

static void test_control_bytes_are_refused(void **state)
{
	struct cgi c;

	(void)state;
	for (int byte = 1; byte < 0x80; byte++) {
		bool bad = (byte < 0x20 && byte != '\t') || byte == 0x7f;

		snprintf(text, sizeof(text), "HTTP_X=a%cb", byte);
		assert_int_equal(
		    read_one(text, &c), bad ? ERR_INVALID : ERR_OK);
	}
}

static void test_long_headers_are_refused(void **state)
{
	struct cgi c;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "HTTP_X=", 7);
	text[7 + CGI_MAX_VALUE] = '\0';
	assert_int_equal(read_one(text, &c), ERR_OK);
	text[7 + CGI_MAX_VALUE] = 'a';
	text[8 + CGI_MAX_VALUE] = '\0';
	assert_int_equal(read_one(text, &c), ERR_LIMIT);
}

static void test_too_many_variables_are_refused(void **state)
{
	static char one[] = "HTTP_ACCEPT=a";
	char *variables[CGI_MAX_VARIABLES + 2];
	struct cgi c;

	(void)state;
	for (size_t i = 0; i <= CGI_MAX_VARIABLES; i++)
		variables[i] = one;
	variables[CGI_MAX_VARIABLES + 1] = NULL;
	assert_int_equal(cgi_read(variables, &c, NULL), ERR_LIMIT);
	variables[CGI_MAX_VARIABLES] = NULL;
	assert_int_equal(cgi_read(variables, &c, NULL), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_variables_are_indexed),
		cmocka_unit_test(test_content_headers_have_no_prefix),
		cmocka_unit_test(test_repeated_identity_headers_are_refused),
		cmocka_unit_test(test_server_variables_may_be_blanked_and_set),
		cmocka_unit_test(test_control_bytes_are_refused),
		cmocka_unit_test(test_long_headers_are_refused),
		cmocka_unit_test(test_too_many_variables_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
