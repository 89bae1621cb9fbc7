/*
 * What `show config-replace status` tells of the timer of NX-OS.  Pure.
 */
#ifndef INFRA_DRIVER_NXOS_TIMER_H
#define INFRA_DRIVER_NXOS_TIMER_H

#include <stdbool.h>

struct nxos_timer {
	bool pending;
	unsigned left_s;
	char user[64]; /* who replaced last; "" if not told */
};

void nxos_parse_timer(const char *answer, struct nxos_timer *ret);

#endif
