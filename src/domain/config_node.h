/*
 * The nodes of a configuration tree, for the files that build and change
 * trees (config_tree.c, config_plan.c, config_apply.c, config_compare.c).
 * Callers elsewhere see trees only after they are finished.
 */
#ifndef DOMAIN_CONFIG_NODE_H
#define DOMAIN_CONFIG_NODE_H

#include "domain/config_dialect.h"
#include "domain/config_tree.h"

/* NULL when the arena is full; so for all functions that take one. */
struct config_node *config_node_new_root(struct arena *arena);

/* Finds the child with the line's key and gives it this line, or adds one at
 * the end. */
struct config_node *config_node_put(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line);
/* The same, but adds it behind its last sibling with the same first word,
 * where the device will show it: differences read better so. */
struct config_node *config_node_put_grouped(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line);

/* Copies children, and theirs, of `from` into the empty `to`. */
bool config_node_copy_children(struct arena *arena,
    const struct config_dialect *dialect, const struct config_node *from,
    struct config_node *to);

void config_node_remove(struct config_node *node);

/* The child with the key of this line, or NULL. */
struct config_node *config_node_find(const struct config_dialect *dialect,
    const struct config_node *section, const char *line);
/* As above, if it also is the same line. */
struct config_node *config_node_find_exact(const struct config_dialect *dialect,
    const struct config_node *section, const char *line);
/* The child `no <line>`, or NULL. */
struct config_node *config_node_find_negated(
    const struct config_dialect *dialect, const struct config_node *section,
    const char *line);

/* For `ip prefix-list X seq 15 permit …`: the child without `seq 15`. */
struct config_node *config_node_find_unsequenced(
    const struct config_dialect *dialect, const struct config_node *section,
    const char *line);

/* Is the line shown in either form, in force and negated? */
bool config_rule_both(const struct config_dialect *dialect, const char *line);

const struct config_section_rule *config_rule_section(
    const struct config_dialect *dialect, const char *line);
const char *config_rule_leave(
    const struct config_dialect *dialect, const char *line);
/* On unless negated, in this section? */
bool config_rule_default(const struct config_dialect *dialect,
    const struct config_node *section, const char *line);

/* If the line is `no <rest>`: the rest, else NULL. */
const char *config_line_negated(
    const struct config_dialect *dialect, const char *line);

/* Is what the line asks for the case in the section?  `no` lines ask for an
 * absence. */
bool config_line_holds(const struct config_dialect *dialect,
    const struct config_node *section, const char *line);

/* Changes the section as the device would after this line; false when the
 * arena is full.  Removed nodes have no parent afterwards. */
bool config_line_apply(struct arena *arena,
    const struct config_dialect *dialect, struct config_node *section,
    const char *line);

#endif
