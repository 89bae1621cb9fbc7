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
 * A step holds no control character, at most CONFIG_MAX_LINE bytes (a block
 * CONFIG_MAX_TEXT, see config_block.h), and nothing that the dialect forbids to
 * send: plans that would are refused.
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
#define CONFIG_MAX_TEXT 8192 /* bytes of a node that is a block */
#define CONFIG_MAX_DEPTH 8

struct config_dialect;
struct config_index;

struct config_node {
	const char *line;   /* without indentation; words single-spaced */
	const char *key;    /* tells it from its siblings; often the line */
	bool section;	    /* has children, or the dialect says it may */
	unsigned depth;	    /* sections around it */
	size_t source_line; /* from 1; 0 if not from a text */
	size_t n_children;
	struct config_node *parent; /* the root's is NULL */
	struct config_node *first;  /* children, in order */
	struct config_node *last;
	struct config_node *next;
	struct config_node *prev;
	struct config_index *index; /* of the children, by key */
};

struct config_tree {
	const struct config_dialect *dialect;
	struct config_node *root; /* its line is "" */
};

/* Comments, blank, volatile and exit lines are left out.  Of lines with one
 * key the last counts; a section met twice is one section.  ERR_INVALID names
 * the line: control characters, too long, too deep, lines of a section that
 * are not indented. */
enum err_code config_tree_parse(struct arena *arena,
    const struct config_dialect *dialect, const char *text,
    struct config_tree *ret, struct err *e) must_check;

/* The canonical text, indented and with exit words as the dialect has them. */
enum err_code config_tree_format(
    const struct config_tree *tree, struct buf *out, struct err *e) must_check;

/* Appends the line with its password or key, if it has one, as `<hidden>`; the
 * negation word may precede. */
void config_line_redact(
    const struct config_dialect *dialect, const char *line, struct buf *out);
/* Appends what a device answered, which may quote lines of a configuration
 * anywhere, without the secrets in them. */
void config_answer_redact(const struct config_dialect *dialect,
    const char *text, size_t len, struct buf *out);
/* What a device said to one line: it may quote the whole of it, or the word
 * that it did not like. */
void config_refusal_redact(const struct config_dialect *dialect,
    const char *line, const char *text, size_t len, struct buf *out);
/* The same for an error that has a device's words in it.  e may be NULL. */
void config_err_redact(const struct config_dialect *dialect, struct err *e);
/* Where the secret part of the line begins, or its length if there is none. */
size_t config_line_secret_at(
    const struct config_dialect *dialect, const char *line);

/* One command to send. */
enum config_step_kind {
	CONFIG_STEP_ENTER,  /* the prompt must move into a section */
	CONFIG_STEP_LINE,   /* an ordinary line, as it was written */
	CONFIG_STEP_REMOVE, /* a removal that was worked out here */
	CONFIG_STEP_TRY,    /* may be refused: its effect is no difference */
	CONFIG_STEP_LEAVE,  /* back to the section around */
};

struct config_step {
	enum config_step_kind kind;
	unsigned depth; /* sections around it */
	const char *line;
};

/* Steps start and end at the top of configuration mode.  `predicted` is what
 * the device will show afterwards, as far as the dialect's rules tell. */
struct config_plan {
	const struct config_step *steps;
	size_t n_steps;
	struct config_tree predicted;
};

/* Steps that add what `extra` has and `running` lacks, in the order of
 * `extra`; its lines that begin with the negation word remove.  Nothing to
 * do: n_steps is 0. */
enum err_code config_plan_merge(struct arena *arena,
    const struct config_tree *running, const struct config_tree *extra,
    struct config_plan *ret, struct err *e) must_check;

/* Steps that make `running` equal to `wanted`: first all removals, what refers
 * before what is referred to, then all additions the other way round. */
enum err_code config_plan_replace(struct arena *arena,
    const struct config_tree *running, const struct config_tree *wanted,
    struct config_plan *ret, struct err *e) must_check;

/* A section that is not there at all is one gap. */
struct config_gap {
	const struct config_node *intended; /* NULL: unexpected on the device */
	const struct config_node *stored;   /* what is there instead, or NULL */
};

struct config_gaps {
	const struct config_gap *list;
	size_t n;
	size_t n_missing;    /* lines, with those inside sections */
	size_t n_unexpected; /* the same */
};

/* exact: also lists what `stored` has beyond `intended`. */
enum err_code config_tree_compare(struct arena *arena,
    const struct config_tree *intended, const struct config_tree *stored,
    bool exact, struct config_gaps *ret, struct err *e) must_check;

/* The same lines in the same sections?  Order does not count: what is ordered
 * in these languages carries a sequence number. */
enum err_code config_tree_equal(struct arena *arena,
    const struct config_tree *a, const struct config_tree *b, bool *ret,
    struct err *e) must_check;

#endif
