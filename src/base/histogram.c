#include "base/histogram.h"

static const struct {
	int64_t us;
	const char *seconds;
} bounds[HISTOGRAM_BUCKETS] = {
	{ 250, "0.00025" },
	{ 500, "0.0005" },
	{ 1000, "0.001" },
	{ 2500, "0.0025" },
	{ 5000, "0.005" },
	{ 10000, "0.01" },
	{ 25000, "0.025" },
	{ 50000, "0.05" },
	{ 100000, "0.1" },
	{ 500000, "0.5" },
	{ 1000000, "1" },
	{ 5000000, "5" },
};

void histogram_add(struct histogram *h, int64_t us)
{
	size_t i = 0;

	if (us < 0)
		us = 0;
	while (i < HISTOGRAM_BUCKETS && us > bounds[i].us)
		i++;
	atomic_fetch_add_explicit(&h->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(
	    &h->sum_us, (unsigned long long)us, memory_order_relaxed);
}

static unsigned long long load(const atomic_ullong *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

void histogram_write(const struct histogram *h, const char *name,
    const char *labels, struct buf *out)
{
	const char *comma = *labels ? "," : "";
	unsigned long long n = 0;

	for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++) {
		n += load(&h->buckets[i]);
		buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", name, labels,
		    comma, i < HISTOGRAM_BUCKETS ? bounds[i].seconds : "+Inf",
		    n);
	}
	buf_printf(out, "%s_sum{%s} %.6f\n", name, labels,
	    (double)load(&h->sum_us) / 1e6);
	buf_printf(out, "%s_count{%s} %llu\n", name, labels, n);
}
