#include "jinja/parser.h"

#include "jinja/loop.h"
#include "jinja/methods.h"

#include <stdarg.h>
#include <stdio.h>

#define NAMES_PLACES 1024

void *parse_fail(struct parser *p, uint32_t pos, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (p->failed)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->failed = true;
	p->fail_pos = pos;
	err_set(p->err, ERR_INVALID, "%s", text);
	return NULL;
}

void *parse_alloc(struct parser *p, size_t size)
{
	void *at = p->failed ? NULL : arena_zalloc(p->arena, size);

	if (!at && !p->failed) {
		p->failed = true;
		p->fail_pos = p->token->pos;
		err_set(p->err, ERR_LIMIT,
		    "the template is too large to be compiled");
	}
	return at;
}

const struct name *parse_intern(struct parser *p, const char *text, size_t len)
{
	uint32_t hash = hash_text(text, len);
	struct name **at = &p->names[hash & p->names_mask];
	struct name *n;

	for (n = *at; n; n = n->next)
		if (n->hash == hash && n->len == len &&
		    memcmp(n->text, text, len) == 0)
			return n;
	n = parse_alloc(p, sizeof(*n));
	if (!n)
		return NULL;
	n->text = arena_memdup(p->arena, text, len);
	if (!n->text)
		return NULL;
	n->len = (uint32_t)len;
	n->hash = hash;
	n->loop_attr = loop_attr_named(text, len);
	n->methods = methods_named(n->text);
	n->next = *at;
	*at = n;
	return n;
}

bool parse_accept(struct parser *p, enum token_kind kind)
{
	if (p->token->kind != kind)
		return false;
	if (kind != T_EOF)
		p->token++;
	return true;
}

static const char *describe(const struct token *t, char *to, size_t size)
{
	switch (t->kind) {
	case T_EOF:
		return "the end of the template";
	case T_VAR_END:
		return "the end of the print statement";
	case T_BLOCK_END:
		return "the end of the tag";
	case T_DATA:
		return "text";
	}
	snprintf(to, size, "'%.*s'", (int)(t->len < 40 ? t->len : 40),
	    t->u.text.text);
	return to;
}

/* Numbers overwrite u.text: show them by their place in the source. */
static void *unexpected(struct parser *p, const char *wanted)
{
	struct token t = *p->token;
	char text[64];

	t.u.text.text = p->template->source + t.pos;
	return parse_fail(p, t.pos, "expected %s, got %s", wanted,
	    describe(&t, text, sizeof(text)));
}

bool parse_expect(struct parser *p, enum token_kind kind)
{
	static const char *const words[] = {
		[T_VAR_END] = "the end of the print statement ('}}')",
		[T_BLOCK_END] = "the end of the tag ('%}')",
		[T_NAME] = "a name",
		[T_RBRACKET] = "']'",
		[T_LPAREN] = "'('",
		[T_RPAREN] = "')'",
		[T_RBRACE] = "'}'",
		[T_ASSIGN] = "'='",
		[T_COLON] = "':'",
		[T_COMMA] = "','",
	};

	if (p->failed)
		return false;
	if (parse_accept(p, kind))
		return true;
	unexpected(p, words[kind]);
	return false;
}

bool parse_at_word(const struct parser *p, const char *word)
{
	const struct token *t = p->token;

	return t->kind == T_NAME && t->len == strlen(word) &&
	       memcmp(t->u.text.text, word, t->len) == 0;
}

bool parse_accept_word(struct parser *p, const char *word)
{
	if (!parse_at_word(p, word))
		return false;
	p->token++;
	return true;
}

const struct name *parse_name(struct parser *p)
{
	const struct token *t = p->token;

	if (!parse_expect(p, T_NAME))
		return NULL;
	return parse_intern(p, t->u.text.text, t->len);
}

static bool add_text(struct parser *p, struct stmt ***tail)
{
	const struct token *t = p->token++;
	struct stmt *s = parse_alloc(p, sizeof(*s));

	if (!s)
		return false;
	s->op = S_TEXT;
	s->pos = t->pos;
	s->end = t->pos + t->len;
	s->u.text.text = t->u.text.text;
	s->u.text.len = t->u.text.len;
	**tail = s;
	*tail = &s->next;
	return true;
}

static bool add_print(struct parser *p, struct stmt ***tail)
{
	struct stmt *s = parse_alloc(p, sizeof(*s));
	uint32_t pos = p->token++->pos;

	if (!s)
		return false;
	s->op = S_PRINT;
	s->pos = pos;
	s->u.expr = parse_tuple(p, TUPLE_FULL, NULL, false);
	s->end = p->token->pos + 2;
	if (!s->u.expr || !parse_expect(p, T_VAR_END))
		return false;
	**tail = s;
	*tail = &s->next;
	return true;
}

static bool at_one_of(const struct parser *p, const char *const *words)
{
	for (; words && *words; words++)
		if (parse_at_word(p, *words))
			return true;
	return false;
}

static bool add_statement(struct parser *p, struct stmt ***tail)
{
	uint32_t pos = p->token[-1].pos;
	struct stmt *s = parse_statement(p);

	if (!s)
		return false;
	**tail = s;
	for (;; s = s->next) {
		if (!s->pos)
			s->pos = pos;
		*tail = &s->next;
		if (!s->next)
			break;
	}
	return parse_expect(p, T_BLOCK_END);
}

static bool end_of_template(struct parser *p, const char *const *until)
{
	char text[120];
	size_t n = 0;

	if (!until)
		return true;
	text[0] = '\0';
	for (; *until && n < sizeof(text); until++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s'%s'",
		    n ? " or " : "", *until);
	parse_fail(p, p->token->pos,
	    "unexpected end of template: %s is missing", text);
	return false;
}

bool parse_body(struct parser *p, const char *const *until, struct stmt **ret)
{
	struct stmt *first = NULL, **tail = &first;
	bool ok = true;

	if (++p->depth > PARSE_DEPTH_MAX) {
		parse_fail(p, p->token->pos, "statements nested too deep");
		return false;
	}
	while (ok && p->token->kind != T_EOF) {
		if (p->token->kind == T_DATA) {
			ok = add_text(p, &tail);
		} else if (p->token->kind == T_VAR_BEGIN) {
			ok = add_print(p, &tail);
		} else {
			p->token++;
			if (at_one_of(p, until))
				break;
			ok = add_statement(p, &tail);
		}
	}
	p->depth--;
	*ret = first;
	if (ok && p->token->kind == T_EOF)
		ok = end_of_template(p, until);
	return ok && !p->failed;
}

enum err_code parse_template(struct jinja_template *t, struct arena *scratch,
    const struct token_list *tokens, uint32_t *ret_pos, struct err *e)
{
	struct parser p = { .template = t,
		.arena = t->arena,
		.token = tokens->items,
		.err = e,
		.names_mask = NAMES_PLACES - 1,
		.last_block = &t->blocks };

	p.names = arena_zalloc(scratch, NAMES_PLACES * sizeof(*p.names));
	t->root = arena_zalloc(t->arena, sizeof(*t->root));
	if (!p.names || !t->root)
		return err_set(e, ERR_SYSTEM, "out of memory");
	t->root->template = t;
	t->root->self_slot = t->root->super_slot = -1;
	parse_body(&p, NULL, &t->root->body);
	*ret_pos = p.fail_pos;
	return p.failed ? (arena_failed(t->arena) ? ERR_LIMIT : ERR_INVALID)
			: ERR_OK;
}
