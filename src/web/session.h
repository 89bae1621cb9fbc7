/*
 * Sessions of the built-in sign-in: a signed cookie.  The server keeps only
 * which ones were ended early (signed_out.h).
 *
 *   payload: user|issued_ms|expires_ms|id
 *
 * A session ends when it expires, by signing out, when its user is disabled or
 * removed, or when the user's record says that sessions issued up to a time are
 * void (sign out everywhere, a changed password).
 */
#ifndef WEB_SESSION_H
#define WEB_SESSION_H

#include "web/request.h"
#include "web/response.h"
#include "web/signed.h"

#define SESSION_COOKIE "__Host-switchyard"
#define SESSION_ID_SIZE 33 /* 16 random bytes in hexadecimal */

struct session {
	char user[64];
	char id[SESSION_ID_SIZE];
	int64_t issued_ms;
	int64_t expires_ms;
};

void session_format(
    const struct session_keys *keys, const struct session *s, struct buf *out);
/* False: not ours, changed, or expired at now_ms. */
bool session_parse(const struct session_keys *keys, const char *text,
    size_t len, int64_t now_ms, struct session *ret);

/* True if the record of its user still lets it in. */
bool session_stands(const struct session *s, const struct record *user);

/* A new session of this user as a Set-Cookie header. */
void session_start(struct request *r, struct response *out, const char *user);
/* Ends the request's session for every copy of its cookie. */
enum err_code session_end(
    struct request *r, struct response *out, struct err *e) must_check;

/* A cookie of the request by name: not terminated; NULL if absent. */
const char *cookie_find(const char *header, const char *name, size_t *ret_len);

#endif
