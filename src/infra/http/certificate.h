/*
 * The certificate of a TLS peer that is not trusted yet, so that a person can
 * compare and approve it, and the pin that follows from an approved one.
 *
 * Certificates are DER (X.509, RFC 5280).  Any thread.
 */
#ifndef INFRA_HTTP_CERTIFICATE_H
#define INFRA_HTTP_CERTIFICATE_H

#include "infra/http/http.h"

/* Larger ones are refused. */
#define HTTP_CERTIFICATE_MAX ((size_t)16 * 1024)

/* Does the TLS handshake, sends no request, and appends the certificate that
 * the peer showed.  Its handshake proves that it has the key, and nothing
 * else.  Errors as http_send(). */
enum err_code http_fetch_certificate(struct http_client *client,
    const char *url, struct deadline deadline, struct buf *der,
    struct err *e) must_check;

/* Appends "sha256//…", the pin of the certificate's public key as struct
 * http_options takes it.  False if it is no certificate. */
bool http_certificate_pin(
    const void *der, size_t len, struct buf *out) must_check;

#endif
