/*
 * What an eAPI server answered.  Pure: no I/O; the answer is not trusted.
 */
#ifndef INFRA_EAPI_EAPI_REPLY_H
#define INFRA_EAPI_EAPI_REPLY_H

#include "infra/eapi/eapi.h"

/* The answer to a list of n_commands, of which the first `hidden` (enable) are
 * not the caller's and not counted in ret->at.  ERR_DENIED: error 1005, or
 * `enable` was refused.  ERR_REMOTE: it is no such answer.  ERR_LIMIT: more
 * than the bounds allow. */
enum err_code eapi_reply_parse(const char *body, size_t len, size_t n_commands,
    size_t hidden, struct eapi_result *ret, struct err *e) must_check;

#endif
