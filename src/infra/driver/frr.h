/*
 * FRRouting by vtysh over SSH; seen on 8.4.4.
 *
 * FRR has no candidate, no confirm timer and no lock that a shell could take.
 * So the change is worked out here (domain/config_tree.h), sent a line at a
 * time, and the first refusal puts the snapshot back.
 */
#ifndef INFRA_DRIVER_FRR_H
#define INFRA_DRIVER_FRR_H

#include "app/port/driver.h"

extern const struct driver driver_frr;

#endif
