/*
 * Does the peer speak TLS?  A ClientHello (RFC 5246) is answered with a
 * handshake, or with an alert by one that wants something newer; both are
 * TLS.  Nothing is verified: what comes through such a connection is not used.
 */
#ifndef INFRA_PROBE_TLS_HELLO_H
#define INFRA_PROBE_TLS_HELLO_H

#include "base/buf.h"
#include "infra/probe/ssh_hello.h"

void tls_hello_begin(struct buf *out);
/* why: set on HELLO_FAILED; static. */
enum hello_step tls_hello_feed(const struct buf *in, const char **why);

#endif
