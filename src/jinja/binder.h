/*
 * The state of binding one template's names, and the first of its two steps.
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

#endif
