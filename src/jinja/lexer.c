#include "jinja/lexer.h"

#include "jinja/lex_literal.h"
#include "jinja/utf8.h"

#include <string.h>

#define NESTING_MAX 200

struct lexer {
	struct arena *arena;
	const char *source;
	size_t len, pos;
	struct lex_options options;
	struct token_list out;
	struct err *err;
	bool line_starting;	   /* the last match ended with a newline */
	char closers[NESTING_MAX]; /* of the brackets open in this tag */
	size_t depth;
	uint32_t fail_pos;
};

static enum err_code lex_fail(struct lexer *l, size_t pos, const char *what)
{
	l->fail_pos = (uint32_t)pos;
	return err_set(l->err, ERR_INVALID, "%s", what);
}

static struct token *push(
    struct lexer *l, enum token_kind kind, size_t pos, size_t len)
{
	struct token_list *out = &l->out;
	struct token *t;

	if (out->n == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 256;

		t = arena_alloc(l->arena, cap * sizeof(*t));
		if (!t)
			return NULL;
		if (out->n)
			memcpy(t, out->items, out->n * sizeof(*t));
		out->items = t;
		out->cap = cap;
	}
	t = &out->items[out->n++];
	*t = (struct token){ .kind = (uint8_t)kind,
		.pos = (uint32_t)pos,
		.len = (uint32_t)len };
	t->u.text.text = l->source + pos;
	t->u.text.len = len;
	return t;
}

static enum err_code no_memory(struct lexer *l)
{
	return err_set(
	    l->err, ERR_LIMIT, "the template is too large to be compiled");
}

static bool at(const struct lexer *l, size_t pos, const char *text)
{
	size_t n = strlen(text);

	return n <= l->len - pos && memcmp(l->source + pos, text, n) == 0;
}

static size_t skip_space(const struct lexer *l, size_t pos)
{
	size_t n;

	while (
	    pos < l->len && (n = utf8_space(l->source + pos, l->len - pos)) > 0)
		pos += n;
	return pos;
}

static char sign_at(const struct lexer *l, size_t pos)
{
	return pos < l->len && (l->source[pos] == '-' || l->source[pos] == '+')
		   ? l->source[pos]
		   : '\0';
}

/* The text before a tag, cut as its sign and lstrip_blocks say. */
static enum err_code push_data(
    struct lexer *l, size_t from, size_t to, char sign, bool is_variable)
{
	size_t end = to;

	if (sign == '-') {
		end = from + utf8_rstrip(l->source + from, to - from);
	} else if (sign != '+' && l->options.lstrip_blocks && !is_variable) {
		size_t line = to;

		while (line > from && l->source[line - 1] != '\n')
			line--;
		if ((line > from || l->line_starting) && line < to &&
		    skip_space(l, line) >= to)
			end = line;
	}
	if (end > from && !push(l, T_DATA, from, end - from))
		return no_memory(l);
	return ERR_OK;
}

/* The end of a tag whose closing mark is `mark` ("%}", "#}"): 0, or the
 * position after it and after the white space that it takes along. */
static size_t tag_end(const struct lexer *l, size_t pos, const char *mark)
{
	if (at(l, pos, "+") && at(l, pos + 1, mark))
		return pos + 3;
	if (at(l, pos, "-") && at(l, pos + 1, mark))
		return skip_space(l, pos + 3);
	if (!at(l, pos, mark))
		return 0;
	pos += 2;
	if (l->options.trim_blocks && at(l, pos, "\n"))
		pos++;
	return pos;
}

static void move_to(struct lexer *l, size_t pos)
{
	l->pos = pos;
	l->line_starting = pos > 0 && l->source[pos - 1] == '\n';
}

static enum err_code lex_comment(struct lexer *l, size_t begin)
{
	size_t pos = begin + 2, end;

	if (sign_at(l, pos))
		pos++;
	if (pos >= l->len) { /* as Jinja2: nothing is no error */
		move_to(l, l->len);
		return ERR_OK;
	}
	for (; pos < l->len; pos++) {
		end = tag_end(l, pos, "#}");
		if (end) {
			move_to(l, end);
			return ERR_OK;
		}
	}
	return lex_fail(l, begin, "Missing end of comment tag");
}

/* At a "{%": the position after a whole {% raw %}, or 0. */
static size_t raw_begin(const struct lexer *l, size_t pos)
{
	pos += 2;
	if (sign_at(l, pos))
		pos++;
	pos = skip_space(l, pos);
	if (!at(l, pos, "raw"))
		return 0;
	pos = skip_space(l, pos + 3);
	if (at(l, pos, "-%}"))
		return skip_space(l, pos + 3);
	return at(l, pos, "%}") ? pos + 2 : 0;
}

static size_t raw_end(const struct lexer *l, size_t pos)
{
	pos += 2;
	if (sign_at(l, pos))
		pos++;
	pos = skip_space(l, pos);
	if (!at(l, pos, "endraw"))
		return 0;
	return tag_end(l, skip_space(l, pos + 6), "%}");
}

static enum err_code lex_raw(struct lexer *l, size_t from, size_t begin)
{
	enum err_code rc;

	move_to(l, from);
	if (from == l->len)
		return ERR_OK;
	for (size_t pos = from; pos + 1 < l->len; pos++) {
		size_t end = at(l, pos, "{%") ? raw_end(l, pos) : 0;

		if (!end)
			continue;
		rc = push_data(l, from, pos, sign_at(l, pos + 2), false);
		move_to(l, end);
		return rc;
	}
	return lex_fail(l, begin, "Missing end of raw directive");
}

struct operator
{
	char text[3];
	uint8_t kind;
};

/* Two-character ones first. */
static const struct operator operators[] = {
	{ "//", T_FLOORDIV },
	{ "**", T_POW },
	{ "==", T_EQ },
	{ "!=", T_NE },
	{ ">=", T_GE },
	{ "<=", T_LE },
	{ "+", T_ADD },
	{ "-", T_SUB },
	{ "/", T_DIV },
	{ "*", T_MUL },
	{ "%", T_MOD },
	{ "~", T_TILDE },
	{ "[", T_LBRACKET },
	{ "]", T_RBRACKET },
	{ "(", T_LPAREN },
	{ ")", T_RPAREN },
	{ "{", T_LBRACE },
	{ "}", T_RBRACE },
	{ ">", T_GT },
	{ "<", T_LT },
	{ "=", T_ASSIGN },
	{ ".", T_DOT },
	{ ":", T_COLON },
	{ "|", T_PIPE },
	{ ",", T_COMMA },
	{ ";", T_SEMICOLON },
};

/* Brackets must match within one tag; that is how `%}` is told from an
 * operator inside of a dict literal. */
static enum err_code balance(struct lexer *l, char c)
{
	static const char pairs[] = "{}()[]";
	const char *p = strchr(pairs, c);

	if (!p)
		return ERR_OK;
	if ((p - pairs) % 2 == 0) {
		if (l->depth == NESTING_MAX)
			return lex_fail(l, l->pos, "brackets nested too deep");
		l->closers[l->depth++] = p[1];
		return ERR_OK;
	}
	if (l->depth == 0 || l->closers[--l->depth] != c) {
		l->fail_pos = (uint32_t)l->pos;
		return err_set(l->err, ERR_INVALID, "unexpected '%c'", c);
	}
	return ERR_OK;
}

static enum err_code lex_operator(struct lexer *l)
{
	enum err_code rc;

	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		const struct operator* o = & operators[i];

		if (!at(l, l->pos, o->text))
			continue;
		rc = balance(l, o->text[0]);
		if (rc)
			return rc;
		if (!push(l, (enum token_kind)o->kind, l->pos, strlen(o->text)))
			return no_memory(l);
		l->pos += strlen(o->text);
		return ERR_OK;
	}
	l->fail_pos = (uint32_t)l->pos;
	return err_set(l->err, ERR_INVALID, "unexpected character '%.*s'",
	    (int)utf8_step(l->source + l->pos, l->len - l->pos),
	    l->source + l->pos);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum err_code lex_number(struct lexer *l)
{
	struct token *t = push(l, T_INTEGER, l->pos, 0);
	bool after_dot = l->pos > 0 && l->source[l->pos - 1] == '.';
	enum err_code rc;

	if (!t)
		return no_memory(l);
	rc = lex_number_literal(
	    l->source + l->pos, l->len - l->pos, after_dot, t, l->err);
	if (rc) {
		l->fail_pos = (uint32_t)l->pos;
		return rc;
	}
	l->pos += t->len;
	return ERR_OK;
}

static enum err_code lex_string(struct lexer *l)
{
	char quote = l->source[l->pos];
	size_t end = l->pos + 1;
	struct token *t;
	enum err_code rc;

	while (end < l->len && l->source[end] != quote)
		end += l->source[end] == '\\' ? 2 : 1;
	if (end >= l->len)
		return lex_fail(l, l->pos, "the string has no end");
	t = push(l, T_STRING, l->pos, end + 1 - l->pos);
	if (!t)
		return no_memory(l);
	rc = lex_string_literal(l->options.strings, l->source + l->pos + 1,
	    end - l->pos - 1, &t->u.text.text, &t->u.text.len, l->err);
	if (rc)
		l->fail_pos = (uint32_t)l->pos;
	l->pos = end + 1;
	return rc;
}

static enum err_code lex_token(struct lexer *l)
{
	const char *p = l->source + l->pos;
	size_t n = utf8_space(p, l->len - l->pos);

	if (n) {
		l->pos += n;
		return ERR_OK;
	}
	if (is_digit(*p))
		return lex_number(l);
	if (*p == '"' || *p == '\'')
		return lex_string(l);
	n = lex_name_length(p, l->len - l->pos);
	if (!n)
		return lex_operator(l);
	if (!push(l, T_NAME, l->pos, n))
		return no_memory(l);
	l->pos += n;
	return ERR_OK;
}

static size_t variable_end(const struct lexer *l, size_t pos)
{
	if (at(l, pos, "-}}"))
		return skip_space(l, pos + 3);
	return at(l, pos, "}}") ? pos + 2 : 0;
}

/* The inside of {{ … }} or {% … %}, up to and with its end. */
static enum err_code lex_tag(struct lexer *l, size_t begin, bool is_variable)
{
	enum token_kind first = is_variable ? T_VAR_BEGIN : T_BLOCK_BEGIN;
	enum err_code rc;
	size_t end;

	if (!push(l, first, begin, 2))
		return no_memory(l);
	l->pos = begin + 2;
	if (sign_at(l, l->pos))
		l->pos++;
	l->depth = 0;
	while (l->pos < l->len) {
		end = l->depth	    ? 0
		      : is_variable ? variable_end(l, l->pos)
				    : tag_end(l, l->pos, "%}");
		if (end) {
			if (!push(l, is_variable ? T_VAR_END : T_BLOCK_END,
				l->pos, end - l->pos))
				return no_memory(l);
			move_to(l, end);
			return ERR_OK;
		}
		rc = lex_token(l);
		if (rc)
			return rc;
	}
	return ERR_OK; /* the parser misses the end */
}

static enum err_code lex_from_tag(struct lexer *l, size_t from, size_t tag)
{
	char kind = l->source[tag + 1];
	size_t raw = kind == '%' ? raw_begin(l, tag) : 0;
	enum err_code rc =
	    push_data(l, from, tag, sign_at(l, tag + 2), kind == '{');

	if (rc)
		return rc;
	if (raw)
		return lex_raw(l, raw, tag);
	if (kind == '#')
		return lex_comment(l, tag);
	return lex_tag(l, tag, kind == '{');
}

/* The next "{{", "{%" or "{#", or the end. */
static size_t find_tag(const struct lexer *l, size_t pos)
{
	while (pos + 1 < l->len) {
		const char *p = memchr(l->source + pos, '{', l->len - pos - 1);

		if (!p)
			break;
		if (p[1] == '{' || p[1] == '%' || p[1] == '#')
			return (size_t)(p - l->source);
		pos = (size_t)(p - l->source) + 1;
	}
	return l->len;
}

enum err_code lex_source(struct arena *a, const char *source, size_t len,
    const struct lex_options *options, struct token_list *ret,
    uint32_t *ret_pos, struct err *e)
{
	struct lexer l = { .arena = a,
		.source = source,
		.len = len,
		.options = *options,
		.err = e,
		.line_starting = true };
	enum err_code rc = ERR_OK;

	while (!rc && l.pos < len) {
		size_t tag = find_tag(&l, l.pos);

		if (tag < len) {
			rc = lex_from_tag(&l, l.pos, tag);
			continue;
		}
		if (!push(&l, T_DATA, l.pos, len - l.pos))
			rc = no_memory(&l);
		l.pos = len;
	}
	if (!rc && !push(&l, T_EOF, len, 0))
		rc = no_memory(&l);
	*ret_pos = l.fail_pos;
	if (!rc)
		*ret = l.out;
	return rc;
}
