/*
 * Operations of REST, called in process: the handler of a route with the
 * arguments of a tool as its request.
 *
 * What the gates of a request check (web/exchange.c) and does not depend on
 * HTTP is checked here as well: the route's permission, the bounds of the path
 * and the body.
 */
#ifndef WEB_MCP_OPERATION_H
#define WEB_MCP_OPERATION_H

#include "web/router.h"

/* Texts are borrowed; of the arena, the arguments or constant. */
struct operation_call {
	const char *operation_id;
	const char *capture[REQUEST_MAX_CAPTURES]; /* the pattern's, in order */
	struct request_pair *query;
	size_t n_query;
	const json_t *body; /* NULL: none */
};

struct operation_answer {
	int status;
	json_t *json;	  /* owned; NULL: the answer is text */
	const char *text; /* in the arena; with JSON "" */
	size_t text_len;
};

/* The route of an operation; never NULL for one that exists. */
const struct route *operation_route(const char *operation_id);

/* Calls it as r's actor.  A refusal is an answer too: its status is 400 or
 * above and its JSON a problem (RFC 9457). */
enum err_code operation_run(struct request *r,
    const struct operation_call *call, struct operation_answer *ret,
    struct err *e) must_check;
void operation_answer_release(struct operation_answer *a);

#endif
