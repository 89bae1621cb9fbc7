/* What can be assigned to. */
#include "jinja/parser.h"

struct expr *parse_name_target(struct parser *p, enum name_use use)
{
	struct expr *x = parse_node(p, X_NAME, p->token->pos);

	if (!x)
		return NULL;
	x->use = (uint8_t)use;
	x->u.name.name = parse_name(p);
	if (!x->u.name.name)
		return NULL;
	if (x->u.name.name->loop_attr == 0 &&
	    (!strcmp(x->u.name.name->text, "true") ||
		!strcmp(x->u.name.name->text, "false") ||
		!strcmp(x->u.name.name->text, "none") ||
		!strcmp(x->u.name.name->text, "True") ||
		!strcmp(x->u.name.name->text, "False") ||
		!strcmp(x->u.name.name->text, "None")))
		return parse_fail(
		    p, x->pos, "can't assign to '%s'", x->u.name.name->text);
	return x;
}

bool parse_set_use(struct parser *p, struct expr *x, enum name_use use)
{
	x->use = (uint8_t)use;
	if (x->op == X_NAME)
		return true;
	if (x->op != X_TUPLE) {
		parse_fail(p, x->pos, "can't assign to this expression");
		return false;
	}
	for (uint32_t i = 0; i < x->u.list.n; i++)
		if (!parse_set_use(p, x->u.list.items[i], use))
			return false;
	return true;
}

struct expr *parse_target(struct parser *p, const char *end_word, bool with_ns)
{
	struct expr *x;

	if (with_ns && p->token->kind == T_NAME && p->token[1].kind == T_DOT) {
		x = parse_node(p, X_NSREF, p->token->pos);
		if (!x)
			return NULL;
		x->use = USE_STORE;
		x->u.name.name = parse_name(p);
		p->token++;
		x->u.name.attr = parse_name(p);
		return x->u.name.attr ? x : NULL;
	}
	x = parse_tuple(p, TUPLE_TARGET, end_word, false);
	return x && parse_set_use(p, x, USE_STORE) ? x : NULL;
}

struct expr *parse_clone_target(struct parser *p, const struct expr *x)
{
	struct expr *copy = parse_node(p, X_NAME, x->pos);

	if (!copy)
		return NULL;
	*copy = *x;
	if (x->op != X_TUPLE)
		return copy;
	copy->u.list.items =
	    parse_alloc(p, (x->u.list.n + 1) * sizeof(struct expr *));
	for (uint32_t i = 0; i < x->u.list.n && !p->failed; i++)
		copy->u.list.items[i] =
		    parse_clone_target(p, x->u.list.items[i]);
	return p->failed ? NULL : copy;
}
