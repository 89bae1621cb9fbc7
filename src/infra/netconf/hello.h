/*
 * The exchange of capabilities (RFC 6241, 8.1).
 */
#ifndef INFRA_NETCONF_HELLO_H
#define INFRA_NETCONF_HELLO_H

#include "infra/netconf/xml.h"

enum netconf_capability {
	NETCONF_BASE_10 = 1u << 0,
	NETCONF_BASE_11 = 1u << 1,	  /* chunked framing */
	NETCONF_CANDIDATE = 1u << 2,	  /* RFC 6241, 8.3 */
	NETCONF_CONFIRM_10 = 1u << 3,	  /* 8.4, in the same session */
	NETCONF_CONFIRM_11 = 1u << 4,	  /* 8.4, with persist */
	NETCONF_ROLLBACK = 1u << 5,	  /* 8.5, rollback-on-error */
	NETCONF_VALIDATE = 1u << 6,	  /* 8.6 */
	NETCONF_STARTUP = 1u << 7,	  /* 8.7 */
	NETCONF_HAS_SYSTEM = 1u << 8,	  /* RFC 7317 */
	NETCONF_HAS_INTERFACES = 1u << 9, /* RFC 7223 or 8343 */
	NETCONF_YUMA = 1u << 11,	  /* a server of the yuma family */
	NETCONF_JUNOS = 1u << 10,	  /* Juniper's own operations */
};

extern const char netconf_hello[]; /* ours, without framing */

/* Reads the server's.  ERR_REMOTE if it is no hello, or shares no version of
 * the protocol with us. */
enum err_code netconf_hello_read(const struct xml_node *hello,
    unsigned *ret_capabilities, unsigned long *ret_session,
    struct err *e) must_check;

#endif
