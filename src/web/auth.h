/*
 * Who sends a request.  In this order, and the first that is present decides:
 *
 *  1. Authorization: Bearer sy_<name>_<secret>, an API token.  A wrong one is
 *     401, never "then let us see the cookie".
 *  2. REMOTE_USER, only together with PORTAL_AUTH (basic, oidc, mtls,
 *     kerberos), which nginx sets in the locations that authenticate and
 *     blanks elsewhere; REMOTE_USER alone can be set by any client with
 *     Basic credentials and is ignored.  Who has no record is denied.
 *  3. The session cookie of the built-in sign-in.
 *
 * Headers of the client (HTTP_X_…) are never an identity.
 */
#ifndef WEB_AUTH_H
#define WEB_AUTH_H

#include "web/request.h"

/* Sets r->actor, r->auth, r->session.  Nobody is signed in: ERR_OK with
 * AUTH_NONE and ROLE_NOBODY. */
enum err_code auth_identify(struct request *r, struct err *e) must_check;

#endif
