/*
 * One request in, one response out, without any transport: the FastCGI
 * adapter and the tests call this.
 *
 * The gates that a request passes are a table in exchange.c; a handler runs
 * only behind all of them.
 *
 * A struct web_thread belongs to one thread and keeps its memory from request
 * to request.
 */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include "web/web.h"

#define EXCHANGE_ARENA_MAX ((size_t)256 * 1024 * 1024)
/* A buffer that grew beyond this is given back after the request. */
#define EXCHANGE_KEEP ((size_t)1024 * 1024)

struct exchange_input {
	char *const *variables; /* CGI, "NAME=value", NULL-terminated */
	/* Reads up to len bytes of the body; how many, 0 at its end. */
	size_t (*read_body)(void *ctx, char *to, size_t len);
	void *ctx;
};

/* Valid until the next request of this thread. */
struct exchange_reply {
	int status;
	const char *head; /* CGI header block with its empty line */
	size_t head_len;
	const char *body;
	size_t body_len; /* 0 for HEAD */
};

struct web_thread;

enum err_code web_thread_new(
    struct web *web, struct web_thread **ret, struct err *e) must_check;
void web_thread_free(struct web_thread *t); /* NULL is fine */

void web_thread_answer(struct web_thread *t, const struct exchange_input *in,
    struct exchange_reply *ret);

#endif
