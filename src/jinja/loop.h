/*
 * The for loop and its variable `loop`.
 *
 * Items are taken one by one, and the condition of a filtered loop is
 * evaluated only when the next item is needed (or peeked at, by loop.last and
 * loop.nextitem), as a template can observe.
 */
#ifndef JINJA_LOOP_H
#define JINJA_LOOP_H

#include "jinja/ops.h"

struct loop_state {
	struct iter it;
	const struct for_stmt *st;
	struct frame *frame; /* in which the condition is evaluated */
	int64_t index0, length;
	int64_t depth0;
	struct jv before, current, after; /* JV_MISSING: none */
	struct jv changed;		  /* loop.changed()'s last arguments */
	struct jv_list *rest;		  /* taken ahead for loop.length */
	size_t rest_at;
	bool done;
};

/* Sets *ret and answers true, or false at the end or on failure. */
bool loop_next(struct run *r, struct loop_state *l, struct jv *ret);
bool loop_begin(struct run *r, const struct for_stmt *st, struct jv iterable,
    struct loop_state *ret);
/* loop.x; false: no such attribute, or failed. */
bool loop_attr(
    struct run *r, struct jv loop, const struct name *name, struct jv *ret);
uint8_t loop_attr_named(const char *text, size_t len);

#endif
