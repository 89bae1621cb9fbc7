/*
 * Splits a template's source into tokens, and does everything that depends on
 * white space: trim_blocks, lstrip_blocks, `-` and `+` in tags, raw blocks.
 *
 * Tokens point into the source, which must outlive them.
 */
#ifndef JINJA_LEXER_H
#define JINJA_LEXER_H

#include "jinja/jinja.h"

enum token_kind {
	T_EOF,
	T_DATA,
	T_VAR_BEGIN,
	T_VAR_END,
	T_BLOCK_BEGIN,
	T_BLOCK_END,
	T_NAME,
	T_STRING,
	T_INTEGER,
	T_FLOAT,
	T_ADD,
	T_SUB,
	T_MUL,
	T_DIV,
	T_FLOORDIV,
	T_MOD,
	T_POW,
	T_TILDE,
	T_LBRACKET,
	T_RBRACKET,
	T_LPAREN,
	T_RPAREN,
	T_LBRACE,
	T_RBRACE,
	T_EQ,
	T_NE,
	T_GT,
	T_GE,
	T_LT,
	T_LE,
	T_ASSIGN,
	T_DOT,
	T_COLON,
	T_PIPE,
	T_COMMA,
	T_SEMICOLON,
};

struct token {
	uint8_t kind; /* enum token_kind */
	uint32_t pos; /* offset in the source */
	uint32_t len; /* in the source */
	union {
		struct {
			const char *text;
			size_t len;
		} text; /* data, names, strings */
		int64_t integer;
		double real;
	} u;
};

struct token_list {
	struct token *items; /* the last one is T_EOF */
	size_t n, cap;
};

struct lex_options {
	bool trim_blocks, lstrip_blocks;
	struct arena *strings; /* for literals with escapes: as long-lived
				  as the template */
};

/* On failure *ret_pos is where. */
enum err_code lex_source(struct arena *a, const char *source, size_t len,
    const struct lex_options *options, struct token_list *ret,
    uint32_t *ret_pos, struct err *e) must_check;

#endif
