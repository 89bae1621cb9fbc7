/*
 * Cisco IOS and IOS-XE over SSH.  docs/drivers.md tells what it does about the
 * platform's traps.
 *
 * Merges go line by line below `configure terminal revert timer`; replacements
 * as a file, which the device compares and puts in by `configure replace …
 * revert trigger`.  Either way the device itself takes the change back unless
 * it is confirmed.
 *
 * Sources: Cisco, "Managing Configuration Files Configuration Guide", chapters
 * "Configuration Replace and Configuration Rollback" and "Configuration
 * Rollback Confirmed Change"; the IOS command references.
 */
#ifndef INFRA_DRIVER_IOS_H
#define INFRA_DRIVER_IOS_H

#include "app/port/driver.h"

extern const struct driver driver_ios;

#endif
