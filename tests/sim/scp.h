/*
 * `scp -t` and `scp -f` on a device: the old protocol of rcp, which is what
 * network devices speak.
 */
#ifndef SIM_SCP_H
#define SIM_SCP_H

#include "sim/endpoint.h"

#define SCP_FILE_MAX (32u << 20)

/* command: "scp -t flash:x".  NULL if it is none. */
struct endpoint *scp_open(struct device *d, const char *command);

#endif
