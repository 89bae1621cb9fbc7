/*
 * NETCONF on Junos: framing and sessions (junos_netconf.c), RPCs
 * (junos_rpc.c), configuration as XML (junos_xml.c).
 */
#ifndef SIM_JUNOS_NETCONF_H
#define SIM_JUNOS_NETCONF_H

#include "sim/endpoint.h"
#include "sim/junos.h"

#include <libxml/tree.h>

#define JUNOS_MESSAGE_MAX (32u << 20)

struct junos_netconf {
	struct endpoint ep; /* first */
	struct junos_session session;
	struct buf in;
	bool hello;   /* the client's was read */
	bool chunked; /* both speak base:1.1 */
};

/* One RPC while it is answered: the body of its reply. */
struct junos_rpc {
	struct junos_netconf *nc;
	struct device *device;
	xmlNode *operation;
	struct buf out;
	bool ok; /* ends with <ok/> */
};

/* Answers an operation into rpc->out. */
void junos_rpc_answer(struct junos_rpc *rpc);

/* <rpc-error>; severity "error" or "warning". */
void junos_rpc_report(struct junos_rpc *rpc, const char *severity,
    const char *message, const char *element);

/* Loads below <configuration>; operation: what elements without an attribute
 * do. */
void junos_load_xml(struct jnode *root, const xmlNode *configuration,
    enum junos_action action, struct junos_load *load);

/* Helpers over libxml2 that know no namespaces; NULL if there is none. */
xmlNode *junos_xml_child(const xmlNode *parent, const char *name);
char *junos_xml_text(const xmlNode *node); /* free() it; never NULL */
char *junos_xml_attribute(const xmlNode *node, const char *name);

#endif
