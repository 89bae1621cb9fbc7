#include "web/metrics.h"

#include <stdio.h>

static const char *const surface_words[SURFACES] = {
	[SURFACE_PAGE] = "page",
	[SURFACE_API] = "api",
	[SURFACE_MCP] = "mcp",
	[SURFACE_OPEN] = "open",
};

void metrics_note_request(
    struct web_metrics *m, enum surface surface, int status, int64_t us)
{
	int hundreds = status / 100;

	if (hundreds < 0 || hundreds >= METRICS_STATUSES)
		hundreds = 0;
	histogram_add(&m->requests[surface], us);
	atomic_fetch_add_explicit(
	    &m->statuses[surface][hundreds], 1, memory_order_relaxed);
}

void metrics_write_requests(const struct web_metrics *m, struct buf *out)
{
	static const char seconds[] = "switchyard_request_seconds";
	static const char total[] = "switchyard_requests_total";
	char labels[40];

	buf_printf(out,
	    "# HELP %s Time from the whole request to its answer.\n"
	    "# TYPE %s histogram\n",
	    seconds, seconds);
	for (int s = 0; s < SURFACES; s++) {
		snprintf(
		    labels, sizeof(labels), "surface=\"%s\"", surface_words[s]);
		histogram_write(&m->requests[s], seconds, labels, out);
	}
	buf_printf(out,
	    "# HELP %s Answers by the hundreds of their status.\n"
	    "# TYPE %s counter\n",
	    total, total);
	for (int s = 0; s < SURFACES; s++) {
		for (int i = 1; i < METRICS_STATUSES; i++)
			buf_printf(out,
			    "%s{surface=\"%s\",status=\"%dxx\"} %llu\n", total,
			    surface_words[s], i,
			    atomic_load_explicit(
				&m->statuses[s][i], memory_order_relaxed));
	}
}
