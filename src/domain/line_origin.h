/*
 * Blame: for each line of a text the version that brought it.
 *
 * The caller goes back from the newest version step by step and gives the
 * difference of each to the one before; lines that it has in common are passed
 * on, the others stay with the version at hand.  Versions are counted from 0,
 * the newest.  When no version is left, line_origin_finish() says what the rest
 * came from.
 *
 * Pure.  Everything is allocated in the arena given.
 */
#ifndef DOMAIN_LINE_ORIGIN_H
#define DOMAIN_LINE_ORIGIN_H

#include "domain/text_diff.h"

#include <stdint.h>

#define LINE_ORIGIN_UNKNOWN UINT32_MAX

struct line_origin {
	struct arena *arena;
	uint32_t *origin; /* of each line of the newest text */
	size_t n;
	size_t n_open;	  /* lines whose origin is still unknown */
	uint32_t version; /* at hand */
	uint32_t *at;	  /* its lines: which of the newest, + 1; 0: none */
	size_t n_at;
};

/* n: lines of the newest text.  ERR_SYSTEM when the arena is full. */
enum err_code line_origin_begin(struct line_origin *o, struct arena *arena,
    size_t n, struct err *e) must_check;

/* older: the difference from the version before (a) to the one at hand (b). */
enum err_code line_origin_step(struct line_origin *o,
    const struct text_diff *older, struct err *e) must_check;

/* The version at hand is the first: all that is left is its. */
void line_origin_finish(struct line_origin *o);

#endif
