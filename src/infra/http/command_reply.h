/*
 * What the answers of command APIs have in common.  Pure: no I/O; the answer
 * is not trusted.
 */
#ifndef INFRA_HTTP_COMMAND_REPLY_H
#define INFRA_HTTP_COMMAND_REPLY_H

#include "base/json.h"
#include "infra/http/command_api.h"

/* The answer's JSON, which is the caller's to free.  ERR_LIMIT: more values
 * than a session may take memory for; ERR_REMOTE: no JSON. */
enum err_code command_reply_read(const struct command_dialect *dialect,
    const char *body, size_t len, json_t **ret, struct err *e) must_check;
/* ERR_REMOTE: it is JSON, but not such an answer. */
enum err_code command_reply_senseless(
    const struct command_dialect *dialect, const char *what, struct err *e);

/* Appends a block of output, which then ends in a whole line and has no
 * carriage returns. */
void command_reply_add(struct buf *to, const char *text);

#endif
