#include "infra/netconf/hello.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define URI_MAX 4096

const char netconf_hello[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<hello xmlns=\"" XML_NETCONF "\"><capabilities>"
    "<capability>urn:ietf:params:netconf:base:1.0</capability>"
    "<capability>urn:ietf:params:netconf:base:1.1</capability>"
    "</capabilities></hello>";

#define IETF "urn:ietf:params:netconf:"
#define IETF_XML "urn:ietf:params:xml:ns:netconf:"
#define YANG "urn:ietf:params:xml:ns:yang:"

/* Parameters may follow a URI, behind a `?`.  The names with "xml:ns" are
 * what Junos says for the ones without. */
static const struct {
	const char *uri;
	unsigned flag;
} known[] = {
	{ IETF "base:1.0", NETCONF_BASE_10 },
	{ IETF_XML "base:1.0", NETCONF_BASE_10 },
	{ IETF "base:1.1", NETCONF_BASE_11 },
	{ IETF "capability:candidate:1.0", NETCONF_CANDIDATE },
	{ IETF_XML "capability:candidate:1.0", NETCONF_CANDIDATE },
	{ IETF "capability:confirmed-commit:1.0", NETCONF_CONFIRM_10 },
	{ IETF_XML "capability:confirmed-commit:1.0", NETCONF_CONFIRM_10 },
	{ IETF "capability:confirmed-commit:1.1", NETCONF_CONFIRM_11 },
	{ IETF "capability:rollback-on-error:1.0", NETCONF_ROLLBACK },
	{ IETF "capability:validate:1.0", NETCONF_VALIDATE },
	{ IETF "capability:validate:1.1", NETCONF_VALIDATE },
	{ IETF "capability:startup:1.0", NETCONF_STARTUP },
	{ YANG "ietf-system", NETCONF_HAS_SYSTEM },
	{ YANG "ietf-interfaces", NETCONF_HAS_INTERFACES },
	{ "http://netconfcentral.org/ns/yuma-types", NETCONF_YUMA },
	{ "http://xml.juniper.net/netconf/junos/1.0", NETCONF_JUNOS },
};

static unsigned flag_of(const char *uri)
{
	size_t len;

	uri += strspn(uri, " \t\r\n");
	len = strcspn(uri, "? \t\r\n");
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strncmp(known[i].uri, uri, len) == 0 &&
		    known[i].uri[len] == '\0')
			return known[i].flag;
	return 0;
}

enum err_code netconf_hello_read(const struct xml_node *hello,
    unsigned *ret_capabilities, unsigned long *ret_session, struct err *e)
{
	const struct xml_node *c = xml_find(hello, "capabilities/capability");
	struct buf text = BUF_INIT(URI_MAX);
	unsigned flags = 0;

	/* In whatever namespace: old servers give none. */
	if (strcmp(xml_name(hello), "hello") != 0)
		return err_set(e, ERR_REMOTE,
		    "it speaks XML, but does not begin with a hello");
	for (; c != NULL; c = xml_next(c, "capability")) {
		buf_release(&text);
		buf_init(&text, URI_MAX);
		xml_text(c, &text);
		flags |= flag_of(buf_text(&text));
	}
	buf_release(&text);
	if ((flags & (NETCONF_BASE_10 | NETCONF_BASE_11)) == 0)
		return err_set(e, ERR_REMOTE,
		    "it speaks no version of NETCONF that is known here");
	buf_init(&text, URI_MAX);
	xml_text(xml_child(hello, "session-id"), &text);
	*ret_session = strtoul(buf_text(&text), NULL, 10);
	*ret_capabilities = flags;
	buf_release(&text);
	return ERR_OK;
}
