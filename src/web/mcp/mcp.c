/*
 * POST /mcp: streamable HTTP.  Every answer is one JSON document; there is no
 * stream and no session, so GET and DELETE are not served.
 */
#include "web/mcp/mcp.h"

#include "web/cgi.h"

#include <string.h>

/* RFC 9110 section 12.5.1, as far as it matters here: a client that can take
 * no JSON is told so. */
static enum err_code check_accept(struct request *r, struct err *e)
{
	const char *accept = request_header(r, "Accept");

	if (!accept || !*accept || strstr(accept, "application/json") ||
	    strstr(accept, "application/*") || strstr(accept, "*/*"))
		return ERR_OK;
	return request_refuse(
	    r, 406, e, "answers are of the type application/json");
}

static enum err_code post_mcp(
    struct request *r, struct response *out, struct err *e)
{
	const struct mcp_headers headers = {
		.version = r->cgi->value[CGI_HTTP_MCP_PROTOCOL_VERSION],
		.method = r->cgi->value[CGI_HTTP_MCP_METHOD],
		.name = r->cgi->value[CGI_HTTP_MCP_NAME],
	};
	struct mcp_peer peer = { .r = r, .headers = &headers };
	struct mcp_reply reply;
	enum err_code rc = check_accept(r, e);

	if (rc == ERR_OK)
		rc = mcp_answer(&peer, r->body, r->body_len, &reply, e);
	if (rc != ERR_OK)
		return rc;
	out->status = reply.status;
	if (!reply.value)
		return ERR_OK;
	rc = response_json(out, reply.status, reply.value, e);
	out->content_type = "application/json";
	return rc;
}

static const struct route routes[] = {
	/* each tool asks for its own permission */
	{ .method = METHOD_POST,
	    .pattern = "/mcp",
	    .surface = SURFACE_MCP,
	    .permission = MAY_VIEW,
	    .body_limit = MCP_MAX_MESSAGE,
	    .handler = post_mcp },
};

const struct route_table mcp_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
