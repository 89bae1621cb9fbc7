/*
 * What an NX-API server answered.  Pure: no I/O; the answer is not trusted.
 */
#ifndef INFRA_NXAPI_NXAPI_REPLY_H
#define INFRA_NXAPI_NXAPI_REPLY_H

#include "infra/nxapi/nxapi.h"

/* As command_dialect.parse.  Only the error "Invalid params" (-32602) is the
 * command line's own refusal; any other leaves open what the command did, and
 * is ERR_REMOTE with what the switch said. */
enum err_code nxapi_reply_parse(const char *body, size_t len, size_t n_commands,
    size_t hidden, struct command_result *ret, struct err *e) must_check;

#endif
