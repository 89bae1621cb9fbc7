/*
 * The state of binding one template's names, and its two steps: scope_analyse.c
 * notes what a scope reads and assigns, scope.c and scope_expr.c bind each name
 * to a slot.  Owned by scope_bind(), and so by one thread; what the steps make
 * is in the template's arena.  Failures stay in the struct, so that a step goes
 * on to its end: `failed` for the template's, symbols.failed for memory and
 * limits.
 */
#ifndef JINJA_BINDER_H
#define JINJA_BINDER_H

#include "jinja/symbols.h"

struct binder {
	struct symbols_ctx symbols;
	struct jinja_template *template;
	struct err *err;
	uint32_t fail_pos;
	bool failed;
	bool soft; /* directly in an if: unknown filters fail when reached */
	bool check_output;
	bool rootlevel;
	bool known_extends;
	unsigned extends_so_far;
};

/* Notes what the statements read and assign in the scope they stand in, but
 * not in scopes of their own. */
void analyse_body(struct binder *b, struct scope *s, const struct stmt *body);
void analyse_expr(struct binder *b, struct scope *s, const struct expr *x);
/* The targets of a loop: they are set whenever the scope is entered. */
void analyse_params(struct binder *b, struct scope *s, const struct expr *x);

/* --- scope_expr.c -------------------------------------------------------- */

/* The first failure is kept: what, then the name in quotes, then what
 * follows. */
void bind_fail(struct binder *b, uint32_t pos, const char *what,
    const char *name, const char *then);
/* Binds the names of an expression, and folds constants as Jinja2 does.
 * x: may be NULL. */
void bind_expr(struct binder *b, struct scope *s, struct expr *x);

#endif
