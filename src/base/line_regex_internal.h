/*
 * Between the parser and the automaton: a pattern as a tree.
 */
#ifndef BASE_LINE_REGEX_INTERNAL_H
#define BASE_LINE_REGEX_INTERNAL_H

#include "base/line_regex.h"

#include <stdint.h>

enum rx_type {
	RX_EMPTY,
	RX_SET,	   /* one byte out of a set */
	RX_CAT,	   /* left, then right */
	RX_ALT,	   /* left or right */
	RX_REP,	   /* left, min to max times; max -1: no end */
	RX_ASSERT, /* a place between bytes */
};

enum rx_place { RX_BOL, RX_EOL, RX_BOUNDARY, RX_NO_BOUNDARY };

struct rx_set {
	uint8_t bits[32];
};

struct rx_node {
	enum rx_type type;
	const struct rx_node *left, *right;
	int min, max;
	enum rx_place place;
	struct rx_set set;
};

static inline bool rx_set_has(const struct rx_set *s, unsigned char c)
{
	return s->bits[c >> 3] >> (c & 7) & 1;
}

static inline bool rx_is_word(unsigned c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

/* The tree of a pattern.  Depth is bounded by the pattern's length. */
enum err_code rx_parse(struct arena *a, const char *pattern,
    struct line_regex_options options, const struct rx_node **ret,
    struct err *e) must_check;

#endif
