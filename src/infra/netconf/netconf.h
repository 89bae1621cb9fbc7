/*
 * A NETCONF session (RFC 6241) over any stream of bytes: hello, one request at
 * a time, its reply.
 *
 * Messages are bounded, framed as RFC 6242 says, and parsed as infra/netconf/
 * xml.h says.  A reply must carry the message-id of its request (RFC 6241,
 * 4.2); notifications (RFC 5277) are ignored.
 *
 * Ownership: netconf_free() frees; it does not end the session on the server,
 * which closing the stream does.  The stream is borrowed.  One thread.
 * Errors: ERR_CORRUPT for XML that is broken, ERR_LIMIT past a bound,
 * ERR_REMOTE for a breach of the protocol, and what the stream answers.
 * After any of them the session is of no more use, and what a running request
 * did is not known.  A refusal by the server (<rpc-error>) is none of them.
 */
#ifndef INFRA_NETCONF_NETCONF_H
#define INFRA_NETCONF_NETCONF_H

#include "base/clock.h"
#include "infra/netconf/fault.h"
#include "infra/netconf/hello.h"

#define NETCONF_MESSAGE_MAX ((size_t)8 * 1024 * 1024)

/* The stream; both answer as infra/ssh/subsystem.h does. */
struct netconf_stream {
	void *ctx;
	enum err_code (*send)(void *ctx, const char *data, size_t len,
	    struct deadline deadline, struct err *e);
	enum err_code (*receive)(void *ctx, char *to, size_t size,
	    struct deadline deadline, size_t *ret_len, struct err *e);
};

struct netconf;

/* peer: for messages.  Both are borrowed. */
enum err_code netconf_open(const struct netconf_stream *stream,
    const char *peer, struct deadline deadline, struct netconf **ret,
    struct err *e) must_check;
void netconf_free(struct netconf *nc); /* NULL is fine */

unsigned netconf_capabilities(const struct netconf *nc);
unsigned long netconf_session_id(const struct netconf *nc);
const char *netconf_peer(const struct netconf *nc);

struct netconf_reply {
	struct xml_doc *doc;
	const struct xml_node *root; /* <rpc-reply> */
	struct netconf_fault fault;
};
void netconf_reply_free(struct netconf_reply *reply); /* of zeroes is fine */

/* Sends an operation, an element of the base namespace unless it says
 * otherwise, and waits for its reply.  ERR_OK with fault.n_errors > 0: the
 * server refused. */
enum err_code netconf_call(struct netconf *nc, const char *operation,
    struct deadline deadline, struct netconf_reply *ret,
    struct err *e) must_check;

/* What came instead of a whole reply after ERR_CORRUPT, for quarantine; lives
 * until the next call. */
const char *netconf_raw(const struct netconf *nc);

#endif
