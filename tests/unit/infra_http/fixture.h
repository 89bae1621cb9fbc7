/*
 * Short ways to send a request.  Failures of the helpers end the test.
 */
#ifndef TESTS_UNIT_INFRA_HTTP_FIXTURE_H
#define TESTS_UNIT_INFRA_HTTP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "infra/http/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static inline struct http_client *client_with(
    const struct http_options *options)
{
	struct http_client *c;

	assert_int_equal(http_client_new(options, &c, NULL), ERR_OK);
	return c;
}

static inline struct http_request request(const char *method, const char *url)
{
	return (struct http_request){ .method = method,
		.url = url,
		.deadline = deadline_in_ms(5000),
		.max_body = 1000 };
}

static inline enum err_code send_once(struct http_client *c,
    const struct http_request *r, struct http_answer *answer, struct err *e)
{
	*e = (struct err)ERR_INIT;
	return http_send(c, r, answer, e);
}

#endif
