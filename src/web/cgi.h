/*
 * The variables of one request, as the FastCGI server sends them (RFC 3875
 * section 4.1), checked and indexed once.
 *
 * A header that two values could make ambiguous (identity, conditions,
 * length) and that arrives twice is refused: nginx 1.22 passes a repeated
 * header as two equal names, and which one counts would be luck.
 *
 * Borrows the variables.  One thread.
 */
#ifndef WEB_CGI_H
#define WEB_CGI_H

#include "base/err.h"

enum cgi_name {
	CGI_REQUEST_METHOD,
	CGI_REQUEST_URI,
	CGI_CONTENT_LENGTH,
	CGI_CONTENT_TYPE,
	CGI_REMOTE_ADDR,
	CGI_REMOTE_USER,
	CGI_PORTAL_AUTH,
	CGI_HTTP_HOST,
	CGI_HTTP_AUTHORIZATION,
	CGI_HTTP_COOKIE,
	CGI_HTTP_ORIGIN,
	CGI_HTTP_SEC_FETCH_SITE,
	CGI_HTTP_IF_MATCH,
	CGI_HTTP_IF_NONE_MATCH,
	CGI_HTTP_IDEMPOTENCY_KEY,
	CGI_HTTP_MCP_PROTOCOL_VERSION,
	CGI_HTTP_MCP_METHOD,
	CGI_HTTP_MCP_NAME,
	CGI_NAMES,
};

#define CGI_MAX_VARIABLES 256
#define CGI_MAX_VALUE 8192 /* bytes of one header's value */

struct cgi {
	char *const *variables;	      /* "NAME=value", NULL-terminated */
	const char *value[CGI_NAMES]; /* "" if absent */
};

/* ERR_INVALID for control bytes and ambiguous repetition, ERR_LIMIT for too
 * many or too long ones. */
enum err_code cgi_read(
    char *const *variables, struct cgi *ret, struct err *e) must_check;

/* By HTTP name ("If-Match"); NULL if absent. */
const char *cgi_header(const struct cgi *c, const char *name);

#endif
