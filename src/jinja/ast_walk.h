/*
 * Walks over the names of a tree.
 */
#ifndef JINJA_AST_WALK_H
#define JINJA_AST_WALK_H

#include "jinja/ast.h"

/* The children of an expression in the order of evaluation; NULL at the end.
 * `i` counts from 0. */
struct expr *expr_child(const struct expr *x, uint32_t i);
uint32_t expr_child_count(const struct expr *x);

typedef void (*name_visitor)(
    void *ctx, const struct name *name, enum name_use use);
/* Every name in the statements and all that is nested in them, but not in
 * blocks, which are templates of their own. */
void walk_names(const struct stmt *body, name_visitor visit, void *ctx);
void walk_expr_names(const struct expr *x, name_visitor visit, void *ctx);

/* Is there a {% block … scoped %} in it? */
bool has_scoped_block(const struct stmt *body);

/* Which of up to eight names are read before anything assigns to them: a bit
 * for each. */
unsigned undeclared_names(const struct stmt *body, const char *const *names);

#endif
