/*
 * Binds the names of a parsed template to slots, with Jinja2's rules of
 * scope: which statements open a scope, what assignments leave it, which
 * names are resolved in the context, and when.
 *
 * The rules are those of Jinja2's identifier tracking.  A scope is analysed as
 * a whole before what is nested in it, because an assignment further down
 * decides what a name above it means.
 */
#ifndef JINJA_SCOPE_H
#define JINJA_SCOPE_H

#include "jinja/ast.h"

/* scratch: for what is only needed while compiling. */
enum err_code scope_bind(struct jinja_template *t, struct arena *scratch,
    uint32_t *ret_pos, struct err *e) must_check;

#endif
