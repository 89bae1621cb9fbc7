/*
 * Asking the portal's MCP endpoint: raw bodies, requests of the older era, and
 * tools that must do their work or refuse it.
 */
#ifndef TESTS_UNIT_WEB_MCP_FIXTURE_H
#define TESTS_UNIT_WEB_MCP_FIXTURE_H

#include "unit/web/fixture.h"

#include "web/mcp/mcp.h"
#include "web/mcp/tool.h"

#define JSON "application/json"
#define MODERN "HTTP_MCP_PROTOCOL_VERSION=2026-07-28"

static inline struct exchange_reply post(
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
static inline json_t *older(
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

static inline json_t *result_of(
    enum fixture_token who, const char *method, const char *params)
{
	json_t *answer = older(who, method, params);
	json_t *result = json_incref(json_object_get(answer, "result"));

	if (!result)
		fail_msg("%s: %s", method, json_dumps(answer, 0));
	json_decref(answer);
	return result;
}

static inline json_int_t error_of(const json_t *answer)
{
	return json_number(json_object_get(answer, "error"), "code", 0);
}

#endif
