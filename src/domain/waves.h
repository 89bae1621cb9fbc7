/*
 * How far a change of many devices may go: first one device, then a share of
 * them, then the rest; and no further once too many failed.  Pure numbers, so
 * that a run goes on by the same rule after a restart.
 */
#ifndef DOMAIN_WAVES_H
#define DOMAIN_WAVES_H

#include <stdbool.h>
#include <stddef.h>

struct waves {
	size_t n;	     /* devices */
	unsigned percent;    /* of them in the second wave, at least one */
	unsigned max_failed; /* percent; 100: never stops */
};

/* How many devices may have been begun when so many are done, well or not:
 * 1, the end of the second wave, or all. */
size_t waves_allowed(const struct waves *w, size_t n_done);

/* True if of those that may have been begun more than the share failed. */
bool waves_stop(const struct waves *w, size_t n_done, size_t n_failed);

#endif
