/*
 * What this process counts of its requests, for /metrics.  Any thread.
 */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include "base/histogram.h"
#include "web/router.h"

#define METRICS_STATUSES 6 /* by hundreds; 0: none such */

/* All zeros at the start. */
struct web_metrics {
	struct histogram requests[SURFACES];
	atomic_ullong statuses[SURFACES][METRICS_STATUSES];
};

void metrics_note_request(
    struct web_metrics *m, enum surface surface, int status, int64_t us);
void metrics_write_requests(const struct web_metrics *m, struct buf *out);

#endif
