/*
 * The body of a request: its length and type are judged by the route before a
 * byte is read.
 */
#ifndef WEB_BODY_H
#define WEB_BODY_H

#include "web/exchange.h"
#include "web/request.h"

/* Sets r->content_type and the expected r->body_len.  400, 413, 415. */
enum err_code body_check_type(struct request *r, struct err *e) must_check;

/* Reads exactly r->body_len bytes into `to`.  400 if there are fewer. */
enum err_code body_read(struct request *r, const struct exchange_input *in,
    struct buf *to, struct err *e) must_check;

/* The fields of a form, if the body is one.  400. */
enum err_code body_decode_form(struct request *r, struct err *e) must_check;

#endif
