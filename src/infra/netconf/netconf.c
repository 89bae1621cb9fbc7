#include "infra/netconf/netconf.h"

#include "infra/netconf/frame.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 16384
#define HELLO_MAX ((size_t)1024 * 1024)
/* A server of the yuma family forgets a request that it reads together with
 * our hello, and nothing tells when it has read the hello.  Others get a short
 * pause, lest they have it from there. */
#define HELLO_GAP_MS 20
#define YUMA_GAP_MS 200

struct netconf {
	const struct netconf_stream *stream;
	const char *peer;
	unsigned capabilities;
	unsigned long session;
	unsigned long last_id;
	enum netconf_framing framing;
	struct deadline ready; /* not before: see HELLO_GAP_MS */
	bool broken;
	struct netconf_frame frame;
	struct netconf_hidden hidden; /* what was sent, and is not told */
	/* Bytes that came and are not used yet. */
	char piece[PIECE];
	size_t at;
	size_t end;
};

unsigned netconf_capabilities(const struct netconf *nc)
{
	return nc->capabilities;
}

unsigned long netconf_session_id(const struct netconf *nc)
{
	return nc->session;
}

const char *netconf_peer(const struct netconf *nc)
{
	return nc->peer;
}

const char *netconf_raw(const struct netconf *nc)
{
	return buf_text(&nc->frame.message);
}

/* --- Messages ---------------------------------------------------------- */

static enum err_code send_message(struct netconf *nc, const char *text,
    struct deadline deadline, struct err *e)
{
	struct buf wire = BUF_INIT(NETCONF_MESSAGE_MAX);
	enum err_code code;

	netconf_frame_put(nc->framing, text, strlen(text), &wire);
	code = buf_check(&wire, "the request", e);
	if (code == ERR_OK)
		code = nc->stream->send(
		    nc->stream->ctx, wire.data, wire.len, deadline, e);
	buf_release(&wire);
	return code;
}

static enum err_code misframed(
    const struct netconf *nc, enum netconf_frame_result result, struct err *e)
{
	if (result == NETCONF_FRAME_TOO_LONG)
		return err_set(e, ERR_LIMIT,
		    "%s sent a message of more than %zu KiB", nc->peer,
		    nc->frame.message.max / 1024);
	return err_set(e, ERR_REMOTE,
	    "%s sent what is no NETCONF message (RFC 6242): is it the right "
	    "port?",
	    nc->peer);
}

/* The next whole message, in nc->frame.message. */
static enum err_code receive_message(
    struct netconf *nc, struct deadline deadline, struct err *e)
{
	netconf_frame_next(&nc->frame, nc->framing);
	for (;;) {
		enum netconf_frame_result result;
		enum err_code code;
		size_t used = 0;

		if (nc->at == nc->end) {
			nc->at = nc->end = 0;
			code = nc->stream->receive(nc->stream->ctx, nc->piece,
			    sizeof nc->piece, deadline, &nc->end, e);
			if (code != ERR_OK)
				return code;
		}
		result = netconf_frame_feed(
		    &nc->frame, nc->piece + nc->at, nc->end - nc->at, &used);
		nc->at += used;
		if (result == NETCONF_FRAME_DONE)
			return ERR_OK;
		if (result != NETCONF_FRAME_MORE)
			return misframed(nc, result, e);
	}
}

static enum err_code parse_message(
    struct netconf *nc, struct xml_doc **ret, struct err *e)
{
	enum err_code code = xml_parse(
	    buf_text(&nc->frame.message), nc->frame.message.len, ret, e);

	if (code != ERR_OK)
		err_context(e, "what %s sent", nc->peer);
	return code;
}

/* --- Hello ------------------------------------------------------------- */

static enum err_code greet(
    struct netconf *nc, struct deadline deadline, struct err *e)
{
	struct xml_doc *doc = NULL;
	enum err_code code = send_message(nc, netconf_hello, deadline, e);

	if (code == ERR_OK)
		code = receive_message(nc, deadline, e);
	if (code == ERR_OK)
		code = parse_message(nc, &doc, e);
	if (code == ERR_OK) {
		code = netconf_hello_read(
		    xml_root(doc), &nc->capabilities, &nc->session, e);
		if (code != ERR_OK)
			err_context(e, "%s", nc->peer);
	}
	xml_free(doc);
	nc->ready = deadline_in_ms(
	    nc->capabilities & NETCONF_YUMA ? YUMA_GAP_MS : HELLO_GAP_MS);
	if (code == ERR_OK && (nc->capabilities & NETCONF_BASE_11))
		nc->framing = NETCONF_CHUNKED;
	return code;
}

enum err_code netconf_open(const struct netconf_stream *stream,
    const char *peer, struct deadline deadline, struct netconf **ret,
    struct err *e)
{
	struct netconf *nc = calloc(1, sizeof *nc);
	enum err_code code;

	if (nc == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	nc->stream = stream;
	nc->peer = peer;
	netconf_frame_init(&nc->frame, NETCONF_EOM, HELLO_MAX);
	netconf_hidden_init(&nc->hidden);
	code = greet(nc, deadline, e);
	nc->frame.message.max = NETCONF_MESSAGE_MAX;
	if (code == ERR_OK)
		*ret = nc;
	else
		netconf_free(nc);
	return code;
}

void netconf_free(struct netconf *nc)
{
	if (nc == NULL)
		return;
	netconf_frame_release(&nc->frame);
	netconf_hidden_release(&nc->hidden);
	free(nc);
}

/* --- Requests ---------------------------------------------------------- */

/* RFC 6241, 4.2: the reply has the attributes of its request. */
static enum err_code check_reply(
    const struct netconf *nc, const struct xml_node *root, struct err *e)
{
	struct buf id = BUF_INIT(64);
	enum err_code code = ERR_OK;

	if (!xml_is(root, XML_NETCONF, "rpc-reply"))
		code = err_set(e, ERR_REMOTE,
		    "%s answered with <%.40s> instead of a reply", nc->peer,
		    xml_name(root));
	else if (!xml_attribute(root, "message-id", &id) ||
		 strtoul(buf_text(&id), NULL, 10) != nc->last_id)
		code = err_set(e, ERR_REMOTE,
		    "%s answered another request than the one it was asked",
		    nc->peer);
	buf_release(&id);
	return code;
}

static enum err_code receive_reply(struct netconf *nc, struct deadline deadline,
    struct xml_doc **ret, struct err *e)
{
	struct xml_doc *doc = NULL;
	enum err_code code;

	for (;;) {
		code = receive_message(nc, deadline, e);
		if (code == ERR_OK)
			code = parse_message(nc, &doc, e);
		if (code != ERR_OK)
			return code;
		if (strcmp(xml_name(xml_root(doc)), "notification") != 0)
			break;
		xml_free(doc);
		doc = NULL;
	}
	code = check_reply(nc, xml_root(doc), e);
	if (code == ERR_OK)
		*ret = doc;
	else
		xml_free(doc);
	return code;
}

static enum err_code exchange(struct netconf *nc, const char *operation,
    struct deadline deadline, struct xml_doc **ret, struct err *e)
{
	struct buf rpc = BUF_INIT(NETCONF_MESSAGE_MAX);
	enum err_code code;

	while (!deadline_passed(nc->ready))
		poll(NULL, 0, deadline_poll_ms(nc->ready));
	buf_printf(&rpc, "<rpc xmlns=\"" XML_NETCONF "\" message-id=\"%lu\">",
	    ++nc->last_id);
	buf_puts(&rpc, operation);
	buf_puts(&rpc, "</rpc>");
	code = buf_check(&rpc, "the request", e);
	if (code == ERR_OK)
		code = send_message(nc, buf_text(&rpc), deadline, e);
	buf_release(&rpc);
	return code == ERR_OK ? receive_reply(nc, deadline, ret, e) : code;
}

enum err_code netconf_call(struct netconf *nc, const char *operation,
    struct deadline deadline, struct netconf_reply *ret, struct err *e)
{
	struct netconf_reply reply = { .doc = NULL };
	enum err_code code;

	if (nc->broken)
		return err_set(
		    e, ERR_REMOTE, "the session with %s has ended", nc->peer);
	netconf_hidden_learn(&nc->hidden, operation);
	code = exchange(nc, operation, deadline, &reply.doc, e);
	if (code != ERR_OK) {
		nc->broken = true;
		return code;
	}
	reply.root = xml_root(reply.doc);
	netconf_fault_read(reply.root, &nc->hidden, &reply.fault);
	*ret = reply;
	return ERR_OK;
}

void netconf_reply_free(struct netconf_reply *reply)
{
	xml_free(reply->doc);
	*reply = (struct netconf_reply){ .doc = NULL };
}
