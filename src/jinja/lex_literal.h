/*
 * Literals of the expression language: numbers as Python writes them, strings
 * with Python's escapes, identifiers.
 */
#ifndef JINJA_LEX_LITERAL_H
#define JINJA_LEX_LITERAL_H

#include "jinja/lexer.h"

/* At a digit: sets kind, len and value of `t`.  After a dot only an integer
 * is read, so that a.1.2 is two subscripts. */
enum err_code lex_number_literal(const char *p, size_t len, bool after_dot,
    struct token *t, struct err *e) must_check;

/* The inside of the quotes; the result is borrowed if it has no escapes. */
enum err_code lex_string_literal(struct arena *a, const char *p, size_t len,
    const char **ret, size_t *ret_len, struct err *e) must_check;

/* 0: there is no identifier at p. */
size_t lex_name_length(const char *p, size_t len);

#endif
