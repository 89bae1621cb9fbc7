/*
 * What is sent back: built whole in memory, then sent, so that a failure can
 * still become an error page.
 */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "jinja/value.h"

#include <jansson.h>

struct request;

#define RESPONSE_MAX_HEADERS 16
#define RESPONSE_MAX_BODY ((size_t)32 * 1024 * 1024)

struct response_header {
	const char *name;
	const char *value;
};

struct response {
	int status; /* 200 */
	const char *content_type;
	struct response_header header[RESPONSE_MAX_HEADERS];
	size_t n_headers;
	struct buf body;
	bool cacheable; /* false: Cache-Control: no-store */
	bool broken;	/* a header was refused: becomes a 500 */
};

/* value: borrowed until sent; a control character in it is a programming
 * error that turns the response into a 500. */
void response_header(struct response *out, const char *name, const char *value);

/* Empties it for another try; keeps the memory. */
void response_reset(struct response *out);

/* ETag: "<40 hex digits>", from the 20 bytes of a blob id. */
void response_etag(
    struct request *r, struct response *out, const uint8_t *version);

/* The CGI header block (RFC 3875 section 6.3) with the security headers. */
enum err_code response_write_head(
    const struct response *out, struct buf *to, struct err *e) must_check;

/* "Not Found" for 404. */
const char *response_reason(int status);

/* 303 to a path of this site (escape segments yourself; what may not stand in
 * a header at all is percent-coded here). */
enum err_code response_redirect(
    struct request *r, struct response *out, const char *location) must_check;

/* Takes over the reference; NULL counts as out of memory. */
enum err_code response_json(
    struct response *out, int status, json_t *value, struct err *e) must_check;
enum err_code response_text(struct response *out, int status,
    const char *content_type, const char *text, size_t len,
    struct err *e) must_check;

/* Renders templates/<name> with `context` (a dict made in r->arena).  The frame
 * (navigation, actor, CSRF token, flash message, site name) is added under the
 * names listed in docs/pages.md. */
enum err_code response_page(struct request *r, struct response *out, int status,
    const char *template_name, struct jv context, struct err *e) must_check;

/* A one-time message shown on the next page this person opens (a short-lived
 * signed cookie): kind "good", "bad" or "attention". */
void response_flash(struct request *r, struct response *out, const char *kind,
    const char *text);

#endif
