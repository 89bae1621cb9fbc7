/*
 * Cisco NX-OS over SSH.  docs/drivers.md tells what it does about the
 * platform's traps.
 *
 * NX-OS takes single lines neither as a whole nor with a way back.  It does
 * take a whole configuration so: `configure replace FILE commit-timeout N`
 * puts it in, restores the old one if a line fails, and goes back to it unless
 * `configure replace commit` comes.  So a merge, too, is made into the whole
 * configuration it leads to.
 *
 * Source: "Cisco Nexus 9000 Series NX-OS System Management Configuration
 * Guide", chapters "Performing Configuration Replace" and "Configuring
 * Rollback".
 */
#ifndef INFRA_DRIVER_NXOS_H
#define INFRA_DRIVER_NXOS_H

#include "app/port/driver.h"

extern const struct driver driver_nxos;

#endif
