/*
 * Juniper Junos, over NETCONF with Juniper's own operations ("NETCONF XML
 * Management Protocol Developer Guide").  The rules are in docs/drivers.md.
 */
#ifndef INFRA_DRIVER_JUNOS_H
#define INFRA_DRIVER_JUNOS_H

#include "app/port/driver.h"

extern const struct driver driver_junos;

#endif
