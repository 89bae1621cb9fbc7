/*
 * Configuration lines applied to a tree of conf.h, as typed in configuration
 * mode: the platform's rules say what is possible in which mode, what a line
 * replaces, and what `no` and `default` before it mean.
 *
 * A line that its section does not know is tried in the sections around it, as
 * the real devices do.
 *
 * The cursor names its sections by text and finds them anew for every line,
 * since another session may have removed or replaced them; conf_cursor_leave()
 * and conf_cursor_reset() free what it holds.  No thread rule of its own.
 */
#ifndef SIM_CONF_EDIT_H
#define SIM_CONF_EDIT_H

#include "sim/conf.h"
#include "sim/grammar.h"

#define CONF_DEPTH_MAX 4
#define CONF_REFUSAL_SIZE 256

enum conf_flag {
	CONF_ORDERED = 1 << 0,	  /* printed in the order of entry */
	CONF_DEFAULT_ON = 1 << 1, /* only its `no` form is stored */
	CONF_BOTH = 1 << 2,	  /* either form is stored */
	CONF_NO_ONLY = 1 << 3,	  /* may stand after `no` only */
	CONF_GROUPED = 1 << 4,	  /* no separator between lines like this */
	CONF_BLOCK = 1 << 5,	  /* a text follows, up to a mark */
	CONF_PHYSICAL = 1 << 6,	  /* its section may be physical: see ifnames */
};

struct conf_rule {
	const char *mode;   /* where it may be typed */
	const char *syntax; /* see grammar.h */
	const char *enters; /* mode of its section, or NULL */
	uint8_t key;	    /* leading words that identify it; 0: all */
	uint8_t flags;
	const char *needs; /* a top-level line without which it is unknown */
};

struct conf_attempt {
	const struct conf_node *root;
	const struct conf_node *section;
	const struct conf_rule *rule;
	const struct grammar_match *match;
	bool negated;
};

struct conf_lang {
	const struct conf_rule *rules;
	size_t n_rules;
	const struct grammar_ifname *ifnames;
	struct conf_style style;
	const char *root_mode;
	bool shows_etx; /* a banner's delimiter becomes ^C */
	/* What the platform says when a physical interface is to be removed. */
	const char *no_removal;
	/* False, with the platform's words, if the line makes no sense in this
	 * configuration.  May be NULL. */
	bool (*check)(
	    const struct conf_attempt *a, char refusal[CONF_REFUSAL_SIZE]);
};

struct conf_cursor {
	size_t depth;
	char *section[CONF_DEPTH_MAX];
	const char *mode[CONF_DEPTH_MAX];
};

struct conf_result {
	enum grammar_result result;
	size_t error_column;		 /* in the line */
	char refusal[CONF_REFUSAL_SIZE]; /* "" if it was not refused */
	const struct conf_rule *rule;	 /* of the line that was taken */
	bool negated;
	char text[GRAMMAR_LINE_MAX]; /* the line in full, without `no` */
};

/* The innermost mode: what the prompt shows. */
const char *conf_cursor_mode(
    const struct conf_lang *lang, const struct conf_cursor *cursor);
void conf_cursor_leave(struct conf_cursor *cursor); /* one section */
void conf_cursor_reset(struct conf_cursor *cursor); /* all of them */

/* Comments and empty lines are fine and change nothing. */
void conf_edit_line(const struct conf_lang *lang, struct conf_node *root,
    struct conf_cursor *cursor, const char *line, struct conf_result *ret);

/* --- texts of several lines (conf_block.c) ----------------------------- */

/* A banner being typed: it ends at its delimiter, or at a line EOF where the
 * platform's syntax has none. */
struct conf_block {
	const struct conf_rule *rule; /* NULL: none is being typed */
	char key[64];		      /* "banner motd" */
	char delimiter[3];	      /* "" where a line EOF ends it */
	char *text;		      /* the node's text so far */
};

/* True if the line just taken begins a block; it may be finished already. */
bool conf_block_begin(const struct conf_lang *lang, struct conf_node *root,
    const struct conf_result *taken, struct conf_block *block);
/* One more line; true when that was the last and the block is stored. */
bool conf_block_add(const struct conf_lang *lang, struct conf_node *root,
    struct conf_block *block, const char *line);

/* Told about every line of a file that was not taken; false stops. */
typedef bool (*conf_complaint)(void *ctx, const char *line, size_t number,
    const struct conf_result *result);

/* A whole file into an existing tree; lines after `end` are not looked at.
 * False if a line was not taken.  complain may be NULL: then it stops at the
 * first. */
bool conf_load(const struct conf_lang *lang, struct conf_node *root,
    const char *text, conf_complaint complain, void *ctx);

#endif
