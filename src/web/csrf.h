/*
 * Requests that a foreign site makes a signed-in browser send.
 *
 *  1. Every unsafe method, unless it carries a Bearer token: Sec-Fetch-Site
 *     must be "same-origin" or "none"; a browser that does not send it must
 *     send an Origin that is one of ours.
 *  2. Pages: the form holds a token bound to the user and the session.
 *  3. REST: the body is of a type that no form can send.  A request without
 *     Sec-Fetch-Site, Origin and body type is refused.
 *  4. An identity from nginx (mutual TLS, Kerberos) goes with any connection,
 *     so its Origin is compared even when Sec-Fetch-Site is fine: a name that
 *     was made to point at us (DNS rebinding) is no origin of ours.
 *  5. MCP: an Origin that is not ours is refused whatever the request carries
 *     (modelcontextprotocol.io, "Transports").
 */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include "web/request.h"

#define CSRF_FIELD "csrf"

/* Sets r->csrf_token for the actor. */
void csrf_make_token(struct request *r);

/* Rules 1, 3, 4 and 5; before the body is read. */
enum err_code csrf_check_origin(struct request *r, struct err *e) must_check;

/* Rule 2; after the form was decoded. */
enum err_code csrf_check_token(struct request *r, struct err *e) must_check;

#endif
