#include "domain/waves.h"

size_t waves_allowed(const struct waves *w, size_t n_done)
{
	size_t share = (w->n * w->percent + 99) / 100;
	size_t second = 1 + (share ? share : 1);

	if (n_done == 0)
		return w->n ? 1 : 0;
	return n_done < second && second < w->n ? second : w->n;
}

bool waves_stop(const struct waves *w, size_t n_done, size_t n_failed)
{
	/* the failed ones were of the wave that is now at its end, or under
	 * way: the last device of a wave does not excuse the others */
	size_t of = waves_allowed(w, n_done > 0 ? n_done - 1 : 0);

	return n_failed * 100 > of * w->max_failed;
}
