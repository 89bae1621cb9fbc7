/*
 * Where in a text a match may be at all: a few bytes at fixed distances, of
 * which each match has one of a few values, are looked for in 64 places at a
 * time.
 *
 * A window is a sequence of sets that stands in every match.  The rarest of its
 * sets, by what configurations are made of, are its probes.  That a place has
 * them says only that the line is worth reading.  No state; any thread.
 */
#ifndef BASE_LINE_REGEX_WINDOW_H
#define BASE_LINE_REGEX_WINDOW_H

#include "base/line_regex_internal.h"

/* How many of 10,000 bytes of a configuration are this one, roughly. */
struct rx_weights {
	uint16_t of[256];
};
void rx_weights_init(struct rx_weights *w);

/* Of how many places one may have all the probes; 1 if there are no sets. */
double rx_window_rarity(const struct rx_weights *weights,
    const struct rx_set *const *sets, size_t n);

/* The probes of a sequence; n_probes is 0 if too many places would have them
 * for that to be of use. */
void rx_window_make(struct rx_window *w, const struct rx_weights *weights,
    const struct rx_set *const *sets, size_t n);

/* The first place in [p, end) where the probes are; NULL: there is none. */
const char *rx_window_find(
    const struct rx_window *w, const char *p, const char *end);

#endif
