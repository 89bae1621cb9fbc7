/*
 * From tokens to the tree of ast.h, with the grammar of Jinja2 3.1.
 *
 * Names are not bound yet (scope.c does that).  The filters and tests of the
 * environment are looked up here; scope.c objects to unknown ones.
 */
#ifndef JINJA_PARSER_H
#define JINJA_PARSER_H

#include "jinja/ast.h"
#include "jinja/lexer.h"

/* Nesting of statements, and height of an expression. */
#define PARSE_DEPTH_MAX 100
#define EXPR_HEIGHT_MAX 200

struct parser {
	struct jinja_template *template;
	struct arena *arena;
	const struct token *token;
	struct err *err;
	uint32_t fail_pos;
	bool failed;
	unsigned depth;	     /* of statements and expressions being parsed */
	unsigned loops;	     /* around this statement, in this function */
	struct name **names; /* hash table of interned names */
	size_t names_mask, n_names;
	struct func **last_block;
};

/* Sets template->root and ->blocks. */
enum err_code parse_template(struct jinja_template *t, struct arena *scratch,
    const struct token_list *tokens, uint32_t *ret_pos,
    struct err *e) must_check;

/* Used among the parser's files.  Each returns NULL after parse_fail(). */
void *parse_fail(struct parser *p, uint32_t pos, const char *fmt, ...)
    printf_like(3, 4);
void *parse_alloc(struct parser *p, size_t size);
const struct name *parse_intern(struct parser *p, const char *text, size_t len);
bool parse_accept(struct parser *p, enum token_kind kind);
bool parse_expect(struct parser *p, enum token_kind kind);
bool parse_at_word(const struct parser *p, const char *word);
bool parse_accept_word(struct parser *p, const char *word);
const struct name *parse_name(struct parser *p);

/* Grows an array of expressions while its final size is unknown. */
struct expr_vec {
	struct expr **items;
	uint32_t n, cap;
};

bool parse_push(struct parser *p, struct expr_vec *v, struct expr *x);
struct expr *parse_list_node(
    struct parser *p, enum expr_op op, uint32_t pos, const struct expr_vec *v);
struct expr *parse_node(struct parser *p, enum expr_op op, uint32_t pos);
struct expr *parse_number(struct parser *p);
/* Subscripts and calls; then filters and tests. */
struct expr *parse_postfix(struct parser *p, struct expr *x);
struct expr *parse_filter_expr(struct parser *p, struct expr *x);
struct expr *parse_expression(struct parser *p);
struct expr *parse_or(struct parser *p); /* no inline if */
struct expr *parse_unary(struct parser *p, bool with_filter);
struct expr *parse_primary(struct parser *p);

enum tuple_mode { TUPLE_FULL, TUPLE_NO_COND, TUPLE_TARGET };
/* end_word: a name that ends the tuple, or NULL. */
struct expr *parse_tuple(struct parser *p, enum tuple_mode mode,
    const char *end_word, bool parenthesised);
/* `a`, `a, b`, and with_ns: `ns.a`. */
struct expr *parse_target(struct parser *p, const char *end_word, bool with_ns);
/* false after parse_fail(): x cannot be assigned to. */
bool parse_set_use(struct parser *p, struct expr *x, enum name_use use);
struct expr *parse_clone_target(struct parser *p, const struct expr *x);
struct expr *parse_name_target(struct parser *p, enum name_use use);
/* After "|", or at the name of a filter block. */
struct expr *parse_filter(struct parser *p, struct expr *of, bool inline_);
struct expr *parse_raise_height(
    struct parser *p, struct expr *x, const struct expr *child);

struct stmt *parse_statement(struct parser *p);
/* Statements of parse_import.c, behind their keywords. */
bool parse_extends(struct parser *p, struct stmt *s);
bool parse_include(struct parser *p, struct stmt *s);
bool parse_import(struct parser *p, struct stmt *s);
bool parse_from(struct parser *p, struct stmt *s);
/* Until a block tag with one of the words (NULL-terminated), whose name is
 * the next token. */
bool parse_body(struct parser *p, const char *const *until, struct stmt **ret);

#endif
