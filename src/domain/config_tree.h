/*
 * Indented, section-based configurations (FRR, and dialects like IOS) as an
 * ordered tree, and the commands that lead from one tree to another.
 *
 *   router bgp 65001                  a section, its path is its line
 *    neighbor 10.0.0.2 remote-as 2    a line of it
 *    address-family ipv4 unicast      a section within
 *
 * What a platform's language needs beyond indentation is data, in a
 * struct config_dialect (config_dialect.h).  Everything here is pure.
 *
 * Ownership: trees and plans live in the arena they were made in and borrow
 * nothing from the text.  Immutable once returned.
 */
#ifndef DOMAIN_CONFIG_TREE_H
#define DOMAIN_CONFIG_TREE_H

#include "base/arena.h"
#include "base/buf.h"

#define CONFIG_MAX_BYTES (16 * 1024 * 1024)
#define CONFIG_MAX_LINES 400000
#define CONFIG_MAX_LINE 2048 /* bytes in a command line */
#define CONFIG_MAX_DEPTH 8

struct config_dialect;

struct config_node {
	const char *line; /* without indentation; words single-spaced */
	bool section;	  /* the dialect says that it opens a context */
	struct config_node *parent; /* the root's is NULL */
	struct config_node *first;  /* children, in order */
	struct config_node *last;
	struct config_node *next;
	size_t source_line; /* from 1; 0 if not from a text */
};

struct config_tree {
	const struct config_dialect *dialect;
	struct config_node *root; /* its line is "" */
	size_t n_lines;
};

/* Comments, blank, volatile and exit lines are left out; a section met twice
 * is one section.  ERR_INVALID names the line: control characters, too long,
 * too deep, an exit word with nothing to leave. */
enum err_code config_tree_parse(struct arena *arena,
    const struct config_dialect *dialect, const char *text,
    struct config_tree *ret, struct err *e) must_check;

/* The canonical text: one space a level, the dialect's exit words. */
enum err_code config_tree_format(
    const struct config_tree *tree, struct buf *out, struct err *e) must_check;

/* The same lines in the same sections?  Order counts only where the dialect
 * says so. */
bool config_tree_equal(
    const struct config_tree *a, const struct config_tree *b);

/* One command to send. */
enum config_step_kind {
	CONFIG_STEP_ENTER, /* the prompt must move into a section */
	CONFIG_STEP_LINE,  /* an ordinary line */
	CONFIG_STEP_LEAVE, /* back to the section around */
};

struct config_step {
	enum config_step_kind kind;
	unsigned depth; /* sections around it */
	const char *line;
};

/* Steps start and end at the top of configuration mode. */
struct config_plan {
	const struct config_step *steps;
	size_t n_steps;
};

/* Steps that add what `extra` has and `running` lacks; lines of `extra` that
 * begin with the negation word remove.  Nothing to do: n_steps is 0. */
enum err_code config_plan_merge(struct arena *arena,
    const struct config_tree *running, const struct config_tree *extra,
    struct config_plan *ret, struct err *e) must_check;

/* Steps that make `running` equal to `wanted`. */
enum err_code config_plan_replace(struct arena *arena,
    const struct config_tree *running, const struct config_tree *wanted,
    struct config_plan *ret, struct err *e) must_check;

/* The tree that the device will show after the plan, as far as the dialect's
 * rules tell: the prediction that is compared with what it really shows. */
enum err_code config_plan_apply(struct arena *arena,
    const struct config_tree *running, const struct config_plan *plan,
    struct config_tree *ret, struct err *e) must_check;

struct config_gap {
	const struct config_node *intended; /* NULL: unexpected on the device */
	const struct config_node *stored;   /* what is there instead, or NULL */
};

struct config_gaps {
	const struct config_gap *list;
	size_t n;
	size_t n_missing;
	size_t n_unexpected;
};

/* exact: also lists what `stored` has beyond `intended`. */
enum err_code config_tree_compare(struct arena *arena,
    const struct config_tree *intended, const struct config_tree *stored,
    bool exact, struct config_gaps *ret, struct err *e) must_check;

#endif
