/*
 * The timer under which a change waits for its confirmation, out of what the
 * device shows of it.  Pure.
 */
#ifndef INFRA_DRIVER_CISCO_TIMER_H
#define INFRA_DRIVER_CISCO_TIMER_H

#include "base/err.h"

struct cisco_timer {
	bool pending;
	int left_s;    /* -1: not told */
	char user[64]; /* who changed last; "" if not told */
};

/* `show archive config rollback timer` of IOS.  ERR_REMOTE: the answer does not
 * tell, which is not the same as that none runs. */
enum err_code ios_parse_timer(
    const char *answer, struct cisco_timer *ret, struct err *e) must_check;

/* `show config-replace status` of NX-OS. */
void nxos_parse_timer(const char *answer, struct cisco_timer *ret);

#endif
