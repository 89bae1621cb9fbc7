/* The statements that bring in other templates. */
#include "jinja/parser.h"

bool parse_extends(struct parser *p, struct stmt *s)
{
	p->template->extends = true;
	s->u.expr = parse_expression(p);
	return s->u.expr != NULL;
}

static bool import_context(struct parser *p, struct stmt *s)
{
	bool with = parse_at_word(p, "with");

	if (!with && !parse_at_word(p, "without"))
		return false;
	p->token++;
	if (!parse_accept_word(p, "context")) {
		p->token--;
		return false;
	}
	s->u.import.with_context = with;
	return true;
}

bool parse_include(struct parser *p, struct stmt *s)
{
	s->u.import.with_context = true;
	s->u.import.template = parse_expression(p);
	if (!s->u.import.template)
		return false;
	if (parse_accept_word(p, "ignore")) {
		if (parse_accept_word(p, "missing"))
			s->u.import.ignore_missing = true;
		else
			p->token--;
	}
	import_context(p, s);
	return true;
}

bool parse_import(struct parser *p, struct stmt *s)
{
	s->u.import.template = parse_expression(p);
	if (!s->u.import.template)
		return false;
	if (!parse_accept_word(p, "as")) {
		parse_fail(p, p->token->pos, "expected 'as'");
		return false;
	}
	s->u.import.target = parse_name_target(p, USE_STORE);
	import_context(p, s);
	return s->u.import.target != NULL;
}

static bool from_name(struct parser *p, struct import_name *ret)
{
	struct expr *x = parse_name_target(p, USE_STORE);

	if (!x)
		return false;
	ret->name = x->u.name.name;
	if (ret->name->text[0] == '_') {
		parse_fail(p, x->pos,
		    "names that start with an underline cannot be imported");
		return false;
	}
	if (parse_accept_word(p, "as"))
		x = parse_name_target(p, USE_STORE);
	ret->alias = x;
	return x != NULL;
}

bool parse_from(struct parser *p, struct stmt *s)
{
	struct import_name names[64];
	uint32_t n = 0;

	s->u.import.template = parse_expression(p);
	if (!s->u.import.template)
		return false;
	if (!parse_accept_word(p, "import")) {
		parse_fail(p, p->token->pos, "expected 'import'");
		return false;
	}
	for (;;) {
		if (n && !parse_expect(p, T_COMMA))
			return false;
		if (import_context(p, s))
			break;
		if (n == 64 || !from_name(p, &names[n])) {
			parse_fail(p, s->pos, "too many names in one import");
			return false;
		}
		n++;
		if (import_context(p, s) || p->token->kind != T_COMMA)
			break;
	}
	s->u.import.n_names = n;
	s->u.import.names = parse_alloc(p, (n + 1) * sizeof(*names));
	if (p->failed)
		return false;
	memcpy(s->u.import.names, names, n * sizeof(*names));
	return true;
}
