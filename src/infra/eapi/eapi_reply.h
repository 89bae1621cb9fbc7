/*
 * What an eAPI server answered.  Pure: no I/O; the answer is not trusted.
 */
#ifndef INFRA_EAPI_EAPI_REPLY_H
#define INFRA_EAPI_EAPI_REPLY_H

#include "infra/eapi/eapi.h"

/* As command_dialect.parse.  ERR_DENIED: error 1005, or `enable` was
 * refused. */
enum err_code eapi_reply_parse(const char *body, size_t len, size_t n_commands,
    size_t hidden, struct command_result *ret, struct err *e) must_check;

#endif
