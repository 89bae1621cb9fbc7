/*
 * A NETCONF session: hello, framing (RFC 6242), messages.
 */
#include "sim/junos_netconf.h"

#include "sim/mem.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char netconf_eom[] = "]]>]]>";

/* --- sending ----------------------------------------------------------- */

static void netconf_send(struct junos_netconf *nc, const struct buf *message)
{
	struct buf *out = &nc->ep.out;

	if (!nc->chunked) {
		buf_add(out, buf_text(message), message->len);
		buf_printf(out, "\n%s\n", netconf_eom);
		return;
	}
	buf_printf(out, "\n#%zu\n", message->len);
	buf_add(out, buf_text(message), message->len);
	buf_puts(out, "\n##\n");
}

static void netconf_send_hello(struct junos_netconf *nc)
{
	static const char *const capabilities[] = {
		"urn:ietf:params:netconf:base:1.0",
		"urn:ietf:params:netconf:base:1.1",
		"urn:ietf:params:netconf:capability:candidate:1.0",
		"urn:ietf:params:netconf:capability:confirmed-commit:1.0",
		"urn:ietf:params:netconf:capability:confirmed-commit:1.1",
		"urn:ietf:params:netconf:capability:validate:1.0",
		"urn:ietf:params:xml:ns:netconf:base:1.0",
		"urn:ietf:params:xml:ns:netconf:capability:candidate:1.0",
		"urn:ietf:params:xml:ns:netconf:capability:confirmed-commit:"
		"1.0",
		"http://xml.juniper.net/netconf/junos/1.0",
		"http://xml.juniper.net/dmi/system/1.0",
	};
	struct buf m = BUF_INIT(64 * 1024);

	buf_puts(&m, "<hello xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\">"
		     "<capabilities>");
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities);
	     i++)
		buf_printf(&m, "<capability>%s</capability>", capabilities[i]);
	buf_printf(&m, "</capabilities><session-id>%u</session-id></hello>",
	    nc->session.id);
	netconf_send(nc, &m);
	buf_release(&m);
}

/* The attributes of the request come back in its reply (RFC 6241, 4.2). */
static void netconf_begin_reply(const xmlNode *rpc, struct buf *out)
{
	buf_puts(out, "<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:"
		      "base:1.0\" xmlns:junos=\"http://xml.juniper.net/"
		      "junos/21.4R0/junos\"");
	for (const xmlAttr *a = rpc->properties; a; a = a->next) {
		xmlChar *value = xmlNodeGetContent(a->children);

		buf_printf(out, " %s=\"", (const char *)a->name);
		junos_xml_escape(value ? (const char *)value : "", out);
		buf_putc(out, '"');
		xmlFree(value);
	}
	buf_putc(out, '>');
}

/* --- messages ---------------------------------------------------------- */

static void netconf_read_hello(struct junos_netconf *nc, const xmlNode *hello)
{
	const xmlNode *all = junos_xml_child(hello, "capabilities");

	for (const xmlNode *c = all ? all->children : NULL; c; c = c->next) {
		char *text = junos_xml_text(c);

		if (strcmp(text, "urn:ietf:params:netconf:base:1.1") == 0)
			nc->chunked = true;
		free(text);
	}
	nc->hello = true;
}

static void netconf_answer(struct junos_netconf *nc, xmlNode *request)
{
	struct junos_rpc rpc = { .nc = nc,
		.device = nc->ep.device,
		.operation = xmlFirstElementChild(request),
		.out = BUF_INIT(JUNOS_MESSAGE_MAX) };
	struct buf reply = BUF_INIT(JUNOS_MESSAGE_MAX);

	netconf_begin_reply(request, &reply);
	if (rpc.operation)
		junos_rpc_answer(&rpc);
	else
		junos_rpc_report(&rpc, "error", "syntax error", "rpc");
	buf_add(&reply, buf_text(&rpc.out), rpc.out.len);
	buf_puts(&reply, rpc.ok ? "<ok/></rpc-reply>" : "</rpc-reply>");
	hostile_spoil_output(&nc->ep.device->hostile, &reply);
	netconf_send(nc, &reply);
	if (nc->ep.device->hostile.flood_bytes)
		nc->ep.flood_left = nc->ep.device->hostile.flood_bytes;
	buf_release(&rpc.out);
	buf_release(&reply);
}

static void netconf_message(
    struct junos_netconf *nc, const char *text, size_t len)
{
	xmlDoc *doc = len > 0 && len <= JUNOS_MESSAGE_MAX
			  ? xmlReadMemory(text, (int)len, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR |
				    XML_PARSE_NOWARNING | XML_PARSE_HUGE)
			  : NULL;
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;

	if (!root) {
		nc->ep.closing = true;
	} else if (strcmp((const char *)root->name, "hello") == 0) {
		netconf_read_hello(nc, root);
	} else if (endpoint_begin_request(&nc->ep)) {
		netconf_answer(nc, root);
		endpoint_end_request(&nc->ep);
	}
	xmlFreeDoc(doc);
}

/* --- framing ----------------------------------------------------------- */

/* False until the whole message is there. */
static bool netconf_take_eom(struct junos_netconf *nc)
{
	size_t mark = sizeof(netconf_eom) - 1;
	char *end = nc->in.len
			? memmem(nc->in.data, nc->in.len, netconf_eom, mark)
			: NULL;
	size_t len;

	if (!end)
		return false;
	len = (size_t)(end - nc->in.data);
	netconf_message(nc, nc->in.data + strspn(nc->in.data, "\r\n\t "),
	    len - strspn(nc->in.data, "\r\n\t "));
	buf_consume(&nc->in, len + mark);
	return true;
}

/* A chunk's header "\n#N\n" at `at`; its length, 0 for "\n##\n", -1 if more
 * is needed, -2 if it is wrong. */
static long netconf_chunk(const struct buf *in, size_t *at)
{
	const char *p = in->data + *at;
	size_t left = in->len - *at;
	char *end;
	const char *nl;
	long len;

	if (left < 4)
		return -1;
	if (p[0] != '\n' || p[1] != '#')
		return -2;
	nl = memchr(p + 2, '\n', left - 2);
	if (!nl)
		return left > 16 ? -2 : -1;
	*at += (size_t)(nl - p) + 1;
	if (p[2] == '#' && nl == p + 3)
		return 0;
	len = strtol(p + 2, &end, 10);
	return end == nl && len > 0 && len <= (long)JUNOS_MESSAGE_MAX ? len
								      : -2;
}

static bool netconf_take_chunks(struct junos_netconf *nc)
{
	struct buf message = BUF_INIT(JUNOS_MESSAGE_MAX);
	size_t at = 0;
	long len = 1;

	while (nc->in.len && (len = netconf_chunk(&nc->in, &at)) > 0) {
		if (nc->in.len - at < (size_t)len) {
			len = -1;
			break;
		}
		buf_add(&message, nc->in.data + at, (size_t)len);
		at += (size_t)len;
	}
	if (len == 0 && nc->in.len) {
		netconf_message(nc, buf_text(&message), message.len);
		buf_consume(&nc->in, at);
	}
	nc->ep.closing |= len == -2;
	buf_release(&message);
	return len == 0 && nc->in.len > 0;
}

static void netconf_input(struct endpoint *ep, const char *data, size_t len)
{
	struct junos_netconf *nc = (struct junos_netconf *)ep;

	if (!buf_add(&nc->in, data, len))
		ep->closing = true;
	while (!ep->closing && !ep->cut && !ep->stalled)
		if (!(nc->chunked ? netconf_take_chunks(nc)
				  : netconf_take_eom(nc)))
			break;
}

static void netconf_end(struct endpoint *ep)
{
	ep->closing = true;
}

static void netconf_free(struct endpoint *ep)
{
	struct junos_netconf *nc = (struct junos_netconf *)ep;

	junos_session_close(ep->device, &nc->session);
	buf_release(&nc->in);
	endpoint_release(ep);
	free(nc);
}

static const struct endpoint_ops netconf_ops = {
	.input = netconf_input,
	.end = netconf_end,
	.free = netconf_free,
};

struct endpoint *junos_netconf_open(struct device *d, const char *user)
{
	struct junos_netconf *nc = mem_zalloc(sizeof(*nc));

	endpoint_init(&nc->ep, &netconf_ops, d);
	buf_init(&nc->in, JUNOS_MESSAGE_MAX);
	junos_session_open(d, &nc->session, user, "netconf");
	netconf_send_hello(nc);
	return &nc->ep;
}
