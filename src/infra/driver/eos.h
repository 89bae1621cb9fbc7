/*
 * Arista EOS over SSH: configuration sessions, compared and timed by the device
 * itself.  docs/drivers.md tells what it does about the platform's traps.
 *
 * Source: Arista EOS User Manual, "Configuration sessions"; seen on the
 * simulator (docs/simulators.md), which pyeapi, netmiko and Ansible accept.
 */
#ifndef INFRA_DRIVER_EOS_H
#define INFRA_DRIVER_EOS_H

#include "app/port/driver.h"

extern const struct driver driver_eos;

#endif
