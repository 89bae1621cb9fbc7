/*
 * Between the parser, the program and the automaton.
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

#define RX_MAX_PROGRAM 4000
enum rx_op { OP_SET, OP_SPLIT, OP_PLACE, OP_MATCH };

struct rx_inst {
	enum rx_op op;
	uint16_t x, y; /* where it goes on; y only for OP_SPLIT */
	enum rx_place place;
	const struct rx_set *set;
};

struct rx_state;

struct line_regex {
	struct arena *arena;
	struct rx_inst *program;
	size_t n;
	const char *runs[LINE_REGEX_MAX_RUNS];
	size_t n_runs;
	const char *longest; /* of the runs; NULL: there is none */
	size_t longest_len;
	/* bytes from the last one that is this byte to the end of `longest` */
	uint16_t skip[256];

	struct rx_state *states;
	uint16_t *next;	  /* [state * WIDTH + byte] */
	uint16_t *at_end; /* [state]: what the end of the text leads to */
	size_t n_states;
	uint16_t *pool;
	size_t n_pool;
	uint16_t start;

	/* scratch of one step */
	uint16_t *stack, *reached, *kernel;
	uint32_t *seen, *seen_kernel; /* by instruction: the step's mark */
	uint32_t mark;
};

/* The tree of a pattern.  Depth is bounded by the pattern's length. */
enum err_code rx_parse(struct arena *a, const char *pattern,
    struct line_regex_options options, const struct rx_node **ret,
    struct err *e) must_check;

/* Fills in the program and what every match holds.  ERR_LIMIT. */
enum err_code rx_make_program(struct line_regex *re, const struct rx_node *tree,
    struct err *e) must_check;

#endif
