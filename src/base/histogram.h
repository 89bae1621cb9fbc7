/*
 * How long something took, counted by any thread without a lock, and written
 * as Prometheus reads it (text format 0.0.4).
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include "base/buf.h"

#include <stdatomic.h>

#define HISTOGRAM_BUCKETS 12

/* All zeros is an empty one. */
struct histogram {
	atomic_ullong buckets[HISTOGRAM_BUCKETS + 1]; /* not cumulative */
	atomic_ullong sum_us;
};

void histogram_add(struct histogram *h, int64_t us);
/* labels: "surface=\"page\"", or "" for none.  The counts of one histogram
 * are read one after the other: what comes meanwhile may be in some. */
void histogram_write(const struct histogram *h, const char *name,
    const char *labels, struct buf *out);

#endif
