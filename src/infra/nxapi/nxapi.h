/*
 * Cisco's NX-API: lists of CLI commands as a JSON-RPC 2.0 batch over HTTPS, one
 * request object a command, with method `cli_ascii`: what is asked and what is
 * answered is the text that a terminal would show.
 *
 * A batch runs in one VSH session, in order, and stops at the first error.
 * Commands that ask a question fail there, so each list begins with `terminal
 * dont-ask`.  The switch gives a command five minutes, then answers "Back-end
 * processing error", and the command may still be at work.
 *
 * Source: Cisco Nexus 9000 Series NX-OS Programmability Guide, chapter "NX-API
 * CLI" (JSON-RPC, guidelines and limitations).
 */
#ifndef INFRA_NXAPI_NXAPI_H
#define INFRA_NXAPI_NXAPI_H

#include "infra/http/command_api.h"

extern const struct command_dialect nxapi_dialect;

#endif
