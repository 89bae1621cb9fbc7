/*
 * A small HTTP/1.1 client over libcurl, for peers that are not trusted.
 *
 * Every request has one deadline, and a bound for its answer.  TLS is verified
 * against the system's authorities, a file of one's own, or a pinned public
 * key.  Nothing is followed (redirects), guessed (proxies, .netrc) or unpacked
 * (content codings); nothing is ever sent a second time: see `once`.
 *
 * Threads: a client may be used by any number at once.  It keeps the
 * connections of finished requests for the next ones.  An answer belongs to
 * its caller.
 *
 * Errors of http_send(), and whether the peer may have seen the request:
 *   ERR_INVALID    the request cannot be sent (URL, control characters)
 *   ERR_DENIED     the peer's certificate is not the right one; not sent
 *   ERR_TIMEOUT    the deadline passed
 *   ERR_LIMIT      the answer is larger than a bound allows
 *   ERR_REMOTE     not reachable, hung up, or speaks no HTTP
 *   ERR_CANCELLED  the caller's `cancelled` said so
 * For all but the first two struct http_answer.sent tells whether anything
 * was sent: if so, a request that changes something may have been carried out.
 */
#ifndef INFRA_HTTP_HTTP_H
#define INFRA_HTTP_HTTP_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"

struct http_client;

struct http_options {
	const char *ca_file; /* PEM; NULL: the system's authorities */
	/* "sha256//<base64 of the SHA-256 of the SubjectPublicKeyInfo>", or
	 * several, separated by ";".  A peer with such a key is the right one,
	 * whatever its certificate says; with any other none of the request is
	 * sent.  NULL: verify chain and name. */
	const char *pin;
	int connect_ms; /* 0: 5,000 */
	size_t keep;	/* connections kept; 0: 16 */
};

/* Copies the options. */
enum err_code http_client_new(const struct http_options *options,
    struct http_client **ret, struct err *e) must_check;
/* Nobody may be using it.  NULL is fine. */
void http_client_free(struct http_client *client);

struct http_header {
	const char *name;
	const char *value; /* no control characters */
};

#define HTTP_MAX_HEADERS 16

struct http_request {
	const char *method; /* "GET" */
	const char *url;    /* http or https, without user and password */
	struct http_header header[HTTP_MAX_HEADERS];
	size_t n_headers;
	const char *body; /* NULL: none */
	size_t body_len;
	const char *username; /* HTTP Basic; NULL: none */
	const struct secret *password;
	struct deadline deadline;
	size_t max_body; /* bytes of the answer */
	/* A kept connection may have been closed by the peer unnoticed, and
	 * libcurl then sends the request again over a new one, although the
	 * peer may have carried it out.  `once` takes a new connection, so
	 * that this cannot be: set it for what must not be done twice. */
	bool once;
	/* Headers and answer hold secrets: the client's own copies are in one
	 * place each, and wiped. */
	bool secret;
	/* Polled while waiting; NULL: never. */
	bool (*cancelled)(void *ctx);
	void *ctx;
};

struct http_answer {
	int status;	 /* 0 if there was none */
	struct buf head; /* "name: value" lines, each with a NUL */
	struct buf body;
	bool sent;   /* the peer may have seen the request */
	bool secret; /* as the request's: wiped when released */
};

/* ERR_OK for every complete answer, whatever its status.  Fills `ret` on
 * failure too; release it in any case. */
enum err_code http_send(struct http_client *client,
    const struct http_request *request, struct http_answer *ret,
    struct err *e) must_check;
void http_answer_release(struct http_answer *answer);

/* The value of the first header of this name, or NULL. */
const char *http_answer_header(
    const struct http_answer *answer, const char *name);

/* False if there is no more room or the value has control characters. */
bool http_request_add(struct http_request *request, const char *name,
    const char *value) must_check;

#endif
