/*
 * Errors as answers: a page for people, problem+json (RFC 9457) for programs,
 * a sign-in page for those who are not signed in.
 */
#ifndef WEB_ERRORS_H
#define WEB_ERRORS_H

#include "web/request.h"
#include "web/response.h"
#include "web/router.h"

/* The status of a code when the handler did not choose one. */
int errors_status(const struct request *r, enum err_code code);

/* Replaces what is in `out`.  Never fails: the last resort is a constant. */
void errors_respond(struct request *r, enum surface surface,
    struct response *out, const struct err *e);

#endif
