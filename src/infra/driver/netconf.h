/*
 * Any server with a candidate configuration, over NETCONF (RFC 6241).
 *
 * Its configurations are XML: the elements below <config>, each with its
 * namespace.  The rules are in docs/drivers.md.
 */
#ifndef INFRA_DRIVER_NETCONF_H
#define INFRA_DRIVER_NETCONF_H

#include "app/port/driver.h"

extern const struct driver driver_netconf;

#endif
