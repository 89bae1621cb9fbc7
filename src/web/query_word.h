/*
 * What the words in the query of REST's operations mean: one word has one
 * meaning in all of the API.  From this table come what the OpenAPI document
 * says of them, and the check that a request has no other words: a filter that
 * is misspelt must not answer as if there were none.
 */
#ifndef WEB_QUERY_WORD_H
#define WEB_QUERY_WORD_H

#include "web/request.h"

enum query_type {
	QUERY_TEXT,
	QUERY_COUNT, /* its handler knows the limits */
	QUERY_FLAG,  /* true false on off 1 0 */
	QUERY_CHOICE,
};

struct query_word {
	const char *name;
	const char *in; /* routes whose pattern has this; NULL: all others */
	enum query_type type;
	const char *const *choices; /* of QUERY_CHOICE, NULL-terminated */
	const char *meaning;
};

/* NULL: there is no such word.  A test holds all routes against the table. */
const struct query_word *query_word_find(const char *name, const char *pattern);

/* A flag's value, from a query or a form. */
bool query_is_on(const char *value);

/* The gate of operations of REST: each parameter is one that the route names,
 * or a field of its kind, and a flag or choice has one of its values.  An empty
 * value is none.  ERR_INVALID, answered with 400. */
enum err_code query_check(struct request *r, struct err *e) must_check;

#endif
