/*
 * How a notification leaves: one HTTP request, or one message to a mail
 * server.  Each call waits for the peer, at most `deadline`.
 *
 * ERR_OK: the peer has taken it.  ERR_INVALID, ERR_DENIED: it never will (a
 * wrong address, a refused request); anything else may pass.
 */
#ifndef APP_PORT_DELIVERY_H
#define APP_PORT_DELIVERY_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"

struct delivery_header {
	const char *name;
	const char *value;
};

enum err_code delivery_post(const char *url,
    const struct delivery_header *headers, size_t n_headers, const char *body,
    size_t body_len, struct deadline deadline, struct err *e) must_check;

struct delivery_mail {
	const char *url; /* smtp://host:port, smtps://host */
	const char *from;
	const char *const *to; /* NULL-terminated */
	const char *username;  /* NULL: no sign-in */
	const struct secret *password;
	const char *message; /* headers and text, with CRLF */
	size_t message_len;
};

/* STARTTLS where the server has it; with a password never without. */
enum err_code delivery_mail(const struct delivery_mail *mail,
    struct deadline deadline, struct err *e) must_check;

#endif
