/*
 * The configuration of a device that writes it as indented lines (EOS, IOS,
 * NX-OS): a tree of lines.  A section is a line with children.
 *
 * Siblings are kept in the order in which the platform prints them: by rank
 * (the place of the line's rule in the platform's table), within a rank by the
 * natural order of the text ("Ethernet2" before "Ethernet10") unless the rule
 * keeps the order of entry.
 *
 * Ownership: a parent owns its children; conf_free() frees a whole tree.
 * Threads: none of its own; a tree belongs to whoever holds the device's lock.
 */
#ifndef SIM_CONF_H
#define SIM_CONF_H

#include "base/buf.h"

#include <stdint.h>

struct conf_rule;

struct conf_node {
	struct conf_node *parent;
	struct conf_node *first;
	struct conf_node *last;
	struct conf_node *prev;
	struct conf_node *next;
	const struct conf_rule *rule; /* NULL for the root */
	uint32_t rank;
	bool negated; /* the line is stored in its "no …" form */
	char text[];  /* without indentation */
};

struct conf_node *conf_new(void);
void conf_free(struct conf_node *node); /* NULL is fine; unlinks it first */
struct conf_node *conf_clone(const struct conf_node *root);
bool conf_equal(const struct conf_node *a, const struct conf_node *b);

struct conf_node *conf_find(const struct conf_node *parent, const char *text);
/* The first child whose text begins with these whole words. */
struct conf_node *conf_find_words(
    const struct conf_node *parent, const char *words);

/* Inserts at the place that rank and text ask for; ordered: after those of
 * equal rank.  Does not look for an equal line first. */
struct conf_node *conf_insert(struct conf_node *parent, const char *text,
    const struct conf_rule *rule, uint32_t rank);

/* Digits compare as numbers, everything else as bytes. */
int conf_compare_natural(const char *a, const char *b);
/* True if text begins with words and a word ends there. */
bool conf_has_words(const char *text, const char *words);

/* --- as text ----------------------------------------------------------- */

struct conf_style {
	unsigned indent;	  /* columns a level */
	const char *separator;	  /* line between sections: "!" or "" */
	const char *section_exit; /* line that ends a nested section, or NULL */
};

/* Every line of the tree, each ended by a newline. */
void conf_format(const struct conf_node *root, const struct conf_style *style,
    struct buf *out);
/* One section with its children, without separators. */
void conf_format_section(const struct conf_node *node,
    const struct conf_style *style, struct buf *out);

/* --- differences ------------------------------------------------------- */

/* Unified with all lines of a touched section's path as context, which is how
 * EOS and IOS show a difference:
 *   EOS   `show session-config diffs`: --- / +++ / @@ and three lines around
 *   IOS   `show archive config differences`: "!Contextual Config Diffs:"
 * Nothing is written if the trees are equal. */
void conf_diff_unified(const struct conf_node *from, const struct conf_node *to,
    const struct conf_style *style, const char *names[2], struct buf *out);
void conf_diff_contextual(const struct conf_node *from,
    const struct conf_node *to, const struct conf_style *style,
    struct buf *out);

/* The commands that lead from one to the other, in the platform's own
 * language: sections entered, "no " before what has to go. */
void conf_diff_commands(const struct conf_node *from,
    const struct conf_node *to, const struct conf_style *style,
    struct buf *out);

#endif
