/*
 * What the relay, the clock and control.py of a NETCONF server under test
 * share: a file of 64-bit numbers, mapped by each.  control.py has the same
 * list in the same order.
 */
#ifndef NETCONF_STATE_H
#define NETCONF_STATE_H

#include <stdint.h>

enum netconf_state {
	STATE_CLOCK_S,	  /* how far the server's clock is ahead */
	STATE_COMMANDS,	  /* requests so far */
	STATE_COMMITS,	  /* of them, commits */
	STATE_OPEN,	  /* sessions */
	STATE_CUT_AFTER,  /* the connection is cut after so many requests … */
	STATE_CUT_BEFORE, /* … or before so many responses; 0: not */
	STATE_TRUNCATE,	  /* configurations lose their second half */
	STATE_ONLY_10,	  /* :confirmed-commit:1.1 is not told */
	STATE_UNREACHABLE, /* no session can be opened */
	STATE_N,
};

#define STATE_SIZE (STATE_N * sizeof(int64_t))

#endif
