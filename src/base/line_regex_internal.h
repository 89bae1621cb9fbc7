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

/* A set of positions whose next steps are not decided yet: places depend on
 * the byte that follows. */
struct rx_state {
	uint32_t first; /* in the pool */
	uint16_t n;
	uint8_t before;
};

#define RX_MAX_STATES 512
#define RX_END 256 /* the end of the text, as a byte */

/* States that are no sets. */
enum { RX_UNKNOWN, RX_MATCH, RX_DEAD, RX_FIRST_STATE };

/* What stands before a position. */
enum rx_before { RX_BEFORE_LINE, RX_BEFORE_WORD, RX_BEFORE_OTHER };

/* Positions and what stands before them. */
struct rx_front {
	const uint16_t *set;
	size_t n;
	enum rx_before before;
};

#define RX_MAX_HELD 32 /* sets of a sequence that every match holds */

/* What every match holds: see line_regex_window.h. */
#define RX_MAX_PROBES 6
#define RX_MAX_RANGES 3

struct rx_range {
	uint8_t first, span; /* span 0: one byte */
};

/* A byte in one of the ranges, this far behind the place. */
struct rx_probe {
	uint8_t offset, n_ranges;
	uint8_t ignored; /* a bit of the byte that is held to be set; or 0 */
	struct rx_range range[RX_MAX_RANGES];
};

struct rx_window {
	struct rx_probe probe[RX_MAX_PROBES];
	size_t n_probes; /* 0: there is no window */
	size_t n_blind;	 /* are looked for before it is asked what is left */
	size_t reach;	 /* the largest offset */
	bool avx2;	 /* the processor has it */
};

struct line_regex {
	struct arena *arena;
	const char *pattern;
	struct line_regex_options options;
	struct rx_inst *program;
	size_t n;
	struct line_regex_three threes[LINE_REGEX_MAX_THREES];
	size_t n_threes;
	struct rx_window window;
	/* lines that had the window and no match, against bytes read: an
	 * expression whose window is everywhere is better off without */
	size_t n_misses, n_read;

	/* bytes that no set and no place tells apart are one class */
	uint8_t class_of[256];
	uint32_t width; /* classes */

	struct rx_state *states;
	/* [row + class]: the row of the state that follows; the row of a state
	 * is its number times the width, so that a step multiplies nothing */
	uint32_t *next;
	uint16_t *at_end; /* [state]: what the end of the text leads to */
	size_t n_states;
	uint16_t *pool;
	size_t n_pool;
	uint16_t start;
	unsigned flushes; /* how often all states were forgotten */

	/* scratch of one step */
	uint16_t *stack, *reached, *kernel;
	uint32_t *seen, *seen_kernel; /* by instruction: the step's mark */
	uint32_t mark;
};

/* The tree of a pattern.  Depth is bounded by the pattern's length. */
enum err_code rx_parse(struct arena *a, const char *pattern,
    struct line_regex_options options, const struct rx_node **ret,
    struct err *e) must_check;

/* ERR_LIMIT. */
enum err_code rx_make_program(struct line_regex *re, const struct rx_node *tree,
    struct err *e) must_check;

/* Fills in what every match holds: the threes and the window. */
enum err_code rx_find_held(struct line_regex *re, const struct rx_node *tree,
    struct err *e) must_check;

/* The automaton of a program: no state is known yet. */
enum err_code rx_make_states(struct line_regex *re, struct err *e) must_check;
uint16_t rx_start_state(struct line_regex *re);
/* The step by a byte, or RX_END, from a state.  It may forget all states: then
 * re->flushes tells so, and only the answer is a state. */
uint16_t rx_next_state(struct line_regex *re, uint16_t from, unsigned c);

/* One step without the automaton.  close: follows splits and places; leaves the
 * instructions that read a byte in re->reached; true: a match ends here.
 * take: what these reach by the byte, in re->kernel. */
bool rx_close_front(
    struct line_regex *re, const struct rx_front *f, unsigned c, size_t *ret_n);
size_t rx_take_byte(struct line_regex *re, size_t n_reached, unsigned c);
enum rx_before rx_before_of(unsigned c);

/* Whether the window is of use to go on with, by what it did so far. */
bool rx_uses_window(const struct line_regex *re);
/* line_regex_next() by the window. */
const char *rx_next_by_window(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len);

#endif
