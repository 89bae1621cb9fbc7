/*
 * Arista's eAPI: lists of CLI commands as JSON-RPC 2.0 over HTTPS, each behind
 * an `enable`.
 *
 * Source: Arista EOS User Manual, "Command API" and the Command API
 * Programmer's Guide (method runCmds, error codes 1000 to 1005).
 */
#ifndef INFRA_EAPI_EAPI_H
#define INFRA_EAPI_EAPI_H

#include "infra/http/command_api.h"

extern const struct command_dialect eapi_dialect;

#endif
