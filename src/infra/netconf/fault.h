/*
 * What a server says is wrong: <rpc-error> (RFC 6241, 4.3 and appendix A).
 *
 * A struct netconf_fault owns nothing.  Its sentence is made safe to show: what
 * the device wrote goes through escape_device_text().
 */
#ifndef INFRA_NETCONF_FAULT_H
#define INFRA_NETCONF_FAULT_H

#include "infra/netconf/hidden.h"
#include "infra/netconf/xml.h"

#define NETCONF_FAULT_TEXT 400

struct netconf_fault {
	size_t n_errors; /* of severity "error": the operation failed */
	size_t n_warnings;
	/* Of the first error, or of the first warning if there is none. */
	char tag[40];	       /* "lock-denied", … */
	unsigned long session; /* that stands in the way; 0: not told */
	char text[NETCONF_FAULT_TEXT];
};

/* Looks for errors anywhere near the top of a reply: Junos puts them into its
 * own results. */
/* What must not be told is hidden before anything else is made of it. */
void netconf_fault_read(const struct xml_node *reply,
    const struct netconf_hidden *hidden, struct netconf_fault *ret);

bool netconf_fault_is(const struct netconf_fault *fault, const char *tag);

#endif
